"""Courses with known truth, written by hand rather than drawn from any generator."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from hairdensity.columns import Cell
from hairdensity.treatments import Course, Event, Treatments

FIRST = date(2024, 1, 10)
TODAY = date(2027, 1, 1)
START, STOP = 120, 300
"""Days of the treatment, from the first session."""


def day(number: float) -> date:
    return FIRST + timedelta(days=round(number))


def noise(count: int, size: float, seed: int = 0) -> np.ndarray:
    """Return noise that looks like noise in every run: fixed quantiles in a shuffled order."""
    from scipy.special import ndtri

    ordered = ndtri((np.arange(count) + 0.5) / count)
    return size * np.random.default_rng(seed).permutation(ordered)


def course(kind: str, days: np.ndarray, gain: float = 10.0, level: float = 55.0, trend: float = -0.8) -> np.ndarray:
    """Return a course in points: none, falls, temporary, sustained, on."""
    rise = np.clip((days - START - 20) / 110, 0, 1)
    value = level + (-7.0 if kind == "falls" else trend) * days / 365
    if kind in ("temporary", "sustained", "on"):
        value = value + gain * rise
    if kind == "temporary":
        value = value - gain * np.clip((days - STOP - 20) / 90, 0, 1)
    return value


def rows(days: Sequence[float] | np.ndarray, points: np.ndarray, view: str = "vertex") -> list[dict[str, Cell]]:
    return [
        {"date": day(number).isoformat(), "view": view, "coverage": float(value) / 100, "status": "measured"}
        for number, value in zip(days, points, strict=True)
    ]


def monthly(count: int) -> np.ndarray:
    return np.arange(count) * 30.0


def minoxidil(until: float | None = STOP) -> Treatments:
    last = None if until is None else day(until)
    return Treatments((Course("minoxidil", "minoxidil 5%", (), day(START), last, True),), (), ())


def needling(*events: Event) -> Treatments:
    days = tuple(day(number) for number in range(START, STOP + 1, 30))
    return Treatments((Course("microneedling", "microneedling", days),), tuple(events), ())
