"""Region: which part of the photo is scalp."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb
from hairdensity.methods import RUNTIMES, Method
from hairdensity.region_classical import head_mask
from hairdensity.region_network import UNSURE_BELOW as NETWORK_UNSURE_BELOW
from hairdensity.region_network import network_mask
from hairdensity.views import MACRO

Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a photo that is measured.

    Parameters
    ----------
    mask : Mask
        (rows, columns) bool, of the picture that it was found in.
    source : {"found", "drawn", "whole"}
        Whether the program found it, a person drew it, or it is the whole picture (macro photos).
    flags : tuple of str
        Names from `hairdensity.flags`: no_scalp, region_unsure, region_cut.
    """

    mask: Mask
    source: Literal["found", "drawn", "whole"]
    flags: tuple[str, ...] = ()


LEAST_SHARE = 0.06
"""A head that fills less of the picture than this is not found."""
UNSURE_BELOW = 0.3
"""Certainty below which the outline is flagged."""
CUT_ABOVE = 0.2
"""Share of the outline on the picture's border above which the scalp is cut off."""


def drawn_region(polygons: Sequence[Polygon], shape: tuple[int, int]) -> Region:
    """Return the region that a person drew.

    Parameters
    ----------
    polygons : sequence of Polygon
        Outlines of (x, y) in pixels; the region is their union.
    shape : tuple of int
        (rows, columns) of the picture.

    Returns
    -------
    Region
        With flag no_scalp where the outlines lie outside the picture.
    """
    mask = imaging.polygons_mask(polygons, (shape[0], shape[1]))
    return Region(mask, "drawn", () if mask.any() else ("no_scalp",))


def find_region(work: Rgb, view: str, method: Method = "classical") -> Region:
    """Find the scalp in a picture.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8.
    view : str
        Where the camera looked; a macro photo is region all over.
    method : str
        One of `hairdensity.methods.METHODS`.
    """
    if view == MACRO:
        return Region(np.ones(work.shape[:2], np.bool_), "whole")
    if method in RUNTIMES:
        mask, certainty = network_mask(work, runtime=RUNTIMES[method])
        return Region(mask, "found", _flags(mask, certainty, NETWORK_UNSURE_BELOW))
    mask, certainty = head_mask(work)
    return Region(mask, "found", _flags(mask, certainty, UNSURE_BELOW))


def _flags(mask: Mask, certainty: float, unsure_below: float) -> tuple[str, ...]:
    if mask.mean() < LEAST_SHARE:
        return ("no_scalp",)
    flags: list[str] = []
    if certainty < unsure_below:
        flags.append("region_unsure")
    if border_share(mask) > CUT_ABOVE:
        flags.append("region_cut")
    return tuple(flags)


def border_share(mask: Mask) -> float:
    """Return the share of a region's outline that lies on the picture's border, 0..1."""
    border = int(mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum())
    inside = np.count_nonzero(mask[:, 1:] != mask[:, :-1]) + np.count_nonzero(mask[1:] != mask[:-1])
    return border / (border + inside) if border + inside else 0.0
