"""Shafts that are no hair: drawn lines, bubbles and drawn circles, the corners where hairs leave the skin."""

from collections.abc import Sequence
from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Mask, Plane
from hairdensity.hairs.shafts import Shaft

_ROUND = 0.45
"""A thin arc is part of a ring where this much of the rest of its circle is as dark."""
_ACROSS = 0.9
"""A short shaft that meets a longer one at more than this angle (radians) is a corner of it, not a hair."""


def without_doubtful(found: Sequence[Shaft], depth: Plane, drawn: Mask) -> list[Shaft]:
    """Return the shafts that are hairs.

    Parameters
    ----------
    found : sequence of Shaft
        In pixels of `depth`.
    depth : Plane
        (rows, columns) float32.
    drawn : Mask
        (rows, columns): where text was drawn.
    """
    rings = [ring for item in found if (ring := _ring(item, depth)) is not None]
    kept = [
        item
        for item in found
        if not _inside(drawn, item) and not _drawn_line(item) and not any(_on_ring(item, ring) for ring in rings)
    ]
    return [item for item in kept if not any(_corner_of(item, other) for other in kept if other is not item)]


def _inside(drawn: Mask, shaft: Shaft) -> bool:
    x, y = np.rint(shaft.points).astype(int).T
    rows, columns = drawn.shape
    return bool(drawn[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)].mean() > 0.2)


def _drawn_line(shaft: Shaft) -> bool:
    """Return whether a shaft is as thin, straight and level as only a drawn scale bar is."""
    span = np.ptp(shaft.points, axis=0)
    return bool(shaft.width < 4 and min(span) < 0.012 * max(span) and shaft.length > 40)


def _ring(shaft: Shaft, depth: Plane) -> tuple[float, float, float] | None:
    """Return (x, y, radius) of the ring that an arc is part of; None where it is none."""
    points = shaft.points
    if shaft.width > 9 or shaft.length < 20:
        return None
    circle = _circle(points)
    if circle is None:
        return None
    x, y, radius = circle
    if (
        shaft.length / radius < 0.7
        or np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius).max() > 2.5 + 0.05 * radius
    ):
        return None
    around = np.linspace(0, 2 * pi, 72, endpoint=False)
    best = np.zeros(72, np.float32)
    for change in (-2.0, -1.0, 0.0, 1.0, 2.0):
        at_x = (x + (radius + change) * np.cos(around)).astype(np.float32)[None]
        at_y = (y + (radius + change) * np.sin(around)).astype(np.float32)[None]
        best = np.maximum(best, cv2.remap(depth, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)[0])
    own = min(1.0, shaft.length / radius / (2 * pi))
    rest = (float((best > 0.4 * shaft.depth).mean()) - own) / max(0.1, 1 - own)
    return circle if rest >= _ROUND or own > 0.8 else None


def _circle(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Return the circle through points by least squares (Kasa 1976); None for a line."""
    middle = points.mean(axis=0)
    local = points - middle
    system = np.column_stack([2 * local, np.ones(len(local))])
    (a, b, c), *_ = np.linalg.lstsq(system, (local**2).sum(axis=1), rcond=None)
    square = c + a * a + b * b
    if square <= 0 or square > 1e6:
        return None
    return float(a + middle[0]), float(b + middle[1]), float(square**0.5)


def _on_ring(shaft: Shaft, ring: tuple[float, float, float]) -> bool:
    x, y, radius = ring
    off = np.abs(np.hypot(shaft.points[:, 0] - x, shaft.points[:, 1] - y) - radius)
    return bool(shaft.width < 10 and (off < 3.5 + 0.05 * radius).mean() > 0.8)


def _corner_of(shaft: Shaft, other: Shaft) -> bool:
    """Return whether a shaft is the dark corner where a longer one leaves the skin, or ends."""
    if shaft.length > 0.7 * other.length or shaft.length > 3.5 * max(shaft.width, 0.7 * other.width):
        return False
    if _angle(shaft, other) < _ACROSS:
        return False
    step = max(1, round(other.width / 3))
    apart = np.hypot(*(shaft.points[::3, None] - other.points[None, ::step]).transpose(2, 0, 1)).min()
    return bool(apart < 0.6 * other.width + 1)


def _angle(shaft: Shaft, other: Shaft) -> float:
    """Return the angle between two shafts, 0..pi/2."""
    a, b = (s.points[-1] - s.points[0] for s in (shaft, other))
    turn = abs(float(np.arctan2(a[1], a[0]) - np.arctan2(b[1], b[0]))) % pi
    return min(turn, pi - turn)
