"""The chart of a course: sessions with their intervals, what was fitted, when treatment was, and what counts as noise.

Text is drawn as outlines, so that it looks alike everywhere; a title and a description say the same in words.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import matplotlib
from matplotlib import dates
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hairdensity.report import svg
from hairdensity.report.chart_lanes import draw_lanes, lanes_inches, lanes_share
from hairdensity.report.chart_marks import draw_band, draw_beyond, draw_noise, draw_points, draw_today
from hairdensity.report.colours import CLASSES, GRID, INK, MUTED, PAPER
from hairdensity.report.course import Course, ranges
from hairdensity.report.words import MINUS, day, joined
from hairdensity.spoken import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Matplotlib has no types for its dates.
mdates: Any = dates

WIDE: Final = (7.6, 4.0)
NARROW: Final = (3.5, 4.3)
"""Inches; at 100 pixels an inch the letters of the narrow one are readable on a phone without zooming."""
_SHORT_UNIT: Final = 3
"""Letters of a unit that has room beside every tick; a longer one stands in the heading alone."""
_RC: Final[dict[Any, Any]] = {
    "svg.fonttype": "path", "svg.hashsalt": "hairdensity", "font.family": ["DejaVu Sans"], "font.size": 9.0,
    "text.parse_math": False, "axes.unicode_minus": True, "path.simplify": True, "figure.dpi": 100.0,
}  # fmt: skip


def draw_course(ax: "Axes", course: Course, *, narrow: bool = False, legend: bool = True) -> None:
    """Draw a course into axes of any figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    course : Course
        What to draw.
    narrow : bool
        Whether the figure is as wide as a phone.
    legend : bool
        Whether to explain the signs above the axes.
    """
    handles = [*draw_noise(ax, course), *draw_band(ax, course), *draw_points(ax, course)]
    first, last = _span(course)
    ax.set_xlim(mdates.date2num(first), mdates.date2num(last))
    _limit_values(ax, course)
    draw_lanes(ax, course, last)
    draw_beyond(ax, course)
    draw_today(ax, course)
    _style(ax, course, narrow)
    if legend and handles:
        ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(-0.005, 1.005), ncols=1 if narrow else 2,
            frameon=False, fontsize=8.5, labelcolor=INK, borderaxespad=0.2, handlelength=2.2, labelspacing=0.35,
        )  # fmt: skip


def figure_of(course: Course, *, narrow: bool = False) -> Figure:
    """Return a figure of its own that holds the chart of a course."""
    width, height = NARROW if narrow else WIDE
    height += lanes_inches(course)
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    entries = _legend_entries(course)
    legend_inches = 0.2 + 0.17 * (entries if narrow else (entries + 1) // 2)
    left = 0.52
    axes = figure.add_axes(
        (left / width, 0.42 / height, 1 - (left + 0.14) / width, 1 - (0.42 + legend_inches) / height)
    )
    draw_course(axes, course, narrow=narrow)
    return figure


def _legend_entries(course: Course) -> int:
    """Return how many signs the legend explains, before anything is drawn."""
    band = course.band is not None
    untreated = course.band is not None and bool(course.band.untreated)
    kinds = len({point.warned for point in course.points})
    return (course.noise is not None) + band + untreated + kinds


def course_svg(course: Course, *, prefix: str, narrow: bool = False, inline: bool = True) -> svg.Svg:
    """Return the chart of a course as SVG, the same bytes for the same course.

    Parameters
    ----------
    course : Course
        What to draw.
    prefix : str
        Letters and digits; makes ids unlike those of other charts on the page.
    narrow : bool
        Whether it is for a phone.
    inline : bool
        Whether it goes into a page or stands alone.
    """
    return fitted(raw_svg(course, narrow=narrow), course, prefix=prefix, inline=inline)


def raw_svg(course: Course, *, narrow: bool = False) -> str:
    """Return the chart of a course as Matplotlib writes it; see `fitted`."""
    raw = io.StringIO()
    with _settings():
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure_of(course, narrow=narrow).savefig(raw, format="svg", metadata=nothing)
    return raw.getvalue()


def fitted(raw: str, course: Course, *, prefix: str, inline: bool = True) -> svg.Svg:
    """Return what `raw_svg` drew made fit for a page, or for a file of its own; parameters as in `course_svg`."""
    return svg.tidy(
        raw, title=course.title, description=describe(course), prefix=prefix, colours=CLASSES, inline=inline
    )


def course_png(course: Course) -> bytes:
    """Return the chart of a course as PNG."""
    raw = io.BytesIO()
    with _settings():
        figure_of(course).savefig(raw, format="png", dpi=160, metadata={"Software": None})
    return raw.getvalue()


def describe(course: Course) -> str:
    """Return the chart in words, for those who cannot see it."""
    if not course.points:
        return f"{course.quantity.name}: no session with a date."
    first, last = course.points[0], course.points[-1]
    quantity = course.quantity
    text = f"{counted(len(course.points), 'session')} from {day(first.date)} to {day(last.date)}. "
    text += f"First {quantity.with_interval(first.value, first.low, first.high)}, "
    text += f"last {quantity.with_interval(last.value, last.low, last.high)}, 95 % intervals."
    if course.noise is not None:
        text += f" Changes smaller than {quantity.change(course.noise, signed=False)} cannot be told from noise."
    if names := [lane.name for lane in course.lanes if not lane.is_event]:
        text += f" Treatments: {joined(names)}."
    return text


@contextmanager
def _settings() -> Iterator[None]:
    """Matplotlib's own defaults whatever the user has set, and everything as it was afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


def _span(course: Course) -> tuple[date, date]:
    """Return the days that the time axis shows, with a little room at both ends."""
    days = [point.date.toordinal() for point in course.points]
    if course.band:
        days += [day.toordinal() for day in course.band.dates]
    # Treatment that ended long before the first session would squeeze the course that is to be seen.
    earliest = min(days, default=1) - 120
    for lane in course.lanes:
        known = [*lane.days, *(day for span in lane.spans for day in span if day)]
        days += [day.toordinal() for day in known if day.toordinal() >= earliest]
    first, last = (min(days), max(days)) if days else (date(2000, 1, 1).toordinal(), date(2000, 1, 2).toordinal())
    room = max(3, round((last - first) * 0.03))
    return (
        date.fromordinal(max(date.min.toordinal(), first - room)),
        date.fromordinal(min(date.max.toordinal(), last + room)),
    )


def _limit_values(ax: "Axes", course: Course) -> None:
    """Fit the value axis to what is shown, and keep the bottom free for the lanes."""
    factor = course.quantity.factor
    low, high = (value * factor for value in ranges(course)[1])
    # A flat course must not look like mountains: never show less than a few points from bottom to top.
    least = 0.08 * factor if factor == 100 else abs(high) * 0.1 or 1.0
    missing = max(0.0, least - (high - low)) / 2
    low, high = low - missing, high + missing
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    low = high - (high - low) / (1 - lanes_share(ax, course))
    ax.set_ylim(low, high)


def _style(ax: "Axes", course: Course, narrow: bool) -> None:
    locator = mdates.AutoDateLocator(minticks=2, maxticks=4 if narrow else 8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    low, high = ax.get_ylim()
    floor = low + lanes_share(ax, course) * (high - low)
    # Below the data lie the lanes, where a value would mean nothing.
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(floor, high)
    ax.set_yticks([tick for tick in ticks if floor <= tick <= high])
    unit = f" {course.quantity.unit}".rstrip() if len(course.quantity.unit) <= _SHORT_UNIT else ""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{unit}".replace("-", MINUS)))
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(colors=MUTED, labelcolor=INK, length=3, labelsize=8.5)
    ax.xaxis.get_offset_text().set_color(INK)
    ax.xaxis.get_offset_text().set_fontsize(8.5)
    ax.set_facecolor(PAPER)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
