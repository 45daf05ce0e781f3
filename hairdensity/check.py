"""Check: is a photo good enough to be measured, and does it resemble its baseline.

One pure function a metric; what it measures, its unit and which way is better stand in its docstring. Thresholds are
named constants, set on 93 ordinary phone photos of heads (almost none may be refused) and on the same photos spoiled
step by step (refused where the measurement breaks). The literature gives requirements for such photos, but no numbers.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Plane, Rgb
from hairdensity.light import Lighting, lighting
from hairdensity.masks import box_around

LEAST_PX: Final = 96
"""Shorter side of a photo, below which single pixels are wider than 2 mm of scalp."""
FEW_PX: Final = 200
"""Width of the scalp in pixels of the photo, below which strands are lost."""
SHARP_PX: Final = 320
"""Width of the scalp, in pixels, at which sharpness and noise are judged: one pixel is then about half a millimetre."""
LEAST_EDGE_PX: Final = 50
"""Sharpness is not judged by fewer pixels on edges than this."""
BLURRED_BELOW: Final = 0.3
"""Sharpness: photos blurred to below this lost 20 percentage points of coverage on average, those above it 6."""
SOFT_BELOW: Final = 0.6
"""Sharpness: 98 of 100 of the development photos are above it."""
FRAME_DARK_BELOW: Final = 0.1
"""Brightness that 95 of 100 pixels of the frame stay below."""
TOO_DARK_BELOW: Final = 0.035
"""Brightness: below it grain and rounding moved coverage by 15 percentage points rms, above it by 5."""
DARK_BELOW: Final = 0.09
"""Brightness: black hair in ordinary light is above it."""
NOISE_HIDES_BELOW: Final = 0.2
"""Brightness, below which a photo without any edge above the noise is short of light rather than of focus."""
TOO_BRIGHT_ABOVE: Final = 0.3
"""Share of white, above which coverage fell by 13 percentage points on average."""
BRIGHT_ABOVE: Final = 0.85
CLIPPED_ABOVE: Final = 0.05
"""Share clipped; coverage is off by 5 to 10 percentage points above it."""
GLARE_ABOVE: Final = 0.08
NOISY_ABOVE: Final = 0.015
"""Noise: above it coverage moved by 8 percentage points rms; the grainiest development photo has 0.013."""
SIDE_LIGHT_ABOVE: Final = 2.0
"""Light slope: more than `hairdensity.normalise` takes out."""
CAST_ABOVE: Final = 0.5
MARGIN: Final = 0.1
"""How much around the scalp is looked at, as a share of its size."""
EVEN_BELOW: Final = 0.02
"""Spread of brightness (0..1) in the whole frame, below which there is nothing to see."""
OTHER_ZOOM: Final = 1.25
OTHER_TURN_DEG: Final = 20.0
OTHER_BRIGHTNESS: Final = 0.15
OTHER_SLOPE: Final = 0.85
OTHER_CAST: Final = 0.25
"""Differences from the baseline: of 60 sessions rendered as taken with care one is beyond any of these three, of 36 in
light that falls off to one side and is warmer or cooler 30."""


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """What can be said of a photo before the scalp is found.

    Parameters
    ----------
    brightness : float
        Brightness as displayed, 0..1, that 95 of 100 pixels stay below.
    contrast : float
        Spread of brightness as displayed: 98th less 2nd of 100, 0..1.
    flags : tuple of str
        Names from `hairdensity.flags`.
    """

    brightness: float
    contrast: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScalpQuality:
    """Quality of a photo on the scalp; the fields are columns of the table.

    Parameters
    ----------
    sharpness, brightness, clipped, glare, noise, light_slope, light_from_deg, colour_cast : float
        See the functions of these names.
    flags : tuple of str
        Names from `hairdensity.flags`.
    """

    sharpness: float
    brightness: float
    clipped: float
    glare: float
    noise: float
    light_slope: float
    light_from_deg: float
    colour_cast: float
    flags: tuple[str, ...]


def check_frame(work: Rgb, shape: tuple[int, int]) -> FrameQuality:
    """Judge a photo before the scalp is looked for.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8 work picture.
    shape : tuple of int
        (rows, columns) of the upright photo that it was shrunk from.
    """
    grey = imaging.gray(imaging.shrink(work, 320))
    low, bright = (float(value) / 255 for value in np.quantile(grey, (0.02, 0.95)))
    contrast = float(np.quantile(grey, 0.98)) / 255 - low
    flags: list[str] = []
    if min(shape) < LEAST_PX:
        flags.append("too_small")
    if bright < FRAME_DARK_BELOW:
        flags.append("too_dark")
    elif low > 0.98:
        flags.append("too_bright")
    elif contrast < EVEN_BELOW:
        flags.append("no_contrast")
    return FrameQuality(bright, contrast, tuple(flags))


def check_scalp(work: Rgb, mask: Mask, shape: tuple[int, int], lit: Lighting | None = None) -> ScalpQuality:
    """Judge a photo on the scalp.

    Parameters
    ----------
    work : Rgb
        (rows, columns, 3) uint8 work picture, as the camera gave it.
    mask : Mask
        (rows, columns) bool: the scalp; at least one pixel.
    shape : tuple of int
        (rows, columns) of the upright photo.
    lit : Lighting, optional
        The light on the scalp, where that was looked at before.

    Raises
    ------
    ValueError
        If the mask is empty.
    """
    if not mask.any():
        raise ValueError("there is no scalp to judge")
    cut = box_around(mask, MARGIN)
    inside = mask[cut]
    width = scalp_width(mask)
    near = imaging.shrink(work[cut], max(16, round(SHARP_PX * max(inside.shape) / width)))
    near_mask = imaging.resize_mask(inside, (near.shape[0], near.shape[1]))
    grey = imaging.gray(near)
    lit = lit or lighting(work, mask)
    quality = ScalpQuality(
        sharpness=_sharpness_somewhere(grey, near_mask),
        brightness=brightness(grey, near_mask),
        clipped=clipped(near, near_mask),
        glare=glare(near, near_mask),
        noise=noise(grey, near_mask),
        light_slope=lit.light.slope,
        light_from_deg=lit.light.from_deg,
        colour_cast=colour_cast(lit.colour),
        flags=(),
    )
    flags = _scalp_flags(quality, width * max(shape) / max(work.shape[:2]), white(near, near_mask))
    return replace(quality, flags=flags)


def check_against(quality: ScalpQuality, baseline: ScalpQuality, zoom: float, rotation_deg: float) -> tuple[str, ...]:
    """Return the flags of a photo that differs from its baseline in more than hair.

    Parameters
    ----------
    quality, baseline : ScalpQuality
        Of the photo and of its baseline.
    zoom : float
        Size of the head against the baseline: above 1 is closer.
    rotation_deg : float
        Turn against the baseline.
    """
    flags: list[str] = []
    turn = abs((rotation_deg + 180) % 360 - 180)
    if not 1 / OTHER_ZOOM <= zoom <= OTHER_ZOOM or turn > OTHER_TURN_DEG:
        flags.append("other_pose")
    if (
        abs(quality.brightness - baseline.brightness) > OTHER_BRIGHTNESS
        or _slope_change(quality, baseline) > OTHER_SLOPE
        or abs(quality.colour_cast - baseline.colour_cast) > OTHER_CAST
    ):
        flags.append("other_light")
    return tuple(flags)


def scalp_width(mask: Mask) -> float:
    """Return the width of the scalp in pixels: the diameter of a disc of the same area."""
    return float(2 * np.sqrt(np.count_nonzero(mask) / np.pi))


def sharpness(grey: Gray, mask: Mask) -> float | None:
    """Return how narrow the sharpest edges on the scalp are.

    Share 0..1, higher is better: 1 / (1 + s^2), where s is the width of the sharpest tenth of the edges (standard
    deviation of the blur, in pixels of a picture whose scalp is `SHARP_PX` wide). Does not depend on how much hair
    there is, only on that there is some edge; nor on noise, since edges weaker than noise do not count.

    Notes
    -----
    An edge blurred by s and blurred again by r loses gradient by a factor s / sqrt(s^2 + r^2), whatever its height
    (Zhuo and Sim 2011; the idea of blurring again: Crete et al. 2007). Where hardly any edge rises above the noise,
    there is nothing to judge by: `None`.
    """
    plane = grey.astype(np.float32)
    first, second = 0.7, 1.5
    sharp = _gradient(imaging.blur(plane, first))
    softer = _gradient(imaging.blur(plane, float(np.hypot(first, second))))
    inner = imaging.erode(mask, 2)
    if not inner.any():
        return None
    # The gradient of noise after the first blur: sigma / (2 sqrt(pi) first^2) along each axis.
    floor = 5 * 255 * noise(grey, mask) / (2 * np.sqrt(np.pi) * first**2) + 2.0
    edges = inner & (sharp > floor)
    if np.count_nonzero(edges) < LEAST_EDGE_PX:
        return None
    kept = np.clip(softer[edges] / sharp[edges], 0, 0.999)
    width = float(np.quantile(kept, 0.1))
    squared = (second * width) ** 2 / (1 - width**2)
    own = max(0.0, squared - first**2)
    return float(1 / (1 + own))


def brightness(grey: Gray, mask: Mask) -> float:
    """Return the median brightness of the scalp as displayed, 0..1; neither end is good."""
    return float(np.median(grey[mask])) / 255


def clipped(rgb: Rgb, mask: Mask) -> float:
    """Return the share of the scalp, 0..1, that is pure white or black; lower is better."""
    red, green, blue = _channels(rgb)
    weakest, strongest = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    return float(((weakest >= 253) | (strongest <= 2))[mask].mean())


def white(rgb: Rgb, mask: Mask) -> float:
    """Return the share of the scalp, 0..1, where at least two channels are at their end; lower is better."""
    red, green, blue = (channel >= 253 for channel in _channels(rgb))
    return float(((red & green) | (red & blue) | (green & blue))[mask].mean())


def glare(rgb: Rgb, mask: Mask) -> float:
    """Return the share of the scalp, 0..1, under glare; lower is better.

    Notes
    -----
    Glare has the colour of the light, so its weakest channel is bright too; skin's is not. White hair and pale skin in
    full light come near it: the limit is therefore close to white, and grows with the scalp's own brightness.
    """
    red, green, blue = _channels(rgb)
    weakest = np.minimum(np.minimum(red, green), blue)[mask]
    limit = max(0.82, float(np.median(weakest)) / 255 + 0.15)
    return float((weakest > 255 * min(limit, 0.97)).mean())


def noise(grey: Gray, mask: Mask) -> float:
    """Return the grain: standard deviation of the noise in brightness as displayed, 0..1; lower is better.

    Notes
    -----
    Immerkaer 1996: a kernel that is blind to planes and straight edges; here the lower tenth over small blocks, since
    hair looks like noise, and most scalps have some smooth place.
    """
    plane = grey.astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(imaging.correlate(plane, kernel))
    side = 12
    tall, wide = grey.shape[0] // side, grey.shape[1] // side
    if tall * wide == 0:
        return 0.0
    cut = np.s_[: tall * side, : wide * side]
    means, full = (imaging.resize(plane[cut], (tall, wide)) for plane in (rough, mask.astype(np.float32)))
    full = full > 0.9
    if not full.any():
        return 0.0
    return float(np.sqrt(np.pi / 2) / 6 * np.quantile(means[full], 0.1)) / 255


def colour_cast(colour: NDArray[np.float64]) -> float:
    """Return how far the colour of the light is from neutral, judged by the scalp (`Lighting.colour`); lower is better.

    The distance of log(red/green) and log(blue/green) of the scalp's bright part from those of the mean of many
    scalps, in natural logarithms of linear light. People differ by about 0.2; above 0.5 it is the light.
    """
    return float(np.hypot(np.log(colour[0] / colour[1]), np.log(colour[2] / colour[1])))


def _scalp_flags(quality: ScalpQuality, width_px: float, white_share: float) -> tuple[str, ...]:
    # In the dark all edges drown in noise: more light comes first, and only then can blur be judged.
    lost_in_the_dark = quality.sharpness == 0 and quality.brightness < NOISE_HIDES_BELOW
    rules = (
        ("low_resolution", width_px < FEW_PX),
        ("blurred", quality.sharpness < BLURRED_BELOW and not lost_in_the_dark),
        ("soft", BLURRED_BELOW <= quality.sharpness < SOFT_BELOW),
        ("too_dark", quality.brightness < TOO_DARK_BELOW or lost_in_the_dark),
        ("dark", TOO_DARK_BELOW <= quality.brightness < DARK_BELOW and not lost_in_the_dark),
        ("too_bright", white_share > TOO_BRIGHT_ABOVE),
        ("bright", white_share <= TOO_BRIGHT_ABOVE and quality.brightness > BRIGHT_ABOVE),
        ("clipped", white_share <= TOO_BRIGHT_ABOVE and quality.clipped > CLIPPED_ABOVE),
        ("glare", quality.glare > GLARE_ABOVE),
        ("noisy", quality.noise > NOISY_ABOVE),
        ("side_light", quality.light_slope > SIDE_LIGHT_ABOVE),
        ("colour_cast", quality.colour_cast > CAST_ABOVE),
    )
    return tuple(name for name, holds in rules if holds)


def _sharpness_somewhere(grey: Gray, mask: Mask) -> float:
    """Return sharpness on the scalp, else (a smooth bald head) about it; 0 where no edge rises above the noise."""
    for area in (mask, np.ones_like(mask)):
        found = sharpness(grey, area)
        if found is not None:
            return found
    return 0.0


def _slope_change(one: ScalpQuality, other: ScalpQuality) -> float:
    """Return how far apart two directions and strengths of uneven light are, natural logarithm."""
    a, b = (q.light_slope * np.exp(1j * np.radians(q.light_from_deg)) for q in (one, other))
    return float(abs(a - b))


def _channels(rgb: Rgb) -> tuple[Gray, Gray, Gray]:
    """Return red, green and blue by themselves: along rows NumPy is ten times as fast as along three values."""
    red, green, blue = (np.ascontiguousarray(rgb[:, :, channel]) for channel in range(3))
    return red, green, blue


def _gradient(plane: Plane) -> Plane:
    """Return the length of the brightness gradient, levels per pixel."""
    length: Plane = np.hypot(*imaging.slopes(plane), dtype=np.float32)
    return length
