"""The camera: where it stands, how it projects, and what it does to the light that it catches."""

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Plane, Rgb
from hairdensity.simulate.model import Points, Shot

# From the middle of the head to the camera, and which way is up in the picture; in the head's frame.
_STANDS: Final = {
    "vertex": ((0.0, -0.50, 0.87), (0.0, 1.0, 0.4)),
    "top": ((0.0, 0.16, 0.99), (0.0, -1.0, 0.0)),
    "parting": ((0.0, 0.40, 0.92), (0.0, -1.0, 0.0)),
    "frontal": ((0.0, 0.70, 0.71), (0.0, 0.0, 1.0)),
    "back": ((0.0, -0.95, 0.32), (0.0, 0.0, 1.0)),
    "left": ((-0.97, 0.0, 0.25), (0.0, 0.0, 1.0)),
    "right": ((0.97, 0.0, 0.25), (0.0, 0.0, 1.0)),
}
# How much of the frame's shorter side the head fills, and where the frame's middle lies on the head.
_CLOSENESS: Final = {"parting": 1.12, "vertex": 0.97, "frontal": 1.1}
_HEAD_MM: Final = (178.0, 232.0)


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera.

    Parameters
    ----------
    place : ndarray
        (3,) where it stands, mm, in the head's frame.
    axes : ndarray
        (3, 3): unit vectors to the right, down and forward in the picture.
    focal : float
        Focal length in pixels.
    middle : tuple of float
        Pixel (x, y) of the optical axis.
    shape : tuple of int
        Rows and columns.
    """

    place: NDArray[np.float32]
    axes: NDArray[np.float32]
    focal: float
    middle: tuple[float, float]
    shape: tuple[int, int]

    def project(self, points: Points) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return pixel x, pixel y and depth (mm along the optical axis) of points."""
        seen = (points - self.place) @ self.axes.T
        depth = seen[..., 2]
        scale = self.focal / np.maximum(depth, 1.0)
        x, y = (seen[..., axis] * scale + self.middle[axis] for axis in (0, 1))
        return x.astype(np.float32), y.astype(np.float32), depth.astype(np.float32)

    def rays(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> Points:
        """Return directions from the camera through pixels, in the head's frame, of depth 1 (not unit length)."""
        flat = np.stack([(x - self.middle[0]) / self.focal, (y - self.middle[1]) / self.focal, np.ones_like(x)], -1)
        return np.asarray(flat.astype(np.float32) @ self.axes, np.float32)


def camera(shot: Shot) -> Camera:
    """Return the camera that takes this shot."""
    towards, up = (np.array(vector, np.float64) for vector in _STANDS[shot.view])
    back = towards / np.linalg.norm(towards)
    right = np.cross(-back, up)
    right /= np.linalg.norm(right)
    down = np.cross(-back, right)
    turn, tilt, roll = (np.radians(angle) for angle in (shot.turn, shot.tilt, shot.rotation))
    # Moved around the head: sideways about the picture's vertical, then upwards about its horizontal.
    back, right = back * np.cos(turn) + right * np.sin(turn), right * np.cos(turn) - back * np.sin(turn)
    back, down = back * np.cos(tilt) - down * np.sin(tilt), down * np.cos(tilt) + back * np.sin(tilt)
    right, down = right * np.cos(roll) - down * np.sin(roll), down * np.cos(roll) + right * np.sin(roll)
    rows, columns = shot.shape
    closeness = shot.scale * _CLOSENESS.get(shot.view, 1.0)
    focal = shot.distance_mm * closeness * min(columns / _HEAD_MM[0], rows / _HEAD_MM[1])
    # Looking at a point between the middle of the skull and the skin that faces the camera.
    aim = back * 18.0 + np.array([0.0, 0.0, 8.0])
    middle = ((columns - 1) / 2 + shot.shift[0] * shot.size, (rows - 1) / 2 + shot.shift[1] * shot.size)
    axes = np.stack([right, down, -back])
    place = aim + back * shot.distance_mm
    return Camera(place.astype(np.float32), axes.astype(np.float32), float(focal), middle, (rows, columns))


def light(shot: Shot, eye: Camera) -> NDArray[np.float32]:
    """Return the unit vector towards the main light, in the head's frame."""
    around, height = np.radians(shot.light_from), np.radians(shot.light_height)
    seen = np.array([np.cos(around) * np.cos(height), -np.sin(around) * np.cos(height), -np.sin(height)], np.float32)
    return np.asarray(seen @ eye.axes, np.float32)


def develop(linear: Plane, shot: Shot, rng: np.random.Generator) -> Rgb:
    """Turn light into a photo: fall-off, exposure, white balance, blur, grain, sharpening, tone curve, JPEG.

    Parameters
    ----------
    linear : ndarray
        (rows, columns, 3) float32 linear RGB, 1 is white.
    shot : Shot
        The circumstances.
    rng : Generator
        Source of the grain.
    """
    rows, columns = linear.shape[:2]
    gains = np.array([1 + shot.warmth, 1 + shot.tint, 1 - shot.warmth], np.float32) * np.float32(2**shot.exposure)
    seen = linear * gains
    if shot.unevenness:
        around = np.radians(shot.light_from)
        across = np.linspace(-0.5, 0.5, columns, dtype=np.float32) * np.float32(np.cos(around))
        along = -np.linspace(-0.5, 0.5, rows, dtype=np.float32) * np.float32(np.sin(around))
        seen *= np.exp(np.float32(shot.unevenness) * (across[None, :] + along[:, None]))[..., None]
    unit = shot.size / 1000
    if shot.motion * unit > 0.5:
        seen = _smear(seen, shot.motion * unit, float(rng.uniform(0, np.pi)))
    # Even a sharp lens spreads a point over about half a pixel.
    seen = imaging.blur(seen, float(np.hypot(0.42, shot.blur * unit)))
    # Small photos are large ones made smaller, which averages grain.
    if shot.noise:
        seen = _grainy(seen, shot.noise * min(1.0, unit + 0.2), rng)
    shown = displayed(seen)
    if shot.sharpening:
        shown = shown + np.float32(0.7 * shot.sharpening) * (shown - imaging.blur(shown, 1.0))
    rgb = (np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8)
    return imaging.decode_rgb(imaging.encode_jpeg(rgb, shot.jpeg_quality))


def displayed(linear: Plane) -> Plane:
    """Return sRGB values 0..1 of linear light, highlights rolled off as phones do."""
    light_in = np.clip(linear, 0, None)
    rolled = np.where(light_in > 0.7, 0.7 + 0.3 * np.tanh((light_in - 0.7) / 0.45), light_in)
    return np.asarray(
        np.where(rolled <= 0.0031308, rolled * 12.92, 1.055 * np.maximum(rolled, 1e-6) ** np.float32(1 / 2.4) - 0.055),
        np.float32,
    )


def linear_of(srgb: tuple[float, float, float]) -> NDArray[np.float32]:
    """Return linear RGB 0..1 of an sRGB colour 0..255."""
    value = np.array(srgb, np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _grainy(linear: Plane, amount: float, rng: np.random.Generator) -> Plane:
    """Add photon and read noise, a little spread between neighbours as demosaicing does; colour noise is coarser."""
    rows, columns = linear.shape[:2]
    gray = imaging.blur(rng.standard_normal((rows, columns), np.float32), 0.55) * np.float32(1.6)
    half = (max(1, rows // 2), max(1, columns // 2))
    colour = imaging.resize(rng.standard_normal((*half, 3), np.float32), (rows, columns)) * np.float32(0.7)
    # As displayed, the slope of the tone curve at mid grey is about 1.2.
    strength = np.float32(amount / 1.2) * np.sqrt(np.maximum(linear, 0.004) / np.float32(0.2))
    return np.asarray(linear + strength * (gray[..., None] + colour), np.float32)


def _smear(linear: Plane, length: float, angle: float) -> Plane:
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size, size), np.float32)
    for step in np.linspace(-length / 2, length / 2, 4 * size):
        x, y = size // 2 + step * np.cos(angle), size // 2 + step * np.sin(angle)
        kernel[int(np.clip(round(y), 0, size - 1)), int(np.clip(round(x), 0, size - 1))] += 1
    return cast("Plane", cv2.filter2D(linear, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT))
