"""Intervals: what a standard deviation means for a 95 % interval, and for the difference of two values."""

import math
from typing import Final

Z95: Final = 1.959964
"""Half the width of a 95 % interval, in standard deviations of the normal distribution."""


def detectable(first_sd: float, second_sd: float) -> float:
    """Return the difference of two values of nothing that changed which noise alone exceeds once in twenty times.

    Parameters
    ----------
    first_sd, second_sd : float
        Standard deviations of the two values, independent of each other, in any one unit.
    """
    return Z95 * math.hypot(first_sd, second_sd)
