"""The page: one HTML file that opens offline, in which nothing runs but the few lines of script written here.

Names of files, notes and treatments come from strangers. Everything is escaped by the template engine; the only text
that is not are the style sheet, the script and the charts, all of them made by this package. The page's content
security policy allows that style sheet and that script by their digests, pictures inside the page, and nothing else.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hairdensity.report import words
from hairdensity.report.course import MOST_LANES, Course, reaches_beyond
from hairdensity.report.data import PhotoGroup, ReportData, SeriesPage
from hairdensity.report.drawn import DRAW, Charts, prefixes
from hairdensity.report.guide import TOPICS
from hairdensity.report.guide_pictures import drawing
from hairdensity.report.svg import sprite
from hairdensity.spoken import counted

CURVES: Final = {
    "sustained": "M2 11H6C10 11 9 3 13 3H22",
    "temporary": "M2 11H4C8 11 8 3 12 3S16 11 20 11H22",
    "on_treatment": "M2 11H6C11 11 12 8 20 3M15 2.5L20.5 2.5 20 8",
    "declining": "M2 3H5C11 3 12 7 20 11M15 11.5L20.5 11.5 20.5 6",
    "no_change": "M2 7H22",
    "cannot_tell": "M2 7H4M9 7H11M16 7H18M22 7H22.5",
    "more": "M2 11C10 11 12 5 20 3M15 2.5L20.5 2.5 20 8",
    "less": "M2 3C10 3 12 9 20 11M15 11.5L20.5 11.5 20.5 6",
    "alike": "M2 5H22M2 9H22",
    "blind": "M2 7C7 1 17 1 22 7C17 13 7 13 2 7M4 13L20 1",
    "nothing_measured": "M7 2L17 12M17 2L7 12",
}
"""A small drawing for each verdict, so that it is not told by colour alone."""


@dataclass(frozen=True, slots=True)
class _Charts:
    wide: Markup
    narrow: Markup


def render_report(data: ReportData, *, paper: bool = False, draw: Charts = DRAW) -> str:
    """Return the page as one HTML file.

    Parameters
    ----------
    data : ReportData
        What it says, from `build_report`. The same data give the same bytes.
    paper : bool
        Whether it is for a program that makes a PDF of it, to which one drawing cannot lend letters to another.
    draw : Charts
        What draws the charts.
    """
    environment, page = _environment(), template()
    style, script = (_source(environment, name) for name in ("report.css", "report.js"))
    charts, glyphs = _paper_charts(data.series, draw) if paper else _charts(data.series, draw)
    html = page.render(
        data=data,
        paper=paper,
        charts=charts,
        glyphs=glyphs,
        curves=CURVES,
        style=Markup(style),  # noqa: S704 - from this package
        script=Markup(script),  # noqa: S704 - from this package
        policy=_policy(style, script),
        coverage=words.COVERAGE,
        topics=TOPICS,
        titles={topic.name: topic.title for topic in TOPICS},
        drawings={topic.name: Markup(drawing(topic.name)) for topic in TOPICS},  # noqa: S704 - drawn by this package
        most_lanes=MOST_LANES,
        reaches_beyond=reaches_beyond,
    )
    # A file name may hold half a character, which no UTF-8 file can.
    return html.encode("utf-8", "replace").decode("utf-8")


def template() -> Template:
    """Return the page before it is filled, compiled when first asked for."""
    return _environment().get_template("report.html.j2")


@cache
def _environment() -> Environment:
    """Return the template engine: compiling the page takes longer than filling it, and is done once."""
    environment = Environment(
        loader=PackageLoader("hairdensity.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        day=words.day,
        short_day=words.short_day,
        counted=counted,
        percent=words.percent,
        clean=words.clean,
        data_uri=_data_uri,
        said=_said,
        parted=_parted,
        spark=_spark,
    )
    return environment


def _charts(pages: tuple[SeriesPage, ...], draw: Charts) -> tuple[list[_Charts | None], Markup]:
    """Return the charts of all sections that have one, and the letters that they share."""
    charts: list[_Charts | None] = []
    glyphs: dict[str, str] = {}
    for page in pages:
        if len(page.course.points) < 2:
            charts.append(None)
            continue
        at_wide, at_narrow = prefixes(page.anchor)
        wide = draw.svg(page.course, prefix=at_wide)
        narrow = draw.svg(page.course, prefix=at_narrow, narrow=True)
        glyphs.update(wide.glyphs)
        glyphs.update(narrow.glyphs)
        charts.append(_Charts(Markup(wide.text), Markup(narrow.text)))  # noqa: S704 - written as XML, all escaped
    return charts, Markup(sprite(glyphs))  # noqa: S704 - outlines of letters


def _paper_charts(pages: tuple[SeriesPage, ...], draw: Charts) -> tuple[list[_Charts | None], Markup]:
    """Return the charts as pictures that each hold all they need."""
    charts: list[_Charts | None] = []
    for page in pages:
        if len(page.course.points) < 2:
            charts.append(None)
            continue
        lone = draw.svg(page.course, prefix="chart", inline=False).text.encode("utf-8", "replace")
        picture = f'<img src="{_data_uri(lone, "image/svg+xml")}" alt="">'
        charts.append(_Charts(Markup(picture), Markup()))  # noqa: S704 - base64 of a drawing of this package
    return charts, Markup()


def _policy(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")

    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader
    if loader is None:
        raise ValueError("an environment with a loader is needed")
    # Line ends as browsers see them, or the digest would not fit.
    return loader.get_source(environment, name)[0].replace("\r\n", "\n")


def _data_uri(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _parted(text: str) -> tuple[str, str]:
    """Return a value and what stands behind it in brackets, which is shown lighter."""
    main, bracket, rest = text.partition(" (")
    return main, f"({rest}" if bracket else ""


def _spark(course: Course) -> Markup:
    """Return a course as a line small enough for a table: its sessions, and what counts as noise about the first."""
    points = course.points
    noise = course.noise or 0.0
    values = [point.value for point in points] + [points[0].value + sign * noise for sign in (-1, 1)]
    middle, span = (
        (max(values) + min(values)) / 2,
        max(max(values) - min(values), 0.1 / max(1.0, course.quantity.factor / 100)),
    )
    days = max(1, (points[-1].date - points[0].date).days)
    x = [3 + 94 * (point.date - points[0].date).days / days for point in points]
    y = [12 - 20 * (point.value - middle) / span for point in points]
    top, bottom = (12 - 20 * (points[0].value + sign * noise - middle) / span for sign in (1, -1))
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" viewBox="0 0 100 24" width="100" height="24" aria-hidden="true">'
        f'<rect class="f-noise" x="0" y="{top:.1f}" width="100" height="{bottom - top:.1f}" fill-opacity=".25"/>'
        f'<polyline class="s-measured" fill="none" stroke-width="1.8" points="{line}"/>'
        f'<circle class="f-measured" cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="2.4"/></svg>'
    )


def _said(group: PhotoGroup) -> str:
    """Return "each is lit from one side." for a flag; a reason that is a sentence of its own as it is."""
    if not group.meaning[:1].islower():
        return group.meaning
    end = "" if group.meaning.endswith(".") else "."
    return f"{'it' if len(group.photos) == 1 else 'each'} {group.meaning}{end}"
