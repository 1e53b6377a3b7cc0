"""Cuts a prompt into sentences and clauses, in any script."""

import re

_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|\n+|(?<=[。！？])")
_CLAUSE = re.compile(r"[;–—…、；：|•()\n]+|[,:](?!\d)|，|\s-\s")
_EDGES = " \t.,;:!?…。！？、-–—\"“”„«»「」『』'"
_WORD = re.compile(r"[^\W_]+(?:[-'’.&/+][^\W_]+)*")

UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""A character of a script that does not put spaces between words."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the punctuation around them; a line break ends one, too."""
    return [found for part in _SENTENCE.split(text) if (found := part.strip(_EDGES))]


def clauses(text: str) -> list[str]:
    """The stretches of a text between any two marks of punctuation."""
    return [
        found
        for sentence in sentences(text)
        for part in _CLAUSE.split(sentence)
        if (found := part.strip(_EDGES))
    ]


def words(text: str) -> list[str]:
    """The words of a text, case folded; hyphens and apostrophes hold a word together."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def phrase(text: str) -> str:
    """A stretch as it stands on screen: one line, a capital first, all-capitals brought down."""
    line = " ".join(text.split()).strip(_EDGES)
    if len(line.split()) > 1 and line.isupper():
        line = line.casefold()
    return line[:1].upper() + line[1:]
