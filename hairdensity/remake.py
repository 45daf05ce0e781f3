"""Remake: the page of a finished run once more, without its photos: other treatments, names, dates, or a subset."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from hairdensity.errors import HairdensityError, quoted
from hairdensity.files import OutPaths
from hairdensity.find import Found, FoundPhoto, means
from hairdensity.followed import verdicts
from hairdensity.leftovers import note_written
from hairdensity.named import with_other_day
from hairdensity.pages import OF_THE_RUN, gather, write_pages
from hairdensity.pool import Here
from hairdensity.regions import outlined
from hairdensity.remember import remembered
from hairdensity.report.pdf import require_pdf
from hairdensity.series import group
from hairdensity.stages import Job, measure_one
from hairdensity.tables import parse_date, read_table
from hairdensity.treatments import Treatments, read_treatments


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is to show.

    Parameters
    ----------
    subjects, views : collection of str
        Only these; empty: all.
    since, until : date or None
        Only photos of these days.
    names : mapping
        Subjects by the name they are to have on the page.
    dates : mapping
        Days by photo, where they are other than those of the run. They then stand in the photo's name too.
    title : str or None
        Heading of the page; None: that of the run.
    """

    subjects: Collection[str] = ()
    views: Collection[str] = ()
    since: date | None = None
    until: date | None = None
    names: Mapping[str, str] | None = None
    dates: Mapping[str, date] | None = None
    title: str | None = None


def read_dates(path: Path) -> dict[str, date]:
    """Read days by photo from a table with the columns photo and date, such as photos.csv.

    Raises
    ------
    TableError
        If it cannot be used.
    """
    table = read_table(path, ("photo", "date", "view", "subject", "notes", "px_per_mm"), ("photo", "date"))
    days = {
        line.get("photo"): parse_date(line.get("date"), f"{table.name}, line {line.number}") for line in table.lines
    }
    return {photo: day for photo, day in days.items() if day}


def remake(
    out: Path,
    page: Path | None = None,
    *,
    wanted: Wanted | None = None,
    treatments: Path | None = None,
    pdf: bool = False,
    tell: Callable[[str], None] = lambda _line: None,
) -> tuple[Path, ...]:
    """Make the page of a finished run once more, from what was kept of it.

    Parameters
    ----------
    out : Path
        Folder that `hairdensity analyze` wrote to.
    page : Path, optional
        File to write; default: report.html in that folder.
    wanted : Wanted, optional
        What it is to show; default: all of it.
    treatments : Path, optional
        Treatment dates; default: those of the run.
    pdf : bool
        Whether to write the same as PDF beside it.
    tell : callable
        Told what a person should know, a line each.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    HairdensityError
        If there is no finished run, nothing or nobody that is wanted, or a file cannot be written.
    """
    if pdf:
        require_pdf()
    wanted = wanted or Wanted()
    names = wanted.names or {}
    paths = OutPaths(out)
    kept = remembered(paths)
    wanted = replace(wanted, dates=_days([found for found, _, _ in kept.photos], wanted.dates or {}, tell))
    shown = _shown_names((found for found, _, _ in kept.photos), names, wanted.dates or {})
    photos = [
        (replace(changed, name=shown[found.name]), observation, entry)
        for found, observation, entry in kept.photos
        if (changed := _as_wanted(found, wanted)) is not None
    ]
    unknown = sorted(set(names) - {found.subject for found, _, _ in kept.photos})
    if unknown:
        raise HairdensityError(f"{out}: nobody is called {quoted(unknown[0])} there.")
    if not photos:
        raise HairdensityError(f"{out}: has no photo of what was asked for. Check subject, view and days.")
    dates = _renamed(read_treatments(treatments) if treatments else kept.treatments, names)
    drawn = {shown.get(name, name): outlines for name, outlines in kept.drawn.items()}
    # Handed out, a page tells of those on it: warnings of the run may name other people's files.
    private = bool(wanted.subjects or names or wanted.dates)
    warnings = () if private else (*kept.warnings, *(dates.warnings if treatments else ()))
    run = {key: value for key, value in kept.run.items() if not private or key not in OF_THE_RUN}
    job = Job(
        paths, Found(tuple(found for found, _, _ in photos), ()), dates, drawn, {}, kept.settings, Here(1), False,
        kept.today, warnings,
    )  # fmt: skip
    measured = tuple(measure_one(job, one, keep=False) for one in group(photos, outlined(drawn), kept.today))
    rows = [row for one in measured for row in one.rows]
    views = verdicts(rows, dates, kept.today)
    heading = wanted.title or kept.title
    pages = gather(job, measured, views)
    files = write_pages(job, pages, views, run, title=heading, target=page, pdf=pdf).files
    if page is None:
        subset = any((wanted.subjects, wanted.views, wanted.since, wanted.until))
        note_written(paths, {"pages": files}, delete=not subset)
    return files


def _renamed(dates: Treatments, names: Mapping[str, str]) -> Treatments:
    """Return treatments with the names that people are to have."""
    return replace(
        dates,
        courses=tuple(replace(one, subject=names.get(one.subject, one.subject)) for one in dates.courses),
        events=tuple(replace(one, subject=names.get(one.subject, one.subject)) for one in dates.events),
    )


def _days(photos: Sequence[FoundPhoto], said: Mapping[str, date], tell: Callable[[str], None]) -> dict[str, date]:
    """Return the days that are other than those of the run, by the names that photos have."""
    days = {found.name: found.date for found in photos}
    meant = means(days)
    for name in said:
        if not meant(name):
            tell(f"There is no photo {quoted(name)}: its date is not used.")
    return {name: day for called, day in said.items() if (name := meant(called)) and days[name] != day}


def _shown_names(
    photos: Iterable[FoundPhoto], names: Mapping[str, str], dates: Mapping[str, date] = MappingProxyType({})
) -> dict[str, str]:
    """Return by photo how the page calls it: with the new name of the person, and the new day, where it has the old."""
    shown: dict[str, str] = {}
    taken: set[str] = set()
    for found in photos:
        name = found.name
        if found.subject in names:
            new = names[found.subject].replace("/", " ")
            # Not within a word; and a bare number in a name is rather a count or a day.
            old = re.compile(rf"(?<![^\W_]){re.escape(found.subject)}(?![^\W_])", re.IGNORECASE)
            *folders, file = name.split("/")
            changed = [new if part == found.subject else part for part in folders] + [file]
            if not found.subject.isdigit():
                changed = [new.join(old.split(part)) for part in changed]
            name = "/".join(changed)
        if found.name in dates:
            name = with_other_day(name, dates[found.name])
        while name in taken:
            name += "'"
        taken.add(name)
        shown[found.name] = name
    return shown


def _as_wanted(found: FoundPhoto, wanted: Wanted) -> FoundPhoto | None:
    if (wanted.subjects and found.subject not in wanted.subjects) or (wanted.views and found.view not in wanted.views):
        return None
    day = (wanted.dates or {}).get(found.name, found.date)
    if (wanted.since or wanted.until) and day is None:
        return None
    if day and ((wanted.since and day < wanted.since) or (wanted.until and day > wanted.until)):
        return None
    return replace(found, date=day, subject=(wanted.names or {}).get(found.subject, found.subject))
