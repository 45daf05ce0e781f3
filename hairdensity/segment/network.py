"""Hair by the network: the share of each pixel that it covers, learned from squares that were read by eye."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.masks import box_around, longer_side
from hairdensity.methods import Runtime
from hairdensity.network import WEIGHTS, look, shown_shape
from hairdensity.segment.base import Segmentation

HEAD_PX: Final = (216, 288)
"""Longer side of the head at which the network sees it: fixed in head widths, so that the photo's size does not matter.
It looks twice: the mean of both looks is a little better than either, and where they differ, it is often wrong."""
FINEST_PX: Final = 540
"""Longer side of the head to which larger pictures are first brought: both looks are at pictures equally sharp,
whatever the photo's size was. Nearer to what they see, thin hair would suffer (432 px: squares 0.1 points rms)."""
MARGIN: Final = 0.15
"""Share of the head's size that is shown around it."""
DOUBT_LEAST: Final = 0.01
DOUBT_MIXED: Final = 0.08
DOUBT_APART: Final = 1.5
"""Standard deviation of the share over bare skin or dense hair, what is added where half is covered, and what is added
for each unit by which two looks differ."""


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
    # It answers at 144 px a head, and what is measured is laid on a grid of half as many pixels.
    finest_px: int | None = 640

    def __call__(self, rgb: Rgb, region: Mask) -> Segmentation:
        """Return the hair of a picture; beyond the surroundings of the region, none, and that unsure."""
        share = np.zeros(rgb.shape[:2], np.float32)
        unsure = np.full(rgb.shape[:2], 0.5, np.float32)
        size = longer_side(region)
        if not size:
            return Segmentation(share, unsure)
        box = box_around(region, MARGIN)
        own = (box[0].stop - box[0].start, box[1].stop - box[1].start)
        shown = max(own) / size
        # Both looks meet at the size at which the network answers the nearer one: it knows nothing finer.
        rows, columns = shown_shape(own, HEAD_PX[1] * shown)
        shape = (rows // 2, columns // 2)
        far, near = two_looks(rgb[box], shown, self.weights, self.runtime, shape)
        # Enlarging rounds: values at a bound may come out beyond it by a bit.
        share[box] = np.clip(imaging.resize((far + near) / 2, own), 0, 1)
        unsure[box] = np.clip(imaging.resize(doubt(far, near, max(shape) / shown), own), 0, 0.5)
        return Segmentation(share, unsure)


def two_looks(
    crop: Rgb, shown: float, weights: Path, runtime: Runtime = "opencv", shape: tuple[int, int] | None = None
) -> tuple[Share, Share]:
    """Return the share of hair by a look from farther and by one from nearer, the latter at the mirrored picture.

    Parameters
    ----------
    crop : Rgb
        (rows, columns, 3) uint8: the head with its surroundings.
    shown : float
        Longer side of the crop over that of the head.
    weights : Path
        The network.
    runtime : {"opencv", "onnxruntime"}
        What computes its answer.
    shape : tuple of int, optional
        (rows, columns) of the answers; None: those of the crop.

    Notes
    -----
    What the network gets wrong in one look and not in its mirror image averages out: sessions of one head scatter less
    for it, and it costs nothing.
    """
    shape = shape or (crop.shape[0], crop.shape[1])
    seen = imaging.shrink(crop, round(FINEST_PX * shown))
    far = look(seen, HEAD_PX[0] * shown, weights, runtime, shape).share
    mirrored = look(imaging.mirrored(seen), HEAD_PX[1] * shown, weights, runtime, shape).share
    return far, imaging.mirrored(mirrored)


def doubt(far: Share, near: Share, size: float) -> Plane:
    """Return the standard deviation of the mean of two looks, where a head is `size` pixels wide.

    Notes
    -----
    Least where all or nothing is covered, more where some is, and more where the two looks differ. A single strand is
    not doubted for being one, so all is averaged over about 1.5 cm. The numbers fit the errors of whole photos not
    learned from, real (mean over squares read by eye, the readers' own scatter taken off) and rendered, given that half
    of the doubt is shared by all pixels of a photo, as `hairdensity.measure` takes it.
    """
    wide = max(0.5, 0.03 * size)
    mean, apart = imaging.blur((far + near) / 2, wide), imaging.blur(np.abs(far - near), wide)
    return np.asarray(
        np.minimum(DOUBT_LEAST + DOUBT_MIXED * 4 * mean * (1 - mean) + DOUBT_APART * apart, 0.5), np.float32
    )
