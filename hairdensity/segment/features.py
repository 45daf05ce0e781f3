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
"""Reach of the coarse features, as a share of the scalp's width: 4 mm, some strands of thin hair."""
DARKEST: Final = 0.004
"""Linear brightness (0..1) added before logarithms, so that black stays finite."""


@dataclass(frozen=True, slots=True)
class Look:
    """Features of one picture, all natural logarithms of linear light.

    Parameters
    ----------
    light, red, blue : Plane
        Brightness, red over green, blue over green.
    near_light, near_red, near_blue : Plane
        The same, averaged over `NEAR`.
    texture : Plane
        Logarithm of the spread of fine brightness, over `NEAR`.
    mask : Mask
        The scalp at this size.
    """

    light: Plane
    red: Plane
    blue: Plane
    near_light: Plane
    near_red: Plane
    near_blue: Plane
    texture: Plane
    mask: Mask


def look(rgb: Rgb, region: Mask) -> Look:
    """Return the features of a picture, shrunk so that its scalp is at most `LOOK_PX` wide."""
    width = float(2 * np.sqrt(np.count_nonzero(region) / np.pi))
    longest = max(16, round(max(rgb.shape[:2]) * min(1.0, LOOK_PX / width)))
    small = imaging.shrink(rgb, longest)
    mask = imaging.resize_mask(region, (small.shape[0], small.shape[1]))
    logs = np.log(linear(small) + np.float32(DARKEST))
    light = logs.mean(axis=2)
    red = logs[:, :, 0] - logs[:, :, 1]
    blue = logs[:, :, 2] - logs[:, :, 1]
    reach = NEAR * min(width, LOOK_PX)
    fine = light - imaging.blur(light, 1.5)
    spread = imaging.blur(fine * fine, reach)
    return Look(
        light,
        red,
        blue,
        imaging.blur(light, reach),
        imaging.blur(red, reach),
        imaging.blur(blue, reach),
        (0.5 * np.log(spread + np.float32(1e-5))).astype(np.float32),
        mask,
    )
