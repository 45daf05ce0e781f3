"""Photograph the same head again: does the number stay, does real change survive, do intervals hold the truth.

    python benchmarks/repeatability.py FOLDER [--heads 20] [--sessions 8] [--size 800] [--jobs 2] [--cpu-s 200]
    python benchmarks/repeatability.py FOLDER --photos PHOTOS [--heads 20] [--sessions 8]

The first renders series of many heads into FOLDER, each photographed again and again from a slightly other pose and
in other light. Half of the heads do not change; the others follow a course. The second takes real photos instead, each
altered as another session would be: turned by up to 10 degrees, nearer or farther, tilted, in other light, blurred,
compressed again; nothing changes in them. Either way all that is made is kept, also by a run that was stopped: the next
one goes on. Each series is analysed as a user would. Prints

- scatter: standard deviation of coverage between sessions of a head that does not change (mean over heads, and worst);
- slope and intercept of measured against true change from the first session, and what is left around that line;
- absolute error of coverage: mean, mean absolute, worst tenth;
- intervals: share of photos whose 95 % interval holds the truth, and how wide they are; of real photos, whose truth
  nobody knows, the share of pairs of sessions whose difference is within 1.96 times what `repeat_sd` allows for;
- alignment: share of photos that were not aligned.
"""

import argparse
import csv
import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from hairdensity import imaging, light
from hairdensity.analysis import analyze
from hairdensity.files import write_whole
from hairdensity.light import displayed
from hairdensity.settings import Settings
from hairdensity.simulate import Planned, Shot, coverage_curve, random_head, render_series, true_coverage
from hairdensity.simulate.plan import careful_shot

COURSES = ((0.0,), (0.0, 0.01, 0.03, 0.06, 0.08, 0.05, 0.02, 0.01))
FIRST = date(2025, 1, 6)


@dataclass(frozen=True, slots=True)
class Point:
    """One measured photo: its head, whether that changes, truth and measurement as shares."""

    head: int
    changes: bool
    true: float
    first_true: float
    value: float
    first_value: float
    low: float
    high: float
    repeat_sd: float = 0.0


def main() -> None:
    """Render what is missing, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heads", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--size", type=int, default=800)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--segmenter", choices=("network", "classical"), default="network")
    parser.add_argument("--photos", type=Path, help="folder of real photos to alter, instead of rendering")
    parser.add_argument("--cpu-s", type=float, default=np.inf, help="begin no more heads after so much CPU time")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    points: list[Point] = []
    lost = photos = 0
    real = sorted(options.photos.glob("*.jpg")) if options.photos else []
    for head in range(min(options.heads, len(real)) if options.photos else options.heads):
        if time.process_time() > options.cpu_s:
            print(f"stopped after {head} heads; the same command goes on")
            break
        series = options.folder / (real[head].stem if real else f"head{head:02d}")
        if not (series / "truth.csv").is_file():
            if real:
                alter(real[head], series, head, options.sessions)
            else:
                render(head, series, options.sessions, options.size, options.jobs)
        found, missing = measured(head, series, options.segmenter, options.jobs)
        points += found
        lost += missing
        photos += missing + len(found)
    if real:
        report_real(points, lost, photos)
    else:
        report(points, lost, photos)


def alter(photo: Path, series: Path, number: int, sessions: int) -> None:
    """Make sessions of a real photo: the same head held, lit and compressed otherwise."""
    rng = np.random.default_rng([number, 41])
    picture = imaging.decode_rgb(photo.read_bytes())
    rows, columns = picture.shape[:2]
    names = []
    for session in range(sessions):
        day = FIRST + timedelta(30 * session)
        turn, size = np.radians(rng.normal(0, 4)), float(np.exp(rng.normal(0, 0.05)))
        linear = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        axis, tilt = rng.uniform(0, 2 * np.pi), np.radians(rng.normal(0, 4))
        direction = np.array([np.cos(axis), np.sin(axis)])
        move = np.eye(3)
        move[:2, :2] = linear @ (np.eye(2) - (1 - np.cos(tilt)) * np.outer(direction, direction))
        move[2, :2] = np.sin(tilt) / (2.5 * columns) * direction
        centre, away = np.eye(3), np.eye(3)
        centre[:2, 2] = -columns / 2, -rows / 2
        away[:2, 2] = np.array([columns, rows]) * (0.5 + rng.normal(0, 0.01, 2))
        moved = cv2.warpPerspective(picture, away @ move @ centre, (columns, rows), borderMode=cv2.BORDER_REFLECT)
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / max(rows, columns) - 0.5
        fall = np.exp(rng.normal(0, 0.3) * x + rng.normal(0, 0.3) * y)[..., None]
        gains = np.exp(rng.normal(0, 0.06, 3)) * 2 ** rng.normal(0, 0.2)
        lit = displayed((light.linear(np.asarray(moved, np.uint8)) * fall * gains).astype(np.float32))
        soft = imaging.blur(lit, 0.3 + abs(rng.normal(0, 0.4)))
        names.append(f"top/{day}.jpg")
        file = series / "photos" / names[-1]
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, imaging.encode_jpeg(soft, int(rng.integers(50, 95))))
    # Nobody knows the truth; only that it is the same in all.
    write_whole(series / "truth.csv", "photo,coverage\n" + "".join(f"{name},nan\n" for name in names))


def render(number: int, series: Path, sessions: int, size: int, jobs: int) -> None:
    """Render one head's series."""
    rng = np.random.default_rng(number)
    head = random_head(9000 + number)
    room = Shot(view=("vertex", "back", "frontal")[number % 3] if number % 4 == 3 else "vertex", size=size)
    start = true_coverage(head, replace(room, size=300))
    vigour_for = coverage_curve(head, room)
    sign = 1 if start < 0.85 else -1
    course = COURSES[number % 2]
    plan = []
    for session in range(sessions):
        wanted = start + sign * course[session % len(course)]
        day = FIRST + timedelta(30 * session)
        plan.append(
            Planned(f"{room.view}/{day}.jpg", day, replace(head, vigour=vigour_for(wanted)), careful_shot(rng, room))
        )
    render_series(series / "photos", plan, jobs=jobs, truth=False)
    (series / "photos" / "truth.csv").rename(series / "truth.csv")


def measured(number: int, series: Path, segmenter: str, jobs: int) -> tuple[list[Point], int]:
    """Analyse one series and return its photos with truth, and how many have no number."""
    settings = Settings(segmenter="classical" if segmenter == "classical" else "network")
    rows = analyze(series / "photos", series / f"out-{segmenter}", settings=settings, jobs=jobs).rows
    with (series / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = {row["photo"]: float(row["coverage"]) for row in csv.DictReader(file)}
    good = [row for row in rows if row["status"] == "measured"]
    if not good:
        return [], len(rows)
    first = min(good, key=lambda row: str(row["date"]))
    changes = number % 2 == 1
    points = [
        Point(
            number,
            changes,
            truth[str(row["photo"])],
            truth[str(first["photo"])],
            float(row["coverage"] or 0),
            float(first["coverage"] or 0),
            float(row["coverage_low"] or 0),
            float(row["coverage_high"] or 0),
            float(row["repeat_sd"] or 0),
        )
        for row in good
    ]
    return points, len(rows) - len(good)


def report(points: list[Point], lost: int, photos: int) -> None:
    """Print the figures."""
    true, value = (100 * np.array([getattr(p, name) for p in points]) for name in ("true", "value"))
    head, changes = np.array([p.head for p in points]), np.array([p.changes for p in points])
    error = value - true
    print(f"photos {photos}, not measured {lost} ({100 * lost / photos:.1f} %)")
    print(
        f"error of coverage: mean {error.mean():+.2f}, mean absolute {np.abs(error).mean():.2f}, "
        f"worst tenth above {np.quantile(np.abs(error), 0.9):.2f} pp"
    )
    # The true region shows a little more or less of the head in each pose: errors are compared, not values.
    spread = [error[(head == one)].std(ddof=1) for one in np.unique(head[~changes]) if (head == one).sum() > 2]
    print(f"scatter between sessions of an unchanged head: mean {np.mean(spread):.2f}, worst {np.max(spread):.2f} pp")
    later = np.array([p.true != p.first_true for p in points])
    gained_true = 100 * np.array([p.true - p.first_true for p in points])[later & changes]
    gained = 100 * np.array([p.value - p.first_value for p in points])[later & changes]
    if len(gained) > 2:
        slope, level = np.polyfit(gained_true, gained, 1)
        left = gained - slope * gained_true - level
        print(
            f"measured on true change: slope {slope:.3f}, intercept {level:+.2f} pp, scatter {left.std(ddof=2):.2f} pp"
        )
    low, high = (100 * np.array([getattr(p, name) for p in points]) for name in ("low", "high"))
    print(
        f"95 % intervals hold the truth in {100 * np.mean((low <= true) & (true <= high)):.1f} % of photos; "
        f"median width {np.median(high - low):.1f} pp"
    )
    for one in np.unique(head):
        mine = head == one
        print(
            f"  head {one:2d}: true {true[mine].mean():5.1f}, error {error[mine].mean():+6.2f}, "
            f"scatter {error[mine].std(ddof=1) if mine.sum() > 1 else 0:.2f} pp, photos {mine.sum()}"
        )


def report_real(points: list[Point], lost: int, photos: int) -> None:
    """Print what can be said where the truth is not known but does not change."""
    head = np.array([one.head for one in points])
    value = 100 * np.array([one.value for one in points])
    allowed = 100 * np.array([one.repeat_sd for one in points])
    groups = [head == one for one in np.unique(head) if (head == one).sum() > 2]
    spread = np.array([value[mine].std(ddof=1) for mine in groups])
    first = [value[mine][1:] - value[mine][0] for mine in groups]
    within = [
        abs(value[a] - value[b]) <= 1.96 * np.hypot(allowed[a], allowed[b])
        for mine in groups
        for a, b in combinations(np.flatnonzero(mine), 2)
    ]
    print(f"photos {photos}, not measured {lost} ({100 * lost / max(1, photos):.1f} %)")
    print(
        f"scatter between sessions of an unchanged head: mean {spread.mean():.2f}, median {np.median(spread):.2f}, "
        f"worst {spread.max():.2f} pp; mean shift from the first {np.concatenate(first).mean():+.2f} pp"
    )
    print(f"pairs of sessions within 1.96 times repeat_sd: {100 * np.mean(within):.1f} %")


if __name__ == "__main__":
    main()
