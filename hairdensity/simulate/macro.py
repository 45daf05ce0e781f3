"""Macro photos with exact truth: `macro_photo` takes a picture of a spot of skin. What measures never uses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, pi, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.simulate.spot import Spot, SpotHair

_FINE = 4
"""Hairs are drawn at this many times the scale, and averaged."""
_LIGHTS = {
    "white": (1.0, 1.0, 1.0),
    "purple": (0.86, 0.82, 1.12),
    "yellow": (1.08, 1.0, 0.72),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a macro photo is taken.

    Parameters
    ----------
    px_per_mm : float
        Scale.
    shape : tuple of int
        (rows, columns) of the photo.
    shift_mm, turn_deg : tuple of float, float
        Where the camera looks, and how it is turned.
    light : {"white", "purple", "yellow"}
        Colour of the light.
    uneven : float
        How much darker the dark side is, as a share.
    glare, oil : float
        Amount of glare on the skin, and of bubbles in the oil between skin and lens; 0 for none.
    defocus_px : float
        Sigma of the blur in the unsharp part of the photo, in pixels; 0 for none.
    defocus_share : float
        Share of the photo's width, from the right, that is unsharp.
    skin : tuple of float
        Colour of the skin, sRGB 0..255.
    noise : float
        Standard deviation of the camera's noise (of 255).
    """

    px_per_mm: float = 180.0
    shape: tuple[int, int] = (768, 1024)
    shift_mm: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    light: str = "white"
    uneven: float = 0.2
    glare: float = 0.3
    oil: float = 0.0
    defocus_px: float = 0.0
    defocus_share: float = 0.0
    skin: tuple[float, float, float] = (196.0, 170.0, 150.0)
    noise: float = 2.0


@dataclass(frozen=True, slots=True)
class SeenHair:
    """The truth of one hair in a photo, in its pixels.

    Parameters
    ----------
    name, unit : int
        As in the spot.
    line : ndarray
        (points, 2): x, y from root to tip.
    thickness_px, thickness_um : float
        Full width.
    kind : str
        "terminal" or "vellus".
    """

    name: int
    unit: int
    line: NDArray[np.float64]
    thickness_px: float
    thickness_um: float
    kind: str


@dataclass(frozen=True, slots=True)
class MacroPhoto:
    """A rendered macro photo with its truth.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.
    hairs : tuple of SeenHair
        Hairs of which some part is in the frame.
    hair : Mask
        (rows, columns): where at least half of a pixel is hair.
    sharp : Mask
        (rows, columns): where the photo is in focus.
    look : Look
        How it was taken.
    """

    rgb: Rgb
    hairs: tuple[SeenHair, ...]
    hair: Mask
    sharp: Mask
    look: Look


def macro_photo(spot: Spot, look: Look, seed: int) -> MacroPhoto:
    """Take a macro photo of a spot.

    Parameters
    ----------
    spot : Spot
        What is there.
    look : Look
        How it is taken.
    seed : int
        Names what differs between two photos taken alike: noise, glare, bubbles.
    """
    random = np.random.default_rng((seed, spot.seed, 73))
    rows, columns = look.shape
    seen = tuple(_seen(spot.hairs, look))
    picture = _skin(spot.seed, look, random)
    cover = np.zeros(look.shape, np.float32)
    by_name = {hair.name: hair for hair in spot.hairs}
    for hair in seen:
        _shadow(picture, hair, look)
    for hair in seen:
        box, ink = _ink(hair.line, hair.thickness_px, look.shape)
        # A hair is a cylinder: a little lighter in its middle.
        inner, middle = _ink(hair.line, 0.3 * hair.thickness_px, look.shape)
        shine = np.zeros(look.shape, np.float32)
        shine[inner] = middle
        dark = by_name[hair.name].darkness
        own = np.array([0.30, 0.26, 0.24], np.float32) * np.float32(255 * (1 - dark))
        colour = own * (1 + np.float32(0.5) * cv2.GaussianBlur(shine[box], (0, 0), 1.0))[..., None]
        through = np.float32(0.7 * (1 - dark)) * picture[box]
        picture[box] = picture[box] * (1 - ink[..., None]) + (colour + through) * ink[..., None]
        cover[box] = np.maximum(cover[box], ink)
    picture = _wet(picture, look, random)
    sharp = np.ones(look.shape, np.bool_)
    picture = imaging.blur(picture, 0.9)
    if look.defocus_px > 0 and look.defocus_share > 0:
        start = round(columns * (1 - look.defocus_share))
        blurred = cv2.GaussianBlur(picture, (0, 0), look.defocus_px)
        ramp = np.clip((np.arange(columns) - start) / (0.08 * columns) + 0.5, 0, 1).astype(np.float32)[None, :, None]
        picture = picture * (1 - ramp) + blurred * ramp
        sharp[:, start:] = False
    picture = picture + random.normal(0, look.noise, (rows, columns, 3)).astype(np.float32)
    return MacroPhoto(np.clip(np.rint(picture), 0, 255).astype(np.uint8), seen, cover >= 0.5, sharp, look)


def _to_photo(points: NDArray[np.float64], look: Look) -> NDArray[np.float64]:
    """Return points in mm as pixels of a photo."""
    angle = radians(look.turn_deg)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    centre = np.array([look.shape[1] - 1, look.shape[0] - 1]) / 2
    result: NDArray[np.float64] = (points - np.asarray(look.shift_mm)) @ turn.T * look.px_per_mm + centre
    return result


def _seen(hairs: Iterable[SpotHair], look: Look) -> Iterable[SeenHair]:
    for hair in hairs:
        line = _to_photo(hair.line(), look)
        inside = (line >= 0).all(axis=1) & (line <= np.array([look.shape[1] - 1, look.shape[0] - 1])).all(axis=1)
        if inside.any():
            px = hair.thickness_um / 1000 * look.px_per_mm
            yield SeenHair(hair.name, hair.unit, line, px, hair.thickness_um, hair.kind)


def _ink(
    line: NDArray[np.float64], width: float, shape: tuple[int, int], margin: int = 4
) -> tuple[tuple[slice, slice], Plane]:
    """Return the share of each pixel that a line of some width covers, and the (rows, columns) where."""
    ahead = np.gradient(line, axis=0)
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    # OpenCV fills a polygon with its border: half a fine pixel wider on each side.
    normal *= max(width - 1 / _FINE, 0.5 / _FINE) / 2
    outline = np.vstack([line + normal, (line - normal)[::-1]])
    low = np.clip(np.floor(outline.min(axis=0)).astype(int) - margin, 0, (shape[1] - 1, shape[0] - 1))
    high = np.clip(np.ceil(outline.max(axis=0)).astype(int) + margin + 1, low + 1, (shape[1], shape[0]))
    size = (int(high[1] - low[1]), int(high[0] - low[0]))
    ink = np.zeros((size[0] * _FINE, size[1] * _FINE), np.uint8)
    fine = (outline - low + 0.5) * _FINE - 0.5
    cv2.fillPoly(ink, [np.rint(fine * 64).astype(np.int32).reshape(-1, 1, 2)], (255,), cv2.LINE_8, 6)
    share = cv2.resize(ink, size[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    return (slice(low[1], high[1]), slice(low[0], high[0])), share


def _shadow(picture: Plane, hair: SeenHair, look: Look) -> None:
    """Darken the skin over the part of a hair that is still in it: blue-grey, fading away from the root."""
    way = hair.line[0] - hair.line[2]
    way = way / max(1e-9, float(np.hypot(*way)))
    end = hair.line[0] + way * 0.3 * look.px_per_mm
    steps = np.linspace(hair.line[0], end, 6)
    margin = int(2 * hair.thickness_px) + 4
    box, _ = _ink(steps, hair.thickness_px * 1.2, look.shape, margin)
    shape = (box[0].stop - box[0].start, box[1].stop - box[1].start)
    shade = np.zeros(shape, np.float32)
    steps = steps - np.array([box[1].start, box[0].start])
    for number in range(5):
        part, ink = _ink(steps[number : number + 2], hair.thickness_px * 1.2, shape)
        shade[part] = np.maximum(shade[part], ink * np.float32(0.45 - 0.09 * number))
    soft = cv2.GaussianBlur(shade, (0, 0), max(1.0, 0.3 * hair.thickness_px))[..., None]
    picture[box] *= 1 - soft * np.array([1.0, 0.85, 0.55], np.float32)


def _smooth_noise(random: np.random.Generator, shape: tuple[int, int], sigma: float) -> Plane:
    """Return noise of unit standard deviation that changes over `sigma` pixels."""
    step = max(1, int(sigma))
    coarse = random.normal(0, 1, (shape[0] // step + 3, shape[1] // step + 3)).astype(np.float32)
    full = cv2.resize(coarse, (coarse.shape[1] * step, coarse.shape[0] * step), interpolation=cv2.INTER_CUBIC)
    part = full[step // 2 : step // 2 + shape[0], step // 2 : step // 2 + shape[1]]
    even: Plane = ((part - part.mean()) / max(1e-6, float(part.std()))).astype(np.float32)
    return even


def _skin(seed: int, look: Look, random: np.random.Generator) -> Plane:
    """Return bare skin under the light: mottled, with lines and pores."""
    rows, columns = look.shape
    skin = np.random.default_rng((seed, 74))
    scale = look.px_per_mm
    picture = np.empty((rows, columns, 3), np.float32)
    picture[:] = look.skin
    picture *= (
        1 + 0.04 * _smooth_noise(skin, look.shape, 0.6 * scale) + 0.02 * _smooth_noise(skin, look.shape, 0.03 * scale)
    )[..., None]
    lines = np.zeros(look.shape, np.float32)
    for _ in range(round(1.2 * rows * columns / scale**2)):
        x, y = skin.uniform(0, columns), skin.uniform(0, rows)
        angle, length = skin.uniform(0, pi), skin.uniform(0.3, 1.2) * scale
        bend = np.linspace(0, skin.normal(0, 0.5), 8)
        steps = np.column_stack([np.cos(angle + bend), np.sin(angle + bend)]) * length / 8
        box, ink = _ink(np.array([x, y]) + np.cumsum(steps, axis=0), skin.uniform(0.01, 0.03) * scale, look.shape)
        lines[box] += ink
    soft = cv2.GaussianBlur(np.minimum(lines, 1), (0, 0), 0.008 * scale + 0.5)[..., None]
    picture *= 1 - soft * np.array([0.06, 0.16, 0.16], np.float32)
    across = np.linspace(-0.5, 0.5, columns, dtype=np.float32)[None, :]
    down = np.linspace(-0.5, 0.5, rows, dtype=np.float32)[:, None]
    angle = random.uniform(0, 2 * pi)
    light = 1 - np.float32(look.uneven) * (0.5 + np.float32(cos(angle)) * across + np.float32(sin(angle)) * down)
    return picture * light[..., None] * np.array(_LIGHTS[look.light], np.float32)


def _wet(picture: Plane, look: Look, random: np.random.Generator) -> Plane:
    """Add glare and, in oil, bubbles."""
    if look.glare > 0:
        spots = _smooth_noise(random, look.shape, 0.02 * look.px_per_mm) + 1.2 * _smooth_noise(
            random, look.shape, 0.8 * look.px_per_mm
        )
        shine = np.clip(spots - 1.6, 0, 1.5) * np.float32(70 * look.glare)
        picture = picture + cv2.GaussianBlur(shine, (0, 0), 1.0)[..., None]
    for _ in range(round(8 * look.oil)):
        x, y = (random.uniform(0, side) for side in (look.shape[1], look.shape[0]))
        radius = random.uniform(0.08, 0.35) * look.px_per_mm
        centre = (round(x * 16), round(y * 16))
        ring = np.zeros(look.shape, np.uint8)
        cv2.circle(ring, centre, round(radius * 16), (255,), max(1, round(0.012 * look.px_per_mm)), cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(ring.astype(np.float32) / 255, (0, 0), 1.2)[..., None]
        picture = picture * (1 - np.float32(0.35) * soft)
        bright = np.zeros(look.shape, np.uint8)
        cv2.circle(
            bright,
            (round((x - 0.4 * radius) * 16), round((y - 0.4 * radius) * 16)),
            round(radius * 3),
            (255,),
            -1,
            cv2.LINE_AA,
            4,
        )
        picture = picture + np.float32(60) * cv2.GaussianBlur(bright.astype(np.float32) / 255, (0, 0), 1.0)[..., None]
    return picture
