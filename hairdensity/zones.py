"""Zones: parts of the region, chosen from its outline alone, so that no zone is picked for how it turned out.

Where only part of a scalp thins, a number over all of it hides the change. A zone that was picked because it looked
thin would improve by chance (regression to the mean), so these are cut before any hair is looked at.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity.arrays import Mask
from hairdensity.measure import Coverage, Placed, coverage

MIDDLE: Final = 0.5
"""Radius of the middle zone as a share of the region's half width and half height."""
NAMES: Final = ("middle", "upper", "lower", "left", "right")
"""As seen in the baseline photo: a picture does not say where the forehead is."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One part of a region.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    mask : Mask
        (rows, columns) bool, on the grid of the baseline.
    """

    name: str
    mask: Mask


def zones_of(region: Mask) -> tuple[Zone, ...]:
    """Cut a region into a middle and four sides.

    Parameters
    ----------
    region : Mask
        (rows, columns) bool, on the grid of the baseline.

    Returns
    -------
    tuple of Zone
        They do not overlap and together are the region; empty for an empty region.
    """
    rows, columns = np.nonzero(region)
    if not rows.size:
        return ()
    down, right = np.mgrid[: region.shape[0], : region.shape[1]].astype(np.float64)
    v = (2 * down - rows.min() - rows.max()) / max(1, np.ptp(rows))
    u = (2 * right - columns.min() - columns.max()) / max(1, np.ptp(columns))
    middle = np.hypot(u, v) < MIDDLE
    upright = np.abs(v) >= np.abs(u)
    cut = (middle, ~middle & upright & (v < 0), ~middle & upright & (v >= 0), ~middle & ~upright & (u < 0),
           ~middle & ~upright & (u >= 0))  # fmt: skip
    return tuple(Zone(name, region & part) for name, part in zip(NAMES, cut, strict=True))


def zone_coverage(placed: Placed, common: Mask, zone: Zone) -> Coverage | None:
    """Return the coverage of one photo in one zone; None where it shows none of it."""
    return coverage(placed, common & zone.mask, zone.mask)
