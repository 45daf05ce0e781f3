"""Treatments: the list of what was done to the head and when, and the events that look like growth but are none.

`treatments.csv` has the columns date, treatment, until, notes, subject. A row without `until` is a session, with it a
course; minoxidil and other things that are used daily go on until the day that is written there, or until now. A row
without `subject` is everybody's.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from hairdensity.errors import TableError, quoted
from hairdensity.tables import Line, Table, parse_date, read_table

TREATMENTS: Final = "treatments.csv"
"""Its name in the photo folder."""
COLUMNS: Final = ("date", "treatment", "until", "notes", "subject")
NEW_COURSE_DAYS: Final = 120
"""Sessions of one kind that lie further apart than this belong to two courses."""


@dataclass(frozen=True, slots=True)
class Course:
    """A run of treatments of one kind.

    Either `sessions` holds days, or `start` is a day and the treatment lasts until `until`.

    Parameters
    ----------
    kind : str
        What it is: microneedling, prp, minoxidil, finasteride, dutasteride, ..., or other.
    name : str
        As the user wrote it the first time.
    sessions : tuple of date
        Days of single sessions, in order; empty for a course with a span.
    start : date or None
        First day of a course with a span.
    until : date or None
        Last day of it; None: still going on.
    continuous : bool
        Whether it is a kind that works only while it is used, such as minoxidil, and not one that gives pulses.
    subject : str
        Whose it is; empty: everybody's.
    notes : tuple of str
        What the user wrote beside it, such as a dose: each once, in order of day.
    """

    kind: str
    name: str
    sessions: tuple[date, ...] = ()
    start: date | None = None
    until: date | None = None
    continuous: bool = False
    subject: str = ""
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> date:
        """First day of treatment."""
        return self.start if self.start is not None else self.sessions[0]

    @property
    def last(self) -> date | None:
        """Last day of treatment; None where it still goes on."""
        return self.until if self.start is not None else self.sessions[-1]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changes what a photo shows, and is no growth.

    Parameters
    ----------
    kind : {"haircut", "camera", "light", "colour", "style"}
        What it is.
    name : str
        As the user wrote it.
    date : date
        The day.
    subject : str
        Whose it is; empty: everybody's.
    notes : tuple of str
        What the user wrote beside it; one at most.
    """

    kind: str
    name: str
    date: date
    subject: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Treatments:
    """All that treatments.csv says.

    Parameters
    ----------
    courses : tuple of Course
        By first day.
    events : tuple of Event
        By day.
    warnings : tuple of str
        What was not understood but does no harm, a line each.
    """

    courses: tuple[Course, ...]
    events: tuple[Event, ...]
    warnings: tuple[str, ...]

    def of(self, subject: str) -> "Treatments":
        """Return what is one person's, or everybody's."""
        return replace(
            self,
            courses=tuple(course for course in self.courses if course.subject in ("", subject)),
            events=tuple(event for event in self.events if event.subject in ("", subject)),
        )

    def by_subject(self, subjects: Iterable[str]) -> "dict[str, Treatments]":
        """Return what `of` returns for each of very many people, in time that does not grow with their square."""
        own: dict[str, tuple[list[Course], list[Event]]] = {name: ([], []) for name in subjects}
        for course in self.courses:
            for name in own if course.subject == "" else (course.subject,):
                if name in own:
                    own[name][0].append(course)
        for event in self.events:
            for name in own if event.subject == "" else (event.subject,):
                if name in own:
                    own[name][1].append(event)
        return {name: replace(self, courses=tuple(c), events=tuple(e)) for name, (c, e) in own.items()}

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the people who are named, in order."""
        named = {course.subject for course in self.courses} | {event.subject for event in self.events}
        return tuple(sorted(named - {""}))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of treatment or event is recognised, and whether it is used daily."""

    name: str
    pattern: str
    continuous: bool = False


_TREATMENTS: Final = (
    _Kind("microneedling", r"needl|derma ?(roll|pen|stamp)|nadel"),
    _Kind("prp", r"\bprp\b|\bprf\b|platelet|plasma|growth factor"),
    _Kind("minoxidil", r"minox|rogaine|regaine|\bmnx\b|loniten", continuous=True),
    _Kind("finasteride", r"finast|propecia|proscar|\bfin\b", continuous=True),
    _Kind("dutasteride", r"dutast|avodart|\bdut\b", continuous=True),
    _Kind("spironolactone", r"spironol|aldactone", continuous=True),
    _Kind("ketoconazole", r"ketocon|nizoral", continuous=True),
    _Kind(
        "light therapy",
        r"\blllt\b|laser|light therapy|red light|low.level|\bled (cap|hat|helmet|band|comb|mask)",
        continuous=True,
    ),
    _Kind("mesotherapy", r"mesother|exosome|polynucleotide|\bpdrn\b"),
    _Kind("transplant", r"transplant|\bfue\b|\bfut\b|graft"),
)
_EVENTS: Final = (
    _Kind("haircut", r"hair ?cut|\bcut\b|trim|barber|shav|buzz|clipp|frisör|friseur|haarschnitt"),
    _Kind("camera", r"camera|phone|lens|kamera|handy|\bapp\b"),
    _Kind("light", r"lamp|light|bulb|\bled\b|flash|\broom\b|window|licht"),
    _Kind("colour", r"colou?r|dye|bleach|highlight|tint|färb|henna"),
    _Kind("style", r"\bperm\b|fib(er|re)|concealer|\bwax\b|\bgel\b|straighten|parting"),
)
_STOP: Final = re.compile(r"\b(stop(ped)?|quit|ended?|discontinued|off(?![- ]label)|abgesetzt)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row, understood."""

    kind: _Kind
    name: str
    day: date
    until: date | None
    stops: bool
    subject: str
    notes: str


def no_treatments() -> Treatments:
    """Return an empty list, for people who were not treated or did not say."""
    return Treatments((), (), ())


def read_treatments(path: Path | str) -> Treatments:
    """Read treatments.csv.

    Parameters
    ----------
    path : Path or str
        Columns date, treatment, until, notes, subject; the last three may be missing.

    Raises
    ------
    TableError
        If it cannot be used: one line with file, line and what to write.
    """
    return treatments_in(read_table(Path(path) if isinstance(path, str) else path, COLUMNS, ("date", "treatment")))


def treatments_in(table: Table) -> Treatments:
    """Return what a table with the columns date, treatment, until, notes and subject says.

    Raises
    ------
    TableError
        If it cannot be used: one line with table, line and what to write.
    """
    entries: list[_Entry] = []
    events: list[Event] = []
    warnings = list(table.warnings)
    for line in table.lines:
        where = f"{table.name}, line {line.number}"
        day, until = _days(line, where)
        name, notes = line.get("treatment"), " ".join(line.get("notes").split())
        if not name:
            raise TableError(f"{where}: names no treatment. Write what it was, such as microneedling or haircut.")
        kinds = [kind for kind in _TREATMENTS if re.search(kind.pattern, name, re.IGNORECASE)]
        event = next((kind for kind in _EVENTS if re.search(kind.pattern, name, re.IGNORECASE)), None)
        if not kinds and event:
            events.append(Event(event.name, name, day, line.get("subject"), _each_once([notes])))
            if until:
                warnings.append(
                    f"{where}: {quoted(name)} is taken as a change of what photos show ({event.name}), which has a day "
                    "and no end; until is not used."
                )
            continue
        if not kinds:
            warnings.append(
                f"{where}: {quoted(name)} is not a treatment that is known here; "
                f"it is taken as {'a course' if until else 'a session'} of some other treatment.{_meant(name)}"
            )
        stops = bool(kinds) and until is None and bool(_STOP.search(name))
        entries += [
            _Entry(kind, name, day, until, stops, line.get("subject"), notes) for kind in kinds or [_Kind("other", "")]
        ]
    courses, more = _courses(entries, table)
    return Treatments(courses, tuple(sorted(events, key=lambda event: (event.date, event.name))), (*warnings, *more))


def _meant(name: str) -> str:
    """Return a question after the name that was misspelt; nothing where none is near."""
    known = [kind.name for kind in (*_TREATMENTS, *_EVENTS)]
    close = difflib.get_close_matches(name.lower(), known, 1, cutoff=0.75)
    return f" Did you mean {close[0]}?" if close else ""


def _days(line: Line, where: str) -> tuple[date, date | None]:
    day = parse_date(line.get("date"), where)
    if day is None:
        raise TableError(f"{where}: has no date. Write the day of the treatment, such as 2026-03-01.")
    until = parse_date(line.get("until"), where)
    if until is not None and until < day:
        raise TableError(f"{where}: ends on {until}, before it begins on {day}. Swap the two, or correct one.")
    return day, until


def _courses(entries: Sequence[_Entry], table: Table) -> tuple[tuple[Course, ...], list[str]]:
    """Group rows into courses: sessions by kind and gap, spans one by one, rows that say stop end the open one."""
    courses: list[Course] = []
    warnings: list[str] = []
    # Other treatments are alike only where they are called alike.
    keys = sorted({_alike(entry) for entry in entries})
    for kind, called, subject in keys:
        rows = sorted(
            (entry for entry in entries if _alike(entry) == (kind, called, subject)),
            key=lambda entry: (entry.day, entry.until or date.max),
        )
        stops = [row.day for row in rows if row.stops]
        sessions = [row for row in rows if not row.stops and row.until is None and not row.kind.continuous]
        courses += _session_courses(sessions)
        spans = [row for row in rows if not row.stops and (row.until is not None or row.kind.continuous)]
        courses += _span_courses(spans, stops)
        warnings += [
            f"{table.name}: {kind} is said to stop on {day}, but no row says that it began."
            for day in stops
            if not any(row.day <= day for row in spans + sessions)
        ]
    return tuple(sorted(courses, key=lambda course: (course.first, course.kind, course.name, course.subject))), warnings


def _alike(entry: _Entry) -> tuple[str, str, str]:
    """Return what rows of one course have in common."""
    return entry.kind.name, entry.name.casefold() if entry.kind.name == "other" else "", entry.subject


def _session_courses(rows: Sequence[_Entry]) -> Iterable[Course]:
    run: list[_Entry] = []
    for row in [*rows, None]:
        if run and (row is None or row.day - run[-1].day > timedelta(days=NEW_COURSE_DAYS)):
            days = tuple(sorted({one.day for one in run}))
            notes = _each_once(one.notes for one in run)
            yield Course(run[0].kind.name, run[0].name, days, subject=run[0].subject, notes=notes)
            run = []
        if row is not None:
            run.append(row)


def _span_courses(rows: Sequence[_Entry], stops: Sequence[date]) -> Iterable[Course]:
    """Yield a course for each span; one that has no end goes on until a stop, another begins, or now."""
    for index, row in enumerate(rows):
        until = row.until
        if until is None:
            later = [other.day for other in rows[index + 1 :] if other.day > row.day]
            ends = [day for day in stops if day >= row.day]
            until = min([*(day - timedelta(days=1) for day in later[:1]), *ends[:1]], default=None)
        notes = _each_once([row.notes])
        yield Course(row.kind.name, row.name, (), row.day, until, row.kind.continuous, row.subject, notes)


def _each_once(notes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, notes)))
