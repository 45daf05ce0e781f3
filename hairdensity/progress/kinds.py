"""What is known beforehand of each kind of treatment: how soon it works, how soon its work is lost, and how much stays.

The figures are those of the literature, and wide: published gains of one treatment span a factor of fifty. They tilt
the prior of the shapes of the response, and never forbid one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of treatment.

    Parameters
    ----------
    half_rise, half_loss : float
        Weeks after which half of the gain is there, and weeks after stopping in which half of what is lost is gone:
        medians of log-normal priors.
    rise_spread, loss_spread : float
        Their standard deviations, of the logarithm.
    lasts : float
        Odds that most of the gain stays, over those of a treatment of which nothing is known.
    """

    half_rise: float
    half_loss: float
    rise_spread: float = 0.8
    loss_spread: float = 0.9
    lasts: float = 1.0


KINDS: Final[dict[str, Kind]] = {
    # Olsen 2007: plateau at 16 weeks; Hoffmann 2005: rises until 24. Price 1999: none left 24 weeks after stopping.
    "minoxidil": Kind(half_rise=10, half_loss=8, lasts=0.6),
    # Kaufman 1998: rises for a year and longer. Label and clinics: lost within 3 to 12 months.
    "finasteride": Kind(half_rise=20, half_loss=16, lasts=0.6),
    "dutasteride": Kind(half_rise=18, half_loss=18, lasts=0.6),
    # Dhurat 2013: read at 12 weeks, held for 8 months; a split-scalp trial held for 3; reviews: up to 6 months.
    "microneedling": Kind(half_rise=11, half_loss=13, loss_spread=1.0),
    # Gkini 2014: peak at 3 months, half of it gone at 6 to 12; Gentile: relapse after 12 to 16 months.
    "prp": Kind(half_rise=9, half_loss=20),
}


def tilt(
    kinds: tuple[str, ...], half_rise: Floats, half_loss: Floats, lasting: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Return by what the prior of each rise, each decay and each retained share is multiplied.

    Parameters
    ----------
    kinds : tuple of str
        Treatments of the series; of several, the mean counts, as their responses share one shape.
    half_rise, half_loss : NDArray of float64, shapes (rises,), (decays,)
        Weeks to half of the gain, and to half of the loss.
    lasting : NDArray of bool, shape (shares,)
        Which retained shares are most of the gain.

    Returns
    -------
    rises, decays, shares : NDArray of float64, shapes (rises,), (decays,), (shares,)
    """
    rises, decays, shares = np.zeros(len(half_rise)), np.zeros(len(half_loss)), np.zeros(len(lasting))
    for name in kinds:
        kind = KINDS.get(name)
        if kind is None:
            rises, decays, shares = rises + 1, decays + 1, shares + 1
            continue
        rises += np.exp(-0.5 * (np.log(half_rise / kind.half_rise) / kind.rise_spread) ** 2)
        decays += np.exp(-0.5 * (np.log(half_loss / kind.half_loss) / kind.loss_spread) ** 2)
        shares += np.where(lasting, kind.lasts, 1.0)
    return rises / len(kinds), decays / len(kinds), shares / len(kinds)
