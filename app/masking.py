"""Keeps secrets out of what is written down: by their names, by their forms, and by their values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from app.settings import LOCAL_SECRET_KEY, Settings

MASK = "***"
# A shorter one is a word that may stand in any text, and hiding it would tell that it is the secret.
SHORTEST_KNOWN_SECRET = 12

_NAME = r"(?:password|passwd|secret|token|signature|credential|authorization|cookie|api[-_]?key)"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_FORMS = (
    # An authorization header of any scheme, and a bearer elsewhere: in the subprotocol of a browser's socket.
    (
        re.compile(r"(authorization\\?[\"']?\s*[:=,]\s*b?\\?[\"']?)(?:\w+ )?[^\s\"',]+", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(bearer[ .])[^\s\"',]+", re.IGNORECASE), rf"\1{MASK}"),
    # Tokens that their makers mark: of our sessions, of Replicate, of its webhooks.
    (re.compile(r"\b(rf_|r8_|whsec_)[\w+/=-]{8,}"), rf"\1{MASK}"),
    # scheme://user:password@host
    (re.compile(r"(://[^\s/:@\"']*:)[^\s@\"']+@"), rf"\1{MASK}@"),
    # name=value in a query or a connection string, 'name': 'value' in a printed mapping or header.
    (
        re.compile(
            rf"([\w-]*{_NAME}[\w-]*\\?[\"']?\s*(?:=>|[:=,])\s*b?\\?)(?:\"[^\"]*\"|'[^']*'|[^\s\"'&,;)}}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)
# No form fits a text that has none of these. Looking for them is ten times faster than the forms.
_HINTS = (
    *("bearer", "rf_", "r8_", "whsec_", "://"),
    *("passw", "secret", "token", "signature", "credential", "authorization", "cookie", "key"),
)


class Masker:
    """Replaces secrets by `***`.

    Args:
        known: secrets to hide wherever they stand, those of at least 12 characters.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        # The longest first: one may be a part of another.
        self._known = sorted({word for word in known if len(word) >= SHORTEST_KNOWN_SECRET}, key=len)[::-1]

    def text(self, text: str) -> str:
        """The text without secrets."""
        for word in self._known:
            if word in text:
                text = text.replace(word, MASK)
        lower = text.lower()
        for hint in _HINTS:
            if hint in lower:
                for form, replacement in _FORMS:
                    text = form.sub(replacement, text)
                break
        return text

    def value(self, value: Any) -> Any:
        """The value without secrets; what is neither number, list nor mapping comes back as text."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind in (int, float, bool) or value is None:
            return value
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.named(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(inner) for inner in value]
        return self.text(str(value))

    def named(self, name: str, value: Any) -> Any:
        """The value that has this name without secrets: all of it is one if the name says so."""
        return MASK if value is not None and _names_a_secret(name) else self.value(value)


# Of every line that is logged, each name is looked at; there are few different ones.
@lru_cache(maxsize=1024)
def _names_a_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def known_secrets(settings: Settings, environment: Mapping[str, str] = os.environ) -> set[str]:
    """The secrets that this process was given: by the settings, and in variables that name themselves so."""
    given = {word for name, word in environment.items() if _names_a_secret(name)}
    for name in type(settings).model_fields:
        if isinstance(secret := getattr(settings, name), SecretStr):
            given.add(secret.get_secret_value())
    passwords = {password for word in given if (password := _password(word))}
    # The public default is no secret.
    return (given | passwords | {unquote(password) for password in passwords}) - {LOCAL_SECRET_KEY}


def _password(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
