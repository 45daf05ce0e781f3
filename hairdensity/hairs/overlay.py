"""What a microscope's program drew into the picture: text, frames. None of it is hair."""

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Rgb

_WHITE, _BLACK = 215, 120
"""Text: white and dark within `_STROKE` pixels, which no lens does to skin or hair at this scale."""
_STROKE = 5
_FLAT = 2.5
"""A row or column of a border varies by less than this standard deviation (of 255)."""


def burnt_in(rgb: Rgb) -> Mask:
    """Return where text was drawn into a picture.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.

    Notes
    -----
    Text is found as many strokes of white in dark, close together in a lying box. Thin drawn lines are not found here.
    """
    lowest, highest = rgb.min(axis=2), rgb.max(axis=2)
    return _text(lowest, highest)


def _text(lowest: Gray, highest: Gray) -> Mask:
    kernel = np.ones((_STROKE, _STROKE), np.uint8)
    strokes = (cv2.dilate((lowest >= _WHITE).view(np.uint8), kernel) > 0) & (
        cv2.dilate((highest <= _BLACK).view(np.uint8), kernel) > 0
    )
    joined = cv2.morphologyEx(strokes.view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 17), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    text = np.zeros(lowest.shape, np.bool_)
    white = lowest >= _WHITE
    for index in range(1, count):
        x, y, width, height, _ = stats[index].tolist()
        box = (slice(y, y + height), slice(x, x + width))
        if height < 8 or height > 90 or width < 1.4 * height or strokes[box].mean() < 0.45:
            continue
        if white[box].mean() < 0.06:
            continue
        grown = (slice(max(0, y - 6), y + height + 6), slice(max(0, x - 8), x + width + 8))
        text[grown] = True
    return text


def inner(rgb: Rgb) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of what is inside a plain border, as slice ends."""
    gray = imaging.gray(rgb)
    level = float(np.median(gray))
    ends = []
    for axis in (0, 1):
        count = gray.shape[axis]
        plain = (gray.std(axis=1 - axis) < _FLAT) & (np.abs(gray.mean(axis=1 - axis) - level) > 12)
        if plain.all():
            ends += [0, count]
            continue
        first, last = int(np.argmin(plain)), count - int(np.argmin(plain[::-1]))
        # The rows next to a border are blurred with it.
        ends += [first + 2 * (first > 0), last - 2 * (last < count)]
    return ends[0], ends[1], ends[2], ends[3]
