"""Shafts that are no hair: drawn lines, bubbles and drawn circles, the corners where hairs leave the skin."""

from collections.abc import Sequence
from math import pi

import numpy as np

from hairdensity.arrays import Mask, Plane
from hairdensity.hairs.shafts import Shaft, sampled
from hairdensity.hairs.trace import Points

_Circle = tuple[float, float, float]
"""x, y, radius."""

_ROUND = 0.5
"""Two thin arcs are parts of a ring where this much of the rest of its circle is as dark, and darker than beside it."""
_TIMES = (1.0, 0.9, 1.12, 0.8, 1.25)
"""Radii that are tried, over that of the circle fitted to two arcs."""
_HIDING = 0.8
"""A ring as deep as one is hidden where both of its sides are this share as deep: a hair lies there."""
_THIN = 9.0
"""Rings are drawn no thicker than this, in pixels."""
_ARC, _NEXT = 40.0, 25.0
"""Thin lines are looked at in arcs about so long; the next arc begins within so many pixels."""
_SMALLEST, _LARGEST = 8.0, 150.0
"""Radius of a ring, in pixels."""
_MOSTLY = 0.65
"""A shaft is part of a ring where more than this share of it lies on it: it may end in the edge of a hair."""
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
    rings = _rings(found, depth)
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


def _rings(found: Sequence[Shaft], depth: Plane) -> list[_Circle]:
    """Return the rings that thin shafts are parts of.

    Notes
    -----
    An arc by itself may have been taken for a straight line; two that follow each other show the circle, too.
    """
    arcs = [arc for item in found if item.width <= _THIN for arc in _arcs(item)]
    rings: list[_Circle] = []
    for i, (one, level) in enumerate(arcs):
        for other, also in arcs[i:]:
            ends = one[[0, -1], None] - other[None, [0, -1]]
            if np.hypot(ends[..., 0], ends[..., 1]).min() > _NEXT or any(
                _share_on(points, ring) > _MOSTLY for points in (one, other) for ring in rings
            ):
                continue
            ring = _ring(np.vstack([one, other]), min(level, also), depth)
            if ring is not None:
                rings.append(ring)
    return rings


def _arcs(shaft: Shaft) -> list[tuple[Points, float]]:
    """Return a shaft cut into arcs about `_ARC` pixels long, each with its depth."""
    count = max(1, round(shaft.length / _ARC))
    return [(part, shaft.depth) for part in np.array_split(shaft.points, count) if len(part) > 8]


def _ring(points: Points, level: float, depth: Plane) -> _Circle | None:
    """Return the ring that points lie on; None where they lie on none."""
    circle = _circle(points)
    if circle is None:
        return None
    x, y, radius = circle
    way = np.unwrap(np.arctan2(points[:, 1] - y, points[:, 0] - x))
    own = min(1.0, float(np.ptp(way)) / (2 * pi))
    if own < 0.1 or not _SMALLEST < radius < _LARGEST or _share_on(points, circle) < 1:
        return None
    if own > 0.8:
        return circle
    # An arc says little of its radius: circles that touch it in its middle are tried, too.
    middle = points[np.abs(way - (way.min() + way.max()) / 2).argmin()]
    for times in _TIMES:
        tried = (*(middle + times * (np.array([x, y]) - middle)).tolist(), times * radius)
        fits = _SMALLEST < tried[2] < _LARGEST and _share_on(points, tried) > _MOSTLY
        if fits and _rest(tried, min(0.95, own / times), level, depth) >= _ROUND:
            return tried
    return None


def _rest(circle: _Circle, own: float, level: float, depth: Plane) -> float:
    """Return which share of the rest of a circle, `own` being known, is as dark as a ring and darker than beside it.

    Where a hair or the shade of a root hides it, or the picture ends, nothing is to be seen.
    """
    x, y, radius = circle
    around = np.linspace(0, 2 * pi, 72, endpoint=False)
    steps = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, -6.0, 6.0]) + radius
    at = np.array([x, y]) + steps[:, None, None] * np.column_stack([np.cos(around), np.sin(around)])
    ahead = sampled(depth, at)
    line, beside = ahead[:5].max(axis=0), ahead[5:].min(axis=0)
    dark = (line > 0.4 * level) & (line > 1.3 * beside)
    outside = (at < 0).any(axis=(0, 2)) | (at > np.array(depth.shape[::-1]) - 1).any(axis=(0, 2))
    hidden = ((beside > _HIDING * level) | outside) & ~dark
    return (float(dark.mean()) - own) / max(0.1, 1 - float(hidden.mean()) - own)


def _circle(points: Points) -> _Circle | None:
    """Return the circle through points by least squares (Kasa 1976); None for a line."""
    middle = points.mean(axis=0)
    local = points - middle
    system = np.column_stack([2 * local, np.ones(len(local))])
    (a, b, c), *_ = np.linalg.lstsq(system, (local**2).sum(axis=1), rcond=None)
    square = c + a * a + b * b
    if square <= 0 or square > 1e6:
        return None
    return float(a + middle[0]), float(b + middle[1]), float(square**0.5)


def _share_on(points: Points, ring: _Circle) -> float:
    """Return which share of points lies on a ring."""
    x, y, radius = ring
    off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
    return float((off < 3.5 + 0.05 * radius).mean())


def _on_ring(shaft: Shaft, ring: _Circle) -> bool:
    return shaft.width <= _THIN and _share_on(shaft.points, ring) > _MOSTLY


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
