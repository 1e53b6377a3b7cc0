"""What an operator changes while the system runs: the rows of `system_config`, read with their defaults."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError
from sqlmodel import Session, select

from app.errors import AppError
from app.models import SystemConfig
from media.quality.thresholds import Thresholds
from planning.brief import LIMITS

# A number in the table, as everything is that is no word.
Dollars = Annotated[Decimal, Field(ge=0), PlainSerializer(float, when_used="json")]
_AD, _MUSIC = LIMITS["ad_creative"], LIMITS["music_video"]

log = structlog.get_logger(__name__)


class NotConfigurable(AppError):
    """There is no such key, or it can't have this value."""


class QualityGate(BaseModel):
    """How often a clip is tried, and what it may be like."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    takes: int = Field(default=3, ge=1, le=10)
    """How often a clip is made at most."""
    thresholds: Thresholds = Thresholds()
    """Limits of what was measured."""


class Configuration(BaseModel):
    """The keys of `system_config`. Keys of another version of the code are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, use_attribute_docstrings=True)

    max_concurrent_jobs: int = Field(default=5, ge=1, le=1000)
    """Jobs that run at the same time."""
    default_clip_count_ads: int = Field(default=_AD.default_clips, ge=_AD.clips[0], le=_AD.clips[1])
    """Clips of an ad whose request names no number."""
    default_clip_count_music: int = Field(
        default=_MUSIC.default_clips, ge=_MUSIC.clips[0], le=_MUSIC.clips[1]
    )
    """Clips of a music video whose request names no number."""
    cleanup_jobs_after_days: int = Field(default=7, ge=1, le=3650)
    """Days after which a finished job is deleted."""
    enable_ad_pipeline: bool = True
    """Whether new ads are accepted."""
    enable_music_pipeline: bool = True
    """Whether new music videos are accepted."""
    cost_alert_threshold_usd: Dollars = Decimal("10.00")
    """Cost of one job, in US dollars, that raises an alert."""
    job_budget_usd: Dollars = Decimal("20.00")
    """Most that one job may spend on models, in US dollars."""
    month_budget_usd: Dollars = Decimal("200.00")
    """Most that all jobs may spend on models in a month, in US dollars."""
    storage_quota_gb: float = Field(default=100.0, gt=0)
    """Media that may be stored, in gigabytes (10⁹ bytes): beyond it nothing new is accepted."""
    quality_gate: QualityGate = QualityGate()
    """How often a clip is tried, and limits for it under `thresholds`."""


@dataclass(frozen=True)
class Setting:
    """A key with its value and its default, both as JSON has them, and what it is."""

    key: str
    value: Any
    default: Any
    description: str


def configured(db: Session) -> Configuration:
    """The configuration as it is now. A slip of an operator must not stop every film: where a value is
    not understood, the default holds.
    """
    rows = {row.key: row.value for row in db.exec(select(SystemConfig))}
    try:
        return Configuration.model_validate(rows)
    except ValidationError as fault:
        wrong = {str(each["loc"][0]) for each in fault.errors()}
        log.warning("system_config is not understood; defaults hold", keys=sorted(wrong), cause=str(fault))
        return Configuration.model_validate({key: rows[key] for key in rows.keys() - wrong})


def settings_of(configuration: Configuration) -> list[Setting]:
    """Every key with its value."""
    values, defaults = (each.model_dump(mode="json") for each in (configuration, Configuration()))
    return [
        Setting(key, values[key], defaults[key], " ".join((field.description or "").split()))
        for key, field in Configuration.model_fields.items()
    ]


def require_known(key: str) -> None:
    """Raises NotConfigurable where there is no such key."""
    if key not in Configuration.model_fields:
        known = ", ".join(Configuration.model_fields)
        raise NotConfigurable(
            f"Nothing can be done with {key!r}", "there is no such key", f"Choose of {known}"
        )


def understood(key: str, text: str) -> Any:
    """A value as it was typed, as the table has it.

    Args:
        text: JSON, or a bare word.

    Raises:
        NotConfigurable: there is no such key, or it can't have this value.
    """
    require_known(key)
    try:
        value: Any = json.loads(text)
    except ValueError:
        value = text
    try:
        return Configuration.model_validate({key: value}).model_dump(mode="json")[key]
    except ValidationError as fault:
        # Within a value that has parts, the part's place.
        cause = "; ".join(
            ": ".join([*filter(None, [".".join(map(str, each["loc"][1:]))]), each["msg"]])
            for each in fault.errors()
        )
        raise NotConfigurable(f"{key} was not set to {text}", cause, "Give another value") from fault


def configure(db: Session, key: str, value: Any) -> None:
    """Sets a key; it holds from the next request and the next run on.

    Args:
        value: as `understood` gives it.
    """
    row = db.get(SystemConfig, key, with_for_update=True)
    if row is None:
        row = SystemConfig(
            key=key, value=value, description=Configuration.model_fields[key].description or ""
        )
    row.value = value
    db.add(row)
