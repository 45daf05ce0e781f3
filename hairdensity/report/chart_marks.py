"""What a chart shows above its treatments: sessions with their intervals, the fitted course, what counts as noise."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from matplotlib import dates
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from hairdensity.report.chart_lanes import lanes_share
from hairdensity.report.colours import LEVEL, MEASURED, MUTED, NOISE, PAPER, UNTREATED
from hairdensity.report.course import Course, Point, reaches_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Matplotlib has no types for its dates.
mdates: Any = dates

CROWDED: Final = 150
"""More sessions than this are drawn smaller and plainer."""
ARROW_INSIDE: Final = 0.012
"""How far inside of the border arrows lie, as a share of the height."""
DASHES: Final = (0, (5, 3))
"""Of the line that nobody measured: what was to be expected without treatment."""


def draw_noise(ax: "Axes", course: Course) -> list[Patch]:
    """Draw the band of changes that are no more than noise around the first session; return what the legend says."""
    if course.noise is None or not course.points:
        return []
    middle, factor = course.points[0].value, course.quantity.factor
    low, high = (middle - course.noise) * factor, (middle + course.noise) * factor
    ax.axhspan(low, high, color=NOISE, alpha=0.18, linewidth=0, zorder=1, gid="noise")
    return [Patch(color=NOISE, alpha=0.25, linewidth=0, label="Noise: change too small to be told")]


def draw_band(ax: "Axes", course: Course) -> list[Line2D]:
    """Draw the fitted course and what was to be expected untreated; return what the legend says."""
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
        ax.plot(days, untreated, color=UNTREATED, linewidth=1.6, linestyle=DASHES, zorder=3, gid="untreated")
        handles.append(
            Line2D([], [], color=UNTREATED, linewidth=1.6, linestyle=DASHES, label="Expected without treatment")
        )
    return handles


def draw_points(ax: "Axes", course: Course) -> list[Line2D]:
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


def draw_beyond(ax: "Axes", course: Course) -> None:
    """Mark with an arrow each end of an interval that the chart is too low for; its limits must be set."""
    if not reaches_beyond(course) or len(course.points) > CROWDED:
        return
    low, high = ax.get_ylim()
    floor, factor = low + lanes_share(ax, course) * (high - low), course.quantity.factor
    inside = ARROW_INSIDE * (high - floor)
    for sign, at, ends in (
        ("^", high - inside, [(p.date, p.high * factor > high) for p in course.points]),
        ("v", floor + inside, [(p.date, p.low * factor < floor) for p in course.points]),
    ):
        days = mdates.date2num([day for day, cut in ends if cut])
        ax.plot(
            days, [at] * len(days), sign, markersize=4, markerfacecolor=LEVEL, markeredgewidth=0, zorder=4, gid="beyond"
        )


def _keep_above_lanes(ax: "Axes", course: Course, lines: Iterable[Artist]) -> None:
    """Cut lines off where the lanes begin: there they would seem to belong to a treatment."""
    share = lanes_share(ax, course)
    for line in lines:
        line.set_clip_path(Rectangle((0, share), 1, 1 - share, transform=ax.transAxes))


def draw_today(ax: "Axes", course: Course) -> None:
    """Mark today where a session lies beyond it."""
    if course.today is None or not any(point.date > course.today for point in course.points):
        return
    at = float(mdates.date2num(course.today))
    ax.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=2, gid="today")
    ax.text(
        at, 0.985, " today", transform=ax.get_xaxis_transform(), fontsize=8, color=MUTED, va="top", ha="left", zorder=5
    )
