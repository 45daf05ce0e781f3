"""Second step: places of the one head are looked for in the other, and the transform that most agree on is taken.

A place is a square of levelled brightness. Where hair was combed, cut or has grown, its square matches nowhere or
somewhere by chance; moles, hairline, parting, whorl and skin match where they should. So the share of places that
agree says whether it is the same head at all, and their scatter how exact the transform is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.align.head import FRAME_PX, Head, Levelled, level
from hairdensity.align.models import Fit, fit
from hairdensity.align.result import Model
from hairdensity.arrays import Matrix, Plane

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """One size at which places are compared; lengths in its own pixels.

    Parameters
    ----------
    side : int
        Side of the picture.
    tile, stride, reach : int
        Side of a place, distance between places, and how far it is looked for.
    detail, surroundings : float
        As `level` takes them.
    agree : float
        Places agree with a transform when they lie nearer to it than this.
    """

    side: int
    tile: int
    stride: int
    reach: int
    detail: float
    surroundings: float
    agree: float


MIDDLE: Final = Scale(side=128, tile=24, stride=10, reach=6, detail=0.8, surroundings=6.0, agree=2.5)
FINE: Final = Scale(side=256, tile=32, stride=18, reach=6, detail=0.8, surroundings=8.0, agree=2.5)
SHOWN: Final = 0.7
"""Share of a place that both photos must show."""
PLAIN: Final = 0.1
"""Contrast of a place, against the usual 1, below which there is nothing on it to be found again."""
LIKE: Final = 0.25
"""Correlation below which a place has no match."""
FEWEST_PLACES: Final = 8
"""Fewer places than this prove nothing."""

NEIGHBOURS: Final = 5
"""So many places, of nine at most, tell where they lie off together."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two heads agree under a transform, at one scale.

    Parameters
    ----------
    matrix : Matrix
        (3, 3): from the one head's frame to the other's.
    model : str
        Kind of transform.
    inliers, places : int
        Places that agree, and places that were compared.
    likeness : float
        Mean correlation of those that agree.
    residual : float
        Root mean square distance of those that agree, pixels of the frame.
    drift : float
        Root mean square of how far places lie off together, pixels of the frame: of each, the median of it and its
        neighbours. Large where one part of the head does not follow the transform that the others agree on.
    """

    matrix: Matrix
    model: Model
    inliers: int
    places: int
    likeness: float
    residual: float
    drift: float

    @property
    def share(self) -> float:
        """Share of the places that agree."""
        return self.inliers / self.places if self.places else 0.0


def levelled(head: Head, scale: Scale) -> Levelled:
    """Return the head as it is compared at a scale."""
    return level(head, scale.side, scale.detail, scale.surroundings)


def refine(here: Levelled, there: Levelled, matrix: Matrix, scale: Scale, models: Sequence[str]) -> Agreement:
    """Improve a transform between two frames by places compared at one scale.

    Parameters
    ----------
    here, there : Levelled
        The two heads at that scale.
    matrix : Matrix
        (3, 3): first guess, from the frame of `here` to that of `there`.
    scale : Scale
        The scale.
    models : sequence of str
        Kinds of transform that are allowed, simplest first: similarity, affine, homography.

    Returns
    -------
    Agreement
        With the first guess and no inliers where nothing agrees.
    """
    to_side = imaging.resized((FRAME_PX, FRAME_PX), (scale.side, scale.side))
    back = np.linalg.inv(to_side)
    source, target, likeness = _matches(here, there, to_side @ matrix @ back, scale)
    none = Agreement(matrix, "similarity", 0, len(source), 0.0, float("inf"), float("inf"))
    alike = likeness > LIKE
    if len(source) < FEWEST_PLACES or alike.sum() < FEWEST_PLACES:
        return none
    found: Fit | None = fit(source[alike], target[alike], scale.agree, models)
    if found is None:
        return none
    left = target - imaging.carried(found.matrix, source)
    return Agreement(
        matrix=back @ found.matrix @ to_side @ matrix,
        model=found.model,
        inliers=int(found.inliers.sum()),
        places=len(source),
        likeness=float(likeness[alike][found.inliers].mean()),
        residual=found.residual * FRAME_PX / scale.side,
        drift=_drift(source, left, 1.6 * scale.stride) * FRAME_PX / scale.side,
    )


def correlation(here: Levelled, there: Levelled, matrix: Matrix) -> float:
    """Return the correlation of two heads under a transform between their frames, over what both show, -1..1."""
    side = here.plane.shape[0]
    to_side = imaging.resized((FRAME_PX, FRAME_PX), (side, side))
    place = to_side @ matrix @ np.linalg.inv(to_side)
    laid = imaging.warp(here.plane, place, (side, side))
    both = imaging.warp_mask(here.mask, place, (side, side)) & there.mask
    one, other = laid[both], there.plane[both]
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-6))


def overlap(here: Head, there: Head, matrix: Matrix) -> float:
    """Return intersection over union of the two regions, where both photos reach."""
    side = (FRAME_PX, FRAME_PX)
    laid = imaging.warp_mask(here.mask, matrix, side)
    reached = imaging.warp_mask(here.in_picture, matrix, side)
    target = there.mask & reached
    laid &= there.in_picture
    union = int((laid | target).sum())
    return float((laid & target).sum() / union) if union else 0.0


def _matches(
    here: Levelled, there: Levelled, matrix: Matrix, scale: Scale
) -> tuple[Points, Points, NDArray[np.float64]]:
    """Return places of the laid picture (n, 2), where each is found in the other (n, 2), and how alike (n,)."""
    side, half, reach = scale.side, scale.tile // 2, scale.reach
    laid = imaging.warp(here.plane, matrix, (side, side))
    both = imaging.warp_mask(here.mask, matrix, (side, side)) & there.mask
    shown = cv2.boxFilter(both.astype(np.float32), -1, (scale.tile, scale.tile))
    texture = np.minimum(_contrast(laid, scale.tile), _contrast(there.plane, scale.tile))
    places = range(half + reach, side - half - reach + 1, scale.stride)
    source, target, likeness = [], [], []
    for y in places:
        for x in places:
            if shown[y, x] < SHOWN or texture[y, x] < PLAIN:
                continue
            tile = laid[y - half : y + half, x - half : x + half]
            around = there.plane[y - half - reach : y + half + reach, x - half - reach : x + half + reach]
            scores = cast("Plane", cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED))
            _, best, _, (column, row) = cv2.minMaxLoc(scores)
            source.append((x - 0.5, y - 0.5))
            dx = column + _between(scores[row], column) - reach
            dy = row + _between(scores[:, column], row) - reach
            target.append((x - 0.5 + dx, y - 0.5 + dy))
            likeness.append(best)
    if not source:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    return np.array(source), np.array(target), np.array(likeness, np.float64)


def _drift(places: Points, off: Points, near: float) -> float:
    """Return how far places lie off together; 0 where none has neighbours enough."""
    close = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) < near
    together = [np.median(off[around], axis=0) for around in close if np.count_nonzero(around) >= NEIGHBOURS]
    return float(np.sqrt(np.mean(np.sum(np.square(together), axis=1)))) if together else 0.0


def _contrast(plane: Plane, tile: int) -> Plane:
    """Return the standard deviation around each pixel."""
    mean = cv2.boxFilter(plane, -1, (tile, tile))
    square = cv2.boxFilter(plane * plane, -1, (tile, tile))
    return cast("Plane", np.sqrt(np.maximum(square - mean * mean, 0)))


def _between(scores: NDArray[np.float32], peak: int) -> float:
    """Return where between the pixels the peak lies: the vertex of the parabola through three of them."""
    if not 0 < peak < len(scores) - 1:
        return 0.0
    left, top, right = (float(scores[peak + k]) for k in (-1, 0, 1))
    bend = left + right - 2 * top
    return 0.5 * (left - right) / bend if bend < -1e-9 else 0.0
