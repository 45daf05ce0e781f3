"""Pages: the report as files; one page, or for very many people an index and a page for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from hairdensity.drawing import NO_DRAWING, Drawing, begin_drawing, note_drawn
from hairdensity.files import write_whole
from hairdensity.find import Found
from hairdensity.frames import FrameLoader, PictureTask, frames_of, run_picture
from hairdensity.keep import Keeper
from hairdensity.pool import Crashed, Here
from hairdensity.preferences import TITLE
from hairdensity.progress import ViewProgress
from hairdensity.report import Lane, ReportData, SeriesInput, build_report
from hairdensity.report.course import Course
from hairdensity.report.data import PersonLine
from hairdensity.report.drawn import Charts, ChartTask, chart_tasks, run_chart
from hairdensity.report.export import safe_names
from hairdensity.report.pdf import write_pdf
from hairdensity.report.plan import Foreseen, foreseen
from hairdensity.report.render import render_report
from hairdensity.report.words import CLOSE_UPS, clean
from hairdensity.rows import MeasuredSeries
from hairdensity.spot_map import spot_map
from hairdensity.stages import Job, observer, placer
from hairdensity.tasks import DrawTask, run_draw
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


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the page, or the pages, will be made of.

    Parameters
    ----------
    by_subject : mapping of str to list of MeasuredSeries
        Everything of each person.
    followed : tuple of str
        Those with a course.
    inputs : tuple of SeriesInput
        What a page of all of them shows; empty where each has a page.
    """

    by_subject: Mapping[str, Sequence[MeasuredSeries]]
    followed: tuple[str, ...]
    inputs: tuple[SeriesInput, ...]


def gather(job: Job, measured: Sequence[MeasuredSeries], views: Views, drawing: Drawing = NO_DRAWING) -> Gathered:
    """Make the charts and pictures of a page, and the masks beside them, so that no worker waits.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    measured : sequence of MeasuredSeries
        Every subject and view that is to be shown.
    views : mapping
        The verdict by (subject, view).
    drawing : Drawing
        The masks.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    # Of each person first what there is a course of.
    measured = sorted(measured, key=lambda one: len(views[one.series.subject, one.series.view].sessions) < 2)
    by_subject: dict[str, list[MeasuredSeries]] = {}
    for one in measured:
        by_subject.setdefault(one.series.subject, []).append(one)
    followed = tuple(
        subject
        for subject, series in by_subject.items()
        if any(len(views[subject, one.series.view].sessions) > 1 for one in series)
    )
    if len(followed) <= MOST_PEOPLE:
        return Gathered(by_subject, followed, _inputs(job, measured, views, drawing=drawing))
    _make_ahead(job, (), drawing, ())
    return Gathered(by_subject, followed, ())


def write_pages(
    job: Job,
    gathered: Gathered,
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
    gathered : Gathered
        What is to be shown.
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
    MissingExtraError
        If a PDF is wanted and its extra is not installed.
    """
    page, by_subject, followed = target or job.paths.report, gathered.by_subject, gathered.followed
    if len(followed) <= MOST_PEOPLE:
        data = _data(job, gathered.inputs, run, title)
        return Written(_write(job, data, page, pdf), tuple(one.course for one in data.series))
    folder = page.with_suffix("")
    files: list[Path] = []
    lines: list[PersonLine] = []
    tasks = _person_tasks(job, {subject: by_subject[subject] for subject in followed}, views, run, title, folder, pdf)
    made: dict[int, tuple[tuple[Path, ...], tuple[PersonLine, ...]]] = {}
    for which, result in job.run(run_person, tasks):
        # A worker that died, for want of memory perhaps, is no reason to be without a page.
        made[which] = run_person(tasks[which]) if isinstance(result, Crashed) else result
    for which in range(len(tasks)):
        files += made[which][0]
        lines += made[which][1]
    once = [one for subject, series in by_subject.items() if subject not in followed for one in series]
    rest = _data(job, _inputs(job, once, views, name_subjects=True), run, title, name_subjects=True)
    counts = [row["status"] for series in by_subject.values() for one in series for row in one.rows]
    index = replace(rest, photos=len(counts), measured=counts.count("measured"), people=tuple(lines))
    courses = (*(line.course for line in lines), *(one.course for one in rest.series))
    return Written((*_write(job, index, page, pdf), *files), courses)


@dataclass(frozen=True, slots=True)
class PersonTask:
    """Write the page of one person.

    Parameters
    ----------
    job : Job
        The inputs of the run, as far as they concern this person.
    measured : tuple of MeasuredSeries
        Everything of this person.
    views : mapping
        The verdicts on it.
    run : mapping
        What made the numbers.
    title : str
        Heading of the page.
    page : Path
        The file.
    pdf : bool
        Whether to write it as PDF as well.
    """

    job: Job
    measured: tuple[MeasuredSeries, ...]
    views: Views
    run: Mapping[str, Any]
    title: str
    page: Path
    pdf: bool


def run_person(task: PersonTask) -> tuple[tuple[Path, ...], tuple[PersonLine, ...]]:
    """Write the page of one person; return the files, and what the index says of it."""
    data = _data(task.job, _inputs(task.job, task.measured, task.views), task.run, task.title)
    files = _write(task.job, data, task.page, task.pdf)
    draw = _charts(task.job)
    for one in data.series:
        if len(one.course.points) > 1:
            draw.png(one.course)  # which is a file of its own later
    link = f"{quote(task.page.parent.name)}/{task.page.name}"
    who = clean(task.measured[0].series.subject)
    return files, tuple(PersonLine(who, one.title, link, one.verdict, one.course) for one in data.series)


def _person_tasks(
    job: Job,
    people: Mapping[str, Sequence[MeasuredSeries]],
    views: Views,
    run: Mapping[str, Any],
    title: str,
    folder: Path,
    pdf: bool,
) -> list[PersonTask]:
    own_views: dict[str, dict[tuple[str, str], ViewProgress]] = {}
    for place, view in views.items():
        own_views.setdefault(place[0], {})[place] = view
    own_dates = job.treatments.by_subject(set(people))
    own_run = {key: value for key, value in run.items() if key not in OF_THE_RUN}
    names = safe_names([("", subject) for subject in people])
    tasks = []
    for (subject, series), name in zip(people.items(), names, strict=True):
        photos = [member.found.name for one in series for member in one.series.members]
        drawn = {photo: job.drawn[photo] for photo in photos if photo in job.drawn}
        # Warnings of the run may name other people's files.
        own = replace(
            job,
            found=Found((), ()),
            treatments=replace(own_dates[subject], warnings=()),
            drawn=drawn,
            tables={},
            run=Here(1),
            warnings=(),
        )
        heading = f"{title}: {clean(subject)}"
        tasks.append(PersonTask(own, tuple(series), own_views[subject], own_run, heading, folder / f"{name}.html", pdf))
    return tasks


def _charts(job: Job) -> Charts:
    return Charts(Keeper(job.paths.cache))


def lanes(treatments: Treatments) -> tuple[Lane, ...]:
    """Return treatments and events as the chart draws them."""
    courses = tuple(
        Lane(
            course.name,
            days=course.sessions,
            spans=((course.start, course.until),) if course.start else (),
            subject=course.subject,
            notes=course.notes,
        )
        for course in treatments.courses
    )
    events = tuple(
        Lane(event.name, days=(event.date,), is_event=True, subject=event.subject, notes=event.notes)
        for event in treatments.events
    )
    return courses + events


def _inputs(
    job: Job,
    measured: Iterable[MeasuredSeries],
    views: Views,
    name_subjects: bool | None = None,
    drawing: Drawing = NO_DRAWING,
) -> tuple[SeriesInput, ...]:
    """Return what a page shows, its charts and pictures made, and the masks beside them."""
    keeper = Keeper(job.paths.cache)
    inputs: list[SeriesInput] = []
    loaders: dict[int, FrameLoader] = {}
    for one in measured:
        frames = frames_of(one, keeper, job.settings.work_px, placer(job, one.series), observer(job))
        loaders[len(inputs)] = frames
        inputs.append(
            SeriesInput(
                views[one.series.subject, one.series.view], one.rows,
                load_shown=frames.shown, load_thumb=frames.thumb, zone_rows=one.zone_rows,
                spot=spot_map(one, keeper) if one.series.view == MACRO else None,
            )
        )  # fmt: skip
        inputs += [
            SeriesInput(more, (), quantity=quantity)
            for column, quantity in CLOSE_UPS.items()
            if (more := views.get((one.series.subject, f"{one.series.view}:{column}"))) and more.sessions
        ]
    ahead = foreseen(inputs, treatments=lanes(job.treatments), today=job.today, name_subjects=name_subjects)
    pictures = _picture_tasks(keeper, ahead, {id(inputs[place]): frames for place, frames in loaders.items()})
    _make_ahead(job, chart_tasks(_charts(job), ahead.courses), drawing, pictures)
    return tuple(inputs)


def _data(
    job: Job, inputs: Iterable[SeriesInput], run: Mapping[str, Any], title: str, name_subjects: bool | None = None
) -> ReportData:
    return build_report(
        inputs, treatments=lanes(job.treatments), run=run, warnings=job.warnings, today=job.today, title=title,
        name_subjects=name_subjects,
    )  # fmt: skip


def _picture_tasks(keeper: Keeper, ahead: Foreseen, loaders: Mapping[int, FrameLoader]) -> list[PictureTask]:
    """Return how the pictures of a page are made that are not kept."""
    return [
        task
        for one, photo, size in ahead.pictures
        if id(one) in loaders and (task := loaders[id(one)].task(photo, *size)) and not keeper.has(task.entry)
    ]


def _make_ahead(job: Job, charts: Sequence[ChartTask], drawing: Drawing, pictures: Sequence[PictureTask]) -> None:
    """Make all where the work is done, side by side; it is then read as kept. Charts first: they take longest."""
    tasks: list[ChartTask | DrawTask | PictureTask] = [*charts, *drawing.tasks, *pictures]
    begin_drawing(job.paths, drawing)
    drawing.told(0)
    drawn, failed = 0, set()
    for which, result in job.run(_make, tasks):
        if isinstance(tasks[which], DrawTask):
            drawn += 1
            drawing.told(drawn)
            if isinstance(result, Crashed):
                failed.add(drawing.photos[which - len(charts)])
    note_drawn(job.paths, drawing, failed)


def _make(task: ChartTask | DrawTask | PictureTask) -> bool:
    match task:
        case ChartTask():
            return run_chart(task)
        case DrawTask():
            return run_draw(task)
        case PictureTask():
            return run_picture(task)


def _write(job: Job, data: ReportData, page: Path, pdf: bool) -> tuple[Path, ...]:
    write_whole(page, render_report(data, draw=_charts(job)))
    return (page, write_pdf(data, page.with_suffix(".pdf"))) if pdf else (page,)
