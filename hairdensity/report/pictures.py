"""The pictures of the page: photos, the hair found in them, and the map of where it changed."""

import io
from typing import Final

import numpy as np
from PIL import Image

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.report.data import ChangeMap, Frame, Picture

HAIR_COLOUR: Final = (0, 150, 255)
"""Neither hair nor skin is of this colour."""
GAIN_COLOUR: Final = (0, 114, 178)
LOSS_COLOUR: Final = (213, 94, 0)
PATCH_SHARE: Final = 0.035
"""Width (sigma) over which the map is smoothed, as a share of the picture's longer side."""
PATCH_NOISE: Final = 2.0
"""A patch holds less skin than the region and so varies more from photo to photo: its threshold is this many times
the smallest change that can be told for the whole region. A rule of thumb, and the page says that the map is one."""
LEAST_THRESHOLD: Final = 0.06
SURROUNDINGS_SHARE: Final = 0.04
"""Skin around the region that stays sharp, as a share of the picture's longer side."""


def encode_frame(frame: Frame, *, label: str, value: str, longest: int, hair: bool) -> Picture:
    """Return a frame encoded for the page.

    Parameters
    ----------
    frame : Frame
        The photo.
    label, value : str
        Which session it is, and its value in words.
    longest : int
        Longer side in pixels, at most.
    hair : bool
        Whether to encode the hair that was found as well.

    Notes
    -----
    What lies well outside the region is blurred: a face is nothing that the page needs to show.
    """
    shape = imaging.shrunk_shape(frame.picture.shape, longest)
    region = imaging.resize_mask(frame.region, shape)
    shown = _hide_surroundings(imaging.resize(frame.picture, shape), region)
    return Picture(
        label=label,
        photo=frame.photo,
        date=frame.date,
        value=value,
        jpeg=imaging.encode_jpeg(shown, 84 if longest > 300 else 78),
        hair=_hair_png(imaging.resize(frame.share, shape), region) if hair and region.any() else b"",
        width=shape[1],
        height=shape[0],
    )


def change_map(first: Frame, last: Frame, *, label: str, noise: float, longest: int) -> ChangeMap | None:
    """Return where hair came and went between two frames of a series.

    Parameters
    ----------
    first, last : Frame
        Of the same series, so that they lie on each other.
    label : str
        Which sessions they are of.
    noise : float
        Smallest detectable change of the whole region, 0..1.
    longest : int
        Longer side in pixels, at most.

    Returns
    -------
    ChangeMap or None
        None where the two have no measured skin in common.
    """
    shape = imaging.shrunk_shape(first.picture.shape, longest)
    both = imaging.resize_mask(first.region, shape) & imaging.resize_mask(last.region, shape)
    if not both.any():
        return None
    difference: Plane = imaging.resize(last.share, shape) - imaging.resize(first.share, shape)
    sigma = max(1.0, PATCH_SHARE * max(shape))
    weight = imaging.blur(both.astype(np.float32), sigma)
    # Skin outside the region says nothing: averaged over measured skin only.
    weight[weight < 1e-3] = 1e-3
    smooth: Plane = imaging.blur(difference * both, sigma) / weight
    threshold = max(LEAST_THRESHOLD, PATCH_NOISE * noise)
    painted = _paint(imaging.resize(first.picture, shape), both, smooth, threshold)
    return ChangeMap(
        label=label,
        jpeg=imaging.encode_jpeg(painted, 84),
        width=shape[1],
        height=shape[0],
        threshold=threshold,
        gained=float(np.mean(smooth[both] >= threshold)),
        lost=float(np.mean(smooth[both] <= -threshold)),
    )


def _paint(picture: Rgb, region: Mask, change: Plane, threshold: float) -> Rgb:
    """Return the scalp in light grey, with gains and losses the stronger the larger."""
    grey = imaging.gray(picture).astype(np.float32)[:, :, None] * np.float32(0.55) + np.float32(100)
    out = np.repeat(grey, 3, axis=2)
    for sign, colour in ((1, GAIN_COLOUR), (-1, LOSS_COLOUR)):
        beyond = region & (sign * change >= threshold)
        strength = np.clip(0.45 + 0.4 * (sign * change / threshold - 1) / 2, 0.45, 0.85)[:, :, None]
        tint = np.array(colour, np.float32)
        out = np.where(beyond[:, :, None], out * (1 - strength) + tint * strength, out)
    out[~region] = out[~region] * 0.25 + 244 * 0.75
    out[_outline(region)] = 70
    return out.clip(0, 255).astype(np.uint8)


def _hide_surroundings(picture: Rgb, region: Mask) -> Rgb:
    longest = max(picture.shape[:2])
    if not region.any() or region.all():
        return picture
    near = imaging.grow(region, max(2.0, SURROUNDINGS_SHARE * longest)).astype(np.float32)
    keep = imaging.blur(near, max(1.0, 0.012 * longest))[:, :, None]
    dull = imaging.blur(picture, max(2.0, 0.05 * longest)).astype(np.float32)
    mixed = picture.astype(np.float32) * keep + dull * (1 - keep)
    return np.rint(mixed).clip(0, 255).astype(np.uint8)


def _hair_png(share: Plane, region: Mask) -> bytes:
    """Return a PNG of five colours: nothing, three strengths of hair, and the region's outline."""
    levels = np.digitize(share, (0.2, 0.5, 0.8)).astype(np.uint8)
    levels[~region] = 0
    levels[_outline(region)] = 4
    image = Image.fromarray(levels)
    image.putpalette([*(HAIR_COLOUR * 4), 255, 255, 255])
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True, bits=4, transparency=bytes((0, 70, 120, 170, 230)))
    return data.getvalue()


def _outline(region: Mask) -> Mask:
    thick = max(1.0, max(region.shape) / 400)
    edge: Mask = region & ~imaging.erode(region, thick)
    return edge
