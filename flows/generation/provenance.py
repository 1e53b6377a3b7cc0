"""Film → signed film: where each of its clips comes from is written into the MP4."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from app.database import session
from app.provenance import signer
from app.settings import settings
from flows.generation.beside import made_beside
from flows.generation.composition import Film
from flows.generation.origins import sourced_clips
from flows.generation.production import Production
from media.provenance import Story, sign
from planning.storyboard import Storyboard


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
    with session() as db:
        clips = [sourced.origin for sourced in sourced_clips(db, film, storyboard)]
        others = made_beside(db, film, storyboard, made)
    if not settings().c2pa_prompts:
        clips = [replace(clip, prompt=None) for clip in clips]
    origins = {clip.number: clip for clip in clips}
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
        beside=tuple((other.purpose.value, other.model) for other in others),
    )
