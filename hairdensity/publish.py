"""Publish: from the table to the verdicts, the charts, the page for people, and the record of what made them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hairdensity.columns import Cell
from hairdensity.files import write_whole
from hairdensity.frames import FrameLoader
from hairdensity.keep import Keeper, file_digest
from hairdensity.preferences import TITLE
from hairdensity.progress import ViewProgress, follow, progress_json, with_value
from hairdensity.provenance import describe_run
from hairdensity.recipe import MACRO
from hairdensity.remember import write_recipe
from hairdensity.report import Lane, ReportData, SeriesInput, build_report
from hairdensity.report.export import write_charts
from hairdensity.report.pdf import write_pdf
from hairdensity.report.render import render_report
from hairdensity.report.words import CLOSE_UPS, VerdictWords, quantity_of, sentence_for, words_for
from hairdensity.series import MeasuredSeries
from hairdensity.spot_map import spot_map
from hairdensity.stages import Job, placer
from hairdensity.treatments import Treatments

Rows = Sequence[dict[str, Cell]]


def publish(
    job: Job, measured: Sequence[MeasuredSeries], rows: Rows, *, title: str = TITLE, pdf: bool = False
) -> tuple[dict[str, Any], tuple[str, ...], tuple[ViewProgress, ...]]:
    """Write progress.json, charts, report.html and run.json.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    measured : sequence of MeasuredSeries
        Every subject and view.
    rows : sequence of dict
        The table.
    title : str
        Heading of the page.
    pdf : bool
        Whether to write the page as PDF as well.

    Returns
    -------
    progress : dict
        The content of progress.json.
    headlines : tuple of str
        The verdict of each series in a sentence.
    views : tuple of ViewProgress
        The verdict of each series, with its sessions and its fitted course.

    Raises
    ------
    OutputError
        If a file cannot be written.
    HairdensityError
        If a PDF is wanted and its extra is not installed; all else is written by then.
    """
    views = verdicts(rows, job.treatments, job.today)
    progress = progress_json(tuple(views.values()))
    write_whole(job.paths.progress, json.dumps(progress, indent=2) + "\n")
    run = describe_run(job.settings, {str(row["photo"]): str(row["digest"] or "") for row in rows}, _table_digests(job))
    write_whole(job.paths.run, json.dumps(run, indent=2) + "\n")
    data = page_data(job, measured, views, run, title)
    write_whole(job.paths.report, render_report(data))
    write_charts(data, job.paths.charts)
    write_recipe(job, measured, title)
    if pdf:
        write_pdf(data, job.paths.report.with_suffix(".pdf"))
    several = len({view.subject for view in views.values()}) > 1
    return progress, tuple(_headline(view, several) for view in views.values()), tuple(views.values())


def verdicts(rows: Rows, treatments: Treatments, today: date) -> dict[tuple[str, str], ViewProgress]:
    """Return the verdict of each subject and view; macro photos of known scale also by hairs per cm2 and thickness.

    Parameters
    ----------
    rows : sequence of dict
        The table.
    treatments : Treatments
        What was done, and when.
    today : date
        Sessions dated later are left out.
    """
    close = [row for row in rows if row.get("view") == MACRO]
    listed = [*rows, *(row for column in CLOSE_UPS for row in with_value(close, column))]
    return {(view.subject, view.view): view for view in follow(listed, treatments, today)}


def page_data(
    job: Job,
    measured: Sequence[MeasuredSeries],
    views: Mapping[tuple[str, str], ViewProgress],
    run: Mapping[str, Any],
    title: str = TITLE,
) -> ReportData:
    """Return all that the page says.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    measured : sequence of MeasuredSeries
        Every subject and view that is to be shown.
    views : mapping
        The verdict by (subject, view).
    run : mapping
        What made the numbers.
    title : str
        Heading of the page.
    """
    keeper = Keeper(job.paths.cache)
    inputs = []
    for one in measured:
        frames = FrameLoader(one, keeper, job.settings.work_px, placer(job, one.series))
        subject, view = one.series.subject, one.series.view
        inputs.append(
            SeriesInput(
                views[one.series.subject, one.series.view], one.rows, frames,
                load_shown=frames.shown, load_thumb=frames.thumb, zone_rows=one.zone_rows,
                spot=spot_map(one, keeper) if view == MACRO else None,
            )
        )  # fmt: skip
        inputs += [
            SeriesInput(more, (), quantity=quantity)
            for column, quantity in CLOSE_UPS.items()
            if (more := views.get((subject, f"{view}:{column}"))) and more.sessions
        ]
    return build_report(
        inputs, treatments=lanes(job.treatments), run=run, warnings=job.warnings, today=job.today, title=title
    )


def lanes(treatments: Treatments) -> tuple[Lane, ...]:
    """Return treatments and events as the chart draws them."""
    courses = tuple(
        Lane(course.name, days=course.sessions, spans=((course.start, course.until),) if course.start else ())
        for course in treatments.courses
    )
    events = tuple(Lane(event.name, days=(event.date,), is_event=True) for event in treatments.events)
    return courses + events


def headline_parts(view: ViewProgress, several: bool) -> tuple[str, VerdictWords, str]:
    """Return the title of a series, the words of its verdict, and what that means in a few sentences.

    Parameters
    ----------
    view : ViewProgress
        The verdict.
    several : bool
        Whether there are several subjects, so that the title must name this one.
    """
    words = words_for(view.verdict)
    gain = None if view.gain is None else (view.gain, view.gain_low, view.gain_high)
    kept = None if view.retained is None else (view.retained, view.retained_low, view.retained_high)
    title = f"{view.subject}/{view.view}" if several else view.view
    return title, words, f"{sentence_for(words, quantity_of(view.view), gain, kept)} {view.reason}".strip()


def _headline(view: ViewProgress, several: bool) -> str:
    title, words, text = headline_parts(view, several)
    return f"{title}: {words.badge}. {text}"


def _table_digests(job: Job) -> dict[str, str]:
    digests = {}
    for path in job.tables:
        try:
            digests[path.name] = file_digest(path)
        except OSError:
            continue
    return digests
