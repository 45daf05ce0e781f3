"""Publish: the tables, the verdicts, the charts, the page for people, and the record of what made them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from hairdensity.columns import COLUMNS, ZONE_COLUMNS, Cell
from hairdensity.drawing import NO_DRAWING, Drawing
from hairdensity.files import write_whole
from hairdensity.followed import verdicts
from hairdensity.keep import Keeper
from hairdensity.leftovers import note_written
from hairdensity.pages import gather, write_pages
from hairdensity.parquet import write_parquet
from hairdensity.preferences import TITLE
from hairdensity.progress import ViewProgress, progress_json
from hairdensity.provenance import describe_run
from hairdensity.remember import write_recipe
from hairdensity.report.answers import without_course
from hairdensity.report.drawn import Charts
from hairdensity.report.export import write_charts
from hairdensity.report.render import template
from hairdensity.report.words import (
    COVERAGE,
    NOTHING_MEASURED,
    VerdictWords,
    clean,
    day,
    quantity_of,
    sentence_for,
    words_for,
)
from hairdensity.rows import MeasuredSeries
from hairdensity.stages import Job
from hairdensity.table import write_rows

Rows = Sequence[dict[str, Cell]]
MOST_TOLD: Final = 3
"""Of photos that make no course, so many are told with their values."""


def make_ready(*, decide: bool) -> None:
    """Load what will be needed, and compile the page, while the photos are measured elsewhere.

    Parameters
    ----------
    decide : bool
        Whether there will be verdicts, which need SciPy.
    """
    template()
    if decide:
        import_module("scipy.special")


def publish(
    job: Job,
    measured: Sequence[MeasuredSeries],
    rows: Rows,
    drawing: Drawing = NO_DRAWING,
    *,
    title: str = TITLE,
    pdf: bool = False,
    parquet: bool = False,
) -> tuple[dict[str, Any], tuple[str, ...], tuple[ViewProgress, ...], tuple[str, ...]]:
    """Write masks, tables, progress.json, charts, report.html and run.json; delete what is left of an earlier run.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    measured : sequence of MeasuredSeries
        Every subject and view.
    rows : sequence of dict
        The table.
    drawing : Drawing
        Masks and maps that are still to be written.
    title : str
        Heading of the page.
    pdf : bool
        Whether to write the page as PDF as well.
    parquet : bool
        Whether to write the tables as Parquet as well.

    Returns
    -------
    progress : dict
        The content of progress.json.
    headlines : tuple of str
        The verdict of each series in a sentence.
    views : tuple of ViewProgress
        The verdict of each series, with its sessions and its fitted course.
    notes : tuple of str
        What a person should know of files that were deleted, a line each.

    Raises
    ------
    OutputError
        If a file cannot be written.
    MissingExtraError
        If a PDF is wanted and its extra is not installed.
    """
    views = verdicts(rows, job.treatments, job.today, Keeper(job.paths.cache), job.run)
    pages = gather(job, measured, views, drawing)
    # Tables only now: who deletes the folder while masks are written still gets them.
    tables = _write_tables(job, measured, rows, parquet)
    progress = progress_json(tuple(views.values()))
    write_whole(job.paths.progress, json.dumps(progress, indent=2) + "\n")
    run = describe_run(job.settings, {str(row["photo"]): str(row["digest"] or "") for row in rows}, job.tables)
    write_whole(job.paths.run, json.dumps(run, indent=2) + "\n")
    written = write_pages(job, pages, views, run, title=title, pdf=pdf)
    charts = write_charts(written.courses, job.paths.charts, Charts(Keeper(job.paths.cache)))
    write_recipe(job, measured, title)
    deleted = note_written(job.paths, {"tables": tables, "pages": written.files, "charts": charts})
    several = len({view.subject for view in views.values()}) > 1
    known = {str(row["view"]) for row in rows}
    return (
        progress,
        tuple(_headline(view, rows, several) for view in views.values() if view.sessions or view.view in known),
        tuple(views.values()),
        tuple(_deleted(deleted, {".pdf": "" if pdf else "--pdf", ".parquet": "" if parquet else "--format parquet"})),
    )


def _deleted(files: Sequence[str], again_by: Mapping[str, str]) -> Iterator[str]:
    """Say which files of an earlier run are gone that an option, by their ending, would have written again."""
    for ending, option in again_by.items():
        if some := [name for name in files if option and name.endswith(ending)]:
            others, them = (" and others", "them") if some[1:] else ("", "it")
            yield f"{some[0]}{others}: deleted, as of an earlier run; {option} writes {them} again."


def _write_tables(job: Job, measured: Sequence[MeasuredSeries], rows: Rows, parquet: bool) -> tuple[Path, ...]:
    """Write the tables; return those that not every run writes."""
    zone_rows = [row for one in measured for row in one.zone_rows]
    write_rows(job.paths.measurements, rows)
    write_rows(job.paths.zones, zone_rows, ZONE_COLUMNS)
    if not parquet:
        return ()
    write_parquet(job.paths.measurements_parquet, rows, COLUMNS)
    write_parquet(job.paths.zones_parquet, zone_rows, ZONE_COLUMNS)
    return job.paths.measurements_parquet, job.paths.zones_parquet


def headline_parts(view: ViewProgress, rows: Rows, several: bool) -> tuple[str, VerdictWords, str]:
    """Return the title of a series, the words of its verdict, and what that means in a few sentences.

    Parameters
    ----------
    view : ViewProgress
        The verdict.
    rows : sequence of dict
        The table; rows of other series are passed over.
    several : bool
        Whether there are several subjects, so that the title must name this one.
    """
    title = f"{view.subject}/{view.view}" if several else view.view
    words = words_for(view.verdict)
    if not view.sessions:
        own = [row for row in rows if (row["subject"], row["view"]) == (view.subject, view.view)]
        outside = [row for row in own if row["status"] == "measured"]
        text = f"{without_course(outside)} {_levels(outside)}".strip()
        return title, words if outside else NOTHING_MEASURED, text or NOTHING_MEASURED.sentence
    gain = None if view.gain is None else (view.gain, view.gain_low, view.gain_high)
    kept = None if view.retained is None else (view.retained, view.retained_low, view.retained_high)
    parts = (sentence_for(words, quantity_of(view.view), gain, kept), view.reason, _ends(view))
    return title, words, " ".join(filter(None, parts))


def _levels(rows: Rows) -> str:
    """Return the values of photos that make no course, the first few of them."""
    told = []
    for row in rows:
        value, low, high = (_number(row[name]) for name in ("coverage", "coverage_low", "coverage_high"))
        if value is not None:
            told.append(f"{clean(row['photo'])}: {COVERAGE.with_interval(value, low, high)}")
    return f"{', '.join(told[:MOST_TOLD])}{', and so on' if told[MOST_TOLD:] else ''}." if told else ""


def _ends(view: ViewProgress) -> str:
    """Return what the first and the last session measured."""
    quantity, (first, *_), last = quantity_of(view.view), view.sessions, view.sessions[-1]
    if first is last:
        return f"{quantity.name} on {day(first.date)}: {quantity.with_interval(first.value, first.low, first.high)}."
    return f"First session: {quantity.value(first.value)}, last: {quantity.value(last.value)}."


def _number(cell: Cell) -> float | None:
    return cell if isinstance(cell, float) else None


def _headline(view: ViewProgress, rows: Rows, several: bool) -> str:
    title, words, text = headline_parts(view, rows, several)
    return f"{title}: {words.badge}. {text}"
