"""Heads in a frame of their own: the scalp cut out, scaled to one size, its light levelled.

In this frame two photos of one head differ by a turn, a small shift and a small change of size, whatever the cameras
and their distances were.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Matrix, Plane, Rgb

FRAME_PX: Final = 256
"""Side of the frame. A head is about 200 px wide in it, so that 1 % of its width is 2 px."""
REGION_PX: Final = 176.0
"""Square root of the region's area in the frame: heads half as long again as wide still fit."""
LEAST_PX: Final = 400
"""A region of fewer pixels has nothing to be aligned by."""
FAINT: Final = 0.012
"""Contrast, as a difference of logarithms, below which texture is taken for noise and not lifted up."""
STEEPEST: Final = 2.5
"""Levelled brightness is cut at so many standard deviations: glare must not outvote the rest."""


@dataclass(frozen=True, slots=True)
class Head:
    """The scalp of one photo in its own frame.

    Parameters
    ----------
    to_frame : Matrix
        (3, 3): from (x, y, 1) of the work picture to the frame; a size and a shift.
    gray : Gray
        (256, 256) uint8: brightness as displayed.
    mask : Mask
        (256, 256) bool: the scalp.
    in_picture : Mask
        (256, 256) bool: what the photo's own frame holds.
    width_px : float
        Longer side of the region, in pixels of the work picture.
    centre : tuple of float
        Middle of the region (x, y), in pixels of the work picture.
    """

    to_frame: Matrix
    gray: Gray
    mask: Mask
    in_picture: Mask
    width_px: float
    centre: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Levelled:
    """A head at one size, light levelled.

    Parameters
    ----------
    plane : Plane
        (side, side) float32: brightness less its surroundings, over the local contrast; 0 outside the scalp.
    mask : Mask
        (side, side) bool: the scalp.
    """

    plane: Plane
    mask: Mask


def describe(picture: Rgb, region: Mask) -> Head | None:
    """Cut the scalp out of a photo; None where there is too little of it.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8.
    region : Mask
        (rows, columns) bool: the scalp.
    """
    mask = np.ascontiguousarray(region).view(np.uint8)
    moments = cv2.moments(mask, binaryImage=True)
    area = moments["m00"]
    if area < LEAST_PX:
        return None
    x, y = moments["m10"] / area, moments["m01"] / area
    factor = REGION_PX / float(np.sqrt(area))
    middle = (FRAME_PX - 1) / 2
    to_frame = np.array([[factor, 0, middle - factor * x], [0, factor, middle - factor * y], [0, 0, 1]], np.float64)
    _, _, width, height = cv2.boundingRect(mask)

    gray, shape = imaging.gray(picture), region.shape
    if factor < 1:
        # By area first: a warp that shrinks picks single pixels.
        shape = (max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor)))
    small, small_mask = imaging.resize(gray, shape), imaging.resize(mask * np.uint8(255), shape)
    place = to_frame @ np.linalg.inv(imaging.resized(region.shape, shape))
    side = (FRAME_PX, FRAME_PX)
    warped = cv2.warpPerspective(
        small, place, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )  # an edge against black would be the strongest feature of all
    return Head(
        to_frame=to_frame,
        gray=np.asarray(warped, np.uint8),
        mask=imaging.warp(small_mask, place, side) >= 128,
        in_picture=imaging.warp(np.full(shape, 255, np.uint8), place, side) >= 128,
        width_px=float(max(width, height)),
        centre=(x, y),
    )


def level(head: Head, side: int, detail: float, surroundings: float) -> Levelled:
    """Return a head at `side` px, light levelled.

    Parameters
    ----------
    head : Head
        The head.
    side : int
        Side of the result in pixels, at most that of the frame.
    detail, surroundings : float
        Standard deviations, in pixels of the result, of what is blurred away as noise and of what is subtracted as
        light. Both means are taken inside the scalp only, so that wall and face do not count.
    """
    shape = (side, side)
    mask = imaging.resize(head.mask.astype(np.float32), shape) > 0.5
    inside = mask.astype(np.float32)
    # Light multiplies, so in logarithms it adds; the offset keeps noise in the dark from being lifted.
    logged = np.log(imaging.resize(head.gray, shape).astype(np.float32) + np.float32(8))
    smooth = imaging.blur(logged, detail)
    # About its own mean: else the small number below, which keeps the division finite, would draw the outline of the
    # scalp into a plain picture, and two plain pictures would agree.
    smooth -= smooth[mask].mean() if mask.any() else np.float32(0)
    weight = imaging.blur(inside, surroundings) + np.float32(1e-3)
    differs = (smooth - imaging.blur(smooth * inside, surroundings) / weight) * inside
    contrast = np.sqrt(imaging.blur(differs * differs, surroundings) / weight + np.float32(FAINT**2))
    return Levelled(np.clip(differs / contrast, -STEEPEST, STEEPEST) * inside, mask)
