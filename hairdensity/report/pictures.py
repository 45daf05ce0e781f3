"""The pictures of the page: photos, the hair found in them, and the map of where it changed."""

import io
from typing import Final

import numpy as np
from PIL import Image

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb
from hairdensity.imaging import Picture
from hairdensity.report.data import ChangeMap
from hairdensity.report.shots import Frame, Shown, Thumb

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
PATCH_PX: Final = 96
"""Longer side of the small picture of patches; they are wider than two of its pixels."""
THUMB_PX: Final = 150
QUALITIES: Final = (84, 78, 70, 60, 50)
"""JPEG qualities, tried in turn until a picture is small enough."""
DRAWN_AS: Final = 6
"""Part of the names of kept pictures: raise it where they are to look different."""


def encode_frame(frame: Frame, *, longest: int, most_bytes: int = 1_000_000) -> Shown:
    """Return a frame encoded for the page.

    Parameters
    ----------
    frame : Frame
        The photo.
    longest : int
        Longer side in pixels, at most.
    most_bytes : int
        About how large the picture may become: finer quality is given up for it, down to a limit.

    Notes
    -----
    What lies well outside the region is blurred: a face is nothing that the page needs to show.
    """
    shape = imaging.shrunk_shape(frame.picture.shape, longest)
    region = imaging.resize_mask(frame.region, shape)
    shown = _hide_surroundings(imaging.resize(frame.picture, shape), region)
    return Shown(
        jpeg=_jpeg_within(shown, most_bytes),
        hair=_hair_png(imaging.resize(frame.share, shape), region) if region.any() else b"",
        patch=_patch_png(frame.share, frame.region) if region.any() else b"",
        width=shape[1],
        height=shape[0],
    )


def encode_thumb(photo: str, picture: Rgb, region: Mask) -> Thumb:
    """Return a small picture of a photo that was left out: cropped to its scalp, the surroundings blurred."""
    rows, columns = np.nonzero(region)
    margin = round(0.08 * max(region.shape))
    top, left = max(0, int(rows.min()) - margin), max(0, int(columns.min()) - margin)
    part = np.s_[top : int(rows.max()) + margin + 1, left : int(columns.max()) + margin + 1]
    shape = imaging.shrunk_shape(picture[part].shape, THUMB_PX)
    small = _hide_surroundings(imaging.resize(picture[part], shape), imaging.resize_mask(region[part], shape))
    return Thumb(photo, imaging.encode_jpeg(small, 76), shape[1], shape[0])


def threshold_of(noise: float) -> float:
    """Return the difference of a patch below which it is left grey, 0..1, from that of the whole region."""
    return max(LEAST_THRESHOLD, PATCH_NOISE * noise)


def change_map(first: Shown, last: Shown, *, label: str, noise: float) -> ChangeMap | None:
    """Return where hair came and went between two pictures of a series.

    Parameters
    ----------
    first, last : Shown
        Of the same series, so that they lie on each other.
    label : str
        Which sessions they are of.
    noise : float
        Smallest detectable change of the whole region, 0..1.

    Returns
    -------
    ChangeMap or None
        None where the two have no measured skin in common.
    """
    if not first.patch or not last.patch:
        return None
    shape = (first.height, first.width)
    before, inside = _read_patch(first.patch, shape)
    after, inside_too = _read_patch(last.patch, shape)
    both = inside & inside_too
    if not both.any():
        return None
    difference: Plane = after - before
    threshold = threshold_of(noise)
    painted = _paint(imaging.decode_rgb(first.jpeg), both, difference, threshold)
    return ChangeMap(
        label=label,
        jpeg=imaging.encode_jpeg(painted, 80),
        width=shape[1],
        height=shape[0],
        threshold=threshold,
        gained=float(np.mean(difference[both] >= threshold)),
        lost=float(np.mean(difference[both] <= -threshold)),
    )


def _jpeg_within(picture: Rgb, most_bytes: int) -> bytes:
    data = b""
    for quality in QUALITIES:
        data = imaging.encode_jpeg(picture, quality)
        if len(data) <= most_bytes:
            break
    return data


def _patch_png(share: Plane, region: Mask) -> bytes:
    """Return the share of hair smoothed over patches, with the region, small: what maps of change are made from."""
    shape = imaging.shrunk_shape(share.shape, PATCH_PX)
    inside = imaging.resize_mask(region, shape)
    sigma = max(1.0, PATCH_SHARE * max(shape))
    # Skin outside the region says nothing: averaged over measured skin only.
    weight = imaging.blur(inside.astype(np.float32), sigma)
    weight[weight < 1e-3] = 1e-3
    known: Plane = imaging.resize(share * region, shape) * inside
    smooth = imaging.blur(known, sigma) / weight
    levels = np.zeros((*shape, 3), np.uint8)
    levels[:, :, 0] = np.rint(np.clip(smooth, 0, 1) * 255).astype(np.uint8)
    levels[:, :, 1] = inside.astype(np.uint8) * 255
    return imaging.encode_png(levels, small=True)


def _read_patch(patch: bytes, shape: tuple[int, int]) -> tuple[Plane, Mask]:
    levels = imaging.resize(imaging.decode_rgb(patch), shape)
    share: Plane = levels[:, :, 0].astype(np.float32) / np.float32(255)
    inside: Mask = levels[:, :, 1] >= 128
    return share, inside


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
    keep = _soft(near, max(1.0, 0.012 * longest))[:, :, None]
    dull = _soft(picture, max(2.0, 0.05 * longest)).astype(np.float32)
    mixed = picture.astype(np.float32) * keep + dull * (1 - keep)
    return np.rint(mixed).clip(0, 255).astype(np.uint8)


def _soft(picture: Picture, sigma: float) -> Picture:
    """Return a picture blurred by `sigma` pixels; where that is many, made at a size at which it is about four."""
    shape = (picture.shape[0], picture.shape[1])
    factor = min(1.0, 4 / sigma)
    small = imaging.resize(picture, (max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))))
    return imaging.resize(imaging.blur(small, sigma * factor), shape)


def _hair_png(share: Plane, region: Mask) -> bytes:
    """Return a PNG of five colours: nothing, three strengths of hair, and the region's outline."""
    levels = np.digitize(share, (0.2, 0.5, 0.8)).astype(np.uint8)
    levels[~region] = 0
    levels[_outline(region)] = 4
    image = Image.fromarray(levels)
    image.putpalette([*(HAIR_COLOUR * 4), 255, 255, 255])
    data = io.BytesIO()
    # Run lengths (3) instead of the smallest file: a twentieth of the time for a tenth more bytes.
    image.save(data, "PNG", compress_level=6, compress_type=3, bits=4, transparency=bytes((0, 45, 80, 115, 235)))
    return data.getvalue()


def _outline(region: Mask) -> Mask:
    thick = max(1.0, max(region.shape) / 400)
    edge: Mask = region & ~imaging.erode(region, thick)
    return edge
