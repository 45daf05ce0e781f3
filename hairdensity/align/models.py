"""The transform that most matches agree on, and no more freedom in it than they support.

A similarity is what a head photographed from the same side needs. A tilt of the camera makes it an affine map, a near
camera a homography. The freer models are taken only where matches left out of the fit lie clearly nearer to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.align.result import Model, jacobian
from hairdensity.arrays import Matrix

Points = NDArray[np.float64]

BETTER: Final = 0.9
"""A freer model must bring the distance of left-out matches below this share of the simpler one's."""
FEWEST: Final[dict[str, int]] = {"similarity": 6, "affine": 14, "homography": 24}
"""Matches that a model needs: at least three times as many as determine it."""
STRETCH: Final = 1.6
"""No place may be stretched more in one direction than in another by this; a fold would turn it inside out."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A transform fitted to matches.

    Parameters
    ----------
    matrix : Matrix
        (3, 3): from the first points to the second.
    model : {"similarity", "affine", "homography"}
        Its kind.
    inliers : ndarray
        (n,) bool: the matches that agree with it.
    residual : float
        Root mean square distance of these.
    """

    matrix: Matrix
    model: Model
    inliers: NDArray[np.bool_]
    residual: float


def fit(source: Points, target: Points, agree: float, models: Sequence[str]) -> Fit | None:
    """Fit the simplest transform that the matches support.

    Parameters
    ----------
    source, target : ndarray
        (n, 2) float64: matching places.
    agree : float
        Distance below which a match agrees.
    models : sequence of str
        Allowed kinds, simplest first.

    Returns
    -------
    Fit or None
        None where no similarity has enough matches that agree.

    References
    ----------
    Fischler and Bolles, Random sample consensus, CACM 1981, doi:10.1145/358669.358692.
    """
    if len(source) < FEWEST["similarity"]:
        return None
    agreeing: Any  # None where nothing was found, which OpenCV's stubs deny
    _, agreeing = cv2.estimateAffinePartial2D(
        source.reshape(-1, 1, 2), target.reshape(-1, 1, 2), method=cv2.RANSAC, ransacReprojThreshold=agree,
        maxIters=500, confidence=0.99,
    )  # fmt: skip
    if agreeing is None:
        return None
    inliers = np.asarray(agreeing).reshape(-1) > 0
    best = _settled("similarity", source, target, inliers, agree)
    if best is None:
        return None
    for model in ("affine", "homography"):
        if model not in models:
            continue
        freer = _settled(model, source, target, best.inliers, agree)
        if freer is None or not _sound(freer.matrix, source):
            continue
        if _left_out(model, source, target, freer.inliers) < BETTER * _left_out(
            best.model, source, target, freer.inliers
        ):
            best = freer
    return best if _sound(best.matrix, source) else None


def _settled(model: str, source: Points, target: Points, inliers: NDArray[np.bool_], agree: float) -> Fit | None:
    """Fit a model to the matches that agree, and again to those that agree then."""
    matrix: Matrix | None = None
    for _ in range(3):
        if inliers.sum() < FEWEST[model]:
            return None
        matrix = _least_squares(model, source[inliers], target[inliers])
        if matrix is None:
            return None
        distance = _distance(matrix, source, target)
        inliers = distance < agree
    if matrix is None or inliers.sum() < FEWEST[model]:
        return None
    kind: Model = "similarity" if model == "similarity" else "affine" if model == "affine" else "homography"
    return Fit(matrix, kind, inliers, float(np.sqrt(np.mean(distance[inliers] ** 2))))


def _least_squares(model: str, source: Points, target: Points) -> Matrix | None:
    """Return the transform of this kind with the least squared distance; None where the points do not fix it."""
    middle, spread = source.mean(axis=0), float(source.std()) + 1e-9
    x, y = ((source - middle) / spread).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    u, v = ((target - middle) / spread).T
    if model == "similarity":
        rows = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    elif model == "affine":
        rows = np.concatenate([np.stack([x, y, one, zero, zero, zero], 1), np.stack([zero, zero, zero, x, y, one], 1)])
    else:
        rows = np.concatenate(
            [
                np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], 1),
                np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], 1),
            ]
        )
    solved, _, rank, _ = np.linalg.lstsq(rows, np.concatenate([u, v]), rcond=None)
    if rank < rows.shape[1]:
        return None
    if model == "similarity":
        a, b, c, d = solved
        inner = np.array([[a, -b, c], [b, a, d], [0, 0, 1]])
    elif model == "affine":
        inner = np.vstack([solved.reshape(2, 3), [0, 0, 1]])
    else:
        inner = np.append(solved, 1.0).reshape(3, 3)
    unit = np.array([[1 / spread, 0, -middle[0] / spread], [0, 1 / spread, -middle[1] / spread], [0, 0, 1]])
    matrix = np.linalg.inv(unit) @ inner @ unit
    return np.asarray(matrix / matrix[2, 2], np.float64)


def _left_out(model: str, source: Points, target: Points, inliers: NDArray[np.bool_]) -> float:
    """Return the root mean square distance of each quarter of the matches from the fit to the other three."""
    here, there = source[inliers], target[inliers]
    squares = 0.0
    for part in range(4):
        held = np.arange(len(here)) % 4 == part
        matrix = _least_squares(model, here[~held], there[~held])
        if matrix is None:
            return float("inf")
        squares += float(np.sum(_distance(matrix, here[held], there[held]) ** 2))
    return float(np.sqrt(squares / max(1, len(here))))


def _sound(matrix: Matrix, points: Points) -> bool:
    """Whether the transform turns nothing inside out and stretches nothing much where the points lie."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    for corner in ((left, top), (right, top), (left, bottom), (right, bottom)):
        if matrix[2] @ np.array([*corner, 1.0]) <= 0:
            return False
        linear = jacobian(matrix, corner)
        stretches = np.linalg.svd(linear, compute_uv=False)
        if np.linalg.det(linear) <= 0 or stretches[0] > STRETCH * stretches[1]:
            return False
        if not 1 / STRETCH < stretches[0] < STRETCH:
            return False
    return True


def _distance(matrix: Matrix, source: Points, target: Points) -> NDArray[np.float64]:
    return np.asarray(np.hypot(*(imaging.carried(matrix, source) - target).T), np.float64)
