"""Where a picture's subject is: what stands out by contrast, by colour or by a movement of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]

_WIDTH = 192
"""Pixels of the longer side at which pictures are looked at: a subject is no smaller than a few of them."""

_SURROUNDS = (0.02, 0.05, 0.1)
"""Sizes of the surroundings that a place is compared with, as shares of the longer side."""

_OWN_MOTION = 0.006
"""Movement against the scene's own, as a share of the longer side, that counts in full."""

_CLEAR = 0.5
"""What stands out less than this beside the strongest place is no part of a subject."""

_SHARE = 0.35
"""A part that weighs less than this beside the strongest one is no subject of its own."""

_SMALLEST, _LARGEST = 0.004, 0.5
"""Shares of the picture that a subject takes."""

_DISTINCT = 1.8
"""By how much more a subject stands out than all around it; a texture has no subject."""

_BACKGROUND = 2.2
"""Parts that lie along the frame's edge more than this are background."""


@dataclass(frozen=True)
class Span:
    """A box as shares of the picture: ``0 <= left < right <= 1``, ``0 <= top < bottom <= 1``."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Look:
    """What was seen in one picture: how much each place stands out (0 to 1), and the box of the subjects."""

    saliency: Map
    subject: Span | None


def look(pictures: Sequence[NDArray[np.uint8]]) -> list[Look]:
    """Look at pictures ``(height, width, 3)`` RGB that follow each other in one shot."""
    small = [_small(picture) for picture in pictures]
    moving = _own_motion(small)
    return [_look(picture, motion) for picture, motion in zip(small, moving, strict=True)]


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    scale = _WIDTH / max(height, width)
    shape = max(8, round(width * scale)), max(8, round(height * scale))
    return np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)


def _look(picture: NDArray[np.uint8], motion: Map) -> Look:
    detail = _detail(picture)
    standing_out = _contrast(picture) + 0.3 * _unlike_the_frame(picture) + motion
    # A glow or a gradient stands out, too, but what a lens is focused on has edges.
    saliency = _evened(standing_out * detail * _middle(detail.shape))
    return Look(saliency, _subject(saliency))


def _detail(picture: NDArray[np.uint8]) -> Map:
    """How much there is to see at each place: the strength of edges around it."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    edges = np.zeros(picture.shape[:2], np.float32)
    for channel in cv2.split(lab):
        across, down = cv2.Sobel(channel, cv2.CV_32F, 1, 0), cv2.Sobel(channel, cv2.CV_32F, 0, 1)
        edges += np.asarray(cv2.magnitude(across, down), np.float32)
    return _scaled(
        np.asarray(
            cv2.GaussianBlur(np.minimum(edges, np.percentile(edges, 98)), (0, 0), 0.025 * max(edges.shape)),
            np.float32,
        )
    )


def _middle(shape: tuple[int, ...]) -> Map:
    """Pictures are composed around their middle: what stands out there counts up to twice as much."""
    rows, columns = (np.linspace(-1, 1, length, dtype=np.float32) for length in shape)
    return (0.5 + 0.5 * np.exp(-2 * (rows[:, None] ** 2 + columns[None, :] ** 2))).astype(np.float32)


def _contrast(picture: NDArray[np.uint8]) -> Map:
    """How unlike its surroundings each place is, in CIE L*a*b*, over several sizes of surroundings.

    Centre-surround differences: Itti, Koch, Niebur, "A model of saliency-based visual attention for rapid
    scene analysis" (PAMI 1998), with the colour distance of Achanta et al., "Frequency-tuned salient region
    detection" (CVPR 2009).
    """
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    centre = cv2.GaussianBlur(lab, (0, 0), 1.2)
    total = np.zeros(picture.shape[:2], np.float32)
    for share in _SURROUNDS:
        surround = cv2.GaussianBlur(lab, (0, 0), share * max(picture.shape[:2]))
        total += np.linalg.norm(centre - surround, axis=2).astype(np.float32)
    return _scaled(total)


def _unlike_the_frame(picture: NDArray[np.uint8]) -> Map:
    """How unlike everything along the frame's edge each place is, in CIE L*a*b*.

    The edge stands for the background, as in Zhu, Liang, Wei, Sun, "Saliency optimization from robust
    background detection" (CVPR 2014); here each side by its own mean and spread.
    """
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    centre = cv2.GaussianBlur(lab, (0, 0), 1.2)
    rim = max(2, round(min(picture.shape[:2]) * 0.05))
    sides = [centre[:rim], centre[-rim:], centre[:, :rim], centre[:, -rim:]]
    distances = []
    for side in sides:
        pixels = side.reshape(-1, 3)
        away = (centre - pixels.mean(axis=0)) / (pixels.std(axis=0) + 4)
        distances.append(np.linalg.norm(away, axis=2).astype(np.float32))
    # Background is like one of the sides at least.
    return _scaled(np.minimum.reduce(distances))


def _own_motion(pictures: Sequence[NDArray[np.uint8]]) -> list[Map]:
    """How each place moves against the scene: dense flow less the affine motion that fits it best."""
    if len(pictures) < 2:
        return [np.zeros(picture.shape[:2], np.float32) for picture in pictures]
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    found: list[Map] = []
    for before, after in pairwise(grey):
        flow = engine.calc(before, after, np.zeros((*before.shape, 2), np.float32)).astype(np.float32)
        own = np.linalg.norm(flow - _scene_motion(flow), axis=2).astype(np.float32)
        found.append(np.clip(own / (_OWN_MOTION * max(before.shape)), 0, 1))
    return [found[0], *found]


def _scene_motion(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """The affine motion ``(height, width, 2)`` that most of a flow agrees with (RANSAC)."""
    height, width = flow.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    places = np.stack([columns, rows], axis=2)
    step = max(1, min(height, width) // 24)
    start = places[::step, ::step].reshape(-1, 2)
    end = start + flow[::step, ::step].reshape(-1, 2)
    affine, _ = cv2.estimateAffine2D(start, end, ransacReprojThreshold=1.0)
    if affine is None:
        return np.broadcast_to(np.median(flow, axis=(0, 1)), flow.shape).astype(np.float32)
    return (places @ affine[:, :2].T + affine[:, 2] - places).astype(np.float32)


def _subject(saliency: Map) -> Span | None:
    """The box of all that stands out and is no background; None where nothing does for itself."""
    bytes_ = (saliency * 255).astype(np.uint8)
    level, _ = cv2.threshold(bytes_, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = bytes_ >= max(level, 255 * _CLEAR)
    mask = cv2.morphologyEx(np.asarray(mask, np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height, width = saliency.shape
    parts = [
        (float(saliency[labels == n].sum()), stats[n])
        for n in range(1, count)
        if _SMALLEST <= stats[n][cv2.CC_STAT_AREA] / saliency.size <= _LARGEST
        and _along_the_edge(labels == n) <= _BACKGROUND
    ]
    if not parts:
        return None
    most = max(weight for weight, _ in parts)
    kept = np.array([box for weight, box in parts if weight >= _SHARE * most])
    left, top = kept[:, cv2.CC_STAT_LEFT].min(), kept[:, cv2.CC_STAT_TOP].min()
    right = (kept[:, cv2.CC_STAT_LEFT] + kept[:, cv2.CC_STAT_WIDTH]).max()
    bottom = (kept[:, cv2.CC_STAT_TOP] + kept[:, cv2.CC_STAT_HEIGHT]).max()
    if not _distinct(saliency, (slice(top, bottom), slice(left, right))):
        return None
    return Span(float(left / width), float(top / height), float(right / width), float(bottom / height))


def _distinct(saliency: Map, box: tuple[slice, slice]) -> bool:
    inside, size = float(saliency[box].sum()), saliency[box].size
    around = float(saliency.sum()) - inside
    return inside / size >= _DISTINCT * around / max(1, saliency.size - size)


def _along_the_edge(part: NDArray[np.bool_]) -> float:
    """Boundary connectivity (Zhu et al.): length along the frame's edge over the root of the area."""
    touching = part[0].sum() + part[-1].sum() + part[:, 0].sum() + part[:, -1].sum()
    return float(touching / np.sqrt(part.sum()))


def _scaled(values: Map) -> Map:
    """To 0…1, where all but the strongest hundredth lies."""
    top = float(np.percentile(values, 99))
    return np.clip(values / top, 0, 1).astype(np.float32) if top > 1e-6 else np.zeros_like(values)


def _evened(values: NDArray[np.floating]) -> Map:
    """To 0…1 with the grain taken out."""
    return _scaled(np.asarray(cv2.GaussianBlur(values.astype(np.float32), (0, 0), 1.5), np.float32))
