"""Charts as pages and files have them, drawn only where the same one is not kept from an earlier run."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from hairdensity.keep import Keeper, key
from hairdensity.report.course import Course
from hairdensity.report.svg import Svg

_FILE: Final = "chart"
LONE: Final = "chart"
"""Prefix of a chart that stands alone."""


@cache
def drawing_digest() -> str:
    """Return a name of the code that draws: other code, other name, so no chart of an older version is shown."""
    digest = hashlib.sha256(version("matplotlib").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Charts:
    """Draws charts.

    Parameters
    ----------
    keeper : Keeper or None
        Where each is kept for the next run: one for each subject, view and use, so that daily runs do not pile up.
    """

    keeper: Keeper | None = None

    def svg(self, course: Course, *, prefix: str, narrow: bool = False, inline: bool = True) -> Svg:
        """Return a chart as `hairdensity.report.chart.course_svg` draws it."""
        entry, made_from = _names("svg", course, prefix, narrow, inline)
        if kept := self._kept(entry, made_from):
            facts, text = kept
            return Svg(text.decode("utf-8", "surrogatepass"), {str(name): str(d) for name, d in facts.items()})
        from hairdensity.report.chart import fitted, raw_svg  # Matplotlib takes half a second to load

        raw = raw_svg(course, narrow=narrow)
        drawn = fitted(raw, course, prefix=prefix, inline=inline)
        self._keep(entry, made_from, dict(drawn.glyphs), drawn.text.encode("utf-8", "surrogatepass"))
        if self.keeper and inline and not narrow:
            # The file of its own, which is written next, is the same drawing.
            lone = fitted(raw, course, prefix=LONE, inline=False)
            self._keep(*_names("svg", course, LONE, narrow, False), {}, lone.text.encode("utf-8", "surrogatepass"))
        return drawn

    def png(self, course: Course) -> bytes:
        """Return a chart as `hairdensity.report.chart.course_png` draws it."""
        entry, made_from = _names("png", course)
        if kept := self._kept(entry, made_from):
            return kept[1]
        from hairdensity.report.chart import course_png

        drawn = course_png(course)
        self._keep(entry, made_from, {}, drawn)
        return drawn

    def keeps(self, kind: str, course: Course, *how: object) -> bool:
        """Return whether a chart is kept; kind and how as it was named."""
        return self._kept(*_names(kind, course, *how)) is not None

    def _kept(self, entry: str, made_from: str) -> tuple[dict[str, str], bytes] | None:
        loaded = self.keeper.load_files(entry, (_FILE,)) if self.keeper else None
        match loaded:
            case ({"made_from": str(name), "glyphs": dict(glyphs)}, files) if name == made_from:
                return glyphs, files[_FILE]
        return None

    def _keep(self, entry: str, made_from: str, glyphs: dict[str, str], drawn: bytes) -> None:
        if self.keeper:
            self.keeper.save_files(entry, {"made_from": made_from, "glyphs": glyphs}, {_FILE: drawn})


@dataclass(frozen=True, slots=True)
class ChartTask:
    """Draw the charts of one course and keep them, unless that is done.

    All in one task: what draws takes longer to load than a chart to draw, and loads in one worker only.

    Parameters
    ----------
    draw : Charts
        What draws and keeps.
    course : Course
        What they show.
    anchor : str
        Name of the section of the page.
    """

    draw: Charts
    course: Course
    anchor: str


def run_chart(task: ChartTask) -> bool:
    """Do the task, and bring nothing back."""
    wide, narrow = prefixes(task.anchor)
    task.draw.svg(task.course, prefix=wide)
    task.draw.svg(task.course, prefix=narrow, narrow=True)
    task.draw.png(task.course)
    return True


def chart_tasks(draw: Charts, courses: Iterable[tuple[str, Course]]) -> list[ChartTask]:
    """Return how the charts of a page, each (name of its section, course), and their files are drawn ahead of it.

    Those that are kept are left out; without a keeper there is nowhere to put any.
    """
    tasks = []
    for anchor, course in courses if draw.keeper else ():
        wide, narrow = prefixes(anchor)
        kept = draw.keeps("png", course) and draw.keeps("svg", course, wide, False, True)
        if not (kept and draw.keeps("svg", course, narrow, True, True)):
            tasks.append(ChartTask(draw, course, anchor))
    return tasks


def prefixes(anchor: str) -> tuple[str, str]:
    """Return what the ids of a section's wide and narrow chart begin with."""
    name = anchor.replace("series-", "c")
    return f"{name}w", f"{name}n"


DRAW: Final = Charts()
"""Draws every time."""


def _names(kind: str, course: Course, *how: object) -> tuple[str, str]:
    """Return the name of what is kept of a chart, and what it has to be made from to be used."""
    return key(_FILE, kind, course.subject, course.view, *how), key(drawing_digest(), repr(course))
