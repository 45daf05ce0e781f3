"""Region by classical means: colour and place, no weights.

Simple on purpose: it finds the head, not the hairline, and is the fallback for where no network is wanted.
"""

from typing import Final, cast

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Rgb
from hairdensity.masks import without_holes

LOOK_PX: Final = 192
"""Longer side of the picture in which the head is looked for."""
LEAST_PX: Final = 24
"""A shorter side of the shrunk picture below this is no photo of a head."""
ROUNDS: Final = 3
"""Rounds of GrabCut."""


def head_mask(work: Rgb) -> tuple[Mask, float]:
    """Find the head that fills the middle of a picture.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8.

    Returns
    -------
    mask : Mask
        (rows, columns) bool.
    certainty : float
        0..1: how well the outline agrees with an edge in the colours.

    Notes
    -----
    GrabCut (Rother et al. 2004) started from an ellipse in the middle of the frame, as people hold the camera; what is
    found is smoothed, and the part that holds the middle is kept without its holes.
    """
    small = imaging.shrink(work, LOOK_PX)
    if min(small.shape[:2]) < LEAST_PX:
        return np.zeros(work.shape[:2], np.bool_), 0.0
    rows, columns = small.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns]
    distance = np.hypot((x - columns / 2) / (columns / 2), (y - rows / 2) / (rows / 2))
    guess = np.full((rows, columns), cv2.GC_PR_BGD, np.uint8)
    guess[distance < 0.92] = cv2.GC_PR_FGD
    guess[distance < 0.45] = cv2.GC_FGD
    guess[distance > 1.2] = cv2.GC_BGD
    guess = imaging.grab_cut(small, guess, ROUNDS)
    found = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)) & (distance < 1.1)
    radius = 0.05 * min(rows, columns)
    found = imaging.grow(imaging.erode(found, radius), radius)
    found = without_holes(_middle_part(found))
    return imaging.resize_mask(found, work.shape[:2]), _edge_certainty(small, found)


def _middle_part(mask: Mask) -> Mask:
    """Return the connected part with most pixels near the middle."""
    count, labels = cv2.connectedComponents(mask.view(np.uint8))
    if count <= 1:
        return mask
    rows, columns = mask.shape
    middle = labels[rows // 4 : rows - rows // 4, columns // 4 : columns - columns // 4]
    sizes = np.bincount(middle.ravel(), minlength=count)
    sizes[0] = 0
    return cast("Mask", labels == int(sizes.argmax()))


def _edge_certainty(small: Rgb, mask: Mask) -> float:
    """Return how different colours are on both sides of the outline, against their scatter, as a share 0..1."""
    if not mask.any() or mask.all():
        return 0.0
    lab: Gray | object = imaging.lab(imaging.blur(small, 1.0))
    values = cast("np.ndarray[tuple[int, int, int], np.dtype[np.float32]]", lab)
    inner = mask & ~imaging.erode(mask, 5)
    outer = imaging.grow(mask, 5) & ~mask
    if not inner.any() or not outer.any():
        return 0.0
    gap = float(np.linalg.norm(values[inner].mean(axis=0) - values[outer].mean(axis=0)))
    return float(np.clip(gap / 30, 0, 1))
