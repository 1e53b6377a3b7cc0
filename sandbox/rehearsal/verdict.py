"""Whether a rehearsed deployment ended as it must. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.rehearsal.scenarios import Scenario


def faults(
    scenario: Scenario, deployed: Mapping[str, Any], *, last_good: str | None, failed_requests: int
) -> list[str]:
    """What is not as it must be; nothing when the scenario has passed.

    Args:
        scenario: what was deployed.
        deployed: the deployment's document, as `reelflow deploy --json` prints it.
        last_good: the release that was verified last, before this one.
        failed_requests: of those that were sent meanwhile.
    """
    found = []
    verdict, serving = deployed["verdict"], deployed["serving_release"]
    if scenario.good:
        if verdict != "verified":
            found.append(f"it was to be verified and is {verdict}: {deployed['cause']}")
        elif serving != deployed["release"]:
            found.append(f"release {deployed['release']} was to serve, not {serving}")
    else:
        if verdict != "failed":
            found.append(f"it was to fail and is {verdict}")
        elif deployed["cause_kind"] not in scenario.failure:
            wanted = " or ".join(sorted(scenario.failure))
            found.append(f"the cause was to be {wanted}, not {deployed['cause_kind']}: {deployed['cause']}")
        if serving != last_good:
            found.append(f"release {last_good} was to serve still, not {serving}")
    stages = {stage["name"]: stage["status"] for stage in deployed["stages"]}
    busy = sorted(name for name in scenario.idle if stages.get(name) != "skipped")
    if busy:
        found.append(f"there was to be nothing to do for {', '.join(busy)}")
    if failed_requests:
        found.append(f"{failed_requests} requests failed meanwhile")
    return found
