"""Simulated courses with known truth, from another world than the one that the model of verdicts believes in.

Gains rise as a logistic curve and are lost in a straight line, with a dip below the untreated course after stopping, an
early shed, seasons that are no sine, haircuts and new cameras, outliers, missing months and noise that hangs together.
A second treatment may overlap with the first, follow it, or have gone on for years.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hairdensity.treatments import Course, Event, Treatments

Floats = NDArray[np.float64]
KINDS = ("none", "declining", "temporary", "sustained", "on_treatment")
TRUTH = {"none": "no_change"}
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
    """Return what was done, and the day on which the last of it really ended."""
    course, stop = _course(bool(chance.random() < 0.5), first, start, stop, span, chance)
    courses = [course]
    other = "minoxidil" if course.sessions else "microneedling"
    what = chance.random()
    if what < 0.1:
        # Another treatment within the same time, so that nobody can tell which of them it was.
        begin = start + chance.uniform(0, 0.6) * (min(stop, span) - start)
        second, ended = _course(other == "minoxidil", first, float(np.round(begin)), stop, span, chance)
        courses.append(second)
        stop = max(stop, ended)
    elif what < 0.15:
        # One that began years ago and goes on is part of the level.
        courses.append(Course("finasteride", "finasteride", (), first - timedelta(days=900), None, True))
    return Treatments(tuple(sorted(courses, key=lambda one: one.first)), (), ()), stop


def _course(
    continuous: bool, first: date, start: float, stop: float, span: float, chance: np.random.Generator
) -> tuple[Course, float]:
    """Return a course of minoxidil or sessions of microneedling, and the day on which it really ended."""
    if continuous:
        until = None if stop > span else first + timedelta(days=int(stop))
        return Course("minoxidil", "minoxidil", (), first + timedelta(days=int(start)), until, True), stop
    every = float(chance.choice([7, 14, 28, 30]))
    last = span + 200 if stop > span else stop
    days = np.arange(start, last + 0.5, every)
    sessions = tuple(first + timedelta(days=int(day)) for day in days)
    return Course("microneedling", "microneedling", sessions), np.inf if stop > span else float(days[-1])


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


def right_verdict(case: Case) -> str:
    """Return the right verdict: what is true at the last session, not what the course will come to."""
    if case.kind in ("none", "declining"):
        return TRUTH.get(case.kind, case.kind)
    if np.isnan(case.retained):
        return "on_treatment"
    return "temporary" if case.retained < 0.5 else "sustained"
