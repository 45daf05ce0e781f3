"""Short pieces of hair, cut or just emerging: dark, oblong, and by themselves."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairdensity.arrays import Mask, Plane
from hairdensity.hairs.shafts import Shaft, outline

_LEVELS = (0.12, 0.2, 0.32)
"""A piece is what is deeper than one of these, if that is about half of its own depth."""
_HALF = (0.3, 0.75)
_DEPTH = 0.2
"""Paler ones are pigment or a pore."""
_LENGTH_UM = (100.0, 170.0)
"""Longer ones have a line of their own; shorter ones are flakes, pores and specks."""
_OBLONG, _WIDE, _THIN = 1.7, 1.3, 3.0
"""It is so many times longer than wide, at most so many usual thicknesses wide, and at least so many pixels."""
_FILLED = 0.72
"""It fills this share of a bar of its length and width."""
_SKIN = 0.4
"""Nine tenths of the skin around it are less than this share as dark."""
_AROUND = 3.0
"""It keeps this many pixels from other hairs; the skin around is looked at from there to twice as far."""


def short(depth: Plane, found: Sequence[Shaft], usual: float, px_per_mm: float) -> list[Shaft]:
    """Return short pieces of hair that lie by themselves.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32: how much darker than skin.
    found : sequence of Shaft
        Hairs found already, in its pixels.
    usual : float
        Usual thickness of a hair in its pixels.
    px_per_mm : float
        Scale of `depth`.

    Notes
    -----
    A line as short as two thicknesses cannot be told from texture by its line; its whole outline can: an even bar on
    skin that is bare all around.
    """
    taken = np.zeros(depth.shape, np.uint8)
    for item in found:
        polygon = np.rint(outline(replace(item, width=item.width + 2 * _AROUND), 1.0) * 16).astype(np.int32)
        cv2.fillPoly(taken, [polygon.reshape(-1, 1, 2)], (1,), cv2.LINE_8, 4)
    low, high = (value * px_per_mm / 1000 for value in _LENGTH_UM)
    pieces: list[Shaft] = []
    for level in _LEVELS:
        count, labels, stats, _ = cv2.connectedComponentsWithStats((depth > level).view(np.uint8), connectivity=8)
        x, y, width, height, area = stats[:count].T
        span = np.hypot(width, height)
        fits = (span > 0.8 * low) & (span < 1.4 * high) & (area > _THIN * low * _FILLED)
        fits &= (x >= 2) & (y >= 2) & (x + width <= depth.shape[1] - 2) & (y + height <= depth.shape[0] - 2)
        fits[0] = False
        for index in np.flatnonzero(fits).tolist():
            box = (slice(y[index], y[index] + height[index]), slice(x[index], x[index] + width[index]))
            inside = labels[box] == index
            if taken[box][inside].any():
                continue
            piece = _bar(depth, inside, (int(x[index]), int(y[index])))
            if piece is None or not low <= piece.length <= high or piece.width > _WIDE * usual:
                continue
            if not _HALF[0] * piece.depth <= level <= _HALF[1] * piece.depth:
                continue
            middle = piece.points.mean(axis=0)
            if all(np.hypot(*(other.points.mean(axis=0) - middle)) > usual / 2 for other in pieces):
                pieces.append(piece)
    return pieces


def _bar(depth: Plane, inside: Mask, at: tuple[int, int]) -> Shaft | None:
    """Return a piece as a shaft; None where it is no even bar on bare skin. `inside` lies with its corner `at` x, y."""
    rows, columns = np.nonzero(inside)
    points = np.column_stack([columns + at[0], rows + at[1]]).astype(np.float64)
    middle = points.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov((points - middle).T) + 1e-3 * np.eye(2))
    width, length = np.sqrt(12 * values).tolist()
    if width < _THIN or length < _OBLONG * width or len(points) < _FILLED * length * width:
        return None
    dark = float(np.median(depth[rows + at[1], columns + at[0]]))
    if dark < _DEPTH:
        return None
    near, far = (2 * round(times * _AROUND) + 1 for times in (1, 2))
    padded = np.pad(inside.astype(np.uint8), far)
    reach = [cv2.dilate(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) for size in (near, far)]
    y, x = (values - far for values in np.nonzero(reach[1] > reach[0]))
    y, x = np.clip(y + at[1], 0, depth.shape[0] - 1), np.clip(x + at[0], 0, depth.shape[1] - 1)
    if float(np.percentile(depth[y, x], 90)) > _SKIN * dark:
        return None
    half = length / 2 * axes[:, 1] * (1 if axes[1, 1] >= 0 else -1)
    return Shaft(np.linspace(middle - half, middle + half, max(4, round(length))), width, dark)
