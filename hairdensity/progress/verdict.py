"""Verdicts: from what the data say to one of six words and its probability, by the rules of the field's evidence.

A rule never says more than the data do; it only takes back what cannot be known yet.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from hairdensity.progress.belief import Belief
from hairdensity.progress.model import YEAR, Floats, Setting

VERDICTS: Final = ("no_change", "temporary", "sustained", "on_treatment", "declining", "cannot_tell")
GAINS: Final = ("temporary", "sustained", "on_treatment")
SURE: Final = 0.65
SURE_OF_GAIN: Final = 0.9
SURE_OF_SUSTAINED: Final = 0.72
"""How probable a verdict must be to be given, how probable a gain for a verdict that speaks of one, and a lasting one.

To say that it lasts when it does not is the worst of all errors, to see a gain where there is none the next.
"""
FEWEST_SESSIONS: Final = 4
WEEKS_ON: Final = 16.0
WEEKS_AFTER: Final = 24.0
BASELINE_WEEKS: Final = 2.0
"""Sessions until this long after treatment began show the head as it was."""
BASELINE_SESSIONS: Final = 3
SESSIONS_INSTEAD: Final = 8
"""So many sessions in all tell as much of the noise as three before treatment."""

SESSIONS_UNTREATED: Final = 6
MOST_NOISE: Final = 2.0
"""Points: where the means of two halves of a series differ by more than this by chance (standard deviation), that
nothing changed cannot be said."""
LEAST_STEADY: Final = 1.4
"""Points a year: where the slope of a series is known no better than this (standard error), a fall that matters may
hide in it."""


def goes_on(setting: Setting) -> bool:
    """Return whether treatment goes on at the last session."""
    return bool(setting.drives) and setting.stop >= setting.end


def baseline_sessions(setting: Setting) -> int:
    """Return the number of sessions before treatment can have worked."""
    return int((setting.weeks <= setting.start + BASELINE_WEEKS).sum())


def obstacle(setting: Setting, belief: Belief) -> str | None:
    """Return what forbids any verdict: few, early, no_baseline or noise; None where nothing does."""
    count = len(setting.weeks)
    if count < FEWEST_SESSIONS:
        return "few"
    if not setting.drives:
        known = count >= SESSIONS_UNTREATED or setting.stated_noise is not None
        return None if known else "noise"
    if setting.end - setting.began < WEEKS_ON:
        return "early"
    baseline = baseline_sessions(setting)
    if baseline == 0 and belief.p_gain > 0.5:
        return "no_baseline"
    if baseline < BASELINE_SESSIONS and count < SESSIONS_INSTEAD:
        return "noise"
    return None


def hidden_loss(setting: Setting) -> float | None:
    """Return the week of a new camera, colour or the like in which the loss of the gain could hide; None without one.

    Just when a gain would be lost, a step of unknown size can make up for the loss, so that it seems to last.
    """
    steps = (*setting.steps, *setting.more_steps)
    return min((week for week in steps if setting.stop < week < setting.stop + WEEKS_AFTER), default=None)


def usual_noise(belief: Belief, setting: Setting) -> float:
    """Return the standard deviation of a usual session, with as many photos as most have, in points."""
    return belief.sigma * float(np.median(setting.spread))


def too_noisy(belief: Belief, setting: Setting) -> bool:
    """Return whether the noise is too large for the data themselves to deny a change that matters."""
    effective = float((1 / setting.spread**2 * (1 - belief.outlier)).sum())
    return bool(belief.sigma * 2 / np.sqrt(max(effective, 1e-9)) > MOST_NOISE)


def slope_error(sigma: float, years: Floats, weight: Floats) -> float:
    """Return the standard error of the slope of a series, in points a year; infinite where all lies on one day.

    Parameters
    ----------
    sigma : float
        Noise of one session, in points.
    years, weight : NDArray of float64, shape (sessions,)
        Time, and relative precision.
    """
    away = years - np.average(years, weights=weight)
    return float(sigma / np.sqrt(max(float((weight * away**2).sum()), 1e-12)))


def too_short(belief: Belief, setting: Setting) -> bool:
    """Return whether a fall that matters could hide in the series, so that nobody can say that nothing changed."""
    weight = (1 - belief.outlier) / setting.spread**2 + 1e-9
    return slope_error(belief.sigma, setting.weeks / YEAR, weight) > LEAST_STEADY


def undeniable(belief: Belief, setting: Setting) -> bool:
    """Return whether a change that matters cannot be denied, as the data are too noisy or the series too short."""
    return too_noisy(belief, setting) or too_short(belief, setting)


def probabilities(
    belief: Belief, setting: Setting, *, blocked: bool, threshold: float | None = None
) -> Mapping[str, float]:
    """Return the probability of each verdict; where the rules forbid one, its share goes to `cannot_tell`.

    Parameters
    ----------
    belief : Belief
        What the data say.
    setting : Setting
        The series.
    blocked : bool
        Whether the rules or the checks forbid any verdict.
    threshold : float, optional
        How probable a verdict must be to be given, instead of all of these bounds.

    Notes
    -----
    Where no verdict is sure enough, more than half of all is given to `cannot_tell`, so that the verdict is always the
    likeliest of the six, and the others keep their proportions.
    """
    p = dict.fromkeys(VERDICTS, 0.0)
    p["declining"] = belief.p_fall
    p["cannot_tell"] = belief.p_rise
    p["no_change"] = max(0.0, 1 - belief.p_gain - belief.p_fall - belief.p_rise)
    if goes_on(setting):
        p["on_treatment"] = belief.p_gain
    elif belief.p_gain > 0 and np.isfinite(belief.p_lost):
        p["temporary"] = belief.p_gain * belief.p_lost
        p["sustained"] = belief.p_gain - p["temporary"]
        if setting.end - setting.stop < WEEKS_AFTER or hidden_loss(setting) is not None:
            p["cannot_tell"] += p["sustained"]
            p["sustained"] = 0.0
    best = max((name for name in VERDICTS if name != "cannot_tell"), key=lambda name: p[name])
    usual = SURE_OF_SUSTAINED if best == "sustained" else SURE
    sure = p[best] >= (usual if threshold is None else threshold)
    if threshold is None and best in GAINS and belief.p_gain < SURE_OF_GAIN:
        sure = False
    if blocked or not sure or (best == "no_change" and undeniable(belief, setting)):
        scale = max(0.55, 1 - 0.5 * p[best])
        p = {name: (1 - scale) * value for name, value in p.items()}
        p["cannot_tell"] += scale
    total = sum(p.values())
    return {name: value / total for name, value in p.items()}
