"""Which shafts there are: the set that explains the picture best, each paying for itself."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import cv2
import numpy as np

from hairdensity.arrays import Plane
from hairdensity.hairs.shafts import Shaft, outline

FACTOR = 0.5
"""Shafts are compared with the picture at this share of the work scale."""
_OWN = 0.3
"""Share of its own ink that a shaft must explain beyond the others."""
_EACH = 0.5
"""What any shaft costs, in squares of the usual thickness."""
_TOLERATED = 0.2
"""A shaft is not called wider than usual up to this natural logarithm of the ratio."""
_BORDER = 1.4
"""How much wider, in pixels, OpenCV draws a polygon than it is."""
_REST, _REST_AREA = 0.8, 0.5
"""Unexplained ink is another hair where it is this deep, as a share of the usual depth, on this many squares of the
usual thickness."""
_WIDE = 6.0
"""What a shaft wider than usual costs for each of its pixels along."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shaft as it would look.

    Parameters
    ----------
    shaft : Shaft
        The shaft.
    box : tuple of slice
        (rows, columns) that it touches in the picture at `FACTOR`.
    ink : Plane
        Depth that it would give there.
    cost : float
        What choosing it costs.
    """

    shaft: Shaft
    box: tuple[slice, slice]
    ink: Plane
    cost: float


def draw(shaft: Shaft, shape: tuple[int, int]) -> Drawn | None:
    """Draw a shaft into its own corner of a picture of (rows, columns) = `shape` at `FACTOR`; it costs nothing yet."""
    # OpenCV fills a polygon with its border: about 0.7 pixels more on each side.
    width = max(shaft.width * FACTOR - _BORDER, 0.3) / FACTOR
    polygon = outline(replace(shaft, width=width), FACTOR)
    margin = 3
    low = np.maximum(np.floor(polygon.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + margin + 1, (shape[1], shape[0]))
    if (high - low).min() < 2:
        return None
    ink = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(ink, [np.rint((polygon - low) * 16).astype(np.int32).reshape(-1, 1, 2)], (255,), cv2.LINE_AA, 4)
    soft: Plane = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 0.7) * np.float32(shaft.depth / 255)
    return Drawn(shaft, (slice(low[1], high[1]), slice(low[0], high[0])), soft, 0.0)


def priced(drawn: Drawn, usual: float, strict: bool) -> Drawn:
    """Return a drawn shaft with what choosing it costs.

    Parameters
    ----------
    drawn : Drawn
        The shaft.
    usual : float
        Usual thickness of a hair in this photo, in work pixels.
    strict : bool
        Whether a shaft pays for being thicker than that.
    """
    shaft = drawn.shaft
    width, length, scale = shaft.width * FACTOR, shaft.length * FACTOR, usual * FACTOR
    excess = max(0.0, log(width / scale) - _TOLERATED) if strict else 0.0
    own = _OWN * width * length
    each = _EACH * scale * min(scale, 2 * width)
    return replace(drawn, cost=shaft.depth**2 * (own + each + _WIDE * length * scale * excess**2))


def gain(target: Plane, present: Plane, drawn: Drawn) -> float:
    """Return how much better the picture is explained with a shaft than without, less its cost."""
    want, have = target[drawn.box], present[drawn.box]
    with_it = np.maximum(have, drawn.ink)
    before, after = want - have, want - with_it
    return float(np.vdot(before, before) - np.vdot(after, after)) - drawn.cost


def choose(target: Plane, options: Sequence[Drawn]) -> list[Drawn]:
    """Return the shafts that explain the picture best: greedy, then each is dropped or split where that is better.

    Parameters
    ----------
    target : Plane
        (rows, columns) float32 depth at `FACTOR`.
    options : sequence of Drawn
        What may be there; many overlap.
    """
    present = np.zeros_like(target)
    chosen = _greedy(target, present, list(range(len(options))), options)
    touching = _touching(options)
    for _ in range(2):
        for index in sorted(chosen, key=lambda i: -options[i].shaft.width):
            _reconsider(target, index, chosen, options, touching)
    return [options[index] for index in sorted(chosen)]


def _greedy(target: Plane, present: Plane, allowed: Sequence[int], options: Sequence[Drawn]) -> set[int]:
    """Add the best shaft until none pays; `present` is changed."""
    heap = [(-gain(target, present, options[i]), i) for i in allowed]
    heap = [entry for entry in heap if entry[0] < 0]
    heapq.heapify(heap)
    chosen: set[int] = set()
    while heap:
        _, index = heapq.heappop(heap)
        now = gain(target, present, options[index])
        if now <= 0:
            continue
        # Gains hardly ever grow while shafts are added, so that the first that still leads is the best.
        if heap and now < -heap[0][0] - 1e-9:
            heapq.heappush(heap, (-now, index))
            continue
        np.maximum(present[options[index].box], options[index].ink, out=present[options[index].box])
        chosen.add(index)
    return chosen


def _touching(options: Sequence[Drawn]) -> list[list[int]]:
    """Return, for each option, those whose boxes overlap its own."""
    boxes = np.array([(o.box[1].start, o.box[0].start, o.box[1].stop, o.box[0].stop) for o in options]).reshape(-1, 4)
    near = (
        (boxes[:, None, 0] < boxes[None, :, 2]) & (boxes[:, None, 2] > boxes[None, :, 0])
        & (boxes[:, None, 1] < boxes[None, :, 3]) & (boxes[:, None, 3] > boxes[None, :, 1])
    )  # fmt: skip
    np.fill_diagonal(near, False)
    return [np.flatnonzero(row).tolist() for row in near]


def _reconsider(
    target: Plane, index: int, chosen: set[int], options: Sequence[Drawn], touching: Sequence[Sequence[int]]
) -> None:
    """Drop a chosen shaft, or put others in its place, where that explains its surroundings better."""
    if index not in chosen:
        return
    around = [i for i in touching[index] if i in chosen]
    others = [i for i in touching[index] if i not in chosen]
    box = _union([options[i].box for i in (index, *around, *others)])
    present = np.zeros((box[0].stop - box[0].start, box[1].stop - box[1].start), np.float32)
    local = target[box]
    moved = {i: _moved(options[i], box) for i in (index, *around, *others)}
    for i in around:
        np.maximum(present[moved[i].box], moved[i].ink, out=present[moved[i].box])
    keep = gain(local, present, moved[index])
    without = present.copy()
    table = list(moved.values())
    place = {i: n for n, i in enumerate(moved)}
    extra = _greedy(local, without, [place[i] for i in others], table)
    base = local - present
    instead = float(np.vdot(base, base) - np.vdot(local - without, local - without)) - sum(table[n].cost for n in extra)
    if instead > keep + 1e-6 or keep <= 0:
        chosen.discard(index)
        names = list(moved)
        chosen.update(names[n] for n in extra)


def _union(boxes: Sequence[tuple[slice, slice]]) -> tuple[slice, slice]:
    rows = slice(min(b[0].start for b in boxes), max(b[0].stop for b in boxes))
    columns = slice(min(b[1].start for b in boxes), max(b[1].stop for b in boxes))
    return rows, columns


def _moved(drawn: Drawn, box: tuple[slice, slice]) -> Drawn:
    rows = slice(drawn.box[0].start - box[0].start, drawn.box[0].stop - box[0].start)
    columns = slice(drawn.box[1].start - box[1].start, drawn.box[1].stop - box[1].start)
    return replace(drawn, box=(rows, columns))


def unexplained(target: Plane, chosen: Sequence[Drawn], usual: float) -> list[tuple[np.ndarray, float]]:
    """Return lines (two ends each) and thicknesses, in work pixels, of ink that the chosen shafts leave unexplained."""
    present = np.zeros_like(target)
    for drawn in chosen:
        np.maximum(present[drawn.box], drawn.ink, out=present[drawn.box])
    deep = np.median([d.shaft.depth for d in chosen]) if chosen else 1.0
    rest = ((target - present) > _REST * np.float32(deep)).view(np.uint8)
    solid = cv2.morphologyEx(rest, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    lines = []
    for index in range(1, count):
        x, y, width, height, area = stats[index].tolist()
        if area < _REST_AREA * (usual * FACTOR) ** 2:
            continue
        rows, columns = np.nonzero(labels[y : y + height, x : x + width] == index)
        points = np.column_stack([columns + x, rows + y]).astype(np.float64)
        middle = points.mean(axis=0)
        values, axes = np.linalg.eigh(np.cov((points - middle).T) + 1e-3 * np.eye(2))
        half = np.sqrt(3 * values[1])
        ends = np.array([middle - half * axes[:, 1], middle + half * axes[:, 1]])
        lines.append(((ends + 0.5) / FACTOR - 0.5, float(np.sqrt(12 * values[0])) / FACTOR))
    return lines
