"""Who may call, and how often."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Header, Request

from sandbox.replicate.account import Account
from sandbox.replicate.problems import unauthenticated


def account_of(request: Request) -> Account:
    return request.app.state.account


AccountDep = Annotated[Account, Depends(account_of)]


def require_token(account: AccountDep, authorization: Annotated[str | None, Header()] = None) -> None:
    """`Bearer` and the account's token; the older `Token` is taken too.

    Raises:
        Problem: 401.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme not in ("Bearer", "Token") or not token:
        raise unauthenticated(given=False)
    if not hmac.compare_digest(token.encode(), account.conduct.token.encode()):
        raise unauthenticated(given=True)


def count_read(account: AccountDep) -> None:
    """Counts a call that creates nothing.

    Raises:
        Problem: 429 or 500.
    """
    account.admit("reads")


TOKEN = Depends(require_token)
READ = Depends(count_read)
