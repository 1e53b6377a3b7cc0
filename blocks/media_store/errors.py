"""What can go wrong with a media store; each error says what happened, why, and what to do next."""

from __future__ import annotations

from blocks.errors import BlockError, Unavailable


class StoreError(BlockError):
    """A media store could not do what it was asked."""


class ObjectMissing(StoreError):
    """No object has this key."""


class StoreMissing(StoreError):
    """The bucket does not exist."""


class StoreFull(StoreError):
    """There is no room for the object; nothing of it was kept."""


class StoreUnavailable(StoreError, Unavailable):
    """A transient fault of the store: the same call may succeed a moment later."""


class AccessDenied(StoreError):
    """The store is there and refuses the call."""


class InvalidKey(StoreError):
    """The key or prefix is not one that every store can hold."""


class InvalidMetadata(StoreError):
    """The metadata is not such that every store can hold it."""


class LinkError(StoreError):
    """A signed link does not give access."""


class LinkExpired(LinkError):
    """The link was good and its time is over."""


class LinkInvalid(LinkError):
    """The link was not made by this store, or was changed since."""


def object_missing(key: str) -> ObjectMissing:
    """The error for a key that names nothing."""
    return ObjectMissing(
        f"Can't find {key!r} in the media store",
        "no object has this key",
        "Check the key; the object may have expired or been deleted",
    )
