"""Figures that a trial reports, each with a 95 % interval, from the hairs of one macro photo."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from hairdensity.hairs.find import Found
from hairdensity.hairs.hair import TERMINAL_UM, Hair
from hairdensity.intervals import Z95

_GUARD_MM = 0.12
"""The counting frame keeps this far from the photo's edges: nearer, a piece of a hair is too short to be seen."""
_COUNT_ERROR = 0.10
"""Standard deviation of a count over the truth, as a share: 0.106 on 22 rendered fields, 0.09 on 12 boxed by hand."""
_SCATTER = 0.7
"""Variance of the number of hairs over its mean: 0.54 +- 0.13 between the quarters of 12 fields, rounded up."""
_THICKNESS_ERROR_UM = 3.4
"""Root mean square error of a photo's median thickness: of 24 rendered photos, the choice of hairs included."""
_LEAST_AREA_MM2 = 2.0
"""In less skin than this no density is given."""
_ONE_SIDE = 0.025
"""Probability that is left out on each side of an interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a trial would report of one macro photo.

    Parameters
    ----------
    counted : int
        Hairs in the counting frame.
    area_mm2 : float or None
        Skin that they were counted on: frame, in focus, without text; None without a scale.
    reason : str
        Why there is no density; empty where there is.
    density, terminal, vellus : Estimate or None
        Hairs per cm2.
    thickness_um : Estimate or None
        Median thickness.
    thickness_p10_um, thickness_p90_um : Estimate or None
        Tenth and ninetieth percentile of thickness; None for fewer than 36 hairs, which cannot bound them.
    cumulative : Estimate or None
        Sum of the thicknesses per area, mm per cm2.
    per_unit : Estimate or None
        Hairs per follicular unit.
    coverage : float
        Share of the usable area that hair covers.
    """

    counted: int
    area_mm2: float | None
    reason: str
    density: Estimate | None
    terminal: Estimate | None
    vellus: Estimate | None
    thickness_um: Estimate | None
    thickness_p10_um: Estimate | None
    thickness_p90_um: Estimate | None
    cumulative: Estimate | None
    per_unit: Estimate | None
    coverage: float


def figures(found: Found, *, terminal_um: float = TERMINAL_UM) -> Figures:
    """Return the figures of one macro photo.

    Parameters
    ----------
    found : Found
        What `look` found.
    terminal_um : float
        Thickness from which a hair is terminal, um.

    Notes
    -----
    Unbiased counting frame (Gundersen 1977, doi:10.1111/j.1365-2818.1977.tb00062.x): a hair counts where some of it
    is in the frame and none of it crosses the left or the lower edge (nor the prolonged right one, below), whatever
    its length. Intervals: hairs scatter less than independent ones would, since follicular units keep apart; added
    to it is the error of counting, as measured on rendered fields.
    """
    scale = found.px_per_mm
    usable = found.sharp
    coverage = float(found.share[usable].mean()) if usable.any() else 0.0
    inside = counted_hairs(found)
    per_unit = _per_unit(inside)
    if scale is None:
        reason = "The scale is not known, so there is no density: give px_per_mm in photos.csv, or photograph a scale."
        return Figures(len(inside), None, reason, None, None, None, None, None, None, None, per_unit, coverage)
    left, top, right, bottom = frame(found)
    area = float(usable[top:bottom, left:right].sum()) / scale**2
    if area < _LEAST_AREA_MM2:
        reason = f"Only {area:.1f} mm2 of skin is in focus: too little for a density. Focus, and take it again."
        return Figures(len(inside), area, reason, None, None, None, None, None, None, None, per_unit, coverage)
    thick = np.array([hair.thickness_um for hair in inside if hair.thickness_um is not None])
    terminal = [h for h in inside if h.thickness_um is not None and h.thickness_um >= terminal_um]
    n = len(inside)
    vellus = [h for h in inside if h.thickness_um is not None and h.thickness_um < terminal_um]
    return Figures(
        len(inside), area, "",
        _density(inside, area, n), _density(terminal, area, n), _density(vellus, area, n),
        _quantile(thick, 0.5), _quantile(thick, 0.1), _quantile(thick, 0.9),
        _cumulative(inside, area), per_unit, coverage,
    )  # fmt: skip


def frame(found: Found) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of the counting frame, in pixels, as slice ends."""
    guard = _GUARD_MM * found.px_per_mm if found.px_per_mm else 1.5 * found.usual_px
    inset = round(min(guard, min(found.sharp.shape) / 8))
    ys, xs = np.nonzero(found.sharp[:: max(1, inset // 2), :: max(1, inset // 2)])
    step = max(1, inset // 2)
    if len(ys) == 0:
        return 0, 0, 0, 0
    return (
        int(xs.min()) * step + inset, int(ys.min()) * step + inset,
        (int(xs.max()) + 1) * step - inset, (int(ys.max()) + 1) * step - inset,
    )  # fmt: skip


def counted_hairs(found: Found) -> tuple[Hair, ...]:
    """Return the hairs that the counting frame counts, in the part of the photo that is in focus."""
    left, top, right, bottom = frame(found)
    rows, columns = found.sharp.shape
    counted = []
    for hair in found.hairs:
        line = np.asarray(hair.line)
        x, y = line[:, 0], line[:, 1]
        hit = ((x >= left) & (x < right) & (y >= top) & (y < bottom)).any()
        crosses_left = x.min() < left and (y < bottom).any()
        crosses_below = y.max() >= bottom
        root_row, root_column = min(rows - 1, round(hair.root_y)), min(columns - 1, round(hair.root_x))
        if hit and not crosses_left and not crosses_below and found.sharp[root_row, root_column]:
            counted.append(hair)
    return tuple(counted)


def _density(hairs: Sequence[Hair], area: float, all_hairs: int) -> Estimate:
    """Return hairs per cm2 of one kind, of `all_hairs` that were counted."""
    count = len(hairs)
    # Nothing found is not zero: three hairs would be missed once in twenty times.
    spread = Z95 * sqrt(_scatter(count, all_hairs) * count + (_COUNT_ERROR * count) ** 2) if count else 3.0
    return Estimate(100 * count / area, 100 * max(0.0, count - spread) / area, 100 * (count + spread) / area)


def _scatter(count: int, all_hairs: int) -> float:
    """Return variance over mean of a count: a kind drawn at random from all hairs scatters more, the rarer it is."""
    return 1 - count / all_hairs * (1 - _SCATTER)


def _cumulative(hairs: Sequence[Hair], area: float) -> Estimate:
    each = np.array([(hair.thickness_um or 0.0) / 1000 for hair in hairs])
    total = float(each.sum())
    spread = Z95 * sqrt(_SCATTER * float((each**2).sum()) + (_COUNT_ERROR * total) ** 2)
    return Estimate(100 * total / area, 100 * max(0.0, total - spread) / area, 100 * (total + spread) / area)


def _quantile(values: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> Estimate | None:
    """Return a quantile with its interval by order statistics, widened by the error of the measurement.

    None where so few values bound it on one side only, with 97.5 %.
    """
    if max(share, 1 - share) ** len(values) > _ONE_SIDE:
        return None
    from scipy.stats import binom  # a second to load, and needed for macro photos alone

    ordered = np.sort(values)
    first, last = (int(binom.ppf(tail, len(values), share)) for tail in (_ONE_SIDE, 1 - _ONE_SIDE))
    low, high = float(ordered[max(0, first - 1)]), float(ordered[min(len(values) - 1, last)])
    middle = float(np.quantile(values, share))
    error = Z95 * _THICKNESS_ERROR_UM
    return Estimate(
        middle, middle - sqrt((middle - low) ** 2 + error**2), middle + sqrt((high - middle) ** 2 + error**2)
    )


def _per_unit(hairs: Sequence[Hair]) -> Estimate | None:
    sizes: dict[int, int] = {}
    for hair in hairs:
        sizes[hair.unit] = sizes.get(hair.unit, 0) + 1
    if len(sizes) < 2:
        return None
    counts = np.array(list(sizes.values()), np.float64)
    mean = float(counts.mean())
    spread = Z95 * sqrt(float(counts.var(ddof=1)) / len(counts) + (_COUNT_ERROR * mean) ** 2)
    return Estimate(mean, max(1.0, mean - spread), mean + spread)
