"""Share of each pixel that hair covers: sharpened, so that a gap between two hairs and the shade at a root are skin."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Share
from hairdensity.hairs.shafts import Shaft, outline

_SHARPEN, _OVER = 1.5, 0.8
"""How strongly detail is enlarged, and over how many usual thicknesses it is taken."""
_HALF = 0.35
"""Half of a pixel is hair where its sharpened depth is this share of that of hair, which reaches `_MIDDLE`."""
_MIDDLE = 1 + 0.6 * _SHARPEN
"""Sharpened depth of the middle of a single hair, as a share of its depth."""
_ELSEWHERE = 1.6
"""Where no hair was found, so many times as much is asked for."""
_EDGE = 1.0
"""A hair's edge is looked for within so many pixels around it, too: its thickness is one for all its length."""
_RANGE = 0.9
"""From skin to hair the sharpened depth grows by this share of the depth of hair."""


def covered(depth: Plane, found: Sequence[Shaft], usual: float) -> Share:
    """Return the share of each work pixel that hair covers.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32: how much darker than skin.
    found : sequence of Shaft
        Hairs in its pixels.
    usual : float
        Usual thickness of a hair in its pixels.

    Notes
    -----
    Unsharp masking at the width of a hair brings out what is dark for its surroundings: lens and enlargement blur the
    gap of a bundle until it is half as dark as hair, and a hair under the skin shades it over several widths. Where
    a hair was found less is asked for than elsewhere, where it may be a crease or the shade of a root.
    """
    level = np.float32(np.percentile([item.depth for item in found], 60) if found else 1.0)
    sharp = (depth + np.float32(_SHARPEN) * (depth - imaging.blur(depth, _OVER * usual))) / level
    half = np.float32(_HALF * _MIDDLE) * np.where(_within(found, depth.shape), np.float32(1), np.float32(_ELSEWHERE))
    share: Share = np.clip((sharp - half) / np.float32(_RANGE) + np.float32(0.5), 0, 1).astype(np.float32)
    return share


def _within(found: Sequence[Shaft], shape: tuple[int, ...]) -> Mask:
    inside = np.zeros(shape, np.uint8)
    for item in found:
        polygon = (
            np.rint(outline(replace(item, width=item.width + 2 * _EDGE), 1.0) * 16).astype(np.int32).reshape(-1, 1, 2)
        )
        cv2.fillPoly(inside, [polygon], (1,), cv2.LINE_8, 4)
    return inside.view(np.bool_)
