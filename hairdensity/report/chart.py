"""The chart of a course: sessions with their intervals, what was fitted, when treatment was, and what counts as noise.

Text is drawn as outlines, so that it looks alike everywhere; a title and a description say the same in words.
"""

import functools
import io
import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib
from matplotlib import dates
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hairdensity.report import svg
from hairdensity.report.course import MOST_LANES, Course, Lane, Point, ranges
from hairdensity.report.words import MINUS, clean, counted, day, joined

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Matplotlib has no types for its dates.
mdates: Any = dates

# Okabe and Ito's colours, which people who confuse red and green tell apart.
INK, MUTED, GRID, PAPER = "#1d2329", "#56616c", "#dfe3e8", "#ffffff"
MEASURED, UNTREATED, TREATED, NOISE = "#0072b2", "#c24e00", "#00795a", "#8b949e"
LEVEL = "#7fb3d5"
CLASSES: Final = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper",
    MEASURED: "measured", UNTREATED: "untreated", TREATED: "treated", NOISE: "noise", LEVEL: "level",
}  # fmt: skip
"""Class names by which the page's style sheet recolours a chart for the dark."""
WIDE: Final = (7.6, 4.0)
NARROW: Final = (3.5, 4.3)
"""Inches; at 100 pixels an inch the letters of the narrow one are readable on a phone without zooming."""
CROWDED: Final = 150
"""More sessions than this are drawn smaller and plainer."""
LANE_PT: Final = 24.0
"""Height of a lane in points: a line of text and a bar."""
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
    lanes = _shown_lanes(course.lanes)
    handles = [*_draw_noise(ax, course), *_draw_band(ax, course), *_draw_points(ax, course)]
    first, last = _span(course)
    ax.set_xlim(mdates.date2num(first), mdates.date2num(last))
    _limit_values(ax, course)
    handles += _draw_lanes(ax, course, lanes, last)
    _draw_today(ax, course)
    _style(ax, course, narrow)
    if legend and handles:
        ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(-0.005, 1.005), ncols=1 if narrow else 2,
            frameon=False, fontsize=8.5, labelcolor=INK, borderaxespad=0.2, handlelength=2.2, labelspacing=0.35,
        )  # fmt: skip


def figure_of(course: Course, *, narrow: bool = False) -> Figure:
    """Return a figure of its own that holds the chart of a course."""
    width, height = NARROW if narrow else WIDE
    extra = LANE_PT / 72 * len(_shown_lanes(course.lanes))
    height += extra
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


def drawable(text: str, fallback: str) -> str:
    """Return text with what the chart's font lacks replaced; `fallback` where hardly anything would be left."""
    shown = "".join(_drawable_characters(clean(text)))
    lost = shown.count("□") - text.count("□")
    if lost * 2 > len(shown) or not shown.strip():
        return fallback
    return shown if len(shown) <= 38 else f"{shown[:37].rstrip()}…"


def _drawable_characters(text: str) -> Iterator[str]:
    known = _known_characters()
    for character in unicodedata.normalize("NFC", text):
        if ord(character) in known:
            yield character
        elif unicodedata.category(character) not in ("Mn", "Me", "Cf"):
            yield "□"


@functools.cache
def _known_characters() -> frozenset[int]:
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(FT2Font(str(font)).get_charmap())


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
    low = high - (high - low) / (1 - _lanes_share(ax, course))
    ax.set_ylim(low, high)


def _lane_height(ax: "Axes") -> float:
    """Return the height of a lane as a share of the axes."""
    inches = ax.get_position().height * ax.get_figure(root=True).get_size_inches()[1]  # type: ignore[union-attr]
    return float(LANE_PT / 72 / max(inches, 0.5))


def _draw_noise(ax: "Axes", course: Course) -> list[Patch]:
    if course.noise is None or not course.points:
        return []
    middle, factor = course.points[0].value, course.quantity.factor
    low, high = (middle - course.noise) * factor, (middle + course.noise) * factor
    ax.axhspan(low, high, color=NOISE, alpha=0.18, linewidth=0, zorder=1, gid="noise")
    return [Patch(color=NOISE, alpha=0.25, linewidth=0, label="Noise: change too small to be told")]


def _draw_band(ax: "Axes", course: Course) -> list[Line2D]:
    band = course.band
    if band is None or not band.dates:
        return []
    factor = course.quantity.factor
    days = mdates.date2num(band.dates)
    low, high = [v * factor for v in band.low], [v * factor for v in band.high]
    ax.fill_between(days, low, high, color=MEASURED, alpha=0.16, linewidth=0, zorder=2, gid="band")
    mean = [v * factor for v in band.mean]
    ax.plot(days, mean, color=MEASURED, linewidth=1.8, zorder=3, gid="course")
    handles = [Line2D([], [], color=MEASURED, linewidth=1.8, label="Fitted course, shaded 95 %")]
    if band.untreated:
        untreated = [v * factor for v in band.untreated]
        ax.plot(days, untreated, color=UNTREATED, linewidth=1.6, linestyle=(0, (5, 3)), zorder=3, gid="untreated")
        handles.append(
            Line2D([], [], color=UNTREATED, linewidth=1.6, linestyle=(0, (5, 3)), label="Expected without treatment")
        )
    return handles


def _draw_points(ax: "Axes", course: Course) -> list[Line2D]:
    """Draw sessions: filled points, and hollow ones for those with a warning.

    The thin line is the interval of the level itself. What the method gets wrong about a head it gets wrong in each of
    its photos, so that sessions are compared by the thick bar: how far those of an unchanged head scatter.
    """
    handles = []
    factor = course.quantity.factor
    bars = "thick: scatter, thin: 95 %" if course.noise is not None else "with 95 % interval"
    signs = ((False, MEASURED, f"Session ({bars})"), (True, PAPER, "Session with a warning"))
    for warned, face, label in signs:
        points = [point for point in course.points if point.warned == warned]
        if not points:
            continue
        days = mdates.date2num([point.date for point in points])
        values = [point.value * factor for point in points]
        thin = course.noise is not None
        if len(course.points) > CROWDED:
            face = PAPER if warned else LEVEL
            _draw_crowd(ax, course, points, days, face)
            handles.append(_sign(LEVEL, face, label))
            continue
        drawn = ax.errorbar(
            days, values,
            yerr=[
                [max(0.0, point.value - point.low) * factor for point in points],
                [max(0.0, point.high - point.value) * factor for point in points],
            ],
            fmt="o", markersize=5.5, markerfacecolor=face, markeredgecolor=MEASURED, markeredgewidth=1.4,
            ecolor=LEVEL if thin else MEASURED, elinewidth=1.0 if thin else 1.3, capsize=2.5, capthick=1.3, zorder=4,
            gid="warned" if warned else "sessions", label=label,
        )  # fmt: skip
        _keep_above_lanes(ax, course, (*drawn.lines[1], *drawn.lines[2]))
        if course.noise is not None:
            scatter = course.noise / math.sqrt(2) * factor
            ax.vlines(
                days, [v - scatter for v in values], [v + scatter for v in values],
                color=MEASURED, linewidth=2.4, zorder=4.1, gid="scatter",
            )  # fmt: skip
            ax.plot(
                days, values, "o", markersize=5.5, markerfacecolor=face, markeredgecolor=MEASURED, markeredgewidth=1.4,
                zorder=4.2, gid="on top",
            )  # fmt: skip
        handles.append(_sign(MEASURED, face, label))
    return handles


def _sign(colour: str, face: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker="o", linestyle="", markersize=5.5, markerfacecolor=face, label=label)


def _draw_crowd(ax: "Axes", course: Course, points: Sequence[Point], days: Sequence[float], face: str) -> None:
    """Draw very many sessions smaller, lighter and behind the fitted course, the bars of a kind as one line with gaps.

    One at a time they would make a page of megabytes, and take as long to draw as the photos to measure.
    """
    factor = course.quantity.factor
    values = [point.value * factor for point in points]

    def bars(low: Iterable[float], high: Iterable[float], width: float, gid: str) -> None:
        x = [day for day in days for _ in range(3)]
        y = [end for pair in zip(low, high, strict=True) for end in (*pair, math.nan)]
        _keep_above_lanes(ax, course, ax.plot(x, y, color=LEVEL, alpha=0.35, linewidth=width, zorder=1.5, gid=gid))

    bars((p.low * factor for p in points), (p.high * factor for p in points), 0.5, "intervals")
    if course.noise is not None:
        scatter = course.noise / math.sqrt(2) * factor
        bars((v - scatter for v in values), (v + scatter for v in values), 1.0, "scatter")
    ax.plot(
        days, values, "o", markersize=3.0, markerfacecolor=face, markeredgecolor=LEVEL, markeredgewidth=0.8,
        zorder=1.6, gid="warned" if points[0].warned else "sessions",
    )  # fmt: skip


def _keep_above_lanes(ax: "Axes", course: Course, lines: Iterable[Artist]) -> None:
    """Cut lines off where the lanes begin: there they would seem to belong to a treatment."""
    share = _lanes_share(ax, course)
    for line in lines:
        line.set_clip_path(Rectangle((0, share), 1, 1 - share, transform=ax.transAxes))


def _shown_lanes(lanes: Sequence[Lane]) -> list[Lane]:
    """Return the lanes that there is room for; the page lists them all."""
    return sorted(lanes, key=lambda lane: lane.is_event)[:MOST_LANES]


def _draw_lanes(ax: "Axes", course: Course, lanes: Iterable[Lane], last: date) -> list[Patch]:
    """Draw treatments at the bottom: bars for courses, ticks for single sessions, each under its name."""
    handles: list[Patch] = []
    shown = list(lanes)
    height = min(_lane_height(ax), 0.6 / max(1, len(shown)))
    days_and_shares = ax.get_xaxis_transform()
    for place, lane in enumerate(shown):
        colour = MUTED if lane.is_event else TREATED
        bottom = (len(shown) - 1 - place) * height + 0.14 * height
        name = drawable(lane.name, f"{'Event' if lane.is_event else 'Treatment'} {place + 1}")
        ax.text(
            0.008, bottom + 0.34 * height, name, transform=ax.transAxes, fontsize=8, color=colour,
            va="bottom", ha="left", zorder=5, parse_math=False,
        )  # fmt: skip
        for begin, until in lane.spans:
            end = until or max(course.today or last, begin)
            left, right = mdates.date2num(begin), mdates.date2num(min(end, last))
            ax.fill_between(
                [left, max(left, right)], bottom, bottom + 0.2 * height, transform=days_and_shares,
                color=colour, linewidth=0, zorder=3, gid="span",
            )  # fmt: skip
        if lane.days:
            ax.vlines(
                mdates.date2num(lane.days), bottom - 0.04 * height, bottom + 0.24 * height, transform=days_and_shares,
                color=colour, linewidth=2, zorder=3, gid="days",
            )  # fmt: skip
    if shown:
        top = len(shown) * height
        ax.plot([0, 1], [top, top], transform=ax.transAxes, color=GRID, linewidth=1, zorder=2)
    return handles


def _draw_today(ax: "Axes", course: Course) -> None:
    if course.today is None or not any(point.date > course.today for point in course.points):
        return
    at = float(mdates.date2num(course.today))
    ax.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=2, gid="today")
    ax.text(
        at, 0.985, " today", transform=ax.get_xaxis_transform(), fontsize=8, color=MUTED, va="top", ha="left", zorder=5
    )


def _style(ax: "Axes", course: Course, narrow: bool) -> None:
    locator = mdates.AutoDateLocator(minticks=2, maxticks=4 if narrow else 8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    low, high = ax.get_ylim()
    floor = low + _lanes_share(ax, course) * (high - low)
    # Below the data lie the lanes, where a value would mean nothing.
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(floor, high)
    ax.set_yticks([tick for tick in ticks if floor <= tick <= high])
    unit = f" {course.quantity.unit}".rstrip()
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


def _lanes_share(ax: "Axes", course: Course) -> float:
    """Return how much of the height of the axes is kept free for lanes."""
    return min(0.6, len(_shown_lanes(course.lanes)) * _lane_height(ax))
