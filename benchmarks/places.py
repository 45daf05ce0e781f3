"""Where photos of a rendered series were laid against where their skin is: used by `benchmarks/repeatability.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hairdensity.align import Alignment
from hairdensity.columns import Cell
from hairdensity.keep import Keeper, Laid
from hairdensity.settings import Settings
from hairdensity.tasks import ObserveTask, placement_key

ACROSS = 180
"""Squares of skin in a row: the number of a square is that many times its row and its column."""
LEAST_PX = 20
"""A square counts where so many of its pixels are seen, and of those beside it."""
WRONG = 3.0
"""An error of more than this share of the head's width, in per cent, is a wrong alignment."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """How far a photo is off, on average over its skin: % of the head's width and mm; and whether that is told."""

    percent: float
    mm: float
    flagged: bool


def misplaced(series: Path, out: Path, rows: Sequence[dict[str, Cell]], settings: Settings) -> Iterator[Misplaced]:
    """Yield the error of each measured photo that was laid directly on its baseline.

    Parameters
    ----------
    series : Path
        With photos/ and truth/, whose files hold `cell` (rows, columns): the square of skin that each pixel shows, each
        4 mm wide; -1 for none. The photos are no larger than the work picture.
    out : Path
        What `analyze` wrote of it.
    rows : sequence of dict
        Its table.
    settings : Settings
        With which it was made.
    """
    keeper = Keeper(out / "cache")

    def entry(row: dict[str, Cell]) -> str:
        photo = series / "photos" / str(row["photo"])
        return ObserveTask(photo, str(row["view"]), (), settings, keeper).entry(str(row["digest"]))

    by_name = {str(row["photo"]): row for row in rows}
    for name, row in by_name.items():
        base = str(row["baseline"])
        if row["status"] != "measured" or name == base:
            continue
        laid = keeper.load_laid(placement_key(entry(row), entry(by_name[base])))
        if isinstance(laid, Laid) and isinstance(laid.alignment, Alignment):
            flagged = "aligned_by_outline" in laid.flags
            yield error_of(laid.alignment, _cells(series, name), _cells(series, base), flagged)


def error_of(alignment: Alignment, here: NDArray[np.int64], there: NDArray[np.int64], flagged: bool) -> Misplaced:
    """Return the error of one alignment from the squares of skin that two photos show."""
    (places, seen), (base_places, base_seen) = middles(here), middles(there)
    both = (seen >= LEAST_PX) & (base_seen >= LEAST_PX)
    grid = both.reshape(ACROSS, ACROSS)
    inner = grid.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            inner &= np.roll(grid, step, axis)
    kept = inner.ravel()
    carried = np.column_stack([places[kept], np.ones(int(kept.sum()))]) @ alignment.matrix.T
    off = float(np.linalg.norm(carried[:, :2] / carried[:, 2:] - base_places[kept], axis=1).mean())
    # Squares that face the camera look largest.
    px_per_mm = float(np.sqrt(np.quantile(base_seen[kept], 0.9))) / 4
    rows, columns = np.nonzero(there >= 0)
    return Misplaced(100 * off / float(max(np.ptp(rows), np.ptp(columns))), off / px_per_mm, flagged)


def middles(cell: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the middle (x, y) of each square of skin in a photo, and how many pixels show it."""
    rows, columns = np.nonzero(cell >= 0)
    numbers = cell[rows, columns]
    seen = np.bincount(numbers, minlength=ACROSS * ACROSS)
    sums = [np.bincount(numbers, place, minlength=ACROSS * ACROSS) for place in (columns, rows)]
    return np.stack(sums, axis=1) / np.maximum(seen, 1)[:, None], seen


def report(off: Sequence[Misplaced]) -> None:
    """Print the errors of many photos."""
    percent, mm = np.array([one.percent for one in off]), np.array([one.mm for one in off])
    wrong = [one.flagged for one in off if one.percent > WRONG]
    print(
        f"  alignment of {len(off)} photos off by {np.median(percent):.2f} % of the head's width (median), "
        f"{np.quantile(percent, 0.95):.2f} (95th percentile), worst {percent.max():.2f}; {np.median(mm):.2f}, "
        f"{np.quantile(mm, 0.95):.2f}, {mm.max():.2f} mm; wrong by more than {WRONG:.0f} %: {len(wrong)}, of which "
        f"flagged {sum(wrong)}"
    )


def _cells(series: Path, photo: str) -> NDArray[np.int64]:
    return np.asarray(np.load(series / "truth" / f"{Path(photo).stem}.npz")["cell"], np.int64)
