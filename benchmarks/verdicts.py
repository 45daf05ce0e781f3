"""How often verdicts are right: `python benchmarks/verdicts.py [--series 2000] [--seed 1]`.

Simulates courses from another world than the one that the model believes in: gains rise as a logistic curve and are
lost in a straight line, with a dip below the untreated course after stopping, an early shed, seasons that are no sine,
haircuts and new cameras (written down or not), outliers, missing months and noise that hangs together. Half of the
series are decidable ones (16 to 26 monthly sessions, gain of 6 to 16 points, noise of 1 to 2 points, 4 % outliers), the
other half is anything that people have: 4 to 30 sessions, noise up to 3.5 points, small gains. One treatment a series.

Prints confusion, false gains, sustained said of temporary, calibration, interval coverage, and cost. `ideal` is an
observer who knows how the series were made, and weighs thousands of simulated courses by how well they fit.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hairdensity.progress import ViewProgress, follow
from hairdensity.treatments import Course, Event, Treatments

Floats = NDArray[np.float64]
KINDS = ("none", "declining", "temporary", "sustained", "on_treatment")
TRUTH = {"none": "no_change"}
VERDICTS = ("no_change", "temporary", "sustained", "on_treatment", "declining", "cannot_tell")
FIRST = date(2023, 1, 9)


@dataclass(frozen=True)
class Design:
    """What is known to everyone: days of photos, of treatment, of recorded events."""

    days: Floats
    start: float
    stop: float
    treatments: Treatments
    haircuts: tuple[float, ...]
    cameras: tuple[float, ...]
    noise: float
    first: date
    second: float = np.inf


@dataclass(frozen=True)
class Truth:
    """Parameters of courses, each of shape (courses, 1)."""

    level: Floats
    trend: Floats
    gain: Floats
    middle: Floats
    steep: Floats
    wait: Floats
    relapse: Floats
    kept: Floats
    creep: Floats
    shed: Floats
    dip: Floats
    season: Floats
    season_day: Floats
    cut: Floats
    camera: Floats

    def effect(self, days: Floats, start: float, stop: float) -> Floats:
        """Return what treatment adds; shape (courses, days). Its peak until the last day is `gain`."""
        until = min(stop, float(np.max(days)))
        # It goes on rising until `wait` after stopping.
        last = np.minimum(until + self.wait * (stop <= until), float(np.max(days)))
        begin = self._rise(start, start)
        top = self._rise(last, start) - begin
        after = days - stop - self.wait
        left = 1 - (1 - self.kept) * np.clip(after / self.relapse, 0, 1)
        left = left * np.clip(1 - self.creep * np.clip(after, 0, None) / 365, 0, 1)
        rising = np.clip(self._rise(days, start) - begin, 0, top) / top
        return np.asarray(self.gain * np.where(after > 0, left, rising) * (days > start))

    def _rise(self, days: Floats | float, start: float) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(days - start - self.middle) / self.steep)))

    def course(self, design: Design) -> Floats:
        """Return all but noise, in points; shape (courses, sessions)."""
        days = design.days[None, :]
        value = self.level + self.trend * days / 365.25 + self.effect(days, design.start, design.stop)
        value = value - self.shed * np.exp(-(((days - design.start - 40) / 18) ** 2)) * (days > design.start)
        after = days - design.stop - self.wait
        value = value - self.dip * np.clip(after / 40, 0, 1) * np.clip(1 - (after - 60) / 60, 0, 1) * (after > 0)
        phase = ((days + design.first.timetuple().tm_yday - self.season_day) % 365.25) / 365.25
        value = value - self.season * np.clip(1 - np.abs(phase - 0.5) / 0.22, 0, 1)  # an autumn dip, else flat
        for day in design.haircuts:
            value = value - self.cut * np.clip(1 - (days - day) / 70, 0, 1) * (days >= day)
        for day in design.cameras:
            value = value + self.camera * (days >= day)
        return np.asarray(value)


def draw_truth(kind: str, count: int, decidable: bool, chance: np.random.Generator) -> Truth:
    """Return parameters of `count` courses of a kind."""

    def between(low: float, high: float) -> Floats:
        return chance.uniform(low, high, (count, 1))

    gained = kind in ("temporary", "sustained", "on_treatment")
    small, large = (6.0, 16.0) if decidable else (3.5, 20.0)
    return Truth(
        level=between(35, 75),
        trend=between(-10, -4) if kind == "declining" else between(-1.8, 0.2),
        gain=between(small, large) if gained else between(0, 0),
        middle=between(50, 110),
        steep=between(10, 25),
        wait=between(0, 50),
        relapse=between(50, 180),
        kept=between(0.75, 1.0) if kind == "sustained" else between(0.0, 0.25),
        creep=between(0, 0.12) if kind == "sustained" else between(0, 0),
        shed=between(0, 3) * (chance.random((count, 1)) < 0.4) * gained,
        dip=between(0, 2.5) * (chance.random((count, 1)) < 0.3) * (kind == "temporary"),
        season=between(0, 2.0),
        season_day=between(60, 130),
        cut=between(1, 5),
        camera=between(2, 7) * np.where(chance.random((count, 1)) < 0.5, -1, 1),
    )


def draw_design(kind: str, decidable: bool, chance: np.random.Generator) -> Design:
    """Return when photos were taken and treatment was given."""
    first = FIRST + timedelta(days=int(chance.integers(0, 365)))
    count = int(chance.integers(17, 28) if decidable else chance.integers(4, 31))
    spacing = 30.4 if decidable else float(chance.choice([14, 21, 30.4, 30.4, 42, 60]))
    days = np.round(np.arange(count) * spacing + chance.uniform(-6, 6, count))
    days[0] = 0
    if not decidable:
        kept = chance.random(count) > 0.15
        kept[0] = kept[-1] = True
        days = days[kept]
    days = np.unique(days)
    span = float(days[-1])
    start = float(np.round(chance.uniform(85, 140) if decidable else span * chance.uniform(0.0, 0.4)))
    length = float(np.round(chance.uniform(110, 200) if decidable else chance.uniform(60, 250)))
    if decidable:
        length = min(length, span - start - 7 * 26)
    stop = (
        np.inf
        if kind == "on_treatment" or (kind in ("none", "declining") and chance.random() < 0.3)
        else start + length
    )
    treatments, stop = _treatment(first, start, stop, span, chance)
    haircuts: tuple[float, ...] = ()
    cameras: tuple[float, ...] = ()
    events: list[Event] = []
    if chance.random() < 0.3:
        haircuts = tuple(float(day) for day in np.round(chance.uniform(0.1 * span, 0.95 * span, chance.integers(1, 3))))
    if not decidable and chance.random() < 0.25:
        cameras = (float(np.round(chance.uniform(0.1 * span, 0.95 * span))),)
    events += [Event("haircut", "haircut", first + timedelta(days=int(day))) for day in haircuts]
    events += [Event("camera", "new phone", first + timedelta(days=int(day))) for day in cameras]
    noise = float(chance.uniform(1, 2) if decidable else chance.uniform(0.6, 3.5))
    return Design(days, start, stop, Treatments(treatments.courses, tuple(events), ()), haircuts, cameras, noise, first)


def _treatment(
    first: date, start: float, stop: float, span: float, chance: np.random.Generator
) -> tuple[Treatments, float]:
    """Return microneedling sessions or a course of minoxidil, and the day on which it really ended."""
    if chance.random() < 0.5:
        until = None if stop > span else first + timedelta(days=int(stop))
        course = Course("minoxidil", "minoxidil", (), first + timedelta(days=int(start)), until, True)
        return Treatments((course,), (), ()), stop
    every = float(chance.choice([7, 14, 28, 30]))
    last = span + 200 if stop > span else stop
    days = np.arange(start, last + 0.5, every)
    sessions = tuple(first + timedelta(days=int(day)) for day in days)
    course = Course("microneedling", "microneedling", sessions)
    return Treatments((course,), (), ()), np.inf if stop > span else float(days[-1])


@dataclass(frozen=True)
class Case:
    """A simulated series and what is true of it."""

    kind: str
    decidable: bool
    design: Design
    values: Floats
    gain: float
    retained: float
    ideal: dict[str, float]


def draw_case(decidable: bool, chance: np.random.Generator, ideal: bool) -> Case:
    """Return a series with its truth."""
    kind = str(chance.choice(KINDS))
    design = draw_design(kind, decidable, chance)
    truth = draw_truth(kind, 1, decidable, chance)
    count = len(design.days)
    noise = chance.normal(0, 1, count)
    for index in range(1, count):
        noise[index] = 0.2 * noise[index - 1] + np.sqrt(1 - 0.04) * noise[index]
    wild = chance.random(count) < 0.04
    noise = np.where(wild, noise + chance.choice([-1, 1], count) * chance.uniform(4, 9, count), noise)
    values = truth.course(design)[0] + design.noise * noise
    dense = np.arange(0, design.days[-1] + 1)[None, :]
    effect = truth.effect(dense, design.start, design.stop)[0]
    gain = float(effect.max())
    retained = float(effect[-1] / gain) if gain > 0 and design.stop < design.days[-1] else np.nan
    observer = ideal_observer(design, values, decidable, chance) if ideal else {}
    return Case(kind, decidable, design, values, gain, retained, observer)


def ideal_observer(design: Design, values: Floats, decidable: bool, chance: np.random.Generator) -> dict[str, float]:
    """Return the probability of each kind for one who knows the generator and the noise."""
    kinds = ("none", "declining") + (
        ("on_treatment",) if design.stop >= design.days[-1] else ("temporary", "sustained")
    )
    evidence = {}
    for kind in kinds:
        courses = draw_truth(kind, 4000, decidable, chance).course(design)
        # The level is known to nobody: it is fitted.
        rest = values - courses
        rest = rest - np.median(rest, axis=1, keepdims=True)
        square = (rest / design.noise) ** 2
        usual = np.exp(-0.5 * square)
        strange = np.exp(-0.5 * square / 45) / np.sqrt(45)
        log_likelihood = np.log(0.96 * usual + 0.04 * strange).sum(axis=1)
        top = log_likelihood.max()
        evidence[kind] = top + np.log(np.exp(log_likelihood - top).mean())
    most = max(evidence.values())
    total = sum(np.exp(value - most) for value in evidence.values())
    return {TRUTH.get(kind, kind): float(np.exp(value - most) / total) for kind, value in evidence.items()}


def verdict_of(case: Case) -> ViewProgress:
    """Return what the program says."""
    first = case.design.first
    rows = [
        {"date": (first + timedelta(days=int(day))).isoformat(), "view": "vertex", "coverage": float(value) / 100}
        for day, value in zip(case.design.days, case.values, strict=True)
    ]
    last = first + timedelta(days=int(case.design.days[-1]))
    return follow(rows, case.design.treatments, last)[0]


def report(cases: Sequence[Case], said: Sequence[ViewProgress], seconds: float) -> None:
    """Print all tables."""
    for decidable in (True, False):
        chosen = [(case, view) for case, view in zip(cases, said, strict=True) if case.decidable == decidable]
        if not chosen:
            continue
        print(f"\n{'decidable series' if decidable else 'any series'}: {len(chosen)}")
        _confusion(chosen)
        _rates(chosen)
        _calibration(chosen)
        _intervals(chosen)
        _undecided(chosen)
    print(f"\n{1000 * seconds / max(1, len(cases)):.0f} ms CPU a series")


Pairs = Sequence[tuple[Case, ViewProgress]]


def _truth(case: Case) -> str:
    """Return the right verdict: what is true at the last session, not what the course will come to."""
    if case.kind in ("none", "declining"):
        return TRUTH.get(case.kind, case.kind)
    if np.isnan(case.retained):
        return "on_treatment"
    return "temporary" if case.retained < 0.5 else "sustained"


def _confusion(chosen: Pairs) -> None:
    counted = Counter((_truth(case), view.verdict) for case, view in chosen)
    print(f"{'truth':14s}" + "".join(f"{name:>14s}" for name in VERDICTS))
    for truth in VERDICTS[:-1]:
        print(f"{truth:14s}" + "".join(f"{counted[truth, name]:14d}" for name in VERDICTS))


def _rates(chosen: Pairs) -> None:
    gains = ("temporary", "sustained", "on_treatment")
    right = sum(view.verdict == _truth(case) for case, view in chosen)
    idle = [view for case, view in chosen if case.kind in ("none", "declining")]
    false = sum(view.verdict in gains for view in idle)
    temporary = [view for case, view in chosen if _truth(case) == "temporary"]
    wrong = sum(view.verdict == "sustained" for view in temporary)
    claims = [(case, view) for case, view in chosen if view.verdict != "cannot_tell"]
    right_claims = sum(view.verdict == _truth(case) for case, view in claims)
    print(f"right {_share(right, len(chosen))}; of verdicts given {_share(right_claims, len(claims))}")
    print(f"false gains {_share(false, len(idle))}; sustained said of temporary {_share(wrong, len(temporary))}")


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / max(1, whole):.1f} %"


def _calibration(chosen: Pairs) -> None:
    claims = [(view.probability[view.verdict], view.verdict == _truth(case))
              for case, view in chosen if view.verdict != "cannot_tell"]  # fmt: skip
    print("probability given -> right:", end="")
    for low, high in ((0.0, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        inside = [(p, ok) for p, ok in claims if low <= p < high]
        if inside:
            mean, right = (np.mean([pair[part] for pair in inside]) for part in (0, 1))
            print(f"  {mean:.3f} -> {right:.3f} (n={len(inside)})", end="")
    if claims:
        mean, right = (np.mean([pair[part] for pair in claims]) for part in (0, 1))
        print(f"  all {mean:.3f} -> {right:.3f}")


def _intervals(chosen: Pairs) -> None:
    gained = [(case, view) for case, view in chosen if case.gain > 2 and view.gain is not None]
    inside = sum(view.gain_low * 100 <= case.gain <= view.gain_high * 100 for case, view in gained)
    kept = [(case, view) for case, view in gained if view.retained is not None and np.isfinite(case.retained)]
    held = sum(view.retained_low - 0.005 <= case.retained <= view.retained_high + 0.005 for case, view in kept)
    width = np.mean([(view.gain_high - view.gain_low) * 100 for _, view in gained]) if gained else np.nan
    kept_width = np.mean([view.retained_high - view.retained_low for _, view in kept]) if kept else np.nan
    bias = np.mean([view.gain * 100 - case.gain for case, view in gained]) if gained else np.nan
    kept_bias = np.mean([view.retained - case.retained for case, view in kept]) if kept else np.nan
    print(f"95 % interval holds gain {_share(inside, len(gained))} (width {width:.1f}, bias {bias:+.2f} points); "
          f"retained {_share(held, len(kept))} (width {kept_width:.2f}, bias {kept_bias:+.3f})")  # fmt: skip


def _undecided(chosen: Pairs) -> None:
    open_ = [case for case, view in chosen if view.verdict == "cannot_tell"]
    line = f"cannot_tell {_share(len(open_), len(chosen))}"
    if chosen[0][0].ideal:
        best = [max(case.ideal, key=lambda name: case.ideal[name]) == _truth(case) for case, _ in chosen]
        sure = sum(max(case.ideal.values()) >= 0.95 for case in open_)
        line += f", of which the ideal observer could tell (95 % sure) {_share(sure, len(open_))}"
        line += f"; ideal observer right {_share(sum(best), len(best))}"
    print(line)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["decidable", "any"], help="one half only")
    parser.add_argument("--ideal", action="store_true", help="also score an ideal observer (slow)")
    options = parser.parse_args()
    cases: list[Case] = []
    said: list[ViewProgress] = []
    seconds = 0.0
    for number in range(options.series):
        chance = np.random.default_rng([options.seed, number])
        decidable = options.only == "decidable" or (options.only is None and number % 2 == 0)
        case = draw_case(decidable, chance, options.ideal)
        begin = time.process_time()
        said.append(verdict_of(case))
        seconds += time.process_time() - begin
        cases.append(case)
    report(cases, said, seconds)


if __name__ == "__main__":
    main()
