"""Changing what moto's classes do, in this process only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def after(owner: type, name: str, then: Callable[..., Any]) -> None:
    """Has `then(instance, result, *args, **kwargs)` called after a method, before its caller goes on."""
    original = getattr(owner, name)

    @wraps(original)
    def hooked(instance: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(instance, *args, **kwargs)
        then(instance, result, *args, **kwargs)
        return result

    setattr(owner, name, hooked)


def around(owner: type, name: str, then: Callable[..., Any]) -> None:
    """Has `then(method, instance, *args, **kwargs)` called in place of a method, which it may call."""
    original = getattr(owner, name)

    @wraps(original)
    def hooked(instance: Any, *args: Any, **kwargs: Any) -> Any:
        return then(original, instance, *args, **kwargs)

    setattr(owner, name, hooked)


def instead(owner: type, name: str, then: Callable[..., Any]) -> None:
    """Has `then(instance, *args, **kwargs)` called in place of a method."""
    setattr(owner, name, then)
