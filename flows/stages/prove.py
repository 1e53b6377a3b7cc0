"""Prove: what a change of the schema does is tried on a copy of the data before it is done to the data.

The release's image takes the copy up, lives with it and takes it back; the image of the release before has
to live with the expanded one, since it serves until the roll-out is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from blocks.errors import BlockError
from flows.deployment import migrations
from flows.deployment.faults import DeploymentError, StageFailed
from flows.deployment.migrations import Pending
from flows.deployment.release import Image
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.schema import artifacts, proofs, tasks
from flows.schema.proofs import Look, Part, Proof
from flows.stages.expand import at_head

NAME = "prove"
SCRATCH = "reelflow_proof"
PROVED_WITHIN_S = 1800.0
TRIED_WITHIN_S = 300.0


@stage(NAME, deadline_s=4800, retries=1)
async def prove(run: Deployment, image: Image) -> Done[Pending | None]:
    """Proves the pending steps, once for each; returns them, None when nobody has to look for any."""
    if known := at_head(run.release, run.previous, image):
        return Done(None, f"the schema is at {known.after}", skipped=True)
    arn = await migrations.revision(run, image)
    found = await migrations.status(run, arn)
    if not found.steps or found.current is None:
        return Done(found, "the database is empty" if found.steps else "nothing is pending", skipped=True)
    key = proofs.key_of(run.environment.name, found)
    kept, version = await asyncio.to_thread(proofs.read, run.records, key)
    previous = run.previous.image if run.previous else None
    if kept and proofs.holds(kept, previous):
        await run.journal.update(proof=key)
        return Done(found, f"proved by release {kept.release}: {kept}", skipped=True)
    proof = await make(run, image, arn, found, previous)
    await asyncio.to_thread(proofs.write, run.records, key, proof, version)
    await run.journal.update(proof=key)
    await artifacts.proof_table(run.environment.name, proof)
    if proof.failure:
        raise StageFailed(NAME, proof.failure, proof.message, proofs.REMEDIES[proof.failure])
    return Done(found, str(proof))


async def make(run: Deployment, image: Image, arn: str, found: Pending, previous: Image | None) -> Proof:
    """Has the images prove the steps, good or not; no copy is left behind.

    Args:
        arn: of a task definition with the image.
        found: the pending steps.
        previous: what serves meanwhile, and has to live with the expanded schema.

    Raises:
        TaskFailed: a task gave no answer.
        BlockError: AWS can't be asked.
    """
    proving = Proving(run, arn)
    expand, contract = found.of("expand"), found.of("contract")
    asked = previous if expand else None
    try:
        parts = [await proving.phase("expand", last=not (asked or contract))]
        lived = await proving.lived(asked, last=not contract) if asked and _good(parts) else ()
        if contract and _good(parts) and all(look.good for look in lived):
            parts.append(await proving.phase("contract", last=True))
    finally:
        await proving.clear()
    failure, message = proofs.verdict(parts, lived) or (None, "")
    return Proof(
        before=found.current,
        head=found.head,
        steps=proofs.steps_digest(found),
        made=datetime.now(UTC),
        release=run.release.id,
        image=image.digest,
        previous=previous.digest if previous else None,
        parts=tuple(parts),
        lived=lived,
        failure=failure,
        message=message,
    )


class Proving:
    """The tasks of one proof. Whether the copy is there still is remembered, so that none stays behind."""

    def __init__(self, run: Deployment, arn: str) -> None:
        self._run = run
        self._arn = arn
        self._there = False

    async def phase(self, name: str, *, last: bool) -> Part:
        """The release's image proves the steps of a phase."""
        self._there = True
        database = self._run.environment.database(await self._run.outputs())
        disk = (await asyncio.to_thread(database.describe)).storage_gib
        found = await self._ask(["prove", name, "--storage", str(disk)], "proof", last=last)
        part = Part.model_validate(found["proof"])
        self._there = not last and part.failure is None
        return part

    async def lived(self, previous: Image, *, last: bool) -> tuple[Look, ...]:
        """How the previous image lives with the copy as it is; nothing when it can't be asked.

        Raises:
            TaskFailed: it did not come to an end.
        """
        run = self._run
        outputs = await run.outputs()
        command = _command(["try", SCRATCH], last=last)
        service = run.environment.service(outputs, tasks.SERVICE)
        run.logger.info("Running in the previous image: reelflow %s", " ".join(command))
        result = await service.run_task(
            command,
            outputs.network,
            task_definition=await migrations.revision(run, previous),
            deadline_s=TRIED_WITHIN_S,
            on_log=lambda line: run.logger.info("%s", line),
        )
        if tasks.unknown(result):
            run.logger.warning("The previous release has no `reelflow try`: it can't be asked")
            return ()
        found = tasks.last_document(result.log, "looks")
        if found is None:
            return (Look(name="Start", good=False, evidence=result.cause or "it has written no result"),)
        self._there = not last
        return tuple(Look.model_validate(each) for each in found["looks"])

    async def clear(self) -> None:
        """Drops the copy, if it is there still. One that can't be dropped now is by the next proof."""
        if not self._there:
            return
        try:
            await self._ask(["prove", "end"], "dropped", last=False)
        except (DeploymentError, BlockError) as fault:
            self._run.logger.warning("The copy of a proof was left: %s", fault)

    async def _ask(self, command: list[str], answers: str, *, last: bool) -> dict[str, Any]:
        run = self._run
        outputs = await run.outputs()
        run.logger.info("Running: reelflow %s", " ".join(command))
        return await tasks.ask(
            run.environment.service(outputs, tasks.SERVICE),
            outputs,
            command + (["--drop"] if last else []),
            answers=answers,
            task_definition=self._arn,
            deadline_s=PROVED_WITHIN_S,
            role=outputs.backup_role_arn,
            tell=lambda line: run.logger.info("%s", line),
        )


def _command(command: list[str], *, last: bool) -> list[str]:
    return [*command, *(["--drop"] if last else []), "--json"]


def _good(parts: Sequence[Part]) -> bool:
    return proofs.verdict(parts, ()) is None
