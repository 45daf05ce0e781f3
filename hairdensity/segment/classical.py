"""The segmenter that needs no network: brightness, colour and texture, judged against the same head's own skin.

Two steps. How much of a neighbourhood of about a centimetre hair covers is told by a logistic model of seven features
of the place and four of the whole head: there is no threshold, so a head may be all bald or all hair. Within the
neighbourhood, hair is where the picture is darker (or, on a head whose hair is lighter than its skin, brighter) than
around it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.segment.base import Segmentation
from hairdensity.segment.features import Look, look

# A logistic fit to hand-read squares and points of 93 men's heads from above and from behind. With the men in ten
# parts, each judged by a fit without them: 15 percentage points rms for a square of 1.5 cm, slope 0.91.
OFFSET: Final = 2.074
OF_NEAR_LIGHT: Final = -1.523
"""Of the neighbourhood's brightness against the bright part of the head."""
OF_NEAR_RED: Final = -0.866
OF_NEAR_BLUE: Final = 0.988
OF_LESS_RED: Final = -1.646
"""Of the neighbourhood's red against the reddest part of the head."""
OF_FINE: Final = -0.832
OF_COARSE: Final = 2.258
OF_ALONG: Final = -0.488
OF_HEAD_REDDENING: Final = 4.262
OF_HEAD_ALONG: Final = 3.238
SEEN_REDDENING: Final = (-0.32, 0.03)
SEEN_ALONG: Final = (0.14, 0.68)
"""What the heads that the model was fitted on reach; beyond them nothing is known."""
OF_HEAD_DARK: Final = 1.155
"""Of the brightness of the darkest tenth of the head against its bright part."""
OF_HEAD_LIGHT: Final = -1.178
"""Of the median brightness of the head against its bright part."""

STEEPER: Final = 1.2
"""The model was fitted on averages over squares; averaging its results pixel by pixel flattens it by this much."""
SHIFT: Final = 0.05
DENSE_GAP: Final = 0.03
"""Share of dense hair through which skin is still seen."""
STRAND_GAIN: Final = 0.4
"""How strongly darker and brighter lines within a neighbourhood count as strands and gaps (logit per deviation)."""
STRAND_FLOOR: Final = 0.12
"""Lines weaker than this (natural logarithm of brightness) are not strands but skin or grain."""


@dataclass(frozen=True, slots=True)
class Classical:
    """Hair told from skin by a few features; see the module."""

    name: str = "classical"
    evened: bool = True
    finest_px: int | None = None

    def __call__(self, rgb: Rgb, region: Mask) -> Segmentation:
        """Return the hair of a picture.

        Parameters
        ----------
        rgb : Rgb
            (rows, columns, 3) uint8, normalised.
        region : Mask
            (rows, columns) bool: the scalp.

        Returns
        -------
        Segmentation
            Of the picture's shape, also outside the region, where it means little. With an empty region: no hair,
            wholly unsure.

        Notes
        -----
        Weak where hair has the colour and brightness of its skin (blond on tanned skin, thin grey on pale skin), and
        on dark skin whose grain passes for stubble. Texture tells that there is hair better than how much: crisp
        strands spread evenly and thinly over a whole head are read as far too much. `unsure` is what the model was
        off by on men it had not seen.
        """
        shape = (rgb.shape[0], rgb.shape[1])
        if not region.any():
            return Segmentation(np.zeros(shape, np.float32), np.full(shape, 0.5, np.float32))
        seen = look(rgb, region)
        score = _score(seen)
        share = _chance(score + _strands(seen, _chance(score)))
        unsure = np.float32(0.05) + np.float32(0.42) * np.sqrt(share * (1 - share)) + np.float32(0.05) * share
        share -= np.float32(DENSE_GAP) * share * share * share
        return Segmentation(imaging.resize(share, shape), imaging.resize(unsure, shape))


def _chance(score: Plane) -> Plane:
    chance: Plane = np.float32(1) / (np.float32(1) + np.exp(-np.clip(score, -30, 30)))
    return chance


def _score(seen: Look) -> Plane:
    """Return the logit of the share of hair."""

    def rank(plane: Plane, share: float) -> float:
        return float(np.quantile(plane[seen.mask], share))

    if not seen.mask.any():
        return np.full(seen.light.shape, OFFSET, np.float32)
    bright = rank(seen.near_light, 0.9)
    head = (
        OFFSET
        - OF_NEAR_LIGHT * bright
        - OF_LESS_RED * rank(seen.near_red, 0.95)
        + OF_HEAD_REDDENING * float(np.clip(rank(seen.reddening, 0.5), *SEEN_REDDENING))
        + OF_HEAD_ALONG * float(np.clip(rank(seen.along, 0.5), *SEEN_ALONG))
        + OF_HEAD_DARK * (rank(seen.near_light, 0.1) - bright)
        + OF_HEAD_LIGHT * (rank(seen.near_light, 0.5) - bright)
    )
    score = np.full(seen.light.shape, head, np.float32)
    for weight, plane in (
        (OF_NEAR_LIGHT, seen.near_light),
        (OF_NEAR_RED + OF_LESS_RED, seen.near_red),
        (OF_NEAR_BLUE, seen.near_blue),
        (OF_FINE, seen.fine),
        (OF_COARSE, seen.coarse),
        (OF_ALONG, seen.along),
    ):
        score += np.float32(weight) * plane
    return np.float32(STEEPER) * score + np.float32(SHIFT)


def _strands(seen: Look, near_share: Plane) -> Plane:
    """Return what lines brighter or darker than the neighbourhood add to the logit."""
    inside = seen.mask
    hair, skin = inside & (near_share > 0.7), inside & (near_share < 0.3)
    darker = True
    if min(np.count_nonzero(hair), np.count_nonzero(skin)) > 0.02 * np.count_nonzero(inside):
        darker = float(np.median(seen.near_light[hair])) < float(np.median(seen.near_light[skin]))
    gain = np.float32(-STRAND_GAIN if darker else STRAND_GAIN)
    strands: Plane = gain * (seen.light - seen.near_light) / (seen.spread + np.float32(STRAND_FLOOR))
    return strands
