"""Shafts: a centre line with a thickness and a depth, measured on the picture from a rough line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Plane
from hairdensity.hairs.trace import BAR, Points

_SHARP = 0.7
"""A line that turns by more than this (radians) at one corner is two lines."""
_ACROSS = 49
"""Samples across a shaft."""
_FAR = 2.5
"""A shaft goes on in another at most so many thicknesses away."""


@dataclass(frozen=True, slots=True)
class Shaft:
    """A stretch of hair in work pixels.

    Parameters
    ----------
    points : Points
        (points, 2) float64: x, y along the centre line.
    width : float
        Thickness: full width at half depth, in pixels.
    depth : float
        Median depth of the centre line.
    length : float
        Length of the centre line in pixels; follows from the points.
    """

    points: Points
    width: float
    depth: float
    length: float = field(init=False)

    def __post_init__(self) -> None:
        """Take the length once: it is asked for thousands of times."""
        steps = self.points[1:] - self.points[:-1]
        object.__setattr__(self, "length", float(np.hypot(steps[:, 0], steps[:, 1]).sum()))


def pieces(line: Points, width: float, shortest: float) -> list[Points]:
    """Cut a walked line at sharp corners and smooth each piece.

    Parameters
    ----------
    line : Points
        Points about one pixel apart.
    width : float
        Thickness that the line filter was made for, in pixels.
    shortest : float
        Pieces of fewer pixels are dropped.
    """
    corners = cv2.approxPolyDP(line.astype(np.float32).reshape(-1, 1, 2), 0.2 * width + 0.6, False).reshape(-1, 2)
    cuts = [0]
    if len(corners) > 2:
        steps = np.diff(corners, axis=0).astype(np.float64)
        angles = np.arctan2(steps[:, 1], steps[:, 0])
        turns = np.abs((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi)
        cuts += [int(np.argmin(np.hypot(*(line - corner).T))) for corner in corners[1:-1][turns > _SHARP]]
    cuts.append(len(line) - 1)
    return [_smooth(line[a : b + 1], width) for a, b in pairwise(cuts) if b - a >= max(shortest, 0.8 * width)]


def _smooth(line: Points, width: float) -> Points:
    """Return the line smoothed: a parabola where one fits, else a running mean over one and a half thicknesses."""
    along = np.linspace(-1, 1, len(line))
    degree = 2 if len(line) > 4 * width else 1
    basis = np.vander(along, degree + 1)
    fit: Points = basis @ np.linalg.lstsq(basis, line, rcond=None)[0]
    if np.abs(fit - line).max() <= 0.35 * width + 1:
        return fit
    window = max(3, int(1.5 * width)) | 1
    padded = np.pad(line, ((window // 2, window // 2), (0, 0)), mode="reflect", reflect_type="odd")
    kernel = np.full(window, 1 / window)
    return np.column_stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1)])


def measured(depth: Plane, line: Points, width: float) -> list[Shaft]:
    """Measure thickness, depth and ends of a shaft along a smooth line.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32.
    line : Points
        Smooth centre line, points about one pixel apart.
    width : float
        Thickness that the line filter was made for, in pixels.

    Returns
    -------
    list of Shaft
        None where there is nothing; two where the line lies off the middle of something wide: the whole, and the
        narrower one around the line, which may be one hair of a bundle.
    """
    step = max(1, round(width / 4))
    stations = line[::step] if len(line) > 3 * step else line
    normal = normals(stations)
    reach = 1.7 * width + 2
    offsets = np.linspace(-reach, reach, _ACROSS)
    profile = sampled(depth, stations[:, None] + offsets[None, :, None] * normal[:, None])
    middle = _ACROSS // 2
    centre = profile[:, middle - 1 : middle + 2].mean(axis=1)
    level = quantile(centre, 0.5)
    if level < 0.05:
        return []
    spacing = offsets[1] - offsets[0]
    right = _edge(profile[:, middle:], level) * spacing
    left = _edge(profile[:, middle::-1], level) * spacing
    shafts = []
    for near, far in _sides(left, right, reach):
        moved = stations + ((far - near) / 2) * normal
        full = near + far
        if full < 1.0:
            continue
        one = ended(depth, moved, full, level)
        if one is not None:
            shafts.append(one)
    return shafts


def _sides(left: NDArray[np.float64], right: NDArray[np.float64], reach: float) -> list[tuple[float, float]]:
    """Return plausible (left, right) half widths."""
    a, b = quantile(left, 0.5), quantile(right, 0.5)
    open_a, open_b = a >= reach * 0.98, b >= reach * 0.98
    if open_a and open_b:
        return [(reach, reach)]
    if open_a:
        return [(b, b)]
    if open_b:
        return [(a, a)]
    both = [(a, b)]
    if max(a, b) > 1.6 * min(a, b) + 0.5:
        both.append((min(a, b), min(a, b)))
    return both


def _edge(profile: NDArray[np.float32], level: float) -> NDArray[np.float64]:
    """Return, in samples from the centre, where each station's profile falls to half, or has its valley."""
    count = profile.shape[1]
    below = profile < 0.5 * level
    first = np.where(below.any(axis=1), below.argmax(axis=1), count - 1)
    rows = np.arange(len(profile))
    before = np.maximum(first - 1, 0)
    drop = profile[rows, before] - profile[rows, first]
    part = np.where(drop > 1e-6, (profile[rows, before] - 0.5 * level) / np.maximum(drop, 1e-6), 1.0)
    edge = before + np.clip(part, 0, 1)
    # A valley between two hairs: lower than what comes after it by a tenth of the depth.
    ahead = np.maximum.accumulate(profile[:, ::-1], axis=1)[:, ::-1]
    valley = (profile < 0.85 * level) & (ahead > profile + 0.1 * level)
    lowest = np.where(valley, profile, np.inf)
    at = lowest.argmin(axis=1)
    found: NDArray[np.float64] = np.where(valley.any(axis=1) & (at < edge), at, edge).astype(np.float64)
    return found


def ended(depth: Plane, stations: Points, width: float, level: float) -> Shaft | None:
    """Return the shaft between the places where the depth along it falls to half."""
    steps = np.diff(stations, axis=0)
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
    beyond = 1.5 * width
    at = np.arange(-beyond, run[-1] + beyond, 1.0)
    path = _along(stations, run, at)
    lanes = np.linspace(-0.2, 0.2, 3) * width
    values = sampled(depth, path[:, None] + lanes[None, :, None] * normals(path)[:, None]).mean(axis=1)
    values = cv2.blur(values.reshape(-1, 1), (1, max(1, round(width / 5)) | 1), borderType=cv2.BORDER_REPLICATE).ravel()
    inside = (at >= 0) & (at <= run[-1])
    level = quantile(values[inside], 0.65)
    good = values >= 0.55 * level
    middle = np.flatnonzero(good & inside)
    if len(middle) == 0:
        return None
    # The longest run, over gaps of at most a third of a thickness.
    kept = (
        cv2.morphologyEx(
            good.astype(np.uint8).reshape(-1, 1), cv2.MORPH_CLOSE, np.ones((max(1, round(width * 0.8)), 1), np.uint8)
        ).ravel()
        > 0
    )
    bounds = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    runs = bounds.reshape(-1, 2)
    first, last = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    if last - first < 3:
        return None
    points = path[first:last]
    return Shaft(points, width, quantile(values[first:last], 0.5))


def quantile(values: NDArray[np.floating], share: float) -> float:
    """Return a quantile as numpy does, for a few dozen values: there numpy's own takes ten times as long."""
    at = share * (len(values) - 1)
    low = int(at)
    parted = np.partition(values, (low, min(low + 1, len(values) - 1)))
    return float(parted[low] + (at - low) * (parted[min(low + 1, len(values) - 1)] - parted[low]))


def _along(stations: Points, run: NDArray[np.float64], at: NDArray[np.float64]) -> Points:
    """Return points at distances along the stations, straight on beyond both ends."""
    path = np.column_stack([np.interp(at, run, stations[:, axis]) for axis in (0, 1)])
    tail = max(1, min(len(stations) - 1, 4))
    for outside, end, other in (
        (at < 0, stations[0], stations[tail]),
        (at > run[-1], stations[-1], stations[-1 - tail]),
    ):
        way = (end - other) / max(1e-9, hypot(*(end - other)))
        distance = np.where(at < 0, -at, at - run[-1])[outside]
        path[outside] = end + distance[:, None] * way
    return path


def normals(points: Points) -> Points:
    """Return unit normals of a line's points, (points, 2)."""
    if len(points) < 2:
        return np.array([[0.0, 1.0]] * len(points))
    ahead = np.empty_like(points)
    ahead[1:-1] = points[2:] - points[:-2]
    ahead[0], ahead[-1] = points[1] - points[0], points[-1] - points[-2]
    size = np.maximum(np.sqrt(ahead[:, 0] ** 2 + ahead[:, 1] ** 2), 1e-9)
    normals = np.empty_like(ahead)
    normals[:, 0], normals[:, 1] = -ahead[:, 1] / size, ahead[:, 0] / size
    return normals


def sampled(depth: Plane, points: NDArray[np.float64]) -> Plane:
    """Return bilinear samples of depth at x, y; 0 outside."""
    out: Plane = cv2.remap(  # type: ignore[assignment]
        depth, points[..., 0].astype(np.float32), points[..., 1].astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return out


def halves(depth: Plane, shaft: Shaft) -> list[Shaft]:
    """Return two shafts side by side in place of one that is too wide."""
    normal = normals(shaft.points)
    found = []
    for side in (-0.25, 0.25):
        one = ended(depth, shaft.points + side * shaft.width * normal, shaft.width / 2, shaft.depth)
        if one is not None:
            found.append(one)
    return found


def joined(depth: Plane, shafts: Sequence[Shaft]) -> list[Shaft]:
    """Return shafts that two of the given may be parts of: one goes on where the other ends, as dark in between.

    A crossing cuts a line in two, since there the filter answers to the other hair.
    """
    if len(shafts) < 2:
        return []
    ends = np.array([(item.points[-1], item.points[0]) for item in shafts])
    widths = np.array([item.width for item in shafts])
    # First by the end that it is followed at, second by that which follows: (n, 2, n, 2) distances.
    apart = np.hypot(*(ends[:, :, None, None] - ends[None, None, :, ::-1]).transpose(4, 0, 1, 2, 3))
    wider, narrower = np.maximum(widths[:, None], widths[None]), np.minimum(widths[:, None], widths[None])
    alike = (wider < 1.6 * narrower) & ~np.eye(len(shafts), dtype=np.bool_)
    near = (apart <= _FAR * wider[:, None, :, None]) & alike[:, None, :, None]
    found = []
    for i, a, j, b in sorted(np.argwhere(near).tolist(), key=lambda row: (row[0], row[2], row[1], row[3])):
        first, second = shafts[i], shafts[j]
        one, other = first.points[:: -1 if a else 1], second.points[:: -1 if b else 1]
        line = _one_line(depth, one, other, max(first.width, second.width), min(first.depth, second.depth))
        if line is not None:
            found.append(Shaft(line, (first.width + second.width) / 2, (first.depth + second.depth) / 2))
    # Each pair was met from both sides.
    return distinct(found)


def _one_line(depth: Plane, a: Points, b: Points, width: float, level: float) -> Points | None:
    """Return `a` followed by `b` where they are one line; None where they are not."""
    gap = b[0] - a[-1]
    apart = hypot(*gap)
    if apart > _FAR * width:
        return None
    ends = [line[min(len(line) - 1, round(width))] - line[0] for line in (a[::-1], b)]
    one, two = -ends[0] / max(1e-9, hypot(*ends[0])), ends[1] / max(1e-9, hypot(*ends[1]))
    if float(gap @ one) < 0:
        # They overlap: the first ends where the second begins.
        before = np.flatnonzero((a - b[0]) @ one < 0)
        if len(before) < width or abs(float(gap[0] * one[1] - gap[1] * one[0])) > 0.4 * width:
            return None
        return _one_line(depth, a[: before[-1] + 1], b, width, level)
    span = b[min(len(b) - 1, round(width))] - a[-1 - min(len(a) - 1, round(width))]
    span = span / max(1e-9, hypot(*span))
    if min(float(one @ two), float(one @ span), float(two @ span)) < 0.95:
        return None
    between = np.linspace(a[-1], b[0], max(2, round(apart)))
    if apart > 1 and float(sampled(depth, between[:, None]).min()) < 0.6 * level:
        return None
    line = np.vstack([a, between[1:-1], b]) if apart > 2 else np.vstack([a, b])
    return _smooth(line, width)


def outline(shaft: Shaft, factor: float) -> Points:
    """Return the outline of a shaft as a polygon, in pixels of a picture `factor` times the size."""
    # Square ends: a stub is cut, not rounded.
    step = max(1, round(shaft.width / 3))
    points = np.vstack([shaft.points[:-1:step], shaft.points[-1:]])
    side = normals(points) * (shaft.width / 2)
    polygon = np.vstack([points + side, (points - side)[::-1]])
    return (polygon + 0.5) * factor - 0.5


def candidates(depth: Plane, lines: Sequence[Points], sigma: float, shortest: float) -> list[Shaft]:
    """Return the shafts that walked lines may be; `shortest` as in `pieces`."""
    width = BAR * sigma
    found = (pieces(line, width, shortest) for line in lines)
    return [shaft for parts in found for piece in parts for shaft in measured(depth, piece, width)]


def distinct(shafts: Sequence[Shaft]) -> list[Shaft]:
    """Return the shafts without those that are nearly the same as an earlier one.

    Line filters of neighbouring widths find the same hair; measured on the same picture it comes out alike.
    """
    if not shafts:
        return []
    data = np.array([(*_ends(s), s.width) for s in shafts])
    kept: list[int] = []
    for index, row in enumerate(data):
        if kept:
            other = data[kept]
            near = np.abs(other[:, :4] - row[:4]).max(axis=1) < 0.08 * row[4] + 0.8
            if (near & (np.abs(other[:, 4] - row[4]) < 0.05 * row[4] + 0.3)).any():
                continue
        kept.append(index)
    return [shafts[index] for index in kept]


def _ends(shaft: Shaft) -> tuple[float, float, float, float]:
    a, b = sorted((tuple(shaft.points[0].tolist()), tuple(shaft.points[-1].tolist())))
    return (*a, *b)
