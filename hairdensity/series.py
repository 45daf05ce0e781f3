"""Series: the photos of one subject and view, their baseline, the skin they have in common, and their rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

import numpy as np

from hairdensity import flags as flag_registry
from hairdensity.align import Alignment, NotAligned
from hairdensity.arrays import Mask
from hairdensity.columns import NAMES, Cell
from hairdensity.find import FoundPhoto
from hairdensity.hairs.figures import Figures
from hairdensity.imaging import resized, shrunk_shape
from hairdensity.measure import (
    SHOWN_ENOUGH,
    SHOWN_TOO_LITTLE,
    Coverage,
    Placed,
    common_skin,
    coverage,
    grid_matrix,
    shown_fraction,
)
from hairdensity.recipe import MACRO, Observation, Placement
from hairdensity.region import Polygon
from hairdensity.settings import Settings
from hairdensity.spots import Pair
from hairdensity.treatments import Event
from hairdensity.written import length_flags, note_flags
from hairdensity.zones import Zone, drawn_zones, zone_coverage, zones_of


@dataclass(frozen=True, slots=True)
class Member:
    """One photo of a series.

    Parameters
    ----------
    found : FoundPhoto
        File, subject, view, date.
    observation : Observation
        What it says by itself (facts only).
    entry : str
        Name of its kept observation.
    flags : tuple of str
        All that is known before it is laid on the baseline: the photo's own flags, its date, being a duplicate.
    """

    found: FoundPhoto
    observation: Observation
    entry: str
    flags: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it may have a number."""
        return self.observation.status == "measured" and not flag_registry.is_rejected(self.flags)


@dataclass(frozen=True, slots=True)
class Series:
    """All photos of one subject and view.

    Parameters
    ----------
    subject, view : str
        As in the table.
    members : tuple of Member
        By date, then name; those without a date last.
    baseline : Member or None
        The photo that the others are aligned to; None where no photo is usable.
    """

    subject: str
    view: str
    members: tuple[Member, ...]
    baseline: Member | None

    def base_of(self, member: Member) -> Member:
        """Return what a usable photo is laid on: the baseline, but a macro photo on itself."""
        return member if self.view == MACRO or self.baseline is None else self.baseline


@dataclass(frozen=True, slots=True)
class MeasuredSeries:
    """A series with its numbers.

    Parameters
    ----------
    series : Series
        The photos.
    common : Mask or None
        The skin that is measured, on the baseline's grid; None where there is no baseline, and for macro photos, of
        which each is measured on all the skin that it shows.
    rows : tuple of dict
        One row of the table a photo, in the order of the members.
    zone_rows : tuple of dict
        One row for each zone of each measured photo.
    pairs : mapping of str to Pair
        By macro photo: what became of the hairs since the first session.
    """

    series: Series
    common: Mask | None
    rows: tuple[dict[str, Cell], ...]
    zone_rows: tuple[dict[str, Cell], ...] = ()
    pairs: Mapping[str, Pair] = field(default_factory=dict)


def group(
    photos: Iterable[tuple[FoundPhoto, Observation, str]], drawn: Iterable[str], today: date
) -> tuple[Series, ...]:
    """Sort photos into series, mark duplicates, and choose each baseline.

    Parameters
    ----------
    photos : iterable
        (photo, observation, name of the kept observation).
    drawn : iterable of str
        Photos whose region a person drew.
    today : date
        Photos dated later are flagged.

    Notes
    -----
    The baseline is of the first session with a usable photo: the one that a person drew a region in, else the one
    with the fewest warnings, else the first by name. Without any date it is the first usable photo by name.
    """
    by_series: dict[tuple[str, str], list[tuple[FoundPhoto, Observation, str]]] = {}
    for photo in photos:
        by_series.setdefault((photo[0].subject, photo[0].view), []).append(photo)
    outlined = frozenset(drawn)
    series = []
    for (subject, view), listed in sorted(by_series.items()):
        listed.sort(key=lambda photo: (photo[0].date is None, photo[0].date or today, photo[0].name))
        seen: set[str] = set()
        members = []
        for found, observation, entry in listed:
            twice = bool(observation.digest) and observation.digest in seen
            seen.add(observation.digest)
            members.append(Member(found, observation, entry, _flags_before(found, observation, twice, today)))
        series.append(Series(subject, view, tuple(members), _baseline(members, outlined)))
    return tuple(series)


Zones = Mapping[str, tuple[tuple[str, tuple[Polygon, ...]], ...]]
"""Zones that a person drew, by photo: name and polygons in pixels of the upright photo."""


def measure_series(
    series: Series,
    load: Callable[[Member], Placement],
    settings: Settings,
    drawn: Zones | None = None,
    events: Sequence[Event] = (),
    pair: Callable[[Member, Member], Pair] | None = None,
) -> MeasuredSeries:
    """Measure all photos of a series on the skin that they have in common.

    Parameters
    ----------
    series : Series
        The photos.
    load : callable
        Gives how a usable photo lies on the baseline. Called twice for each, so that one is in memory at a time.
    settings : Settings
        How its photos were measured.
    drawn : mapping, optional
        Zones that a person drew in photos of the series. Those of the first such photo that is aligned take the
        place of the program's own.
    events : sequence of Event
        What was written down, of which haircuts make photos less alike.
    pair : callable, optional
        Gives what became of the hairs of a macro photo since an earlier one; asked for what `pairs_of` names.
    """
    if series.view == MACRO:
        return _measure_macro(series, load, settings, pair)
    if series.baseline is None:
        return MeasuredSeries(series, None, tuple(_row(member, series) for member in series.members))
    base = load(series.baseline).placed
    if base is None:
        raise ValueError("a baseline is always aligned to itself")
    usable = [member for member in series.members if member.usable]
    laid = (placed for member in usable if (placed := load(member).placed) is not None)
    common = common_skin(base.skin, laid)
    zones = _zones(series, load, settings, drawn or {}, common) or zones_of(common)
    names = {member.entry: member.found.name for member in series.members}
    rows: list[dict[str, Cell]] = []
    zone_rows: list[dict[str, Cell]] = []
    for member in series.members:
        row = _row(member, series)
        if member.usable:
            placement = load(member)
            written = length_flags(member.found.date, series.baseline.found.date, events)
            known = replace(placement, flags=(*placement.flags, *written))
            row |= _measured_cells(member, series.baseline, known, common, base.skin, settings)
            row["aligned_through"] = names.get(placement.through)
            if row["status"] == "measured" and placement.placed:
                zone_rows += _zone_rows(row, placement.placed, common, zones)
        rows.append(row)
    return MeasuredSeries(series, common, tuple(rows), tuple(zone_rows))


def _zones(
    series: Series, load: Callable[[Member], Placement], settings: Settings, drawn: Zones, common: Mask
) -> tuple[Zone, ...]:
    """Return the zones that a person drew, on the grid: those of the baseline before those of other photos."""
    base = series.baseline
    if base is None:
        return ()
    marked = [member for member in series.members if member.usable and member.found.name in drawn]
    for member in sorted(marked, key=lambda member: member is not base):
        alignment = load(member).alignment
        if isinstance(alignment, NotAligned):
            continue
        to_grid = grid_matrix(shrunk_shape(base.observation.shape, settings.work_px)) @ alignment.matrix
        work = shrunk_shape(member.observation.shape, settings.work_px)
        return drawn_zones(drawn[member.found.name], to_grid @ resized(member.observation.shape, work), common)
    return ()


def pairs_of(series: Series) -> tuple[tuple[Member, tuple[Member, ...]], ...]:
    """Return each later macro photo with the photos of the first session, of which one may show the same spot."""
    base = series.baseline
    if series.view != MACRO or base is None or base.found.date is None:
        return ()
    usable = [member for member in series.members if member.usable and member.observation.hairs]
    first = tuple(member for member in usable if member.found.date == base.found.date)
    later = (member for member in usable if member.found.date and member.found.date > base.found.date)
    return tuple((member, first) for member in later) if first else ()


def _pair_cells(
    member: Member, first: Sequence[Member], pair: Callable[[Member, Member], Pair]
) -> tuple[dict[str, Cell], Pair]:
    """Return the cells of the earlier photo that shows the same spot best; of the first where none does."""
    made = [(pair(member, one), one) for one in first]
    best, earlier = max(made, key=lambda entry: (not entry[0].reason, sum(entry[0].counts.values())))
    return best.cells(earlier.found.name), best


def _measure_macro(
    series: Series,
    load: Callable[[Member], Placement],
    settings: Settings,
    pair: Callable[[Member, Member], Pair] | None,
) -> MeasuredSeries:
    """Measure macro photos, each on all the skin that it shows: no two show the very same skin."""
    earlier = {member.found.name: first for member, first in pairs_of(series)}
    pairs: dict[str, Pair] = {}
    rows = []
    for member in series.members:
        row = _row(member, series)
        if member.usable:
            placement = load(member)
            if placement.placed is None:
                raise ValueError("a macro photo is always aligned to itself")
            skin = placement.placed.skin
            row |= _measured_cells(member, member, placement, skin, skin, settings) | {"baseline": member.found.name}
            if pair and row["status"] == "measured" and (first := earlier.get(member.found.name)):
                cells, pairs[member.found.name] = _pair_cells(member, first, pair)
                row |= cells
        rows.append(row)
    return MeasuredSeries(series, None, tuple(rows), pairs=pairs)


def _flags_before(found: FoundPhoto, observation: Observation, twice: bool, today: date) -> tuple[str, ...]:
    names = list(observation.flags)
    if found.date is None:
        names.append("no_date")
    elif found.date > today:
        names.append("date_in_future")
    names += note_flags(found.notes)
    if twice:
        names.append("duplicate")
    return tuple(names)


def _baseline(members: Sequence[Member], outlined: frozenset[str]) -> Member | None:
    usable = [member for member in members if member.usable]
    if not usable:
        return None
    first = usable[0].found.date
    session = [member for member in usable if member.found.date == first] if first else usable[:1]

    def order(member: Member) -> tuple[bool, int, str]:
        warnings = sum(flag_registry.FLAGS[name].severity == "warn" for name in member.flags)
        return member.found.name not in outlined, warnings, member.found.name

    return min(session, key=order)


def _row(member: Member, series: Series) -> dict[str, Cell]:
    """Return the row of a photo as far as it is known without a baseline."""
    found, observation = member.found, member.observation
    status, reason = observation.status, observation.reason
    if status == "measured" and not member.usable:
        status, reason = "rejected", flag_registry.reason_for(member.flags)
    row: dict[str, Cell] = {
        "photo": found.name,
        "subject": found.subject,
        "view": found.view,
        "date": found.date.isoformat() if found.date else None,
        "status": status,
        "reason": reason,
        "flags": ";".join(member.flags),
        "px_per_mm": observation.px_per_mm or found.px_per_mm,
        "baseline": series.baseline.found.name if series.baseline and status == "measured" else None,
        "width_px": observation.shape[1] or None,
        "height_px": observation.shape[0] or None,
        "date_from": found.date_from,
        "notes": "; ".join(filter(None, (found.notes, *observation.notes))),
        "digest": observation.digest,
    }
    if observation.trial:
        row |= _trial_cells(observation.trial)
    if observation.quality:
        row |= {name: value for name, value in asdict(observation.quality).items() if name in NAMES and name != "flags"}
    return row


def _trial_cells(trial: Figures) -> dict[str, Cell]:
    """Return the cells that only a macro photo has."""
    cells: dict[str, Cell] = {
        "hair_count": trial.counted,
        "counted_mm2": trial.area_mm2,
        "thickness_p10_um": trial.thickness_p10_um,
        "thickness_p90_um": trial.thickness_p90_um,
    }
    for name, estimate in (
        ("hairs_per_cm2", trial.density),
        ("terminal_per_cm2", trial.terminal),
        ("vellus_per_cm2", trial.vellus),
        ("thickness_um", trial.thickness_um),
        ("thickness_mm_per_cm2", trial.cumulative),
        ("hairs_per_unit", trial.per_unit),
    ):
        if estimate:
            cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return cells


def _measured_cells(
    member: Member, baseline: Member, placement: Placement, common: Mask, baseline_skin: Mask, settings: Settings
) -> dict[str, Cell]:
    """Return the cells that need the baseline."""
    names = [*member.flags, *placement.flags]
    alignment = placement.alignment
    if isinstance(alignment, NotAligned) or placement.placed is None:
        reason = flag_registry.reason_for(names)
        detail = alignment.reason if isinstance(alignment, NotAligned) else ""
        return {"status": "rejected", "reason": f"{reason} ({detail})", "flags": ";".join(names)}
    shown = shown_fraction(placement.placed, baseline_skin)
    if shown < SHOWN_TOO_LITTLE:
        names.append("shows_too_little")
    elif shown < SHOWN_ENOUGH:
        names.append("shows_less")
    cells: dict[str, Cell] = {"flags": ";".join(names), "shown_fraction": shown}
    cells |= _alignment_cells(alignment, member, baseline, settings.work_px)
    result = coverage(placement.placed, common, baseline_skin)
    if flag_registry.is_rejected(names) or result is None:
        return cells | {"status": "rejected", "reason": flag_registry.reason_for(names)}
    measured = _coverage_cells(result, placement.placed, common, baseline)
    return cells | measured | {"segmenter": settings.segmenter}


def _zone_rows(row: dict[str, Cell], placed: Placed, common: Mask, zones: Sequence[Zone]) -> Iterator[dict[str, Cell]]:
    area = max(1, int(np.count_nonzero(common)))
    for zone in zones:
        result = zone_coverage(placed, common, zone)
        if result is not None:
            yield {name: row.get(name) for name in ("photo", "subject", "view", "date")} | {
                "zone": zone.name,
                "coverage": result.value,
                "coverage_low": result.low,
                "coverage_high": result.high,
                "repeat_sd": result.repeat_sd,
                "zone_fraction": float(np.count_nonzero(placed.skin & common & zone.mask)) / area,
            }


def _alignment_cells(alignment: Alignment, member: Member, baseline: Member, work_px: int) -> dict[str, Cell]:
    shape, baseline_shape = member.observation.shape, baseline.observation.shape
    # Pixels of the upright photo to one of its work picture.
    photo_px, baseline_px = (max(1.0, max(size) / work_px) for size in (shape, baseline_shape))
    return {
        "residual_px": alignment.residual * baseline_px,
        "scale": alignment.magnification * photo_px / baseline_px * max(baseline_shape) / max(shape),
        "rotation_deg": alignment.rotation_deg,
    }


def _coverage_cells(result: Coverage, placed: Placed, common: Mask, baseline: Member) -> dict[str, Cell]:
    rows, columns = baseline.observation.shape
    measured = float(np.count_nonzero(placed.skin & common)) / common.size * rows * columns
    scale = baseline.observation.px_per_mm
    return {
        "coverage": result.value,
        "coverage_low": result.low,
        "coverage_high": result.high,
        "repeat_sd": result.repeat_sd,
        "region_fraction": result.region_fraction,
        "region_px": round(measured),
        "region_cm2": measured / scale**2 / 100 if scale else None,
    }
