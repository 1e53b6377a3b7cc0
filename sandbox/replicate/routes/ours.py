"""`/sandbox`: the bill and the faults, which Replicate has not; no token is asked for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from sandbox.replicate.faults import FaultRefused
from sandbox.replicate.problems import Problem
from sandbox.replicate.routes.access import AccountDep

router = APIRouter(prefix="/sandbox")


@router.get("/bill")
async def get_bill(account: AccountDep) -> dict[str, Any]:
    return account.bill.document()


@router.get("/faults")
async def get_faults(account: AccountDep) -> dict[str, Any]:
    return account.faults.document()


@router.post("/faults")
async def switch_faults(account: AccountDep, faults: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """One or several, such as `{"name": "server_error", "rate": 0.05}`; a rate of 0 switches it off."""
    try:
        account.faults.switch(faults)
    except FaultRefused as error:
        raise Problem(422, "This is no fault", str(error)) from error
    return account.faults.document()


@router.delete("/faults")
async def clear_faults(account: AccountDep, name: str | None = None) -> dict[str, Any]:
    account.faults.clear(name)
    return account.faults.document()
