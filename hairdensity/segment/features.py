"""What the classical segmenter looks at in a picture: brightness, colour ratios and texture, fine and coarse."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.light import linear

LOOK_PX: Final = 400
"""Width of the scalp, in pixels, at which hair is looked for: one pixel is then about 0.4 mm."""
NEAR: Final = 0.02
"""Standard deviation of the neighbourhood of a pixel, as a share of the scalp's width: about 4 mm."""
DARKEST: Final = 0.004
"""Linear brightness (0..1) added before logarithms, so that black stays finite."""
FLAT: Final = 1e-5
"""Variance of brightness (natural logarithm) added before logarithms, so that flat places stay finite."""


@dataclass(frozen=True, slots=True)
class Look:
    """Features of one picture; brightness and ratios are natural logarithms of linear light.

    Parameters
    ----------
    light : Plane
        Brightness.
    near_light, near_red, near_blue : Plane
        Brightness, red over green, blue over green, averaged over the neighbourhood.
    spread : Plane
        Standard deviation of brightness over the neighbourhood.
    fine, coarse : Plane
        Logarithm of the strength of texture finer than 1 and than 3 pixels, over the neighbourhood.
    along : Plane
        0..1: how much the texture has one direction, as combed hair does (coherence of the structure tensor).
    reddening : Plane
        How red over green follows brightness within the neighbourhood: 0 for light and shade alone; hair over skin has
        a slope, since it is both darker and less red.
    mask : Mask
        The scalp at this size.
    """

    light: Plane
    near_light: Plane
    near_red: Plane
    near_blue: Plane
    spread: Plane
    fine: Plane
    coarse: Plane
    along: Plane
    reddening: Plane
    mask: Mask


def look(rgb: Rgb, region: Mask) -> Look:
    """Return the features of a picture, shrunk so that its scalp is at most `LOOK_PX` wide.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8, normalised.
    region : Mask
        (rows, columns) bool: the scalp; not empty.
    """
    width = float(2 * np.sqrt(np.count_nonzero(region) / np.pi))
    small = imaging.shrink(rgb, max(16, round(max(rgb.shape[:2]) * min(1.0, LOOK_PX / width))))
    reach = max(0.5, NEAR * min(width, LOOK_PX))

    def near(plane: Plane) -> Plane:
        return imaging.blur(plane, reach)

    logs = np.log(linear(small) + np.float32(DARKEST))
    red, green, blue = (np.ascontiguousarray(logs[:, :, channel]) for channel in range(3))
    light = (red + green + blue) / np.float32(3)
    red, blue = red - green, blue - green
    near_light, near_red = near(light), near(red)
    from_near = light - near_light
    variance = near(from_near * from_near)
    return Look(
        light=light,
        near_light=near_light,
        near_red=near_red,
        near_blue=near(blue),
        spread=np.sqrt(variance),
        fine=_strength(near(_squared(light - imaging.blur(light, 1.0)))),
        coarse=_strength(near(_squared(light - imaging.blur(light, 3.0)))),
        along=_coherence(light, reach),
        reddening=near(from_near * (red - near_red)) / (variance + np.float32(1e-3)),
        mask=imaging.resize_mask(region, (small.shape[0], small.shape[1])),
    )


def _squared(plane: Plane) -> Plane:
    squared: Plane = plane * plane
    return squared


def _strength(variance: Plane) -> Plane:
    strength: Plane = np.float32(0.5) * np.log(variance + np.float32(FLAT))
    return strength


def _coherence(light: Plane, reach: float) -> Plane:
    """Return 0 where gradients point anywhere, 1 where they are all along one line (Bigun and Granlund 1987)."""
    right, down = imaging.slopes(light)
    xx, yy, xy = (imaging.blur(plane, reach) for plane in (right * right, down * down, right * down))
    coherence: Plane = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy + np.float32(1e-4))
    return coherence
