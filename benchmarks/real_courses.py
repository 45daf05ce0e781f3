"""Verdicts on courses of real people: `python benchmarks/real_courses.py TABLE [--charts FOLDER] [--least 2]`.

There is no right verdict for them. Prints how often each verdict is given by the number of sessions, the scatter
between neighbouring sessions, and the noise that was found; with `--charts`, draws every course that has a verdict or
many sessions, to be looked at. TABLE is any that `hairdensity progress` reads; treatments are taken as unknown.
"""

import argparse
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

from hairdensity.progress import ViewProgress, read_series_table, sessions_by_view
from hairdensity.progress.follow import progress_of
from hairdensity.treatments import no_treatments

LENGTHS = ((1, 3), (4, 5), (6, 8), (9, 99))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--charts", type=Path, help="folder for a PNG of each course with a verdict")
    parser.add_argument("--least", type=int, default=1, help="sessions that a course must have")
    options = parser.parse_args()
    today = date.today()  # noqa: DTZ011
    series = [one for one in sessions_by_view(read_series_table(options.table).rows, today)
              if len(one.sessions) >= options.least]  # fmt: skip
    began = time.process_time()
    views = [progress_of(one, no_treatments(), one.sessions[-1].date) for one in series]
    seconds = time.process_time() - began
    print(f"{len(views)} courses of {len({view.subject for view in views})} people, "
          f"{1000 * seconds / max(1, len(views)):.0f} ms CPU a course")  # fmt: skip
    counted = Counter((length, view.verdict) for view in views for length in LENGTHS
                      if length[0] <= len(view.sessions) <= length[1])  # fmt: skip
    names = sorted({verdict for _, verdict in counted})
    print(f"{'sessions':10s}" + "".join(f"{name:>14s}" for name in names))
    for low, high in LENGTHS:
        print(f"{low}..{high:<7d}" + "".join(f"{counted[(low, high), name]:14d}" for name in names))
    _scatter(views)
    if options.charts:
        options.charts.mkdir(parents=True, exist_ok=True)
        for view in views:
            if view.verdict != "cannot_tell" or len(view.sessions) >= 9:
                _draw(view, options.charts / f"{view.subject}_{view.view}.png")


def _scatter(views: list[ViewProgress]) -> None:
    """Print how neighbouring sessions differ, and the noise that the model finds, in points."""
    steps = [
        abs(later.value - earlier.value) / view.unit / np.sqrt(2)
        for view in views
        for earlier, later in zip(view.sessions, view.sessions[1:], strict=False)
        if (later.date - earlier.date).days <= 60
    ]
    found = [view.smallest_detectable_change / view.unit / (1.96 * np.sqrt(2))
             for view in views if view.smallest_detectable_change is not None and len(view.sessions) >= 6]  # fmt: skip
    for what, values in (("between neighbours within 60 days", steps), ("noise found, 6 sessions or more", found)):
        if values:
            low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
            print(f"{what}: median {middle:.1f} points, a tenth below {low:.1f}, a tenth above {high:.1f} "
                  f"(n={len(values)})")  # fmt: skip


def _draw(view: ViewProgress, path: Path) -> None:
    import matplotlib.pyplot as plt

    import hairdensity

    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    hairdensity.chart(view, no_treatments(), ax=axes)
    axes.set_title(f"{view.verdict} {view.probability[view.verdict]:.2f}", loc="right", fontsize=9)
    figure.savefig(path, dpi=70)
    plt.close(figure)


if __name__ == "__main__":
    main()
