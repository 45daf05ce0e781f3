"""How much darker than the skin around it each pixel is: what hair, and little else, shows in a macro photo."""

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Gray, Plane, Rgb

_COARSE_PX_PER_MM = 24.0
"""Scale at which the light on the skin is followed: 40 um a pixel, a hair is two of them."""
_WINDOW_MM = 1.3
"""The light is followed over this distance: several hairs wide, so that a bundle is not taken for a dark patch."""
_HAIR_RATIO = 0.88
"""What is darker than this share of the local median is left out when the skin's brightness is taken."""
_PIT, _SPECK = 0.45, 0.33
"""A speck of glare is less deep than this share of hair, and smaller than this many squares of its thickness."""
_FLOOR = 6.0
"""Nothing is taken to be darker than this (of 255): in a black picture all is skin."""


def contrast(rgb: Rgb, px_per_mm: float) -> Plane:
    """Return how much darker each pixel is than the skin around it, 0 (skin, or brighter) to 1 (black hair).

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.
    px_per_mm : float
        Scale of the picture, at least roughly.

    Returns
    -------
    Plane
        (rows, columns) float32.

    Notes
    -----
    Each colour channel is divided by its own skin brightness nearby, which takes out the colour and the slow changes
    of the light; then the channel that differs least counts. A hair absorbs all colours. Veins and skin lines are dark
    in green and blue alone, hair under the skin in red alone, ink and coloured drawings in two of three.
    """
    ratios = [np.maximum(channel, np.float32(_FLOOR)) / _skin(channel, px_per_mm) for channel in np.moveaxis(rgb, 2, 0)]
    highest = np.maximum(np.maximum(ratios[0], ratios[1]), ratios[2])
    depth: Plane = np.clip(1 - highest, 0, 1)
    return depth


def _skin(channel: Gray, px_per_mm: float) -> Plane:
    """Return the brightness of the skin under each pixel of one channel."""
    factor = min(1.0, _COARSE_PX_PER_MM / px_per_mm)
    rows, columns = channel.shape
    coarse = imaging.resize(channel, (max(4, round(rows * factor)), max(4, round(columns * factor))))
    size = int(min(_WINDOW_MM * px_per_mm * factor, min(coarse.shape) * 0.9)) // 2 * 2 + 1
    size = max(3, size)
    median = cv2.medianBlur(coarse, size)
    bare = np.where(coarse < _HAIR_RATIO * median, median, coarse).astype(np.uint8)
    level = imaging.blur(cv2.medianBlur(bare, size).astype(np.float32), size / 5)
    return np.maximum(imaging.resize(level, channel.shape), np.float32(_FLOOR))


def without_glare(depth: Plane, usual: float) -> Plane:
    """Return depth with the small bright specks inside hair filled in: glare on a shaft would split it lengthwise.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32.
    usual : float
        Usual thickness of a hair in pixels.

    Notes
    -----
    A speck is bright, closed in by hair on all sides, and smaller than a third of a square of the usual thickness. A
    gap between two hairs that lie side by side is open at an end, and stays.
    """
    level = float(np.percentile(depth, 98))
    bright = (depth <= _PIT * level).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    small = stats[:count, cv2.CC_STAT_AREA] < _SPECK * usual**2
    x, y = stats[:count, cv2.CC_STAT_LEFT], stats[:count, cv2.CC_STAT_TOP]
    right, bottom = x + stats[:count, cv2.CC_STAT_WIDTH], y + stats[:count, cv2.CC_STAT_HEIGHT]
    small &= (x > 0) & (y > 0) & (right < depth.shape[1]) & (bottom < depth.shape[0])
    small[0] = False
    specks = small[labels]
    if not specks.any():
        return depth
    size = max(3, round(0.7 * usual)) | 1
    closed = cv2.morphologyEx(depth, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return np.where(specks, closed, depth).astype(np.float32)
