"""Whether two photos show the same head at all: what speaks for it, and how much is enough.

The thresholds lie above what any of several hundred pairs of different people, and of different views of one person,
reached (`benchmarks/alignment.py` prints them). What is refused wrongly costs a photo; what is accepted wrongly would
be measured on other skin without anybody knowing.
"""

from dataclasses import dataclass
from typing import Final, Literal

from hairdensity.align.refine import Agreement
from hairdensity.align.search import Guess

Proof = Literal["features", "outline"]

CERTAIN_SHARE: Final = 0.6
CERTAIN_PLACES: Final = 25
"""From here on no other turn need be tried."""
PROVEN_SHARE: Final = 0.42
PROVEN_PLACES: Final = 20
"""Share and number of fine places that prove it is the same head: other people's reached 0.33 and 20."""
BENT: Final = 2.2
"""Drift, in pixels of the frame (2 are 1 % of the head's width), above which one part of the head lies elsewhere than
the transform says: of 80 rendered sessions 13 drift more, among them all with a mean error above 2.4 % of the width."""
LIKELY: Final = 1.25
"""`strength` from which on it is the same head, its hair much changed: other people's reached 1.14."""
LIKELY_PLACES: Final = 12
"""Fewer places than this prove nothing, however well they agree."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to lay a photo on its baseline, with all that speaks for it.

    Parameters
    ----------
    guess : Guess
        Turn, size and shift found first.
    middle, fine : Agreement
        What places of two sizes say.
    correlation : float
        Of the levelled pictures, over what both show, -1..1.
    overlap : float
        Of the two outlines, 0..1.
    """

    guess: Guess
    middle: Agreement
    fine: Agreement
    correlation: float
    overlap: float


def evidence(candidate: Candidate) -> float:
    """Return how much speaks for a candidate, to choose among several: three shares, 0..3 in all."""
    return candidate.fine.share + candidate.middle.share + candidate.guess.likeness


def is_certain(candidate: Candidate) -> bool:
    """Return whether nothing else need be tried."""
    return candidate.fine.share >= CERTAIN_SHARE and candidate.fine.inliers >= CERTAIN_PLACES


def strength(candidate: Candidate) -> float:
    """Return all evidence in one number, 0 to about 3: weights as found on altered and on different heads."""
    return (
        candidate.fine.share + 0.3 * candidate.fine.likeness
        + 0.5 * candidate.middle.share + 0.5 * candidate.correlation
        + 0.3 * candidate.guess.likeness + 0.3 * candidate.overlap
    )  # fmt: skip


def verdict(candidate: Candidate) -> Proof | None:
    """Return what the alignment rests on; None where it may be another head.

    Where places prove the head but drift, they do not prove where all of it lies: that rests on little more than the
    outline.
    """
    if candidate.fine.share >= PROVEN_SHARE and candidate.fine.inliers >= PROVEN_PLACES:
        return "features" if candidate.fine.drift <= BENT else "outline"
    enough = candidate.fine.inliers >= LIKELY_PLACES and strength(candidate) >= LIKELY
    return "outline" if enough else None


def reason_against(candidate: Candidate) -> str:
    """Return why a candidate is not believed."""
    fine = candidate.fine
    return (
        f"only {fine.inliers} of {fine.places} places on the scalp agree with the first session, no more than on "
        "somebody else's head"
    )
