"""Align: where the baseline's skin lies in a later photo.

A similarity (turn, size, shift) is enough for a head photographed again from nearly the same side. It is found from
texture that both photos share (SIFT keypoints, robust fit); where the texture has changed too much, the outline of
the scalp gives a coarser answer, which is said. Where neither agrees with the outlines, there is no answer.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Matrix, Rgb

MATCH_PX: Final = 800
"""Longer side of the picture in which keypoints are sought: more costs time and finds more noise than skin."""
RATIO: Final = 0.8
"""A match must be nearer than this share of the second nearest (Lowe 2004, section 7.1)."""
INLIER_PX: Final = 6.0
"""A match agrees with the transform when it is nearer than this, in pixels of the matching picture."""
FEWEST_INLIERS: Final = 12
"""By chance alone, false matches agree on a similarity in groups of up to about six."""
SCALES: Final = (0.5, 2.0)
"""Sizes of the head in the frame, against the baseline, that are believed."""
FEATURE_OVERLAP: Final = 0.6
"""Overlap of the two outlines below which a transform from keypoints is not believed."""
OUTLINE_OVERLAP: Final = 0.8
"""Overlap of the two outlines below which a transform from the outlines is not believed."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a photo's pixels lie in its baseline.

    Parameters
    ----------
    matrix : Matrix
        (3, 3): from (x, y, 1) of the photo's work picture to the baseline's work picture.
    method : {"itself", "features", "outline"}
        What it was found from.
    residual : float
        Root mean square distance of what was matched, in pixels of the baseline's work picture.
    overlap : float
        Intersection over union of the two outlines once aligned, 0..1.
    inliers : int
        Matches that agree with the transform; 0 where it was found from outlines.
    """

    matrix: Matrix
    method: Literal["itself", "features", "outline"]
    residual: float
    overlap: float
    inliers: int

    @property
    def magnification(self) -> float:
        """Pixels of the photo's work picture to one of the baseline's."""
        return float(1 / np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    def zoom(self, shape: tuple[int, ...], baseline_shape: tuple[int, ...]) -> float:
        """Return how large the head is in its frame against the baseline; above 1 is closer."""
        return self.magnification * max(baseline_shape[:2]) / max(shape[:2])

    @property
    def rotation_deg(self) -> float:
        """Turn that lays the photo on its baseline, in degrees, clockwise as seen."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


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


def align(picture: Rgb, region: Mask, baseline: Rgb, baseline_region: Mask) -> Alignment | NotAligned:
    """Find the similarity that lays a photo on its baseline.

    Parameters
    ----------
    picture, baseline : Rgb
        (rows, columns, 3) uint8 work pictures, of any two sizes.
    region, baseline_region : Mask
        (rows, columns) bool: the scalp in each.

    Returns
    -------
    Alignment or NotAligned
        The latter is false and says why.

    References
    ----------
    Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004, doi:10.1023/B:VISI.0000029664.99615.94.
    """
    by_features = _from_features(picture, region, baseline, baseline_region)
    if isinstance(by_features, Alignment) and by_features.overlap >= FEATURE_OVERLAP:
        return by_features
    by_outline = _from_outline(region, baseline_region)
    zoom = by_outline.zoom(picture.shape, baseline.shape)
    if by_outline.overlap >= OUTLINE_OVERLAP and SCALES[0] <= zoom <= SCALES[1]:
        return by_outline
    tried = by_features.reason if isinstance(by_features, NotAligned) else (
        f"texture gives an overlap of the outlines of only {by_features.overlap:.2f}"
    )  # fmt: skip
    return NotAligned(f"{tried}; the outlines alone overlap by {by_outline.overlap:.2f}")


def _from_features(picture: Rgb, region: Mask, baseline: Rgb, baseline_region: Mask) -> Alignment | NotAligned:
    here, described, factor = _keypoints(picture, region)
    there, base_described, base_factor = _keypoints(baseline, baseline_region)
    pairs = _mutual_matches(described, base_described)
    if len(pairs) < FEWEST_INLIERS:
        return NotAligned(f"only {len(pairs)} places look alike in both photos")
    source, target = here[pairs[:, 0]], there[pairs[:, 1]]
    found, agreeing = cv2.estimateAffinePartial2D(
        source.reshape(-1, 1, 2), target.reshape(-1, 1, 2), method=cv2.RANSAC, ransacReprojThreshold=INLIER_PX,
        maxIters=5000, confidence=0.999,
    )  # fmt: skip
    if found is None or agreeing is None:
        return NotAligned("no turn, size and shift explains the places that look alike")
    inside = np.asarray(agreeing).reshape(-1) > 0
    if inside.sum() < FEWEST_INLIERS:
        return NotAligned(f"only {int(inside.sum())} of {len(pairs)} places that look alike agree")
    small: Matrix = np.vstack([np.asarray(found, np.float64), [0.0, 0.0, 1.0]])
    matrix: Matrix = np.diag([1 / base_factor, 1 / base_factor, 1.0]) @ small @ np.diag([factor, factor, 1.0])
    moved = source[inside] @ small[:2, :2].T + small[:2, 2]
    residual = float(np.sqrt(np.mean(np.sum((moved - target[inside]) ** 2, axis=1)))) / base_factor
    result = Alignment(matrix, "features", residual, _overlap(region, baseline_region, matrix), int(inside.sum()))
    zoom = result.zoom(picture.shape, baseline.shape)
    if not SCALES[0] <= zoom <= SCALES[1]:
        return NotAligned(f"texture suggests that the head is {zoom:.2f} times as large, which is not believed")
    return result


def _keypoints(picture: Rgb, region: Mask) -> tuple[NDArray[np.float64], NDArray[np.float32], float]:
    """Return keypoints (n, 2) of the shrunken picture, their descriptors (n, 128), and the factor it was shrunk by."""
    small = imaging.shrink(picture, MATCH_PX)
    factor = small.shape[1] / picture.shape[1]
    # A little beyond the outline lie ears and temples, which do not change; the background may change or stand still.
    around = imaging.grow(imaging.resize_mask(region, small.shape[:2]), 0.02 * MATCH_PX)
    levelled = cast("Gray", cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(imaging.gray(small)))
    # The weakest keypoints are noise; 3000 strongest are plenty for a robust fit.
    # Without precise upscaling every keypoint is a quarter of a pixel off.
    detector: Any = cv2.SIFT_create(nfeatures=3000, enable_precise_upscale=True)
    points, described = detector.detectAndCompute(levelled, around.astype(np.uint8))
    if described is None or not len(points):
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32), factor
    # RootSIFT (Arandjelovic and Zisserman 2012): distances of square roots tell textures apart better.
    scaled = np.sqrt(described / np.maximum(described.sum(axis=1, keepdims=True), 1e-9))
    return np.array([point.pt for point in points], np.float64), scaled.astype(np.float32), factor


def _mutual_matches(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return (n, 2) indices of descriptors that are each other's nearest and pass the ratio test."""
    if len(first) < 2 or len(second) < 2:
        return np.zeros((0, 2), np.intp)
    likeness = first @ second.T
    best = likeness.argmax(axis=1)
    back = likeness.argmax(axis=0)
    rows = np.arange(len(first))
    top_two = np.partition(likeness, -2, axis=1)[:, -2:]
    distance, runner_up = (np.sqrt(np.maximum(2 - 2 * top_two[:, k], 0)) for k in (1, 0))
    good = (back[best] == rows) & (distance < RATIO * runner_up)
    return np.stack([rows[good], best[good]], axis=1)


def _from_outline(region: Mask, baseline_region: Mask) -> Alignment:
    """Lay one outline on the other: equal centroid and area, and the turn within 30 degrees that overlaps best."""
    (x, y), area = _centre(region)
    (base_x, base_y), base_area = _centre(baseline_region)
    if area == 0 or base_area == 0:
        return Alignment(np.eye(3), "outline", float("inf"), 0.0, 0)
    size = float(np.sqrt(base_area / area))
    candidates = []
    for degrees in range(-30, 31, 3):
        cos, sin = size * np.cos(np.radians(degrees)), size * np.sin(np.radians(degrees))
        matrix = np.array(
            [[cos, -sin, base_x - cos * x + sin * y], [sin, cos, base_y - sin * x - cos * y], [0, 0, 1]], np.float64
        )
        # Of turns that overlap equally well, as on a round head, the smallest is likeliest.
        candidates.append((_overlap(region, baseline_region, matrix) - 0.0005 * abs(degrees), matrix))
    best, matrix = max(candidates, key=lambda candidate: candidate[0])
    # What the outlines leave open: the width of the ring in which they differ.
    residual = (1 - min(best, 1.0)) * float(np.sqrt(base_area / np.pi)) / 2
    return Alignment(matrix, "outline", residual, _overlap(region, baseline_region, matrix), 0)


def _centre(mask: Mask) -> tuple[tuple[float, float], int]:
    rows, columns = np.nonzero(mask)
    return ((float(columns.mean()), float(rows.mean())), rows.size) if rows.size else ((0.0, 0.0), 0)


def _overlap(region: Mask, baseline_region: Mask, matrix: Matrix) -> float:
    """Return intersection over union where both frames reach."""
    shape = baseline_region.shape
    quarter = np.diag([0.25, 0.25, 1.0])
    small = (max(1, shape[0] // 4), max(1, shape[1] // 4))
    laid = imaging.warp_mask(region, quarter @ matrix, small)
    reached = imaging.warp_mask(np.ones_like(region), quarter @ matrix, small)
    target = imaging.resize_mask(baseline_region, small) & reached
    union = int((laid | target).sum())
    return float((laid & target).sum() / union) if union else 0.0
