"""Spots of skin for macro photos: every hair's root, thickness and length in millimetres, and the same spot later.

`macro_spot` grows the hairs; `later_spot` changes them, hair by hair. Nothing here is used by what measures.
"""

from dataclasses import dataclass, replace
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

_TERMINAL_UM = 40.0


@dataclass(frozen=True, slots=True)
class SpotHair:
    """One hair of a spot of skin.

    Parameters
    ----------
    name : int
        Stays the same in later states of the spot.
    unit : int
        Its follicular unit.
    root : tuple of float
        x, y in mm.
    lean : float
        Direction from root to tip in radians, x to y.
    length_mm, thickness_um : float
        Visible length and full width.
    bend : float
        Turn from root to tip, in radians.
    darkness : float
        Share of the light that it takes, 0..1.
    """

    name: int
    unit: int
    root: tuple[float, float]
    lean: float
    length_mm: float
    thickness_um: float
    bend: float
    darkness: float

    @property
    def kind(self) -> str:
        """Return "terminal" or "vellus" (below 40 um)."""
        return "terminal" if self.thickness_um >= _TERMINAL_UM else "vellus"

    def line(self, points: int = 24) -> NDArray[np.float64]:
        """Return the centre line from root to tip, (points, 2) in mm."""
        along = np.linspace(0, 1, points)
        angles = self.lean + self.bend * (along - 0.3)
        steps = np.column_stack([np.cos(angles), np.sin(angles)])[:-1] * self.length_mm / (points - 1)
        return np.asarray(self.root) + np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot of skin: its hairs, and how large it is.

    Parameters
    ----------
    hairs : tuple of SpotHair
        All hairs, also of the margin around.
    half_mm : float
        The spot reaches this far to each side of (0, 0).
    seed : int
        Names the skin.
    """

    hairs: tuple[SpotHair, ...]
    half_mm: float
    seed: int


def macro_spot(
    seed: int,
    *,
    units_per_cm2: float = 75.0,
    thickness_um: float = 75.0,
    length_mm: float = 0.6,
    vellus: float = 0.12,
    half_mm: float = 5.0,
) -> Spot:
    """Grow the hairs of a spot of skin.

    Parameters
    ----------
    seed : int
        Equal seeds give equal spots.
    units_per_cm2 : float
        Follicular units; each bears one to four hairs, 2.1 on average.
    thickness_um : float
        Mean thickness of terminal hairs.
    length_mm : float
        Mean visible length: 0.3 to 1 for a shaved spot, more for hair that was left.
    vellus : float
        Share of the hairs that are thin (15 to 38 um).
    half_mm : float
        Half the side of the square.
    """
    random = np.random.default_rng((seed, 71))
    wanted = round(units_per_cm2 * (2 * half_mm / 10) ** 2)
    apart = 0.62 * (100 / units_per_cm2) ** 0.5
    centres: list[tuple[float, float]] = []
    for _ in range(wanted * 40):
        x, y = random.uniform(-half_mm, half_mm, 2).tolist()
        if all((x - a) ** 2 + (y - b) ** 2 > apart * apart for a, b in centres):
            centres.append((x, y))
            if len(centres) == wanted:
                break
    lean = random.uniform(0, 2 * pi)
    darkness = random.uniform(0.62, 0.85)
    hairs: list[SpotHair] = []
    for unit, (x, y) in enumerate(centres):
        count = int(random.choice([1, 2, 3, 4], p=[0.27, 0.43, 0.24, 0.06]))
        unit_lean = lean + random.normal(0, 0.15)
        for member in range(count):
            thin = random.random() < vellus
            across = (member - (count - 1) / 2) * random.uniform(0.07, 0.13)
            along = random.uniform(-0.05, 0.05)
            way = unit_lean + pi / 2
            root = (x + across * cos(way) + along * cos(unit_lean), y + across * sin(way) + along * sin(unit_lean))
            thick = float(random.uniform(15, 38) if thin else max(42.0, random.normal(thickness_um, 10)))
            length = float(max(0.25, random.normal(length_mm, 0.2 * length_mm))) * (0.7 if thin else 1.0)
            hairs.append(
                SpotHair(
                    len(hairs), unit, root, unit_lean + float(random.normal(0, 0.1)), length, thick,
                    float(random.normal(0, 0.1)) * (1 + length),
                    darkness * float(random.uniform(0.85, 1.0)) * (0.6 if thin else 1.0),
                )
            )  # fmt: skip
    return Spot(tuple(hairs), half_mm, seed)


def later_spot(
    spot: Spot, seed: int, *, lost: float = 0.05, new: float = 0.05, thicker_um: float = 0.0, regrown: bool = True
) -> Spot:
    """Return the same spot at a later visit.

    Parameters
    ----------
    spot : Spot
        Before.
    seed : int
        Names what happens.
    lost, new : float
        Share of the hairs that are gone, and of hairs that have come, near units that were there.
    thicker_um : float
        Added to the thickness of every hair.
    regrown : bool
        Whether the hairs were cut anew, with other lengths.
    """
    random = np.random.default_rng((seed, spot.seed, 72))
    kept = []
    for hair in spot.hairs:
        gone = random.random() < lost
        turn, length = float(random.normal(0, 0.06)), float(random.uniform(0.85, 1.15)) if regrown else 1.0
        if not gone:
            kept.append(replace(hair, lean=hair.lean + turn, length_mm=hair.length_mm * length,
                                thickness_um=hair.thickness_um + thicker_um))  # fmt: skip
    grown = []
    for number in range(random.binomial(len(spot.hairs), new)):
        model = spot.hairs[int(random.integers(len(spot.hairs)))]
        way = model.lean + pi / 2 * (1 if random.random() < 0.5 else -1)
        root = (model.root[0] + 0.22 * cos(way), model.root[1] + 0.22 * sin(way))
        grown.append(replace(model, name=len(spot.hairs) + 1000 * seed + number, root=root))
    return replace(spot, hairs=(*kept, *grown))
