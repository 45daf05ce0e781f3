"""The way of one photo, from file to number. Read this page first.

    read -> check -> region -> normalise -> segment  =  `observe`              one photo, once
    read -> check -> hairs                           =  the same for a macro photo
    align -> lay on the grid -> tone                 =  `hairdensity.placing`  one photo and its baseline
    common skin -> coverage                          =  `hairdensity.measure`

All functions are pure and all results frozen and picklable, so that a process pool or a cluster can run them.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import hairs, imaging
from hairdensity.align import ITSELF
from hairdensity.arrays import Mask, Rgb, Share
from hairdensity.card import Card, NoCard, find_card
from hairdensity.check import ScalpQuality, check_frame, check_scalp
from hairdensity.errors import UnreadablePhotoError
from hairdensity.flags import is_rejected, reason_for
from hairdensity.hairs import Hair
from hairdensity.hairs.figures import Figures, figures
from hairdensity.light import lighting
from hairdensity.measure import Coverage, Placed, coverage, place
from hairdensity.normalise import normalise
from hairdensity.read import Photo, read_photo
from hairdensity.region import Polygon, Region, drawn_region, find_region
from hairdensity.segment import segmenter
from hairdensity.segment.base import Segmentation
from hairdensity.settings import Settings
from hairdensity.tone import TONE_PX
from hairdensity.views import DEFAULT_VIEW, MACRO

CARD_MARGIN_MM: Final = 2.0
"""Skin so near to the scale card is left out with it: its shadow and bent corners."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a usable photo shows, at work size.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8: the normalised work picture.
    region : Region
        The scalp that is measured in it.
    outline : Mask
        (rows, columns) bool: the scalp by which it is aligned; another than the region where a person drew that.
    segmentation : Segmentation
        The hair in it; its planes are smaller where the method knows nothing finer.
    tone : Rgb or None
        (rows, columns, 3) uint8: the picture that hair was found in, at `TONE_PX`; None where the light was evened for
        that, or each hair was found by itself.
    """

    picture: Rgb
    region: Region
    outline: Mask
    segmentation: Segmentation
    tone: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that one photo says by itself.

    Parameters
    ----------
    status : {"measured", "rejected", "unreadable"}
        Whether there can be a number.
    reason : str
        Why not, and what to do; empty where measured.
    flags : tuple of str
        Names from `hairdensity.flags`.
    digest : str
        SHA-256 of the file; empty where it could not be read.
    shape : tuple of int
        (rows, columns) of the upright photo.
    quality : ScalpQuality or None
        The quality figures, where a scalp was found.
    notes : tuple of str
        What was done to read and normalise the photo.
    seen : Seen or None
        The pictures; None unless measured.
    hairs : tuple of Hair
        Every hair of a macro photo; empty for any other.
    px_per_mm : float or None
        Scale of the upright photo, as given or read from a scale card; None where it is not known.
    trial : Figures or None
        Densities and thickness of the hairs of a macro photo; None for any other.
    """

    status: str
    reason: str
    flags: tuple[str, ...]
    digest: str
    shape: tuple[int, int]
    quality: ScalpQuality | None
    notes: tuple[str, ...]
    seen: Seen | None
    hairs: tuple[Hair, ...] = ()
    px_per_mm: float | None = None
    trial: Figures | None = None


def observe(
    path: Path, view: str, drawn: tuple[Polygon, ...], settings: Settings, px_per_mm: float | None = None
) -> Observation:
    """Measure all that one photo says by itself.

    Parameters
    ----------
    path : Path
        The file.
    view : str
        Where the camera looked.
    drawn : tuple of Polygon
        Outlines of the region drawn by a person, in pixels of the upright photo; empty: the program finds it.
    settings : Settings
        How to measure.
    px_per_mm : float, optional
        Scale of the upright photo, where the user knows it; else it is read from a scale card, if there is one, and in
        a macro photo from a scale bar.

    Returns
    -------
    Observation
        Also for a photo that is of no use: the reason is in it. Never raises for what is wrong with a photo.
    """
    try:
        # Hairs of a macro photo are a few pixels thin; of any other photo no more is looked at than the work picture.
        enough = None if view == MACRO else settings.work_px
        photo = read_photo(path, max_pixels=settings.max_megapixels * 1_000_000, enough_px=enough)
    except UnreadablePhotoError as error:
        return Observation("unreadable", error.reason, (), "", (0, 0), None, (), None)
    shape = photo.shape
    work = imaging.resize(photo.rgb, imaging.shrunk_shape(shape, settings.work_px))
    blank = Observation("rejected", "", (), photo.digest, shape, None, photo.notes, None)

    frame = check_frame(work, shape)
    if is_rejected(frame.flags):
        return replace(blank, flags=frame.flags, reason=reason_for(frame.flags))

    card = find_card(work, settings.ruler_mm)
    if isinstance(card, Card) and px_per_mm is None:
        px_per_mm = card.px_per_mm * shape[1] / work.shape[1]
    if view == MACRO:
        return _macro(photo, work, frame.flags, px_per_mm, settings.macro_px_per_mm)

    found = _beside(card, find_region(work, view, settings.segmenter))
    region = drawn_region(_to_work(drawn, shape, work), work.shape[:2]) if drawn else found
    if is_rejected(region.flags):
        return replace(blank, flags=region.flags, reason=reason_for(region.flags))

    lit = lighting(work, region.mask)
    quality = check_scalp(work, region.mask, shape, lit)
    flags = tuple(dict.fromkeys((*frame.flags, *region.flags, *quality.flags)))
    if is_rejected(flags):
        return replace(blank, flags=flags, reason=reason_for(flags), quality=quality)

    normal = normalise(work, region.mask, lit)
    method = segmenter(settings.segmenter)
    segmentation = method(normal.rgb if method.evened else normal.balanced, region.mask)
    if method.finest_px:
        segmentation = segmentation.shrunk(method.finest_px)
    outline = region.mask if is_rejected(found.flags) else found.mask
    tone = None if method.evened else imaging.shrink(normal.balanced, TONE_PX)
    return Observation(
        status="measured",
        reason="",
        flags=flags,
        digest=photo.digest,
        shape=shape,
        quality=quality,
        notes=(*photo.notes, *normal.steps),
        seen=Seen(normal.rgb, region, outline, segmentation, tone),
        px_per_mm=px_per_mm,
    )


def _beside(card: Card | NoCard, region: Region) -> Region:
    """Return the region less the scale card, which may lie on the hair."""
    if not isinstance(card, Card):
        return region
    return replace(region, mask=region.mask & ~card.mask(region.mask.shape, CARD_MARGIN_MM))


def _macro(
    photo: Photo, work: Rgb, flags: tuple[str, ...], known_px_per_mm: float | None, usual_px_per_mm: float | None
) -> Observation:
    """Measure a macro photo: skin all over, in which every hair is found by itself.

    Its scale is what is known of this photo, else what a bar in the picture says, else the instrument's usual one.
    """
    px_per_mm, said = known_px_per_mm, ""
    if px_per_mm is None:
        bar = hairs.read_scale_bar(photo.rgb)
        px_per_mm, said = bar.px_per_mm or usual_px_per_mm, bar.reason
    close = hairs.look(photo.rgb, px_per_mm)
    shape, small = (photo.rgb.shape[0], photo.rgb.shape[1]), (work.shape[0], work.shape[1])
    skin = imaging.resize_mask(close.sharp, small)
    share = imaging.resize(close.share, small)
    # A hair's edge is where the method is unsure: most so where it is half a hair.
    segmentation = Segmentation(share, np.sqrt(share * (1 - share)) * np.float32(0.5))
    trial = figures(close)
    if trial.density is None:
        flags = (*flags, "no_scale" if trial.area_mm2 is None else "little_in_focus")
    return Observation(
        status="measured",
        reason="",
        flags=flags,
        digest=photo.digest,
        shape=shape,
        quality=None,
        notes=(*photo.notes, *filter(None, (said, trial.reason))),
        seen=Seen(work, Region(skin, "whole"), skin, segmentation),
        hairs=close.hairs,
        px_per_mm=px_per_mm,
        trial=trial,
    )


def alone(seen: Seen) -> Placed:
    """Return what a photo shows on its own grid, where it is laid on no other."""
    shape = seen.region.mask.shape[0], seen.region.mask.shape[1]
    return place(seen.segmentation, seen.region, ITSELF, shape, seen.region.source == "drawn")


def measure_photo(path: Path | str, *, view: str = DEFAULT_VIEW, settings: Settings | None = None) -> Coverage | None:
    """Return the coverage of a single photo over the scalp that it shows; None where it is of no use.

    Parameters
    ----------
    path : Path or str
        The file.
    view : str
        Where the camera looked.
    settings : Settings, optional
        How to measure.

    Examples
    --------
    >>> from pathlib import Path
    >>> from hairdensity.recipe import measure_photo
    >>> measure_photo(Path("no_such_photo.jpg")) is None
    True
    """
    seen = observe(Path(path), view, (), settings or Settings()).seen
    if seen is None:
        return None
    placed = alone(seen)
    return coverage(placed, placed.skin, placed.skin)


def labels(share: Share, skin_in_work: Mask) -> Mask:
    """Return where hair is, one half or more of a pixel, within a region of the work picture."""
    hair: Mask = (share >= 0.5) & skin_in_work
    return hair


def _to_work(drawn: tuple[Polygon, ...], shape: tuple[int, int], work: Rgb) -> tuple[Polygon, ...]:
    """Return polygons of the upright photo in pixels of its work picture."""
    down, across = work.shape[0] / shape[0], work.shape[1] / shape[1]
    return tuple(tuple(((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5) for x, y in polygon) for polygon in drawn)
