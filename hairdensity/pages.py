"""Pages: the report as files; one page, or for very many people an index and a page for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from hairdensity.files import write_whole
from hairdensity.frames import frames_of
from hairdensity.keep import Keeper
from hairdensity.preferences import TITLE
from hairdensity.progress import ViewProgress
from hairdensity.report import Lane, ReportData, SeriesInput, build_report
from hairdensity.report.course import Course
from hairdensity.report.data import PersonLine
from hairdensity.report.drawn import Charts
from hairdensity.report.export import safe_names
from hairdensity.report.pdf import write_pdf
from hairdensity.report.render import render_report
from hairdensity.report.words import CLOSE_UPS, clean
from hairdensity.rows import MeasuredSeries
from hairdensity.spot_map import spot_map
from hairdensity.stages import Job, observer, placer
from hairdensity.treatments import Treatments
from hairdensity.views import MACRO

MOST_PEOPLE: Final = 8
"""Of more people with a course, each has a page: to hand out, and so that one page does not grow without end."""
OF_THE_RUN: Final = ("photos", "tables")
"""What run.json says of all people's files, and a person's page does not."""

Views = Mapping[tuple[str, str], ViewProgress]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Parameters
    ----------
    files : tuple of Path
        The page, and those it leads to.
    courses : tuple of Course
        What their charts show.
    """

    files: tuple[Path, ...]
    courses: tuple[Course, ...]


def write_pages(
    job: Job,
    measured: Sequence[MeasuredSeries],
    views: Views,
    run: Mapping[str, Any],
    *,
    title: str = TITLE,
    target: Path | None = None,
    pdf: bool = False,
) -> Written:
    """Write the page; where there are more than `MOST_PEOPLE` people, an index and a folder of pages beside it.

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
    target : Path, optional
        The page; default: report.html of the run.
    pdf : bool
        Whether to write each page as PDF as well.

    Raises
    ------
    OutputError
        If a file cannot be written.
    HairdensityError
        If a PDF is wanted and its extra is not installed.
    """
    page = target or job.paths.report
    draw = Charts(Keeper(job.paths.cache))
    by_subject: dict[str, list[MeasuredSeries]] = {}
    for one in measured:
        by_subject.setdefault(one.series.subject, []).append(one)
    followed = [
        subject
        for subject, series in by_subject.items()
        if any(len(views[subject, one.series.view].sessions) > 1 for one in series)
    ]
    if len(followed) <= MOST_PEOPLE:
        data = _data(job, measured, views, run, title)
        return Written(_write(data, page, pdf, draw), tuple(one.course for one in data.series))
    folder = page.with_suffix("")
    files: list[Path] = []
    lines: list[PersonLine] = []
    for subject, name in zip(followed, safe_names([("", subject) for subject in followed]), strict=True):
        own_run = {key: value for key, value in run.items() if key not in OF_THE_RUN}
        own = replace(job, warnings=())  # which may name other people's files
        data = _data(own, by_subject[subject], views, own_run, f"{title}: {clean(subject)}")
        files += _write(data, folder / f"{name}.html", pdf, draw)
        link = f"{quote(folder.name)}/{name}.html"
        lines += [PersonLine(clean(subject), one.title, link, one.verdict, one.course) for one in data.series]
    once = [one for subject, series in by_subject.items() if subject not in followed for one in series]
    rest = _data(job, once, views, run, title, name_subjects=True)
    counts = [row["status"] for one in measured for row in one.rows]
    index = replace(rest, photos=len(counts), measured=counts.count("measured"), people=tuple(lines))
    if page == job.paths.report:
        _remove_others(folder, files)
    courses = (*(line.course for line in lines), *(one.course for one in rest.series))
    return Written((*_write(index, page, pdf, draw), *files), courses)


def lanes(treatments: Treatments) -> tuple[Lane, ...]:
    """Return treatments and events as the chart draws them."""
    courses = tuple(
        Lane(
            course.name,
            days=course.sessions,
            spans=((course.start, course.until),) if course.start else (),
            subject=course.subject,
        )
        for course in treatments.courses
    )
    events = tuple(
        Lane(event.name, days=(event.date,), is_event=True, subject=event.subject) for event in treatments.events
    )
    return courses + events


def _data(
    job: Job,
    measured: Iterable[MeasuredSeries],
    views: Views,
    run: Mapping[str, Any],
    title: str,
    name_subjects: bool | None = None,
) -> ReportData:
    keeper = Keeper(job.paths.cache)
    inputs = []
    for one in measured:
        frames = frames_of(one, keeper, job.settings.work_px, placer(job, one.series), observer(job))
        inputs.append(
            SeriesInput(
                views[one.series.subject, one.series.view], one.rows, frames,
                load_shown=frames.shown, load_thumb=frames.thumb, zone_rows=one.zone_rows,
                spot=spot_map(one, keeper) if one.series.view == MACRO else None,
            )
        )  # fmt: skip
        inputs += [
            SeriesInput(more, (), quantity=quantity)
            for column, quantity in CLOSE_UPS.items()
            if (more := views.get((one.series.subject, f"{one.series.view}:{column}"))) and more.sessions
        ]
    return build_report(
        inputs, treatments=lanes(job.treatments), run=run, warnings=job.warnings, today=job.today, title=title,
        name_subjects=name_subjects,
    )  # fmt: skip


def _write(data: ReportData, page: Path, pdf: bool, draw: Charts) -> tuple[Path, ...]:
    write_whole(page, render_report(data, draw=draw))
    return (page, write_pdf(data, page.with_suffix(".pdf"))) if pdf else (page,)


def _remove_others(folder: Path, wanted: Iterable[Path]) -> None:
    """Delete pages of people who are no longer there."""
    kept = {path.name for path in wanted}
    for path in (*folder.glob("*.html"), *folder.glob("*.pdf")):
        if path.name not in kept:
            path.unlink(missing_ok=True)
