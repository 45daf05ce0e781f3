"""The verdict of one subject and view, with all that table, report and command line show of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hairdensity.progress.sessions import Session


@dataclass(frozen=True, slots=True)
class FittedCourse:
    """The fitted course, a value a date, in the unit of the table.

    Parameters
    ----------
    dates : tuple of date
        From the first session to the last.
    mean, low, high : tuple of float
        Course and its 95 % band.
    untreated : tuple of float or None
        What is expected without treatment; None where nothing was treated.
    """

    dates: tuple[date, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    untreated: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check that can prove the verdict wrong.

    Parameters
    ----------
    name : str
        Which one.
    passed : bool or None
        None: it could not be done, or only informs.
    text : str
        What was found, in a sentence.
    """

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class ViewProgress:
    """The verdict of one subject and view.

    Parameters
    ----------
    subject, view : str
        As in the table.
    verdict : str
        no_change, temporary, sustained, on_treatment, declining or cannot_tell.
    probability : mapping of str to float
        Of each verdict; sums to 1.
    gain, gain_low, gain_high : float or None
        What treatment added at its peak, above the untreated course, with its 95 % interval; unit of the table.
    retained, retained_low, retained_high : float or None
        Share of it that is left at the last session, once treatment stopped.
    smallest_detectable_change : float or None
        Change between two sessions that noise alone exceeds once in twenty times; unit of the table.
    reason : str
        Why, and what would settle it.
    sessions : tuple of Session
        By date.
    course : FittedCourse or None
        What was fitted; None with fewer than two sessions.
    half_life_days : float or None
        Days after stopping until half of what goes is gone.
    back_at_untreated : date or None
        When the course is, or will be, back at the untreated one.
    checks : tuple of CheckResult
        What was tried to prove the verdict wrong.
    unit : float
        One point in the unit of the table: 0.01 for coverage.
    """

    subject: str
    view: str
    verdict: str
    probability: Mapping[str, float]
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    retained: float | None
    retained_low: float | None
    retained_high: float | None
    smallest_detectable_change: float | None
    reason: str
    sessions: tuple[Session, ...] = field(repr=False)
    course: FittedCourse | None = field(repr=False)
    half_life_days: float | None = None
    back_at_untreated: date | None = None
    checks: tuple[CheckResult, ...] = field(default=(), repr=False)
    unit: float = 0.01


def progress_json(views: Sequence[ViewProgress]) -> dict[str, Any]:
    """Return the content of progress.json; keys are views, or `<subject>/<view>` where there are several subjects."""
    several = len({view.subject for view in views}) > 1
    return {"views": {f"{view.subject}/{view.view}" if several else view.view: _json(view) for view in views}}


def _json(view: ViewProgress) -> dict[str, Any]:
    return {
        "verdict": view.verdict,
        "probability": {name: round(share, 6) for name, share in view.probability.items()},
        "gain": view.gain,
        "gain_low": view.gain_low,
        "gain_high": view.gain_high,
        "retained": view.retained,
        "retained_low": view.retained_low,
        "retained_high": view.retained_high,
        "smallest_detectable_change": view.smallest_detectable_change,
        "reason": view.reason,
        "half_life_days": view.half_life_days,
        "back_at_untreated": view.back_at_untreated.isoformat() if view.back_at_untreated else None,
        "checks": [{"name": check.name, "passed": check.passed, "text": check.text} for check in view.checks],
    }
