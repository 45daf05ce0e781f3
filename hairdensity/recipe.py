"""The way of one photo, from file to number. Read this page first.

    read -> check -> region -> normalise -> segment  =  `observe`   one photo, once
    read -> check -> hairs                           =  the same for a macro photo
    align -> lay on the grid -> tone                 =  `place_on`  one photo and its baseline
    common skin -> coverage                          =  `hairdensity.measure`

All functions are pure and all results frozen and picklable, so that a process pool or a cluster can run them.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import hairs, imaging
from hairdensity.align import ITSELF, Alignment, NotAligned, Prepared, align_prepared, prepare
from hairdensity.alike import Compared, Look, compared, hair_change, hair_flags
from hairdensity.arrays import Mask, Rgb, Share
from hairdensity.card import Card, NoCard, find_card
from hairdensity.check import ScalpQuality, check_against, check_frame, check_scalp
from hairdensity.errors import UnreadablePhotoError
from hairdensity.flags import is_rejected, reason_for
from hairdensity.hairs import Hair
from hairdensity.hairs.figures import Figures, figures
from hairdensity.light import lighting
from hairdensity.measure import Coverage, Placed, coverage, grid_shape, place
from hairdensity.normalise import normalise
from hairdensity.read import Photo, read_photo
from hairdensity.region import Polygon, Region, drawn_region, find_region
from hairdensity.segment import segmenter
from hairdensity.segment.base import Segmentation
from hairdensity.settings import Settings
from hairdensity.tone import FRAME_PX, TONE_PX, Toned, steadied, tone_change
from hairdensity.views import DEFAULT_VIEW, MACRO

CARD_MARGIN_MM: Final = 2.0
"""Skin so near to the scale card is left out with it: its shadow and bent corners."""
OTHER_TONE: Final = frozenset(("other_light", "other_style", "other_colour"))
"""What must not be said of a photo for its tone to tell anything beside its baseline's."""


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


@dataclass(frozen=True, slots=True)
class Placement:
    """One photo laid on its baseline.

    Parameters
    ----------
    alignment : Alignment or NotAligned
        How it lies there, or why not.
    placed : Placed or None
        Its hair on the baseline's grid; None where it was not aligned.
    flags : tuple of str
        What differs from the baseline, by names from `hairdensity.flags`.
    through : str
        Name of the kept observation of the photo in between, where it could only be laid through one; else empty.
    """

    alignment: Alignment | NotAligned
    placed: Placed | None
    flags: tuple[str, ...]
    through: str = ""


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


@dataclass(frozen=True, slots=True)
class Baseline:
    """A photo that others are laid on, with what needs to be found out of it only once.

    Parameters
    ----------
    quality : ScalpQuality or None
        Its quality figures.
    seen : Seen
        What it shows.
    head : Prepared or None
        As others are aligned to it; None where it shows too little scalp.
    hair : Compared
        As the hair of others is compared with it.
    """

    quality: ScalpQuality | None
    seen: Seen
    head: Prepared | None
    hair: Compared


def as_baseline(observation: Observation) -> Baseline:
    """Return an observed photo as others are laid on it.

    Raises
    ------
    ValueError
        If it was not measured.
    """
    seen = _seen(observation)
    return Baseline(observation.quality, seen, prepare(seen.picture, seen.outline), compared(_look(seen)))


def place_on_itself(observation: Observation) -> Placement:
    """Lay an observed photo on its own grid, as the baseline of a series.

    Raises
    ------
    ValueError
        If it was not measured.
    """
    seen = _seen(observation)
    region = seen.region
    return Placement(ITSELF, place(seen.segmentation, region, ITSELF, _shape(region), region.source == "drawn"), ())


def place_on(observation: Observation, baseline: Baseline) -> Placement:
    """Lay an observed photo on its baseline.

    Parameters
    ----------
    observation : Observation
        With status "measured".
    baseline : Baseline
        Of another photo, by `as_baseline`.

    Raises
    ------
    ValueError
        If it was not measured.
    """
    alignment = _aligned(observation, baseline.head)
    if isinstance(alignment, NotAligned):
        return Placement(alignment, None, ("not_aligned",))
    return _laid(observation, baseline, alignment, ("aligned_by_outline",) if alignment.method == "outline" else ())


def place_through(
    observation: Observation, neighbour: Observation, onwards: Alignment, baseline: Baseline
) -> Placement:
    """Lay an observed photo on its baseline through another photo of the series, which both resemble.

    Parameters
    ----------
    observation, neighbour : Observation
        Both with status "measured".
    onwards : Alignment
        How the neighbour lies on the baseline.
    baseline : Baseline
        By `as_baseline`.

    Returns
    -------
    Placement
        Not aligned unless both steps rest on features: two that each rest on little would rest on nothing.

    Raises
    ------
    ValueError
        If one was not measured.
    """
    between = _seen(neighbour)
    first = _aligned(observation, prepare(between.picture, between.outline))
    if isinstance(first, NotAligned):
        return Placement(first, None, ("not_aligned",))
    if first.method != "features" or onwards.method != "features":
        return Placement(NotAligned("the way through another photo is too uncertain"), None, ("not_aligned",))
    return _laid(observation, baseline, first.then(onwards), ("aligned_through",))


def _seen(observation: Observation) -> Seen:
    if observation.seen is None:
        raise ValueError("only a measured photo can be laid on a measured baseline")
    return observation.seen


def _shape(region: Region) -> tuple[int, int]:
    return region.mask.shape[0], region.mask.shape[1]


def _aligned(observation: Observation, head: Prepared | None) -> Alignment | NotAligned:
    seen = _seen(observation)
    return align_prepared(prepare(seen.picture, seen.outline), head)


def _laid(observation: Observation, baseline: Baseline, alignment: Alignment, flags: tuple[str, ...]) -> Placement:
    """Return a photo laid as its alignment says, with what differs from its baseline."""
    seen, region = _seen(observation), baseline.seen.region
    shape = _shape(region)
    placed = place(seen.segmentation, seen.region, alignment, shape, region.source == "drawn")
    if observation.quality and baseline.quality:
        zoom = alignment.zoom(seen.picture.shape, shape)
        flags += check_against(observation.quality, baseline.quality, zoom, alignment.rotation_deg)
        flags += hair_flags(hair_change(_look(seen), baseline.hair, alignment.matrix))
    if alignment.method == "features" and OTHER_TONE.isdisjoint(flags):
        placed = _steadied(placed, seen, baseline.seen, alignment)
    return Placement(alignment, placed, flags)


def _steadied(placed: Placed, seen: Seen, base: Seen, alignment: Alignment) -> Placed:
    """Return a photo on the baseline's grid, its change taken in part from the tone of both."""
    if seen.tone is None or base.tone is None:
        return placed
    work = (base.picture.shape[0], base.picture.shape[1])
    grid, frame = grid_shape(work), imaging.shrunk_shape(work, FRAME_PX)
    to_work = imaging.resized(seen.tone.shape, seen.picture.shape)
    to_frame = imaging.resized(work, frame) @ alignment.matrix @ to_work
    # Averaged before the warp, which would pick single pixels where it shrinks.
    tone = imaging.warp(imaging.blur(seen.tone, TONE_PX / FRAME_PX / 2), to_frame, frame)
    base_share = imaging.resize(base.segmentation.share, grid)
    skin = placed.skin & imaging.resize_mask(base.region.mask, grid)
    change = tone_change(
        Toned(tone, imaging.resize(placed.share, frame)),
        Toned(imaging.resize(base.tone, frame), imaging.resize(base_share, frame)),
        imaging.resize_mask(skin, frame),
    )
    return replace(placed, share=steadied(placed.share, base_share, change, skin)) if change is not None else placed


def _look(seen: Seen) -> Look:
    return Look(seen.picture, seen.segmentation.share, seen.region.mask)


def measure_photo(path: Path, *, view: str = DEFAULT_VIEW, settings: Settings | None = None) -> Coverage | None:
    """Return the coverage of a single photo over the scalp that it shows; None where it is of no use.

    Examples
    --------
    >>> from pathlib import Path
    >>> from hairdensity.recipe import measure_photo
    >>> measure_photo(Path("no_such_photo.jpg")) is None
    True
    """
    observation = observe(path, view, (), settings or Settings())
    if observation.seen is None:
        return None
    placed = place_on_itself(observation).placed
    if placed is None:
        return None
    return coverage(placed, placed.skin, placed.skin)


def labels(share: Share, skin_in_work: Mask) -> Mask:
    """Return where hair is, one half or more of a pixel, within a region of the work picture."""
    hair: Mask = (share >= 0.5) & skin_in_work
    return hair


def _to_work(drawn: tuple[Polygon, ...], shape: tuple[int, int], work: Rgb) -> tuple[Polygon, ...]:
    """Return polygons of the upright photo in pixels of its work picture."""
    down, across = work.shape[0] / shape[0], work.shape[1] / shape[1]
    return tuple(tuple(((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5) for x, y in polygon) for polygon in drawn)
