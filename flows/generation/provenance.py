"""Film → signed film: where each of its clips comes from is written into the MP4."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from app import records
from app.database import session
from app.provenance import signer
from app.settings import settings
from flows.generation.composition import Film
from flows.generation.film import clip_name
from flows.generation.production import Production
from media.files import sha256_of
from media.provenance import Origin, Story, sign
from planning.storyboard import Storyboard

# How the identity of the built-in source begins; every other one is a model that was trained.
DRAWN = "drawn/"


@task(name="sign film", cache_policy=NO_CACHE)
def sign_film(film: Production, storyboard: Storyboard, made: Film) -> Film:
    """The film with its C2PA manifest, or as it is where nobody is there to sign it.

    Raises:
        ProvenanceError: the credentials can't be used. Nothing is lost: the job can be run again.
        DiskFull: there is no room for a second file.
    """
    with film.working():
        credentials = signer()
        if credentials is None:
            get_run_logger().warning(
                "The film goes out without a C2PA manifest: C2PA_CERTIFICATE is not set."
            )
            return made
        told = story(film, storyboard, made)
        signed = film.workdir / "signed.mp4"
        sign(made.video, told, credentials, signed)
        renditions = []
        for each in made.renditions:
            other = each.video.with_name("signed.mp4")
            sign(each.video, told, credentials, other)
            renditions.append(replace(each, video=other))
        return replace(made, video=signed, renditions=tuple(renditions), signer=credentials)


def story(film: Production, storyboard: Storyboard, made: Film) -> Story:
    """What the film's manifest is to claim: of the clips, those that this version shows."""
    shown = dict.fromkeys(scene.number for scene in made.cut_list.scenes)
    origins = {origin.number: origin for origin in origins_of(film, storyboard)}
    uploads = [
        ("logo", film.request.logo_asset_id),
        ("music", made.cut_list.music.asset_id),
        ("voice", made.cut_list.voice and made.cut_list.voice.asset_id),
    ]
    return Story(
        title=storyboard.title,
        version=version("reelflow"),
        clips=tuple(origins[number] for number in shown),
        uploads=tuple(name for name, asset in uploads if asset),
    )


def origins_of(film: Production, storyboard: Storyboard) -> list[Origin]:
    """Where each clip of the job comes from, by number."""
    seeds = {scene.number: scene.seed for scene in storyboard.scenes}
    with session() as db:
        return [
            Origin(
                number=clip.number,
                model=clip.source,
                trained=not clip.source.startswith(DRAWN),
                seed=seeds[clip.number],
                sha256=sha256_of(film.workdir / f"{clip_name(clip.number)}.mp4"),
                prompt=clip.description if settings().c2pa_prompts else None,
            )
            for clip in records.clips_of(db, film.job_id)
        ]
