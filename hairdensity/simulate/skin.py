"""Skin: colour by type, mottling, redness, freckles, moles and pores, fixed to the head."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Plane
from hairdensity.simulate import anatomy
from hairdensity.simulate.camera import linear_of
from hairdensity.simulate.model import Head, Points

# sRGB of scalp skin by Fitzpatrick type in neutral light.
_SKIN: Final = ((238, 200, 182), (228, 184, 160), (210, 160, 130), (176, 124, 94), (132, 88, 63), (88, 58, 43))
_SPAN_MM: Final = 380.0
_COARSE_PX: Final = 768
_SPOT_PX: Final = 1900
_FINE_PX_PER_MM: Final = 9.0


def base_colour(fitzpatrick: float) -> NDArray[np.float32]:
    """Return the linear RGB of skin of a type between 1 and 6."""
    at = float(np.clip(fitzpatrick, 1, 6)) - 1
    low = min(int(at), 4)
    first, second = linear_of(_SKIN[low]), linear_of(_SKIN[low + 1])
    return np.asarray(first * (1 - (at - low)) + second * (at - low), np.float32)


def fractal(rng: np.random.Generator, size: int, coarsest: int, octaves: int, fall: float = 0.55) -> Plane:
    """Return (size, size) float32 smooth noise of mean 0 and deviation about 1, from `coarsest` cells upwards."""
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for octave in range(octaves):
        cells = min(size, coarsest * 2**octave)
        total += np.float32(weight) * cv2.resize(
            rng.standard_normal((cells, cells), np.float32), (size, size), interpolation=cv2.INTER_CUBIC
        )
        weight *= fall
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6), np.float32)


def albedo(head: Head, canonical: Plane, zone: Plane, px_per_mm: float) -> tuple[Plane, Plane]:
    """Return the colour of skin and its fine relief by pixel.

    Parameters
    ----------
    head : Head
        Whose skin.
    canonical : ndarray
        (rows, columns, 2) float32 canonical places in mm.
    zone : ndarray
        (rows, columns) float32: mm inside the original hairline.
    px_per_mm : float
        Scale, which sets how much fine texture can be seen.

    Returns
    -------
    tuple of ndarray
        (rows, columns, 3) float32 linear RGB, and (rows, columns) float32 relief of about -1..1.
    """
    rng = np.random.default_rng([head.seed, 3])
    mottle = fractal(rng, _COARSE_PX, 10, 5)
    blush = fractal(rng, _COARSE_PX, 5, 4)
    spots = _spots(head, rng)
    pores = fractal(rng, 512, 64, 3, 0.8)
    place = canonical / np.float32(_SPAN_MM) + np.float32(0.5)
    coarse = imaging.sample(np.dstack([mottle, blush]), place * np.float32(_COARSE_PX) - np.float32(0.5), wrap=False)
    mark = imaging.sample(spots, place * np.float32(_SPOT_PX) - np.float32(0.5), wrap=False)
    fine_place = np.mod(canonical * np.float32(_FINE_PX_PER_MM), np.float32(512))
    fine = imaging.sample(pores, fine_place, wrap=True)
    seen = np.float32(np.clip(px_per_mm / 5.0, 0.15, 1.0))
    colour = base_colour(head.fitzpatrick)
    light = float(np.clip((5.0 - head.fitzpatrick) / 4.0, 0.0, 1.0))
    tone = np.exp(np.float32(0.05) * coarse[..., 0] + np.float32(0.035) * seen * fine)
    red = np.float32(head.redness) * (np.float32(0.35) + np.float32(0.55) * np.clip(coarse[..., 1] * 0.5 + 0.5, 0, 1.5))
    # Scalp that has long been under hair is paler than face and bald skin.
    exposed = anatomy._ramp(-zone + 6.0, 30.0) if head.stage < 3 else np.ones_like(zone)
    tanned = np.float32(0.35 * head.tan) * exposed
    out = colour * tone[..., None]
    out = out * (
        1 - np.stack([0.02 * red, 0.26 * red, 0.24 * red], -1).astype(np.float32) * np.float32(0.4 + 0.6 * light)
    )
    out = out * np.exp(-tanned[..., None] * np.array([0.55, 0.9, 1.15], np.float32))
    mark = np.clip(mark, 0, 1)[..., None]
    pigment = colour * np.array([0.28, 0.20, 0.16], np.float32)
    out = out * (1 - mark) + pigment * mark
    return np.asarray(out, np.float32), np.asarray(fine, np.float32)


def moles(head: Head) -> NDArray[np.float32]:
    """Return (n, 3) canonical x, y and radius in mm of the head's moles; all lie on the upper head."""
    rng = np.random.default_rng([head.seed, 4])
    count = 60
    angle, reach = rng.uniform(0, 2 * np.pi, count), 118 * np.sqrt(rng.uniform(0.02, 1, count))
    radius = rng.uniform(0.8, 2.2, count)
    every = np.stack([reach * np.cos(angle), reach * np.sin(angle), radius], -1)
    return every[: head.moles].astype(np.float32)


def _spots(head: Head, rng: np.random.Generator) -> Plane:
    """Return a map of moles (near 1) and freckles (fainter), a fifth of a millimetre a cell."""
    scale = _SPOT_PX / _SPAN_MM
    out = np.zeros((_SPOT_PX, _SPOT_PX), np.float32)
    faint = np.zeros_like(out)
    places = rng.uniform(-150, 150, (400, 2))
    sizes, depth = rng.uniform(0.5, 1.9, 400), rng.uniform(0.08, 0.35, 400)
    for (x, y), radius, dark in zip(places[: head.freckles], sizes, depth, strict=False):
        _disc(faint, x, y, radius, dark, scale)
    for x, y, radius in moles(head):
        _disc(out, float(x), float(y), float(radius), 0.85, scale)
    return np.maximum(imaging.blur(out, 1.1), imaging.blur(faint, 1.8))


def _disc(plane: Plane, x: float, y: float, radius: float, value: float, scale: float) -> None:
    place = tuple(round(((c / _SPAN_MM + 0.5) * _SPOT_PX - 0.5) * 16) for c in (x, y))
    cv2.circle(plane, place, round(radius * scale * 16), value, -1, cv2.LINE_8, 4)


def face_marks(head: Head, place: Points) -> tuple[Plane, Plane]:
    """Return how much brows cover, and how dark the hollows of the eyes are, 0..1, by pixel of the head."""
    x, z = np.abs(place[..., 0]), place[..., 2]
    in_front = place[..., 1] > 0.5 * head.length_mm
    arch = -17.0 + 5.0 * np.sin(np.clip((x - 10) / 42, 0, 1) * np.pi) - 3.0 * np.clip((x - 40) / 15, 0, 1)
    thick = 4.2 * np.clip((56 - x) / 26, 0.15, 1)
    lie = np.exp(-(((z - arch) / thick) ** 2)) * anatomy._ramp(x - 10, 6.0) * anatomy._ramp(55 - x, 8.0)
    streaks = fractal(np.random.default_rng([head.seed, 8]), 256, 128, 2)
    slant = np.dstack([np.mod(place[..., 0] * 6 + z * 3, 256), np.mod(z * 2.2 + 128, 256)]).astype(np.float32)
    fibres = np.clip(0.66 + 0.3 * imaging.sample(streaks, slant, wrap=True), 0, 1)
    hollow = np.exp(-(((x - 31) / 17) ** 2) - (((z + 36) / 10) ** 2))
    lashes = np.exp(-(((x - 31) / 14) ** 4) - (((z + 40 + 0.012 * (x - 31) ** 2) / 1.6) ** 2))
    return (
        np.asarray(np.where(in_front, 0.85 * lie * fibres, 0), np.float32),
        np.asarray(np.where(in_front, np.maximum(0.35 * hollow, 0.8 * lashes), 0), np.float32),
    )


def of_body(head: Head, place: Points) -> Plane:
    """Return the colour of skin off the scalp (ears, neck, shoulders), linear RGB, by pixel."""
    colour = base_colour(head.fitzpatrick) * np.exp(-head.tan * 0.25 * np.array([0.55, 0.9, 1.15], np.float32))
    wave = np.sin(place[..., 0] / 9.0) * np.sin(place[..., 1] / 11.0 + 1) * np.sin(place[..., 2] / 8.0 + 2)
    return np.asarray(colour * (1 + np.float32(0.05) * wave)[..., None], np.float32)
