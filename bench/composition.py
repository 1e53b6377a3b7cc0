"""Composition time ÷ film length: our engine, moviepy 2, and one hand-written ffmpeg graph.

All three make the same 40 s film of ten clips with crossfades, a title, captions, a call to action
and music at −14 LUFS, from the same normalised clips and the same drawn pictures. moviepy and the
graph encode with the clips' preset and CRF; ours copies what no transition or text touches and
renders the rest with its own parameters, so its quality is shown beside the graph's, as VMAF against
a lossless rendering. Each runs in a process of its own, in turn, for several rounds; medians count.
Peak memory is that of the process and all its children.

Run with ``python -m bench.composition``.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from bench.harness import Result, publish, result
from media.compose import compose
from media.encoder import FPS, HOUSE, TO_HOUSE_COLOUR, encode_frames, run
from media.overlays import Layer, draw_overlays
from media.probe import measure_loudness, probe
from media.timeline import Shot, Size, Soundtrack, TextOverlay, Timeline, Transition

SHOTS, SHOT_FRAMES, FADE_FRAMES = 10, 120, 15
SIZE = Size.for_aspect("16:9")
MAKERS = ("ours", "graph", "moviepy")
_DEADLINE_S = 900.0
_SAMPLE_S = 0.02
_TAGS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]


def film() -> Timeline:
    """Ten shots of 4 s, nine crossfades, five texts, music."""
    crossfade = Transition(kind="crossfade", frames=FADE_FRAMES)
    shots = tuple(
        Shot(
            clip=f"clip{n}",
            address=f"bench-{n}",
            frames=SHOT_FRAMES,
            transition=crossfade if n else Transition(),
        )
        for n in range(SHOTS)
    )
    texts = (
        TextOverlay(kind="title", text="The long way home", start=15, frames=90),
        TextOverlay(
            kind="caption", text="Through the old town at first light", start=2 * 120 + 25, frames=75
        ),
        TextOverlay(kind="caption", text="Over the pass, before the snow", start=4 * 120 + 25, frames=75),
        TextOverlay(kind="caption", text="And down to the sea", start=7 * 120 + 25, frames=75),
        TextOverlay(kind="cta", text="Plan your trip", start=9 * 120 + 30, frames=85),
    )
    music = Soundtrack(asset="music", address="bench-music", fade_in=15, fade_out=45)
    return Timeline(size=SIZE, shots=shots, overlays=texts, soundtrack=music, palette=("#e2763a",))


def _landscape(seed: int) -> NDArray[np.uint8]:
    """A large picture with detail at every scale, in one family of colours, ``(h, w, 3)`` BGR."""
    random = np.random.default_rng(seed)
    height, width = 900, 1600
    picture = np.zeros((height, width, 3), np.float32)
    for octave in range(8):
        grain = random.standard_normal((3 * 2**octave, 5 * 2**octave, 3)).astype(np.float32)
        picture += cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC) * 0.62**octave
    picture = (picture - picture.min()) / (picture.max() - picture.min())
    tint = random.uniform(0.4, 1.0, 3).astype(np.float32)
    return (255 * np.clip(picture * 1.3 - 0.15, 0, 1) * tint).astype(np.uint8)


def _camera(seed: int, frames: int) -> Iterator[NDArray[np.uint8]]:
    """A slow move over a landscape."""
    picture = _landscape(seed)
    for frame in range(frames):
        share = frame / frames
        zoom = 0.86 + 0.1 * share * (-1) ** seed
        move = np.array([[zoom, 0, 40 + 90 * share], [0, zoom, 30 + 30 * share]], np.float32)
        shown = cv2.warpAffine(
            picture, move, (SIZE.width, SIZE.height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        yield np.asarray(shown, np.uint8)


def prepare(folder: Path) -> None:
    """Make the clips, the music and the overlays' pictures that all three start from."""
    timeline = film()
    for number in range(SHOTS):
        frames = timeline.clip_frames(number)
        encode_frames(
            _camera(number, frames),
            width=SIZE.width,
            height=SIZE.height,
            destination=folder / f"clip{number}.mp4",
            keyframes=timeline.keyframes(number),
        )
    tones = "0.2*sin(220*2*PI*t)*(0.6+0.4*sin(2*PI*t/2))+0.1*sin(331*2*PI*t)+0.05*random(0)"
    music = ["-f", "lavfi", "-i", f"aevalsrc='{tones}|{tones}':s=48000:d={timeline.duration_s + 5}"]
    run([*music, str(folder / "music.wav")], deadline_s=_DEADLINE_S)
    for layer in _layers(folder):
        layer.saved(folder)


def _clips(folder: Path) -> dict[str, Path]:
    return {f"clip{number}": folder / f"clip{number}.mp4" for number in range(SHOTS)}


def _layers(folder: Path) -> tuple[Layer, ...]:
    return draw_overlays(film(), _clips(folder), {}).layers


def make_ours(folder: Path, destination: Path) -> float:
    """Compose with an empty cache; seconds taken."""
    work = destination.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    started = time.perf_counter()
    compose(film(), _clips(folder), destination, assets={"music": folder / "music.wav"}, workdir=work)
    return time.perf_counter() - started


def graph_arguments(
    folder: Path, layers: tuple[Layer, ...], codec: list[str], destination: Path
) -> list[str]:
    """The film as a single ffmpeg command, as one would write it by hand."""
    timeline = film()
    inputs = [part for path in _clips(folder).values() for part in ("-i", str(path))]
    inputs += [part for layer in layers for part in ("-i", str(layer.saved(folder)))]
    chains = [f"[{n}:v]fps={FPS},settb=AVTB[c{n}]" for n in range(SHOTS)]
    last = "c0"
    for number in range(1, SHOTS):
        offset = timeline.starts[number] / FPS
        fade = f"xfade=transition=fade:duration={FADE_FRAMES / FPS}:offset={offset}"
        chains.append(f"[{last}][c{number}]{fade}[x{number}]")
        last = f"x{number}"
    for number, layer in enumerate(layers):
        fade_out = layer.frames - layer.fade_out
        chains.append(
            f"[{SHOTS + number}:v]scale=out_color_matrix=bt709:out_range=tv,format=yuva420p,"
            f"loop=loop={layer.frames - 1}:size=1,setpts=N/{FPS}/TB,"
            f"fade=t=in:s=0:n={layer.fade_in}:alpha=1,fade=t=out:s={fade_out}:n={layer.fade_out}:alpha=1,"
            f"setpts=PTS+{layer.start}/{FPS}/TB[o{number}]"
        )
        picture = layer.picture
        settle = f"{picture.rise}*pow(max(0,1-(n-{layer.start})/{layer.fade_in * 1.6}),3)"
        chains.append(
            f"[{last}][o{number}]overlay=x={picture.x}:y='{picture.y}+{settle}':eof_action=pass[v{number}]"
        )
        last = f"v{number}"
    seconds = timeline.duration_s
    chains.append(f"[{last}]trim=end_frame={timeline.frames},format=yuv420p[video]")
    chains.append(
        f"[{SHOTS + len(layers)}:a]atrim=end={seconds},afade=t=in:d=0.5,afade=t=out:st={seconds - 1.5}:d=1.5,"
        "loudnorm=I=-14:TP=-1.5,aresample=48000[audio]"
    )
    sound = ["-i", str(folder / "music.wav")]
    maps = ["-map", "[video]", "-map", "[audio]", "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart"]
    return [*inputs, *sound, "-filter_complex", ";".join(chains), *maps, *codec, *_TAGS, str(destination)]


def _house_codec() -> list[str]:
    return ["-c:v", "libx264", "-preset", HOUSE.preset, "-crf", str(HOUSE.crf), "-pix_fmt", "yuv420p"]


def make_graph(folder: Path, destination: Path) -> float:
    """Run the hand-written graph; seconds taken."""
    arguments = graph_arguments(folder, _layers(folder), _house_codec(), destination)
    started = time.perf_counter()
    run(arguments, deadline_s=_DEADLINE_S)
    return time.perf_counter() - started


def make_moviepy(folder: Path, destination: Path) -> float:
    """Compose with moviepy 2; seconds taken. Loudness, which it lacks, is set by ffmpeg first."""
    import moviepy
    from moviepy import afx, vfx

    layers, timeline = _layers(folder), film()
    started = time.perf_counter()
    loud = destination.with_suffix(".wav")
    run(
        ["-i", str(folder / "music.wav"), "-af", "loudnorm=I=-14:TP=-1.5,aresample=48000", str(loud)],
        deadline_s=_DEADLINE_S,
    )
    parts = []
    for start, path in zip(timeline.starts, _clips(folder).values(), strict=True):
        clip = moviepy.VideoFileClip(str(path)).with_start(start / FPS)
        parts.append(clip.with_effects([vfx.CrossFadeIn(FADE_FRAMES / FPS)]) if start else clip)
    for layer in layers:
        image = moviepy.ImageClip(str(layer.saved(folder)), duration=layer.frames / FPS)
        fades = [vfx.CrossFadeIn(layer.fade_in / FPS), vfx.CrossFadeOut(layer.fade_out / FPS)]
        parts.append(image.with_effects(fades).with_start(layer.start / FPS).with_position(_settling(layer)))
    music = moviepy.AudioFileClip(str(loud)).subclipped(0, timeline.duration_s)
    music = music.with_effects([afx.AudioFadeIn(0.5), afx.AudioFadeOut(1.5)])
    whole = moviepy.CompositeVideoClip(parts, size=(SIZE.width, SIZE.height)).with_duration(
        timeline.duration_s
    )
    whole.with_audio(music).write_videofile(
        str(destination),
        fps=FPS,
        codec="libx264",
        preset=HOUSE.preset,
        audio_codec="aac",
        audio_bitrate="192k",
        audio_fps=48000,
        pixel_format="yuv420p",
        # moviepy hands over RGB; without this its colours are converted as BT.601.
        ffmpeg_params=["-vf", TO_HOUSE_COLOUR, "-crf", str(HOUSE.crf), "-movflags", "+faststart", *_TAGS],
        temp_audiofile_path=str(destination.parent),
        logger=None,
    )
    return time.perf_counter() - started


def _settling(layer: Layer):
    """The overlay's place as a function of seconds."""
    picture = layer.picture

    def place(seconds: float) -> tuple[float, float]:
        left = max(0.0, 1 - seconds * FPS / (layer.fade_in * 1.6))
        return picture.x, picture.y + picture.rise * left**3

    return place


def _peak_mib(process: psutil.Popen) -> float:
    """The highest sum of resident memory of a process and its children until it ends, in MiB."""
    peak = 0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            break
        total = 0
        for member in family:
            try:
                total += member.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak = max(peak, total)
        time.sleep(_SAMPLE_S)
    return peak / 2**20


def measure(maker: str, folder: Path) -> tuple[float, float]:
    """Run one maker in a process of its own: seconds taken, peak MiB."""
    command = [sys.executable, "-m", "bench.composition", "--make", maker, "--folder", str(folder)]
    process = psutil.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = _peak_mib(process)
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{maker} failed")
    return json.loads(output.splitlines()[-1])["seconds"], peak


def vmaf(film_path: Path, reference: Path) -> float:
    """Mean VMAF, 0 to 100, of a film against a lossless rendering."""
    pair = (
        f"[0:v]fps={FPS},settb=AVTB[a];[1:v]fps={FPS},settb=AVTB[b];[a][b]libvmaf=n_threads=2:n_subsample=3"
    )
    done = run(
        ["-loglevel", "info", "-i", str(film_path), "-i", str(reference), "-lavfi", pair, "-f", "null", "-"],
        deadline_s=_DEADLINE_S,
    )
    score = re.search(r"VMAF score: ([\d.]+)", done.stderr_tail)
    if score is None:
        raise SystemExit("libvmaf gave no score")
    return float(score[1])


def bench(folder: Path, rounds: int) -> list[Result]:
    """Prepare, measure all makers in turn, compare their films."""
    prepare(folder)
    seconds: dict[str, list[float]] = {maker: [] for maker in MAKERS}
    peaks: dict[str, list[float]] = {maker: [] for maker in MAKERS}
    for number in range(rounds):
        for maker in MAKERS:
            took, peak = measure(maker, folder)
            seconds[maker].append(took)
            peaks[maker].append(peak)
            print(f"round {number + 1}: {maker:8} {took:6.2f} s, peak {peak:5.0f} MiB", flush=True)
    lossless = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p"]
    reference = folder / "reference.mp4"
    run(graph_arguments(folder, _layers(folder), lossless, reference), deadline_s=_DEADLINE_S)
    length = film().duration_s
    speed = {maker: statistics.median(took) / length for maker, took in seconds.items()}
    peak = {maker: statistics.median(values) for maker, values in peaks.items()}
    unit = "s per s of film"
    rows = [
        result(
            "composition beside moviepy",
            speed["ours"],
            unit,
            baseline=speed["moviepy"],
            target="at least 5 times faster",
            met=speed["moviepy"] >= 5 * speed["ours"],
        ),
        result(
            "composition beside one graph",
            speed["ours"],
            unit,
            baseline=speed["graph"],
            target="no slower",
            met=speed["ours"] <= speed["graph"],
        ),
        result(
            "peak memory",
            peak["ours"],
            "MiB",
            baseline=peak["graph"],
            target="< 800 MiB",
            met=peak["ours"] < 800,
        ),
        result("moviepy peak memory", peak["moviepy"], "MiB"),
    ]
    for maker in MAKERS:
        made = folder / f"{maker}.mp4"
        found = probe(made)
        loudness = measure_loudness(made)
        rows += [
            result(
                f"{maker}: frames",
                found.frames,
                "frames",
                target=f"{film().frames}",
                met=found.frames == film().frames,
            ),
            result(f"{maker}: size", made.stat().st_size / 2**20, "MiB"),
            result(
                f"{maker}: loudness",
                loudness.integrated_lufs,
                "LUFS",
                target="−14 ± 0.5",
                met=abs(loudness.integrated_lufs + 14) <= 0.5,
            ),
        ]
    # moviepy shows some frames one late or early, which a frame-by-frame comparison cannot judge.
    scores = {maker: vmaf(folder / f"{maker}.mp4", reference) for maker in ("ours", "graph")}
    rows.append(
        result("VMAF against lossless", scores["ours"], "of 100", baseline=scores["graph"], better="higher")
    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--make", choices=MAKERS, help="make one film in --folder and print the seconds")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.make:
        maker = {"ours": make_ours, "graph": make_graph, "moviepy": make_moviepy}[arguments.make]
        seconds = maker(arguments.folder, arguments.folder / f"{arguments.make}.mp4")
        print(json.dumps({"seconds": seconds}))
        return
    with tempfile.TemporaryDirectory() as folder:
        publish("composition", bench(Path(folder), arguments.rounds))


if __name__ == "__main__":
    main()
