"""A second look: whether a hair that was told apart in one photo only is to be seen in the other, at its place."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Mask, Matrix, Plane, Share
from hairdensity.hairs.find import Found
from hairdensity.hairs.hair import Hair
from hairdensity.hairs.shafts import normals, sampled
from hairdensity.hairs.trace import Points

_LOWER, _COVERED_PART = 0.5, 0.6
"""A hair is looked for along this share of its length from its root: its tip is cut elsewhere, and leans otherwise. And
the share along which what covers it is taken."""
_ASIDE, _LEAN, _STEPS = 0.2, 0.06, 7
"""It may lie so many usual thicknesses aside, and lean by so much more or less (radians)."""
_BESIDE = (0.9, 2.0)
"""The skin beside a hair is looked at so many of its thicknesses, and pixels, from its middle."""
_FREE, _LEAST = 0.5, 5
"""Something is to be said of it where this share of that, and so many pixels, lie under no other hair."""
_THERE, _GONE = 0.4, 0.05
"""It is there where it is at least the first share as dark, against the skin beside it, as in the photo that shows it,
and gone where it is less than the second."""
_COVERED = 0.2
"""Where neither holds it counts as there if this much of it is covered by hair: most hairs stay."""
_HIDDEN = 0.2
"""No place is looked at of which less than this share is free."""


def seen_again(which: Sequence[int], own: Found, other: Found, matrix: Matrix) -> list[bool | None]:
    """Return for each of some hairs of a photo whether it is to be seen in another photo of the spot.

    Parameters
    ----------
    which : sequence of int
        Indices of hairs of `own` that are paired with none of `other`.
    own, other : Found
        What was found in each photo.
    matrix : Matrix
        Carries pixels of `own` to `other`.

    Returns
    -------
    list of (bool or None)
        None where one of the two does not show the root.

    Notes
    -----
    A hair can be missed in one photo because it is faint there, or taken for a part of a neighbour: that is no change.
    Where it is free of other hairs the depth there decides; where neighbours lie over it, they may hide it.
    """
    hidden = _hidden(other)
    return [_seen(own.hairs[index], own, other, matrix, hidden) for index in which]


def _seen(hair: Hair, own: Found, other: Found, matrix: Matrix, hidden: Mask) -> bool | None:
    if not _within(hair.root_x, hair.root_y, own):
        return None
    line = np.asarray(hair.line, np.float64)
    there: Points = line @ matrix[:2, :2].T + matrix[:2, 2]
    rows, columns = other.share.shape
    if not _within(float(there[0, 0]), float(there[0, 1]), other):
        return None
    x, y = np.rint(there[: max(2, round(_COVERED_PART * len(there)))]).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
    x, y = x[inside], y[inside]
    if not other.sharp[y, x].all():
        return None
    dark = _dark(hair, line, there, own, other, hidden)
    if dark is not None and not _GONE <= dark < _THERE:
        return dark >= _THERE
    return _covered(other.share, x, y, max(1, round(0.3 * other.usual_px))) >= _COVERED


def _dark(hair: Hair, line: Points, there: Points, own: Found, other: Found, hidden: Mask) -> float | None:
    """Return how dark it is where a hair would be, as a share of the hair; None where other hairs hide most of it."""
    zoom, own_zoom = _zoom(other), _zoom(own)
    grown = float(np.hypot(*(there[-1] - there[0])) / max(1e-9, np.hypot(*(line[-1] - line[0]))))
    here, _ = _part(line, own_zoom)
    level = float(np.median(_against_skin(own.depth, here[None], normals(here), hair.thickness_px * own_zoom)))
    place, along = _part(there, zoom)
    across = normals(place)
    reach = _ASIDE * other.usual_px * zoom
    aside, lean = np.meshgrid(np.linspace(-reach, reach, _STEPS), np.linspace(-_LEAN, _LEAN, 5))
    moved = aside.reshape(-1, 1) + lean.reshape(-1, 1) * along[None]
    tried = place[None] + moved[..., None] * across[None]
    x, y = np.rint(np.moveaxis(tried, 2, 0)).astype(int)
    free = ~hidden[np.clip(y, 0, hidden.shape[0] - 1), np.clip(x, 0, hidden.shape[1] - 1)]
    many = free.sum(axis=1)
    enough = many >= max(_LEAST, _HIDDEN * len(place))
    if not enough.any():
        return None
    depth = _against_skin(other.depth, tried, across, hair.thickness_px * grown * zoom)
    # One dark point, as where it crosses another hair, says no more than a hair would.
    mean = (np.minimum(depth, 1.5 * level) * free).sum(axis=1) / np.maximum(many, 1)
    best = int(np.where(enough, mean, -np.inf).argmax())
    return float(mean[best]) / max(level, 0.02) if many[best] >= _FREE * len(place) else None


def _part(line: Points, zoom: float) -> tuple[Points, NDArray[np.float64]]:
    """Return the lower part of a line, a pixel of the depth apart, and how far from the root each point is."""
    scaled = (line + 0.5) * zoom - 0.5
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(scaled, axis=0).T))])
    along = np.linspace(0, run[-1], max(6, int(run[-1])))[: max(4, round(_LOWER * max(6, int(run[-1]))))]
    return np.column_stack([np.interp(along, run, scaled[:, axis]) for axis in (0, 1)]), along


def _against_skin(depth: Plane, lines: NDArray[np.float64], across: Points, width: float) -> Plane:
    """Return how much darker the points of some lines are than the paler of the two sides, (lines, points)."""
    far = (_BESIDE[0] * width + _BESIDE[1]) * across
    middle, left, right = (sampled(depth, points) for points in (lines, lines - far, lines + far))
    darker: Plane = middle - np.minimum(left, right)
    return darker


def _hidden(photo: Found) -> Mask:
    """Return where hairs lie, and a pixel around them, in pixels of the depth."""
    hidden = np.zeros(photo.depth.shape, np.uint8)
    zoom = _zoom(photo)
    for hair in photo.hairs:
        line = np.rint(((np.asarray(hair.line) + 0.5) * zoom - 0.5) * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(hidden, [line], False, (1,), max(1, round(hair.thickness_px * zoom + 2)), cv2.LINE_8, 4)
    return hidden > 0


def _zoom(photo: Found) -> float:
    return float(photo.depth.shape[1] / photo.share.shape[1])


def _within(x: float, y: float, photo: Found) -> bool:
    """Return whether a root lies inside a photo: one at its edge may be where the edge cuts the hair."""
    rows, columns = photo.share.shape
    edge = photo.usual_px
    return bool(edge <= x < columns - edge and edge <= y < rows - edge)


def _covered(share: Share, x: NDArray[np.int_], y: NDArray[np.int_], radius: int) -> float:
    """Return the mean over a line of the largest share within `radius` of each of its points."""
    best = [
        float(share[max(0, b - radius) : b + radius + 1, max(0, a - radius) : a + radius + 1].max())
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]
    return float(np.mean(best))
