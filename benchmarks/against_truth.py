"""Measured against true coverage, photo by photo: `python benchmarks/against_truth.py OUT TRUTH_CSV`.

OUT is the output folder of `hairdensity analyze`, TRUTH_CSV the truth.csv of a rendered series. Prints each photo's
true and measured coverage, then the mean error, the mean absolute error, how many intervals hold the truth, and, for
each view, the slope of measured on true change, which is what follow-up rests on.
"""

import csv
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    """Print the table."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with (Path(sys.argv[1]) / "measurements.csv").open(newline="", encoding="utf-8") as file:
        measured = {row["photo"]: row for row in csv.DictReader(file)}
    with Path(sys.argv[2]).open(newline="", encoding="utf-8") as file:
        truth = {row["photo"]: row for row in csv.DictReader(file)}
    print(f"{'photo':36s} {'true':>6s} {'measured':>9s} {'interval':>15s} {'error':>7s}  (per cent, points)")
    pairs: dict[str, list[tuple[float, float, bool]]] = {}
    for name, true in truth.items():
        row = measured.get(name)
        if row is None or row["status"] != "measured":
            print(f"{name:36s} {100 * float(true['coverage']):6.1f} {row['status'] if row else 'missing':>9s}")
            continue
        want, got = float(true["coverage"]), float(row["coverage"])
        low, high = float(row["coverage_low"]), float(row["coverage_high"])
        pairs.setdefault(row["view"], []).append((want, got, low <= want <= high))
        interval = f"{100 * low:.1f} to {100 * high:.1f}"
        print(f"{name:36s} {100 * want:6.1f} {100 * got:9.1f} {interval:>15s} {100 * (got - want):+7.1f}")
    everything = np.array([pair for view in pairs.values() for pair in view], float)
    if not len(everything):
        sys.exit("nothing was measured")
    error = 100 * (everything[:, 1] - everything[:, 0])
    print(
        f"\nphotos {len(error)}, mean error {error.mean():+.2f} pp, "
        f"mean absolute error {np.abs(error).mean():.2f} pp, largest {np.abs(error).max():.2f} pp, "
        f"intervals that hold the truth {100 * everything[:, 2].mean():.0f} %"
    )
    for view, listed in sorted(pairs.items()):
        want, got, _ = np.array(listed, float).T
        if len(want) < 3 or np.ptp(want) == 0:
            continue
        slope, level = np.polyfit(want, got, 1)
        scatter = 100 * float(np.std(got - (slope * want + level), ddof=2))
        print(
            f"{view:10s} slope of measured on true {slope:.2f}, scatter about it {scatter:.2f} pp, "
            f"correlation {np.corrcoef(want, got)[0, 1]:.2f}"
        )


if __name__ == "__main__":
    main()
