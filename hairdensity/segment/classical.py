"""The segmenter that needs no network: colour and texture, judged against the same head's own skin."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.segment.base import Segmentation
from hairdensity.segment.features import Look, look

WEIGHTS: Final = (
    -0.884, -2.767, 1.428, -0.988, -0.069, -1.459, 1.039, -0.329, -0.486,
    0.719, 1.884, 0.263, 2.036, -1.613, 1.394,
)  # fmt: skip
"""Of the features of `_stack`, in their order."""
OFFSET: Final = 4.857


@dataclass(frozen=True, slots=True)
class Classical:
    """Hair told from skin by a logistic model of a few features."""

    name: str = "classical"

    def __call__(self, rgb: Rgb, region: Mask) -> Segmentation:
        """Return the hair of a picture.

        Parameters
        ----------
        rgb : Rgb
            (rows, columns, 3) uint8, normalised.
        region : Mask
            (rows, columns) bool: the scalp.
        """
        if not region.any():
            blank = np.zeros(region.shape, np.float32)
            return Segmentation(blank, blank + np.float32(0.5))
        shape = (rgb.shape[0], rgb.shape[1])
        score = _score(look(rgb, region))
        share = (1 / (1 + np.exp(-score))).astype(np.float32)
        unsure = np.sqrt(share * (1 - share)) * np.float32(0.6) + np.float32(0.03)
        return Segmentation(imaging.resize(share, shape), imaging.resize(unsure.astype(np.float32), shape))


def _score(seen: Look) -> Plane:
    fine, whole = _stack(seen)
    score = np.full(seen.light.shape, OFFSET + float(np.dot(whole, WEIGHTS[len(fine) :])), np.float32)
    for plane, weight in zip(fine, WEIGHTS, strict=False):
        score += np.float32(weight) * plane
    return score


def _stack(seen: Look) -> tuple[tuple[Plane, ...], NDArray[np.float64]]:
    """Return the features that change from pixel to pixel, and those of the whole head."""

    def rank(plane: Plane, share: float) -> float:
        return float(np.quantile(plane[seen.mask], share))

    bright = rank(seen.near_light, 0.9)
    reddest = rank(seen.near_red, 0.95)
    fine = (
        seen.light - bright,
        seen.red,
        seen.blue,
        seen.near_light - bright,
        seen.near_red,
        seen.near_blue,
        seen.texture,
        seen.light - seen.near_light,
        seen.near_red - reddest,
    )
    whole = np.array(
        [
            rank(seen.texture, 0.5),
            rank(seen.near_red, 0.5),
            reddest,
            rank(seen.near_blue, 0.5),
            rank(seen.near_light, 0.5) - bright,
            rank(seen.near_light, 0.1) - bright,
        ]
    )
    return tuple(np.asarray(plane, np.float32) for plane in fine), whole
