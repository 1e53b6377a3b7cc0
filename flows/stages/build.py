"""Build: the image of what is shipped, unless its content was built and pushed before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from blocks.image import BuiltImage
from blocks.image import Progress as BuildProgress
from flows.deployment.release import Image, Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage


@dataclass(frozen=True)
class Build:
    """The image under its tag: in the registry already, or built here."""

    tag: str
    known: Image | None
    built: BuiltImage | None = None


@stage("build", deadline_s=2400, retries=1)
async def build(run: Deployment) -> Done[Build]:
    """Builds the image of the checkout; its tag is the hash of all that goes in."""
    environment = run.environment
    platform = environment.image_platform
    tag = await asyncio.to_thread(environment.image_tag, platform)
    image = recorded(tag, run.release, run.previous)
    # It may have been cleaned up meanwhile.
    if image and await asyncio.to_thread(run.registry(image.repository).digest_of, image.digest):
        return Done(Build(tag, image), f"image {tag[:12]} is in the registry", skipped=True)
    progress = await run.progress("build", f"Image {tag[:12]}")

    def tell(step: BuildProgress) -> None:
        run.logger.debug("%s", step.message)
        if step.done is not None:
            progress.tell(step.done)

    builder = environment.image_builder(run.scratch / "image", platform)
    built = await asyncio.to_thread(builder.build, environment.source, tag, tell)
    await progress.close()
    return Done(Build(tag, None, built), f"image {tag[:12]} built")


def recorded(tag: str, release: Release, previous: Release | None) -> Image | None:
    """The image of this content, when this release or the one before has pushed it."""
    images = (known.image for known in (release, previous) if known)
    return next((image for image in images if image and image.tag == tag), None)
