"""The light that the card lies in: white balance and exposure from its paper and greys."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Matrix, Rgb
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
    hues, lights = [], []
    for zone, expected in _neutrals():
        read = _patch(flat[zone & reach])
        if read is None:
            continue
        hues.append(np.log(read / read[1]))
        lights.append(np.log2(float(read @ (0.2126, 0.7152, 0.0722)) / (PAPER * expected)))
    if len(hues) < 3:
        return CardLight((1.0, 1.0, 1.0), 0.0, False)
    listed = np.array(hues)
    close = np.abs(listed - np.median(listed, axis=0)).max(axis=1) < STRAY
    if close.sum() < 3:
        return CardLight((1.0, 1.0, 1.0), 0.0, False)
    red, _, blue = np.exp(-np.median(listed[close], axis=0))
    return CardLight((float(red), 1.0, float(blue)), float(np.median(np.array(lights)[close])), True)


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
def _neutrals() -> tuple[tuple[Mask, float], ...]:
    """Return where paper and greys lie on the grid, well inside, and the light each throws back against paper."""
    paper = layout.paper_mask(GRID)
    zones = []
    for column, row in layout.squares():
        square = np.zeros_like(paper)
        left, top = (layout.BOARD_AT[0] + column * layout.SQUARE_MM, layout.BOARD_AT[1] + row * layout.SQUARE_MM)
        square[_pixels(top, layout.SQUARE_MM), _pixels(left, layout.SQUARE_MM)] = True
        zones.append((square & paper, 1.0))
    for patch, (x, y, width, height) in zip(layout.PATCHES, layout.patch_boxes(), strict=True):
        if not patch.neutral:
            continue
        inner = np.zeros_like(paper)
        inner[_pixels(y + 0.2 * height, 0.6 * height), _pixels(x + 0.2 * width, 0.6 * width)] = True
        zones.append((inner, float(linear(np.array(patch.rgb[1], np.float64)))))
    return tuple(zones)


def _pixels(start: float, length: float) -> slice:
    return slice(round(start * GRID), round((start + length) * GRID))
