"""What an alignment is: where a photo's pixels lie in its baseline, and how well that is known."""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Matrix

Method = Literal["itself", "features", "outline"]
Model = Literal["similarity", "affine", "homography"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a photo's pixels lie in its baseline.

    Parameters
    ----------
    matrix : Matrix
        (3, 3): from (x, y, 1) of the photo's work picture to the baseline's work picture; divide by the third.
    method : {"itself", "features", "outline"}
        What it rests on: texture that both photos share, or, only roughly, outline and large-scale appearance.
    residual : float
        Root mean square distance of what was matched, in pixels of the baseline's work picture.
    overlap : float
        Intersection over union of the two outlines once aligned, where both frames reach, 0..1.
    inliers : int
        Places that agree with the transform.
    places : int
        Places that were compared.
    head_px : float
        Width of the head in the baseline's work picture (the longer side of its region), pixels; 0 where unknown.
    centre : tuple of float
        (x, y) of the photo's work picture at which size and turn are stated: the middle of its region.
    model : {"similarity", "affine", "homography"}
        The simplest transform that explains what was matched.
    """

    matrix: Matrix
    method: Method
    residual: float
    overlap: float
    inliers: int
    places: int = 0
    head_px: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)
    model: Model = field(default="similarity")

    @property
    def residual_fraction(self) -> float:
        """Residual as a share of the head's width; 0 where the width is not known."""
        return self.residual / self.head_px if self.head_px > 0 else 0.0

    @property
    def magnification(self) -> float:
        """Pixels of the photo's work picture to one of the baseline's, at the middle of the region."""
        linear = jacobian(self.matrix, self.centre)
        return float(1 / np.sqrt(max(abs(float(np.linalg.det(linear))), 1e-12)))

    def zoom(self, shape: tuple[int, ...], baseline_shape: tuple[int, ...]) -> float:
        """Return how large the head is in its frame against the baseline; above 1 is closer."""
        return self.magnification * max(baseline_shape[:2]) / max(shape[:2])

    @property
    def rotation_deg(self) -> float:
        """Turn that lays the photo on its baseline, in degrees, clockwise as seen, -180..180."""
        linear = jacobian(self.matrix, self.centre)
        # The turn of the nearest similarity: a squeeze by tilt has none.
        return float(np.degrees(np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1])))

    @property
    def squeeze(self) -> float:
        """Longest over shortest stretch at the middle of the region: 1 where the head is seen from the same side."""
        stretches = np.linalg.svd(jacobian(self.matrix, self.centre), compute_uv=False)
        return float(stretches[0] / max(float(stretches[-1]), 1e-12))

    def then(self, other: "Alignment") -> "Alignment":
        """Return the alignment through a neighbour: `self` lays a photo on it, `other` lays it on the baseline.

        Notes
        -----
        The two errors are taken as independent, so that residuals add as squares; the weaker of the two methods,
        overlaps and counts stands for both.
        """
        matrix = other.matrix @ self.matrix
        there = self.matrix @ np.array([*self.centre, 1.0])
        carried = self.residual * np.sqrt(abs(float(np.linalg.det(jacobian(other.matrix, _point(there))))))
        order: tuple[Method, ...] = ("outline", "features", "itself")
        weaker = min(self, other, key=lambda step: order.index(step.method))
        models: tuple[Model, ...] = ("similarity", "affine", "homography")
        counted = [step for step in (self, other) if step.method != "itself"]
        return Alignment(
            matrix=matrix / matrix[2, 2],
            method=weaker.method,
            residual=float(np.hypot(carried, other.residual)),
            overlap=min(self.overlap, other.overlap),
            inliers=min((step.inliers for step in counted), default=0),
            places=min((step.places for step in counted), default=0),
            head_px=other.head_px or self.head_px * float(carried / self.residual if self.residual else 1.0),
            centre=self.centre,
            model=max(self.model, other.model, key=models.index),
        )


@dataclass(frozen=True, slots=True)
class NotAligned:
    """A photo that could not be aligned; false where an `Alignment` is true.

    Parameters
    ----------
    reason : str
        What was tried and how far it got.
    """

    reason: str

    def __bool__(self) -> bool:
        return False


ITSELF: Final = Alignment(np.eye(3), "itself", 0.0, 1.0, 0)


def jacobian(matrix: Matrix, point: tuple[float, float]) -> NDArray[np.float64]:
    """Return the (2, 2) derivative of a homogeneous transform at a point (x, y)."""
    x, y, w = matrix @ np.array([point[0], point[1], 1.0])
    return np.asarray((matrix[:2, :2] - np.outer([x / w, y / w], matrix[2, :2])) / w, np.float64)


def _point(homogeneous: NDArray[np.float64]) -> tuple[float, float]:
    return float(homogeneous[0] / homogeneous[2]), float(homogeneous[1] / homogeneous[2])
