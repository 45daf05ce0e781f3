"""Align: where the baseline's skin lies in a later photo.

    describe -> guesses -> refine -> judge

Both heads are cut out by their outlines and scaled to one size with their light levelled (`head`); the turn, size and
shift at which they look most alike is the first guess (`search`); places that both show make it exact, and say whether
it is the same head at all (`refine`, `models`). What cannot be proved to be the same head is not aligned.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from hairdensity.align import refine as places
from hairdensity.align.head import Head, Levelled, describe
from hairdensity.align.judge import Candidate, Proof, evidence, is_certain, reason_against, verdict
from hairdensity.align.result import ITSELF, Alignment, NotAligned, moved
from hairdensity.align.search import STEP_DEG, coarse, guesses
from hairdensity.arrays import Mask, Rgb

__all__ = ["ITSELF", "Alignment", "Head", "NotAligned", "align", "align_heads", "describe", "moved"]

UPRIGHT: Final = range(-24, 25, STEP_DEG)
"""Turns that are tried first: most follow-up photos are held like the first one."""
ALL_ROUND: Final = range(0, 360, STEP_DEG)
GUESSES: Final = 3
"""First guesses that are followed up."""
SCALES: Final = (0.5, 2.0)
"""Sizes of the head in the frame, against the baseline, that are believed."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    head: Head
    coarse: Levelled
    middle: Levelled
    fine: Levelled


def align(picture: Rgb, region: Mask, baseline: Rgb, baseline_region: Mask) -> Alignment | NotAligned:
    """Find the transform that lays a photo on its baseline.

    Parameters
    ----------
    picture, baseline : Rgb
        (rows, columns, 3) uint8 work pictures, of any two sizes.
    region, baseline_region : Mask
        (rows, columns) bool: the scalp in each.

    Returns
    -------
    Alignment or NotAligned
        The latter is false and says why.
    """
    return align_heads(describe(picture, region), describe(baseline, baseline_region), picture.shape, baseline.shape)


def align_heads(
    here: Head | None, there: Head | None, shape: tuple[int, ...], baseline_shape: tuple[int, ...]
) -> Alignment | NotAligned:
    """Lay one described head on another, as `align` does; a baseline need then be described only once.

    Parameters
    ----------
    here, there : Head or None
        The photo and its baseline, by `describe`.
    shape, baseline_shape : tuple of int
        (rows, columns, ...) of the two work pictures.
    """
    if here is None or there is None:
        return NotAligned(f"the {'photo' if here is None else 'first session'} shows too little scalp to compare")
    one, other = _prepare(here), _prepare(there)
    tried: list[Candidate] = []
    for candidate in chain(_candidates(one, other, UPRIGHT, 1), _candidates(one, other, ALL_ROUND, GUESSES)):
        tried.append(candidate)
        if is_certain(candidate):
            break
    best = max(tried, key=evidence)
    method = verdict(best)
    if method is None:
        return NotAligned(reason_against(best))
    alignment = _laid(best, method, here, there)
    zoom = alignment.zoom(shape, baseline_shape)
    if not SCALES[0] <= zoom <= SCALES[1]:
        return NotAligned(f"the head seems to be {zoom:.2f} times as large, which is not believed")
    return alignment


def _prepare(head: Head) -> _Prepared:
    return _Prepared(head, coarse(head), places.levelled(head, places.MIDDLE), places.levelled(head, places.FINE))


def _candidates(here: _Prepared, there: _Prepared, turns: Iterable[float], wanted: int) -> Iterator[Candidate]:
    """Yield ways to lay one head on the other, likeliest first; each is worked out only when it is asked for."""
    for guess in guesses(here.coarse, there.coarse, turns, wanted):
        middle = places.refine(here.middle, there.middle, guess.matrix, places.MIDDLE, ("similarity", "affine"))
        fine = places.refine(here.fine, there.fine, middle.matrix, places.FINE, ("similarity", "affine", "homography"))
        correlation = places.correlation(here.middle, there.middle, fine.matrix)
        overlap = places.overlap(here.head, there.head, fine.matrix)
        yield Candidate(guess, middle, fine, correlation, overlap)


def _laid(best: Candidate, method: Proof, here: Head, there: Head) -> Alignment:
    """Return the candidate in pixels of the two work pictures."""
    # Fine places improve on the middle ones also where few of them agree; but then their scatter says too little.
    found = best.fine
    matrix = np.linalg.inv(there.to_frame) @ found.matrix @ here.to_frame
    residual = found.residual if method == "features" else max(found.residual, best.middle.residual)
    return Alignment(
        matrix=matrix / matrix[2, 2],
        method=method,
        residual=residual / float(there.to_frame[0, 0]),
        overlap=best.overlap,
        inliers=found.inliers,
        places=found.places,
        head_px=there.width_px,
        centre=here.centre,
        model=found.model,
    )
