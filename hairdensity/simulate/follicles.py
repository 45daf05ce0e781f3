"""Follicles: where hairs are rooted, how thick each is, and in which order they go when hair is lost."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.simulate import anatomy
from hairdensity.simulate.model import Head, Points

_PER_UNIT: Final = (0.18, 0.50, 0.27, 0.05)
"""Share of follicular units with 1, 2, 3 and 4 hairs."""
_MEAN_PER_UNIT: Final = float(np.dot(_PER_UNIT, (1, 2, 3, 4)))


@dataclass(frozen=True, slots=True)
class Follicles:
    """Hairs that are there, each an entry of every array.

    Parameters
    ----------
    root : ndarray
        (n, 3) float32, mm, on the skull.
    width_mm : ndarray
        (n,) float32: thickness of the shaft.
    length_mm : ndarray
        (n,) float32.
    grey : ndarray
        (n,) bool: without pigment.
    pale : ndarray
        (n,) float32: brightness against the head's mean, about 1.
    chance : ndarray
        (n, 6) float32: uniform random numbers of each hair's own, the same in every photo.
    """

    root: Points
    width_mm: NDArray[np.float32]
    length_mm: NDArray[np.float32]
    grey: NDArray[np.bool_]
    pale: NDArray[np.float32]
    chance: NDArray[np.float32]


def grow(head: Head) -> Follicles:
    """Return all hairs of the head: the same seed puts the same follicles in the same places.

    Each follicle has a rank; it bears a visible hair while the share of hairs that is left at its place is above the
    rank, so that hairs come and go one by one as loss or treatment moves that share. Loss also makes hairs thinner
    and shorter before they vanish (miniaturisation: Whiting, J Am Acad Dermatol 2001).
    """
    rng = np.random.default_rng([head.seed, 1])
    axes = anatomy.half_axes(head)
    units = _lattice(head, 260.0 / _MEAN_PER_UNIT, rng)
    # 260 hairs per cm2 is the most that any head has; lower densities leave units out, always the same first.
    keep = rng.random(len(units), np.float32) < head.density / 260.0
    number = 1 + np.searchsorted(np.cumsum(_PER_UNIT)[:3], rng.random(len(units)))
    spread = rng.normal(0, 0.22, (len(units), 4, 3)).astype(np.float32)
    chance = rng.random((len(units), 4, 6), np.float32)
    rank = rng.random((len(units), 4), np.float32)
    thick = rng.normal(0, 1, (len(units), 4)).astype(np.float32)
    zone = anatomy.hair_zone(head, units)
    # The hairline is no edge: fine hairs thin out over some millimetres.
    border = np.clip(zone / 9.0, 0, 1)
    present = (np.arange(4)[None] < number[:, None]) & keep[:, None] & (zone > 0)[:, None]
    left = anatomy.remaining_share(head, units)
    left = left ** np.float32(2.0**-head.vigour)
    present &= rank < (left * (0.25 + 0.75 * border))[:, None]
    unit_index, slot = np.nonzero(present)
    here = units[unit_index]
    root = anatomy.on_skull(head, anatomy.unit((here + spread[unit_index, slot]) / axes))
    share, rim = left[unit_index], border[unit_index]
    small = (0.42 + 0.58 * np.clip(share * 1.15, 0, 1)) * (0.62 + 0.38 * rim)
    width = head.shaft_um * 1e-3 * small * np.exp(0.2 * thick[unit_index, slot] - 0.02)
    width = np.clip(width, 0.018, 0.12)
    own = chance[unit_index, slot]
    top = anatomy._ramp(root[:, 2] - 28.0 + 6 * np.sin(root[:, 1] / 25), 55.0)
    length = head.sides_mm * (1 - top) + head.hair_mm * top
    length = length * (0.45 + 0.55 * np.clip(small * 1.1, 0, 1)) * (0.72 + 0.28 * np.sqrt(own[:, 0]))
    grey = own[:, 1] < head.grey_share
    pale = np.exp(0.16 * (own[:, 2] - 0.5) * 3.4) * (1 + 0.5 * (1 - small))
    return Follicles(root, width.astype(np.float32), length.astype(np.float32), grey, pale.astype(np.float32), own)


def _lattice(head: Head, per_cm2: float, rng: np.random.Generator) -> Points:
    """Return places spread evenly but not regularly over the part of the skull that can bear hair."""
    axes = anatomy.half_axes(head)
    # A spiral lattice is even on the ball; where the skull stretches the ball less, some places are dropped.
    stretch_most = float(np.max([axes[0] * axes[1], axes[0] * axes[2], axes[1] * axes[2]])) * 1.35
    count = int(4 * np.pi * stretch_most / 100 * per_cm2)
    index = np.arange(count, dtype=np.float64) + 0.5
    height = 1 - 2 * index / count
    around = index * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    ball = np.stack([flat * np.cos(around), flat * np.sin(around), height], -1)
    spacing = np.sqrt(4 * np.pi / count)
    ball += rng.normal(0, 0.33 * spacing, ball.shape)
    chance = rng.random(count, np.float32)
    ball32 = anatomy.unit(ball.astype(np.float32))
    possible = ball32[:, 2] > -0.85
    ball32, chance = ball32[possible], chance[possible]
    places = anatomy.on_skull(head, ball32)
    # Area of skull per area of ball: r^2 / cos, by the map's volume: |x|^3 stretch over the support distance.
    norm = np.sum(np.abs(ball32) ** np.float32(head.boxiness), -1) ** np.float32(1 / head.boxiness)
    normal = anatomy.skull_normal(head, places)
    support = np.einsum("ij,ij->i", places, normal)
    area = np.prod(axes) / norm**3 / np.maximum(support, 1.0)
    return np.asarray(places[chance < area / stretch_most], np.float32)
