"""Find every hair of a macro photo: contrast, candidate shafts, the set that explains the picture, roots."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.hairs.choose import FACTOR, Drawn, choose, draw, priced, unexplained
from hairdensity.hairs.contrast import contrast, without_glare
from hairdensity.hairs.cover import covered
from hairdensity.hairs.doubts import without_doubtful
from hairdensity.hairs.faint import faint
from hairdensity.hairs.focus import in_focus
from hairdensity.hairs.hair import TERMINAL_UM, Hair, kind_of
from hairdensity.hairs.overlay import burnt_in, inner
from hairdensity.hairs.roots import emerged, from_roots, units
from hairdensity.hairs.shafts import Shaft, candidates, distinct, ended, halves, joined
from hairdensity.hairs.short import short
from hairdensity.hairs.single import merged
from hairdensity.hairs.trace import BAR, Ridges, ridges, trace

WORK_PX_PER_MM = 180.0
"""Scale at which hairs are looked for: a vellus hair of 15 um is 2.7 pixels wide."""
_SIGMAS = (1.3, 2.4, 4.2, 7.0)
"""Line filters, in work pixels: for shafts of 25, 46, 81 and 135 um."""
_START, _KEEP = 0.15, 0.08
"""A line starts where it answers with this depth, and is followed down to that."""
_SHORTEST_UM = 155.0
"""A line that is shorter is a flake or a pore, unless it is as clear as `short` asks."""
_SPLIT = 1.2
"""Shafts wider than the usual by this factor are also tried as two side by side."""
_BOX = 0.5
"""A box is at least so many thicknesses wide and high: the centre line of a hair that lies level has no height."""
_PRIOR = 6
"""What is known beforehand of the usual thickness weighs as much as this many hairs."""
USUAL_UM = 80.0
"""Thickness of a terminal hair of the scalp where the photo tells nothing better."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that one macro photo shows.

    Parameters
    ----------
    hairs : tuple of Hair
        In pixels of the upright photo.
    share : Share
        (rows, columns) float32 of the photo: share of each pixel that hair covers.
    sharp : Mask
        (rows, columns) of the photo: where hairs would be seen; false for text and borders.
    px_per_mm : float or None
        Scale as given.
    usual_px : float
        Usual thickness of a hair in pixels of the photo.
    depth : Plane
        (rows, columns) float32 of the photo at any size: how much darker than skin, 0..1.
    """

    hairs: tuple[Hair, ...]
    share: Share
    sharp: Mask
    px_per_mm: float | None
    usual_px: float
    depth: Plane


def find_hairs(rgb: Rgb, px_per_mm: float | None, *, terminal_um: float = TERMINAL_UM) -> tuple[Hair, ...]:
    """Return every hair of a macro photo.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8: the upright photo.
    px_per_mm : float or None
        Its scale. None: estimated from the widths of the hairs, and no lengths are given.
    terminal_um : float
        Thickness that parts vellus from terminal, in um.

    Notes
    -----
    Oriented line filters of four widths give candidate centre lines; thickness, depth and ends are measured on
    profiles across each; then the set of shafts is chosen that explains the picture best, each shaft paying for
    itself, and unusually thick ones paying more, so that a bundle is its hairs. It assumes that hair is darker than
    the skin around it in all colours. Two hairs exactly one behind the other are seen as one.
    """
    return look(rgb, px_per_mm, terminal_um=terminal_um).hairs


def hair_share(rgb: Rgb, px_per_mm: float | None = None) -> Share:
    """Return the share of each pixel that hair covers, (rows, columns) float32."""
    return look(rgb, px_per_mm).share


def look(rgb: Rgb, px_per_mm: float | None, *, terminal_um: float = TERMINAL_UM) -> Found:
    """Return hairs, share and usable area of a macro photo in one pass; parameters as `find_hairs`."""
    rows, columns = rgb.shape[:2]
    factor = WORK_PX_PER_MM / (px_per_mm or guessed_px_per_mm(rgb))
    factor = min(factor, 4.0, 6000 / max(rows, columns))
    if 0.9 < factor < 1.1:
        factor = 1.0
    work = imaging.resize(rgb, (max(8, round(rows * factor)), max(8, round(columns * factor))))
    full = work.shape[:2]
    top, bottom, left, right = inner(work)
    work = np.ascontiguousarray(work[top:bottom, left:right])
    drawn = burnt_in(work)
    depth = _depth(work, drawn, WORK_PX_PER_MM)
    kept = without_doubtful(shafts(depth), depth, drawn)
    chosen = [emerged(item, depth) for item in from_roots(kept, depth, WORK_PX_PER_MM)]
    belongs = units(chosen)
    offset = np.array((left, top), np.float64)
    size = (columns, rows)
    hairs = tuple(
        _hair(item, factor, offset, size, px_per_mm, terminal_um, unit)
        for item, unit in zip(chosen, belongs, strict=True)
    )
    share, sharp = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.bool_)
    box = (
        slice(round(top / factor), min(rows, round(bottom / factor))),
        slice(round(left / factor), min(columns, round(right / factor))),
    )
    shape = (box[0].stop - box[0].start, box[1].stop - box[1].start)
    usual = usual_width([item.width for item in chosen])
    share[box] = imaging.resize(covered(depth, chosen, usual), shape)
    sharp[box] = imaging.resize_mask(in_focus(work) & ~drawn, shape)
    whole = np.zeros(full, np.float32)
    whole[top:bottom, left:right] = depth
    return Found(hairs, share, sharp, px_per_mm, usual / factor, whole)


def depth_of(rgb: Rgb, px_per_mm: float) -> Plane:
    """Return how much darker than skin each pixel of a macro photo is, as `Found` has it, (rows, columns) float32.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8: the photo, or a smaller picture of it.
    px_per_mm : float
        Scale of this picture, at least roughly.
    """
    depth = np.zeros(rgb.shape[:2], np.float32)
    top, bottom, left, right = inner(rgb)
    inside = np.ascontiguousarray(rgb[top:bottom, left:right])
    depth[top:bottom, left:right] = _depth(inside, burnt_in(inside), px_per_mm)
    return depth


def _depth(rgb: Rgb, drawn: Mask, px_per_mm: float) -> Plane:
    depth = np.where(drawn, np.float32(0), contrast(rgb, px_per_mm))
    return without_glare(depth, USUAL_UM * px_per_mm / 1000)


def shafts(depth: Plane) -> list[Shaft]:
    """Return the shafts that explain a picture of depth at `WORK_PX_PER_MM`, in its pixels."""
    half = imaging.resize(depth, (max(2, round(depth.shape[0] * FACTOR)), max(2, round(depth.shape[1] * FACTOR))))
    shape = (half.shape[0], half.shape[1])

    def drawn(items: Iterable[Shaft]) -> list[Drawn]:
        return [d for item in items if _long_enough(item) and (d := draw(item, shape)) is not None]

    lined: list[tuple[float, Shaft]] = []
    narrow: list[tuple[float, Ridges]] = []
    for sigma in _SIGMAS:
        plane, factor = (half, FACTOR) if sigma > 3 else (depth, 1.0)
        answer = ridges(plane, sigma * factor)
        if plane is depth:
            narrow.append((sigma, answer))
        lines = trace(answer, sigma * factor, _START, _KEEP, 1.5 * sigma * factor)
        full = [(line + 0.5) / factor - 0.5 for line in lines]
        found = candidates(depth, full, sigma, 0.5 * factor * _SHORTEST_UM * WORK_PX_PER_MM / 1000)
        lined += [(abs(log(item.width / (BAR * sigma))), item) for item in found if _long_enough(item)]
    # The filter that fits a hair's thickness best finds its middle best.
    lined.sort(key=lambda entry: entry[0])
    alone = distinct([item for _, item in lined])
    options = drawn(alone)
    usual = USUAL_UM * WORK_PX_PER_MM / 1000
    first = [d.shaft for d in choose(half, [priced(d, usual, False) for d in options])]
    first = merged(first, depth, usual)
    usual = usual_width([item.width for item in first if item.length > 2.2 * item.width and item.depth > 0.3])
    wide = [item for item in alone if item.width > _SPLIT * usual]
    options += drawn(distinct([part for item in wide for part in halves(depth, item)]))
    chosen = choose(half, [priced(d, usual, True) for d in options])
    more = joined(depth, [d.shaft for d in chosen])
    for ends, width in unexplained(half, chosen, usual):
        line = np.linspace(ends[0], ends[1], max(4, int(np.hypot(*(ends[1] - ends[0])))))
        item = ended(depth, line, float(np.clip(width, 0.35 * usual, 1.2 * usual)), 1.0)
        if item is not None:
            more.append(item)
    extra = drawn(more)
    if extra:
        chosen = choose(half, [priced(d, usual, True) for d in (*options, *extra)])
    found = merged([item.shaft for item in chosen], depth, usual)
    found += faint(depth, found, narrow, usual, WORK_PX_PER_MM)
    return found + short(depth, found, usual, WORK_PX_PER_MM)


def usual_width(widths: list[float]) -> float:
    """Return the usual thickness of hairs in work pixels.

    A little below the median, since bundles only make it larger; drawn to that of scalps where there are few hairs.
    """
    usual = USUAL_UM * WORK_PX_PER_MM / 1000
    seen = float(np.percentile(widths, 45)) if widths else usual
    return (len(widths) * seen + _PRIOR * usual) / (len(widths) + _PRIOR)


def guessed_px_per_mm(rgb: Rgb) -> float:
    """Return a scale at which the dark lines of a photo would be of the usual thickness."""
    longest = max(rgb.shape[:2])
    small = imaging.shrink(rgb, 1024)
    shrunk = max(small.shape[:2]) / longest
    depth = contrast(small, max(small.shape[:2]) / 4)
    dark = depth > 0.5 * max(0.1, float(np.percentile(depth, 98)))
    inside = cv2.distanceTransform(dark.view(np.uint8), cv2.DIST_L2, 5)
    crest = (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 0.01) & (inside >= 1)
    if not crest.any():
        return WORK_PX_PER_MM
    width = 2 * float(np.median(inside[crest])) - 0.5
    return float(np.clip(width / shrunk / (USUAL_UM / 1000), 20, 2000))


def _long_enough(shaft: Shaft) -> bool:
    return shaft.length >= max(1.2 * shaft.width, _SHORTEST_UM * WORK_PX_PER_MM / 1000)


def _hair(
    shaft: Shaft,
    factor: float,
    offset: np.ndarray[tuple[int], np.dtype[np.float64]],
    size: tuple[int, int],
    px_per_mm: float | None,
    terminal_um: float,
    unit: int,
) -> Hair:
    line = (shaft.points + offset + 0.5) / factor - 0.5
    line = np.clip(line, 0, np.array(size) - 1.0)
    (x0, y0), (x1, y1) = line.min(axis=0).tolist(), line.max(axis=0).tolist()
    length, thickness = shaft.length / factor, shaft.width / factor
    edge = 0.6 * thickness + 2
    cut = x0 < edge or y0 < edge or x1 > size[0] - 1 - edge or y1 > size[1] - 1 - edge
    um = thickness / px_per_mm * 1000 if px_per_mm else None
    root = line[0].tolist()
    x0, x1 = _at_least(x0, x1, _BOX * thickness, size[0] - 1.0)
    y0, y1 = _at_least(y0, y1, _BOX * thickness, size[1] - 1.0)
    return Hair(
        x0, y0, x1, y1, root[0], root[1], length, thickness, length / px_per_mm if px_per_mm else None, um,
        kind_of(um, terminal_um), tuple((float(x), float(y)) for x, y in line[:: max(1, len(line) // 24)]),
        shaft.depth, cut, unit,
    )  # fmt: skip


def _at_least(low: float, high: float, span: float, end: float) -> tuple[float, float]:
    """Return an interval widened to a span, within 0 and `end`."""
    more = max(0.0, span - (high - low)) / 2
    return max(0.0, low - more), min(end, high + more)
