"""Plans: which photos a series holds, on which day, with how much hair, and taken how carefully."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from hairdensity.simulate.chance import random_head
from hairdensity.simulate.course import Planned, coverage_curve, with_coverage
from hairdensity.simulate.model import Head, Shot

FIRST_DAY: Final = date(2025, 1, 5)
START_DAYS: Final = 70
"""Treatment begins this many days after the first session."""
STOP_DAYS: Final = 210
"""And ends this many days after it, in the courses where it ends."""


def gain_at(course: str, day: float, gain: float) -> float:
    """Return the coverage gained on a day of a course, 0..1.

    Parameters
    ----------
    course : {"none", "temporary", "sustained", "on_treatment", "declining"}
        What becomes of the hair: nothing; a rise that goes after treatment stops, or stays, or treatment goes on; a
        steady fall of `gain` a year.
    day : float
        Days since the first session.
    gain : float
        Size of the effect, 0..1.
    """
    if course == "none":
        return 0.0
    if course == "declining":
        return -gain * day / 365
    # Rises towards its plateau with a time constant of 8 weeks; fades with one of 6 weeks.
    on = min(day, STOP_DAYS if course != "on_treatment" else day) - START_DAYS
    risen = gain * (1 - np.exp(-max(on, 0.0) / 56)) / (1 - np.exp(-(STOP_DAYS - START_DAYS) / 56))
    off = max(day - STOP_DAYS, 0.0)
    return float(risen * np.exp(-off / 42)) if course == "temporary" else float(risen)


def treatments_of(course: str, first: date = FIRST_DAY) -> list[tuple[str, str, str, str]]:
    """Return the rows of treatments.csv that go with a course."""
    if course in ("none", "declining"):
        return []
    start, stop = first + timedelta(START_DAYS), first + timedelta(STOP_DAYS)
    until = "" if course == "on_treatment" else stop.isoformat()
    kind = "minoxidil" if course == "on_treatment" else "microneedling"
    return [(start.isoformat(), kind, until, "")]


def careful_shot(rng: np.random.Generator, base: Shot, **given: Any) -> Shot:  # noqa: ANN401 - fields of Shot
    """Return a shot like `base` as the same person takes it another day: nearly the same place, light and distance.

    Parameters
    ----------
    rng : Generator
        Source of what differs.
    base : Shot
        The habit.
    **given
        Fields that are given rather than varied.
    """
    shot = replace(
        base,
        seed=int(rng.integers(2**31)),
        rotation=base.rotation + float(rng.normal(0, 2.5)),
        turn=base.turn + float(rng.normal(0, 2.5)),
        tilt=base.tilt + float(rng.normal(0, 2.5)),
        scale=base.scale * float(np.exp(rng.normal(0, 0.03))),
        distance_mm=base.distance_mm * float(np.exp(rng.normal(0, 0.04))),
        shift=(base.shift[0] + float(rng.normal(0, 0.015)), base.shift[1] + float(rng.normal(0, 0.015))),
        exposure=base.exposure + float(rng.normal(0, 0.15)),
        warmth=base.warmth + float(rng.normal(0, 0.025)),
        tint=base.tint + float(rng.normal(0, 0.006)),
        light_from=base.light_from + float(rng.normal(0, 22)),
        light_height=float(np.clip(base.light_height + rng.normal(0, 6), 15, 85)),
        light_share=float(np.clip(base.light_share + rng.normal(0, 0.06), 0.1, 0.9)),
        unevenness=abs(base.unevenness + float(rng.normal(0, 0.1))),
        blur=abs(base.blur + float(rng.normal(0, 0.15))),
        noise=base.noise * float(np.exp(rng.normal(0, 0.3))),
        length_scale=base.length_scale * float(np.exp(rng.normal(0, 0.03))),
    )
    return replace(shot, **given)


def plan_series(
    *,
    seed: int,
    sessions: int,
    every: int,
    views: Sequence[str],
    repeats: int,
    course: str,
    gain: float,
    size: int,
    first: date = FIRST_DAY,
    head: Head | None = None,
) -> list[Planned]:
    """Return the photos of a series whose coverage in the first view follows a course.

    Parameters
    ----------
    seed : int
        Which person and which accidents.
    sessions, every : int
        How many days with photos, and days between them.
    views : sequence of str
        Views; the first is the one that the course is set in.
    repeats : int
        Photos of each view and day.
    course, gain : str, float
        As `gain_at`.
    size : int
        Longer side, pixels.
    first : date
        Day of the first session.
    head : Head, optional
        The person instead of one drawn by the seed.

    Raises
    ------
    ValueError
        If the head cannot follow the course.
    """
    rng = np.random.default_rng([seed, 300])
    person = head or thinning_head(seed)
    room = Shot(
        size=size,
        noise=0.008,
        jpeg_quality=88,
        background="tiles" if seed % 2 else "wall",
        background_seed=seed,
        light_share=float(rng.uniform(0.35, 0.6)),
        light_from=float(rng.uniform(30, 150)),
        distance_mm=float(rng.uniform(400, 560)),
    )
    neutral = [replace(room, view=view) for view in views]  # type: ignore[arg-type]
    vigour_for = coverage_curve(person, neutral[0])
    start = _coverage(vigour_for, person.vigour)
    planned = []
    for number in range(sessions):
        day = first + timedelta(number * every)
        wanted = start + gain_at(course, number * every, gain)
        today = replace(person, vigour=vigour_for(wanted))
        for index, view in enumerate(views):
            for repeat in range(repeats):
                suffix = f"_{repeat + 1}" if repeats > 1 else ""
                planned.append(
                    Planned(
                        f"{view}/{day.isoformat()}{suffix}.jpg",
                        day,
                        today,
                        careful_shot(rng, neutral[index]),
                        neutral[0] if index == 0 else None,
                    )
                )
    return planned


def thinning_head(seed: int) -> Head:
    """Return a random head with the kind of thinning that people follow: some, so that it can get better and worse."""
    rng = np.random.default_rng([seed, 301])
    head = random_head(
        seed,
        stage=float(rng.uniform(2.5, 4.5)),
        diffuse=float(rng.uniform(0.15, 0.4)),
        patches=(),
        hair_mm=float(rng.uniform(9, 32)),
        sides_mm=float(rng.uniform(7, 14)),
        curl=float(rng.uniform(0, 0.3)),
    )
    return with_coverage(head, Shot(), float(rng.uniform(0.55, 0.68)), 0.01)


def _coverage(vigour_for: Callable[[float], float], vigour: float) -> float:
    """Return the coverage whose vigour this is (the inverse of a rising function)."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if vigour_for(middle) < vigour else (low, middle)
    return (low + high) / 2
