"""Hair by the network: the share of each pixel that it covers, learned from squares that were read by eye."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.network import WEIGHTS, Runtime, look
from hairdensity.region_network import box_around, head_size
from hairdensity.segment.base import Segmentation

HEAD_PX: Final = 288
"""Longer side of the head at which the network sees it: fixed in head widths, so that the photo's size does not matter.
On men not learned from, 224 to 320 do equally well, 384 a little worse."""
MARGIN: Final = 0.15
"""Share of the head's size that is shown around it."""
DOUBT_PX: Final = 192
"""Longer side at which doubt is worked out: it is smooth."""
DOUBT_LEAST: Final = 0.01
DOUBT_MIXED: Final = 0.20
"""Standard deviation of the share over bare skin or dense hair, and what is added where half is covered."""


@dataclass(frozen=True, slots=True)
class NetworkSegmenter:
    """Tells hair from skin by the shipped network.

    Parameters
    ----------
    weights : Path
        Another network of the same kind, for benchmarks.
    name : str
        As in the settings.
    runtime : {"opencv", "onnxruntime"}
        What computes its answer.
    """

    weights: Path = WEIGHTS
    name: str = "network"
    runtime: Runtime = "opencv"
    # It learned from photos in any light. Even light and standard exposure add error to squares of men not learned from
    # (rms from behind 12.6 points, with neutral colour alone 11.1) and steady nothing that was not steady.
    evened: bool = False

    def __call__(self, rgb: Rgb, region: Mask) -> Segmentation:
        """Return the hair of a picture; beyond the surroundings of the region, none, and that unsure."""
        share = np.zeros(rgb.shape[:2], np.float32)
        unsure = np.full(rgb.shape[:2], 0.5, np.float32)
        size = head_size(region)
        if not size:
            return Segmentation(share, unsure)
        box = box_around(region, MARGIN)
        crop = np.ascontiguousarray(rgb[box])
        seen = look(crop, HEAD_PX * max(crop.shape[:2]) / size, self.weights, self.runtime).share
        share[box] = seen
        unsure[box] = doubt(seen, size)
        return Segmentation(share, unsure)


def doubt(share: Share, size: int) -> Plane:
    """Return the standard deviation of the share, where a head is `size` pixels wide.

    Notes
    -----
    Least where all or nothing is covered, greatest in between; a single strand is not doubted for being one, so the
    share is first averaged over about 1.5 cm. The two numbers fit the errors of whole photos of men not learned from
    (their mean over squares read by eye, the readers' own scatter taken off), given that half of the doubt is shared by
    all pixels of a photo, as `hairdensity.measure` takes it. Single squares alone would ask for 0.13 in place of 0.20.
    """
    small = imaging.shrink(share, DOUBT_PX)
    around = imaging.blur(small, max(0.5, 0.03 * size * max(small.shape) / max(share.shape)))
    mixed = imaging.resize(4 * around * (1 - around), (share.shape[0], share.shape[1]))
    return np.asarray(DOUBT_LEAST + DOUBT_MIXED * mixed, np.float32)
