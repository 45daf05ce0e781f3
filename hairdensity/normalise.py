"""Normalise: the same colours and even light in every photo, so that only hair makes the difference."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.light import Light, Lighting, brightened, lighting, linear, scaled

LEAST_SLOPE: Final = 0.05
"""Unevenness (natural logarithm) below this is not worth correcting."""
MOST_SLOPE: Final = 1.6
"""No more unevenness than this is taken out: what is left is flagged, not guessed."""
TARGET: Final = 0.5
"""Linear brightness (0..1) that the bright parts of the scalp are brought to."""
BRIGHT_RANK: Final = 0.9
"""Rank of the pixels of the scalp that count as its bright part."""
GAINS: Final = (0.25, 8.0)
"""Exposure is changed by a factor within these."""

BALANCED_PART: Final = 0.85
"""Share of the scalp's colour (in logarithms) that is taken for that of the light where nothing else is corrected: the
rest is taken for the head's own. Blond hair on fair skin, or grey on dark, is not the standard scalp in odd light."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A picture in standard light.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8: neutral colour, standard exposure, even light.
    balanced : Rgb
        (rows, columns, 3) uint8: colour alone corrected, and that by `BALANCED_PART`, for a method that deals with the
        rest itself.
    steps : tuple of str
        What was done, for the notes of the table.
    """

    rgb: Rgb
    balanced: Rgb
    steps: tuple[str, ...]


def normalise(work: Rgb, mask: Mask, lit: Lighting | None = None) -> Normalised:
    """Bring a picture to neutral colour, standard exposure and even light, as far as the scalp shows them.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8 work picture.
    mask : Mask
        (rows, columns) bool: the scalp. Where it is empty the picture comes back as it was.
    lit : Lighting, optional
        The light on the scalp, where that was looked at before.

    Returns
    -------
    Normalised
        Of the same shape. All corrections are factors in linear light: strength over place (a plane in the logarithm,
        see `hairdensity.light.uneven_light`), colour, and exposure.
    """
    if not mask.any():
        return Normalised(work, work, ())
    steps: list[str] = []
    lit = lit or lighting(work, mask)
    colour, light = lit.colour, lit.light
    more = None
    if light.slope >= LEAST_SLOPE:
        part = min(1.0, MOST_SLOPE / light.slope)
        more = _evening(light, part, mask)
        steps.append(f"evened light by {part * light.slope:.2f}")
    # Every fourth pixel tells the brightness of the scalp as well as all do.
    few = np.s_[::4, ::4]
    seen = linear(np.ascontiguousarray(work[few]))
    if more is not None:
        seen *= np.exp(more[few])[:, :, None]
    grey = (seen / colour)[mask[few]].mean(axis=1)
    reference = float(np.quantile(grey, BRIGHT_RANK)) if grey.size else TARGET
    gain = float(np.clip(TARGET / max(reference, 1e-4), *GAINS))
    steps.append(f"white balance {1 / colour[0]:.2f}/{1 / colour[1]:.2f}/{1 / colour[2]:.2f}")
    steps.append(f"exposure x{gain:.2f}")
    rgb = scaled(work, gain / colour) if more is None else brightened(work, gain / colour, more)
    return Normalised(rgb, scaled(work, colour**-BALANCED_PART), tuple(steps))


def _evening(light: Light, part: float, mask: Mask) -> Plane:
    """Return by how much (natural logarithm) to brighten each pixel so that this part of uneven light is gone."""
    middle = imaging.middle(mask)
    wide = np.float32(mask.shape[1])
    x = (np.arange(mask.shape[1], dtype=np.float32) - np.float32(middle[0])) / wide
    y = (np.arange(mask.shape[0], dtype=np.float32) - np.float32(middle[1])) / wide
    # Outside the scalp nothing is known of the light; it stays within what it is on the scalp.
    more: Plane = np.float32(-part * light.across) * x[None, :] + np.float32(-part * light.down) * y[:, None]
    most = np.float32(part * light.slope)
    return np.clip(more, -most, most, out=more)
