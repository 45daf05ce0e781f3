"""Plan: which pictures and charts a page will have, before any of them is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hairdensity.flags import FLAGS
from hairdensity.report.course import Band, Course, Lane, Point
from hairdensity.report.data import SeriesInput
from hairdensity.report.needs import CourseLike
from hairdensity.report.show import CARD_SIZE, photos_shown, pictures_each, rows_outside, size_for
from hairdensity.report.words import COVERAGE, clean, quantity_of

MOST_SINGLE: Final = 3
"""Up to so many series with one session at most have a section each; more of them become cards."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a page will show.

    Parameters
    ----------
    pictures : tuple of (SeriesInput, str, (int, int))
        Series, name of the photo in the table, and size as `LoadShown` takes it.
    courses : tuple of (str, Course)
        Name of the section, and what its chart shows.
    """

    pictures: tuple[tuple[SeriesInput, str, tuple[int, int]], ...]
    courses: tuple[tuple[str, Course], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a page is laid out.

    Parameters
    ----------
    full, as_cards : sequence of SeriesInput
        Series that have a section each, and those that share a table of cards.
    most : int
        So many pictures a section has at most.
    size : (int, int)
        Longer side in pixels, and most bytes, of each.
    several_subjects : bool
        Whether headings name whose scalp it is.
    """

    full: Sequence[SeriesInput]
    as_cards: Sequence[SeriesInput]
    most: int
    size: tuple[int, int]
    several_subjects: bool


def foreseen(
    series: Iterable[SeriesInput],
    *,
    treatments: Sequence[Lane] = (),
    today: date | None = None,
    name_subjects: bool | None = None,
) -> Foreseen:
    """Return what `build_report` and the page's charts will ask for, so that it can be made ready side by side.

    Parameters as in `build_report`.
    """
    plan = plan_of(list(series), name_subjects)
    pictures = [(one, photo, plan.size) for one in plan.full for photo in photos_shown(one, points_of(one), plan.most)]
    pictures += [(one, photo, CARD_SIZE) for one in plan.as_cards for photo in photos_shown(one, points_of(one), 1)]
    courses = [
        (anchor_of(place), course_of(one, plan.several_subjects, treatments, today))
        for place, one in enumerate(plan.full, 1)
        if len(one.progress.sessions) > 1
    ]
    return Foreseen(tuple(pictures), tuple(courses))


def anchor_of(place: int) -> str:
    """Return the name of a section of the page, counted from 1."""
    return f"series-{place}"


def plan_of(inputs: Sequence[SeriesInput], name_subjects: bool | None) -> Plan:
    """Return how a page of these series is laid out; `name_subjects` as in `build_report`."""
    single = [one for one in inputs if len(one.progress.sessions) <= 1 and not rows_outside(one)[1:]]
    as_cards = single if len(single) > MOST_SINGLE else []
    chosen = {id(one) for one in as_cards}
    full = [one for one in inputs if id(one) not in chosen]
    sessions = [len(one.progress.sessions) for one in full]
    most = pictures_each(sessions)
    size = size_for(sum(min(count, most) for count in sessions) + len(as_cards) // 4)
    if name_subjects is None:
        name_subjects = len({one.progress.subject for one in inputs}) > 1
    return Plan(full, as_cards, most, size, name_subjects)


def course_of(one: SeriesInput, several_subjects: bool, treatments: Sequence[Lane], today: date | None) -> Course:
    """Return what the chart of a series shows."""
    progress, quantity = one.progress, one.quantity
    return Course(
        subject=progress.subject,
        view=progress.view,
        title=f"{quantity.name} over time: {title_of(progress.subject, progress.view, several_subjects)}",
        quantity=quantity,
        points=points_of(one),
        band=_band(progress.course),
        lanes=tuple(lane for lane in treatments if lane.subject in ("", progress.subject)),
        noise=progress.smallest_detectable_change,
        today=today,
    )


def points_of(one: SeriesInput) -> tuple[Point, ...]:
    """Return the sessions of a series by date."""
    points = []
    for session in one.progress.sessions:
        known = [FLAGS[name] for name in session.flags if name in FLAGS]
        points.append(
            Point(
                date=session.date,
                value=session.value,
                low=session.low,
                high=session.high,
                photos=session.photos if isinstance(session.photos, int) else len(session.photos),
                remarks=tuple(
                    dict.fromkeys(flag.meaning.removeprefix("is ") for flag in known if flag.severity != "note")
                ),
                warned=any(flag.severity != "note" for flag in known),
            )
        )
    return tuple(sorted(points, key=lambda point: point.date))


def _band(course: CourseLike | None) -> Band | None:
    if course is None or len(course.dates) == 0:
        return None
    untreated = () if course.untreated is None else tuple(float(v) for v in course.untreated)
    mean, low, high = (tuple(float(v) for v in part) for part in (course.mean, course.low, course.high))
    return Band(tuple(course.dates), mean, low, high, untreated)


def title_of(subject: str, view: str, several_subjects: bool) -> str:
    """Return the heading of a series."""
    view = clean(view)
    if (quantity := quantity_of(view)) is not COVERAGE:
        view = f"{view.rpartition(':')[0]}, {quantity.name[:1].lower()}{quantity.name[1:]}"
    shown = view[:1].upper() + view[1:]
    return f"{clean(subject)}: {shown}" if several_subjects else shown or "Scalp"
