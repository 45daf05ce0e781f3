"""Faint hairs: thin and pale, where no other hair is, if they stand out on both sides all along."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Plane
from hairdensity.hairs.choose import FACTOR, choose, draw, priced
from hairdensity.hairs.shafts import Shaft, candidates, distinct, normals, outline, sampled
from hairdensity.hairs.trace import Points, Ridges, trace

_START, _KEEP = 0.07, 0.045
"""A faint line starts where it answers with this depth, and is followed down to that: half of what others need."""
_DEPTH = 0.10
"""Fainter ones are skin lines."""
_WIDTH = 0.8
"""A faint hair is thinner than this many usual thicknesses: wide and faint is shade."""
_LENGTH_UM = 200.0
_CLEAR, _OF_LINE = 0.4, 0.85
"""It stands out where the skin on both sides is paler by this share of its depth, along this share of its length."""
_AROUND = 5.0
"""None is looked for within this many pixels of another hair, where its own edge is faint."""
_SHADE = 2.0
"""Nor for so many usual thicknesses beyond its ends: its root shines through the skin."""


def faint(
    depth: Plane, found: Sequence[Shaft], answers: Sequence[tuple[float, Ridges]], usual: float, px_per_mm: float
) -> list[Shaft]:
    """Return the hairs that are too faint to be told from skin by depth alone.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32.
    found : sequence of Shaft
        Hairs found already, in its pixels.
    answers : sequence of (float, Ridges)
        Sigma and answer of the narrow line filters, of the size of `depth`.
    usual : float
        Usual thickness of a hair in its pixels.
    px_per_mm : float
        Scale of `depth`.
    """
    taken = np.zeros(depth.shape, np.uint8)
    for item in found:
        grown = replace(item, points=_prolonged(item, _SHADE * usual), width=item.width + 2 * _AROUND)
        polygon = np.rint(outline(grown, 1.0) * 16).astype(np.int32)
        cv2.fillPoly(taken, [polygon.reshape(-1, 1, 2)], (1,), cv2.LINE_8, 4)
    lined: list[Shaft] = []
    shortest = _LENGTH_UM * px_per_mm / 1000
    for sigma, answer in answers:
        free = replace(answer, strength=np.where(taken > 0, np.float32(0), answer.strength))
        lines = trace(free, sigma, _START, _KEEP, 1.5 * sigma)
        lined += candidates(depth, lines, sigma, 0.5 * shortest)
    half = imaging.resize(depth, (max(2, round(depth.shape[0] * FACTOR)), max(2, round(depth.shape[1] * FACTOR))))
    shape = (half.shape[0], half.shape[1])
    options = [
        priced(one, usual, False)
        for item in distinct(lined)
        if item.depth > _DEPTH and item.width < _WIDTH * usual and item.length > shortest
        if _clear(depth, item) and (one := draw(item, shape)) is not None
    ]
    return [one.shaft for one in choose(half, options)] if options else []


def _prolonged(shaft: Shaft, more: float) -> Points:
    """Return the points of a shaft, straight on by `more` pixels at both ends."""
    points = shaft.points
    back = max(1, min(len(points) - 1, round(shaft.width)))
    ends = []
    for end, inner in ((points[0], points[back]), (points[-1], points[-1 - back])):
        way = end - inner
        ends.append(end + more * way / max(1e-9, float(np.hypot(*way))))
    return np.vstack([ends[:1], points, ends[1:]])


def _clear(depth: Plane, shaft: Shaft) -> bool:
    """Return whether a shaft is darker than both sides along most of it."""
    aside = (1.1 * shaft.width + 1) * normals(shaft.points)
    middle, left, right = sampled(depth, np.stack([shaft.points, shaft.points - aside, shaft.points + aside]))
    more = (middle - np.maximum(left, right)).reshape(-1, 1)
    more = cv2.blur(more, (1, max(1, int(shaft.width))), borderType=cv2.BORDER_REFLECT_101)
    return bool((more > _CLEAR * middle.mean()).mean() > _OF_LINE)
