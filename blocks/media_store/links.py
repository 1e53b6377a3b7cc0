"""Links that expire, signed with a secret of ours: what presigning is to S3, for a directory."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from blocks.media_store.contract import validate_key
from blocks.media_store.errors import InvalidKey, LinkExpired, LinkInvalid

ROUTE = "/media/"


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a link gives access to.

    Attributes:
        expires: seconds since the epoch; the link is good before that second.
        filename: the name a browser is to save under, or None.
        content_type: what to serve the object as, or None for its own type.
    """

    key: str
    expires: int
    filename: str | None = None
    content_type: str | None = None

    def signature(self, secret_key: str) -> str:
        """HMAC-SHA256, in hex, over the method and every field."""
        # JSON keeps the fields apart: no value can pass for the end of another.
        message = json.dumps(["GET", self.key, self.expires, self.filename, self.content_type])
        return hmac.new(secret_key.encode(), message.encode(), sha256).hexdigest()

    def url(self, base_url: str, secret_key: str) -> str:
        """`{base_url}/media/{key}?expires=…&signature=…`."""
        query: dict[str, str] = {"expires": str(self.expires)}
        if self.filename is not None:
            query["filename"] = self.filename
        if self.content_type is not None:
            query["content_type"] = self.content_type
        query["signature"] = self.signature(secret_key)
        return f"{base_url.rstrip('/')}{ROUTE}{quote(self.key)}?{urlencode(query)}"


def verify(url: str, secret_key: str, now: datetime) -> SignedLink:
    """The link behind a URL, or behind its path and query alone.

    Raises:
        LinkInvalid: it was not signed with this secret, or was changed since.
        LinkExpired: its signature is right and its time is over.
    """
    address = urlsplit(url)
    _, route, key = address.path.partition(ROUTE)
    pairs = parse_qsl(address.query, keep_blank_values=True)
    query = dict(pairs)
    if not route or len(query) != len(pairs):
        raise _invalid("it does not have the form of one")
    signature = query.pop("signature", "")
    link = _link(unquote(key), query)
    # Bytes: compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(link.signature(secret_key).encode(), signature.encode()):
        raise _invalid("its signature is wrong")
    if now.timestamp() >= link.expires:
        raise LinkExpired(
            "This link does not work any more",
            "its time is over",
            "Ask for the download again to get a new one",
        )
    return link


def _link(key: str, query: Mapping[str, str]) -> SignedLink:
    expires = query.get("expires", "")
    unknown = query.keys() - {"expires", "filename", "content_type"}
    if unknown or not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        raise _invalid("it does not have the form of one")
    try:
        validate_key(key)
    except InvalidKey as error:
        raise _invalid("its key is not a valid one") from error
    return SignedLink(key, int(expires), query.get("filename"), query.get("content_type"))


def _invalid(cause: str) -> LinkInvalid:
    return LinkInvalid("This is not a link to our media", cause, "Use the link exactly as it was given")
