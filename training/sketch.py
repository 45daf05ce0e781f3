"""Paint flat scalps with exact truth: a second, simple renderer, so that no renderer's own look is what is learned.

    python training/sketch.py CACHE [--count N] [--first SEED]

Nothing here is a solid: a head is a shaded oval, hair is strokes laid over it in layers along a field of directions.
What it lacks in truth to nature it has in variety: any skin, hair, style, density, light and background, drawn far more
widely than heads differ. It writes what `render.py` writes.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from render import Scalp, fill

FIRST_SEED = 800_000
FINE = 2
"""Painted at so many times the size."""
HEAD_MM = 190.0
SKINS = np.array(
    [(0.66, 0.43, 0.34), (0.58, 0.37, 0.26), (0.46, 0.28, 0.18), (0.31, 0.17, 0.10), (0.17, 0.085, 0.05),
     (0.07, 0.04, 0.027)]
)  # fmt: skip
"""Skin from Fitzpatrick I to VI, linear light."""
HAIRS = np.array(
    [(0.5, 0.49, 0.46), (0.24, 0.23, 0.22), (0.36, 0.26, 0.13), (0.18, 0.12, 0.06), (0.22, 0.08, 0.03),
     (0.06, 0.035, 0.022), (0.012, 0.01, 0.01), (0.02, 0.015, 0.012)]
)  # fmt: skip
"""White, grey, blond, dark blond, red, brown, black, black; linear light."""
LEAST_CONTRAST = 0.4
"""Natural logarithm of the least ratio of brightness between hair and skin: below it nobody could tell them apart."""
LAYERS, SHADES = 7, 4

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """Where in the picture the head is.

    Parameters
    ----------
    u, v : ndarray
        (rows, columns) float32: across and along the head, -1..1 inside.
    r : ndarray
        The same size: 1 on the head's outline.
    mm : float
        Pixels a millimetre.
    view : str
        `vertex`, `frontal` or `back`.
    """

    u: Plane
    v: Plane
    r: Plane
    mm: float
    view: str


def sketch(seed: int, size: int = 480) -> Scalp:
    """Return the painted photo of a seed; its longer side has `size` pixels."""
    rng = np.random.default_rng([seed, 77])
    rows, columns = FINE * size, FINE * round(size * rng.uniform(0.7, 1.0) / 8) * 8
    head = _head(rows, columns, rng)
    grows, neck, line = _scalp(head, rng)
    scalp = (head.r < 1) & grows
    kind = rng.integers(len(SKINS) - 1) + rng.random()
    low = int(kind)
    skin = SKINS[low] + (kind - low) * (SKINS[min(5, low + 1)] - SKINS[low])
    picture = _background(rows, columns, rng)
    light = _light(head, rng)
    if neck is not None:
        below = neck & (head.r >= 1)
        picture[below] = skin.astype(np.float32) * np.float32(rng.uniform(0.4, 0.9))
    picture = _with_skin(picture, head, skin, light, line, rng)

    margin = np.float32(1 + rng.uniform(0.0, 0.07))
    room = cv2.GaussianBlur(((head.r < margin) & grows).astype(np.float32), (0, 0), head.mm * rng.uniform(0.3, 2))
    picture, alpha = _with_hair(picture, head, room, scalp, skin, light, rng)
    region = scalp | ((cv2.GaussianBlur(alpha, (0, 0), 2 * head.mm) > 0.5) & (head.r < margin))
    small = (columns // FINE, rows // FINE)
    shown = _camera(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), rng)
    region = cv2.resize(region.astype(np.float32), small, interpolation=cv2.INTER_AREA) > 0.5
    return Scalp(shown, cv2.resize(alpha, small, interpolation=cv2.INTER_AREA), region, head.view)


def _head(rows: int, columns: int, rng: np.random.Generator) -> Head:
    """Return a head somewhere near the middle."""
    view = str(rng.choice(["vertex", "vertex", "vertex", "frontal", "back", "back"]))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    long = rows * rng.uniform(0.24, 0.47)
    wide = min(long * rng.uniform(0.72, 0.95), 0.48 * columns)
    turn = rng.normal(0, 0.25)
    cx, cy = columns * (0.5 + rng.normal(0, 0.03)), rows * (0.5 + rng.normal(0, 0.03))
    u = ((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)) / np.float32(wide)
    v = (-(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)) / np.float32(long)
    power = rng.uniform(1.9, 2.5)
    r = (np.abs(u) ** power + np.abs(v) ** power) ** np.float32(1 / power)
    return Head(u, v, r, 2 * long / HEAD_MM, view)


def _with_skin(
    picture: Plane, head: Head, skin: NDArray[np.float64], light: Plane, line: float, rng: np.random.Generator
) -> Plane:
    """Return the picture with the bare head in it: mottled skin, ears, moles, a face, glare."""
    u, v = head.u, head.v
    rows, columns = u.shape
    mottled = 1 + np.float32(rng.uniform(0.02, 0.12)) * _noise(rows, columns, int(rng.integers(6, 40)), rng)
    fine = 1 + np.float32(rng.uniform(0.0, 0.06)) * cv2.resize(
        rng.standard_normal((rows // 2, columns // 2)).astype(np.float32), (columns, rows)
    )
    body = (head.r < 1) | _ears(head, rng)
    bare = skin.astype(np.float32) * (light * mottled * fine)[:, :, None]
    bare[:, :, 0] *= 1 + np.float32(rng.uniform(0, 0.1)) * _noise(rows, columns, 7, rng)
    for _ in range(int(rng.integers(0, 9))):
        at = (int(rng.uniform(0, columns)), int(rng.uniform(0, rows)))
        radius = max(1, int(head.mm * rng.uniform(0.4, 2)))
        cv2.circle(bare, at, radius, (bare.mean(axis=(0, 1)) * rng.uniform(0.2, 0.7)).tolist(), -1, cv2.LINE_8)
    if head.view == "frontal":
        bare = _face(bare, head, line, rng)
    if rng.random() < 0.6:
        gx, gy, wide = rng.normal(0, 0.35), rng.normal(0, 0.35), rng.uniform(0.08, 0.4)
        spot = np.exp(-((u - gx) ** 2 + (v - gy) ** 2) / np.float32(wide**2))
        bare += (np.float32(rng.uniform(0.02, 0.35)) * spot)[:, :, None]
    edge = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 1.5)[:, :, None]
    return picture * (1 - edge) + bare * edge


def _scalp(head: Head, rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_] | None, float]:
    """Return where hair may grow, where there is a neck, and how low the hairline is in the middle."""
    u, v, view = head.u, head.v, head.view
    if view == "vertex":
        if rng.random() < 0.3:
            return np.ones(u.shape, bool), None, 1.0
        line = rng.uniform(0.65, 0.95)
        bays = rng.uniform(-0.1, 0.6) * np.minimum(1, np.abs(u)) ** 2
        return v < line - bays + rng.uniform(0, 0.15) * np.cos(3 * u), None, line
    if view == "frontal":
        line = rng.uniform(-0.5, 0.1)
        bays = rng.uniform(0, 0.3) * np.exp(-((np.abs(u) - 0.5) ** 2) / 0.05)
        return v < line + rng.uniform(0.1, 1.2) * u * u - bays, None, line
    line = rng.uniform(0.45, 0.85)
    neck = (np.abs(u) < rng.uniform(0.5, 0.75)) & (v > 0.3)
    return v < line + rng.uniform(-0.2, 0.1) * u * u, neck, line


def _face(bare: Plane, head: Head, line: float, rng: np.random.Generator) -> Plane:
    """Return the skin with brows, eyes and a mouth below a forehead."""
    u, v = head.u, head.v
    brows = line + rng.uniform(0.3, 0.45)
    apart = rng.uniform(0.3, 0.42)
    out = bare.copy()
    for down, wide, tall, tone in ((0.0, 0.22, 0.035, 0.25), (0.14, 0.15, 0.045, 0.9), (0.14, 0.06, 0.045, 0.08)):
        inside = ((np.abs(u) - apart) / wide) ** 2 + ((v - brows - down) / tall) ** 2 < 1
        out[inside] = np.float32(tone * rng.uniform(0.6, 1.4)) * bare[inside].mean()
    mouth = (u / 0.3) ** 2 + ((v - brows - 0.62) / 0.05) ** 2 < 1
    out[mouth] *= np.array([0.8, 0.45, 0.45], np.float32)
    return out


def _ears(head: Head, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return where the ears, and from above the nose, stand out."""
    u, v = head.u, head.v
    at, tall, out = rng.uniform(-0.1, 0.3), rng.uniform(0.1, 0.25), rng.uniform(0.03, 0.14)
    ears = ((np.abs(u) - 0.97) / out) ** 2 + ((v - at) / tall) ** 2 < 1
    if head.view == "vertex":
        ears |= (u / 0.13) ** 2 + ((v - 0.98) / rng.uniform(0.02, 0.15)) ** 2 < 1
    return ears


def _light(head: Head, rng: np.random.Generator) -> Plane:
    """Return the light on the head, as a factor."""
    u, v, r = head.u, head.v, head.r
    height = np.sqrt(np.clip(1 - np.minimum(r, 1) ** 2, 0.0, 1))
    angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.95)
    flat = np.sqrt(1 - rise**2)
    lambert = np.clip(
        u * np.float32(flat * np.cos(angle)) + v * np.float32(flat * np.sin(angle)) + height * np.float32(rise), 0, 1
    )
    around = np.float32(rng.uniform(0.25, 0.8))
    return np.asarray(around + (1 - around) * lambert, np.float32)


def _noise(rows: int, columns: int, cells: int, rng: np.random.Generator) -> Plane:
    """Return smooth noise of about standard deviation 1."""
    return np.asarray(
        cv2.resize(
            rng.standard_normal((cells, cells)).astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC
        ),
        np.float32,
    )


def _background(rows: int, columns: int, rng: np.random.Generator) -> Plane:
    """Return what is around the head: even, in stripes, in tiles or mottled; linear light."""
    colour = rng.uniform(0.02, 0.7, 3) if rng.random() < 0.4 else rng.uniform(0.03, 0.8) * rng.uniform(0.85, 1.1, 3)
    plane = np.ones((rows, columns), np.float32)
    kind = rng.integers(4)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    turn, period = rng.uniform(0, np.pi), rng.uniform(20, 200)
    along = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))
    across = -x * np.float32(np.sin(turn)) + y * np.float32(np.cos(turn))
    if kind == 1:
        plane += np.float32(rng.uniform(0.05, 0.5)) * np.sign(np.sin(along * np.float32(2 * np.pi / period)))
    if kind == 2:
        plane *= np.where((np.sin(along / period * 6) > 0.97) | (np.sin(across / period * 6) > 0.97), 0.5, 1.0).astype(
            np.float32
        )
    plane *= np.exp(np.float32(rng.uniform(0, 0.5)) * _noise(rows, columns, int(rng.integers(3, 60)), rng))
    out = plane[:, :, None] * colour.astype(np.float32)
    if rng.random() < 0.6:  # clothes
        tone = rng.uniform(0.01, 0.6, 3).astype(np.float32)
        sx, sy = rng.uniform(0.35, 0.7) * columns, rng.uniform(0.15, 0.4) * rows
        inside = ((x - columns / 2) / sx) ** 2 + ((y - rows * rng.uniform(0.5, 1.0)) / sy) ** 2 < 1
        out[inside] = tone * np.exp(np.float32(0.2) * _noise(rows, columns, 30, rng))[inside][:, None]
    return cv2.GaussianBlur(np.clip(out, 0, 1), (0, 0), rng.uniform(0.5, 8))


def _density(head: Head, rng: np.random.Generator) -> Plane:
    """Return how densely hair grows, 0..1, over the head: even, thinning in places, patchy."""
    u, v = head.u, head.v
    density = np.full(u.shape, rng.uniform(0.0, 1.0) ** 0.7, np.float32)
    front = -0.4 if head.view == "frontal" else 0.7
    for _ in range(int(rng.integers(0, 4))):
        px, py = rng.normal(0, 0.15), rng.choice([rng.normal(-0.2, 0.25), front + rng.normal(0, 0.15)])
        sx, sy = rng.uniform(0.1, 0.6, 2)
        density *= 1 - np.float32(rng.uniform(0.3, 1)) * np.exp(-(((u - px) / sx) ** 2 + ((v - py) / sy) ** 2)).astype(
            np.float32
        )
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(1, 6))):
            px, py, s = rng.uniform(-0.7, 0.7), rng.uniform(-0.7, 0.7), rng.uniform(0.05, 0.3)
            density *= (1 / (1 + np.exp(-(np.hypot(u - px, v - py) - s) / 0.02))).astype(np.float32)
    density *= np.clip(1 + np.float32(rng.uniform(0, 0.6)) * _noise(*u.shape, int(rng.integers(4, 14)), rng), 0, 2)
    return np.clip(density, 0, 1)


def _directions(head: Head, rng: np.random.Generator) -> Plane:
    """Return the angle along which hair lies: from a whorl, combed one way, or from a parting."""
    u, v = head.u, head.v
    style = rng.integers(4)
    wx, wy = rng.normal(0, 0.15), rng.normal(-0.3, 0.2)
    angle = np.arctan2(v - wy, u - wx) + rng.normal(0, 0.6)
    if style == 1:
        angle = np.full(u.shape, rng.uniform(0, 2 * np.pi), np.float32)
    if style == 2:
        part, lean = rng.uniform(-0.5, 0.5), rng.uniform(-0.6, 0.6)
        angle = np.where(u > part, lean, np.pi - lean)
    return np.asarray(
        angle + np.float32(rng.uniform(0, 0.5)) * _noise(*u.shape, int(rng.integers(3, 10)), rng), np.float32
    )


@dataclass(frozen=True, slots=True)
class Manner:
    """How the strokes of one head are drawn.

    Parameters
    ----------
    length : float
        Of the longest stroke, pixels.
    thick, pieces : int
        Width of a stroke in pixels, and straight pieces that it is made of.
    opacity, bend, untidy : float
        How much a stroke hides; how much it turns at each piece, and how far it strays from the field, radians.
    strokes : int
        So many a layer, were the whole scalp dense.
    tone : ndarray
        (3,) linear colour.
    grey, gloss : float
        Share of shades that are white, and how much the brightness of a layer varies.
    """

    length: float
    thick: int
    pieces: int
    opacity: float
    bend: float
    untidy: float
    strokes: int
    tone: NDArray[np.float64]
    grey: float
    gloss: float


def _with_hair(
    picture: Plane, head: Head, room: Plane, scalp: NDArray[np.bool_], skin: NDArray[np.float64], light: Plane,
    rng: np.random.Generator,
) -> tuple[Plane, Plane]:  # fmt: skip
    """Return the picture with hair on it, and how much of each pixel it covers."""
    alpha = np.zeros(scalp.shape, np.float32)
    density, angles = _density(head, rng) * scalp, _directions(head, rng)
    manner = _manner(head.mm, int(scalp.sum()), skin, rng)
    inside = np.argwhere(scalp)
    if manner is None or not len(inside):
        return picture, alpha
    for layer in range(LAYERS):
        at = inside[rng.integers(len(inside), size=manner.strokes)]
        at = at[rng.random(len(at)) < density[at[:, 0], at[:, 1]]]
        if not len(at):
            continue
        cover, colour, sheen = _strokes(_courses(at, angles, manner, rng), room, manner, rng)
        deep = np.float32(0.5 + 0.5 * (layer + 1) / LAYERS) * light * sheen  # hair below other hair is darker
        shadow = 1 - np.float32(rng.uniform(0, 0.35)) * cv2.GaussianBlur(cover, (0, 0), max(0.5, head.mm))
        picture = picture * (shadow * (1 - cover))[:, :, None] + colour * deep[:, :, None]
        alpha = 1 - (1 - alpha) * (1 - cover)
    return picture, alpha


def _manner(mm: float, room: int, skin: NDArray[np.float64], rng: np.random.Generator) -> Manner | None:
    """Return how hair is drawn on so many pixels of scalp; None where not even one stroke is due."""
    reach = mm * np.exp(rng.uniform(np.log(1.0), np.log(90)))
    thick = int(rng.choice([1, 1, 1, 2, 3]))
    opacity = rng.uniform(0.35, 1.0)
    coil = rng.random() < 0.25
    bend = rng.uniform(0.5, 1.3) if coil else rng.uniform(0, 0.25)
    untidy = rng.uniform(0.03, 0.7)
    length = min(reach, 40 * mm)
    # About so many strokes that a full head is covered some twice over.
    full = 2.2 * room / max(1.0, length * 0.7 * (0.8 + thick) * opacity) * rng.uniform(0.5, 1.5)
    wanted = int(min(26000, full))
    if wanted < 1:
        return None
    tones = HAIRS * rng.uniform(0.6, 1.5)
    apart = np.abs(np.log(tones.mean(1) / skin.mean())) > LEAST_CONTRAST
    tone = tones[rng.choice(np.flatnonzero(apart))]
    grey = rng.uniform(0, 0.7) if rng.random() < 0.3 else 0.0
    gloss = rng.uniform(0, 0.5)
    return Manner(length, thick, 14 if coil else 7, opacity, bend, untidy, wanted // LAYERS, tone, grey, gloss)


def _courses(at: NDArray[np.int64], angles: Plane, manner: Manner, rng: np.random.Generator) -> Plane:
    """Return the corners (x, y) of the strokes that begin at these pixels (row, column), as (strokes, corners, 2)."""
    points = np.empty((len(at), manner.pieces + 1, 2), np.float32)
    points[:, 0] = at[:, ::-1] + rng.random((len(at), 2))
    angle = angles[at[:, 0], at[:, 1]] + rng.normal(0, manner.untidy, len(at))
    turn = manner.bend * rng.choice([-1, 1], len(at)) * rng.uniform(0.5, 1.0, len(at))
    step = manner.length * rng.uniform(0.4, 1.0, len(at)) / manner.pieces
    for i in range(manner.pieces):
        points[:, i + 1] = points[:, i] + step[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        angle = angle + turn + rng.normal(0, 0.1, len(at))
    return points


def _strokes(points: Plane, room: Plane, manner: Manner, rng: np.random.Generator) -> tuple[Plane, Plane, Plane]:
    """Return one layer of strokes: share that it covers, its colour times that share, and its sheen."""
    rows, columns = room.shape
    cover = np.zeros((rows, columns), np.float32)
    colour = np.zeros((rows, columns, 3), np.float32)
    shades = rng.integers(SHADES, size=len(points))
    sheen = 1 + np.float32(manner.gloss) * np.clip(_noise(rows, columns, int(rng.integers(5, 25)), rng), -1, 2)
    for shade in range(SHADES):
        lines = list(np.rint(points[shades == shade] * 8).astype(np.int32))
        stroke = np.zeros((rows, columns), np.uint8)
        cv2.polylines(stroke, lines, False, 255, manner.thick, cv2.LINE_AA, 3)
        part = stroke * np.float32(manner.opacity / 255) * room
        own = HAIRS[0] * 0.8 if rng.random() < manner.grey else manner.tone * (0.6 + 0.3 * shade)
        colour = colour * (1 - part[:, :, None]) + part[:, :, None] * own.astype(np.float32)
        cover = 1 - (1 - cover) * (1 - part)
    return cover, colour, sheen


def _camera(linear: Plane, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture as a phone would save it."""
    rows, columns = linear.shape[:2]
    gain = 2.0 ** rng.uniform(-0.6, 0.7) * np.exp(rng.normal(0, 0.1) * np.array([1, 0, -1]))
    sharp = cv2.GaussianBlur(linear, (0, 0), rng.uniform(0.25, 1.0))
    shown = np.clip(sharp * gain.astype(np.float32), 0, 1) ** np.float32(1 / 2.2)
    shown = shown + np.float32(rng.uniform(0, 0.02)) * rng.standard_normal((rows, columns, 3), np.float32)
    return np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)


def main() -> None:
    """Paint what the cache lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    fill(given.cache, range(given.first, given.first + given.count), sketch)


if __name__ == "__main__":
    main()
