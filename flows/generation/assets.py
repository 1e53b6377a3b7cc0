"""What the film uses besides its clips: the logo, and its music, be it uploaded, bought or composed."""

from __future__ import annotations

import hashlib
from itertools import accumulate
from pathlib import Path
from uuid import UUID

from app.database import session
from app.errors import AppError
from app.models import BrandAsset
from flows.generation.film import Asset
from flows.generation.production import Production
from flows.generation.tracks import kept_track
from media.encoder import FPS
from media.files import sha256_of
from media.mark import draw_mark
from planning.cut_list import CutList
from scoring.score import compose_score, write_wav


class AssetMissing(AppError):
    """The job refers to an upload that is no longer there."""


def uploaded(film: Production, asset_id: UUID | None) -> Asset | None:
    """An upload of the job's session as a local file; None for None.

    Raises:
        AssetMissing: there is no such upload in this session.
    """
    if asset_id is None:
        return None
    with session() as db:
        row = db.get(BrandAsset, asset_id)
    if row is None or row.session_id != film.session_id:
        raise AssetMissing(
            f"The upload {asset_id} is gone",
            cause="it was deleted, has expired, or belongs to another session",
            remedy="Upload the file again and start the generation with its new id",
        )
    path = film.workdir / f"{row.kind}-{row.id}{Path(row.storage_key).suffix}"
    film.store.get_file(row.storage_key, path)
    return Asset(key=f"{row.kind}:{row.id}", address=row.sha256, path=path)


def draft_mark(film: Production) -> Asset:
    """The word that tells a draft from a film."""
    path = film.workdir / "draft.png"
    draw_mark("DRAFT", path)
    return Asset(key="draft", address=sha256_of(path), path=path)


def music_of(film: Production, cut_list: CutList, mood: str) -> Asset | None:
    """What a cut list has heard under the film; None for silence.

    Raises:
        AssetMissing: it is an upload, and that is gone.
    """
    if cut_list.music.kind == "score":
        return kept_track(film, mood) or _scored(film, cut_list, mood)
    return uploaded(film, cut_list.music.asset_id)


def _scored(film: Production, cut_list: CutList, mood: str) -> Asset:
    """A music bed made for the film: its mood, its length, its cuts."""
    lengths = [scene.frames for scene in cut_list.scenes]
    samples = compose_score(
        frames=cut_list.frames,
        fps=FPS,
        mood=mood,
        cuts=list(accumulate(lengths))[:-1],
        seed=film.brief.seed,
    )
    path = film.workdir / "score.wav"
    write_wav(samples, path)
    return Asset(key="score", address=hashlib.sha256(samples.tobytes()).hexdigest(), path=path)
