"""The light that the card lies in: white balance and exposure from its paper and greys."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Matrix, Rgb
from hairdensity.card import layout

GRID: Final = 4.0
"""Pixels to the millimetre of the picture in which patches are read."""
CLIPPED: Final = 250
"""From here on a channel may have been cut off."""
DARKEST: Final = 12
"""Below this the noise decides about the colour."""
PAPER: Final = 0.85
"""Light that white paper throws back."""
UNEVEN: Final = 0.25
"""A patch whose brightness varies by more than this share is covered or under glare."""
LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
"""Of linear sRGB."""
STRAY: Final = 0.12
"""A neutral patch whose colour differs by more than this from the others', as a logarithm, is covered or reflects."""


@dataclass(frozen=True, slots=True)
class CardLight:
    """White balance and exposure.

    Parameters
    ----------
    gains : tuple of float
        Red, green, blue factors in linear light; green is 1.
    exposure : float
        Stops above (+) or below (-) the exposure that shows white paper as such.
    known : bool
        Whether there was enough to read them from.
    """

    gains: tuple[float, float, float]
    exposure: float
    known: bool


def linear(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light from sRGB values 0..255 (IEC 61966-2-1)."""
    share = np.asarray(rgb, np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def card_light(rgb: Rgb, matrix: Matrix) -> CardLight:
    """Read white balance and exposure from the card.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8 sRGB photo.
    matrix : Matrix
        (3, 3): from mm on the card to pixels of the photo.
    """
    shape = (round(layout.CARD_MM[1] * GRID), round(layout.CARD_MM[0] * GRID))
    flat = imaging.warp(rgb, _to_grid() @ np.linalg.inv(matrix), shape)
    reach = imaging.warp(np.full(rgb.shape[:2], 255, np.uint8), _to_grid() @ np.linalg.inv(matrix), shape) > 250
    hues, lights, paper = [], [], []
    for zone, expected in _neutrals():
        read = _patch(flat[zone][reach[zone]])
        if read is None:
            continue
        hues.append(np.log(read / read[1]))
        lights.append(np.log2(float(read @ LUMINANCE) / (PAPER * expected)))
        paper.append(expected == 1.0)
    if len(hues) < 3:
        return CardLight((1.0, 1.0, 1.0), 0.0, False)
    listed = np.array(hues)
    close = np.abs(listed - np.median(listed, axis=0)).max(axis=1) < STRAY
    if close.sum() < 3:
        return CardLight((1.0, 1.0, 1.0), 0.0, False)
    red, _, blue = np.exp(-np.median(listed[close], axis=0))
    # How dark a printed grey is depends on the printer; paper is white. Greys count where the paper is clipped.
    first = close & np.array(paper) if (close & np.array(paper)).any() else close
    return CardLight((float(red), 1.0, float(blue)), float(np.median(np.array(lights)[first])), True)


def _patch(pixels: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the linear colour of a patch, (3,); None where it is clipped, too dark, covered or under glare."""
    if len(pixels) < 8:
        return None
    low, middle, high = np.percentile(pixels, [20, 50, 80], axis=0)
    if middle.max() >= CLIPPED or middle.min() <= DARKEST or np.any(high - low > UNEVEN * middle):
        return None
    return linear(middle)


def _to_grid() -> Matrix:
    return np.array([[GRID, 0, -0.5], [0, GRID, -0.5], [0, 0, 1]], np.float64)


@cache
def _neutrals() -> tuple[tuple[tuple[slice, slice], float], ...]:
    """Return where paper and greys lie on the grid, well inside, and the light each throws back against paper."""
    zones = [(_inner(box, 0.9), 1.0) for box in layout.paper_boxes()]
    for patch, box in zip(layout.PATCHES, layout.patch_boxes(), strict=True):
        if patch.neutral:
            zones.append((_inner(box, 0.6), float(linear(np.array(patch.rgb[1], np.float64)))))
    return tuple(zones)


def _inner(box: tuple[float, float, float, float], share: float) -> tuple[slice, slice]:
    x, y, width, height = box
    rest = (1 - share) / 2
    return _pixels(y + rest * height, share * height), _pixels(x + rest * width, share * width)


def _pixels(start: float, length: float) -> slice:
    return slice(round(start * GRID), round((start + length) * GRID))
