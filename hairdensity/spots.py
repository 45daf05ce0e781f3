"""Spots: a later macro photo against the first of its series, hair by hair, kept so that no pair is matched twice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import hypot
from typing import Any, Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Rgb
from hairdensity.columns import Cell
from hairdensity.hairs import Found
from hairdensity.hairs.figures import Estimate, Figures
from hairdensity.hairs.find import USUAL_UM, depth_of
from hairdensity.hairs.pairs import NotSame, match_hairs
from hairdensity.keep import Keeper, key
from hairdensity.recipe import Observation
from hairdensity.tasks import PlaceTask, observation_of

Line = tuple[tuple[float, float], ...]
FATES: Final = ("matched", "thicker", "thinner", "new", "lost")
FOLLOWED: Final = {"hairs_per_cm2": "spot_hairs_per_cm2", "thickness_um": "spot_thickness_um"}
"""What macro photos are followed by, and the column that holds it hair by hair."""
_CHANGE_SD, _COUNT_SD = 0.04, 0.10
"""Standard deviation of a change by pairs, and of a count, as a share: 40 rendered pairs, 34 fields."""
_CHANGE_SD_UM, _WIDTH_SD_UM = 0.9, 3.4
"""The same of the median thickness, in um."""
_COLOURS: Final = {
    "matched": (255, 255, 255),
    "thicker": (86, 180, 233),
    "thinner": (240, 200, 80),
    "new": (0, 114, 230),
    "lost": (230, 97, 0),
}
"""New hair in blue and lost hair in orange, as on the map of change."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What became of the hairs of one spot between two photos.

    Parameters
    ----------
    reason : str
        Why the two could not be laid on each other; empty where they could.
    counts : dict
        Hairs by what became of them; the names are `FATES`.
    change, change_low, change_high : float or None
        Change of the number of hairs as a share of those that both photos show, with its 95 % interval.
    thickness_um, thickness_low, thickness_high : float or None
        Median change of the thickness of the hairs that are in both.
    lines : tuple of (str, line)
        What became of each hair, and its centre line in pixels of the later upright photo.
    """

    reason: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    thickness_um: float | None = None
    thickness_low: float | None = None
    thickness_high: float | None = None
    lines: tuple[tuple[str, Line], ...] = ()

    def cells(self, earlier: str) -> dict[str, Cell]:
        """Return its cells of the table; `earlier` is the name of the earlier photo there."""
        known: dict[str, Cell] = {"pair_photo": earlier, "pair_reason": self.reason}
        if self.reason:
            return known
        return known | {f"pair_{name}": self.counts[name] for name in FATES} | {
            "pair_change": self.change, "pair_change_low": self.change_low, "pair_change_high": self.change_high,
            "pair_thickness_um": self.thickness_um, "pair_thickness_um_low": self.thickness_low,
            "pair_thickness_um_high": self.thickness_high,
        }  # fmt: skip


def spot_flags(pairs: Mapping[str, Pair]) -> dict[str, str]:
    """Return the flag of each later photo of a series that could not be laid on the first session.

    Where most of the others could, the spot is known, and it is another one: it has no place in the series. Else nobody
    knows which photo is of which spot, and each is counted by itself.
    """
    refused = [name for name, pair in pairs.items() if pair.reason]
    return dict.fromkeys(refused, "other_spot" if len(pairs) > 2 * len(refused) else "own_spot")


def followed_cells(own: Figures, pair: Pair | None, first: Figures | None) -> dict[str, Cell]:
    """Return density and thickness of a macro photo as they are followed over time.

    Parameters
    ----------
    own : Figures
        Of the photo.
    pair : Pair or None
        What became of its hairs since an earlier photo; None for a photo of the first session.
    first : Figures or None
        Of that earlier photo.

    Notes
    -----
    Two counts differ by what is told apart in one photo and not in the other, and by the hairs at the edges of the two
    frames; pairs do not. So a later photo has the value of the first and the change by pairs. The interval is of the
    level: what is unsure of the first photo, and of the change. A photo that could not be laid on an earlier one, and
    one of unknown scale, has its own.
    """
    density, thickness = own.density, own.thickness_um
    counts, widths = _COUNT_SD, _WIDTH_SD_UM
    if pair is None or (first and not pair.reason):
        counts, widths = _CHANGE_SD, _CHANGE_SD_UM
    if pair and first and first.density and pair.change is not None and pair.change_low is not None:
        was, more = first.density, 1 + pair.change
        error = was.value * (pair.change - pair.change_low)
        density = _level(more * was.value, more * (was.value - was.low), more * (was.high - was.value), error)
    if pair and first and first.thickness_um and pair.thickness_um is not None and pair.thickness_low is not None:
        thick, error = first.thickness_um, pair.thickness_um - pair.thickness_low
        thickness = _level(thick.value + pair.thickness_um, thick.value - thick.low, thick.high - thick.value, error)
    cells: dict[str, Cell] = {}
    for name, one, sd in (
        (FOLLOWED["hairs_per_cm2"], density, counts * density.value if density else 0.0),
        (FOLLOWED["thickness_um"], thickness, widths),
    ):
        if one:
            cells |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high, f"{name}_sd": sd}
    return cells


def _level(value: float, below: float, above: float, change: float) -> Estimate:
    """Return a value whose interval joins what is unsure of the first photo with what is of the change since."""
    return Estimate(value, max(0.0, value - hypot(below, change)), value + hypot(above, change))


def run_pair(task: PlaceTask) -> Pair:
    """Match two macro photos and keep it, unless that is kept already.

    Parameters
    ----------
    task : PlaceTask
        The later photo, on the earlier one.

    Raises
    ------
    OutputError
        If a photo has vanished or changed while the run was going on.
    """
    keeper = task.photo.keeper
    if (kept := kept_pair(keeper, task)) is not None:
        return kept
    later, earlier = observation_of(task.photo, task.entry), observation_of(task.baseline, task.baseline_entry)
    pair = _pair(earlier, later)
    keeper.save_files(_key(task), asdict(pair), {})
    return pair


def kept_pair(keeper: Keeper, task: PlaceTask) -> Pair | None:
    """Return what was kept of a pair; None where there is nothing."""
    loaded = keeper.load_files(_key(task), ())
    if loaded is None:
        return None
    facts: dict[str, Any] = loaded[0]
    lines = tuple((what, tuple((x, y) for x, y in line)) for what, line in facts["lines"])
    return Pair(**(facts | {"lines": lines}))


def draw_pair(picture: Rgb, pair: Pair, factor: float) -> Rgb:
    """Return the later photo in pale grey with every hair in the colour of what became of it.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8 of the later photo.
    pair : Pair
        What became of the hairs.
    factor : float
        Pixels of `picture` for each of the upright photo.
    """
    gray = imaging.gray(picture)
    drawn = np.repeat((gray // 2 + 40)[:, :, None], 3, axis=2).astype(np.uint8)
    width = max(2, round(max(drawn.shape) / 320))
    for what in FATES:
        for fate, line in pair.lines:
            if fate == what:
                imaging.draw_line(drawn, (np.asarray(line) + 0.5) * factor - 0.5, _COLOURS[what], width)
    return drawn


def _key(task: PlaceTask) -> str:
    return key("pair", task.entry, task.baseline_entry)


def _pair(earlier: Observation, later: Observation) -> Pair:
    before, after = _found(earlier), _found(later)
    if before is None or after is None:
        return Pair("no hairs were found in one of the two photos")
    matched = match_hairs(before, after)
    if isinstance(matched, NotSame):
        return Pair(matched.reason)
    lines = []
    for fate in matched.fates:
        if fate.after is not None:
            line = np.asarray(after.hairs[fate.after].line, np.float64)
        elif fate.before is not None:
            line = np.asarray(before.hairs[fate.before].line, np.float64)
            line = line @ matched.matrix[:2, :2].T + matched.matrix[:2, 2]
        else:
            continue
        lines.append((fate.what, tuple((round(float(x), 1), round(float(y), 1)) for x, y in line)))
    return Pair(
        "", {what: matched.count(what) for what in FATES}, matched.change, matched.change_low,
        matched.change_high, matched.thickness_um, matched.thickness_low, matched.thickness_high, tuple(lines),
    )  # fmt: skip


def _found(observation: Observation) -> Found | None:
    """Return what was found in a photo, from what was kept of it."""
    if observation.seen is None or not observation.hairs:
        return None
    share = imaging.resize(observation.seen.segmentation.share, observation.shape)
    sharp = imaging.resize_mask(observation.seen.region.mask, observation.shape)
    usual = float(np.median([hair.thickness_px for hair in observation.hairs]))
    picture = observation.seen.picture
    px_per_mm = (observation.px_per_mm or usual / (USUAL_UM / 1000)) * picture.shape[1] / observation.shape[1]
    return Found(observation.hairs, share, sharp, observation.px_per_mm, usual, depth_of(picture, px_per_mm))
