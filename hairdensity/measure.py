"""Measure: coverage of the skin that all sessions show, with its interval.

Everything here lives on the *grid*: the baseline's work picture shrunk to `GRID_PX`. A photo is laid on it once;
after that, measuring a photo again because the common skin has changed costs about a millisecond.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.align import Alignment
from hairdensity.arrays import Mask, Matrix, Plane, Share
from hairdensity.intervals import Z95
from hairdensity.masks import longer_side
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation

GRID_PX: Final = 320
"""Longer side of the grid: a head is then about 250 grid pixels wide, one of them less than a millimetre."""
EDGE_TOLERANCE: Final = 0.03
"""Outlines found twice differ by about this share of the head's width; so little does not count as not shown."""
SHOWN_ENOUGH: Final = 0.8
"""A photo that shows less of the baseline's region than this does not shrink the region of the others."""
SHOWN_TOO_LITTLE: Final = 0.5
"""A photo that shows less than this has no number: it would be of other skin."""
UNSURE_SHARED: Final = 0.46
"""How much of the segmenter's doubt is shared by all pixels of a photo, rather than averaging out."""
EDGE_PART: Final = 0.5
"""How much of what a smaller region would change counts as error: outlines are rarely off all round alike."""
UNSURE_BETWEEN: Final = 0.12
"""How much of the segmenter's doubt differs between photos of one head in other light and pose. Of unchanged rendered
heads, 95 % of pairs of photos then lie within 1.96 standard deviations; of real ones, altered, nearly all."""
LEAST_REPEAT_SD: Final = 0.005
"""What two photos of a head differ by at least (standard deviation of each), whatever the formulas say."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One photo laid on the grid of its baseline.

    Parameters
    ----------
    share : Share
        (rows, columns) float32: share of each grid pixel that hair covers.
    unsure : Plane
        (rows, columns) float32: standard deviation of `share`.
    skin : Mask
        (rows, columns) bool: where the photo shows scalp, as far as an outline may be off: all sessions are measured on
        the same skin, not each within its own outline of it.
    residual : float
        Error of the alignment in grid pixels.
    """

    share: Share
    unsure: Plane
    skin: Mask
    residual: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of one photo, as shares 0..1.

    Parameters
    ----------
    value : float
        Share of the measured skin that hair covers.
    low, high : float
        95 % interval of the value against the truth.
    repeat_sd : float
        Standard deviation between photos of the same head with no change between them; smaller than the interval
        suggests, since what the method gets wrong about a head it gets wrong each time.
    region_fraction : float
        Measured area as a share of the baseline's region.
    """

    value: float
    low: float
    high: float
    repeat_sd: float
    region_fraction: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that is measured of one photo once the skin is known: what the table is made of, and no planes.

    Parameters
    ----------
    shown : float
        Share of the baseline's region that the photo shows, 0..1.
    whole : Coverage or None
        Over all of the common skin; None where the photo shows none of it.
    fraction : float
        What it was measured on as a share of the grid.
    zones : tuple of (Coverage or None, int)
        For each zone its coverage, and how many grid pixels that was measured on.
    """

    shown: float
    whole: Coverage | None
    fraction: float
    zones: tuple[tuple[Coverage | None, int], ...] = ()


def grid_shape(work_shape: tuple[int, int]) -> tuple[int, int]:
    """Return (rows, columns) of the grid for a baseline work picture of this shape."""
    return imaging.shrunk_shape(work_shape, GRID_PX)


def grid_matrix(work_shape: tuple[int, int]) -> Matrix:
    """Return the transform from (x, y, 1) of the baseline's work picture to its grid."""
    return imaging.resized(work_shape, grid_shape(work_shape))


def place(
    segmentation: Segmentation, region: Region, alignment: Alignment, baseline_shape: tuple[int, int], drawn: bool
) -> Placed:
    """Lay what was segmented in one photo on the grid of its baseline.

    Parameters
    ----------
    segmentation : Segmentation
        Of the photo's work picture, its planes of that size or smaller.
    region : Region
        Of the photo's work picture.
    alignment : Alignment
        From the photo's to the baseline's work picture.
    baseline_shape : tuple of int
        (rows, columns) of the baseline's work picture.
    drawn : bool
        Whether a person drew the baseline's region. Then it is taken at its word, and the photo shows of it what lies
        in its frame; else it shows what also lies in the region that was found in the photo, or so near to it that two
        readings of one outline may differ by as much (`EDGE_TOLERANCE`).
    """
    to_grid = grid_matrix(baseline_shape) @ alignment.matrix
    shape = grid_shape(baseline_shape)
    # Averaging before the warp: a warp that shrinks would otherwise pick single pixels, and strands would flicker.
    factor = float(grid_matrix(baseline_shape)[0, 0]) / alignment.magnification
    share, unsure, work = segmentation.share, segmentation.unsure, region.mask.shape
    sigma = 0.5 * max(0.0, share.shape[1] / (work[1] * factor) - 1)
    if sigma > 0.2:
        share, unsure = imaging.blur(share, sigma), imaging.blur(unsure, sigma)
    in_frame = imaging.warp_mask(np.ones(work, np.bool_), to_grid, shape)
    if drawn and region.source != "drawn":
        skin = in_frame
    else:
        skin = imaging.warp_mask(region.mask, to_grid, shape)
        if alignment.method != "itself":
            skin = imaging.grow(skin, EDGE_TOLERANCE * longer_side(skin)) & in_frame
    planes_to_grid = to_grid @ imaging.resized(share.shape, work)
    return Placed(
        share=imaging.warp(share, planes_to_grid, shape),
        unsure=imaging.warp(unsure, planes_to_grid, shape),
        skin=skin,
        residual=alignment.residual * factor,
    )


def shown_fraction(skin: Mask, baseline_skin: Mask) -> float:
    """Return the share of the baseline's region that a photo with this skin shows, 0..1."""
    area = int(baseline_skin.sum())
    return float((skin & baseline_skin).sum() / area) if area else 0.0


def common_skin(baseline_skin: Mask, skins: Iterable[Mask], so_far: Mask | None = None) -> Mask:
    """Return the part of the baseline's region that every photo shows.

    Parameters
    ----------
    baseline_skin : Mask
        (rows, columns) bool: the region of the baseline on its grid.
    skins : iterable of Mask
        The skin of each photo on that grid, as `Placed` has it; their order does not matter.
    so_far : Mask, optional
        The common skin of other photos with the same baseline; then the result is that of all of them together.

    Notes
    -----
    What any photo does not show is left out of all, so that all are measured on the same skin; but a photo that
    shows less than `SHOWN_ENOUGH` does not count (it is flagged instead).
    """
    common = (baseline_skin if so_far is None else so_far).copy()
    for skin in skins:
        if shown_fraction(skin, baseline_skin) >= SHOWN_ENOUGH:
            common &= skin
    return common


def coverage(placed: Placed, common: Mask, baseline_skin: Mask) -> Coverage | None:
    """Return the coverage of one photo over the common skin, or None where it shows none of it.

    Notes
    -----
    The interval holds three errors, taken as independent: what the segmenter doubts (mostly shared by all pixels of
    a photo, so it does not shrink with their number); what moving the region by the error of the alignment changes;
    and what a slightly smaller region would change. Between photos of one head the last does not count, as all are
    measured on the same skin, and of the doubt only a part: what is hard to read is mostly misread alike.
    """
    skin = placed.skin & common
    if not skin.any():
        return None
    value = imaging.mean_in(placed.share, skin)
    unsure = imaging.mean_in(placed.unsure, skin)
    moved = _moved_sd(placed, skin, value)
    edge = EDGE_PART * _edge_sd(placed.share, skin, value)
    repeat = float(np.sqrt((UNSURE_BETWEEN * unsure) ** 2 + moved**2 + LEAST_REPEAT_SD**2))
    sd = float(np.sqrt((UNSURE_SHARED * unsure) ** 2 + moved**2 + edge**2 + LEAST_REPEAT_SD**2))
    return Coverage(
        value=value,
        low=max(0.0, value - Z95 * sd),
        high=min(1.0, value + Z95 * sd),
        repeat_sd=repeat,
        region_fraction=float(skin.sum() / max(1, baseline_skin.sum())),
    )


def numbers(placed: Placed, common: Mask, baseline_skin: Mask, zones: Sequence[Mask] = ()) -> Numbers:
    """Return all that is measured of one photo.

    Parameters
    ----------
    placed : Placed
        The photo on the baseline's grid.
    common : Mask
        (rows, columns) bool: the skin that all photos show.
    baseline_skin : Mask
        (rows, columns) bool: the region of the baseline.
    zones : sequence of Mask
        (rows, columns) bool each: parts of the region that are measured by themselves.
    """
    return Numbers(
        shown=shown_fraction(placed.skin, baseline_skin),
        whole=coverage(placed, common, baseline_skin),
        fraction=float(np.count_nonzero(placed.skin & common)) / common.size,
        zones=tuple(
            (coverage(placed, common & zone, zone), int(np.count_nonzero(placed.skin & common & zone)))
            for zone in zones
        ),
    )


def _moved_sd(placed: Placed, skin: Mask, here: float) -> float:
    """Return how coverage changes when the region moves by the alignment's residual (at least one grid pixel)."""
    step = max(1, round(placed.residual))
    values = []
    for down, right in ((0, step), (0, -step), (step, 0), (-step, 0)):
        moved = np.zeros_like(skin)
        source = skin[max(0, -down) : skin.shape[0] - max(0, down), max(0, -right) : skin.shape[1] - max(0, right)]
        moved[max(0, down) :, max(0, right) :][: source.shape[0], : source.shape[1]] = source
        moved &= placed.skin
        if moved.any():
            values.append(imaging.mean_in(placed.share, moved))
    return float(np.sqrt(np.mean((np.array(values) - here) ** 2))) if values else 0.0


def _edge_sd(share: Share, skin: Mask, here: float) -> float:
    """Return the change of coverage when the outer ring of skin, as wide as outlines are unsure, is left out."""
    inner = imaging.erode(skin, max(1.0, EDGE_TOLERANCE * longer_side(skin)))
    return abs(imaging.mean_in(share, inner) - here) if inner.any() else 0.0
