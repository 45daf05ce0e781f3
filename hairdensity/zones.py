"""Zones: parts of the region, chosen from its outline alone, so that no zone is picked for how it turned out.

Where only part of a scalp thins, a number over all of it hides the change. A zone that was picked because it looked
thin would improve by chance (regression to the mean), so these are cut before any hair is looked at. A person who knows
the head may draw others in regions.json; they too are best drawn before the first result is seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Matrix
from hairdensity.region import Polygon

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
        One of `NAMES`, or as a person called it.
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


def drawn_zones(outlines: Iterable[tuple[str, tuple[Polygon, ...]]], to_grid: Matrix, region: Mask) -> tuple[Zone, ...]:
    """Return the zones that a person drew, as far as they lie on the region.

    Parameters
    ----------
    outlines : iterable of (str, tuple of Polygon)
        Name and polygons of each zone, in pixels of some photo. Zones may overlap.
    to_grid : Matrix
        (3, 3): from (x, y, 1) of that photo to the grid.
    region : Mask
        (rows, columns) bool, on the grid of the baseline.
    """
    shape = (region.shape[0], region.shape[1])
    zones = []
    for name, polygons in outlines:
        carried = [imaging.carried(to_grid, np.asarray(polygon, np.float64)) for polygon in polygons]
        inside = imaging.polygons_mask([[(float(x), float(y)) for x, y in corners] for corners in carried], shape)
        zones.append(Zone(name, region & inside))
    return tuple(zone for zone in zones if zone.mask.any())
