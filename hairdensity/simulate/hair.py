"""Hair as the camera sees it: segments of strands on the picture plane, lit, in layers from the outside in."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Plane, Share
from hairdensity.simulate import anatomy
from hairdensity.simulate.camera import Camera, linear_of
from hairdensity.simulate.follicles import Follicles, grow
from hairdensity.simulate.model import Head, Shot
from hairdensity.simulate.solids import see_hull
from hairdensity.simulate.splat import deposit
from hairdensity.simulate.strands import courses, curl_shape, guides

Values = NDArray[np.float32]
LAYERS: Final = 10
_CHUNK: Final = 12_000

# sRGB of hair, lit and seen as a mass.
_HAIR: Final = {
    "black": (52, 46, 43),
    "dark brown": (82, 64, 52),
    "brown": (118, 90, 68),
    "light brown": (156, 124, 92),
    "blond": (208, 178, 134),
    "red": (168, 98, 58),
    "grey": (176, 174, 172),
    "white": (232, 230, 226),
}
_NO_PIGMENT: Final = (222, 220, 216)


@dataclass(frozen=True, slots=True)
class Segments:
    """Pieces of strands on the picture, each an entry of every array.

    Parameters
    ----------
    start, end : ndarray
        (n, 2) float32 pixel x, y.
    width : ndarray
        (n,) float32 pixels.
    lit : ndarray
        (n,) float32: how much of the light the piece scatters back, by its place, direction and pigment; about 1.
    grey : ndarray
        (n,) float32: 1 for hair without pigment, times `lit`.
    shine : ndarray
        (n,) float32: mirrored light of the main lamp.
    layer : ndarray
        (n,) uint8: 0 outermost.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    width: Values
    lit: Values
    grey: Values
    shine: Values
    layer: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Hair:
    """Hair over nothing.

    Parameters
    ----------
    colour : ndarray
        (rows, columns, 3) float32 linear RGB, already multiplied with its share.
    alpha : ndarray
        (rows, columns) float32: share of each pixel that hair covers.
    shadow, hush : ndarray
        (rows, columns) float32 0..1: share of the main light, and of the light from everywhere, that reaches the skin.
    count : int
        Hairs that are rooted where the camera looks.
    """

    colour: Plane
    alpha: Share
    shadow: Plane
    hush: Plane
    count: int


def hair_colour(head: Head, wet: float) -> tuple[Values, Values]:
    """Return the linear RGB of pigmented and unpigmented hair."""
    dark = np.float32(0.82 * (1 - 0.45 * wet))
    return linear_of(_HAIR[head.hair_colour]) * dark, linear_of(_NO_PIGMENT) * np.float32(1 - 0.25 * wet)


def seen_hairs(head: Head, shot: Shot, eye: Camera) -> Follicles:
    """Return the hairs that can reach into the picture: all but those on the far side of the head."""
    hairs = grow(head)
    normal = anatomy.skull_normal(head, hairs.root)
    to_eye = anatomy.unit(eye.place - hairs.root)
    facing = np.einsum("ij,ij->i", normal, to_eye)
    length = hairs.length_mm * shot.length_scale
    x, y, _ = eye.project(hairs.root)
    margin = length * (eye.focal / shot.distance_mm) * 1.3 + 4
    rows, columns = eye.shape
    inside = (x > -margin) & (x < columns + margin) & (y > -margin) & (y < rows + margin)
    keep = inside & (facing > -0.08 - length / 55.0)
    return Follicles(*(getattr(hairs, name)[keep] for name in Follicles.__slots__))


def segments(
    head: Head, shot: Shot, hairs: Follicles, eye: Camera, sun: NDArray[np.float32], solid_depth: Plane
) -> Segments:
    """Return the visible pieces of all strands."""
    if not len(hairs.root):
        empty = np.zeros(0, np.float32)
        return Segments(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32), empty, empty, empty, empty,
                        np.zeros(0, np.uint8))  # fmt: skip
    lead = guides(head, shot)
    longest = float(np.max(hairs.length_mm)) * shot.length_scale
    pixels = longest * eye.focal / shot.distance_mm
    points = 3 + round(pixels / 7)
    if head.curl > 0.02:
        points = max(points, round(longest / curl_shape(head)[1] * 7))
    points = int(np.clip(points, 3, 42))
    hull = see_hull(head, eye, min(longest, 4.0 + 24.0 * head.lift)).depth
    parts = []
    for first in range(0, len(hairs.root), _CHUNK):
        chunk = Follicles(*(getattr(hairs, name)[first : first + _CHUNK] for name in Follicles.__slots__))
        parts.append(
            _chunk_segments(head, chunk, courses(head, shot, chunk, lead, points), eye, sun, solid_depth, hull)
        )
    start, end, width, lit, grey, shine, height = (np.concatenate(column) for column in zip(*parts, strict=True))
    # Layers hold equal lengths of strand, so that none is crowded.
    order = np.quantile(height, np.linspace(0, 1, LAYERS + 1)[1:-1]) if len(height) else np.zeros(LAYERS - 1)
    layer = (LAYERS - 1 - np.searchsorted(order, height)).astype(np.uint8)
    return Segments(start, end, width, lit, grey, shine, layer)


def _chunk_segments(
    head: Head,
    hairs: Follicles,
    points: NDArray[np.float32],
    eye: Camera,
    sun: NDArray[np.float32],
    solid_depth: Plane,
    hull: Plane,
) -> tuple[NDArray[np.float32], ...]:
    rows, columns = eye.shape
    x, y, depth = eye.project(points)
    knots = x.shape[1]
    middle = (points[:, 1:] + points[:, :-1]) * np.float32(0.5)
    mid_x, mid_y = (x[:, 1:] + x[:, :-1]) * 0.5, (y[:, 1:] + y[:, :-1]) * 0.5
    mid_depth = (depth[:, 1:] + depth[:, :-1]) * np.float32(0.5)
    column = np.clip(np.rint(mid_x), 0, columns - 1).astype(np.int32)
    row = np.clip(np.rint(mid_y), 0, rows - 1).astype(np.int32)
    inside = (mid_x > -2) & (mid_x < columns + 1) & (mid_y > -2) & (mid_y < rows + 1)
    ahead = solid_depth[row, column] - mid_depth
    seen = inside & (ahead > -1.2)
    which = np.flatnonzero(seen.ravel())
    strand = which // (knots - 1)
    along = points[:, 1:] - points[:, :-1]
    along = anatomy.unit(along.reshape(-1, 3)[which])
    spot = middle.reshape(-1, 3)[which]
    normal = anatomy.skull_normal(head, hairs.root)[strand]
    to_eye = anatomy.unit(eye.place - spot)
    cos_light = along @ sun
    cos_eye = np.einsum("ij,ij->i", along, to_eye)
    sin_light = np.sqrt(np.maximum(1 - cos_light**2, 0))
    sin_eye = np.sqrt(np.maximum(1 - cos_eye**2, 0))
    facing = np.clip(0.25 + 0.75 * (normal @ sun), 0.02, 1)
    # Light along strands: Kajiya and Kay, SIGGRAPH 1989; a sharp white lobe and a broad one.
    mirror = np.maximum(sin_light * sin_eye - cos_light * cos_eye, 0)
    shine = (
        (0.8 * mirror**36 + 0.2 * mirror**8)
        * (0.2 + 1.6 * hairs.chance[strand, 5])
        * np.clip(facing * 1.4 - 0.15, 0, 1)
    )
    far = ((np.arange(knots - 1, dtype=np.float32) + 0.5) / (knots - 1))[which % (knots - 1)]
    pigment = hairs.pale[strand] * (0.92 + 0.16 * far)
    lit = pigment * (0.30 + 0.70 * sin_light * facing)
    scale = eye.focal / np.maximum(mid_depth.ravel()[which], 1.0)
    width = hairs.width_mm[strand] * scale * (1 - 0.55 * np.clip((far - 0.7) / 0.3, 0, 1))
    # Ordered along the line of sight, from the hull of all the hair inwards.
    height = -(mid_depth - hull[row, column]).ravel()[which] + 2.0 * (hairs.chance[strand, 2] - 0.5)
    start = np.stack([x[:, :-1].ravel()[which], y[:, :-1].ravel()[which]], -1)
    end = np.stack([x[:, 1:].ravel()[which], y[:, 1:].ravel()[which]], -1)
    grey = lit * hairs.grey[strand]
    return tuple(np.asarray(a, np.float32) for a in (start, end, width, lit, grey, shine, height))


def cover(pieces: Segments, shape: tuple[int, int]) -> Share:
    """Return the share of each pixel that hair covers: strands of one layer lie beside each other, layers at random."""
    through = np.ones(shape, np.float32)
    for layer in range(LAYERS):
        chosen = _uncovered(pieces, layer, through)
        area = deposit(pieces.start[chosen], pieces.end[chosen], pieces.width[chosen], (), shape)[0]
        through *= 1 - np.minimum(area, 1)
    return 1 - through


def paint(head: Head, shot: Shot, pieces: Segments, eye: Camera, sun: NDArray[np.float32], count: int) -> Hair:
    """Blend the layers from the outside in, each in the shadow of those before it."""
    rows, columns = eye.shape
    pigmented, grey_tone = hair_colour(head, shot.wet)
    px_per_mm = eye.focal / shot.distance_mm
    key, around = np.float32(shot.light_share), np.float32(1 - shot.light_share)
    seen_sun = eye.axes @ sun
    depth_step = _layer_depth(head, shot) * px_per_mm
    slope = np.clip(seen_sun[:2] / max(-float(seen_sun[2]), 0.35), -1.5, 1.5)
    move = np.array([[1, 0, -slope[0] * depth_step], [0, 1, -slope[1] * depth_step]], np.float32)
    pigment_depth = 0.55 + 0.35 * (1 - float(pigmented.mean()) ** 0.4)
    through = np.ones((rows, columns), np.float32)
    colour = np.zeros((rows, columns, 3), np.float32)
    overhead = np.zeros((rows, columns), np.float32)
    above = np.zeros((rows, columns), np.float32)
    gloss = (np.float32(0.17 + 0.35 * shot.wet) + 1.1 * pigmented).astype(np.float32)
    for layer in range(LAYERS):
        chosen = _uncovered(pieces, layer, through)
        area, lit, grey, shine = deposit(
            pieces.start[chosen],
            pieces.end[chosen],
            pieces.width[chosen],
            (pieces.lit[chosen], pieces.grey[chosen], pieces.shine[chosen]),
            (rows, columns),
        )
        share = np.minimum(area, 1)
        per = share * through / np.maximum(area, 1e-6)
        shadow = np.exp(-np.float32(pigment_depth) * overhead)
        light = key * shadow * np.float32(1.6) + around * np.exp(np.float32(-0.75) * above)
        tone = (per * light)[..., None]
        colour += tone * ((lit - grey)[..., None] * pigmented + grey[..., None] * grey_tone)
        colour += (per * shine * key * shadow)[..., None] * gloss
        through *= 1 - share
        overhead = imaging.warp_affine(overhead + area, move)
        overhead = imaging.blur(overhead, max(0.35, 0.22 * depth_step))
        above = above + area
        if layer % 3 == 2:
            above = imaging.blur(above, max(0.5, 0.35 * px_per_mm))
    shadow = np.exp(-np.float32(pigment_depth) * imaging.blur(overhead, max(0.4, 0.12 * px_per_mm)))
    hush = np.exp(-np.float32(0.40) * imaging.blur(above, max(0.6, 0.8 * px_per_mm)))
    return Hair(colour, 1 - through, shadow, hush, count)


def _uncovered(pieces: Segments, layer: int, through: Plane) -> NDArray[np.intp]:
    """Return which pieces of a layer are not hidden by the layers outside it; the rest need not be drawn."""
    chosen = np.flatnonzero(pieces.layer == layer)
    if layer == 0:
        return chosen
    middle = (pieces.start[chosen] + pieces.end[chosen]) * np.float32(0.5)
    column = np.clip(np.rint(middle[:, 0]), 0, through.shape[1] - 1).astype(np.int32)
    row = np.clip(np.rint(middle[:, 1]), 0, through.shape[0] - 1).astype(np.int32)
    # Seen through what lies within a pixel or two, so that no gap of the picture stays empty.
    around = imaging.blur(through, 0.8)
    return np.asarray(chosen[around[row, column] > 0.01], np.intp)


def _layer_depth(head: Head, shot: Shot) -> float:
    """Return how far layers lie apart, mm."""
    longest = max(head.hair_mm, head.sides_mm) * shot.length_scale
    return min(longest * (0.25 + 0.5 * head.lift), 4.0 + 12.0 * head.lift) / LAYERS
