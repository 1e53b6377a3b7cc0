"""How long backups are kept: all of a week, then one a week, and never fewer than three."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.backups.backup import ID_FORMAT

ALL_FOR = timedelta(days=7)
WEEKLY_FOR = timedelta(days=35)
AT_LEAST = 3


def expired(ids: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The backups that are no longer kept, oldest first.

    Args:
        ids: of all backups; they tell when each was made.
    """
    newest_first = sorted(ids, reverse=True)
    kept = set(newest_first[:AT_LEAST])
    weeks = set[tuple[int, int]]()
    for backup_id in newest_first:
        made = datetime.strptime(backup_id, ID_FORMAT).replace(tzinfo=UTC)
        week = made.isocalendar()[:2]
        if now - made <= ALL_FOR or (now - made <= WEEKLY_FOR and week not in weeks):
            kept.add(backup_id)
        weeks.add(week)
    return tuple(sorted(set(ids) - kept))
