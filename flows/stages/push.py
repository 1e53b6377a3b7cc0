"""Push: the image goes to the registry, and is known by its digest from then on."""

from __future__ import annotations

import asyncio

from blocks.image import Progress as PushProgress
from flows.deployment.faults import DeploymentError
from flows.deployment.release import Image
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.stages.build import Build


class NothingToPush(DeploymentError):
    """The registry that had the image has been replaced since."""


@stage("push", deadline_s=1800, retries=3)
async def push(run: Deployment, build: Build, repository: str) -> Done[Image]:
    """Pushes the image under its tag, with a login made right before; keeps its digest."""
    if build.known and build.known.repository == repository:
        await run.journal.update(image=build.known)
        return Done(build.known, f"{build.known.digest[:19]} is in the registry", skipped=True)
    if build.built is None:
        raise NothingToPush(
            f"Image {build.tag} is not in {repository}",
            "the infrastructure has replaced the registry in which it was",
            "Deploy again: it will be built anew",
        )
    registry = run.registry(repository)
    progress = await run.progress("push", f"Image {build.tag[:12]} to {repository}")

    def tell(step: PushProgress) -> None:
        if step.done is not None:
            progress.tell(step.done)

    digest = await asyncio.to_thread(registry.push, build.built, build.tag, tell)
    image = Image(repository=repository, tag=build.tag, digest=digest)
    await run.journal.update(image=image)
    await progress.close()
    return Done(image, f"{digest[:19]} pushed")
