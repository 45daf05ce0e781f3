"""Place: an observed photo laid on the baseline of its series, and what differs between the two.

align -> lay on the grid -> compare light, pose and hair -> tone
"""

from dataclasses import dataclass, replace
from typing import Final

from hairdensity import imaging
from hairdensity.align import ITSELF, Alignment, NotAligned, Prepared, align_prepared, prepare
from hairdensity.alike import Compared, Look, compared, hair_change, hair_flags
from hairdensity.check import ScalpQuality, check_against
from hairdensity.measure import Placed, grid_shape, place
from hairdensity.recipe import Observation, Seen, alone
from hairdensity.region import Region
from hairdensity.tone import FRAME_PX, TONE_PX, Toned, steadied, tone_change

OTHER_TONE: Final = frozenset(("other_light", "other_style", "other_colour", "wet"))
"""What must not be said of a photo for its tone to tell anything beside its baseline's."""


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
    return Placement(ITSELF, alone(_seen(observation)), ())


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
    work = _shape(base.region)
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
