"""The picture by which a film's subject is drawn in all its shots, made before any of them."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_logger
from prefect.tasks import exponential_backoff

from app import storage_keys
from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.pictures import PictureOrder
from flows.generation.bought import found_elsewhere
from flows.generation.faults import transient
from flows.generation.production import Production
from planning.storyboard import Storyboard


@task(
    name="draw subject",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def draw_subject(film: Production, storyboard: Storyboard) -> str | None:
    """The hash under which a model's picture of the subject is kept; None where no model draws it.

    It is ordered once, also for the film of a draft.

    Raises:
        Cancelled: the film is no longer wanted.
        BudgetExceeded: it would be too dear.
        ClipSourceUnavailable, StoreUnavailable: still so after the last retry.
    """
    portrait = storyboard.style.portrait if storyboard.style else None
    if film.painter is None or portrait is None:
        return None
    order = PictureOrder(prompt=portrait, aspect=film.brief.aspect, seed=film.brief.seed)
    address = order.address(film.painter.models)
    key = storage_keys.reference_key(film.job_id, address)
    with film.working():
        if film.store.head(key):
            return address
        if found_elsewhere(film, address, lambda job: [storage_keys.reference_key(job, address)]):
            return address
        picture = film.workdir / f"{address}.jpg"
        try:
            film.painter.draw(order, picture, cancel=film.cancel)
        except ClipSourceUnavailable:
            raise
        except ClipSourceError as fault:
            get_logger(__name__).warning("The subject is as the first shot has it: %s", fault)
            return None
        film.store.put_file(key, picture, content_type="image/jpeg")
    return address
