"""`reelflow rehearse --matrix`: every stage of a deployment, and what can go wrong in it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from prefect import flow
from prefect.artifacts import create_image_artifact
from rich.console import Console

from blocks.environment import Environment
from blocks.terraform import Outputs
from commands.deployment import looking
from commands.deployment.deploy import Watcher
from commands.deployment.engine import register
from commands.deployment.rehearse import (
    NAME,
    NEVER_HEALTHY,
    OPTIONS,
    EngineChoice,
    Rehearsal,
    rehearsal,
    wait,
)
from flows.deployment import journal
from flows.deployment.release import Release
from sandbox.rehearsal.cells import CELLS, Cell
from sandbox.rehearsal.end_state import cause_kind, faults, look, seconds_to_good
from sandbox.rehearsal.harm import NotReached, Scene
from sandbox.rehearsal.matrix_picture import as_data_url
from sandbox.rehearsal.scenarios import SCENARIOS

# No film but where films are what fails: each would take as long as all the rest of a cell.
MATRIX_OPTIONS = OPTIONS.model_copy(update={"generation": False, "bake_s": 3.0})
LOCK_TIMEOUT_S = 3
# For how long ECS is left to bring the good image back by itself.
BREAKER_WITHIN_S = 120.0
POLL_S = 0.25
# What a cell that could not be played has nothing to say of.
COLUMNS = (
    *("verdict", "serving_release", "last_verified_release", "schema_head", "lock", "terraform_serial"),
    *("seconds_to_good", "cause"),
)


def play_matrix(console: Console, *, engine: EngineChoice, only: Sequence[str], keep: bool) -> dict[str, Any]:
    """Plays the cells, each upon the last release that was verified, and tells how each ended.

    Args:
        console, engine: as of `rehearsal`.
        only: names of cells, or of stages for all cells of theirs; none for all.
        keep: as of `rehearse`.

    Raises:
        ServiceFailed, SandboxFailed: a part did not come up.
    """
    started = time.monotonic()
    wanted = [cell for cell in CELLS if not only or cell.name in only or cell.stage in only]
    with rehearsal(console, engine=engine, timing=NEVER_HEALTHY) as stage:
        first = stage.play(SCENARIOS[0])
        played = [] if first["faults"] else _Matrix(stage).play(wanted)
        document = {
            "ok": len(played) == len(wanted) and not any(cell["faults"] for cell in played),
            "engine": stage.aws.engine,
            "seconds": round(time.monotonic() - started, 2),
            "cells": played,
            "recovery": recovery(played),
        }
        _show(document)
        if keep:
            wait(console, stage)
    return document


def recovery(cells: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """How long it took until a good release served again, beside ECS's circuit breaker. Pure.

    Returns:
        Seconds: median and worst over all cells in which a bad release was let loose, and the breaker's where
        it was shown the same images; None for the worst when the breaker never brought it back.
    """
    ours = [cell["seconds_to_good"] for cell in cells if cell["seconds_to_good"] is not None]
    shown = [cell for cell in cells if "breaker_seconds" in cell]
    theirs = [cell["breaker_seconds"] for cell in shown]
    known = [seconds for seconds in theirs if seconds is not None]
    return {
        "median": statistics.median(ours) if ours else None,
        "worst": max(ours, default=None),
        "breaker_median": statistics.median(known) if known else None,
        "breaker_worst": max(known, default=None) if len(known) == len(theirs) else None,
        "breaker_never": float(len(theirs) - len(known)),
    }


def _show(document: dict[str, Any]) -> None:
    """Draws it in Prefect's page, by a run: artifacts that are no run's are deprecated."""
    cells = document["cells"]

    @flow(name="failure-matrix", description="Shows how the cells of the failure matrix ended.")
    def show() -> None:
        create_image_artifact(
            image_url=as_data_url(document),
            key="failure-matrix",
            description=f"{sum(not cell['faults'] for cell in cells)} of {len(cells)} cells end as they must",
        )

    show()


class _Matrix:
    """The cells one after the other, in an environment that has its first release."""

    def __init__(self, stage: Rehearsal) -> None:
        self._stage = stage
        self._basis: Path = stage.scratch / SCENARIOS[0].name
        self._outputs: Outputs = asyncio.run(looking.environment_outputs(stage.environment(self._basis)))

    def play(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        """What became of each cell; of those before it when Ctrl-C ends the matrix."""
        played = []
        try:
            for cell in cells:
                document = self._play_whatever_happens(cell)
                played.append(document)
                self._tell(cell, document)
        except KeyboardInterrupt:
            self._stage.console.print(f"Ended by Ctrl-C: {len(cells) - len(played)} cells were not played")
        return played

    def _play_whatever_happens(self, cell: Cell) -> dict[str, Any]:
        """A cell that could not be played has failed, and the others are played all the same."""
        started = time.monotonic()
        try:
            return self._play(cell)
        except Exception as broken:  # noqa: BLE001 - told as the fault of the cell
            self._stage.console.print_exception()
            return {
                **dict.fromkeys(COLUMNS),
                "stage": cell.stage,
                "fault": cell.fault,
                "requests": 0,
                "failed_requests": 0,
                "seconds": round(time.monotonic() - started, 2),
                "faults": [f"it could not be played: {type(broken).__name__}: {broken}"],
            }

    def _tell(self, cell: Cell, document: dict[str, Any]) -> None:
        mark = "[red]failed[/]" if document["faults"] else "[green]passed[/]"
        self._stage.console.print(
            f"{mark}  {cell.stage:9} {cell.fault:24} {document['seconds']:5.0f} s  "
            f"{document['cause'] or 'verified'}"
            + "".join(f"\n        [red]{fault}[/]" for fault in document["faults"]),
            highlight=False,
            soft_wrap=True,
        )

    def _play(self, cell: Cell) -> dict[str, Any]:
        started = time.monotonic()
        checkout = self._stage.checkout(cell.name, cell.change, source=self._basis)
        scene = self._scene(checkout)
        wrong: list[str] = []
        deployed: dict[str, Any] = {}
        with self._stage.used() as used:
            try:
                with cell.harm(scene):
                    deployed = self._deploy(scene.environment, cell)
            except NotReached as never:
                wrong.append(str(never))
            if cell.killed:
                wrong += [] if deployed["verdict"] == "failed" else ["it was to be killed, and went on"]
                deployed = self._deploy(scene.environment, cell)
        end = look(scene)
        wrong += faults(cell, deployed, end, failed_requests=used.failed)
        release = scene.newest()
        verified = end.last_verified.id if end.last_verified else None
        document = {
            "stage": cell.stage,
            "fault": cell.fault,
            "verdict": deployed["verdict"],
            # A deployment that was refused before it had a release can't say what serves.
            "serving_release": verified if end.serves else deployed["serving_release"],
            "last_verified_release": verified,
            "schema_head": end.schema_head,
            "lock": "; ".join(end.locks) or None,
            "terraform_serial": end.state_serial,
            "requests": used.requests,
            "failed_requests": used.failed,
            "seconds": round(time.monotonic() - started, 2),
            "seconds_to_good": seconds_to_good(release),
            "cause": cause_kind(deployed),
            "faults": wrong,
        }
        if cell.breaker and release and not wrong:
            document["breaker_seconds"] = self._breaker(scene, release)
        if deployed["verdict"] == "verified":
            self._basis = checkout
        elif wrong:
            # The next cell is to begin with a good release.
            self._deploy(
                self._scene(self._stage.checkout(f"{cell.name}-again", source=self._basis)).environment
            )
        return document

    def _scene(self, checkout: Path) -> Scene:
        environment = self._stage.environment(checkout)
        terraform = environment.terraform.model_copy(update={"lock_timeout_s": LOCK_TIMEOUT_S})
        environment = environment.model_copy(update={"terraform": terraform})
        register(environment)
        scene = Scene(self._stage.aws, environment, self._outputs, before=None)
        return Scene(self._stage.aws, environment, self._outputs, journal.newest(scene.records, NAME))

    def _deploy(self, environment: Environment, cell: Cell | None = None) -> dict[str, Any]:
        options = MATRIX_OPTIONS.model_copy(update=cell.options if cell else {})
        quiet = Watcher(stage=lambda _: None, waiting=lambda _: True, started=lambda _: None)
        return self._stage.deploy(environment, options, quiet)

    def _breaker(self, scene: Scene, bad: Release) -> float | None:
        """How long ECS alone takes until the good image serves again, when it is given the bad one.

        Returns:
            Seconds; None when it never does, since a task that was healthy once is no failure to it.
        """
        service = scene.environment.service(scene.outputs, "backend")
        good = service.running()
        shown = bad.services["backend"]
        assert shown.task_definition is not None
        started = time.monotonic()
        service.update(shown.task_definition, shown.desired_count)
        try:
            while (seconds := time.monotonic() - started) < BREAKER_WITHIN_S:
                now = service.running()
                if now.task_definition == good.task_definition and now.steady:
                    return round(seconds, 2)
                time.sleep(POLL_S)
            return None
        finally:
            self._restore(service, good.task_definition, good.desired)

    def _restore(self, service: Any, task_definition: str, desired: int) -> None:
        if service.running().task_definition != task_definition:
            service.update(task_definition, desired)
        boto3.client("ecs").get_waiter("services_stable").wait(
            cluster=service.cluster,
            services=[service.service],
            WaiterConfig={"Delay": 1, "MaxAttempts": 180},
        )
