"""Which end of a shaft is its root, and which shafts leave the skin together."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairdensity.arrays import Plane
from hairdensity.hairs.shafts import Shaft

_UNIT_WIDTHS = 2.6
"""Hairs are of one follicular unit where one's root is within this many thicknesses of the other's lower part."""
_LOWER = 0.6
"""Lower part of a hair, from its root, as a share of its length: where shade hides a root it is seen too far up."""

_NEIGHBOURS_MM = 1.5
"""Hairs lean alike over about this distance."""
_ALIKE = 2.0
"""What neighbours that are sure of their own roots count, against a shade as deep as the hair."""
_ROUNDS = 4

_EMERGED = 0.72
"""Over the skin a shaft is at least this share as dark as its darker parts; under it, it fades away."""
_MOST_BURIED = 0.4
"""At most this share of a line is taken to lie under the skin."""


def from_roots(shafts: Sequence[Shaft], depth: Plane, px_per_mm: float) -> list[Shaft]:
    """Return the shafts with their points from root to tip.

    Parameters
    ----------
    shafts : sequence of Shaft
        In pixels of `depth`.
    depth : Plane
        (rows, columns) float32.
    px_per_mm : float
        Its scale.

    Notes
    -----
    Under the skin a hair shows as a fading shadow beyond its root; beyond its tip there is bare skin. Where another
    hair or glare lies there that says little, but hairs lean as their neighbours do: each hair goes by its own shade
    and by the way of those around it, as far as they are sure of theirs.
    """
    if not shafts:
        return []
    shade = np.array(
        [
            _beyond(s.points, s.width, depth) / s.depth - _beyond(s.points[::-1], s.width, depth) / s.depth
            for s in shafts
        ]
    ).clip(-1, 1)
    ways = np.array([s.points[-1] - s.points[0] for s in shafts])
    ways /= np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-9)[:, None]
    middle = np.array([s.points[len(s.points) // 2] for s in shafts])
    apart = np.hypot(*(middle[:, None] - middle[None]).transpose(2, 0, 1)) / (_NEIGHBOURS_MM * px_per_mm)
    weight = np.exp(-0.5 * apart**2) * (ways @ ways.T)
    np.fill_diagonal(weight, 0)
    sure = shade
    for _ in range(_ROUNDS):
        sure = (shade + _ALIKE * weight @ sure / (np.abs(weight).sum(axis=1) + 1)).clip(-1, 1)
    return [
        item if way >= 0 else replace(item, points=item.points[::-1].copy())
        for item, way in zip(shafts, sure.tolist(), strict=True)
    ]


def emerged(shaft: Shaft, depth: Plane) -> Shaft:
    """Return the shaft from where it leaves the skin: what lies under it looks fainter and blurred.

    Parameters
    ----------
    shaft : Shaft
        Points from root to tip.
    depth : Plane
        (rows, columns) float32 that they lie in.
    """
    x, y = shaft.points.astype(np.float32).T
    along = cv2.remap(depth, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    along = cv2.blur(along, (max(1, round(shaft.width / 3)), 1), borderType=cv2.BORDER_REPLICATE)[0]
    clear = along >= _EMERGED * np.percentile(along, 65)
    first = min(int(np.argmax(clear)), round(_MOST_BURIED * len(along)))
    return replace(shaft, points=shaft.points[first:]) if first else shaft


def _beyond(points: np.ndarray, width: float, depth: Plane) -> float:
    """Return the mean depth just beyond the first of the points."""
    tail = points[min(len(points) - 1, max(2, int(width)))]
    way = (points[0] - tail) / max(1e-9, float(np.hypot(*(points[0] - tail))))
    steps = np.linspace(0.3, 1.8, 10) * width
    at = (points[0] + steps[:, None] * way).astype(np.float32)
    return float(cv2.remap(depth, at[None, :, 0], at[None, :, 1], cv2.INTER_LINEAR).mean())


def units(shafts: Sequence[Shaft]) -> list[int]:
    """Return the number of the follicular unit of each shaft: single linkage of roots and what is near them."""
    if not shafts:
        return []
    roots = np.array([shaft.points[0] for shaft in shafts])
    widths = np.array([shaft.width for shaft in shafts])
    reach = _UNIT_WIDTHS * np.maximum(np.maximum(widths[:, None], widths[None]), np.median(widths))
    # To a third of a thickness: points lie a pixel apart.
    lower = [s.points[: max(1, round(_LOWER * len(s.points))) : max(1, round(s.width / 3))] for s in shafts]
    apart = np.array([np.hypot(*(roots[:, None] - line[None]).transpose(2, 0, 1)).min(axis=1) for line in lower])
    near = np.minimum(apart, apart.T) <= reach
    number = list(range(len(shafts)))
    for a, b in zip(*np.nonzero(near), strict=True):
        low, high = sorted((number[a], number[b]))
        if low != high:
            number = [low if n == high else n for n in number]
    names = {n: i for i, n in enumerate(dict.fromkeys(number))}
    return [names[n] for n in number]
