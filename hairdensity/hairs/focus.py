"""Where a macro photo is in focus: elsewhere a thin hair would not be seen, so that skin is not counted either."""

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb

_WINDOW_PX = 91
"""Sharpness is taken over squares of half a millimetre at work scale."""
_SHARP = 0.25
"""In focus is where fine detail, against coarse, is at least this share of that of the photo's sharper parts."""
_NOISE = 0.0358
"""Share of the variance of white noise that the fine band keeps: (1/s1^2 + 1/s2^2 - 4/(s1^2 + s2^2)) / (4 pi)."""


def in_focus(rgb: Rgb) -> Mask:
    """Return where a picture at work scale is in focus.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.

    Notes
    -----
    Energy of detail of one to two pixels over that of two to five, the camera's noise taken off: blur takes the first
    long before the second. Compared within the photo, since skin differs; a photo that is unsharp all over is for the
    check of sharpness to refuse.
    """
    gray = imaging.gray(rgb).astype(np.float32)
    fine, middle, coarse = (imaging.blur(gray, sigma) for sigma in (1.0, 2.0, 5.0))
    size = (min(_WINDOW_PX, gray.shape[1] | 1), min(_WINDOW_PX, gray.shape[0] | 1))
    detail = cv2.blur((fine - middle) ** 2, size, borderType=cv2.BORDER_REFLECT_101)
    ground = cv2.blur((middle - coarse) ** 2, size, borderType=cv2.BORDER_REFLECT_101)
    noise = 1.4826 * float(np.median(np.abs(gray - imaging.blur(gray, 0.8))))
    # What is left after a blur of 0.8 is most of the noise: sqrt(1 - 2 * 0.33 + 0.2) of it.
    ratio = np.maximum(detail - np.float32(_NOISE * (noise / 0.73) ** 2), 0) / (ground + np.float32(0.05))
    top = float(np.percentile(ratio, 75))
    if top <= 0:
        return np.ones(gray.shape, np.bool_)
    sharp: Mask = ratio >= np.float32(_SHARP * top)
    return sharp
