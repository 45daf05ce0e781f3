"""Follow every subject and view of a table through time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from hairdensity.columns import Cell
from hairdensity.intervals import detectable
from hairdensity.pool import Crashed, Runner
from hairdensity.progress import words
from hairdensity.progress.belief import Belief, believe
from hairdensity.progress.checks import checked
from hairdensity.progress.model import Floats, Setting, day_of, setting_of
from hairdensity.progress.sessions import Series, sessions_by_view
from hairdensity.progress.verdict import FEWEST_SESSIONS, VERDICTS, obstacle, probabilities, usual_noise
from hairdensity.progress.view import FittedCourse, ViewProgress
from hairdensity.treatments import Treatments

AT_A_TIME: Final = 20
"""Series that a worker is given at a time: two seconds of work, and little to carry."""


def follow(
    rows: Iterable[Mapping[str, Cell]], treatments: Treatments, today: date, run: Runner | None = None
) -> tuple[ViewProgress, ...]:
    """Return the verdict of each subject and view of a table.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of measurements.csv, or of `read_series_table`; in any order.
    treatments : Treatments
        What was done, when, and to whom.
    today : date
        Sessions dated later are left out.
    run : Runner, optional
        Where it is worked out; default: in this process.

    Raises
    ------
    TableError
        If a cell is no number or no date.
    """
    return follow_series(sessions_by_view(rows, today), treatments, today, run)


def follow_series(
    every: Sequence[Series], treatments: Treatments, today: date, run: Runner | None = None
) -> tuple[ViewProgress, ...]:
    """Return the verdict of each of many series, in their order; parameters as in `follow`."""
    own = treatments.by_subject({series.subject for series in every})
    asked = [(series, own[series.subject]) for series in every]
    tasks = [_Task(tuple(asked[at : at + AT_A_TIME]), today) for at in range(0, len(asked), AT_A_TIME)]
    if run is None or len(tasks) < 2:
        return tuple(view for task in tasks for view in _follow_some(task))
    found: dict[int, tuple[ViewProgress, ...]] = {}
    for which, result in run(_follow_some, tasks):
        # A worker that died, for want of memory perhaps, is no reason to be without a verdict.
        found[which] = _follow_some(tasks[which]) if isinstance(result, Crashed) else result
    return tuple(view for which in range(len(tasks)) for view in found[which])


@dataclass(frozen=True, slots=True)
class _Task:
    """Series, each with what was done to its head, and the day."""

    asked: tuple[tuple[Series, Treatments], ...]
    today: date


def _follow_some(task: _Task) -> tuple[ViewProgress, ...]:
    return tuple(progress_of(series, treatments, task.today) for series, treatments in task.asked)


def progress_of(series: Series, treatments: Treatments, today: date) -> ViewProgress:
    """Return the verdict of one series, given what was done to its head."""
    sessions = series.sessions
    if len(sessions) < 2:
        return _without_course(series, today)
    setting = setting_of(sessions, treatments)
    if setting.end <= 0:
        return _without_course(series, today)
    belief = believe(setting)
    blocked = obstacle(setting, belief)
    chances = probabilities(belief, setting, blocked=blocked is not None)
    verdict = max(VERDICTS, key=lambda name: chances[name])
    checks = checked(setting, sessions, belief, verdict)
    failed = tuple(check for check in checks if check.passed is False)
    if failed:
        chances = probabilities(belief, setting, blocked=True)
        verdict = "cannot_tell"
    unit = setting.unit
    shown = belief.p_gain >= 0.5 and len(sessions) >= FEWEST_SESSIONS
    gain = np.quantile(belief.gain, (0.5, 0.025, 0.975)) * unit if shown else None
    stopped = setting.stop < setting.end
    kept = np.quantile(belief.retained, (0.5, 0.025, 0.975)) if shown and stopped else None
    temporary = verdict == "temporary"
    return ViewProgress(
        subject=series.subject,
        view=series.view,
        verdict=verdict,
        probability=chances,
        gain=None if gain is None else float(gain[0]),
        gain_low=None if gain is None else float(gain[1]),
        gain_high=None if gain is None else float(gain[2]),
        retained=None if kept is None else float(kept[0]),
        retained_low=None if kept is None else float(kept[1]),
        retained_high=None if kept is None else float(kept[2]),
        smallest_detectable_change=_smallest_change(setting, belief),
        reason=words.reason(verdict, blocked, setting, belief, series, today, failed),
        sessions=sessions,
        course=_course(setting, belief),
        half_life_days=float(np.median(belief.half_life) * 7) if temporary else None,
        back_at_untreated=day_of(setting, float(np.median(belief.back))) if temporary else None,
        checks=checks,
        unit=unit,
    )


def _smallest_change(setting: Setting, belief: Belief) -> float | None:
    """Return the change between two usual sessions that noise alone exceeds once in twenty times.

    Notes
    -----
    The noise is what the photos of one day, the scatter about the course and the stated repeatability of the method say
    together (`hairdensity.progress.posterior`); with two sessions and neither of the others it is not known.
    """
    if len(setting.weeks) < 3 and setting.stated_noise is None and not setting.repeats[1]:
        return None
    usual = usual_noise(belief, setting) * setting.unit
    return detectable(usual, usual)


def _course(setting: Setting, belief: Belief) -> FittedCourse:
    curves = belief.curves
    days = [round(week * 7) for week in curves.weeks]
    once = [index for index, day in enumerate(days) if index == 0 or day != days[index - 1]]

    def values(points: Floats) -> tuple[float, ...]:
        return tuple(float((points[index] + setting.zero) * setting.unit) for index in once)

    dates = tuple(day for index in once if (day := day_of(setting, days[index] / 7)) is not None)
    untreated = values(curves.untreated) if setting.drives else None
    return FittedCourse(dates, values(curves.mean), values(curves.low), values(curves.high), untreated)


def _without_course(series: Series, today: date) -> ViewProgress:
    chances = dict.fromkeys(VERDICTS, 0.0) | {"cannot_tell": 1.0}
    return ViewProgress(
        series.subject, series.view, "cannot_tell", chances, None, None, None, None, None, None, None,
        words.too_few(series, today), series.sessions, None,
    )  # fmt: skip
