"""What the sandbox itself can't do, told to who started it."""

from __future__ import annotations


class SandboxFailed(RuntimeError):
    """A part of the sandbox could not be started; says which, why and what to do."""
