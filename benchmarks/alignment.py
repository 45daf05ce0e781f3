"""How well photos are aligned: `python benchmarks/alignment.py [PHOTOS OUTLINES] [--pairs 186] [--impostors 500]`.

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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.align import Alignment, align
from hairdensity.arrays import Mask, Matrix, Rgb

if TYPE_CHECKING:
    from hairdensity.simulate import Rendered

Points = NDArray[np.float64]
WORK_PX = 1280
WRONG = 3.0
"""An error of more than this share of the head's width, in per cent, is a wrong alignment."""


@dataclass(frozen=True)
class Pair:
    """Two pictures, and points (n, 2) of the first with where they lie in the second; None where nowhere."""

    name: str
    picture: Rgb
    region: Mask
    baseline: Rgb
    baseline_region: Mask
    truth: tuple[Points, Points] | None


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
    """Return the picture combed otherwise: dark or textured places are shuffled and strands drawn over."""
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


def people(photos: Path, outlines: Path, work_px: int) -> list[tuple[str, Rgb, Mask]]:
    """Read the photos, enlarged to the work size, and their outlines."""
    listed = []
    for name, outline in sorted(json.loads(outlines.read_text()).items()):
        file = photos / f"{name}.jpg"
        if not file.exists():
            continue
        picture = imaging.decode_rgb(file.read_bytes())
        factor = work_px / max(picture.shape[:2])
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
        truth = None if kind == "impostors" else matched(mask, back)
        yield Pair(f"{other_name} on {name}", photo, mask, baseline, jittered(base_region, random), truth)


def carried(matrix: Matrix, points: Points) -> Points:
    """Return points (n, 2) carried by a transform."""
    there = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return there[:, :2] / there[:, 2:]


def matched(region: Mask, truth: Matrix) -> tuple[Points, Points]:
    """Return points of a region and where a transform carries them."""
    rows, columns = np.nonzero(region)
    points = np.column_stack([columns, rows]).astype(float)[:: max(1, rows.size // 2000)]
    return points, carried(truth, points)


def rendered_pairs(heads: int, size: int, seed: int, impostors: bool) -> Iterator[Pair]:
    """Yield four sessions of each rendered head on its first: light, pose, hair, all change; or two on another head."""
    from hairdensity.simulate import random_head, random_shot, render

    random = np.random.default_rng([seed, 77])
    last: Rendered | None = None
    for number in range(heads):
        head = random_head(1000 * seed + 1000 + number)
        # Two heads of each view follow each other, so that impostors are seen from the same side.
        view = ("vertex", "top", "back", "frontal")[number // 2 % 4]
        same = {"view": view, "size": size, "aspect": 0.75, "background_seed": number}
        shots = [random_shot(50_000 * seed + 10 * number + session, **same) for session in range(5)]
        base = render(head, replace(shots[0], turn=0.0, tilt=0.0, rotation=0.0, scale=1.0, shift=(0.0, 0.0)))
        for session, change in enumerate(("light", "pose", "hair", "all"), start=1):
            shot, body = shots[session], head
            if change in ("light", "hair"):
                turn, tilt, rotation = random.normal(0, (2, 2, 3))
                shot = replace(shot, turn=float(turn), tilt=float(tilt), rotation=float(rotation))
            else:
                turn, tilt, rotation = random.normal(0, (6, 6, 10)) + np.array(
                    [0, 0, random.choice([0, 0, 90, 180, 270])]
                )
                zoom = float(random.uniform(0.75, 1.25))
                shot = replace(shot, turn=float(turn), tilt=float(tilt), rotation=float(rotation), scale=zoom)
            if change in ("hair", "all"):
                style = random.choice(("natural", "forward", "side", "parted", "back"))
                body = replace(
                    head,
                    vigour=float(random.normal(0, 0.5)),
                    hair_mm=head.hair_mm * float(np.exp(random.normal(0, 0.3))),
                    untidy=float(np.clip(head.untidy + random.normal(0, 0.15), 0, 1)),
                    clump=float(np.clip(head.clump + random.normal(0, 0.15), 0, 1)),
                    style=str(style) if random.random() < 0.3 and head.curl < 0.35 else head.style,
                )
            if impostors:
                if last is not None and change in ("light", "pose"):
                    photo = render(body, shot)
                    yield Pair(f"{number} {change}", photo.rgb, photo.region, last.rgb, last.region, None)
                continue
            photo = render(body, shot)
            yield Pair(f"{number} {change}", photo.rgb, photo.region, base.rgb, base.region, same_skin(photo, base))
        last = base


def same_skin(photo: "Rendered", base: "Rendered") -> tuple[Points, Points]:
    """Return points of a rendered photo's region and where the same skin lies in another, where both show it."""
    from scipy.spatial import cKDTree

    def skin(rendered: "Rendered") -> tuple[Points, Points]:
        rows, columns = np.nonzero(rendered.region & np.isfinite(rendered.canonical).all(axis=2))
        thin = slice(None, None, max(1, rows.size // 4000))
        return np.column_stack([columns, rows])[thin].astype(float), rendered.canonical[rows, columns][thin].astype(
            float
        )

    here, places = skin(photo)
    there, base_places = skin(base)
    distance, nearest = cKDTree(base_places).query(places, k=4)
    weight = 1 / (distance + 0.3)
    target = (there[nearest] * weight[..., None]).sum(axis=1) / weight.sum(axis=1, keepdims=True)
    shown = distance[:, 0] < 2.5  # mm
    return here[shown], target[shown]


def width_of(region: Mask) -> float:
    """Return the longer side of a region."""
    rows, columns = np.nonzero(region)
    return float(max(np.ptp(rows), np.ptp(columns)))


def error_of(matrix: Matrix, pair: Pair) -> float:
    """Return the mean distance over the region between found and true place, in % of the head's width."""
    assert pair.truth is not None  # noqa: S101
    points, target = pair.truth
    distance = np.linalg.norm(carried(matrix, points) - target, axis=1)
    return float(100 * distance.mean() / width_of(pair.baseline_region))


def floor_of(pair: Pair) -> float:
    """Return the error of the homography that fits the truth best."""
    assert pair.truth is not None  # noqa: S101
    best, _ = cv2.findHomography(pair.truth[0].reshape(-1, 1, 2), pair.truth[1].reshape(-1, 1, 2), 0)
    return error_of(np.asarray(best), pair)


def score(kind: str, pairs: Iterator[Pair], verbose: bool) -> None:
    """Align all pairs and print a line."""
    errors, floors, wrong, refused, seconds, count = [], [], 0, 0, [], 0
    flagged = 0
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
        error = error_of(found.matrix, pair) if pair.truth is not None else float("inf")
        if pair.truth is not None:
            errors.append(error)
            floors.append(floor_of(pair))
        # The flag "aligned_by_outline" says of an alignment that it rests on little.
        wrong += error > WRONG and found.method == "features"
        flagged += error > WRONG and found.method == "outline"
        if verbose and error > WRONG:
            print(f"  {pair.name}: error {error:.1f} %, {found}")
    median, high = np.percentile(errors, [50, 95]) if errors else (np.nan, np.nan)
    floor = np.median(floors) if floors else np.nan
    print(
        f"{kind:11s} pairs {count:4d}  error median {median:5.2f} %  p95 {high:5.2f} %  (floor {floor:4.2f} %)  "
        f"refused {refused:4d}  wrong unflagged {wrong:3d}  wrong flagged {flagged:3d}  "
        f"CPU median {np.median(seconds):.3f} s  p95 {np.percentile(seconds, 95):.3f} s  {methods}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("outlines", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=186)
    parser.add_argument("--impostors", type=int, default=500)
    parser.add_argument("--rendered", type=int, default=12, help="rendered heads; 0 for none")
    parser.add_argument("--work-px", type=int, default=WORK_PX)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="name each pair that was refused or is wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.photos and options.outlines:
        heads = people(options.photos, options.outlines, options.work_px)
        if not heads:
            sys.exit("no photo has an outline")
        for kind, count in (("altered", options.pairs), ("changed", options.pairs), ("impostors", options.impostors)):
            score(kind, photo_pairs(heads, kind, count, options.seed), options.verbose)
    if options.rendered:
        size = min(options.work_px, 800)
        for kind in ("rendered", "other head"):
            pairs = rendered_pairs(options.rendered, size, options.seed, impostors=kind != "rendered")
            score(kind, pairs, options.verbose)


if __name__ == "__main__":
    main()
