"""Alike: does hair lie as it did in the first session, and has it the same colour, however much there is of it.

Coverage follows how hair is combed: the same hair parted elsewhere covers another share of the skin. What tells combing
from loss is the direction of the strands, and what tells dye from loss is the colour of places that hair covers all of.
Neither changes where hair only gets thinner or denser. Of a haircut and of wet hair, `hairdensity.locks` sees a part.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Matrix, Plane, Rgb, Share
from hairdensity.light import linear
from hairdensity.locks import Locks, deeper, gaps_in, locks_of, order_in

LOOK_PX: Final = 480
"""Longer side of the pictures that are compared."""
WIDTH_PX: Final = 300.0
"""Width of the scalp at which the lengths below are meant, in pixels; they scale with it."""
STRAND, LOCK = 1.0, 6.0
"""Standard deviations: what is blurred away as noise, and the surroundings over which a direction is averaged."""
COARSER: Final = 4
HAIRY: Final = 0.3
"""Share of hair about a place, above which its direction counts."""
FULL: Final = 0.75
"""Share of hair above which a pixel has the colour of hair."""
LEAST_NEAR: Final = 0.1
"""No blur is narrower, in pixels; that of a scalp that is not there would be."""
LEAST_HAIRY: Final = 0.05
LEAST_FULL: Final = 0.1
"""Shares of the skin that both photos show, below which there is too little hair to judge its direction, its colour."""
LEAST_ORDER: Final = 0.01
"""Order of the strands (0 none, 1 all parallel) below which hair has no direction: stubble, tight curls."""
OTHER_STYLE_DEG: Final = 14.5
OTHER_BLUE: Final = 0.25
OTHER_LIGHTNESS: Final = 0.4
OTHER_ORDER: Final = 0.05
DEEPER_GAPS: Final = 0.18
"""Differences from the baseline that one in a hundred unchanged sessions or fewer is beyond."""
DARKEST: Final = 0.02
"""Linear brightness (0..1) added before logarithms: in black hair colours are noise."""


@dataclass(frozen=True, slots=True)
class HairChange:
    """How the hair of a photo differs from its baseline's.

    Parameters
    ----------
    turned_deg : float or None
        Mean angle between the directions of the strands, 0..90 degrees: about 45 where they have nothing to
        do with each other; None where there is too little hair, or none that has a direction.
    lighter, bluer : float or None
        Natural logarithms, photo over baseline: of the brightness of hair, and of its blue over its green. None where
        too little is all hair.
    ordered : float or None
        Order of the strands from one to the next (0..1), photo less baseline; None where there is no hair.
    gaps : float or None
        By how much the gaps in dense hair are deeper, natural logarithm; None where too little is all hair.
    """

    turned_deg: float | None = None
    lighter: float | None = None
    bluer: float | None = None
    ordered: float | None = None
    gaps: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One photo, as far as hair is compared.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8: normalised work picture.
    share : Share
        (rows, columns) float32: share of each pixel that hair covers; of the picture's size or smaller.
    skin : Mask
        (rows, columns) bool: the scalp.
    """

    picture: Rgb
    share: Share
    skin: Mask


@dataclass(frozen=True, slots=True)
class Compared:
    """A baseline at the size of comparison, to be made once for a whole series.

    Parameters
    ----------
    look : Look
        The baseline, smaller.
    to_small : Matrix
        (3, 3): from (x, y, 1) of its work picture to that.
    unit : float
        Width of the scalp there, over `WIDTH_PX`.
    direction : tuple of Plane
        Of the strands, as `_direction` gives it.
    locks : Locks
        How it lies strand by strand.
    """

    look: Look
    to_small: Matrix
    unit: float
    direction: tuple[Plane, Plane, Plane]
    locks: Locks


def compared(baseline: Look) -> Compared:
    """Return a baseline as photos are compared with it."""
    shape = imaging.shrunk_shape(baseline.picture.shape, LOOK_PX)
    look = Look(
        imaging.resize(baseline.picture, shape), imaging.resize(baseline.share, shape),
        imaging.resize_mask(baseline.skin, shape),
    )  # fmt: skip
    unit = 2 * float(np.sqrt(np.count_nonzero(look.skin) / np.pi)) / WIDTH_PX
    to_small = imaging.resized(baseline.picture.shape, shape)
    return Compared(look, to_small, unit, _direction(look.picture, unit), locks_of(look.picture, unit))


def hair_change(photo: Look, baseline: Compared, matrix: Matrix) -> HairChange:
    """Compare the hair of a photo with that of its baseline.

    Parameters
    ----------
    photo : Look
        The photo.
    baseline : Compared
        Its baseline.
    matrix : Matrix
        (3, 3): from (x, y, 1) of the photo's work picture to the baseline's.

    Notes
    -----
    Directions are those of the structure tensor of the logarithm of brightness (Bigun and Granlund 1987), so that
    neither light nor the strands' own colour matters. They are compared where both photos have hair, each place
    weighted by how parallel its strands are in both.
    """
    other = baseline.look
    here = _laid(photo, baseline.to_small @ matrix, (other.skin.shape[0], other.skin.shape[1]))
    both = imaging.erode(here.skin & other.skin, 3)
    area = int(np.count_nonzero(both))
    if not area:
        return HairChange()
    turned = _turned(here, baseline, both)
    ordered, gaps = _otherwise(here, baseline, both)
    full = both & (here.share > FULL) & (other.share > FULL)
    if np.count_nonzero(full) < LEAST_FULL * area:
        return HairChange(turned, ordered=ordered, gaps=gaps)
    first, second = (np.median(np.log(linear(one.picture)[full] + DARKEST), axis=0) for one in (here, other))
    change = first - second
    return HairChange(turned, float(change.mean()), float(change[2] - change[1]), ordered, gaps)


def hair_flags(change: HairChange) -> tuple[str, ...]:
    """Return the flags of a photo whose hair differs so much that coverage may differ for that alone."""
    flags: list[str] = []
    if change.turned_deg is not None and change.turned_deg > OTHER_STYLE_DEG:
        flags.append("other_style")
    coloured = (abs(change.bluer or 0.0) > OTHER_BLUE, abs(change.lighter or 0.0) > OTHER_LIGHTNESS)
    if any(coloured):
        flags.append("other_colour")
    if abs(change.ordered or 0.0) > OTHER_ORDER:
        flags.append("other_length")
    if (change.gaps or 0.0) > DEEPER_GAPS:
        flags.append("wet")
    return tuple(flags)


def _laid(photo: Look, matrix: Matrix, shape: tuple[int, int]) -> Look:
    """Return a photo laid on the baseline's picture at the size of comparison; what it does not show is no skin."""
    smaller = 1 / float(np.sqrt(max(abs(np.linalg.det(matrix[:2, :2])), 1e-9)))
    picture, share = photo.picture, photo.share
    if smaller > 1.4:
        # By area first: a warp that shrinks picks single pixels.
        picture = imaging.blur(picture, 0.5 * (smaller - 1))
    finer = share.shape[1] / picture.shape[1] * smaller
    if finer > 1.4:
        share = imaging.blur(share, 0.5 * (finer - 1))
    return Look(
        imaging.warp(picture, matrix, shape),
        imaging.warp(share, matrix @ imaging.resized(share.shape, picture.shape), shape),
        imaging.warp_mask(photo.skin, matrix, shape),
    )  # fmt: skip


def _turned(here: Look, baseline: Compared, both: Mask) -> float | None:
    # Directions change slowly, so all but the slopes is done on a quarter of the size.
    small = imaging.shrunk_shape(both.shape, LOOK_PX // COARSER)
    near = LOCK * baseline.unit / COARSER
    both = imaging.resize_mask(both, small)
    hairy = both.copy()
    for one in (here, baseline.look):
        hairy &= imaging.blur(imaging.resize(one.share, small), near) > HAIRY
    if np.count_nonzero(hairy) <= LEAST_HAIRY * np.count_nonzero(both):
        return None
    (x, y, order), (u, v, other_order) = _direction(here.picture, baseline.unit), baseline.direction
    weight = (order * other_order)[hairy]
    if float(weight.mean()) < LEAST_ORDER:
        return None
    cosine = (x * u + y * v)[hairy] / np.maximum(weight, 1e-9)
    angle = 0.5 * np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return float(np.average(angle, weights=weight))


def _otherwise(here: Look, baseline: Compared, both: Mask) -> tuple[float | None, float | None]:
    """Return how the order of the strands and the gaps between them differ; None where one is not known."""
    locks, other, unit = locks_of(here.picture, baseline.unit), baseline.look, baseline.unit
    order, order_then = order_in(locks, here.share, both), order_in(baseline.locks, other.share, both)
    gaps = gaps_in(locks, both & (here.share > FULL), unit)
    gaps_then = gaps_in(baseline.locks, both & (other.share > FULL), unit)
    return (
        None if order is None or order_then is None else order - order_then,
        None if gaps is None or gaps_then is None else deeper(gaps, gaps_then),
    )


def _direction(picture: Rgb, unit: float) -> tuple[Plane, Plane, Plane]:
    """Return cosine and sine of twice the angle of the strands, times their order, and the order, 0..1; small."""
    small, near = imaging.shrunk_shape(picture.shape, LOOK_PX // COARSER), max(LOCK * unit / COARSER, LEAST_NEAR)
    plane = np.log(imaging.gray(picture).astype(np.float32) + np.float32(8))
    right, down = imaging.slopes(imaging.blur(plane, STRAND))
    x, y, energy = (
        imaging.blur(imaging.resize(one, small), near)
        for one in (right * right - down * down, 2 * right * down, right * right + down * down)
    )
    energy = energy + np.float32(1e-3)
    return x / energy, y / energy, np.hypot(x, y, dtype=np.float32) / energy
