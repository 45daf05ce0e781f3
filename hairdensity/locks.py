"""Locks: how hair lies strand by strand, which cutting and wetting change.

Long strands lie beside each other for a while; cut to half their length they end sooner, and their ends stick out: the
order of the strands from one millimetre to the next falls, and rises as hair grows. Wet or greased hair gathers into
locks: between these it is darker than dry hair ever is. Both are seen in half of the cases at most, and hardly ever
where nothing changed (`benchmarks/README.md`): what is not flagged is no proof.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.light import linear

DARKEST: Final = 0.02
"""Linear brightness (0..1) added before logarithms: in black hair the noise must not look like strands."""
FINEST: Final = 1.0
"""Standard deviation of what is blurred away as noise, in pixels of the comparison."""
BESIDE: Final = 3.0
"""Surroundings over which strands are compared with those beside them, at the width that `unit` states."""
ABOUT: Final = 8.0
"""Surroundings against which the gaps are dark."""
SMALLER: Final = 4
"""What changes slowly is worked out on so much smaller planes."""
LEAST_FULL: Final = 200
"""Pixels that hair covers, below which nothing is said of its gaps."""
LEAST_SLOPE: Final = 1e-5
"""Squared slope of log brightness below which there are no strands."""
LEAST_GAP: Final = 0.02
"""Depth of the gaps that counts as none."""
_LIGHT: Final = np.log(linear(np.arange(256, dtype=np.uint8)[None])[0] + DARKEST).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Locks:
    """What is worked out of one picture before it is compared.

    Parameters
    ----------
    light : Plane
        (rows, columns) float32: natural logarithm of its brightness, fine noise blurred away.
    order : Plane
        Smaller: how parallel strands are to those next to them, 0 not at all, 1 all.
    """

    light: Plane
    order: Plane


def locks_of(picture: Rgb, unit: float) -> Locks:
    """Return how the hair of a picture lies strand by strand.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8.
    unit : float
        Pixels of the picture to one of a head 300 pixels wide.

    Notes
    -----
    Order is the coherence of the structure tensor (Bigun and Granlund 1987) of log brightness.
    """
    light = imaging.blur(imaging.look_up(imaging.gray(picture), _LIGHT), FINEST)
    small = _small(light.shape)
    right, down = imaging.slopes(light)
    x, y, energy = (
        imaging.blur(imaging.resize(one, small), max(BESIDE * unit / SMALLER, 0.1))
        for one in (right * right - down * down, 2 * right * down, right * right + down * down)
    )
    parallel: Plane = np.hypot(x, y, dtype=np.float32)
    return Locks(light, np.asarray(parallel / (energy + np.float32(LEAST_SLOPE)), np.float32))


def order_in(locks: Locks, share: Share, skin: Mask) -> float | None:
    """Return the mean order of the hair on some skin, 0..1; None where there is no hair."""
    small = (locks.order.shape[0], locks.order.shape[1])
    weight = imaging.resize(share * skin, small)
    total = float(weight.sum())
    return float((locks.order * weight).sum()) / total if total > 1 else None


def gaps_in(locks: Locks, full: Mask, unit: float) -> float | None:
    """Return how much darker the darkest tenth of dense hair is than half of it, natural logarithm.

    Parameters
    ----------
    locks : Locks
        Of the picture.
    full : Mask
        (rows, columns) bool: what hair covers.
    unit : float
        As `locks_of` has it.

    Returns
    -------
    float or None
        Against the surroundings, so that neither light nor a dark side counts; None where too little is covered.
    """
    if np.count_nonzero(full) < LEAST_FULL:
        return None
    small, near = _small(full.shape), ABOUT * unit / SMALLER
    there = full.astype(np.float32)
    around = imaging.blur(imaging.resize(locks.light * there, small), near)
    around /= imaging.blur(imaging.resize(there, small), near) + np.float32(1e-3)
    lighter = (locks.light - imaging.resize(around, (full.shape[0], full.shape[1])))[full]
    half, tenth = np.quantile(lighter, (0.5, 0.1))
    return float(half - tenth)


def deeper(later: float, earlier: float) -> float:
    """Return by how much gaps are deeper than they were, as a natural logarithm."""
    return float(np.log((later + LEAST_GAP) / (earlier + LEAST_GAP)))


def _small(shape: tuple[int, ...]) -> tuple[int, int]:
    return imaging.shrunk_shape(shape, max(1, max(shape[:2]) // SMALLER))
