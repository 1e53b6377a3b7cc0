"""A film's subject looks alike in all its shots: they are made by a picture of it, or by the first one."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image
from sqlmodel import Session

from app import jobs, records, storage_keys
from app.database import session
from app.models import ClipStatus
from flows.generation.clips import delivered, make_clip
from flows.generation.film import clip_requests
from flows.generation.production import Production
from flows.generation.prompt import plan_shots
from flows.generation.subject import draw_subject
from media.files import sha256_of
from media.frames import frames_at
from media.quality.picture import sharpness
from planning.storyboard import Storyboard

# Of how many pictures of the shot the sharpest is taken.
LOOKS = 5


def carry_references(film: Production, storyboard: Storyboard) -> Storyboard:
    """Gives the shots of the subject a picture to be drawn by: one that an image model makes of it alone.

    Where none does, the first shot is made, and the others are given its sharpest picture. Where the source
    takes no picture, nothing is done. What a scene refers to is written into the storyboard
    once: a first shot that is made again later changes no other. A shot that is there already stays.
    """
    if not film.source.takes_reference:
        return storyboard
    wanting, begun = _wanting(film, storyboard)
    if not wanting:
        return storyboard
    # What is made already decides what the subject looks like.
    if film.painter and not begun and (drawn := draw_subject.submit(film, storyboard).result()):
        return _pin(film, storyboard, dict.fromkeys([*wanting, *wanting.values()], drawn))
    orders = {order.number: order for order in clip_requests(storyboard, film.size, draft=film.brief.draft)}
    pictures: dict[int, str] = {}
    for anchor in sorted(set(wanting.values())):
        delivered(film, anchor, make_clip.submit(film, anchor, orders[anchor]))
        pictures[anchor] = _picture_of(film, anchor, orders[anchor].frames)
    return _pin(film, storyboard, {number: pictures[anchor] for number, anchor in wanting.items()})


def _wanting(film: Production, storyboard: Storyboard) -> tuple[dict[int, int], bool]:
    """The shots that are still to be made and have no picture to be drawn by, each with its anchor.

    And whether any shot of the subject is made, or has a picture.
    """
    with session() as db:
        made = _made(db, film)
    referring = {scene.number for scene in storyboard.scenes if scene.reference}
    followers = storyboard.followers()
    known = made | referring
    wanting = {number: anchor for number, anchor in followers.items() if number not in known}
    return wanting, bool(known & {*followers, *followers.values()})


def _made(db: Session, film: Production) -> set[int]:
    return {clip.number for clip in records.clips_of(db, film.job_id) if clip.status is ClipStatus.COMPLETED}


def _picture_of(film: Production, number: int, frames: int) -> str:
    """Keeps the sharpest picture of a clip, and returns its hash."""
    clip = film.workdir / f"clip_{number:03d}.mp4"
    looks = frames_at(clip, [(2 * look + 1) * frames // (2 * LOOKS) for look in range(LOOKS)])
    best = max(
        looks, key=lambda look: sharpness(cv2.cvtColor(look, cv2.COLOR_RGB2GRAY).astype(np.float32)) or 0
    )
    path = film.workdir / f"reference_{number:03d}.jpg"
    Image.fromarray(best).save(path, quality=92, subsampling=0)
    sha256 = sha256_of(path)
    film.store.put_file(storage_keys.reference_key(film.job_id, sha256), path, content_type="image/jpeg")
    return sha256


def _pin(film: Production, storyboard: Storyboard, references: dict[int, str]) -> Storyboard:
    pinned = storyboard.with_references(references)
    with session() as db:
        job = jobs.lock_job(db, film.job_id)
        job.storyboard = pinned.model_dump(mode="json")
        plan_shots(db, film, pinned)
    return pinned
