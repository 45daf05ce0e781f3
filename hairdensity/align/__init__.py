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
from hairdensity.align.result import ITSELF, Alignment, NotAligned
from hairdensity.align.search import STEP_DEG, coarse, guesses
from hairdensity.arrays import Mask, Rgb

__all__ = ["ITSELF", "Alignment", "NotAligned", "Prepared", "align", "align_prepared", "prepare"]

UPRIGHT: Final = range(-24, 25, STEP_DEG)
"""Turns that are tried first: most follow-up photos are held like the first one."""
ALL_ROUND: Final = range(0, 360, STEP_DEG)
GUESSES: Final = 3
"""First guesses that are followed up."""
SCALES: Final = (0.5, 2.0)
"""Sizes of the head in the frame, against the baseline, that are believed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A head as it is compared at each size; of a baseline to be made once for a whole series.

    Parameters
    ----------
    head : Head
        The head in its own frame.
    shape : tuple of int
        (rows, columns) of its work picture.
    coarse, middle, fine : Levelled
        The same for the first guess and for places at both sizes.
    """

    head: Head
    shape: tuple[int, int]
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
    return align_prepared(prepare(picture, region), prepare(baseline, baseline_region))


def align_prepared(one: Prepared | None, other: Prepared | None) -> Alignment | NotAligned:
    """Lay one prepared head on another, as `align` does; a baseline need then be prepared only once.

    Parameters
    ----------
    one, other : Prepared or None
        The photo and its baseline, by `prepare`.
    """
    if one is None or other is None:
        return NotAligned(f"the {'photo' if one is None else 'first session'} shows too little scalp to compare")
    tried: list[Candidate] = []
    for candidate in chain(_candidates(one, other, UPRIGHT, 1), _candidates(one, other, ALL_ROUND, GUESSES)):
        tried.append(candidate)
        if is_certain(candidate):
            break
    best = max(tried, key=evidence)
    method = verdict(best)
    if method is None:
        return NotAligned(reason_against(best))
    alignment = _laid(best, method, one.head, other.head)
    zoom = alignment.zoom(one.shape, other.shape)
    if not SCALES[0] <= zoom <= SCALES[1]:
        return NotAligned(f"the head seems to be {zoom:.2f} times as large, which is not believed")
    return alignment


def prepare(picture: Rgb, region: Mask) -> Prepared | None:
    """Return a head as it is compared; None where too little of it is seen. Parameters as in `align`."""
    head = describe(picture, region)
    if head is None:
        return None
    middle, fine = (places.levelled(head, scale) for scale in (places.MIDDLE, places.FINE))
    return Prepared(head, (picture.shape[0], picture.shape[1]), coarse(head), middle, fine)


def _candidates(here: Prepared, there: Prepared, turns: Iterable[float], wanted: int) -> Iterator[Candidate]:
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
