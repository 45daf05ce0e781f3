"""One hair of a macro photo, and the table that lists them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["terminal", "vellus", "unknown"]

TERMINAL_UM = 40.0
"""A hair at least this thick is terminal, by default; trials use 30 to 40 um."""
COLUMNS = ("x_min", "y_min", "x_max", "y_max", "root_x", "root_y", "length_mm", "thickness_um", "kind")


@dataclass(frozen=True, slots=True)
class Hair:
    """One hair, in pixels of the upright photo.

    Parameters
    ----------
    x_min, y_min, x_max, y_max : float
        Box around the centre line, as hairs are boxed by hand: from where it leaves the skin to its tip, and at least
        half a thickness wide and high.
    root_x, root_y : float
        The end at which it leaves the skin.
    length_px, thickness_px : float
        Length of the centre line, and median full width at half depth.
    length_mm, thickness_um : float or None
        The same in units of length; None where the scale is not known.
    kind : {"terminal", "vellus", "unknown"}
        By thickness; "unknown" without a scale.
    line : tuple of (float, float)
        Centre line from root to tip, x and y.
    depth : float
        Darkness against the skin, 0..1.
    cut : bool
        Whether the frame cuts it.
    unit : int
        Number of its follicular unit: hairs that leave the skin together share it.
    """

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    root_x: float
    root_y: float
    length_px: float
    thickness_px: float
    length_mm: float | None
    thickness_um: float | None
    kind: Kind
    line: tuple[tuple[float, float], ...]
    depth: float
    cut: bool
    unit: int


def kind_of(thickness_um: float | None, terminal_um: float = TERMINAL_UM) -> Kind:
    """Return what a hair of this thickness is called; "unknown" for None."""
    if thickness_um is None:
        return "unknown"
    return "terminal" if thickness_um >= terminal_um else "vellus"


def hairs_csv(hairs: Iterable[Hair]) -> str:
    """Return the table of hairs: one row a hair, pixels with a decimal, unknown lengths empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for hair in hairs:
        pixels = (hair.x_min, hair.y_min, hair.x_max, hair.y_max, hair.root_x, hair.root_y)
        writer.writerow(
            [
                *(f"{value:.1f}" for value in pixels),
                "" if hair.length_mm is None else f"{hair.length_mm:.4f}",
                "" if hair.thickness_um is None else f"{hair.thickness_um:.1f}",
                hair.kind,
            ]
        )
    return out.getvalue()
