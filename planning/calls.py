"""Finds the call to action that a prompt brings along."""

import re

from planning.brief import CTA_LIMIT
from planning.lexicon import speech
from planning.sentences import clauses, phrase, sentences, words

_LONGEST = 6
_ASKED = re.compile(
    r"\b(?:cta|call to action|button|end(?:s|ing)? with|final card|close on)\b[^\"“„«\n]{0,20}"
    r"[\"“„«]([^\"“”„«»]{1,60})[\"”“»]\.?",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\b(?:cta|call to action)\s*(?::|is)\s*([^.!\n\"“]{2,40})(?:[.!\n]|$)", re.IGNORECASE)


def find_call(prompt: str) -> tuple[str | None, str]:
    """The call to action, and the prompt without it.

    An announced one (``CTA: …``) counts before a sentence of up to six words that begins with an imperative;
    of several the last. A clause at the end of a longer sentence counts, too.
    """
    for pattern in (_ASKED, _LABELLED):
        asked = pattern.search(prompt)
        if asked and 0 < len(asked[1].strip()) <= CTA_LIMIT:
            return phrase(asked[1]), prompt.replace(asked[0], "\n")
    whole = sentences(prompt)
    for index in range(len(whole) - 1, -1, -1):
        alone = len(whole) == 1
        if _calls(whole[index], last=index == len(whole) - 1 and not alone, first=index == 0 and not alone):
            return phrase(whole[index]), _without(prompt, whole[index])
    for sentence in reversed(whole):
        *before, final = clauses(sentence)
        if before and _calls(final, last=False, first=False):
            return phrase(final), _without(prompt, final)
    for sentence in reversed(whole):
        opening = re.match(
            r"([\w-]+(?: [\w-]+)? (?:now|today|yours|jetzt|heute|ahora|maintenant))\b", sentence
        )
        if opening and _calls(opening[1], last=False, first=False):
            return phrase(opening[1]), _without(prompt, sentence)
    return None, prompt


def _calls(text: str, *, last: bool, first: bool) -> bool:
    """Whether a stretch is a call; the last sentence may say it with a weaker verb, the first may not."""
    if len(text) > CTA_LIMIT:
        return False
    if text.startswith(speech.CALL_PARTICLES):
        return True
    said = words(text.replace("-", " "))
    if not 1 <= len(said) <= _LONGEST or speech.STAGE & set(said):
        return False
    sure = said[-1] in speech.CALL_ENDS
    if any(" ".join(said).startswith(opening) for opening in speech.CALL_PHRASES):
        return last or sure or said[0] not in speech.CLOSING_CALLS
    if len(said) > 1 and said[1] in ("with", "from", "on"):
        return False
    if said[0] in speech.CALLS:
        return sure or not first
    return said[0] in speech.CLOSING_CALLS and len(said) > 1 and (sure or last)


def _without(prompt: str, stretch: str) -> str:
    before, _, after = prompt.rpartition(stretch)
    return f"{before}\n{after}"
