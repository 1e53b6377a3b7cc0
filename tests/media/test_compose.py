"""Whole films: frame for frame, plane for plane, byte for byte, and nothing half-written."""

import hashlib
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from media.compose import Composition, SegmentCounts, compose
from media.encoder import encode_frames, run
from media.errors import Cancelled, MediaError, SourceRejected, TimelineInvalid
from media.join import Piece, join
from media.overlays import ground_below
from media.probe import Expectation, verify
from media.segments import cut
from media.timeline import LogoOverlay, Shot, TextOverlay, Timeline, Transition
from tests.media.films import SIZE, film, read_number

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def planes(path: Path) -> list[Planes]:
    """Y, U and V of every frame."""
    with av.open(str(path)) as container:
        frames = [np.asarray(frame.to_ndarray(), np.uint8) for frame in container.decode(video=0)]
    height = SIZE.height
    found = []
    for frame in frames:
        chroma = frame[height:].reshape(2, height // 2, -1)
        found.append((frame[:height], chroma[0], chroma[1]))
    return found


def difference(first: Planes, second: Planes) -> float:
    """The largest mean difference of the three planes."""
    pairs = zip(first, second, strict=True)
    return max(float(np.abs(a.astype(np.int16) - b.astype(np.int16)).mean()) for a, b in pairs)


@pytest.fixture(scope="module")
def made(clips, assets, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Composition, Path]:
    """The film, its composition, and the work directory it left."""
    folder = tmp_path_factory.mktemp("made")
    work = folder / "work"
    composition = compose(film(), clips, folder / "film.mp4", assets=assets, workdir=work)
    return folder / "film.mp4", composition, work


def test_film_is_as_asked_for(made: tuple[Path, Composition, Path]) -> None:
    _, composition, _ = made
    verify(composition.probe, Expectation(215, SIZE.width, SIZE.height, audio=True))
    assert composition.probe.duration_s == pytest.approx(215 / 30, abs=1 / 30)
    assert composition.probe.audio_duration_s == pytest.approx(215 / 30, abs=1 / 30)
    assert composition.segments.copied == 4
    assert composition.segments.rendered == 5
    assert composition.segments.reused == 0
    assert composition.loudness_lufs == pytest.approx(-14, abs=0.5)
    assert composition.true_peak_dbtp is not None
    assert composition.true_peak_dbtp <= -1
    assert all(started < ended for started, ended in composition.ffmpeg)
    assert {entry.overlay for entry in composition.contrast} == {0, 1, 2}
    assert all(entry.ratio >= 4.5 for entry in composition.contrast)


def test_every_frame_is_the_right_one(made: tuple[Path, Composition, Path], clips: dict[str, Path]) -> None:
    """Copied frames equal the clip's in every plane; rendered ones after a transition carry its number."""
    path, _, _ = made
    timeline, shown = film(), planes(path)
    sources = {name: planes(clip) for name, clip in clips.items()}
    for segment in cut(timeline):
        source = sources[timeline.shots[segment.shot].clip]
        lead = segment.transition.frames if segment.transition else 0
        for offset in range(segment.frames):
            frame = shown[segment.start + offset]
            if segment.copied:
                assert difference(frame, source[segment.first + offset]) == 0
            elif offset >= lead:
                assert read_number(frame[0]) == segment.first + offset


def test_an_edited_film_shows_the_frames_asked_for(clips: dict[str, Path], tmp_path: Path) -> None:
    """Another order, trimmed at both ends, one clip twice: from a keyframe copied, else rendered."""
    shots = (
        # The clip has keyframes at 0, 10 and 45: nothing but the frames from 10 on can be copied.
        Shot(clip="green", address="g", skip=4, frames=41),
        Shot(clip="red", address="r", skip=34, frames=16),
        Shot(clip="grey", address="y", skip=7, frames=20, transition=Transition(kind="crossfade", frames=8)),
        Shot(clip="green", address="g", skip=13, frames=9),
        Shot(clip="green", address="g", skip=13, frames=9),
    )
    timeline = film(shots=shots, overlays=(), soundtrack=None)
    composed = compose(timeline, clips, tmp_path / "film.mp4", workdir=tmp_path / "work")
    shown = [read_number(frame[0]) for frame in planes(tmp_path / "film.mp4")]
    assert shown[:57] == [*range(4, 45), *range(34, 50)]
    assert shown[65:] == [*range(15, 27), *range(13, 22), *range(13, 22)]
    assert (composed.probe.frames, composed.probe.decode_errors) == (95, 0)
    # Alike, the last two are rendered once.
    assert composed.segments == SegmentCounts(copied=2, rendered=3, reused=1)


def test_a_text_is_made_readable_on_the_frames_it_stands_on(clips: dict[str, Path], tmp_path: Path) -> None:
    bright = tmp_path / "bright.mp4"
    frames = [np.full((SIZE.height, SIZE.width, 3), 20 if n < 40 else 250, np.uint8) for n in range(80)]
    encode_frames(frames, width=SIZE.width, height=SIZE.height, destination=bright)
    caption = TextOverlay(kind="caption", text="Every cup", start=2, frames=30)
    below = {
        skip: ground_below(
            Timeline(
                size=SIZE,
                shots=(Shot(clip="bright", address="b", skip=skip, frames=40),),
                overlays=(caption,),
            ),
            {"bright": bright},
            caption.start,
            caption.frames,
        )
        for skip in (0, 40)
    }
    assert below[0].max() < 60
    assert below[40].min() > 200


@pytest.mark.parametrize("kind", ["crossfade", "wipe", "dip"])
def test_transition_begins_with_the_old_clip_running_on(
    kind: str, clips: dict[str, Path], tmp_path: Path
) -> None:
    shots = film().shots[:2]
    transition = Transition.model_validate({"kind": kind, "frames": 9})
    timeline = film(
        shots=(shots[0], shots[1].model_copy(update={"transition": transition})), overlays=(), soundtrack=None
    )
    compose(timeline, clips, tmp_path / "film.mp4", workdir=tmp_path / "work")
    shown, old, new = (planes(path) for path in (tmp_path / "film.mp4", clips["red"], clips["green"]))
    assert len(shown) == 95
    assert difference(shown[49], old[49]) == 0
    assert difference(shown[50], old[50]) < 3
    assert read_number(shown[50][0]) == 50
    middle = shown[54]
    assert difference(middle, old[54]) > 5
    assert difference(middle, new[4]) > 5
    assert difference(shown[59], new[9]) < 3
    # The very next join: first copied frame after the window.
    assert [read_number(frame[0]) for frame in shown[59:]] == list(range(9, 45))


def test_same_input_gives_the_same_bytes(made, clips, assets, tmp_path: Path) -> None:
    compose(film(), clips, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work")
    assert (tmp_path / "film.mp4").read_bytes() == made[0].read_bytes()


def test_cached_segments_are_not_rendered_again(made, clips, assets, tmp_path: Path) -> None:
    path, _, work = made
    shutil.copytree(work, tmp_path / "work")
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "work").iterdir()}
    again = compose(film(), clips, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work")
    assert (again.segments.rendered, again.segments.reused, again.ffmpeg) == (0, 5, ())
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "work").iterdir()} == before
    assert (tmp_path / "film.mp4").read_bytes() == path.read_bytes()
    overlays = film().overlays
    changed = film(overlays=(overlays[0], overlays[1].model_copy(update={"text": "No cup"}), overlays[2]))
    third = compose(changed, clips, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work")
    assert (third.segments.rendered, third.segments.reused) == (1, 4)
    assert third.loudness_lufs == again.loudness_lufs


def test_no_soundtrack_is_digital_silence(clips, tmp_path: Path) -> None:
    silent = compose(film(soundtrack=None), clips, tmp_path / "film.mp4", workdir=tmp_path / "work")
    assert silent.loudness_lufs is None
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert not any(np.any(frame.to_ndarray()) for frame in container.decode(audio=0))


def test_cancel_leaves_no_film_and_no_process(clips, assets, tmp_path: Path) -> None:
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        compose(
            film(),
            clips,
            tmp_path / "film.mp4",
            assets=assets,
            workdir=tmp_path / "work",
            on_progress=lambda share: cancel.set(),
            cancel=cancel,
        )
    assert not [child for child in psutil.Process().children(recursive=True) if "ffmpeg" in child.name()]
    assert not (tmp_path / "film.mp4").exists()
    assert not [path for path in tmp_path.rglob("*") if ".part" in path.name]


def test_truncated_clip_gives_an_error_and_no_film(clips, assets, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clips["blue"].read_bytes()[:-2000])
    with pytest.raises(MediaError):
        compose(
            film(), clips | {"blue": broken}, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work"
        )
    assert not (tmp_path / "film.mp4").exists()


def test_everything_missing_is_named(clips, tmp_path: Path) -> None:
    logo = LogoOverlay(asset="logo", address="l", start=0, frames=20)
    with pytest.raises(TimelineInvalid, match=r"'red' is missing.*'logo' is missing.*'music' is missing"):
        compose(
            film(overlays=(logo,)),
            {name: path for name, path in clips.items() if name != "red"},
            tmp_path / "film.mp4",
            workdir=tmp_path / "work",
        )
    with pytest.raises(TimelineInvalid, match="needs 60 frames of clip 'red', which has 30"):
        compose(
            film(soundtrack=None),
            clips | {"red": clips["pink"]},
            tmp_path / "f.mp4",
            workdir=tmp_path / "work",
        )


def test_text_file_as_logo_is_refused(clips, tmp_path: Path) -> None:
    fake = tmp_path / "logo.png"
    fake.write_text("this is not a picture")
    logo = LogoOverlay(asset="logo", address="l", start=0, frames=20)
    with pytest.raises(SourceRejected, match=r"logo\.png cannot be read"):
        compose(
            film(overlays=(logo,), soundtrack=None),
            clips,
            tmp_path / "film.mp4",
            assets={"logo": fake},
            workdir=tmp_path / "work",
        )


def test_clip_with_other_headers_is_rendered_not_copied(clips, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.mp4"
    colour = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    run(["-i", str(clips["pink"]), "-c:v", "libx264", "-bf", "0", *colour, str(foreign)], deadline_s=60)
    timeline = film(overlays=(), soundtrack=None)
    composed = compose(timeline, clips | {"pink": foreign}, tmp_path / "film.mp4", workdir=tmp_path / "work")
    assert composed.segments.copied == 4
    shown = planes(tmp_path / "film.mp4")
    assert [read_number(frame[0]) for frame in shown[185:]] == list(range(30))


def test_join_refuses_other_headers_and_broken_groups(clips, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.mp4"
    run(["-i", str(clips["pink"]), "-c:v", "libx264", "-bf", "0", str(foreign)], deadline_s=60)
    with pytest.raises(MediaError, match="headers differ"):
        join([Piece(clips["red"], 0, 34), Piece(foreign, 0, 30)], [], tmp_path / "film.mp4")
    with pytest.raises(MediaError, match=r"whole groups|not a keyframe"):
        join([Piece(clips["red"], 0, 20)], [], tmp_path / "film.mp4")


def test_overlay_comes_and_goes(clips, tmp_path: Path) -> None:
    """A caption is absent before its first frame, full in its middle, gone after its last."""
    caption = TextOverlay(kind="caption", text="Every cup", start=10, frames=30)
    timeline = Timeline(size=SIZE, shots=film().shots[:1], overlays=(caption,))
    compose(timeline, clips, tmp_path / "film.mp4", workdir=tmp_path / "work")
    shown, clean = planes(tmp_path / "film.mp4"), planes(clips["red"])
    change = [
        float(np.abs(a[0].astype(int) - b[0].astype(int)).max()) for a, b in zip(shown, clean, strict=False)
    ]
    assert max(change[:10]) < 40
    assert min(change[22:30]) > 100
    assert max(change[40:]) < 40


def test_addresses_name_the_cached_files(made: tuple[Path, Composition, Path]) -> None:
    names = [path.stem for path in made[2].glob("*.mp4")]
    assert len(names) == 5
    assert all(len(name) == len(hashlib.sha256().hexdigest()) for name in names)


def _compose_elsewhere(
    clips: dict[str, Path], assets: dict[str, Path], folder: Path, body: str
) -> subprocess.CompletedProcess[str]:
    """Compose the film in a Python process of its own, with ``body`` beforehand; 28 means a full disk."""
    named = {name: str(path) for name, path in (clips | assets).items()}
    script = f"""
import os, resource, signal, sys
from pathlib import Path
from media.compose import compose
from media.errors import DiskFull
from tests.media.films import film
files = {{name: Path(path) for name, path in {named!r}.items()}}
folder = Path({str(folder)!r})
progress, timeline = None, film()
{body}
try:
    compose(timeline, files, folder / "film.mp4", assets=files, workdir=folder / "work", on_progress=progress)
except DiskFull as error:
    sys.stdout.write(str(error))
    sys.exit(28)
"""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", script], cwd=root, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("share", [0.01, 0.5, 0.94])
def test_killed_composition_resumes_to_the_same_bytes(
    made, clips, assets, tmp_path: Path, share: float
) -> None:
    die = f"progress = lambda done: os.kill(os.getpid(), signal.SIGKILL) if done > {share} else None"
    assert _compose_elsewhere(clips, assets, tmp_path, die).returncode == -signal.SIGKILL
    assert not (tmp_path / "film.mp4").exists()
    again = compose(film(), clips, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work")
    assert again.segments.rendered + again.segments.reused == 5
    assert (tmp_path / "film.mp4").read_bytes() == made[0].read_bytes()


@pytest.mark.parametrize(
    ("limit", "music", "stopped"),
    [(15_000, False, ".mp4"), (50_000, False, "film.mp4"), (100_000, True, ".wav")],
)
def test_full_disk_is_named_and_nothing_half_written(
    clips, assets, tmp_path: Path, limit: int, music: bool, stopped: str
) -> None:
    """One limit after the other stops a segment, the joined film, and the music."""
    body = "" if music else "timeline = film(soundtrack=None)\n"
    body += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    ended = _compose_elsewhere(clips, assets, tmp_path, body)
    assert ended.returncode == 28, ended.stderr
    assert stopped in ended.stdout
    assert not (tmp_path / "film.mp4").exists()
    assert not [path for path in tmp_path.rglob("*") if ".part" in path.name or path.suffix == ".wav"]
