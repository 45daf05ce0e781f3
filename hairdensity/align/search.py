"""First guess: the turn, size and shift at which two heads look most alike.

All turns are tried, since phones get turned; for each the best shift comes from one correlation by Fourier transform.
Done on pictures of 64 px it costs about a tenth of a millisecond a turn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.align.head import FRAME_PX, Head, Levelled, level
from hairdensity.arrays import Matrix

SIDE: Final = 64
DETAIL, SURROUNDINGS = 0.6, 4.0
REACH: Final = 12
"""Largest shift that is tried, in pixels of 64: about a quarter of the head's width."""
STEP_DEG: Final = 6
"""At the rim of the head half a step is about one pixel of 64, a quarter of the finest texture that is left."""
SIZES: Final = (0.8, 0.87, 0.95, 1.03, 1.12, 1.22)
"""Sizes that are tried, once both regions have the same area: outlines found twice, or cut by the frame, differ."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One way to lay a head on another.

    Parameters
    ----------
    matrix : Matrix
        (3, 3): from the one head's frame to the other's.
    likeness : float
        Correlation of the levelled pictures, -1..1.
    turn_deg : float
        The turn, 0..360.
    size : float
        The change of size.
    """

    matrix: Matrix
    likeness: float
    turn_deg: float
    size: float


def coarse(head: Head) -> Levelled:
    """Return the head as this module compares it."""
    return level(head, SIDE, DETAIL, SURROUNDINGS)


def guesses(here: Levelled, there: Levelled, turns: Iterable[float], wanted: int) -> list[Guess]:
    """Return the likeliest ways to lay one head on the other, best first, each clearly different from the others."""
    target = cv2.dft(there.plane)
    energy = float(np.linalg.norm(there.plane))
    to_side = imaging.resized((FRAME_PX, FRAME_PX), (SIDE, SIDE))
    found = [_best_shift(here, target, energy, turn, size) for turn in turns for size in SIZES]
    found.sort(key=lambda guess: -guess.likeness)
    kept: list[Guess] = []
    for guess in found:
        if all(_differ(guess, other) for other in kept):
            kept.append(guess)
        if len(kept) == wanted:
            break
    back = np.linalg.inv(to_side)
    return [Guess(back @ g.matrix @ to_side, g.likeness, g.turn_deg, g.size) for g in kept]


def _best_shift(here: Levelled, target: Any, energy: float, turn: float, size: float) -> Guess:  # noqa: ANN401
    middle = (SIDE - 1) / 2
    turned = cv2.getRotationMatrix2D((middle, middle), turn, size)
    plane = cv2.warpAffine(here.plane, turned, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    product = cv2.mulSpectrums(cv2.dft(plane), target, 0, conjB=True)
    everywhere = np.roll(cv2.idft(product, flags=cv2.DFT_SCALE), (REACH, REACH), (0, 1))
    _, best, _, (x, y) = cv2.minMaxLoc(np.ascontiguousarray(everywhere[: 2 * REACH + 1, : 2 * REACH + 1]))
    matrix = np.vstack([turned, [0.0, 0.0, 1.0]])
    matrix[:2, 2] -= (x - REACH, y - REACH)
    return Guess(matrix, float(best) / (energy * float(np.linalg.norm(plane)) + 1e-6), float(turn), float(size))


def _differ(one: Guess, other: Guess) -> bool:
    apart = abs((one.turn_deg - other.turn_deg + 180) % 360 - 180)
    return apart > 2 * STEP_DEG or abs(np.log(one.size / other.size)) > 0.2
