"""Plan: how often to photograph, and for how long, until a gain or its loss would be seen, by simulating it.

Courses are drawn from the same model and priors that verdicts are made with, given a size of the gain and a
repeatability, and are judged by the same rules. The answer is the shortest time after which the verdict would be right
often enough.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from hairdensity.pool import Crashed, Runner
from hairdensity.progress.belief import believe, ground_of
from hairdensity.progress.model import (
    Floats,
    Prior,
    Setting,
    Shapes,
    nuisance_columns,
    nuisance_prior,
    response,
    shapes_for,
)
from hairdensity.progress.posterior import OUTLIER_SHARE, OUTLIER_SIZE
from hairdensity.progress.sessions import SHARED_OF_DAY
from hairdensity.progress.timeline import Drive
from hairdensity.progress.verdict import VERDICTS, obstacle, probabilities

DEFAULT_NOISE: Final = 1.5
"""Points: standard deviation between photos of an unchanged head, where one's own is not known."""
MONTHS: Final = (4, 5, 6, 8, 10, 12, 15, 18, 24)
POWER: Final = 0.8
RUNS: Final = 40
MONTH_WEEKS: Final = 365.25 / 12 / 7
BEFORE_MONTHS: Final = 3
"""Photographed before treatment begins: three monthly sessions' worth of what noise is."""
TREATED_MONTHS: Final = 6
"""Length of the treatment whose loss is asked for."""
FEW_SHAPES: Final = 150
MOST_SESSIONS: Final = 1000
DRAWS: Final = 300
UNSURE: Final = 0.02
"""Probability of being wrong about who is an outlier."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to photograph.

    Parameters
    ----------
    photos : int
        Photos a session.
    sessions : int
        Sessions a month.
    months_to_gain, months_to_loss : int or None
        Months from the start of treatment until a gain is seen, and from the end of treatment until its loss is seen,
        with a probability of 80 %; None: not within two years.
    """

    photos: int
    sessions: int
    months_to_gain: int | None
    months_to_loss: int | None


def plans(
    gain: float,
    noise: float = DEFAULT_NOISE,
    *,
    photos: tuple[int, ...] = (1, 3),
    sessions: tuple[int, ...] = (1, 2),
    runs: int = RUNS,
    run: Runner | None = None,
) -> tuple[Plan, ...]:
    """Return how long each way to photograph takes.

    Parameters
    ----------
    gain : float
        Size of the gain, in points; at least 0.5.
    noise : float
        Standard deviation between single photos of an unchanged head on different days, in points.
    photos, sessions : tuple of int
        Photos a session, and sessions a month, to compare.
    runs : int
        Courses simulated for each answer.
    run : Runner, optional
        Where they are simulated; default: in this process.

    Raises
    ------
    ValueError
        If a number makes no sense.
    """
    if not (0.5 <= gain <= 100 and 0 < noise <= 50 and runs > 0):
        raise ValueError("the gain must be 0.5 to 100 points, and the noise above 0 and at most 50 points")
    ways = [(few, often) for often in sessions for few in photos]
    # Those of the loss are longer courses: begun first, so that none is waited for alone in the end.
    tasks = [_Search(gain, noise, few, often, loss, runs) for loss in (True, False) for few, often in reversed(ways)]
    found: dict[tuple[int, int, bool], int | None] = {}
    for which, result in run(_searched, tasks) if run else enumerate(map(_searched, tasks)):
        task = tasks[which]
        found[task.photos, task.sessions, task.loss] = _searched(task) if isinstance(result, Crashed) else result
    return tuple(Plan(*way, found[*way, False], found[*way, True]) for way in ways)


@dataclass(frozen=True, slots=True)
class _Search:
    """The shortest time for one way to photograph; parameters as in `chance`."""

    gain: float
    noise: float
    photos: int
    sessions: int
    loss: bool
    runs: int


def _searched(task: _Search) -> int | None:
    return _shortest(task.gain, task.noise, task.photos, task.sessions, task.loss, task.runs)


def chance(
    gain: float, noise: float, photos: int, sessions: int, months: int, *, loss: bool, runs: int = RUNS
) -> float:
    """Return how often the gain, or its loss, is seen after so many months: the share of simulated courses."""
    return sum(_seen(gain, noise, photos, sessions, months, loss, run) for run in range(runs)) / runs


def _seen(gain: float, noise: float, photos: int, sessions: int, months: int, loss: bool, run: int) -> bool:
    """Return whether the gain, or its loss, is seen in one simulated course."""
    setting, outlier = _simulated(gain, noise, photos, sessions, months, loss, run)
    shapes = shapes_for(setting)
    few = shapes.at(np.arange(0, len(shapes.lag), max(1, len(shapes.lag) // FEW_SHAPES)))
    belief = believe(setting, None, outlier, ground_of(setting, few), DRAWS, curves=False)
    chances = probabilities(belief, setting, blocked=obstacle(setting, belief) is not None)
    return max(VERDICTS, key=lambda name: chances[name]) == ("temporary" if loss else "on_treatment")


def _often_enough(gain: float, noise: float, photos: int, sessions: int, months: int, loss: bool, runs: int) -> bool:
    """Return whether it is seen in 80 % of the runs; ends as soon as the runs that are left cannot change that."""
    wanted = int(np.ceil(POWER * runs))
    seen = 0
    for run in range(runs):
        seen += _seen(gain, noise, photos, sessions, months, loss, run)
        if seen >= wanted or seen + runs - 1 - run < wanted:
            break
    return seen >= wanted


def _shortest(gain: float, noise: float, photos: int, sessions: int, loss: bool, runs: int) -> int | None:
    low, high = 0, len(MONTHS)
    while low < high:
        middle = (low + high) // 2
        if _often_enough(gain, noise, photos, sessions, MONTHS[middle], loss, runs):
            high = middle
        else:
            low = middle + 1
    return MONTHS[low] if low < len(MONTHS) else None


def _simulated(
    gain: float, noise: float, photos: int, sessions: int, months: int, loss: bool, run: int
) -> tuple[Setting, Floats]:
    """Return a course drawn from the model, its gain at the peak the one asked for, and who is an outlier.

    Outliers are told, not searched for, which is five times as fast: nearly all of them stand out.
    """
    # The same people, and the same luck, for all that is compared: more photos can then not seem worse by chance.
    random = np.random.default_rng([run, int(loss)])
    start = BEFORE_MONTHS * MONTH_WEEKS
    stop = start + TREATED_MONTHS * MONTH_WEEKS
    last = (stop if loss else start) + months * MONTH_WEEKS
    weeks = np.arange(0.0, last + 0.1, MONTH_WEEKS / sessions)
    end = stop if loss else np.inf
    drive = Drive("other", "treatment", ((start, end),), (end,), start, end, continuous=True)
    spread = float(np.sqrt(SHARED_OF_DAY + (1 - SHARED_OF_DAY) / photos))
    setting = Setting(
        date(2024, 1, 1 + int(random.integers(0, 28))), 0.01, weeks, np.zeros(len(weeks)), np.full(len(weeks), spread),
        0.0, (drive,), (), (), (), noise,
    )  # fmt: skip
    prior = Prior()
    base, (mean, sd) = nuisance_columns(setting, weeks), nuisance_prior(setting, prior)
    sd[0] = 0.0
    effect = _effect(setting, drive, gain, loss, random)
    points = base @ (mean + sd * random.standard_normal(len(mean))) + effect
    error = noise * spread * random.standard_normal(MOST_SESSIONS)[: len(weeks)]
    wild = (random.random(MOST_SESSIONS) < OUTLIER_SHARE)[: len(weeks)]
    points = points + np.where(wild, OUTLIER_SIZE * error, error)
    return replace(setting, points=points - np.median(points)), np.where(wild, 1 - UNSURE, UNSURE)


def _effect(setting: Setting, drive: Drive, gain: float, loss: bool, random: np.random.Generator) -> Floats:
    shapes: Shapes = shapes_for(setting)
    if loss:
        shapes = shapes.at(np.flatnonzero(shapes.retained == 0.0))
    share = np.exp(shapes.log_prior)
    shape = shapes.at(np.array([random.choice(len(share), p=share / share.sum())]))
    # The gain asked for is what is reached after a year of treatment, or when the treatment that is lost stops.
    top = response(drive, shape, np.linspace(0.0, max(setting.end, drive.start + 52.0), 300))[0].max()
    return np.asarray(gain * response(drive, shape, setting.weeks)[0] / max(top, 1e-9))
