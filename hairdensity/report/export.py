"""The charts of a report as files."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hairdensity.files import write_whole
from hairdensity.report.course import Course
from hairdensity.report.drawn import DRAW, LONE, Charts


def write_charts(every: Sequence[Course], folder: Path, draw: Charts = DRAW) -> list[Path]:
    """Write charts as files: chart_<view>.svg and chart_<view>.png, with the subject if several.

    Parameters
    ----------
    every : sequence of Course
        What the charts show; one with fewer than two sessions has no chart.
    folder : Path
        Where to; made if needed.
    draw : Charts
        What draws them.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    courses = [course for course in every if len(course.points) > 1]
    written = []
    for name, course in zip(safe_names([(c.subject, c.view) for c in courses]), courses, strict=True):
        lone = draw.svg(course, prefix=LONE, inline=False).text
        for path, content in (
            (folder / f"chart_{name}.svg", f'<?xml version="1.0" encoding="UTF-8"?>\n{lone}\n'),
            (folder / f"chart_{name}.png", draw.png(course)),
        ):
            write_whole(path, content)
            written.append(path)
    return written


def safe_names(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return a file name for each (subject, view): plain letters only, no two alike even where case does not count."""
    one_subject = len({subject for subject, _ in pairs}) <= 1
    plain, exact = [], []
    for subject, view in pairs:
        wanted = view if one_subject else f"{subject}_{view}"
        slug = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-")[:60]
        plain.append(slug)
        exact.append(slug == wanted and slug != "")
    often = Counter(slug.casefold() for slug in plain)
    names = []
    for (subject, view), slug, same in zip(pairs, plain, exact, strict=True):
        digest = hashlib.sha256(f"{subject}\0{view}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        names.append(slug if same and often[slug.casefold()] == 1 else f"{slug}-{digest}".strip("-"))
    return names
