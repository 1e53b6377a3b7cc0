"""The generation DAG: prompt → clips → composition → publication."""

from __future__ import annotations

import os
from typing import Any, cast
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic.json_schema import SkipJsonSchema

from app.requests import GenerationCreate
from flows.generation.clips import gather, make_clip
from flows.generation.composition import compose_film
from flows.generation.faults import AlreadyMade, GenerationCancelled
from flows.generation.film import clip_requests
from flows.generation.production import Production, production
from flows.generation.prompt import plan_scenes
from flows.generation.provenance import sign_film
from flows.generation.publish import publish_film
from flows.generation.references import carry_references
from flows.generation.renditions import compose_renditions


@flow(
    name="generate",
    description="Turns a prompt into a finished video.",
    # Declared invariant in the kind of its futures, which no concrete runner can satisfy.
    task_runner=cast(Any, ThreadPoolTaskRunner(max_workers=os.cpu_count() or 2)),
)
def generate(
    # The form that Prefect makes of this opens with the request's fields, since it isn't told of the null.
    request: GenerationCreate | SkipJsonSchema[None] = None,
    job_id: UUID | None = None,
) -> UUID | State:
    """Makes the film of a request, or of a job that waits or was interrupted.

    Args:
        request: What to make.
        job_id: Instead of a request: the job to take up. What it has finished already is kept.

    Returns:
        The composition's id; a Cancelled state when the job was cancelled, a Completed one when its film
        was there already.
    """
    try:
        with production(request, job_id) as film:
            return render(film)
    except GenerationCancelled as stopped:
        return Cancelled(message=str(stopped))
    except AlreadyMade as done:
        return Completed(message=str(done))


def render(film: Production) -> UUID:
    """The stages, in order."""
    storyboard = carry_references(film, plan_scenes(film))
    orders = clip_requests(storyboard, film.size, draft=film.brief.draft)
    numbers = [scene.number for scene in storyboard.shown]
    making = {
        number: make_clip.submit(film, number, order) for number, order in zip(numbers, orders, strict=True)
    }
    made = compose_film(film, storyboard, gather(film, making))
    made = compose_renditions(film, made)
    return publish_film(film, storyboard, sign_film(film, storyboard, made))
