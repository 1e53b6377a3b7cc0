"""Keeps secrets out of whatever Terraform says: by its marks, and by the values that it marks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

MASK = "(sensitive value)"
# Shorter ones stand in half of all texts; as marked values they are masked where they are.
SHORTEST_SECRET = 5

# A second net, for attributes that a provider forgot to mark.
_NAMES = re.compile(
    r"(^|_)(password|passphrase|auth_token|access_token|api_token|session_token|secret_string|secret_key"
    r"|secret_access_key|private_key|client_secret|api_key)$",
    re.IGNORECASE,
)


class Redactor:
    """Knows secrets, and replaces them wherever they stand.

    Terraform's marks alone are not enough: a value copied by a provider into another attribute, or put by
    `nonsensitive` into a message, has lost its mark. So what is marked once is looked for everywhere.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.learn(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._secrets)} secrets)"

    def learn(self, value: Any) -> None:
        """Every text within the value is a secret from now on."""
        if isinstance(value, str):
            if len(value.strip()) >= SHORTEST_SECRET and value not in self._secrets:
                self._secrets.add(value)
                self._pattern = None
        elif isinstance(value, Mapping):
            for member in value.values():
                self.learn(member)
        elif isinstance(value, list | tuple):
            for member in value:
                self.learn(member)

    def learn_marked(self, value: Any, marks: Any) -> None:
        """Learns what Terraform marks: `marks` has the shape of `value`, with true where it is sensitive."""
        if marks is True:
            self.learn(value)
        elif isinstance(marks, Mapping) and isinstance(value, Mapping):
            for name, mark in marks.items():
                self.learn_marked(value.get(name), mark)
        elif isinstance(marks, list) and isinstance(value, list):
            for member, mark in zip(value, marks, strict=False):
                self.learn_marked(member, mark)
        if isinstance(value, Mapping):
            for name, member in value.items():
                if isinstance(member, str) and _NAMES.search(str(name)):
                    self.learn(member)

    def text(self, text: str) -> str:
        """The text with a mask in place of every secret, as it is or escaped for JSON, a URL or base64."""
        if not self._secrets or not text:
            return text
        if self._pattern is None:
            forms = {form for secret in self._secrets for form in _forms(secret)}
            # The longest first: a secret may begin with another.
            longest_first = sorted(forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(form) for form in longest_first))
        return self._pattern.sub(MASK, text)

    def value(self, value: Any, marks: Any = False) -> Any:
        """A copy of the value with masks: where `marks` says so, and wherever a known secret stands."""
        if marks is True:
            return None if value is None else MASK
        if isinstance(value, Mapping):
            inner = marks if isinstance(marks, Mapping) else {}
            return {
                self.text(str(name)): self.value(
                    member, inner.get(name, False) or (isinstance(member, str) and bool(_NAMES.search(name)))
                )
                for name, member in value.items()
            }
        if isinstance(value, list | tuple):
            each = marks if isinstance(marks, list) else []
            return [
                self.value(member, each[number] if number < len(each) else False)
                for number, member in enumerate(value)
            ]
        return self.text(value) if isinstance(value, str) else value


def _forms(secret: str) -> set[str]:
    encoded = secret.encode(errors="surrogatepass")
    lines = [line for line in secret.splitlines() if len(line.strip()) >= 2 * SHORTEST_SECRET]
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        quote(secret, safe="", errors="replace"),
        base64.b64encode(encoded).decode(),
        # A key that spans lines is printed line by line.
        *(lines if len(lines) > 1 else ()),
    }
