"""Are the photos flagged that cannot be compared, and no others: `python benchmarks/flags.py FOLDER [--cpu-s 200]`.

FOLDER is what `benchmarks/repeatability.py FOLDER --size 640` has rendered: sessions of heads in which only pose, light
and for half of the heads the amount of hair change, as they do from month to month. Those must not be flagged. To each
head this renders photos with one more change (kept in FOLDER, so that a run that was stopped goes on): combed or parted
otherwise, coloured, wet, cut to about half its length; and spoils a session by other light. Those should be flagged.

Prints for each change how many photos were refused as another head, and how many have which flag.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.files import write_whole
from hairdensity.light import displayed, linear
from hairdensity.placing import Baseline, as_baseline, place_on
from hairdensity.recipe import observe
from hairdensity.settings import Settings
from hairdensity.simulate import Head, Shot, random_head, render
from hairdensity.simulate.model import HAIR_COLOURS, STYLES
from hairdensity.simulate.plan import careful_shot

CHANGES = ("wet", "cut", "style", "coloured")
COMPARED = ("other_style", "other_colour", "other_light", "other_pose", "other_length", "wet")


def changed(number: int, change: str, vigour: float) -> tuple[Head, Shot]:
    """Return head and shot of one more session of a head, with one thing changed."""
    rng = np.random.default_rng([number, CHANGES.index(change), 5])
    head = replace(random_head(9000 + number), vigour=vigour)
    room = Shot(view=("vertex", "back", "frontal")[number % 3] if number % 4 == 3 else "vertex", size=640)
    shot = careful_shot(rng, room)
    if change == "wet":
        return head, replace(shot, wet=float(rng.uniform(0.4, 0.95)))
    if change == "cut":
        return head, replace(shot, length_scale=float(rng.uniform(0.35, 0.65)))
    if change == "style":
        others = [style for style in ("forward", "side", "parted", "back", "natural") if style != head.style]
        style = STYLES[STYLES.index(str(rng.choice(others)))]
        return replace(head, style=style, parting_mm=-head.parting_mm), shot
    place = HAIR_COLOURS.index(head.hair_colour)
    far = [colour for index, colour in enumerate(HAIR_COLOURS) if abs(index - place) >= 2]
    return replace(head, hair_colour=far[int(rng.integers(len(far)))], grey_share=0.0), shot


def relit(photo: Path, target: Path, number: int) -> None:
    """Write a session again in clearly other light: from one side, and warmer or cooler."""
    rng = np.random.default_rng([number, 6])
    picture = imaging.decode_rgb(photo.read_bytes())
    x = np.linspace(-0.5, 0.5, picture.shape[1], dtype=np.float32)[None, :, None]
    warm = float(rng.choice([-1, 1]) * rng.uniform(0.15, 0.3))
    gains = np.exp(np.array([warm, 0, -warm])) * 2 ** rng.uniform(-1, 0.3)
    lit = linear(picture) * np.exp(float(rng.choice([-1, 1]) * rng.uniform(1.0, 1.8)) * x) * gains
    write_whole(target, imaging.encode_jpeg(displayed(lit.astype(np.float32)), 92))


def photos_of(series: Path, number: int, changes: Sequence[str]) -> dict[str, list[Path]]:
    """Return the photos of a head by what changed in them, rendering what is missing; the first is its baseline."""
    with (series / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sessions = [series / "photos" / row["photo"] for row in sorted(rows, key=lambda row: row["date"])]
    found = {"nothing": sessions}
    for change in changes:
        file_of = series / "changed" / f"{change}.jpg"
        if not file_of.is_file():
            file_of.parent.mkdir(exist_ok=True)
            if change == "light":
                relit(sessions[1], file_of, number)
            else:
                rendered = render(*changed(number, change, float(rows[0]["vigour"])))
                write_whole(file_of, imaging.encode_jpeg(rendered.rgb, 93))
        found[change] = [file_of]
    return found


def flags_of(photo: Path, baseline: Baseline) -> tuple[str, ...] | None:
    """Return what is said of a photo against its baseline; None where it cannot be measured at all."""
    observation = observe(photo, "vertex", (), Settings())
    return place_on(observation, baseline).flags if observation.seen else None


def main() -> None:
    """Render what is missing, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cpu-s", type=float, default=np.inf, help="begin no more heads after so much CPU time")
    parser.add_argument("--changes", nargs="*", default=(*CHANGES, "light"), choices=(*CHANGES, "light"))
    parser.add_argument("--first", type=int, default=0, help="head to begin with")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    told: dict[str, Counter[str]] = {}
    for series in sorted(options.folder.glob("head*"))[options.first :]:
        if time.process_time() > options.cpu_s:
            break
        number = int(series.name.removeprefix("head"))
        photos = photos_of(series, number, options.changes)
        first = observe(photos["nothing"].pop(0), "vertex", (), Settings())
        if first.seen is None:
            continue
        baseline = as_baseline(first)
        for change, listed in photos.items():
            count = told.setdefault(change, Counter())
            for photo in listed:
                flags = flags_of(photo, baseline)
                if flags is not None:
                    count.update(["photos", *flags])
                    count["none"] += not set(flags) & {*COMPARED, "not_aligned"}
    for change, count in told.items():
        each = "  ".join(f"{name} {count[name]:3d}" for name in COMPARED)
        refused = count["not_aligned"]
        print(f"{change:9s} photos {count['photos']:3d}  refused {refused:3d}  {each}  none {count['none']:3d}")


if __name__ == "__main__":
    main()
