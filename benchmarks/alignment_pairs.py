"""Pairs of photos of which is known how they lie on each other, or that they show different heads, for `alignment`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Matrix, Rgb

if TYPE_CHECKING:
    from hairdensity.simulate import Rendered

KINDS = ("altered", "changed", "impostors", "strangers")
STRAIGHT: dict[str, Any] = {"turn": 0.0, "tilt": 0.0, "rotation": 0.0, "scale": 1.0, "shift": (0.0, 0.0)}
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two pictures, points (n, 2) of the first with where they lie in the second (None: nowhere), and its scale."""

    name: str
    picture: Rgb
    region: Mask
    baseline: Rgb
    baseline_region: Mask
    truth: tuple[Points, Points] | None
    px_per_mm: float | None = None


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
    moved = np.asarray(
        cv2.warpPerspective(picture, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8
    )
    mask = imaging.warp_mask(region, move, (size[1], size[0]))
    return relit(moved, random), jittered(mask, random), np.linalg.inv(move).astype(np.float64)


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
    small = np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
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
    return np.asarray(cv2.resize(mixed, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


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


def photo_pair(heads: list[tuple[str, Rgb, Mask]], kind: str, number: int, seed: int) -> Pair:
    """Return one pair of one person ("altered", "changed") or of two ("impostors", "strangers")."""
    random = np.random.default_rng([seed, KINDS.index(kind), number])
    here = number % len(heads)
    name, baseline, base_region = heads[here]
    truth = None
    if kind in ("impostors", "strangers"):
        other_name, picture, region = heads[(here + 1 + int(random.integers(len(heads) - 1))) % len(heads)]
        if kind == "strangers":
            baseline, base_region, _ = altered(baseline, base_region, random)
    else:
        other_name, picture, region = heads[here]
    if kind == "changed":
        picture = recombed(picture, region, random)
    photo, mask, back = altered(picture, region, random)
    if kind in ("altered", "changed"):
        truth = matched(mask, back)
    return Pair(f"{other_name} on {name}", photo, mask, baseline, jittered(base_region, random), truth)


def carried(matrix: Matrix, points: Points) -> Points:
    """Return points (n, 2) carried by a transform."""
    there = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return there[:, :2] / there[:, 2:]


def matched(region: Mask, truth: Matrix) -> tuple[Points, Points]:
    """Return points of a region and where a transform carries them."""
    rows, columns = np.nonzero(region)
    points = np.column_stack([columns, rows]).astype(float)[:: max(1, rows.size // 2000)]
    return points, carried(truth, points)


def rendered_pairs(number: int, size: int, seed: int, impostors: bool) -> Iterator[Pair]:
    """Yield sessions of a rendered head on its first: light, pose, hair, all change; or two of them on another head."""
    from hairdensity.simulate import random_head, random_shot, render
    from hairdensity.simulate.model import STYLES

    def first(of: int) -> "Rendered":
        shot = random_shot(50_000 * seed + 10 * of, view=view, size=size, aspect=0.75, background_seed=of)
        return render(random_head(1000 * seed + 1000 + of), replace(shot, **STRAIGHT))

    random = np.random.default_rng([seed, 77, number])
    head = random_head(1000 * seed + 1000 + number)
    view = ("vertex", "top", "back", "frontal")[number % 4]
    base = first(number + 1 if impostors else number)
    for session, change in enumerate(("light", "pose") if impostors else ("light", "pose", "hair", "all"), start=1):
        place = 50_000 * seed + 10 * number + session
        shot, body = random_shot(place, view=view, size=size, aspect=0.75, background_seed=number), head
        if change in ("light", "hair"):
            turn, tilt, rotation = random.normal(0, (2, 2, 3))
            shot = replace(shot, turn=float(turn), tilt=float(tilt), rotation=float(rotation))
        else:
            turned = np.array([0, 0, random.choice([0, 0, 90, 180, 270])])
            turn, tilt, rotation = random.normal(0, (6, 6, 10)) + turned
            zoom = float(random.uniform(0.75, 1.25))
            shot = replace(shot, turn=float(turn), tilt=float(tilt), rotation=float(rotation), scale=zoom)
        if change in ("hair", "all"):
            style = STYLES[random.choice(len(STYLES))]
            body = replace(
                head,
                vigour=float(random.normal(0, 0.5)),
                hair_mm=head.hair_mm * float(np.exp(random.normal(0, 0.3))),
                untidy=float(np.clip(head.untidy + random.normal(0, 0.15), 0, 1)),
                clump=float(np.clip(head.clump + random.normal(0, 0.15), 0, 1)),
                style=style if random.random() < 0.3 and head.curl < 0.35 else head.style,
            )
        photo = render(body, shot)
        truth = None if impostors else same_skin(photo, base)
        scale = None if impostors else base.px_per_mm
        yield Pair(f"{number} {change}", photo.rgb, photo.region, base.rgb, base.region, truth, scale)


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
    distance, nearest = (np.asarray(found) for found in cKDTree(base_places).query(places, k=4))
    weight = 1 / (distance + 0.3)
    target = (there[nearest] * weight[..., None]).sum(axis=1) / weight.sum(axis=1, keepdims=True)
    shown = distance[:, 0] < 2.5  # mm
    return here[shown], target[shown]
