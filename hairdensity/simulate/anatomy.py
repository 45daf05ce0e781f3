"""The head in three dimensions: skull, face, neck, ears and shoulders; where hair grows, which way, and how much of it.

The head's frame: x to the person's right, y forward, z up, in mm, origin in the middle of the skull.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.simulate.model import Head, Points

Values = NDArray[np.float32]
RADIUS_MM: Final = 92.0
"""Radius that canonical coordinates are measured with."""

# The hairline before any loss: height (z as a share of the half axis) by the angle from the front, degrees. The front
# lies high, temples go back, hair reaches down before the ear, around it, and to the nape.
_HAIRLINE_DEG: Final = np.array([0, 15, 28, 40, 52, 62, 70, 78, 84, 96, 104, 112, 125, 145, 165, 180], np.float32)
_HAIRLINE_Z: Final = np.array(
    [0.47, 0.475, 0.50, 0.48, 0.33, 0.12, -0.12, -0.42, -0.40, -0.10, -0.12, -0.32, -0.50, -0.66, -0.74, -0.76],
    np.float32,
)


@dataclass(frozen=True, slots=True)
class Blob:
    """An ellipsoid: centre and half axes in mm, and the lean of its long axis about x in degrees."""

    centre: tuple[float, float, float]
    axes: tuple[float, float, float]
    lean: float = 0.0


def half_axes(head: Head) -> NDArray[np.float32]:
    """Return the skull's half axes, mm, (3,)."""
    return np.array([head.breadth_mm, head.length_mm, head.height_mm], np.float32)


def on_skull(head: Head, directions: Points) -> Points:
    """Return the points of the skull in these directions (in the space where the skull is a unit ball)."""
    scaled = np.abs(directions) ** np.float32(head.boxiness)
    norm = scaled.sum(-1, keepdims=True) ** np.float32(1 / head.boxiness)
    return np.asarray(directions / norm * half_axes(head), np.float32)


def skull_norm(head: Head, points: Points) -> Values:
    """Return 1 on the skull, less inside, more outside, growing in proportion to the distance from its middle."""
    scaled = np.abs(points / half_axes(head)) ** np.float32(head.boxiness)
    return np.asarray(scaled.sum(-1) ** np.float32(1 / head.boxiness), np.float32)


def skull_normal(head: Head, points: Points) -> Points:
    """Return outward unit normals of the skull below these points."""
    axes = half_axes(head)
    scaled = points / axes
    gradient = np.sign(scaled) * np.abs(scaled) ** np.float32(head.boxiness - 1) / axes
    return unit(gradient.astype(np.float32))


def unit(vectors: Points) -> Points:
    """Return vectors at length 1."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return np.asarray(vectors / np.maximum(length, 1e-9)[..., None], np.float32)


def canonical(head: Head, points: Points) -> NDArray[np.float32]:
    """Return canonical (x, y) in mm of points on the head: an azimuthal equidistant map about the top."""
    direction = unit(points / half_axes(head))
    angle = np.arccos(np.clip(direction[..., 2], -1, 1))
    flat = direction[..., :2]
    reach = np.sqrt(np.einsum("...i,...i->...", flat, flat))
    return np.asarray(flat * (RADIUS_MM * angle / np.maximum(reach, 1e-6))[..., None], np.float32)


def from_canonical(head: Head, places: NDArray[np.float32]) -> Points:
    """Return the points of the skull at canonical (x, y) in mm."""
    reach = np.sqrt(np.einsum("...i,...i->...", places, places))
    angle = reach / np.float32(RADIUS_MM)
    flat = places * (np.sin(angle) / np.maximum(reach, 1e-6))[..., None]
    direction = np.concatenate([flat, np.cos(angle)[..., None]], -1).astype(np.float32)
    # Canonical angles are those of the ball; the superquadric lies on the same rays.
    return on_skull(head, direction)


def hair_zone(head: Head, points: Points) -> Values:
    """Return how far inside the hairline (as it was before any loss) points of the skull lie, about mm; < 0 outside."""
    scaled = unit(points / half_axes(head))
    around = np.degrees(np.arctan2(np.abs(scaled[..., 0]), scaled[..., 1]))
    edge = np.interp(around, _HAIRLINE_DEG, _HAIRLINE_Z).astype(np.float32)
    wobble = 0.012 * np.sin(around * 0.45 + head.seed % 7) * np.sin(scaled[..., 0] * 17 + head.seed % 11)
    return np.asarray((scaled[..., 2] - edge - wobble) * head.height_mm, np.float32)


def remaining_share(head: Head, points: Points) -> Values:
    """Return the share of hairs left at points of the skull, 0..1, by pattern, diffuse loss and patches.

    Pattern: loss begins at the temples, moves back along the front, opens at the whorl and joins; a fringe on the
    sides and the back stays (after O'Tar Norwood, Southern Medical Journal 1975). Borders are soft and uneven.
    """
    place = canonical(head, points)
    x, y = place[..., 0], place[..., 1]
    uneven: Values = np.float32(6.0) * (
        np.sin(x / 13 + head.seed % 5) * np.cos(y / 17 + head.seed % 3)
        + 0.6 * np.sin(x / 5.5 + y / 7.3 + head.seed % 13)
    )
    # How high above the fringe: the top of the head that the pattern can reach.
    top = _ramp((105.0 - 4.0 * max(0.0, 6.5 - head.stage)) - np.hypot(x * 1.25, (y - 8) * 0.92) + uneven, 22.0)
    stage = head.stage
    behind_front = 99.0 - y  # mm behind the middle of the original hairline
    aside = np.abs(x)
    temple = np.float32(7.5 * stage - 12.0) + np.float32(0.55) * aside - behind_front + uneven
    temple = _ramp(temple, 14.0) * _ramp(aside - np.float32(14.0), 16.0)
    middle = _ramp(26.0 * max(0.0, stage - 3.2) - behind_front + uneven, 20.0)
    crown = np.hypot(x - head.whorl_mm[0], (y - head.whorl_mm[1] - 6) * 0.9)
    spot = _ramp(17.0 * max(0.0, stage - (1.0 if head.vertex_only else 2.6)) - crown + uneven, 22.0)
    front = np.float32(0.0) if head.vertex_only else np.maximum(temple, middle)
    depth = min(1.0, 0.45 + 0.12 * stage)
    lost = top * np.maximum(front, spot) * depth if stage > 0 else np.zeros_like(x)
    left = (1 - lost) * (1 - head.diffuse * (0.15 + 0.85 * top))
    for patch_x, patch_y, radius, share in head.patches:
        inside = _ramp(radius - np.hypot(x - patch_x, y - patch_y) + 0.35 * uneven, 5.0)
        left = left * (1 - share * inside)
    return np.asarray(np.clip(left, 0.004, 0.97), np.float32)


def flow(head: Head, points: Points) -> Points:
    """Return which way hair lies at points of the skull: unit vectors along the skin."""
    normal = skull_normal(head, points)
    place = canonical(head, points)
    whorl = from_canonical(head, np.array([head.whorl_mm], np.float32))[0]
    away = _along(points - whorl, normal)
    distance = np.linalg.norm(points - whorl, axis=-1)
    swirl = head.whorl_turn * (0.25 + 1.1 * np.exp(-distance / 38.0))
    natural = _turned(away, normal, swirl.astype(np.float32))
    down = _along(np.broadcast_to(np.array([0, 0, -1], np.float32), points.shape), normal)
    on_top = _ramp(points[..., 2] - 25.0, 60.0)[..., None]
    wish = natural
    if head.style in ("forward", "back"):
        sign = 1.0 if head.style == "forward" else -1.0
        ahead = _along(np.broadcast_to(np.array([0, sign, 0.1], np.float32), points.shape), normal)
        wish = unit(natural * (1 - 0.75 * on_top) + ahead * 0.75 * on_top)
    elif head.style in ("side", "parted"):
        offset = place[..., 0] - head.parting_mm
        sharp = 3.0 if head.style == "parted" else 14.0
        sideways = np.tanh(offset / sharp)
        ahead = np.stack([sideways, np.full_like(sideways, 0.45), np.full_like(sideways, 0.1)], -1)
        # The parting ends at the whorl.
        reach = (_ramp(place[..., 1] - head.whorl_mm[1] - 5.0, 30.0) * on_top[..., 0])[..., None]
        wish = unit(natural * (1 - 0.9 * reach) + _along(ahead.astype(np.float32), normal) * 0.9 * reach)
    low = (1 - on_top) * 0.6
    combined = unit(wish * (1 - low) + down * low)
    bend = 0.22 * np.sin(place[..., 0] / 19 + head.seed % 6) + 0.22 * np.cos(place[..., 1] / 23 + head.seed % 9)
    return _turned(_along(combined, normal), normal, bend.astype(np.float32))


def body(head: Head) -> tuple[Blob, ...]:
    """Return the blobs that join the skull smoothly: face, brow, nose, neck."""
    b, deep = head.breadth_mm, head.length_mm
    return (
        Blob((0, 0.36 * deep, -66), (0.83 * b, 0.66 * deep, 92)),
        Blob((0, 0.83 * deep, -20), (0.60 * b, 13, 10)),
        Blob((0, 1.05 * deep, -60), (12, 17, 27), 20.0),
        Blob((0, -0.14 * deep, -150), (0.76 * b, 0.64 * deep, 140)),
    )


def ears(head: Head) -> tuple[Blob, Blob]:
    """Return the two ears."""
    side = head.breadth_mm + 3.0
    return (
        Blob((side, -6, -42), (9, 18, 32), -12.0),
        Blob((-side, -6, -42), (9, 18, 32), -12.0),
    )


def torso() -> tuple[Blob, ...]:
    """Return shoulders and chest."""
    return (
        Blob((0, -22, -330), (205, 92, 150)),
        Blob((175, -25, -330), (70, 70, 110)),
        Blob((-175, -25, -330), (70, 70, 110)),
    )


def _ramp(inside: Values | float, width: float) -> Values:
    """Return 0 well outside, 1 well inside, smooth over `width`."""
    share = np.clip(np.asarray(inside, np.float32) / np.float32(width) + np.float32(0.5), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _along(vectors: Points, normal: Points) -> Points:
    """Return unit vectors along the skin."""
    return unit(vectors - np.einsum("...i,...i->...", vectors, normal)[..., None] * normal)


def _turned(vectors: Points, normal: Points, angle: Values) -> Points:
    """Return vectors along the skin turned by `angle` radians about the normal."""
    across = np.cross(normal, vectors)
    return np.asarray(vectors * np.cos(angle)[..., None] + across * np.sin(angle)[..., None], np.float32)
