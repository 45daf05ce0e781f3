"""Remake: the page of a finished run once more, without its photos: other treatments, names, dates, or a subset."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hairdensity.errors import HairdensityError, quoted
from hairdensity.files import OutPaths
from hairdensity.find import Found, FoundPhoto
from hairdensity.followed import verdicts
from hairdensity.pages import gather, write_pages
from hairdensity.pool import Here
from hairdensity.regions import outlined
from hairdensity.remember import remembered
from hairdensity.series import group
from hairdensity.stages import Job, measure_one
from hairdensity.tables import parse_date, read_table
from hairdensity.treatments import read_treatments


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
        Days by photo, where they are other than those of the run.
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

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    HairdensityError
        If there is no finished run, nothing or nobody that is wanted, or a file cannot be written.
    """
    wanted = wanted or Wanted()
    paths = OutPaths(out)
    kept = remembered(paths)
    photos = [
        (changed, observation, entry)
        for found, observation, entry in kept.photos
        if (changed := _as_wanted(found, wanted)) is not None
    ]
    unknown = sorted(set(wanted.names or {}) - {found.subject for found, _, _ in kept.photos})
    if unknown:
        raise HairdensityError(f"{out}: nobody is called {quoted(unknown[0])} there.")
    if not photos:
        raise HairdensityError(f"{out}: has no photo of what was asked for. Check subject, view and days.")
    dates = read_treatments(treatments) if treatments else kept.treatments
    job = Job(
        paths, Found(tuple(found for found, _, _ in photos), ()), dates, kept.drawn, (), kept.settings, Here(1), False,
        kept.today, (*kept.warnings, *(dates.warnings if treatments else ())),
    )  # fmt: skip
    measured = tuple(measure_one(job, one, keep=False) for one in group(photos, outlined(kept.drawn), kept.today))
    rows = [row for one in measured for row in one.rows]
    views = verdicts(rows, dates, kept.today)
    heading = wanted.title or kept.title
    pages = gather(job, measured, views)
    return write_pages(job, pages, views, kept.run, title=heading, target=page, pdf=pdf).files


def _as_wanted(found: FoundPhoto, wanted: Wanted) -> FoundPhoto | None:
    if (wanted.subjects and found.subject not in wanted.subjects) or (wanted.views and found.view not in wanted.views):
        return None
    day = (wanted.dates or {}).get(found.name, found.date)
    if (wanted.since or wanted.until) and day is None:
        return None
    if day and ((wanted.since and day < wanted.since) or (wanted.until and day > wanted.until)):
        return None
    return replace(found, date=day, subject=(wanted.names or {}).get(found.subject, found.subject))
