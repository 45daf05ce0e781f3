"""Light: what colour and how even the light on the scalp is, told apart from how hair lies on it.

Light that changes slowly across a head and density that changes slowly across a head both change brightness slowly.
What tells them apart is colour: light scales red, green and blue alike, and so leaves their ratios, while hair over
skin changes the ratios too.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.masks import box_around

BLOCKS: Final = 24
"""Blocks along the longer side of the region's box, for judging the light."""
SKIN_RANK: Final = 0.8
"""Of each block the pixel of this rank in brightness is looked at: skin between strands rather than strands."""
LEAST_BLOCKS: Final = 24
"""With fewer blocks of scalp than this the light is taken to be even."""
COLOUR_PX: Final = 160
"""Longer side of the picture in which the colour of the light is judged."""
COLOUR_ORDER: Final = 6
"""Of the mean: twice three."""
STANDARD_COLOUR: Final = np.array([1.225, 0.926, 0.849])
"""Linear red, green, blue of the bright part of a scalp in the standard picture: the mean of 93 phone photos."""
LIGHT_PX: Final = 640
"""Longer side of the picture in which the evenness of the light is judged."""
DARKEST: Final = 0.001
"""Linear brightness (0..1) added before logarithms, so that black stays finite."""


@dataclass(frozen=True, slots=True)
class Light:
    """How the strength of the light changes across the scalp.

    Parameters
    ----------
    across, down : float
        Change of the natural logarithm of the light per picture width to the right and per picture width downwards.
    slope : float
        Natural logarithm of the light on the bright side of the region over that on the dark side.
    """

    across: float
    down: float
    slope: float

    @property
    def from_deg(self) -> float:
        """Where the light comes from, degrees in 0..360: 0 right, 90 top of the picture."""
        return float(np.degrees(np.arctan2(-self.down, self.across)) % 360)


@dataclass(frozen=True, slots=True)
class Lighting:
    """The light on the scalp of one photo.

    Parameters
    ----------
    light : Light
        How even it is.
    colour : ndarray
        (3,) float64: its linear red, green and blue against those of the standard picture; 1, 1, 1 is neutral.
    """

    light: Light
    colour: NDArray[np.float64]


def lighting(work: Rgb, mask: Mask) -> Lighting:
    """Return the light on the scalp: what `uneven_light` and `bright_colour` find, to be looked for once a photo."""
    return Lighting(uneven_light(work, mask), bright_colour(work, mask) / STANDARD_COLOUR)


def linear(rgb: Rgb) -> Plane:
    """Return the picture in linear light, float32 0..1 (IEC 61966-2-1)."""
    return imaging.look_up(rgb, _LINEAR)


def displayed(plane: Plane) -> Rgb:
    """Return a linear picture, 0..1, as displayed: sRGB, uint8 (IEC 61966-2-1)."""
    steps = plane * np.float32(_STEPS)
    np.clip(steps, 0, _STEPS, out=steps)
    return np.take(_DISPLAYED, steps.astype(np.uint16))


def brightened(rgb: Rgb, factors: NDArray[np.float64], more: Plane) -> Rgb:
    """Return the picture with its linear red, green and blue multiplied by factors, and each pixel by one of its own.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.
    factors : ndarray
        (3,): of red, green and blue.
    more : Plane
        (rows, columns) float32: natural logarithm of the factor of each pixel.

    Notes
    -----
    A power of a product is the product of the powers, so what a pixel is multiplied by may be raised to the power of
    the display once, and nothing needs to be looked up in a table of linear light. Where sRGB runs straight (below
    level 10) a parabola stands for it; all levels come out as `displayed` would have them, or one beside.
    """
    table = (_WHITE * np.power(_LINEAR[:, None] * factors, 1 / _POWER)).astype(np.float32)
    root = imaging.exp(more * np.float32(1 / _POWER))
    shown = np.empty_like(rgb)
    for top in range(0, rgb.shape[0], _LINES):
        part = np.s_[top : top + _LINES]
        bright = imaging.look_up(rgb[part], table)
        bright *= imaging.as_channels(root[part])
        dark = imaging.at_most(bright * bright * _BEND, _STRAIGHT_BELOW)
        bright -= _FOOT
        shown[part] = imaging.rounded(np.maximum(bright, dark, out=bright))
    return shown


def scaled(rgb: Rgb, factors: NDArray[np.float64]) -> Rgb:
    """Return the picture with its linear red, green and blue multiplied by factors: a table of 256 for each."""
    table = displayed(_LINEAR[:, None] * factors.astype(np.float32))
    return imaging.look_up(rgb, table)


def uneven_light(work: Rgb, mask: Mask) -> Light:
    """Measure how the strength of the light changes across the scalp, leaving out what hair changes.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8 picture.
    mask : Mask
        (rows, columns) bool: the scalp.

    Notes
    -----
    In each of about 24 x 24 blocks of scalp the brighter pixels are taken: skin between strands where there is any.
    The logarithm of their brightness is fitted by a plane in x and y plus a linear term in log(red/green) and
    log(blue/green), by least squares with Huber weights. The colour terms take what hair changes, the plane what
    light changes. Where a head goes from bald to dense from one side to the other, up to a quarter of that is taken
    for light, since the colour of hair does not follow its share in a straight line; of gentler changes of density,
    under a tenth. Fails where hair and skin have the same colour ratios but different brightness.
    """
    small = imaging.shrink(work, LIGHT_PX)
    found = _block_colours(small, imaging.resize_mask(mask, (small.shape[0], small.shape[1])))
    if found is None:
        return Light(0.0, 0.0, 0.0)
    x, y, colour = found
    logs = np.log(colour + DARKEST)
    brightness = logs.mean(axis=1)
    ratios = np.stack([logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]], axis=1)
    design = np.column_stack([np.ones_like(x), x, y, ratios - ratios.mean(axis=0)])
    fit = _robust_fit(design, brightness)
    across, down = float(fit[1]), float(fit[2])
    along = across * x + down * y
    slope = float(np.quantile(along, 0.95) - np.quantile(along, 0.05))
    return Light(across, down, slope)


def bright_colour(work: Rgb, mask: Mask) -> NDArray[np.float64]:
    """Return the colour of the brighter part of an area, linear (red, green, blue) with mean 1: 1, 1, 1 is neutral.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8.
    mask : Mask
        (rows, columns) bool: the area.

    Notes
    -----
    Shades of grey (Finlayson and Trezzi 2004): the Minkowski mean, here of order 6, between the mean of all (order 1)
    and the brightest (order infinity). Light of another colour multiplies the result by just that colour. Pixels at
    the end of the scale, whose colour is lost, are left out; so are the dark ones, which are mostly hair.
    """
    small = imaging.shrink(work, COLOUR_PX)
    values = linear(small)[imaging.resize_mask(mask, (small.shape[0], small.shape[1]))].astype(np.float64)
    brightest = np.maximum(np.maximum(values[:, 0], values[:, 1]), values[:, 2])
    usable = values[(brightest < 0.96) & (brightest > 0.002)]
    if usable.shape[0] < 16:
        return np.ones(3)
    cubed = usable * usable * usable
    colour = np.power((cubed * cubed).mean(axis=0), 1 / COLOUR_ORDER)
    colour = np.maximum(colour, 1e-4)
    return np.asarray(colour / colour.mean(), np.float64)


def _block_colours(
    work: Rgb, mask: Mask
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None:
    """Return x and y (picture widths, from the middle of the region) and linear colour of the blocks of scalp."""
    if np.count_nonzero(mask) < LEAST_BLOCKS:
        return None
    box = box_around(mask, 0)
    top, left = box[0].start, box[1].start
    side = max(2, round(max(mask[box].shape) / BLOCKS))
    inside = mask[box]
    tall, wide = inside.shape[0] // side, inside.shape[1] // side
    if tall * wide < LEAST_BLOCKS:
        return None
    cut = np.s_[: tall * side, : wide * side]

    full = imaging.resize(inside[cut].astype(np.float32), (tall, wide)).reshape(-1) > 0.95
    if np.count_nonzero(full) < LEAST_BLOCKS:
        return None
    split = work[box][cut].reshape(tall, side, wide, side, 3).transpose(0, 2, 1, 3, 4)
    colours = linear(split.reshape(tall * wide, side * side, 3)[full])
    grey = (colours[:, :, 0] + colours[:, :, 1]) + colours[:, :, 2]
    rank = round(SKIN_RANK * (grey.shape[1] - 1))
    # The mean of a few pixels about the rank: a single one is noise.
    order = np.argpartition(grey, (max(0, rank - side), rank + side - 1), axis=1)[:, max(0, rank - side) : rank + side]
    picked = colours[np.arange(len(colours))[:, None], order].mean(axis=1).astype(np.float64)
    usable = (picked.max(axis=1) < 0.95) & (picked.mean(axis=1) > 0.003)
    if np.count_nonzero(usable) < LEAST_BLOCKS:
        return None
    at = np.flatnonzero(full)[usable]
    x = ((at % wide) * side + left).astype(np.float64) / work.shape[1]
    y = ((at // wide) * side + top).astype(np.float64) / work.shape[1]
    return x - x.mean(), y - y.mean(), picked[usable]


def _robust_fit(design: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return least-squares coefficients with Huber weights (1.345 robust standard deviations)."""
    weight: NDArray[np.float64] = np.ones_like(value)
    fit: NDArray[np.float64] = np.zeros(design.shape[1])
    for _ in range(8):
        root = np.sqrt(weight)[:, None]
        fit = np.asarray(np.linalg.lstsq(design * root, value * root[:, 0], rcond=None)[0], np.float64)
        error = np.abs(value - design @ fit)
        scale = 1.345 * 1.4826 * float(np.median(error)) + 1e-6
        weight = np.minimum(1.0, scale / np.maximum(error, 1e-12))
    return fit


def _linear_table() -> NDArray[np.float32]:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _displayed_table(steps: int) -> NDArray[np.uint8]:
    value = np.arange(steps + 1) / steps
    shown = np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
    table: NDArray[np.uint8] = np.rint(255 * shown).astype(np.uint8)
    return table


_POWER: Final = 2.4
_WHITE: Final = 255 * 1.055
_FOOT: Final = 255 * 0.055
_STRAIGHT_BELOW: Final = 255 * 12.92 * 0.0031308
_BEND: Final = _STRAIGHT_BELOW / (_STRAIGHT_BELOW + _FOOT) ** 2
"""Of sRGB, in levels: the power and what it is stretched by and lowered by, where it begins, and the parabola from 0 to
there."""
_LINES: Final = 64
"""So many lines at a time stay within the processor's own memory."""
_STEPS: Final = 16383
_LINEAR: Final = _linear_table()
_DISPLAYED: Final = _displayed_table(_STEPS)
