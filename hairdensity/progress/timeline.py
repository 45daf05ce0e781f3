"""Treatments on the time axis of a series: when each kind was at work, and what else happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np

from hairdensity.treatments import Course, Event

BACKGROUND_WEEKS: Final = 26.0
"""A treatment that began this long before the first session and never changed is part of the level."""
HOLD_WEEKS: Final = 30 / 7
"""A single session works this long; sessions nearer than this are one stretch of treatment."""
MOST_EVENTS: Final = 6
"""So many of each kind have a size of their own in the model; its work grows with the cube of their number."""
LARGE_STEPS: Final = ("camera", "light")
"""Events that move coverage most."""


@dataclass(frozen=True, slots=True)
class Drive:
    """When one kind of treatment was at work, in weeks from the first session.

    Parameters
    ----------
    kind, name : str
        As in `Course`.
    on : tuple of (float, float)
        Stretches in which it works, apart from each other, in order; the last may end at infinity. A single session
        works for `HOLD_WEEKS`, so that a stretch may end later than treatment.
    ended : tuple of float
        Last day of treatment of each stretch.
    start, stop : float
        First and last day of treatment; `stop` is infinite where it goes on at the last session.
    continuous : bool
        Whether it is used daily.
    """

    kind: str
    name: str
    on: tuple[tuple[float, float], ...]
    ended: tuple[float, ...]
    start: float
    stop: float
    continuous: bool


def drives_of(courses: Sequence[Course], first: date, end: float) -> tuple[tuple[Drive, ...], tuple[str, ...]]:
    """Return the treatments whose effect can be seen, and the names of those that went on all the time."""
    drives: list[Drive] = []
    background: list[str] = []
    for kind in sorted({(course.kind, course.name if course.kind == "other" else "") for course in courses}):
        of_kind = [c for c in courses if (c.kind, c.name if c.kind == "other" else "") == kind]
        on, ended = _stretches(of_kind, first)
        start, stop = on[0][0], max(ended)
        if start >= end or stop < -BACKGROUND_WEEKS:
            continue
        if stop >= end or (of_kind[-1].sessions and end - stop <= _next_due(of_kind[-1].sessions)):
            stop = np.inf
        if start < -BACKGROUND_WEEKS and len(on) == 1 and np.isinf(stop):
            background.append(of_kind[0].name)
            continue
        drives.append(Drive(of_kind[0].kind, of_kind[0].name, on, ended, start, stop, of_kind[0].continuous))
    return tuple(sorted(drives, key=lambda drive: (drive.start, drive.kind))), tuple(background)


def _next_due(sessions: Sequence[date]) -> float:
    """Return after how many weeks without a session treatment counts as stopped: the next one is overdue by then."""
    gaps = [(later - earlier).days / 7 for earlier, later in pairwise(sessions)]
    return 1.5 * (float(np.median(gaps)) if gaps else HOLD_WEEKS)


def _stretches(courses: Sequence[Course], first: date) -> tuple[tuple[tuple[float, float], ...], tuple[float, ...]]:
    """Return the stretches in which treatment works, and its last day in each, in weeks."""
    spans: list[tuple[float, float, float]] = []
    for course in courses:
        if course.start is not None:
            begin = (course.start - first).days / 7
            last = np.inf if course.last is None else (course.last - first).days / 7
            spans.append((begin, max(last, begin + 1 / 7), last))
        days = [(day - first).days / 7 for day in course.sessions]
        spans += [(day, day + HOLD_WEEKS, day) for day in days]
    joined: list[tuple[float, float, float]] = []
    for begin, until, last in sorted(spans):
        if joined and begin <= joined[-1][1] + HOLD_WEEKS / 2:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until), max(joined[-1][2], last))
        else:
            joined.append((begin, until, last))
    return tuple((begin, until) for begin, until, _ in joined), tuple(last for _, _, last in joined)


def events_of(
    events: Sequence[Event], first: date, end: float
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Return the weeks of lasting steps, of haircuts, and of further steps that are too many for the model.

    Of many steps, new cameras and lamps are kept before others, and early ones before late ones; of many haircuts, the
    first.
    """
    weeks = [(event.kind, (event.date - first).days / 7) for event in events]
    inside = [(kind, week) for kind, week in weeks if 0 < week <= end]
    steps = [(kind, week) for kind, week in inside if kind != "haircut"]
    largest_first = sorted(steps, key=lambda step: (step[0] not in LARGE_STEPS, step[1]))
    ordered = list(dict.fromkeys(week for _, week in largest_first))
    haircuts = tuple(dict.fromkeys(week for kind, week in inside if kind == "haircut"))
    return tuple(sorted(ordered[:MOST_EVENTS])), haircuts[:MOST_EVENTS], tuple(sorted(ordered[MOST_EVENTS:]))
