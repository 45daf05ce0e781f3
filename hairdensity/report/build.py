"""From verdicts, rows of the table and pictures to all that the page says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from hairdensity.columns import Row
from hairdensity.flags import FLAGS, Severity, reason_for
from hairdensity.intervals import detectable
from hairdensity.preferences import TITLE
from hairdensity.report.answers import answers, outside_note, without_course
from hairdensity.report.course import Lane, Point
from hairdensity.report.data import Card, PhotoGroup, ReportData, SeriesInput, SeriesPage, Undated, ZoneLine
from hairdensity.report.guide import TOPIC_OF_FLAG
from hairdensity.report.pictures import threshold_of
from hairdensity.report.plan import Plan, anchor_of, course_of, plan_of, points_of, title_of
from hairdensity.report.shots import LoadThumb, Thumb
from hairdensity.report.show import (
    card_picture,
    pictures_of,
    row_value,
    rows_outside,
)
from hairdensity.report.words import (
    GAP,
    NOTHING_MEASURED,
    VERDICTS,
    Quantity,
    clean,
    day,
    percent,
    sentence_for,
    sureness,
    words_for,
)
from hairdensity.spoken import counted
from hairdensity.zones import NAMES as CUT

MOST_THUMBS: Final = 12
"""Of photos that were left out for one reason, and of those outside the course, so many are shown small."""
CUT_ZONES: Final = (
    "As seen in the first photo, and cut from the outline alone, before any hair was looked at. Of five parts, one may "
    "stand out by chance."
)
DRAWN_ZONES: Final = (
    "As drawn in regions.json. A part that was chosen because it looked thin seems to improve by chance, and of "
    "several parts, one may stand out so."
)


def build_report(
    series: Iterable[SeriesInput],
    *,
    treatments: Sequence[Lane] = (),
    run: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
    today: date | None = None,
    title: str = TITLE,
    name_subjects: bool | None = None,
) -> ReportData:
    """Gather all that the page says, loading only the pictures that it shows.

    Parameters
    ----------
    series : iterable of SeriesInput
        Every subject and view, in the order of the page.
    treatments : sequence of Lane
        Treatments and events, as `hairdensity.pages.lanes` gives them.
    run : mapping, optional
        What made the numbers, as in run.json.
    warnings : sequence of str
        What the run had to say beside the photos.
    today : date, optional
        Day of the run: how far treatment that goes on is drawn.
    title : str
        Heading of the page.
    name_subjects : bool, optional
        Whether headings name whose scalp it is; default: where there are several subjects.
    """
    inputs = list(series)
    people = {"", *(one.progress.subject for one in inputs)}
    treatments = tuple(lane for lane in treatments if lane.subject in people)
    plan = plan_of(inputs, name_subjects)
    several_subjects, as_cards = plan.several_subjects, plan.as_cards
    pages = tuple(_page(one, place, plan, treatments, today) for place, one in enumerate(plan.full, 1))
    card_rows = [row for one in as_cards for row in one.rows]
    return ReportData(
        title=title,
        made_on=today,
        photos=sum(len(one.rows) for one in inputs),
        measured=sum(row.get("status") == "measured" for one in inputs for row in one.rows),
        series=pages,
        cards=tuple(_card(one, several_subjects) for one in as_cards),
        card_left_out=left_out(card_rows),
        card_remarks=remarks(card_rows),
        treatments=treatments,
        warnings=tuple(clean(text) for text in warnings),
        run=_run_lines(run or {}),
    )


def left_out(rows: Iterable[Row], load_thumb: LoadThumb | None = None) -> tuple[PhotoGroup, ...]:
    """Return the photos that have no number, grouped by reason, the most frequent first."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if row.get("status") == "measured":
            continue
        rejecting = [FLAGS[name] for name in _flag_names(row) if name in FLAGS and FLAGS[name].severity == "reject"]
        reason = clean(row.get("reason") or "")
        if rejecting:
            # What the table adds to the flag's own words, such as how far off an alignment was.
            known = reason_for(flag.name for flag in rejecting)
            more = reason.removeprefix(known).strip() if reason.startswith(known) else ""
            meaning = "; ".join(flag.meaning for flag in rejecting) + (f" {more}" if more else "")
            advice = " ".join(dict.fromkeys(flag.advice for flag in rejecting))
        else:
            # "It is broken. Copy it again." is one reason for all photos of which it is true.
            meaning, _, advice = reason.removeprefix("It ").partition(". ")
            meaning = meaning or "cannot be used"
        topic = next((TOPIC_OF_FLAG[flag.name] for flag in rejecting if flag.name in TOPIC_OF_FLAG), "")
        groups.setdefault((meaning, advice, topic), []).append(str(row.get("photo") or ""))
    listed = [
        PhotoGroup(meaning, advice, "reject", tuple(map(clean, names)), topic, _thumbs(names, load_thumb))
        for (meaning, advice, topic), names in groups.items()
    ]
    return tuple(sorted(listed, key=lambda group: -len(group.photos)))


def _thumbs(names: Sequence[str], load: LoadThumb | None) -> tuple[Thumb, ...]:
    if load is None:
        return ()
    return tuple(thumb for name in names[:MOST_THUMBS] if (thumb := load(name)) is not None)


def remarks(rows: Iterable[Row]) -> tuple[PhotoGroup, ...]:
    """Return what to do better next time: measured photos by flag, warnings before notes, frequent before rare."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.get("status") == "measured":
            for name in _flag_names(row):
                groups.setdefault(name, []).append(clean(row.get("photo") or ""))
    order: tuple[Severity, ...] = ("reject", "warn", "note")
    listed = [
        PhotoGroup(
            FLAGS[name].meaning, FLAGS[name].advice, FLAGS[name].severity, tuple(names), TOPIC_OF_FLAG.get(name, "")
        )
        for name, names in groups.items()
        if name in FLAGS
    ]
    return tuple(sorted(listed, key=lambda group: (order.index(group.severity), -len(group.photos))))


def _undated(outside: Iterable[Row], one: SeriesInput) -> tuple[Undated, ...]:
    return tuple(
        Undated(clean(row.get("photo") or ""), f"{clean(row['date'])}, {value}" if row.get("date") else value)
        for row in outside
        if (value := row_value(row, one))
    )


def _not_said(groups: Sequence[PhotoGroup], said: str) -> tuple[PhotoGroup, ...]:
    """Return remarks less what was said above, and that of photos without a date: these are listed with what to do."""
    return tuple(
        group
        for group in groups
        if group.meaning != FLAGS["no_date"].meaning and not (group.advice and group.advice in said)
    )


def _page(one: SeriesInput, place: int, plan: Plan, treatments: Sequence[Lane], today: date | None) -> SeriesPage:
    progress, quantity = one.progress, one.quantity
    course = course_of(one, plan.several_subjects, treatments, today)
    points = course.points
    outside = rows_outside(one)
    undated = _undated(outside, one)
    words = words_for(progress.verdict) if points or undated else NOTHING_MEASURED
    gain = _triple(progress.gain, progress.gain_low, progress.gain_high)
    kept = _triple(progress.retained, progress.retained_low, progress.retained_high)
    pictures, changes = pictures_of(one, points, plan.most, plan.size)
    noise, zones = course.noise, _zones(one, points)
    others = {str(row.get("photo") or "") for row in outside} - {picture.photo for picture in pictures}
    reason = clean(progress.reason or "").replace(" %", f"{GAP}%") if points else without_course(outside)
    lost, improvable = left_out(one.rows, one.load_thumb), remarks(one.rows)
    treated = any(not lane.is_event for lane in course.lanes)
    return SeriesPage(
        anchor=anchor_of(place),
        title=title_of(progress.subject, progress.view, plan.several_subjects),
        verdict=words,
        sentence=sentence_for(words, quantity, gain, kept),
        reason=reason,
        sure=sureness(words, progress.probability),
        figures=_figures(points, quantity, noise),
        course=course,
        pictures=pictures,
        changes=changes,
        left_out=lost,
        remarks=_not_said(improvable, "" if points else reason),
        undated=undated,
        undated_note=outside_note(outside, told=not points),
        undated_thumbs=_thumbs(sorted(others), one.load_thumb),
        numbers=_numbers(one, gain, kept),
        zones=zones,
        zones_note=CUT_ZONES if {zone.name for zone in zones} <= set(CUT) else DRAWN_ZONES,
        answers=answers(
            words,
            quantity,
            gain,
            kept,
            probability=progress.probability,
            treated=treated,
            to_do=(*lost, *improvable),
            photos=len(one.rows),
        ),
        patch_threshold=None if noise is None else threshold_of(noise),
        spot=one.spot,
    )


def _card(one: SeriesInput, several_subjects: bool) -> Card:
    points = points_of(one)
    undated = rows_outside(one)
    value = ""
    if points:
        value = one.quantity.with_interval(points[0].value, points[0].low, points[0].high)
    elif undated:
        value = row_value(undated[0], one)
    picture = card_picture(one, points[0].date if points else None, value) if value else None
    groups = remarks(one.rows) if value else left_out(one.rows)
    return Card(
        title=title_of(one.progress.subject, one.progress.view, several_subjects),
        date=points[0].date if points else None,
        value=value,
        picture=picture,
        remarks=tuple(group.meaning.removeprefix("is ") for group in groups if group.severity != "note"),
    )


def _figures(points: Sequence[Point], quantity: Quantity, noise: float | None) -> tuple[tuple[str, str], ...]:
    if not points:
        return ()
    first, last = points[0], points[-1]
    if len(points) == 1:
        return ((f"{quantity.name}, {day(first.date)}", quantity.with_interval(first.value, first.low, first.high)),)
    change = last.value - first.value
    within = noise is not None and abs(change) < noise
    figures = [
        (f"First, {day(first.date)}", quantity.with_interval(first.value, first.low, first.high)),
        (f"Last, {day(last.date)}", quantity.with_interval(last.value, last.low, last.high)),
        ("Change, first to last", quantity.change(change) + (" (within noise)" if within else "")),
    ]
    if noise is not None:
        figures.append(("Smallest change to be told from noise", quantity.change(noise, signed=False)))
    return tuple(figures)


def _numbers(
    one: SeriesInput,
    gain: tuple[float, float | None, float | None] | None,
    kept: tuple[float, float | None, float | None] | None,
) -> tuple[tuple[str, str], ...]:
    progress, quantity = one.progress, one.quantity
    lines = []
    if gain is not None:
        span = f" ({quantity.interval(gain[1], gain[2])})" if gain[1] is not None and gain[2] is not None else ""
        lines.append(("Gain by treatment, at its peak", quantity.change(gain[0]) + span))
    if kept is not None:
        span = f" ({percent(kept[1])} to {percent(kept[2])})" if kept[1] is not None and kept[2] is not None else ""
        lines.append(("Share of the gain that is left", percent(kept[0]) + span))
    if progress.smallest_detectable_change is not None:
        lines.append(("Smallest detectable change", quantity.change(progress.smallest_detectable_change, signed=False)))
    fractions = [value for row in one.rows if isinstance(value := row.get("region_fraction"), float)]
    if fractions:
        lines.append(("Measured skin, as a share of what was outlined in the first photo", percent(min(fractions))))
    likely = sorted(progress.probability.items(), key=lambda item: (-item[1], item[0]))
    shown = [(VERDICTS[name].badge.lower(), percent(p, 1)) for name, p in likely if name in VERDICTS]
    # A list of noughts tells nothing.
    lines += [(f"Probability: {badge}", text) for badge, text in shown if text != percent(0, 1)]
    return tuple(lines)


def _zones(one: SeriesInput, points: Sequence[Point]) -> tuple[ZoneLine, ...]:
    """Return how parts of the region changed from the first session to the last."""
    if len(points) < 2:
        return ()
    ends = [_zone_means(one.zone_rows, points[place].date) for place in (0, -1)]
    lines = []
    for name, (before, before_sd) in ends[0].items():
        if name not in ends[1]:
            continue
        after, after_sd = ends[1][name]
        # A part varies from session to session at least as much as the whole.
        noise = max(detectable(before_sd, after_sd), one.progress.smallest_detectable_change or 0.0)
        quantity = one.quantity
        within = abs(after - before) < noise
        lines.append(
            ZoneLine(
                clean(name), quantity.value(before), quantity.value(after), quantity.change(after - before), within
            )
        )
    return tuple(lines)


def _zone_means(rows: Iterable[Row], when: date) -> dict[str, tuple[float, float]]:
    """Return coverage of each zone on one day, and how much it varies between sessions with no change."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        value, repeat = row.get("coverage"), row.get("repeat_sd")
        if row.get("date") == when.isoformat() and isinstance(value, float) and isinstance(repeat, float):
            found.setdefault(str(row.get("zone") or ""), []).append((value, repeat))
    # Photos of one day share light and pose, so their noise is not taken to average out.
    return {
        name: (sum(v for v, _ in listed) / len(listed), sum(sd for _, sd in listed) / len(listed))
        for name, listed in found.items()
    }


def _triple(
    value: float | None, low: float | None, high: float | None
) -> tuple[float, float | None, float | None] | None:
    return None if value is None else (value, low, high)


def _flag_names(row: Row) -> list[str]:
    return [name for name in str(row.get("flags") or "").split(";") if name]


def _run_lines(run: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return versions and settings, one line each; the lists of digests stay in run.json."""
    lines = []
    for key, value in run.items():
        if key in ("photos", "tables"):
            lines.append((f"{clean(key)} used".capitalize(), counted(len(value), "file")))
        elif isinstance(value, Mapping):
            lines.append(
                (
                    clean(key).capitalize(),
                    clean(", ".join(f"{name} {'none' if entry is None else entry}" for name, entry in value.items())),
                )
            )
        else:
            text = clean(value)
            lines.append((clean(key).capitalize(), text if len(text) <= 40 else f"{text[:16]}…"))
    return tuple(lines)
