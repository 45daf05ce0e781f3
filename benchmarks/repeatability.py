"""Photograph the same head again: does the number stay, does real change survive, do intervals hold the truth.

    python benchmarks/repeatability.py FOLDER [--heads 20] [--first 0] [--sessions 8] [--kinds both ...]
    python benchmarks/repeatability.py FOLDER --photos PHOTOS [--heads 20] [--sessions 8]

The first renders series of many heads into FOLDER. In those of kind "both" each head is photographed again and again
from a slightly other pose and in other light; half of the heads do not change, the others follow a course. Three more
kinds take that apart: of the heads that do not change, "light" changes light and camera alone and "pose" the pose
alone; of the others, "density" changes the hair alone, photographed in the very same way. The second takes real photos
instead, each altered as another session would be: turned by up to 10 degrees, nearer or farther, tilted, in other
light, blurred, compressed again; nothing changes in them. Either way all that is made is kept, also by a run that was
stopped (`--cpu-s` stops it after so much CPU time): the next one goes on. Each series is analysed as a user would.
Prints for each kind

- scatter: standard deviation of coverage between sessions of a head that does not change (mean over heads, median and
  worst), as measured, and less the truth of the same skin, which a pose changes too: hair seen from the side covers
  more;
- slope and intercept of measured against true change from the first session, and what is left around that line: the
  truth of the very skin that was measured, with a 95 % interval of the slope (bootstrap over heads), and that of all
  the scalp that a photo shows, with the hair that stands beyond the skull: it changes less than the skin that all
  photos show;
- the absolute error of coverage against the truth of all the scalp that a photo shows;
- intervals: share of photos whose 95 % interval holds the truth, and how wide they are (not of real photos, whose truth
  nobody knows); and the share of pairs of sessions of an unchanged head whose difference is within 1.96 times what
  `repeat_sd` allows for;
- alignment: share of photos that were not measured; error of the others in % of the head's width and in mm, and how
  many are wrong by more than 3 % of it, with a flag and without;
- the smallest detectable change of each unchanged head, as its report states it, and how many pairs of sessions differ
  by no more: 95 % should.
"""

import argparse
import csv
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from places import Misplaced, misplaced
from places import report as report_places
from scatter import Point, report, report_real

from hairdensity import imaging, light
from hairdensity.analysis import analyze
from hairdensity.files import write_whole
from hairdensity.light import displayed
from hairdensity.settings import Settings
from hairdensity.simulate import (
    Head,
    Planned,
    Rendered,
    Shot,
    coverage_curve,
    random_head,
    render,
    save_photo,
    true_coverage,
)
from hairdensity.simulate.plan import careful_shot

COURSE = (0.0, 0.01, 0.03, 0.06, 0.08, 0.05, 0.02, 0.01)
FIRST = date(2025, 1, 6)
KINDS = ("both", "light", "pose", "density")
POSE = ("rotation", "turn", "tilt", "scale", "distance_mm", "shift")
CELL_MM = 4.0
"""The skin is compared in squares of this side."""
LEAST_PX = 20
"""A square of skin counts where every photo shows so many pixels of it."""


def main() -> None:
    """Render what is missing, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heads", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="rendered head to begin with")
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=["both"])
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--segmenter", choices=("network", "classical"), default="network")
    parser.add_argument("--photos", type=Path, help="folder of real photos to alter, instead of rendering")
    parser.add_argument("--cpu-s", type=float, default=np.inf, help="begin no more heads after so much CPU time")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    real = sorted(options.photos.glob("*.jpg"))[: options.heads] if options.photos else []
    for kind in ["real"] if real else options.kinds:
        points: list[Point] = []
        places: list[Misplaced] = []
        lost = photos = 0
        for head in range(len(real)) if real else range(options.first, options.first + options.heads):
            if kind in ("light", "pose", "density") and (kind == "density") != (head % 2 == 1):
                continue
            if spent() > options.cpu_s:
                print(f"stopped before head {head}; the same command goes on")
                break
            name = real[head].stem if real else f"head{head:02d}" + ("" if kind == "both" else f"-{kind}")
            series = options.folder / name
            if real and not (series / "truth.csv").is_file():
                alter(real[head], series, head, options.sessions)
            if not real:
                render_missing(head, kind, series, options.sessions, options.size, options.jobs)
            found, off, missing = measured(head, series, options.segmenter, options.jobs)
            points += found
            places += off
            lost += missing
            photos += missing + len(found)
        if points:
            print(f"{kind}: photos {photos}, not measured {lost} ({100 * lost / photos:.1f} %)")
            (report_real if real else report)(points)
            if places:
                report_places(places)


def spent() -> float:
    """Return CPU seconds of this process and of those that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


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
    write_whole(series / "truth.csv", "photo,coverage,same\n" + "".join(f"{name},nan,nan\n" for name in names))


def render_missing(number: int, kind: str, series: Path, sessions: int, size: int, jobs: int) -> None:
    """Render the photos of one head's series that are not there yet, and write its truth."""
    if len(truths(series)) == sessions:
        return
    plan = planned(number, kind, sessions, size)
    todo = [one for one in plan if not truth_file(series, one).is_file()]
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        list(pool.map(partial(make, series), todo))
    stored = [dict(np.load(truth_file(series, one))) for one in plan]
    same = same_skin(stored)
    lines = [
        f"{one.name},{one.day},{truth['coverage']:.5f},{of_same:.5f},{one.head.vigour:.4f}\n"
        for one, truth, of_same in zip(plan, stored, same, strict=True)
    ]
    write_whole(series / "truth.csv", "photo,date,coverage,same,vigour\n" + "".join(lines))


def planned(number: int, kind: str, sessions: int, size: int) -> list[Planned]:
    """Return the photos of one head's series."""
    rng = np.random.default_rng(number)
    head = random_head(9000 + number)
    room = Shot(view=("vertex", "back", "frontal")[number % 3] if number % 4 == 3 else "vertex", size=size)
    changes = number % 2 == 1
    vigours = course_of(head, room, sessions) if changes else [head.vigour] * sessions
    plan = []
    for session, vigour in enumerate(vigours):
        day = FIRST + timedelta(30 * session)
        shot = shot_of(kind, careful_shot(rng, room), room)
        plan.append(Planned(f"{room.view}/{day}.jpg", day, replace(head, vigour=vigour), shot))
    return plan


def course_of(head: Head, room: Shot, sessions: int) -> list[float]:
    """Return the vigour of a head in each session of the course."""
    start = true_coverage(head, replace(room, size=300))
    vigour_for = coverage_curve(head, room)
    sign = 1 if start < 0.85 else -1
    return [vigour_for(start + sign * COURSE[session % len(COURSE)]) for session in range(sessions)]


def shot_of(kind: str, shot: Shot, room: Shot) -> Shot:
    """Return the shot with only that changed which this kind of series changes."""
    if kind == "both":
        return shot
    if kind == "density":
        return room
    with_pose = replace(room, **{name: getattr(shot, name) for name in POSE})
    if kind == "pose":
        return with_pose
    return replace(shot, length_scale=room.length_scale, **{name: getattr(room, name) for name in POSE})


def truth_file(series: Path, one: Planned) -> Path:
    """Return where the truth of a photo is kept."""
    return series / "truth" / f"{one.day}.npz"


def make(series: Path, one: Planned) -> None:
    """Render one photo, and keep what is true of it."""
    cv2.setNumThreads(1)
    rendered = render(one.head, one.shot)
    save_photo(rendered, series / "photos" / one.name, one.day, one.shot.jpeg_quality)
    file = truth_file(series, one)
    file.parent.mkdir(parents=True, exist_ok=True)
    partly = file.with_suffix(".partly.npz")
    np.savez_compressed(
        partly, alpha=np.rint(255 * rendered.alpha).astype(np.uint8), region=rendered.region,
        cell=cells_of(rendered), coverage=rendered.coverage,
    )  # fmt: skip
    partly.rename(file)


def cells_of(rendered: Rendered) -> NDArray[np.int16]:
    """Return (rows, columns): the square of skin that each pixel of the region shows; -1 for none."""
    steps = np.floor(rendered.canonical / CELL_MM)
    known = rendered.region & np.isfinite(steps).all(axis=2) & (np.abs(steps) < 90).all(axis=2)
    steps = np.where(known[..., None], steps + 90, 0).astype(np.int16)
    return np.where(known, 180 * steps[..., 1] + steps[..., 0], np.int16(-1)).astype(np.int16)


def same_skin(photos: Sequence[dict[str, NDArray[np.generic]]]) -> list[float]:
    """Return the true coverage of each photo over the skin that all show, each square counted as in the first."""
    counts, covered = [], []
    for photo in photos:
        cell = photo["cell"].astype(np.int64).ravel()
        alpha = photo["alpha"].astype(np.float64).ravel()[cell >= 0] / 255
        counts.append(np.bincount(cell[cell >= 0], minlength=180 * 180))
        covered.append(np.bincount(cell[cell >= 0], alpha, minlength=180 * 180))
    common = np.min(counts, axis=0) >= LEAST_PX
    return [
        float(np.average(hair[common] / count[common], weights=counts[0][common]))
        for count, hair in zip(counts, covered, strict=True)
    ]


def truths(series: Path) -> dict[str, dict[str, float]]:
    """Return the truth of each photo of a series; none where it is not rendered yet."""
    file = series / "truth.csv"
    if not file.is_file():
        return {}
    with file.open(newline="", encoding="utf-8") as text:
        return {row["photo"]: {name: float(row[name]) for name in ("coverage", "same")} for row in csv.DictReader(text)}


def measured(number: int, series: Path, segmenter: str, jobs: int) -> tuple[list[Point], list[Misplaced], int]:
    """Analyse one series and return its photos with truth, how far they are misplaced, and how many have no number."""
    settings = Settings(segmenter="classical" if segmenter == "classical" else "network")
    out = series / f"out-{segmenter}"
    analysis = analyze(series / "photos", out, settings=settings, jobs=jobs)
    rows = analysis.rows
    truth = truths(series)
    good = [row for row in rows if row["status"] == "measured"]
    if not good:
        return [], [], len(rows)
    first = min(good, key=lambda row: str(row["date"]))
    here = {str(row["photo"]): truth_on_skin(series, f"out-{segmenter}", str(row["photo"])) for row in good}
    points = [
        Point(
            head=number,
            changes=number % 2 == 1,
            true=truth[str(row["photo"])]["coverage"],
            same=truth[str(row["photo"])]["same"],
            first_true=truth[str(first["photo"])]["coverage"],
            value=float(row["coverage"] or 0),
            first_value=float(first["coverage"] or 0),
            low=float(row["coverage_low"] or 0),
            high=float(row["coverage_high"] or 0),
            repeat_sd=float(row["repeat_sd"] or 0),
            here=here[str(row["photo"])],
            first_here=here[str(first["photo"])],
            least_change=analysis.views[0].smallest_detectable_change or np.nan,
        )
        for row in good
    ]
    return (
        points,
        list(misplaced(series, out, rows, settings)) if (series / "truth").is_dir() else [],
        len(rows) - len(good),
    )


def truth_on_skin(series: Path, out: str, photo: str) -> float:
    """Return the true coverage of the very skin that was measured in a photo; NaN where nobody knows it."""
    truth = series / "truth" / f"{Path(photo).stem}.npz"
    if not truth.is_file():
        return np.nan
    mask = imaging.decode_gray((series / out / "masks" / photo).with_suffix(".png").read_bytes()) > 0
    return float(np.load(truth)["alpha"][mask].mean() / 255)


if __name__ == "__main__":
    main()
