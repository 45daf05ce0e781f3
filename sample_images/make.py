"""Makes the photos of this folder: a rendered head of which the truth is known.

The hair is dense enough to see and thin enough to change: a course of microneedling begins after three sessions and
ends, coverage rises by 8 percentage points and falls back within months. Photos are taken as people take them: never
quite from the same place nor in the same light. Two are no good (one blurred, one dark), and one has no date.

    python sample_images/make.py [FOLDER] [--jobs N]
"""

import argparse
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from hairdensity.simulate import Head, Planned, Shot, coverage_curve, render_series, true_coverage
from hairdensity.simulate.plan import careful_shot

FIRST = date(2025, 1, 5)
DAYS = (0, 35, 70, 108, 146, 184, 219, 258, 303, 362, 424)
START, STOP = 72, 217
GAIN = 0.08
HEAD = Head(
    seed=7, stage=3.6, diffuse=0.3, hair_mm=24, sides_mm=13, hair_colour="dark brown", fitzpatrick=2.2, grey_share=0.02,
    curl=0.12, clump=0.55, untidy=0.35, density=165, shaft_um=66, lift=0.4, moles=9, redness=0.35, freckles=40,
    vigour=-0.6,
)  # fmt: skip
ROOM = Shot(
    size=960, light_share=0.5, light_from=75, background="wall", background_seed=4, noise=0.008, jpeg_quality=82
)
VIEWS = ("vertex", "frontal")
TREATMENTS = (
    (
        (FIRST + timedelta(START)).isoformat(),
        "microneedling",
        (FIRST + timedelta(STOP)).isoformat(),
        "once a week, 1 mm",
    ),
)


def gained(day: float) -> float:
    """Return the coverage gained on a day: a rise of time constant 8 weeks, and a fall of 6 weeks after the end."""
    top = 1 - np.exp(-(STOP - START) / 56)
    risen = (1 - np.exp(-max(min(day, STOP) - START, 0.0) / 56)) / top
    return float(GAIN * risen * np.exp(-max(day - STOP, 0.0) / 42))


def plan() -> list[Planned]:
    """Return all photos of the folder."""
    rng = np.random.default_rng(2025)
    neutral = {view: replace(ROOM, view=view) for view in VIEWS}
    start = true_coverage(HEAD, neutral["vertex"])
    vigour_for = coverage_curve(HEAD, neutral["vertex"], span=1.2, knots=6)
    photos = []

    def take(name: str, view: str, day: int, **given: object) -> None:
        status = str(given.pop("status", "measured"))
        dated = bool(given.pop("dated", True))
        wanted = start + gained(day)
        photos.append(
            Planned(
                f"{view}/{name}.jpg",
                FIRST + timedelta(day) if dated else None,
                replace(HEAD, vigour=vigour_for(wanted)),
                careful_shot(rng, neutral[view], **given),
                neutral[view] if view == VIEWS[0] else None,
                status,
            )
        )

    for day in DAYS:
        name = (FIRST + timedelta(day)).isoformat()
        for view in VIEWS:
            take(name, view, day)
        if day in (0, 219):
            take(f"{name}_2", "vertex", day)
            take(f"{name}_3", "vertex", day)
    take((FIRST + timedelta(282)).isoformat(), "vertex", 282, blur=7.0, motion=14.0, status="rejected")
    take((FIRST + timedelta(282)).isoformat(), "frontal", 282, exposure=-4.2, noise=0.05, status="rejected")
    take("from_a_friend", "vertex", 320, dated=False)
    return photos


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--truth", action="store_true", help="also write the pictures of the truth")
    options = parser.parse_args()
    for row in render_series(options.folder, plan(), TREATMENTS, jobs=options.jobs, truth=options.truth):
        print(row["photo"], row["status"], row["coverage"])


if __name__ == "__main__":
    main()
