"""Only what passes by itself is retried, and every fault has a code, a reason and a remedy."""

from __future__ import annotations

import pytest
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.states import Failed

from app.database import DatabaseUnavailable
from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from flows.generation.faults import explain, transient
from media.errors import DiskFull


@pytest.mark.parametrize(
    ("fault", "retried"),
    [
        (ClipSourceUnavailable("The source answers 503."), True),
        (DatabaseUnavailable("PostgreSQL is gone", "refused", "Start it"), True),
        (ConnectionResetError("reset by peer"), True),
        (TimeoutError("no answer"), True),
        (ConcurrencySlotAcquisitionError("Unable to acquire slots: 503 Service Unavailable"), True),
        (ClipSourceError("The source refuses the words."), False),
        (DiskFull("The film was not written", "no space is left", "Free some"), False),
        (ValueError("a bug"), False),
    ],
)
def test_transient_faults_only(fault: Exception, retried: bool) -> None:
    assert transient(None, None, Failed(data=fault)) is retried


def test_prefect_would_call_it() -> None:
    # Prefect 3.8 silently never retries on anything but a plain function.
    import inspect

    assert inspect.isfunction(transient)


@pytest.mark.parametrize(
    ("fault", "code", "message", "remedy"),
    [
        (
            DiskFull("The film was not written", "no space is left", "Free some"),
            "disk_full",
            "The film was not written: no space is left",
            "Free some",
        ),
        (
            DatabaseUnavailable("PostgreSQL is gone", "refused", "Start it"),
            "database_unavailable",
            "PostgreSQL is gone: refused",
            "Start it",
        ),
        (KeyError(), "key_error", "KeyError", "Run it again: finished clips are kept and not made twice."),
    ],
)
def test_explanations(fault: Exception, code: str, message: str, remedy: str) -> None:
    explanation = explain(fault)
    assert (explanation.code, explanation.message, explanation.remedy) == (code, message, remedy)
