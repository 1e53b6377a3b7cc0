"""Commands that start nothing embedded, as in containers: what they need must be configured."""

from __future__ import annotations

import os

from app.errors import AppError


class NotConfigured(AppError):
    """A part that this command needs has no address."""


def require(*variables: str) -> None:
    """Makes sure that environment variables are set, in the environment or in `.env`.

    Raises:
        NotConfigured: one is not, or is empty.
    """
    from dotenv import dotenv_values

    given = dotenv_values(".env") | os.environ
    if missing := [name for name in variables if not given.get(name)]:
        raise NotConfigured(
            "This can't start",
            f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not set, "
            "and this command starts no embedded server",
            "Set it to the address of the server, or run `reelflow up`, which starts all of them",
        )
    # Without an address Prefect's client would start a server of its own, unasked.
    os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"
