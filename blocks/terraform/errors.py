"""What can go wrong with Terraform."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from blocks.errors import BlockError, DeadlineExceeded
from blocks.terraform.events import Diagnostic

_TRANSIENT = re.compile(
    r"Throttling|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|InternalError|InternalFailure"
    r"|RequestTimeout|connection reset|connection refused|i/o timeout|TLS handshake timeout|EOF$|no such host"
    r"|StatusCode: (429|5\d\d)|request send failed",
    re.IGNORECASE,
)


# What the services call it: DBInstanceAlreadyExists, BucketAlreadyOwnedByYou, ResourceExistsException, …
_EXISTS = re.compile(
    r"AlreadyExists|AlreadyOwnedByYou|ResourceExists|already exists|InvalidGroup\.Duplicate"
    r"|DuplicateLoadBalancerName|DuplicateTargetGroupName"
)


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds the lock of a state: as Terraform wrote it down when it took the lock.

    Attributes:
        who: user and host, `root@build-7`.
        operation: `plan` or `apply`, say.
        created: when; None when that can't be read.
    """

    id: str
    who: str
    operation: str
    created: datetime | None
    version: str = ""
    path: str = ""
    info: str = ""

    @classmethod
    def read(cls, lock: Mapping[str, str]) -> LockHolder | None:
        """From the fields of a lock file, or of a diagnostic; None without an id."""
        fields = {name: str(value).strip() for name, value in lock.items()}
        if not fields.get("ID"):
            return None
        return cls(
            id=fields["ID"],
            who=fields.get("Who") or "somebody",
            operation=fields.get("Operation", "").removeprefix("OperationType").lower() or "unknown",
            created=_time(fields.get("Created", "")),
            version=fields.get("Version", ""),
            path=fields.get("Path", ""),
            info=fields.get("Info", ""),
        )

    def __str__(self) -> str:
        since = f" since {self.created:%Y-%m-%d %H:%M:%S} UTC" if self.created else ""
        return f"{self.who}{since} ({self.operation}, lock {self.id})"


class TerraformError(BlockError):
    """Terraform did not do what it was asked."""


class TerraformMissing(TerraformError):
    """There is no Terraform that could be run."""


class TerraformFailed(TerraformError):
    """Terraform ended with errors. `diagnostics` are what it said, redacted, errors before warnings."""

    def __init__(self, what: str, cause: str, remedy: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(what, cause, remedy)
        self.args = (what, cause, remedy, diagnostics)
        self.diagnostics = diagnostics

    @property
    def transient(self) -> bool:
        """Whether every error is one that passes by itself, such as throttling."""
        errors = [d for d in self.diagnostics if d.severity == "error"]
        return bool(errors) and all(_TRANSIENT.search(f"{d.summary} {d.detail}") for d in errors)


class PlanStale(TerraformFailed):
    """The state has changed since the plan was made: it must be made, and approved, again."""


class StateLocked(TerraformFailed):
    """Somebody else holds the state's lock; `holder` says who, when Terraform could tell."""

    def __init__(
        self,
        what: str,
        cause: str,
        remedy: str,
        diagnostics: tuple[Diagnostic, ...] = (),
        holder: LockHolder | None = None,
    ) -> None:
        super().__init__(what, cause, remedy, diagnostics)
        self.args = (what, cause, remedy, diagnostics, holder)
        self.holder = holder


class StateNotSaved(TerraformFailed):
    """Resources were changed and the new state could not be written; it is kept in the file `kept`."""

    def __init__(
        self,
        what: str,
        cause: str,
        remedy: str,
        diagnostics: tuple[Diagnostic, ...] = (),
        kept: Path | None = None,
    ) -> None:
        super().__init__(what, cause, remedy, diagnostics)
        self.args = (what, cause, remedy, diagnostics, kept)
        self.kept = kept


class TerraformDeadline(TerraformError, DeadlineExceeded):
    """Terraform took longer than it was given, and was stopped."""


def failure(what: str, diagnostics: tuple[Diagnostic, ...], stderr: str = "") -> TerraformFailed:
    """The error that the diagnostics of a failed command stand for; all is redacted already."""
    errors = sorted((d for d in diagnostics if d.severity == "error"), key=_least_general)
    every = (*errors, *(d for d in diagnostics if d.severity == "warning"))
    if not errors:
        cause = " ".join(stderr.split())[-500:] or "it said nothing"
        return TerraformFailed(what, cause, "Run the command by hand in infra/terraform", every)
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    for found in errors:
        if "Saved plan is stale" in found.summary:
            return PlanStale(
                what, "the state was changed after the plan was made", "Plan again, and approve again", every
            )
        if "acquiring the state lock" in found.summary:
            holder = lock_holder(found.detail)
            return StateLocked(
                what,
                f"the state is locked by {holder}" if holder else "the state is locked",
                "Wait for the holder; if it is dead, unlock the state with its lock's id",
                every,
                holder,
            )
    if any(_EXISTS.search(f"{found.summary} {found.detail}") for found in errors):
        return TerraformFailed(
            what,
            f"{str(first).rstrip('.')}{more}: it is there, and not in Terraform's state",
            "See what else is, and take it over: `reelflow state adopt ENV`; then deploy again",
            every,
        )
    return TerraformFailed(what, f"{str(first).rstrip('.')}{more}", "Correct that, and plan again", every)


def lock_holder(detail: str) -> LockHolder | None:
    """The holder that a diagnostic on a taken lock names."""
    fields = re.findall(r"^\s+(ID|Path|Operation|Who|Version|Created|Info):[ \t]*(.*)$", detail, re.MULTILINE)
    return LockHolder.read(dict(fields))


def _time(text: str) -> datetime | None:
    """A time as Go prints it, or as JSON has it: to the microsecond, in UTC."""
    found = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?\d*\s*(Z|[+-]\d\d:?\d\d)", text)
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return datetime.fromisoformat(
        f"{day}T{clock}{(fraction or '').ljust(7, '0') if fraction else ''}{zone}"
    ).astimezone(UTC)


def _least_general(found: Diagnostic) -> bool:
    """Terraform sums up before it says what is wrong."""
    return not found.detail
