"""The visible scalp of a photo, by the network: no outline drawn by anyone, any view, any background."""

from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.masks import box_around, largest_part, longer_side, without_holes
from hairdensity.methods import Runtime
from hairdensity.network import WEIGHTS, look

FRAME_PX: Final = 288
"""Longer side at which the whole frame is shown to the network."""
SMALL_PX: Final = 640
"""Longer side of the picture on which outlines are drawn: finer than the network knows them. Half of the usual work
picture, since that costs a tenth of any other part of it."""
HEAD_PX: Final = 288
"""Longer side of the head at which it is shown again, to find its border."""
MARGIN: Final = 0.15
"""Share of the head's size that is shown around it."""
LEAST_AREA: Final = 0.01
"""Less scalp than this share of the frame is none."""
UNSURE_BELOW: Final = 0.88
"""Expected IoU of the region below which its outline is called unsure: on men not learned from, 13 % of photos, with a
true IoU of 0.83 on average, and half of those whose IoU is below 0.85; the others have 0.93."""


def network_mask(work: Rgb, weights: Path = WEIGHTS, runtime: Runtime = "opencv") -> tuple[Mask, float]:
    """Find the visible scalp.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8, the upright work picture.
    weights : Path
        Another network of the same kind, for benchmarks.
    runtime : {"opencv", "onnxruntime"}
        What computes its answer.

    Returns
    -------
    mask : Mask
        (rows, columns) bool: one piece without holes; empty where less than `LEAST_AREA` of the frame is scalp.
    certainty : float
        0..1: intersection over union with the truth that the network's own probabilities expect. Below
        `UNSURE_BELOW` the outline is unsure.

    Notes
    -----
    The frame is shown to the network twice: whole, to find the head, then the head alone at a resolution fixed in head
    widths, so that a photo of 50 megapixels and one of half a megapixel are looked at in the same way. The second time
    it is mirrored: what the network gets wrong in one picture and not in its mirror image averages out, at no cost.
    """
    shape = (work.shape[0], work.shape[1])
    small = imaging.shrink(work, SMALL_PX)
    first = look(small, FRAME_PX, weights, runtime).scalp
    rough = largest_part(first >= 0.5)
    if rough.mean() < LEAST_AREA:
        return np.zeros(shape, np.bool_), 0.0
    scalp = _second_look(small, first, rough, weights, runtime)
    mask = cleaned(scalp)
    if mask.mean() < LEAST_AREA:
        return np.zeros(shape, np.bool_), 0.0
    return imaging.resize_mask(mask, shape), expected_iou(scalp, mask)


def expected_iou(scalp: Plane, mask: Mask) -> float:
    """Return the intersection over union that the probabilities themselves expect of a mask.

    Expected intersection over expected union, each pixel being scalp with its own probability.
    """
    inside = float(scalp[mask].sum(dtype=np.float64))
    return inside / max(1.0, float(mask.sum()) + float(scalp[~mask].sum(dtype=np.float64)))


def cleaned(scalp: Plane) -> Mask:
    """Return one piece without holes and with a smooth border, where scalp is more likely than not."""
    rough = largest_part(scalp >= 0.5)
    size = longer_side(rough)
    if not size:
        return rough
    smooth = imaging.blur(scalp * rough.astype(np.float32), max(0.5, 0.008 * size))
    return without_holes(largest_part(smooth >= 0.5))


def _second_look(work: Rgb, first: Plane, rough: Mask, weights: Path, runtime: Runtime) -> Plane:
    """Return the probability of scalp, seen again from nearer and mirrored; beyond that, the first look stands."""
    box = box_around(rough, MARGIN)
    rows, columns = box[0].stop - box[0].start, box[1].stop - box[1].start
    longest = HEAD_PX * max(rows, columns) / longer_side(rough)
    second = look(imaging.mirrored(work[box]), longest, weights, runtime).scalp
    scalp = first.copy()
    scalp[box] = (scalp[box] + imaging.mirrored(second)) / 2
    return scalp
