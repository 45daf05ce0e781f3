"""Verdicts: from the posterior to one of six words, its probability, and the figures that people ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.progress.model import YEAR, Floats, Prior, Setting, Shapes, nuisance, response, shapes_for, shed
from hairdensity.progress.posterior import Draws, Fit, draw, fit, no_effect, with_effect

VERDICTS: Final = ("no_change", "temporary", "sustained", "on_treatment", "declining", "cannot_tell")
MATTERS: Final = 2.0
"""Points: a smaller gain is no gain that would matter."""
FALLS_A_YEAR: Final = 2.5
FALLS: Final = 2.5
"""Points a year, and points over the series: less is within what untreated hair and season do."""
MOST: Final = 0.5
"""Share of the gain that parts temporary from sustained."""
SURE: Final = 0.8
SURE_OF_SUSTAINED: Final = 0.9
FEWEST_SESSIONS: Final = 4
WEEKS_ON: Final = 16.0
WEEKS_AFTER: Final = 24.0
CURVE_STEPS: Final = 160


@dataclass(frozen=True, slots=True)
class Curves:
    """The fitted course in points above `Setting.zero`.

    Parameters
    ----------
    weeks : NDArray of float64, shape (times,)
        From the first session to the last.
    mean, low, high, untreated : NDArray of float64, shape (times,)
        Course, its 95 % band, and what is expected without treatment.
    """

    weeks: Floats
    mean: Floats
    low: Floats
    high: Floats
    untreated: Floats


@dataclass(frozen=True, slots=True)
class Belief:
    """What the data say, before any rule.

    Parameters
    ----------
    p_gain : float
        Probability of a gain that matters.
    p_lost : float
        Probability that most of it is gone, given the gain; nan while treatment goes on.
    p_fall : float
        Probability that the course falls, given no gain.
    p_rise : float
        Probability that it rises without treatment as its cause, given no gain.
    gain, retained : NDArray of float64, shape (draws,)
        Draws, given the gain.
    half_life, back : float
        Weeks in which half of what is lost goes, and the week in which the course is back at the untreated one.
    trend : float
        Points a year, of the untreated course.
    sigma : float
        Noise of one session, in points.
    outlier : NDArray of float64, shape (sessions,)
        Probability that a session is an outlier.
    curves : Curves
        The course.
    """

    p_gain: float
    p_lost: float
    p_fall: float
    p_rise: float
    gain: Floats
    retained: Floats
    half_life: float
    back: float
    trend: float
    sigma: float
    outlier: Floats
    curves: Curves


@dataclass(frozen=True, slots=True)
class _Part:
    """One model's share of the belief."""

    probability: float
    fitted: Fit
    draws: Draws


def believe(setting: Setting, prior: Prior | None = None, kept_out: Floats | None = None) -> Belief:
    """Return what the data say about a series.

    Parameters
    ----------
    setting : Setting
        At least two sessions.
    prior : Prior, optional
        Strengths of the priors.
    kept_out : NDArray of float64, shape (sessions,), optional
        Probabilities of being an outlier, where they are given.
    """
    prior = prior or Prior()
    plain = fit(no_effect(setting, prior), setting, kept_out)
    if not setting.drives:
        return _untreated(setting, plain, prior)
    shapes = shapes_for(setting)
    treated = fit(with_effect(setting, shapes, prior), setting, kept_out)
    p_effect = 1 / (1 + np.exp(np.clip(plain.log_evidence - treated.log_evidence, -500, 500)))
    parts = (_Part(1 - float(p_effect), plain, draw(plain)), _Part(float(p_effect), treated, draw(treated)))
    return _treated(setting, shapes, parts, prior)


def _untreated(setting: Setting, plain: Fit, prior: Prior) -> Belief:
    draws = draw(plain)
    weeks = np.linspace(0.0, setting.end, CURVE_STEPS)
    base = nuisance(setting, weeks, prior)[0]
    course = draws.coefficients @ base.T
    falls, rises = _moves(setting, draws)
    curves = Curves(weeks, course.mean(axis=0), *np.quantile(course, (0.025, 0.975), axis=0), course.mean(axis=0))
    none = np.zeros(0)
    return Belief(
        0.0, np.nan, float(falls.mean()), float(rises.mean()), none, none, np.nan, np.nan,
        float(np.median(draws.coefficients[:, 1])), float(np.median(draws.sigma)), plain.outlier, curves,
    )  # fmt: skip


def _moves(setting: Setting, draws: Draws) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    trend = draws.coefficients[:, 1]
    total = trend * setting.end / YEAR
    falls = (trend <= -FALLS_A_YEAR) & (total <= -FALLS)
    rises = (trend >= FALLS_A_YEAR) & (total >= FALLS)
    return np.asarray(falls), np.asarray(rises)


def _treated(setting: Setting, shapes: Shapes, parts: tuple[_Part, _Part], prior: Prior) -> Belief:
    weeks = np.linspace(0.0, setting.end, CURVE_STEPS)
    base = nuisance(setting, weeks, prior)[0]
    none, some = parts
    columns = base.shape[1]
    used, where = np.unique(some.draws.shape, return_inverse=True)
    grid = Shapes(*(getattr(shapes, name)[used] for name in ("lag", "rise", "off", "decay", "retained", "log_prior")))
    effect = np.zeros((len(where), len(weeks)))
    for index, drive in enumerate(setting.drives):
        effect += some.draws.coefficients[:, [columns + 1 + index]] * response(drive, grid, weeks)[where]
    before = setting.start <= 0
    gain = effect.max(axis=1)
    matters = gain >= MATTERS
    stopped = setting.stop < setting.end
    retained = np.clip(effect[:, -1] / np.maximum(gain, 1e-9), 0.0, 1.0)
    untreated_some = some.draws.coefficients[:, :columns] @ base.T
    with_shed = effect + some.draws.coefficients[:, [columns]] * shed(setting, weeks)
    course_none = none.draws.coefficients @ base.T
    # The two models' draws as one set, each draw with its model's probability.
    chance = np.concatenate([np.full(len(course_none), none.probability), np.full(len(where), some.probability)])
    course = np.concatenate([course_none, untreated_some + with_shed])
    untreated = np.concatenate([course_none, untreated_some])
    p_gain = some.probability * float(matters.mean())
    falls, rises = (
        none.probability * np.mean(of_none) + some.probability * np.mean(of_some & ~matters)
        for of_none, of_some in zip(_moves(setting, none.draws), _moves(setting, some.draws), strict=True)
    )
    rest = max(1e-12, 1 - p_gain)
    kept = matters if matters.any() else np.ones_like(matters)
    half_life, back = (np.nan, np.nan) if not stopped else _loss(setting, shapes, some.draws, gain, retained, kept)
    sigma = none.probability * np.median(none.draws.sigma) + some.probability * np.median(some.draws.sigma)
    del before
    return Belief(
        p_gain,
        float((retained[kept] < MOST).mean()) if stopped else np.nan,
        float(falls) / rest,
        float(rises) / rest,
        gain[kept],
        retained[kept],
        half_life,
        back,
        float(np.median((some if some.probability > 0.5 else none).draws.coefficients[:, 1])),
        float(sigma),
        none.probability * none.fitted.outlier + some.probability * some.fitted.outlier,
        _curves(weeks, course, untreated, chance),
    )


def _curves(weeks: Floats, course: Floats, untreated: Floats, chance: Floats) -> Curves:
    share = chance / chance.sum()
    # Systematic resampling, so that plain quantiles can be taken.
    pick = np.searchsorted(np.cumsum(share), (np.arange(2000) + 0.5) / 2000)
    pick = np.minimum(pick, len(share) - 1)
    low, high = np.quantile(course[pick], (0.025, 0.975), axis=0)
    return Curves(weeks, share @ course, low, high, share @ untreated)


def _loss(
    setting: Setting, shapes: Shapes, draws: Draws, gain: Floats, retained: Floats, kept: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the half-life of the loss in weeks, and the week in which less than a point, or a tenth, is left."""
    del retained
    shape = draws.shape[kept]
    wait = np.maximum(shapes.lag, shapes.off)[shape]
    half = wait + shapes.decay[shape] * np.log(2)
    left = np.maximum(1.0, 0.1 * gain[kept]) / gain[kept]
    share = shapes.retained[shape]
    gone = np.where(
        share < left,
        wait + shapes.decay[shape] * np.log(np.maximum(1 - share, 1e-9) / np.maximum(left - share, 1e-9)),
        np.inf,
    )
    return float(np.median(half)), setting.stop + float(np.median(gone))


def probabilities(belief: Belief, setting: Setting, *, blocked: bool, on_treatment: bool) -> Mapping[str, float]:
    """Return the probability of each verdict; where the rules forbid one, its share goes to `cannot_tell`.

    Parameters
    ----------
    belief : Belief
        What the data say.
    setting : Setting
        The series.
    blocked : bool
        Whether the rules forbid any verdict.
    on_treatment : bool
        Whether treatment goes on at the last session.

    Notes
    -----
    Where no verdict is sure enough, at least half of all is given to `cannot_tell`, so that the verdict is always the
    likeliest of the six, and the others keep their proportions.
    """
    p = dict.fromkeys(VERDICTS, 0.0)
    rest = 1 - belief.p_gain
    p["declining"] = rest * belief.p_fall
    p["cannot_tell"] = rest * belief.p_rise
    p["no_change"] = max(0.0, rest - p["declining"] - p["cannot_tell"])
    if on_treatment:
        p["on_treatment"] = belief.p_gain
    elif belief.p_gain > 0:
        p["temporary"] = belief.p_gain * belief.p_lost
        p["sustained"] = belief.p_gain - p["temporary"]
        if setting.end - setting.stop < WEEKS_AFTER:
            p["cannot_tell"] += p["sustained"]
            p["sustained"] = 0.0
    best = max((name for name in VERDICTS if name != "cannot_tell"), key=lambda name: p[name])
    sure = p[best] >= (SURE_OF_SUSTAINED if best == "sustained" else SURE)
    if blocked or (not sure and p["cannot_tell"] <= p[best]):
        scale = 0.5 + 0.5 * (1 - p[best])
        p = {name: (1 - scale) * value for name, value in p.items()}
        p["cannot_tell"] += scale
    total = sum(p.values())
    return {name: value / total for name, value in p.items()}


def day_of(setting: Setting, week: float) -> date | None:
    """Return the day of a week of the series; None where there is none in the calendar."""
    if not np.isfinite(week) or abs(week) > 52_000:
        return None
    try:
        return setting.first + timedelta(days=round(week * 7))
    except OverflowError:
        return None
