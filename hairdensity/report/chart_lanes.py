"""Treatments and events at the bottom of a chart: a lane each, with its name above its bar."""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib
from matplotlib import dates
from matplotlib.ft2font import FT2Font

from hairdensity.report.colours import GRID, MUTED, TREATED
from hairdensity.report.course import MOST_LANES, Course, Lane
from hairdensity.report.words import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Matplotlib has no types for its dates.
mdates: Any = dates

LANE_PT: Final = 24.0
"""Height of a lane in points: a line of text and a bar."""
MOST_SHARE: Final = 0.6
"""However many lanes there are, they leave the rest of the axes to the course."""
LONGEST_NAME: Final = 38
"""Letters of a name; more would not fit the chart on a phone."""


def shown_lanes(lanes: Sequence[Lane]) -> list[Lane]:
    """Return the lanes that there is room for, treatments first; the page lists them all."""
    return sorted(lanes, key=lambda lane: lane.is_event)[:MOST_LANES]


def lanes_inches(course: Course) -> float:
    """Return how much higher a figure is made for the lanes, in inches."""
    return LANE_PT / 72 * len(shown_lanes(course.lanes))


def lanes_share(ax: "Axes", course: Course) -> float:
    """Return the share of the height of the axes that the lanes take."""
    inches = ax.get_position().height * ax.get_figure(root=True).get_size_inches()[1]  # type: ignore[union-attr]
    return min(MOST_SHARE, lanes_inches(course) / max(float(inches), 0.5))


def draw_lanes(ax: "Axes", course: Course, last: date) -> None:
    """Draw treatments: bars for courses, ticks for single sessions, each under its name.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw, its limits set.
    course : Course
        Whose treatments and events.
    last : date
        Last day of the time axis.
    """
    shown = shown_lanes(course.lanes)
    if not shown:
        return
    top = lanes_share(ax, course)
    height = top / len(shown)
    days_and_shares = ax.get_xaxis_transform()
    for place, lane in enumerate(shown):
        colour = MUTED if lane.is_event else TREATED
        bottom = (len(shown) - 1 - place) * height + 0.14 * height
        name = _label(lane, f"{'Event' if lane.is_event else 'Treatment'} {place + 1}")
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
    ax.plot([0, 1], [top, top], transform=ax.transAxes, color=GRID, linewidth=1, zorder=2)


def _label(lane: Lane, fallback: str) -> str:
    """Return the name of a lane, with what was noted beside it where there is room: all of it or nothing."""
    name, noted = drawable(lane.name, fallback), clean("; ".join(lane.notes))
    whole = f"{name}: {drawable(noted, '')}"
    return whole if noted and drawable(noted, "") == noted and len(whole) <= LONGEST_NAME else name


def drawable(text: str, fallback: str) -> str:
    """Return text with what the chart's font lacks replaced; `fallback` where hardly anything would be left."""
    shown = "".join(_drawable_characters(clean(text)))
    lost = shown.count("□") - text.count("□")
    if lost * 2 > len(shown) or not shown.strip():
        return fallback
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1].rstrip()}…"


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
