"""What a chart shows: sessions, the fitted course, treatments and events."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from hairdensity.report.words import Quantity

FLATTENED: Final = 1.6
"""Where intervals of the level would need so many times the height of all else, they reach beyond the chart."""
MOST_LANES: Final = 6
"""Treatments and events that a chart shows."""


@dataclass(frozen=True, slots=True)
class Point:
    """One session.

    Parameters
    ----------
    date : date
        The day.
    value, low, high : float
        The value and its 95 % interval.
    photos : int
        Photos that it was measured from.
    remarks : tuple of str
        What its photos were warned of, in words; a point with a warning is drawn hollow.
    warned : bool
        Whether any of its flags is a warning.
    """

    date: date
    value: float
    low: float
    high: float
    photos: int
    remarks: tuple[str, ...] = ()
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A fitted course: one value a date, all of the same length; `untreated` is empty where it is not known."""

    dates: tuple[date, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    untreated: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One treatment, or one kind of event, on the time axis.

    Parameters
    ----------
    name : str
        As the user wrote it.
    spans : tuple of (date, date or None)
        From, until; None: still going on.
    days : tuple of date
        Single sessions.
    is_event : bool
        A haircut or another camera: no treatment.
    subject : str
        Whose it is; empty: everybody's.
    notes : tuple of str
        What the user wrote beside it, such as a dose.
    """

    name: str
    spans: tuple[tuple[date, date | None], ...] = ()
    days: tuple[date, ...] = ()
    is_event: bool = False
    subject: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """What a chart shows.

    Parameters
    ----------
    subject, view : str
        As in the table.
    title : str
        What the chart is called.
    quantity : Quantity
        What the values are.
    points : tuple of Point
        By date.
    band : Band or None
        The fitted course.
    lanes : tuple of Lane
        Treatments and events.
    noise : float or None
        Smallest detectable change, drawn around the first point.
    today : date or None
        How far treatment that still goes on is drawn; marked where a point lies beyond it.
    """

    subject: str
    view: str
    title: str
    quantity: Quantity
    points: tuple[Point, ...]
    band: Band | None = None
    lanes: tuple[Lane, ...] = ()
    noise: float | None = None
    today: date | None = None


def reaches_beyond(course: Course) -> bool:
    """Whether intervals of the level reach beyond the chart, which is fitted to what differs between sessions."""
    whole, shown = ranges(course)
    return whole != shown


def ranges(course: Course) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return what all intervals would need, and what is shown: the same, unless that would flatten the course."""
    levels = [value for point in course.points for value in (point.low, point.high)]
    values = [point.value for point in course.points]
    if course.band:
        values += [*course.band.low, *course.band.high, *course.band.untreated]
    if course.noise is not None and course.points:
        values += [course.points[0].value + sign * course.noise for sign in (-1, 1)]
        scatter = course.noise / math.sqrt(2)
        values += [point.value + sign * scatter for point in course.points for sign in (-1, 1)]
    whole = (min(levels + values, default=0.0), max(levels + values, default=1.0))
    part = (min(values, default=0.0), max(values, default=1.0))
    flattened = course.noise is not None and whole[1] - whole[0] > FLATTENED * (part[1] - part[0])
    return whole, part if flattened else whole
