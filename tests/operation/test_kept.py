"""What housekeeping leaves because a rollback may need it, and what it removes: tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.inventory import Revision, StoredImage
from flows.deployment.release import Branch, Image, Release, Schema, ServiceRecord, Status
from flows.operation.kept import kept, needs
from flows.operation.tidying import (
    MOST_RECORDS,
    OLD_AFTER,
    old_images,
    old_records,
    old_revisions,
    old_snapshots,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _release(days_ago: float, *, verified: bool = True, **fields: Any) -> Release:
    at = NOW - timedelta(days=days_ago)
    base = {"id": f"{at:%Y%m%dT%H%M%SZ}", "environment": "prod", "started": at, "source": "s"}
    base |= {"verified": at if verified else None, "status": Status.COMPLETED if verified else Status.FAILED}
    return Release.model_validate(base | fields)


def _kept(*releases: Release) -> list[int]:
    """Which of the releases stay, by their place."""
    stay = kept(releases, NOW)
    assert stay <= {release.id for release in releases}
    return [number for number, release in enumerate(releases) if release.id in stay]


def _failed(days_ago: float, **fields: Any) -> Release:
    return _release(days_ago, verified=False, **fields)


@pytest.mark.parametrize(
    ("releases", "stay"),
    [
        ([], []),
        ([_release(400)], [0]),
        # The last five that were verified, however old.
        ([_release(400 - n) for n in range(7)], [2, 3, 4, 5, 6]),
        # And all of the last thirty days.
        ([_release(31), *(_release(29 - n) for n in range(7))], [1, 2, 3, 4, 5, 6, 7]),
        # What failed is nothing to go back to.
        ([_failed(3), _release(2), _failed(1)], [1]),
        # What is not over is in use.
        ([_failed(90, status=Status.AWAITING_APPROVAL), _release(2)], [0, 1]),
        ([_release(2), _failed(0.01, status=Status.RUNNING)], [0, 1]),
        ([_release(2), _failed(1, status=Status.UNDO_FAILED)], [0, 1]),
    ],
)
def test_which_releases_stay(releases: list[Release], stay: list[int]) -> None:
    assert _kept(*releases) == stay


def test_what_a_rollback_went_back_to_stays() -> None:
    goal = _release(500)
    others = [_release(100 - n) for n in range(5)]
    rollback = _release(1, kind="rollback", goal=goal.id)
    assert _kept(goal, *others, rollback) == [0, 2, 3, 4, 5, 6]


def test_what_serves_stays_when_five_that_were_verified_came_after() -> None:
    serving = _release(500)
    newest = _failed(1, last_verified=serving.id)
    verified_later = [_release(100 - n) for n in range(5)]
    assert 0 in _kept(serving, *verified_later, newest)


def test_the_parts_of_releases() -> None:
    record = ServiceRecord(task_definition="arn:x:task-definition/b:7", desired_count=1, image="r@sha256:2")
    branch = Branch(name="roll_out", facts={"backend": {"task_definition": "arn:x:task-definition/b:6"}})
    release = _release(
        1,
        image=Image(repository="r", tag="t", digest="sha256:1"),
        services={"backend": record},
        branches=(branch,),
        db_schema=Schema(before="1", after="2", head="2", snapshot="prod-1"),
    )
    found = needs([release])
    assert found.images == {"sha256:1", "sha256:2"}
    assert found.definitions == {"arn:x:task-definition/b:7", "arn:x:task-definition/b:6"}
    assert found.snapshots == {"prod-1"}


def test_images_and_revisions_go_when_they_are_old_and_nobody_needs_them() -> None:
    images = [
        StoredImage(digest="old", pushed_at=NOW - timedelta(days=8)),
        StoredImage(digest="needed", pushed_at=NOW - timedelta(days=80)),
        StoredImage(digest="new", pushed_at=NOW - timedelta(days=6)),
    ]
    assert [image.digest for image in old_images(images, {"needed"}, NOW - OLD_AFTER)] == ["old"]
    revisions = [Revision(arn=image.digest, registered_at=image.pushed_at) for image in images]
    assert [revision.arn for revision in old_revisions(revisions, {"needed"}, NOW - OLD_AFTER)] == ["old"]


def test_snapshots_go_with_their_release_and_no_others() -> None:
    def taken(days_ago: float, name: str) -> Release:
        schema = Schema(before="1", after="2", head="2", snapshot=name)
        return _release(days_ago, db_schema=schema)

    releases = [
        taken(400, "first"),
        taken(399, "shared"),
        *(_release(90 - n) for n in range(4)),
        taken(1, "shared"),
    ]
    stay = kept(releases, NOW)
    need = needs([release for release in releases if release.id in stay]).snapshots
    assert old_snapshots(releases, stay, need) == ["first"]


def test_records_beyond_the_newest_are_forgotten() -> None:
    releases = [_release(1000 - n) for n in range(MOST_RECORDS + 3)]
    assert old_records(releases, {releases[1].id}) == [releases[0].id, releases[2].id]
    assert old_records(releases[:5], set()) == []
