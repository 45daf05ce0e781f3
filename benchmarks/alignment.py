"""How well photos are aligned: `python benchmarks/alignment.py PHOTOS OUTLINES [--pairs 200] [--impostors 500]`.

PHOTOS is a folder with one photo of each of many people, OUTLINES a JSON file of their scalp outlines ({name: [[x, y],
...]}, pixels). Each photo is altered by a known turn, size, shift and tilt, relit, blurred, made noisy and compressed
again, its outline jittered, and then aligned to the original: "altered". "changed" also combs the hair and draws other
strands over it. "impostors" are altered photos of other people, which must be refused. "rendered" are sessions of
rendered heads (`hairdensity.simulate`), between which hair, pose and light change; no photos are needed for them.

Prints for each kind: error over the region in % of the head's width (median, 95th percentile of pairs), how many were
refused, how many are wrong by more than 3 % without being refused, and CPU seconds of a pair of 1280 px pictures.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.align import Alignment, align
from hairdensity.arrays import Mask, Matrix, Rgb

WORK_PX = 1280
WRONG = 3.0
"""An error of more than this share of the head's width, in per cent, is a wrong alignment."""


@dataclass(frozen=True)
class Pair:
    """Two pictures and where the first lies in the second; None where nowhere."""

    name: str
    picture: Rgb
    region: Mask
    baseline: Rgb
    baseline_region: Mask
    truth: Matrix | None


def altered(
    picture: Rgb, region: Mask, random: np.random.Generator, *, zoom: tuple[float, float] = (0.6, 1.6)
) -> tuple[Rgb, Mask, Matrix]:
    """Return the picture photographed again: picture, region, and the transform from it to the original."""
    rows, columns = picture.shape[:2]
    # Another camera has another aspect, and another longer side once it is a work picture.
    aspect = random.choice([0.75, 1.0, 1.33])
    small = np.array([min(1.0, 1 / aspect) * rows, min(1.0, aspect) * columns]).round().astype(int)
    ys, xs = np.nonzero(region)
    centre = np.array([xs.mean(), ys.mean()])
    # One in three hardly turned, one in three turned by quarters as phones are, one in three by anything.
    kind = random.integers(3)
    degrees = random.normal(0, 8) + (
        0 if kind == 0 else random.choice([90, 180, 270]) if kind == 1 else random.uniform(0, 360)
    )
    factor = np.exp(random.uniform(*np.log(zoom)))
    turn = np.radians(degrees)
    linear = factor * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    # A tilt by up to about 15 degrees about any axis, seen from 2.5 picture widths away.
    axis, tilt = random.uniform(0, 2 * np.pi), np.radians(abs(random.normal(0, 7)))
    direction = np.array([np.cos(axis), np.sin(axis)])
    squeeze = np.eye(2) - (1 - np.cos(tilt)) * np.outer(direction, direction)
    forward = np.eye(3)
    forward[:2, :2] = linear @ squeeze
    forward[2, :2] = np.sin(tilt) / (2.5 * columns) * direction
    to_origin, away = np.eye(3), np.eye(3)
    to_origin[:2, 2] = -centre
    away[:2, 2] = small[::-1] / 2 + random.normal(0, 0.04, 2) * columns
    move = away @ forward @ to_origin
    size = (int(small[1]), int(small[0]))
    moved = cv2.warpPerspective(picture, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    mask = imaging.warp_mask(region, move, (size[1], size[0]))
    return relit(moved, random), jittered(mask, random), np.linalg.inv(move)


def relit(picture: Rgb, random: np.random.Generator) -> Rgb:
    """Return the picture in other light, through another camera, compressed again."""
    rows, columns = picture.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / max(rows, columns) - 0.5
    a, b, c, d = random.normal(0, [0.5, 0.5, 0.8, 0.8])
    light = np.exp(np.clip(a * x + b * y + c * x * y + d * (x * x + y * y - 0.15), -1.2, 1.2)).astype(np.float32)
    gains = np.exp(random.normal(0, 0.12, 3)) * np.exp(random.normal(0, 0.25))
    linear = (picture.astype(np.float32) / 255) ** 2.2 * light[..., None] * gains.astype(np.float32)
    shown = np.clip(linear, 0, 1) ** (1 / (2.2 * np.exp(random.normal(0, 0.1))))
    blurred = imaging.blur(shown.astype(np.float32), abs(random.normal(0, 1.2)) + 0.3)
    grain = random.normal(0, abs(random.normal(0, 0.02)) + 1e-4, shown.shape).astype(np.float32)
    out = np.clip(255 * (blurred + grain), 0, 255).astype(np.uint8)
    return imaging.decode_rgb(imaging.encode_jpeg(out, int(random.integers(40, 95))))


def jittered(mask: Mask, random: np.random.Generator, strength: float = 0.02) -> Mask:
    """Return the mask as another reader would outline it: its edge moved by about 2 % of the head's width."""
    width = np.sqrt(max(1, mask.sum()))
    field = cv2.resize(random.normal(0, 1, (9, 9)).astype(np.float32), mask.shape[::-1], interpolation=cv2.INTER_CUBIC)
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    bias = random.normal(0, 0.5 * strength)
    return np.asarray(inside - outside + width * (strength * field + bias) > 0)


def recombed(picture: Rgb, region: Mask, random: np.random.Generator) -> Rgb:
    """Return the picture with its hair combed otherwise: dark or textured places are shuffled and strands drawn over."""
    size = 640
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    mask = imaging.resize_mask(region, (size, size))
    gray = imaging.gray(small).astype(np.float32)
    level = imaging.blur(gray, 60)
    detail = imaging.blur(np.abs(gray - imaging.blur(gray, 4)), 8)
    hair = (detail > 0.035 * level) | (imaging.blur(gray, 4) < 0.75 * level)
    hair = imaging.grow(hair & mask, 2) & mask
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    shift = [
        imaging.blur(random.normal(0, 1, (size, size)).astype(np.float32), 12) * 12 * 12 * 3.5 / 12 for _ in range(2)
    ]
    moved = cv2.remap(small, x + 12 * shift[0], y + 12 * shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    places = np.argwhere(hair)
    if len(places):
        base_angle = random.uniform(0, 2 * np.pi)
        for row, column in places[random.integers(0, len(places), min(6000, len(places) // 12))]:
            angle = base_angle + 2.0 * float(shift[0][row, column]) + random.normal(0, 0.3)
            length = random.uniform(15, 45)
            end = (int(column + length * np.cos(angle)), int(row + length * np.sin(angle)))
            colour = moved[row, column].astype(float) * random.uniform(0.6, 1.4)
            cv2.line(
                moved, (int(column), int(row)), end, tuple(float(v) for v in np.clip(colour, 0, 255)), 1, cv2.LINE_AA
            )
    weight = imaging.blur(hair.astype(np.float32), 1.5)[..., None]
    mixed = (small * (1 - weight) + moved * weight).astype(np.uint8)
    return cv2.resize(mixed, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def people(photos: Path, outlines: Path) -> list[tuple[str, Rgb, Mask]]:
    """Read the photos, enlarged to the work size, and their outlines."""
    listed = []
    for name, outline in sorted(json.loads(outlines.read_text()).items()):
        file = photos / f"{name}.jpg"
        if not file.exists():
            continue
        picture = imaging.decode_rgb(file.read_bytes())
        factor = WORK_PX / max(picture.shape[:2])
        size = (round(picture.shape[0] * factor), round(picture.shape[1] * factor))
        polygon = [[(x * factor, y * factor) for x, y in outline]]
        listed.append((name, imaging.resize(picture, size), imaging.polygons_mask(polygon, size)))
    return listed


def photo_pairs(heads: list[tuple[str, Rgb, Mask]], kind: str, count: int, seed: int = 0) -> Iterator[Pair]:
    """Yield pairs of one person ("altered", "changed") or of two ("impostors")."""
    random = np.random.default_rng([seed, len(kind)])
    for number in range(count):
        name, baseline, base_region = heads[number % len(heads)]
        other = number % len(heads)
        if kind == "impostors":
            other = (number + 1 + int(random.integers(len(heads) - 1))) % len(heads)
        other_name, picture, region = heads[other]
        if kind == "changed":
            picture = recombed(picture, region, random)
        photo, mask, back = altered(picture, region, random)
        yield Pair(
            f"{other_name} on {name}",
            photo,
            mask,
            baseline,
            jittered(base_region, random),
            None if kind == "impostors" else back,
        )


def error_of(found: Alignment, pair: Pair) -> float:
    """Return the mean distance over the region between found and true place, in % of the head's width."""
    assert pair.truth is not None  # noqa: S101
    rows, columns = np.nonzero(pair.region)
    points = np.stack([columns, rows, np.ones_like(rows)]).astype(float)[:, :: max(1, rows.size // 2000)]
    want, got = pair.truth @ points, found.matrix @ points
    distance = np.hypot(*(want[:2] / want[2] - got[:2] / got[2]))
    base_rows, base_columns = np.nonzero(pair.baseline_region)
    return float(100 * distance.mean() / max(np.ptp(base_rows), np.ptp(base_columns)))


def score(kind: str, pairs: Iterator[Pair], verbose: bool) -> None:
    """Align all pairs and print a line."""
    errors, wrong, refused, seconds, count = [], 0, 0, [], 0
    methods: dict[str, int] = {}
    for pair in pairs:
        begun = time.process_time()
        found = align(pair.picture, pair.region, pair.baseline, pair.baseline_region)
        seconds.append(time.process_time() - begun)
        count += 1
        if not isinstance(found, Alignment):
            refused += 1
            if verbose and pair.truth is not None:
                print(f"  {pair.name}: refused: {found.reason}")
            continue
        methods[found.method] = methods.get(found.method, 0) + 1
        error = error_of(found, pair) if pair.truth is not None else float("inf")
        if pair.truth is not None:
            errors.append(error)
        wrong += error > WRONG
        if verbose and error > WRONG:
            print(f"  {pair.name}: error {error:.1f} %, {found}")
    median, high = np.percentile(errors, [50, 95]) if errors else (np.nan, np.nan)
    print(
        f"{kind:10s} pairs {count:4d}  error median {median:5.2f} %  p95 {high:5.2f} %  refused {refused:4d}  "
        f"wrong {wrong:3d}  CPU median {np.median(seconds):.3f} s  p95 {np.percentile(seconds, 95):.3f} s  {methods}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("outlines", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=186)
    parser.add_argument("--impostors", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="name each pair that was refused or is wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.photos and options.outlines:
        heads = people(options.photos, options.outlines)
        if not heads:
            sys.exit("no photo has an outline")
        for kind, count in (("altered", options.pairs), ("changed", options.pairs), ("impostors", options.impostors)):
            score(kind, photo_pairs(heads, kind, count, options.seed), options.verbose)


if __name__ == "__main__":
    main()
