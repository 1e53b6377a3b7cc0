"""Housekeeping: removes what nobody needs, and never what a rollback may need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blocks.environment import Environment
from blocks.errors import DeadlineExceeded
from blocks.inventory import Revision, StoredImage
from blocks.media_store import ListedObject
from blocks.record_store import RecordStore
from flows.deployment import infrastructure, journal
from flows.deployment.lock import Holder, Lock, LockHeld
from flows.deployment.release import Check, Release
from flows.operation.kept import Needs, kept, needs
from flows.operation.looking import looked
from flows.operation.one_off import ask
from flows.operation.standing import Standing

# What was pushed or registered lately may belong to a deployment that somebody prepares.
OLD_AFTER = timedelta(days=7)
MOST_RECORDS = 200
INSIDE_WITHIN_S = 1800.0
# For so long nobody deploys, if this process is killed meanwhile.
LEASE_S, TIDIED_WITHIN_S = 300.0, 240.0
MOST_NAMED = 10


@dataclass
class Tidied:
    """What was removed, part by part, or would be; and how many things."""

    checks: tuple[Check, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        return "bad" if any(check.good is False for check in self.checks) else "good"


@dataclass(frozen=True)
class Yard:
    """What is tidied.

    Attributes:
        releases: all that are remembered, oldest first.
        stay: the ids of those whose parts must stay.
        need: these parts, and what serves now.
        old_before: what was made later stays too.
    """

    stands: Standing
    old_before: datetime
    releases: tuple[Release, ...]
    stay: frozenset[str]
    need: Needs


async def tidy(stands: Standing, *, dry_run: bool, at_once: bool = False) -> Tidied:
    """Removes all of it; what fails is told, and keeps nothing else from being removed.

    Args:
        dry_run: lists only.
        at_once: removes what is new too: no film and no deployment is being prepared.
    """
    done = Tidied()

    def removed(what: str, names: Sequence[str]) -> str:
        done.figures[what] = float(len(names))
        word = "would remove" if dry_run else "removed"
        shown = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        return f"{word} {len(names)}: {shown}" if names else "nothing to remove"

    inside = await looked(
        "Rows and objects", lambda: _inside(stands, done, dry_run=dry_run, at_once=at_once), tries=1
    )
    try:
        async with _nobody_deploys(stands.environment, stands.records):
            yard = await survey(stands, old_before=stands.now if at_once else stands.now - OLD_AFTER)
            parts: dict[str, Callable[[], Sequence[str]]] = {
                "Images": lambda: _images(yard, dry_run=dry_run),
                "Task definitions": lambda: _definitions(yard, dry_run=dry_run),
                "Snapshots": lambda: _snapshots(yard, dry_run=dry_run),
                "Release records": lambda: _records(yard, dry_run=dry_run),
                "Configurations": lambda: _configurations(yard, dry_run=dry_run),
            }
            outside = [
                await looked(name, lambda name=name, part=part: _told(name, part, removed))
                for name, part in parts.items()
            ]
    except LockHeld as held:
        outside = [Check(name="Releases", good=None, evidence=f"{held.what}: nothing was removed")]
    done.checks = (inside, *outside)
    return done


async def survey(stands: Standing, *, old_before: datetime) -> Yard:
    """What is there, and what of it must stay.

    Args:
        old_before: what was made later stays too.

    Raises:
        BlockError: it can't be looked at.
        ReleaseUnreadable: a release record is not as this version writes it: then nothing may be removed.
    """
    name, records = stands.environment.name, stands.records
    ids = await asyncio.to_thread(journal.ids, records, name)
    read = await asyncio.gather(*(asyncio.to_thread(journal.read, records, name, each) for each in ids))
    releases = tuple(release for release in read if release)
    stay = kept(releases, stands.now)
    need = needs([release for release in releases if release.id in stay])
    services = [stands.environment.service(stands.outputs, each) for each in stands.outputs.services]
    running = await asyncio.gather(*(asyncio.to_thread(service.running) for service in services))
    written = {known.task_definition for known in stands.outputs.services.values()}
    return Yard(
        stands,
        old_before,
        releases,
        stay,
        Needs(
            images=need.images | {now.digest for now in running if now.digest},
            definitions=need.definitions | written | {now.task_definition for now in running},
            snapshots=need.snapshots,
        ),
    )


def old_images(
    images: Iterable[StoredImage], need: Collection[str], old_before: datetime
) -> list[StoredImage]:
    """The images that nobody needs any more."""
    return [each for each in images if each.digest not in need and each.pushed_at < old_before]


def old_revisions(
    revisions: Iterable[Revision], need: Collection[str], old_before: datetime
) -> list[Revision]:
    """The task definitions that nobody needs any more."""
    return [each for each in revisions if each.arn not in need and each.registered_at < old_before]


def old_snapshots(releases: Iterable[Release], stay: Collection[str], need: Collection[str]) -> list[str]:
    """The snapshots that deployments took, of releases that nobody goes back to. Others are left alone."""
    taken = {
        release.db_schema.snapshot
        for release in releases
        if release.id not in stay and release.db_schema and release.db_schema.snapshot
    }
    return sorted(taken - set(need))


def old_records(releases: Sequence[Release], stay: Collection[str]) -> list[str]:
    """The ids of releases that are forgotten: beyond the newest two hundred, and not needed."""
    return [release.id for release in releases[:-MOST_RECORDS] if release.id not in stay]


def old_configurations(
    stored: Iterable[ListedObject], need: Collection[str], old_before: datetime
) -> list[str]:
    """The keys of infrastructure's configurations that nobody needs any more.

    Args:
        need: the keys that must stay.
    """
    return [each.key for each in stored if each.key not in need and each.modified < old_before]


async def _inside(stands: Standing, done: Tidied, *, dry_run: bool, at_once: bool) -> str:
    chosen = {"--dry-run": dry_run, "--at-once": at_once}
    command = ["housekeep", "local", "--json", *(option for option, on in chosen.items() if on)]
    found = await ask(stands, command, keys=("dry_run", "objects", "sessions"), deadline_s=INSIDE_WITHIN_S)
    done.figures["Objects"] = float(found["objects"])
    word = "would remove" if dry_run else "removed"
    named = f" ({', '.join(found['named'][:MOST_NAMED])})" if found["named"] else ""
    return (
        f"{word} {found['sessions']} sessions, {found['jobs']} jobs, {found['assets']} uploads, and "
        f"{found['objects']} objects of {found['bytes'] / 1e6:.1f} MB that no row knows{named}"
    )


def _images(yard: Yard, *, dry_run: bool) -> Sequence[str]:
    inventory = yard.stands.environment.inventory()
    repository = yard.stands.outputs.ecr_repository_url
    old = old_images(inventory.images(repository), yard.need.images, yard.old_before)
    if old and not dry_run:
        inventory.delete_images(repository, [image.digest for image in old])
    return [", ".join(image.tags)[:12] or image.digest[:19] for image in old]


def _definitions(yard: Yard, *, dry_run: bool) -> Sequence[str]:
    inventory, names = yard.stands.environment.inventory(), []
    for family in sorted({known.family for known in yard.stands.outputs.services.values()}):
        known = inventory.revisions(family, but=yard.need.definitions)
        for revision in old_revisions(known, yard.need.definitions, yard.old_before):
            if not dry_run:
                inventory.retire(revision.arn)
            names.append(revision.arn.rpartition("/")[2])
    return names


def _snapshots(yard: Yard, *, dry_run: bool) -> Sequence[str]:
    database, names = yard.stands.environment.database(yard.stands.outputs), []
    for name in old_snapshots(yard.releases, yard.stay, yard.need.snapshots):
        if database.find_snapshot(name) is None:
            continue
        if not dry_run:
            database.delete_snapshot(name)
        names.append(name)
    return names


def _records(yard: Yard, *, dry_run: bool) -> Sequence[str]:
    old = old_records(yard.releases, yard.stay)
    for release_id in () if dry_run else old:
        yard.stands.records.delete(f"{journal.folder(yard.stands.environment.name)}{release_id}.json")
    return old


def _configurations(yard: Yard, *, dry_run: bool) -> Sequence[str]:
    records, name = yard.stands.records, yard.stands.environment.name
    # Of what is only remembered too: its plan may still be looked at.
    need = {infrastructure.key(name, r.infrastructure) for r in yard.releases if r.infrastructure}
    folder = infrastructure.key(name, "").rpartition("/")[0] + "/"
    old = old_configurations(records.list(folder), need, yard.old_before)
    for place in () if dry_run else old:
        records.delete(place)
    return [place.rpartition("/")[2][:12] for place in old]


async def _told(
    name: str, part: Callable[[], Sequence[str]], removed: Callable[[str, Sequence[str]], str]
) -> str:
    return removed(name, await asyncio.to_thread(part))


@asynccontextmanager
async def _nobody_deploys(environment: Environment, records: RecordStore) -> AsyncIterator[None]:
    """Holds the environment's lock: no deployment finds an image that is just being removed.

    Raises:
        LockHeld: one is at work.
        DeadlineExceeded: it took too long.
    """
    lock = Lock(records, environment.name, is_over=lambda _: False, lease_s=LEASE_S)
    await asyncio.to_thread(lock.acquire, Holder.this_process(None))
    try:
        async with asyncio.timeout(TIDIED_WITHIN_S):
            yield
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"Housekeeping of {environment.name} was broken off",
            f"it took longer than {TIDIED_WITHIN_S:g} s, and others want to deploy",
            "Run it again: it goes on where it was",
        ) from error
    finally:
        await asyncio.to_thread(lock.release)
