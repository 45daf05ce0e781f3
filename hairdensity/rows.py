"""Rows: all that the table says of a series, measured on the skin that its photos have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache

import numpy as np

from hairdensity import flags as flag_registry
from hairdensity.align import ITSELF, Alignment, NotAligned
from hairdensity.arrays import Mask
from hairdensity.check import ScalpQuality
from hairdensity.columns import NAMES, Cell
from hairdensity.hairs.figures import Figures
from hairdensity.imaging import resized, shrunk_shape
from hairdensity.keep import Laid
from hairdensity.ledger import NOTHING_KNOWN, Ledger, decode_skin, encode_skin, skin_name
from hairdensity.measure import SHOWN_ENOUGH, SHOWN_TOO_LITTLE, Numbers, Placed, common_skin, grid_matrix, numbers
from hairdensity.placing import Placement
from hairdensity.region import Polygon
from hairdensity.series import Member, Series, pairs_of
from hairdensity.settings import Settings
from hairdensity.spots import Pair, followed_cells, spot_flags
from hairdensity.tasks import placed_of
from hairdensity.treatments import Event
from hairdensity.views import MACRO
from hairdensity.written import length_flags
from hairdensity.zones import Zone, drawn_zones, zones_of

Zones = Mapping[str, tuple[tuple[str, tuple[Polygon, ...]], ...]]
"""Zones that a person drew, by photo: name and polygons in pixels of the upright photo."""

_OF_QUALITY = tuple(figure.name for figure in fields(ScalpQuality) if figure.name in NAMES and figure.name != "flags")


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
    ledger : Ledger
        What the numbers were made from, for the next run.
    """

    series: Series
    common: Mask | None
    rows: tuple[dict[str, Cell], ...]
    zone_rows: tuple[dict[str, Cell], ...] = ()
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    ledger: Ledger = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class Reads:
    """How `measure_series` gets at photos without their planes.

    Parameters
    ----------
    lay : callable
        Gives how a usable photo lies on the baseline, by facts alone.
    skin : callable
        Gives the skin that an aligned photo shows, on the baseline's grid, from the photo and how it lies.
    count : callable
        Gives the numbers of aligned photos, in their order, from (photos, common skin, the baseline's region, zones).
    """

    lay: Callable[[Member], Laid]
    skin: Callable[[Member, Laid], Mask]
    count: Callable[[Sequence[Member], Mask, Mask, Sequence[Mask]], tuple[Numbers, ...]]


def measure_series(
    series: Series,
    load: Callable[[Member], Placement],
    settings: Settings,
    drawn: Zones | None = None,
    events: Sequence[Event] = (),
    pair: Callable[[Member, Member], Pair] | None = None,
    *,
    alone: Callable[[Member], Placement] | None = None,
    reads: Reads | None = None,
    known: Ledger = NOTHING_KNOWN,
) -> MeasuredSeries:
    """Measure all photos of a series on the skin that they have in common.

    Parameters
    ----------
    series : Series
        The photos.
    load : callable
        Gives how a usable photo lies on the baseline, with its planes. Called for those only of which something is
        not known, and several times for some, so that one is in memory at a time.
    settings : Settings
        How its photos were measured.
    drawn : mapping, optional
        Zones that a person drew in photos of the series. Those of the first such photo that is aligned take the
        place of the program's own.
    events : sequence of Event
        What was written down, of which haircuts make photos less alike.
    pair : callable, optional
        Gives what became of the hairs of a macro photo since an earlier one; asked for what `pairs_of` names.
    alone : callable, optional
        Gives how a usable photo lies on itself, with its planes: asked for photos without a date that lie on no
        baseline. They have no place in the course, and so are measured on all the skin that they show; without it they
        have no number, like dated ones.
    reads : Reads, optional
        How less than all of a photo is read, and many are measured; default: by `load`, one after the other.
    known : Ledger
        What an earlier run found out. The result does not depend on it.
    """
    if series.baseline is None:
        return MeasuredSeries(series, None, tuple(_row(member, series) for member in series.members))
    reads = reads or reads_by(load)
    laid = {member.found.name: reads.lay(member) for member in series.members if member.usable}
    if not laid[series.baseline.found.name].aligned:
        raise ValueError("a photo is always aligned to itself")
    if series.view == MACRO:
        return _measure_macro(series, laid, load, settings, pair, known)
    return _measure_common(series, laid, reads, settings, drawn or {}, events, alone, known)


def reads_by(load: Callable[[Member], Placement]) -> Reads:
    """Return how photos are read where each can only be had whole."""

    def lay(member: Member) -> Laid:
        placement = load(member)
        return Laid(member.entry, placement.alignment, placement.flags, placement.through)

    def skin(member: Member, _laid: Laid) -> Mask:
        return placed_of(load(member)).skin

    def count(members: Sequence[Member], common: Mask, whole: Mask, zones: Sequence[Mask]) -> tuple[Numbers, ...]:
        return tuple(numbers(placed_of(load(member)), common, whole, zones) for member in members)

    return Reads(lay, skin, count)


def _measure_common(
    series: Series,
    laid: Mapping[str, Laid],
    reads: Reads,
    settings: Settings,
    drawn: Zones,
    events: Sequence[Event],
    alone: Callable[[Member], Placement] | None,
    known: Ledger,
) -> MeasuredSeries:
    """Measure photos on the skin that all of them show."""
    base = series.baseline
    if base is None:
        raise ValueError("a series with a baseline is needed")

    @cache
    def base_skin() -> Mask:
        return reads.skin(base, laid[base.found.name])

    aligned = {laid[member.found.name].name: member for member in series.members if _is_aligned(laid, member)}
    # Skin is compared with that of all photos that were there before, as far as all of them still are.
    before = known.shared if known.common and known.shared <= aligned.keys() else frozenset()
    common_png = known.common
    if new := [member for name, member in aligned.items() if name not in before]:
        so_far = decode_skin(known.common) if before else None
        skins = (reads.skin(member, laid[member.found.name]) for member in new)
        common_png = encode_skin(common_skin(base_skin(), skins, so_far))
    common = decode_skin(common_png)
    zones = _zones(series, laid, settings, drawn, common) or zones_of(common)
    skin = skin_name(common, ((zone.name, zone.mask) for zone in zones))
    found = {name: own for name in aligned if (own := known.number_of(name, skin))}
    if todo := [name for name in aligned if name not in found]:
        counted = reads.count([aligned[name] for name in todo], common, base_skin(), [zone.mask for zone in zones])
        fresh = dict(zip(todo, counted, strict=True))
        found = {name: found.get(name) or fresh[name] for name in aligned}
    # A copy of a photo has the same entry, but is not what anything was laid through.
    names = {member.entry: member.found.name for member in series.members if member.usable}
    area = int(np.count_nonzero(common))
    rows: list[dict[str, Cell]] = []
    zone_rows: list[dict[str, Cell]] = []
    for member in series.members:
        row = _row(member, series)
        if member.usable:
            here = laid[member.found.name]
            own = found.get(here.name)
            if alone and member.found.date is None and (own is None or own.shown < SHOWN_TOO_LITTLE):
                # Without a date it has no place in the course, and so need not show the skin of the others.
                why, name = ("own_skin" if own is None else "own_frame"), f"{here.name}-alone"
                found[name] = known.number_of(name, skin) or _numbers_alone(placed_of(alone(member)))
                row |= _measured_cells(member, member, Laid(name, ITSELF, (why,)), (), found[name], settings)
                rows.append(row | {"baseline": member.found.name})
                continue
            written = length_flags(member.found.date, base.found.date, events)
            row |= _measured_cells(member, base, here, written, own, settings)
            row["aligned_through"] = names.get(here.through)
            if row["status"] == "measured" and own:
                zone_rows += _zone_rows(row, own, area, zones)
        rows.append(row)
    ledger = Ledger(_to_know(laid), found, skin, frozenset(aligned), common_png)
    return MeasuredSeries(series, common, tuple(rows), tuple(zone_rows), ledger=ledger)


def _is_aligned(laid: Mapping[str, Laid], member: Member) -> bool:
    return member.usable and laid[member.found.name].aligned


def _to_know(laid: Mapping[str, Laid]) -> dict[str, Laid]:
    """Return what the next run may take as known."""
    return {one.name: one for one in laid.values() if not one.given_up}


def _numbers_alone(placed: Placed) -> Numbers:
    """Return the numbers of a photo on all the skin that it shows."""
    return numbers(placed, placed.skin, placed.skin)


def _zones(
    series: Series, laid: Mapping[str, Laid], settings: Settings, drawn: Zones, common: Mask
) -> tuple[Zone, ...]:
    """Return the zones that a person drew, on the grid: those of the baseline before those of other photos."""
    base = series.baseline
    if base is None:
        return ()
    marked = [member for member in series.members if member.usable and member.found.name in drawn]
    for member in sorted(marked, key=lambda member: member is not base):
        alignment = laid[member.found.name].alignment
        if isinstance(alignment, NotAligned):
            continue
        to_grid = grid_matrix(shrunk_shape(base.observation.shape, settings.work_px)) @ alignment.matrix
        work = shrunk_shape(member.observation.shape, settings.work_px)
        return drawn_zones(drawn[member.found.name], to_grid @ resized(member.observation.shape, work), common)
    return ()


def _best_pair(member: Member, first: Sequence[Member], pair: Callable[[Member, Member], Pair]) -> tuple[Pair, Member]:
    """Return what became of the hairs since the earlier photo that shows the spot best, and that photo."""
    made = [(pair(member, one), one) for one in first]
    return max(made, key=lambda entry: (not entry[0].reason, sum(entry[0].counts.values())))


def _measure_macro(
    series: Series,
    laid: Mapping[str, Laid],
    load: Callable[[Member], Placement],
    settings: Settings,
    pair: Callable[[Member, Member], Pair] | None,
    known: Ledger,
) -> MeasuredSeries:
    """Measure macro photos, each on all the skin that it shows: no two show the very same skin."""
    matched = {later.found.name: _best_pair(later, first, pair) for later, first in pairs_of(series)} if pair else {}
    unlike = spot_flags({name: best for name, (best, _) in matched.items()})
    pairs: dict[str, Pair] = {}
    found: dict[str, Numbers] = {}
    rows = []
    for member in series.members:
        row = _row(member, series)
        if member.usable:
            here = laid[member.found.name]
            if (own := known.number_of(here.name, "")) is None:
                own = _numbers_alone(placed_of(load(member)))
            found[here.name] = own
            best, earlier = matched.get(member.found.name, (None, member))
            written = (unlike[member.found.name],) if member.found.name in unlike else ()
            row |= _measured_cells(member, member, here, written, own, settings)
            row["baseline"] = member.found.name
            if best:
                pairs[member.found.name] = best
                row |= best.cells(earlier.found.name)
            if (trial := member.observation.trial) and row["status"] == "measured":
                row |= followed_cells(trial, best, earlier.observation.trial)
        rows.append(row)
    ledger = Ledger(_to_know(laid), found)
    return MeasuredSeries(series, None, tuple(rows), pairs=pairs, ledger=ledger)


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
        row |= {name: getattr(observation.quality, name) for name in _OF_QUALITY}
    return row


def _trial_cells(trial: Figures) -> dict[str, Cell]:
    """Return the cells that only a macro photo has."""
    cells: dict[str, Cell] = {"hair_count": trial.counted, "counted_mm2": trial.area_mm2}
    for name, estimate in (
        ("hairs_per_cm2", trial.density),
        ("terminal_per_cm2", trial.terminal),
        ("vellus_per_cm2", trial.vellus),
        ("thickness_um", trial.thickness_um),
        ("thickness_p10_um", trial.thickness_p10_um),
        ("thickness_p90_um", trial.thickness_p90_um),
        ("thickness_mm_per_cm2", trial.cumulative),
        ("hairs_per_unit", trial.per_unit),
    ):
        if estimate:
            cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return cells


def _measured_cells(
    member: Member,
    baseline: Member,
    laid: Laid,
    written: Sequence[str],
    own: Numbers | None,
    settings: Settings,
) -> dict[str, Cell]:
    """Return the cells that need the baseline."""
    names = list(dict.fromkeys((*member.flags, *laid.flags, *written)))
    if isinstance(laid.alignment, NotAligned) or own is None:
        reason = flag_registry.reason_for(names)
        detail = laid.alignment.reason if isinstance(laid.alignment, NotAligned) else ""
        return {"status": "rejected", "reason": f"{reason} ({detail})", "flags": ";".join(names)}
    if own.shown < SHOWN_TOO_LITTLE:
        names.append("shows_too_little")
    elif own.shown < SHOWN_ENOUGH:
        names.append("shows_less")
    cells: dict[str, Cell] = {"flags": ";".join(names), "shown_fraction": own.shown}
    cells |= _alignment_cells(laid.alignment, member, baseline, settings.work_px)
    if flag_registry.is_rejected(names) or own.whole is None:
        return cells | {"status": "rejected", "reason": flag_registry.reason_for(names)}
    return cells | _coverage_cells(own, baseline) | {"segmenter": settings.segmenter}


def _zone_rows(row: dict[str, Cell], own: Numbers, area: int, zones: Sequence[Zone]) -> Iterator[dict[str, Cell]]:
    for zone, (result, pixels) in zip(zones, own.zones, strict=True):
        if result is not None:
            yield {name: row.get(name) for name in ("photo", "subject", "view", "date")} | {
                "zone": zone.name,
                "coverage": result.value,
                "coverage_low": result.low,
                "coverage_high": result.high,
                "repeat_sd": result.repeat_sd,
                "zone_fraction": pixels / max(1, area),
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


def _coverage_cells(own: Numbers, baseline: Member) -> dict[str, Cell]:
    result = own.whole
    if result is None:
        return {}
    rows, columns = baseline.observation.shape
    measured = own.fraction * rows * columns
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
