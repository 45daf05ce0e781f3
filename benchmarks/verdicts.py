"""How often verdicts are right: `python benchmarks/verdicts.py [--series 2000] [--seed 1] [--ideal] [--stated 1.5]`.

Half of the series are decidable ones (16 to 26 monthly sessions, gain of 6 to 16 points, noise of 1 to 2 points, 4 %
outliers), the other half is anything that people have: 4 to 30 sessions, noise up to 3.5 points, small gains, missing
months. `made_courses` says how they are made.

Prints confusion, false gains, sustained said of temporary, calibration, interval coverage, and cost. `ideal` is an
observer who knows how the series were made and how large the noise is, and weighs thousands of simulated courses by how
well they fit. With `--stated`, each session states that much as its `repeat_sd`, as measurements.csv does, whatever the
noise is. With `--keep`, what was found is added to a file, a line a series, and what is there already is not done
again: a long run can be made in pieces (`--most` series at a time).
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from made_courses import Case, draw_case, right_verdict

from hairdensity.columns import Cell
from hairdensity.progress import ViewProgress, follow

VERDICTS = ("no_change", "temporary", "sustained", "on_treatment", "declining", "cannot_tell")
GAINS = ("temporary", "sustained", "on_treatment")


@dataclass(frozen=True)
class Outcome:
    """What was true of a series and what was said, in points and shares; None where there is none."""

    number: int
    decidable: bool
    several: bool
    truth: str
    gain: float
    retained: float | None
    ideal: dict[str, float]
    verdict: str
    probability: float
    said_gain: tuple[float, float, float] | None
    said_retained: tuple[float, float, float] | None
    failed: tuple[str, ...]
    seconds: float


def verdict_of(case: Case, stated: float | None) -> ViewProgress:
    """Return what the program says where each session states this much noise, in points."""
    first = case.design.first
    common: dict[str, Cell] = {"view": "vertex", "repeat_sd": None if stated is None else stated / 100}
    rows: list[dict[str, Cell]] = [
        {"date": (first + timedelta(days=int(day))).isoformat(), "coverage": float(value) / 100, **common}
        for day, value in zip(case.design.days, case.values, strict=True)
    ]
    last = first + timedelta(days=int(case.design.days[-1]))
    return follow(rows, case.design.treatments, last)[0]


def outcome_of(number: int, case: Case, stated: float | None) -> Outcome:
    """Return what is true and what is said of a series."""
    begin = time.process_time()
    view = verdict_of(case, stated)
    seconds = time.process_time() - begin
    gain, retained = (view.gain, view.gain_low, view.gain_high), (view.retained, view.retained_low, view.retained_high)
    return Outcome(
        number,
        case.decidable,
        len(case.design.treatments.courses) > 1,
        right_verdict(case),
        case.gain,
        float(case.retained) if np.isfinite(case.retained) else None,
        case.ideal,
        view.verdict,
        view.probability[view.verdict],
        None if None in gain else tuple(100 * value for value in gain if value is not None),  # type: ignore[arg-type]
        None if None in retained else retained,  # type: ignore[arg-type]
        tuple(check.name for check in view.checks if check.passed is False),
        seconds,
    )


def report(found: Sequence[Outcome]) -> None:
    """Print all tables."""
    for decidable in (True, False):
        chosen = [one for one in found if one.decidable == decidable]
        if not chosen:
            continue
        print(f"\n{'decidable series' if decidable else 'any series'}: {len(chosen)}")
        _confusion(chosen)
        _rates(chosen)
        _calibration(chosen)
        _intervals(chosen)
        _undecided(chosen)
    print(f"\n{1000 * np.mean([one.seconds for one in found]):.0f} ms CPU a series")


def _confusion(chosen: Sequence[Outcome]) -> None:
    counted = Counter((one.truth, one.verdict) for one in chosen)
    print(f"{'truth':14s}" + "".join(f"{name:>14s}" for name in VERDICTS))
    for truth in VERDICTS[:-1]:
        print(f"{truth:14s}" + "".join(f"{counted[truth, name]:14d}" for name in VERDICTS))


def _rates(chosen: Sequence[Outcome]) -> None:
    right = sum(one.verdict == one.truth for one in chosen)
    idle = [one for one in chosen if one.truth not in GAINS]
    false = sum(one.verdict in GAINS for one in idle)
    temporary = [one for one in chosen if one.truth == "temporary"]
    wrong = sum(one.verdict == "sustained" for one in temporary)
    claims = [one for one in chosen if one.verdict != "cannot_tell"]
    right_claims = sum(one.verdict == one.truth for one in claims)
    print(f"right {_share(right, len(chosen))}; of verdicts given {_share(right_claims, len(claims))}")
    print(f"false gains {_share(false, len(idle))}; sustained said of temporary {_share(wrong, len(temporary))}")
    several = [one for one in chosen if one.several]
    right = sum(one.verdict == one.truth for one in several)
    print(f"with more than one treatment: right {_share(right, len(several))}")


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / max(1, whole):.1f} %"


def _calibration(chosen: Sequence[Outcome]) -> None:
    claims = [(one.probability, one.verdict == one.truth) for one in chosen if one.verdict != "cannot_tell"]
    print("probability given -> right:", end="")
    for low, high in ((0.0, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        inside = [(p, ok) for p, ok in claims if low <= p < high]
        if inside:
            mean, right = (np.mean([pair[part] for pair in inside]) for part in (0, 1))
            print(f"  {mean:.3f} -> {right:.3f} (n={len(inside)})", end="")
    if claims:
        mean, right = (np.mean([pair[part] for pair in claims]) for part in (0, 1))
        print(f"  all {mean:.3f} -> {right:.3f}")


def _intervals(chosen: Sequence[Outcome]) -> None:
    gained = [(one.gain, one.said_gain) for one in chosen if one.gain > 2 and one.said_gain]
    kept = [(one.retained, one.said_retained) for one in chosen
            if one.gain > 2 and one.said_retained and one.retained is not None]  # fmt: skip
    inside = sum(low <= true <= high for true, (_, low, high) in gained)
    held = sum(low - 0.005 <= true <= high + 0.005 for true, (_, low, high) in kept)
    width = np.mean([high - low for _, (_, low, high) in gained]) if gained else np.nan
    kept_width = np.mean([high - low for _, (_, low, high) in kept]) if kept else np.nan
    bias = np.mean([said - true for true, (said, _, _) in gained]) if gained else np.nan
    kept_bias = np.mean([said - true for true, (said, _, _) in kept]) if kept else np.nan
    print(f"95 % interval holds gain {_share(inside, len(gained))} (width {width:.1f}, bias {bias:+.2f} points); "
          f"retained {_share(held, len(kept))} (width {kept_width:.2f}, bias {kept_bias:+.3f})")  # fmt: skip


def _undecided(chosen: Sequence[Outcome]) -> None:
    undecided = [one for one in chosen if one.verdict == "cannot_tell"]
    line = f"cannot_tell {_share(len(undecided), len(chosen))}"
    if all(one.ideal for one in chosen):
        right = sum(max(one.ideal, key=lambda name: one.ideal[name]) == one.truth for one in chosen)
        sure = sum(max(one.ideal.values()) >= 0.95 for one in undecided)
        line += f", of which the ideal observer could tell (95 % sure) {_share(sure, len(undecided))}"
        line += f"; ideal observer right {_share(right, len(chosen))}"
    print(line)
    failed = Counter(name for one in undecided for name in one.failed)
    if failed:
        print("taken back by checks: " + ", ".join(f"{name} {count}" for name, count in failed.most_common()))


def kept(path: Path | None) -> dict[int, Outcome]:
    """Return what a file holds already, by number."""
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {one["number"]: Outcome(**one) for one in lines}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["decidable", "any"], help="one half only")
    parser.add_argument("--ideal", action="store_true", help="also score an ideal observer")
    parser.add_argument("--stated", type=float, help="noise that each session states, in points; default: none")
    parser.add_argument("--keep", type=Path, help="file of what was found, a line a series; of one seed")
    parser.add_argument("--most", type=int, help="do so many series at most, and leave the rest to the next run")
    parser.add_argument("--first", type=int, default=0, help="begin with this number")
    options = parser.parse_args()
    found = kept(options.keep)
    todo = [number for number in range(options.first, options.series) if number not in found]
    if options.only:
        todo = [number for number in todo if (number % 2 == 0) == (options.only == "decidable")]
    for number in todo[: options.most]:
        chance = np.random.default_rng([options.seed, number])
        found[number] = outcome_of(number, draw_case(number % 2 == 0, chance, options.ideal), options.stated)
        if options.keep:
            with options.keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(found[number])) + "\n")
    report([found[number] for number in sorted(found) if number < options.series])


if __name__ == "__main__":
    main()
