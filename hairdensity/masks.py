"""Masks: their bounding box, their parts and their holes."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Mask


def longer_side(mask: Mask) -> int:
    """Return the longer side of a mask's bounding box, in pixels; 0 where it is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(max(np.ptp(rows), np.ptp(columns))) + 1 if rows.size else 0


def box_around(mask: Mask, margin: float) -> tuple[slice, slice]:
    """Return the rows and columns of a mask's bounding box, grown by a share of its longer side, within the picture.

    Raises
    ------
    ValueError
        If the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        raise ValueError("an empty mask has no bounding box")
    grow = margin * max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    return _grown(rows, grow, mask.shape[0]), _grown(columns, grow, mask.shape[1])


def largest_part(mask: Mask) -> Mask:
    """Return the largest connected part of a mask."""
    count, labels = cast("tuple[int, NDArray[np.int32]]", cv2.connectedComponents(mask.view(np.uint8), connectivity=4))
    if count <= 2:
        return mask.copy()
    largest: Mask = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    return largest


def without_holes(mask: Mask) -> Mask:
    """Return a mask with everything filled that it encloses."""
    ringed = np.pad(~mask, 1, constant_values=True)
    _, labels = cast("tuple[int, NDArray[np.int32]]", cv2.connectedComponents(ringed.view(np.uint8), connectivity=4))
    filled: Mask = labels[1:-1, 1:-1] != labels[0, 0]
    return filled


def _grown(found: NDArray[np.intp], by: float, end: int) -> slice:
    return slice(max(0, int(found[0] - by)), min(end, int(found[-1] + 1 + by)))
