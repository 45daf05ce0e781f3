"""What is behind and below the head: floors, walls, fabric, a busy room, and clothes."""

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Plane
from hairdensity.simulate.camera import linear_of
from hairdensity.simulate.model import Head, Points, Shot
from hairdensity.simulate.skin import fractal, of_body


def background(shot: Shot) -> Plane:
    """Return (rows, columns, 3) float32 linear RGB: the room, out of focus."""
    rng = np.random.default_rng([shot.background_seed, 5])
    rows, columns = shot.shape
    side = 640
    colour = _colour(rng, 0.35, 0.9) if shot.background != "wall" else _paint(rng)
    canvas = np.broadcast_to(colour, (side, side, 3)).astype(np.float32)
    shade = np.exp(0.10 * fractal(rng, side, 3, 4))[..., None]
    if shot.background == "wall":
        canvas = canvas * np.exp(0.03 * fractal(rng, side, 60, 3))[..., None]
    elif shot.background == "floor":
        canvas = _planks(rng, side)
    elif shot.background == "tiles":
        canvas = _tiles(rng, canvas.copy())
    elif shot.background == "fabric":
        canvas = _woven(rng, side, rng.choice(("stripes", "checks", "plain")))
    else:
        canvas = _clutter(rng, canvas.copy())
    canvas = np.asarray(canvas * shade, np.float32)
    angle = float(rng.uniform(-30, 30))
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.45)
    canvas = np.asarray(cv2.warpAffine(canvas, turn, (side, side), borderMode=cv2.BORDER_REFLECT), np.float32)
    canvas = imaging.blur(canvas, float(rng.uniform(1.2, 3.5)))
    longest = max(rows, columns)
    full = np.asarray(cv2.resize(canvas, (longest, longest), interpolation=cv2.INTER_CUBIC), np.float32)
    return np.clip(full[:rows, :columns], 0.002, 1)


def clothes(head: Head, place: Points) -> Plane:
    """Return the colour of shoulders and chest by pixel, linear RGB; bare skin for clothing "none"."""
    if head.clothing == "none":
        return of_body(head, place)
    rng = np.random.default_rng([head.seed, 6])
    side = 512
    if head.clothing == "towel":
        base = _colour(rng, 0.5, 0.95)
        canvas = base * np.exp(0.22 * fractal(rng, side, 128, 2))[..., None]
    else:
        canvas = _woven(rng, side, head.clothing)
    folds = np.exp(0.16 * fractal(rng, side, 6, 3))[..., None]
    canvas = np.asarray(canvas * folds, np.float32)
    # The cloth is laid over the body from above and from behind at once.
    across = place[..., 0] * np.float32(1.4) + 256
    along = (place[..., 1] - place[..., 2]) * np.float32(1.2) + 256
    return imaging.sample(canvas, np.dstack([across, along]).astype(np.float32), wrap=True)


def _colour(rng: np.random.Generator, darkest: float, lightest: float) -> Plane:
    """Return a linear RGB of moderate saturation."""
    hue, value = rng.uniform(0, 1), rng.uniform(darkest, lightest) * 255
    saturation = 0.5 * rng.beta(1.0, 2.5)
    wheel = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    srgb = value * (1 - saturation + saturation * wheel)
    return linear_of((float(srgb[0]), float(srgb[1]), float(srgb[2])))


def _paint(rng: np.random.Generator) -> Plane:
    """Return the linear RGB of a painted wall: white, cream, grey, and seldom a colour."""
    if rng.random() < 0.2:
        return _colour(rng, 0.45, 0.85)
    value, warm = rng.uniform(120, 238), rng.uniform(-6, 16)
    return linear_of((float(value + warm * 0.6), float(value), float(value - warm)))


def _planks(rng: np.random.Generator, side: int) -> Plane:
    wood = linear_of(((196, 160, 118), (150, 108, 72), (205, 190, 170), (110, 78, 55))[int(rng.integers(4))])
    out = np.empty((side, side, 3), np.float32)
    grain = cv2.resize(fractal(rng, side, 40, 3), (side, side * 8))[:side]
    y = 0
    while y < side:
        height = int(rng.integers(60, 110))
        tone = np.float32(np.exp(rng.normal(0, 0.13)))
        out[y : y + height] = wood * tone
        out[y : y + 2] *= 0.35
        joint = int(rng.integers(0, side))
        out[y : y + height, joint : joint + 2] *= 0.4
        y += height
    return np.asarray(out * np.exp(0.10 * grain)[..., None], np.float32)


def _tiles(rng: np.random.Generator, canvas: Plane) -> Plane:
    side, pitch = canvas.shape[0], int(rng.integers(70, 180))
    for start in range(0, side, pitch):
        for other in range(0, side, pitch):
            canvas[start : start + pitch, other : other + pitch] *= np.float32(np.exp(rng.normal(0, 0.06)))
    joint = np.float32(rng.choice((0.45, 1.5)))
    for start in range(0, side, pitch):
        canvas[start : start + 4] *= joint
        canvas[:, start : start + 4] *= joint
    return canvas


def _woven(rng: np.random.Generator, side: int, kind: str) -> Plane:
    base = _colour(rng, 0.06, 0.85)
    out = np.broadcast_to(base, (side, side, 3)).astype(np.float32)
    for _ in range(3 if kind != "plain" else 0):
        other, period = _colour(rng, 0.1, 0.9), int(rng.choice((32, 64, 128)))
        width, start = int(rng.integers(4, period // 2)), int(rng.integers(0, period))
        stripe = ((np.arange(side) + start) % period < width).astype(np.float32) * np.float32(0.75)
        out = out * (1 - stripe[:, None, None]) + other * stripe[:, None, None]
        if kind == "checks":
            out = out * (1 - 0.6 * stripe[None, :, None]) + other * 0.6 * stripe[None, :, None]
    thread = rng.normal(1, 0.05, (side, side, 1)).astype(np.float32)
    return np.asarray(out * thread, np.float32)


def _clutter(rng: np.random.Generator, canvas: Plane) -> Plane:
    side = canvas.shape[0]
    for _ in range(int(rng.integers(14, 34))):
        colour = tuple(float(c) for c in _colour(rng, 0.05, 0.95))
        centre = rng.uniform(0, side, 2)
        size = rng.uniform(20, 170, 2) * rng.choice((0.4, 1.0))
        box = cv2.boxPoints(
            ((float(centre[0]), float(centre[1])), (float(size[0]), float(size[1])), float(rng.uniform(0, 180)))
        )
        if rng.random() < 0.65:
            cv2.fillPoly(canvas, [np.rint(box).astype(np.int32)], colour)
        else:
            cv2.circle(canvas, (int(centre[0]), int(centre[1])), int(size[0] / 2), colour, -1)
    return canvas
