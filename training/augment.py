"""Random views of a labelled photo: other pose, other scale, and light altered far beyond what photos show.

Light is altered in linear light, where exposure, white balance and shadow are products.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from labels import Sample
from numpy.typing import NDArray
from repaint import LINEAR, gaps, paint, recolour, strands, thin

Plane = NDArray[np.float32]

WHOLE_SHARE = 0.3
"""Share of views that show the whole frame, as the first pass sees it; the others show a part of the head."""
WHOLE_PX = (220.0, 340.0)
"""Size of the frame in such a view, in network pixels."""
EMPTY_SHARE = 0.06
"""Share of views without any head."""
DENSE_SHARE, BARE_SHARE = 0.96, 0.015
RECOLOURED_SHARE = 0.3
"""Share of views with hair in another colour, of heads where skin and hair are known."""
PAINTED_SHARE = 0.5
"""Share of views with strands painted on bare skin, of heads where some was outlined."""
DENSE_SQUARE = 0.93
"""A square that was read as at least so much is dense."""


@dataclass(frozen=True, slots=True)
class View:
    """One view of a sample: pictures in several lights, and labels at half their size.

    Parameters
    ----------
    pictures : tuple of ndarray
        Each (size, size, 3) uint8: the same view in different light.
    region : ndarray
        (size / 2, size / 2) float32: share of each pixel inside the outline.
    weight : ndarray
        The same size: how much the region label counts, by pixel.
    share, share_weight : ndarray
        The same size: hair share where single pixels are labelled, and how much they count.
    squares : tuple of (indices, share, weight)
        Pixels (flat) of each square, the share read there, and how much it counts.
    rendered : bool
        Whether `share` is exact everywhere.
    """

    pictures: tuple[NDArray[np.uint8], ...]
    region: Plane
    weight: Plane
    share: Plane
    share_weight: Plane
    squares: tuple[tuple[NDArray[np.int64], float, float], ...]
    rendered: bool


def view_of(
    sample: Sample, others: list[Sample], size: int, lights: int, head_px: tuple[float, float], thinned: float,
    rng: np.random.Generator,
) -> View:  # fmt: skip
    """Return a random view of a sample, the head between two sizes; `others` lend their pictures as background.

    Dense hair, where some was outlined or read, is thinned in a share `thinned` of the views.
    """
    if rng.random() < EMPTY_SHARE:
        return _nothing(others, size, lights, rng)
    matrix = _pose(sample, size, head_px, rng)
    canvas = _backdrop(others, size, rng)
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    picture = cv2.warpAffine(
        _fine_enough(sample.rgb, shrink), matrix, (size, size), dst=canvas, flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )  # fmt: skip
    if sample.tones is not None and rng.random() < RECOLOURED_SHARE:
        picture = recolour(picture, sample.tones, rng)
    picture, kept = _thinned(picture, sample, matrix, thinned, rng)
    picture, painted = _painted(picture, sample, matrix, shrink, rng)
    kept, painted = _halved(kept), _halved(painted)
    everywhere = np.full(sample.rgb.shape[:2], 255, np.uint8)
    in_frame = _halved(cv2.warpAffine(everywhere, matrix, (size, size)) / np.float32(255))
    region = _filled((sample.outline,), matrix, size)
    share, share_weight = _pixel_labels(sample, matrix, shrink, in_frame, region, kept, painted)
    return View(
        pictures=tuple(relight(picture, rng) for _ in range(lights)),
        region=region,
        weight=np.where(in_frame > 0.5, np.float32(1), np.float32(0.3)),
        share=share,
        share_weight=share_weight,
        squares=_squares(sample.squares, matrix, size, kept, painted),
        rendered=sample.alpha is not None,
    )


def _thinned(
    picture: NDArray[np.uint8], sample: Sample, matrix: NDArray[np.float64], chance: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], Plane]:
    """Return the picture, its dense hair thinned by chance, and how much of the hair was kept."""
    size = picture.shape[0]
    dense = sample.dense + tuple(_disc(*s[:3]) for s in sample.squares if s[3] >= DENSE_SQUARE)
    if not (chance and sample.tones is not None and dense and rng.random() < chance):
        return picture, np.ones((size, size), np.float32)
    within = cv2.GaussianBlur(_mask(dense, matrix, size).astype(np.float32), (0, 0), size / 80)
    kept = 1 - within * gaps(picture, rng)
    return thin(picture, 1 - kept, sample.tones, rng), kept


def _painted(
    picture: NDArray[np.uint8], sample: Sample, matrix: NDArray[np.float64], shrink: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], Plane]:
    """Return the picture, strands painted on bare skin by chance, and the share of each pixel that they cover."""
    size = picture.shape[0]
    if not (sample.bare and rng.random() < PAINTED_SHARE):
        return picture, np.zeros((size, size), np.float32)
    drawn = strands(size, float(shrink * np.ptp(sample.outline, axis=0).max()), rng)
    around = cv2.dilate(_mask(sample.bare, matrix, size), np.ones((3, 3), np.uint8), iterations=max(1, size // 64))
    painted = drawn * cv2.GaussianBlur(around.astype(np.float32), (0, 0), size / 100)
    return paint(picture, painted, sample.tones, rng), painted


def _pixel_labels(
    sample: Sample, matrix: NDArray[np.float64], shrink: float, in_frame: Plane, region: Plane, kept: Plane,
    painted: Plane,
) -> tuple[Plane, Plane]:  # fmt: skip
    """Return the hair share where single pixels are labelled, and how much they count; all at half the view's size."""
    half = region.shape[0]
    size = 2 * half
    share, weight = np.zeros((half, half), np.float32), np.zeros((half, half), np.float32)
    if sample.alpha is not None:
        warped = cv2.warpAffine(_fine_enough(sample.alpha, shrink), matrix, (size, size))
        share = _halved(warped.astype(np.float32) / np.float32(255))
        weight = (region * in_frame > 0.99).astype(np.float32)
    for polygons, value in ((sample.dense, DENSE_SHARE), (sample.bare, BARE_SHARE)):
        if polygons:
            drawn = _filled(polygons, matrix, size) * in_frame > 0.99
            share[drawn], weight[drawn] = value * kept[drawn], 1
    if painted.any():
        bare = _filled(sample.bare, matrix, size) * in_frame > 0.99
        share[bare] = 1 - (1 - share[bare]) * (1 - painted[bare])
    for x, y, value in _moved(sample.points[:, :2], matrix, sample.points[:, 2]):
        column, row = int(x / 2), int(y / 2)
        if x >= 0 and y >= 0 and column < half and row < half:
            share[row, column] = 1 - (1 - value * kept[row, column]) * (1 - painted[row, column])
            weight[row, column] = 25 if abs(value - 0.5) > 0.3 else 12
    return share, weight


def relight(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture in other light, by another camera."""
    size = picture.shape[0]
    linear = LINEAR[picture]
    gains = np.exp(rng.normal(0, 0.06, 3) + rng.normal(0, 0.15) * np.array([1, 0, -1])) * 2.0 ** rng.uniform(-1.0, 0.7)
    light = np.ones((size, size), np.float32)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / np.float32(size) - np.float32(0.5)
    if rng.random() < 0.6:  # lamp or window at one side
        angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.2)
        light *= np.exp(np.float32(strength) * (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))))
    if rng.random() < 0.35:  # a shadow with a hard or soft edge
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.35, 0.35)
        along = x * np.cos(angle) + y * np.sin(angle) - offset + rng.uniform(-0.6, 0.6) * (x * x + y * y)
        light *= (1 - rng.uniform(0.2, 0.75) / (1 + np.exp(-along / rng.uniform(0.004, 0.1)))).astype(np.float32)
    linear = linear * light[:, :, None] * gains.astype(np.float32)
    if rng.random() < 0.1:  # glare
        cx, cy = rng.uniform(-0.5, 0.5, 2)
        a, b = rng.uniform(0.03, 0.25, 2)
        spot = np.exp(-(((x - cx) / a) ** 2 + ((y - cy) / b) ** 2)).astype(np.float32)
        linear = linear + np.float32(rng.uniform(0.1, 0.6)) * spot[:, :, None]
    if rng.random() < 0.2:  # haze
        linear = linear + np.float32(rng.uniform(0, 0.08))
    shown = cv2.pow(np.clip(linear, 0, 1), rng.uniform(0.8, 1.25) / 2.2)
    if rng.random() < 0.5:
        gray = shown @ np.array([0.299, 0.587, 0.114], np.float32)
        keep = np.float32(0 if rng.random() < 0.08 else rng.uniform(0.4, 1.4))
        shown = gray[:, :, None] + keep * (shown - gray[:, :, None])
    if rng.random() < 0.3:  # the camera's own contrast curve
        shown = shown + np.float32(rng.uniform(-0.25, 0.25)) * np.sin(2 * np.pi * shown) / np.float32(2 * np.pi)
    if rng.random() < 0.35:
        shown = cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.3, 1.2))
    elif rng.random() < 0.3:
        shown = shown + np.float32(rng.uniform(0.3, 1.0)) * (shown - cv2.GaussianBlur(shown, (0, 0), 1.2))
    if rng.random() < 0.5:
        shown = shown + np.float32(rng.uniform(0.002, 0.025)) * rng.standard_normal(shown.shape, np.float32)
    out = np.clip(shown * 255 + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        stored = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])[1]
        out = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    return out


def _pose(sample: Sample, size: int, head_px: tuple[float, float], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a random affine map from the photo to the view."""
    rows, columns = sample.rgb.shape[:2]
    low, high = sample.outline.min(0), sample.outline.max(0)
    whole = rng.random() < WHOLE_SHARE
    if whole:
        scale = rng.uniform(*WHOLE_PX) / max(rows, columns)
        centre = np.array([columns, rows]) / 2 + rng.uniform(-0.12, 0.12, 2) * (columns, rows)
    else:
        scale = np.exp(rng.uniform(*np.log(head_px))) / max(high - low)
        spread = max(0.15, 1 - 0.5 * size / (scale * max(high - low)))
        centre = (low + high) / 2 + rng.uniform(-0.5, 0.5, 2) * (high - low) * spread
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.choice(4) * np.pi / 2 + rng.normal(0, 0.2)
    aspect = np.exp(rng.uniform(-0.3, 0.3))
    squeeze = np.diag([aspect**0.5, aspect**-0.5])
    flip = np.diag([rng.choice([-1.0, 1.0]), 1.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ squeeze @ flip
    return np.hstack([linear, (np.array([size, size]) / 2 - linear @ centre)[:, None]])


def _backdrop(others: list[Sample], size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return what fills the view where the photo ends: a colour, a gradient, or another photo much enlarged."""
    if rng.random() < 0.5:
        corners = rng.uniform(0, 255, (2, 2, 3)) if rng.random() < 0.5 else np.tile(rng.uniform(0, 255, 3), (2, 2, 1))
        return cv2.resize(corners.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    other = others[rng.integers(len(others))].rgb
    part = int(rng.integers(40, 140))  # corners show walls and clothes far more often than heads
    corner = other[:part, :part] if rng.random() < 0.5 else other[-part:, -part:]
    return cv2.resize(np.ascontiguousarray(corner), (size, size), interpolation=cv2.INTER_LINEAR)


def _nothing(others: list[Sample], size: int, lights: int, rng: np.random.Generator) -> View:
    """Return a view of what surrounds heads, or of an even colour: nowhere scalp."""
    picture = _backdrop(others, size, rng)
    if rng.random() < 0.6:
        other = others[rng.integers(len(others))]
        low, high = other.outline.min(0).astype(int), other.outline.max(0).astype(int)
        rows, columns = other.rgb.shape[:2]
        strips = (other.rgb[:, : low[0]], other.rgb[:, high[0] :], other.rgb[: low[1]], other.rgb[high[1] :])
        wide = [s for s in strips if min(s.shape[:2]) >= min(rows, columns) // 12]
        if wide:
            strip = np.ascontiguousarray(wide[rng.integers(len(wide))])
            picture = cv2.resize(strip, (size, size), interpolation=cv2.INTER_LINEAR)
    empty = np.zeros((size // 2, size // 2), np.float32)
    pictures = tuple(relight(picture, rng) for _ in range(lights))
    return View(pictures, empty, np.ones_like(empty), empty, empty, (), rendered=False)


def _fine_enough(plane: NDArray[np.uint8], shrink: float) -> NDArray[np.uint8]:
    """Return a picture or its alpha so blurred that thin strands do not alias when it is made smaller."""
    return cv2.GaussianBlur(plane, (0, 0), 0.45 * np.sqrt(1 / shrink**2 - 1)) if shrink < 0.8 else plane


def _halved(plane: Plane) -> Plane:
    """Return a plane at half its size."""
    return cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)


def _moved(xy: Plane, matrix: NDArray[np.float64], values: Plane) -> NDArray[np.float64]:
    """Return rows of x, y (moved) and value."""
    return np.column_stack([xy @ matrix[:, :2].T + matrix[:, 2], values])


def _mask(polygons: tuple[Plane, ...], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """Return 1 inside the moved polygons, at the view's size."""
    mask = np.zeros((size, size), np.uint8)
    for polygon in polygons:
        moved = polygon @ matrix[:, :2].T + matrix[:, 2]
        cv2.fillPoly(mask, [np.rint(moved).astype(np.int32)], 1)
    return mask


def _filled(polygons: tuple[Plane, ...], matrix: NDArray[np.float64], size: int) -> Plane:
    """Return the share of each half-size pixel that lies inside the moved polygons."""
    mask = 255 * _mask(polygons, matrix, size)
    return cv2.resize(mask, (size // 2, size // 2), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)


def _disc(x: float, y: float, side: float) -> Plane:
    """Return the disc around a square, as corners."""
    angles = np.arange(16) * np.float32(np.pi / 8)
    around = np.float32(0.6 * side) * np.stack([np.cos(angles), np.sin(angles)], 1)
    return (around + side / 2 + (x, y)).astype(np.float32)


def _squares(
    squares: Plane, matrix: NDArray[np.float64], size: int, kept: Plane, painted: Plane
) -> tuple[tuple[NDArray[np.int64], float, float], ...]:
    """Return the half-size pixels of each square that lies wholly in the view."""
    found, half = [], size // 2
    for x, y, side, share, readers in squares:
        corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], np.float64) - 0.5
        moved = (corners @ matrix[:, :2].T + matrix[:, 2]) / 2
        if moved.min() < 0 or moved.max() > half - 1:
            continue
        mask = np.zeros((half, half), np.uint8)
        cv2.fillConvexPoly(mask, np.rint(moved * 16 - 8).astype(np.int32), 1, lineType=cv2.LINE_8, shift=4)
        pixels = np.flatnonzero(mask)
        left, free = (float(p.ravel()[pixels].mean()) if pixels.size else 1.0 for p in (kept, 1 - painted))
        found.append((pixels, 1 - (1 - float(share) * left) * free, 1.0 if readers > 1 else 0.7))
    return tuple(found)
