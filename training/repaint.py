"""Hair that the photos do not have: other colours of it, strands painted on bare skin, and skin between dense hair.

Of 93 men hardly any is grey, blond or red, and nobody knows exactly how much of a real scalp its hair covers. Both are
made here from the same photos, in linear light: what is painted is known exactly.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

LINEAR = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
FAIR = np.array([0.55, 0.36, 0.26], np.float32)
HAIR_TONES = (
    ("white", (0.42, 0.41, 0.38)),
    ("grey", (0.22, 0.22, 0.21)),
    ("blond", (0.30, 0.21, 0.11)),
    ("dark blond", (0.16, 0.11, 0.06)),
    ("red", (0.20, 0.075, 0.03)),
    ("brown", (0.055, 0.032, 0.02)),
    ("black", (0.012, 0.010, 0.010)),
)
"""Hair in linear light beside skin of tone `FAIR` in the same light."""
FINE = 4
"""Strands are drawn at so many times the view's size, for widths below a pixel."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours of one head, linear light.

    Parameters
    ----------
    skin, hair : ndarray
        (3,) float32: bare scalp and dense hair.
    """

    skin: NDArray[np.float32]
    hair: NDArray[np.float32]


def tones_of(rgb: NDArray[np.uint8], bare: NDArray[np.bool_], dense: NDArray[np.bool_]) -> Tones | None:
    """Return the tones of a head from where it is clearly bare and clearly dense; None where they cannot be told.

    Where no bare skin was labelled, a fair one is assumed, in whose light the hair is dark.
    """
    if dense.sum() < 60:
        return None
    hair = np.median(LINEAR[rgb[dense]], axis=0).astype(np.float32)
    if bare.sum() < 60:
        skin = FAIR * np.float32(max(0.6, 4 * hair.mean() / FAIR.mean()))
    else:
        skin = np.median(LINEAR[rgb[bare]], axis=0).astype(np.float32)
    return Tones(skin, hair) if skin.mean() > 1.6 * hair.mean() else None


def recolour(picture: NDArray[np.uint8], tones: Tones, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture with the hair in another colour.

    Every pixel moves along the line from this head's skin to its hair as far as it lies along it, so that mixed pixels
    stay mixed; what is no darker than the skin stays as it is. The whole frame is changed: else the change would give
    away where the scalp ends.
    """
    target = np.array(HAIR_TONES[rng.integers(len(HAIR_TONES))][1], np.float32) * np.float32(rng.uniform(0.7, 1.4))
    target = target * min(1.6, float(tones.skin.mean() / FAIR.mean()))  # in this photo's light
    linear = LINEAR[picture]
    way = tones.hair - tones.skin
    along = np.clip((linear - tones.skin) @ way / np.float32(way @ way), 0, 1.15)
    gray = linear.mean(2) + np.float32(0.004)
    relief = np.clip(gray / cv2.GaussianBlur(gray, (0, 0), picture.shape[0] / 40), 0.4, 2.0)
    if rng.random() < 0.5:  # single strands differ: some are greyer than others
        streaks = cv2.GaussianBlur(rng.standard_normal(gray.shape).astype(np.float32), (0, 0), 0.7)
        along = along * (1 + np.float32(rng.uniform(0.1, 0.5)) * np.clip(streaks, -1, 1))
    along = along[:, :, None]
    changed = linear * (1 - along) + along * target * relief[:, :, None]
    return np.rint(255 * np.clip(changed, 0, 1) ** np.float32(1 / 2.2)).astype(np.uint8)


def strands(size: int, px_per_head: float, rng: np.random.Generator) -> Plane:
    """Return the share of each pixel that random strands cover, on a view of size x size pixels.

    Their density changes smoothly over the view, from none to a mat; neighbours run alike.
    """
    mm = px_per_head / 190  # a head from above is about 19 cm long
    wide = size * FINE
    low = 9
    density = cv2.resize(rng.random((low, low)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    density = np.clip(density * rng.uniform(0.4, 2.0) + rng.uniform(-0.5, 0.4), 0, 1)
    swirl = cv2.resize(rng.normal(0, rng.uniform(0.1, 0.8), (5, 5)).astype(np.float32), (size, size))
    turn, untidy, bend = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.8), rng.normal(0, 0.25)
    reach = mm * np.exp(rng.uniform(np.log(2), np.log(45)))
    count = int(min(5000, 0.75 * size * size / max(1.0, reach) * rng.uniform(0.4, 1.6)))
    at = rng.uniform(0, size, (count, 2))
    at = at[rng.random(count) < density[at[:, 1].astype(int), at[:, 0].astype(int)]]
    angle = turn + swirl[at[:, 1].astype(int), at[:, 0].astype(int)] + rng.normal(0, untidy, len(at))
    pieces = 5
    points = np.empty((len(at), pieces + 1, 2), np.float32)
    points[:, 0] = at
    step = reach * rng.uniform(0.4, 1.2, len(at)) / pieces
    for i in range(pieces):
        points[:, i + 1] = points[:, i] + step[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        angle = angle + bend + rng.normal(0, 0.12, len(at))
    drawn = np.zeros((wide, wide), np.uint8)
    thick = max(1, round(FINE * mm * rng.uniform(0.06, 0.3)))
    cv2.polylines(drawn, list(np.rint(points * FINE * 8).astype(np.int32)), False, 255, thick, cv2.LINE_8, 3)
    return cv2.resize(drawn, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)


def paint(picture: NDArray[np.uint8], alpha: Plane, tones: Tones | None, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture with strands over it, in the head's own hair colour or in another."""
    linear = LINEAR[picture]
    if tones is not None and rng.random() < 0.5:
        colour = tones.hair * np.float32(rng.uniform(0.7, 1.5))
    else:
        colour = np.array(HAIR_TONES[rng.integers(len(HAIR_TONES))][1], np.float32) * np.float32(rng.uniform(0.6, 1.4))
    light = cv2.GaussianBlur(linear.mean(2), (0, 0), picture.shape[0] / 12)
    light = light / max(1e-3, float(np.median(light)))
    over = colour * light[:, :, None] * rng.uniform(0.7, 1.3, (1, 1, 1)).astype(np.float32)
    shade = 1 - np.float32(rng.uniform(0, 0.4)) * cv2.GaussianBlur(alpha, (0, 0), 1.5)  # strands shade the skin
    mixed = linear * shade[:, :, None] * (1 - alpha[:, :, None]) + over * alpha[:, :, None]
    return np.rint(255 * np.clip(mixed, 0, 1) ** np.float32(1 / 2.2)).astype(np.uint8)


def gaps(picture: NDArray[np.uint8], rng: np.random.Generator) -> Plane:
    """Return the share of each pixel that skin takes where dense hair thins: first what is lighter than around it.

    So the hair that stays lies as this head's hair lies. How much stays changes smoothly over the picture.
    """
    size = picture.shape[0]
    gray = LINEAR[picture].mean(2) ** np.float32(1 / 2.2)
    wide = size / 256 * rng.uniform(1.5, 4)
    detail = gray - cv2.GaussianBlur(gray, (0, 0), wide)
    detail = cv2.GaussianBlur(detail + np.float32(0.004) * rng.standard_normal(gray.shape, np.float32), (0, 0), 0.6)
    spread = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 3 * wide)) + np.float32(1e-4)
    level = rng.normal(0, 1.2) + rng.uniform(0.2, 1.2) * rng.standard_normal((5, 5))
    level = cv2.resize(level.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip((detail / spread - level) / np.float32(rng.uniform(0.2, 1.0)) + 0.5, 0, 1), np.float32)


def thin(picture: NDArray[np.uint8], holes: Plane, tones: Tones, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture with this head's skin where dense hair has holes; the hair keeps its own texture."""
    linear = LINEAR[picture]
    light = cv2.GaussianBlur(linear.mean(2), (0, 0), picture.shape[0] / 12)
    light = np.clip(light / max(1e-3, float(tones.hair.mean())), 0.4, 2.5) ** np.float32(rng.uniform(0.3, 1))
    grain = 1 + np.float32(rng.uniform(0.02, 0.08)) * rng.standard_normal(light.shape, np.float32)
    shade = 1 - np.float32(rng.uniform(0, 0.5)) * (1 - cv2.GaussianBlur(holes, (0, 0), 1.5))  # hair shades skin
    skin = tones.skin * np.float32(rng.uniform(0.7, 1.15)) * (light * grain * shade)[:, :, None]
    mixed = linear * (1 - holes[:, :, None]) + skin * holes[:, :, None]
    return np.rint(255 * np.clip(mixed, 0, 1) ** np.float32(1 / 2.2)).astype(np.uint8)
