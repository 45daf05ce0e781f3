"""Region: which part of the photo is scalp."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb

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
