"""Shafts that are parts of one hair: its two edges beside a bright middle, a sliver at its side, a line told twice."""

from collections.abc import Sequence

import numpy as np

from hairdensity.arrays import Plane
from hairdensity.hairs.shafts import Shaft, normals, quantile, sampled

_ALONG = 0.6
"""A shaft lies beside another where this share of its length touches it."""
_TOUCH = 0.3
"""Shafts touch across a gap of up to this many usual thicknesses."""
_ONE = 1.25
"""Two that touch are one hair where both together are no wider than this many usual thicknesses."""
_WITHIN, _MOST = 0.35, 1.4
"""So they are where one sticks out of the other by less than this share of its thickness, unless the other is wider
than so many usual thicknesses: then it may be the bundle that the one belongs to."""
_SLIVER = 0.35
"""What is thinner than this many usual thicknesses, and touches a thicker shaft, is its edge."""
_LIT, _GAP = 0.35, 0.6
"""Between two parts of one hair the picture is at least this share as dark as the paler of them, lit middle or not;
beside the edge of a hair, the second."""
_ALIKE = 0.7
"""Both edges of a hair are about as dark: the paler at least this share of the other."""


def merged(found: Sequence[Shaft], depth: Plane, usual: float) -> list[Shaft]:
    """Return the shafts, those that are parts of one hair put together.

    Parameters
    ----------
    found : sequence of Shaft
        In pixels of `depth`.
    depth : Plane
        (rows, columns) float32.
    usual : float
        Usual thickness of a hair in its pixels.

    Notes
    -----
    Light on a hair makes its middle paler than its edges, which then look like two thin hairs side by side. Two hairs
    of one follicular unit that touch are together about twice as wide as one; these are as wide as one.
    """
    kept = [(item, _box(item)) for item in sorted(found, key=lambda item: item.length * item.width)]
    done: list[Shaft] = []
    while kept:
        part, (left, top, right, bottom) = kept.pop(0)
        for index in range(len(kept) - 1, -1, -1):
            whole, box = kept[index]
            reach = (part.width + whole.width) / 2 + _TOUCH * usual
            if box[0] > right + reach or box[2] < left - reach or box[1] > bottom + reach or box[3] < top - reach:
                continue
            beside = _beside(part, whole, depth, reach)
            if beside is None:
                continue
            low, high, between = beside
            within = high - low <= whole.width + _WITHIN * part.width and whole.width <= _MOST * usual
            alike = min(part.depth, whole.depth) >= _ALIKE * max(part.depth, whole.depth)
            if within or (high - low <= _ONE * usual and between >= _LIT and alike):
                points = whole.points + ((low + high) / 2) * normals(whole.points)
                one = Shaft(points, high - low, max(part.depth, whole.depth))
                kept[index] = (one, _box(one))
                break
            if part.width < _SLIVER * usual and between >= _GAP:
                break
        else:
            done.append(part)
    return done


def _box(shaft: Shaft) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = shaft.points.min(axis=0).tolist(), shaft.points.max(axis=0).tolist()
    return left, top, right, bottom


def _beside(part: Shaft, whole: Shaft, depth: Plane, reach: float) -> tuple[float, float, float] | None:
    """Return the edges of both together, across from the middle of `whole`, and how dark it is between the two.

    None where they do not touch. Darkness is a share of that of the paler one; 1 where they overlap.
    """
    step = max(1, round(part.width / 3))
    points = part.points[::step]
    apart = points[:, None] - whole.points[None]
    nearest = np.hypot(apart[..., 0], apart[..., 1]).argmin(axis=1)
    rows = np.arange(len(points))
    normal = normals(whole.points)[nearest]
    aside = (apart[rows, nearest] * normal).sum(axis=1)
    beyond = np.hypot(*(apart[rows, nearest] - aside[:, None] * normal).T) > 2
    touching = (np.abs(aside) <= reach) & ~beyond
    if touching.mean() < _ALONG:
        return None
    # Two hairs that part from each other are as far apart as where they have parted.
    near, middle, far = (quantile(aside[~beyond], share) for share in (0.2, 0.5, 0.8))
    side = 1.0 if middle > 0 else -1.0
    edges = middle - side * part.width / 2, side * whole.width / 2
    dark = 1.0
    if side * (edges[0] - edges[1]) > 0:
        at = whole.points[nearest[touching]] + ((edges[0] + edges[1]) / 2) * normal[touching]
        dark = quantile(sampled(depth, at[:, None])[:, 0], 0.5) / min(part.depth, whole.depth)
    return min(near - part.width / 2, -whole.width / 2), max(far + part.width / 2, whole.width / 2), dark
