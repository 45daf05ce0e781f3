"""Verdicts: from what the data say to one of six words and its probability, by the rules of the field's evidence.

A rule never says more than the data do; it only takes back what cannot be known yet.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from hairdensity.progress.belief import Belief
from hairdensity.progress.model import Setting

VERDICTS: Final = ("no_change", "temporary", "sustained", "on_treatment", "declining", "cannot_tell")
SURE: Final = 0.65
SURE_OF_SUSTAINED: Final = 0.8
"""How probable a verdict must be to be given; to say that a gain lasts when it does not is the worst of all errors."""
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
    if setting.end - setting.start < WEEKS_ON:
        return "early"
    baseline = baseline_sessions(setting)
    if baseline == 0 and belief.p_gain > 0.5:
        return "no_baseline"
    if baseline < BASELINE_SESSIONS and count < SESSIONS_INSTEAD:
        return "noise"
    return None


def too_noisy(belief: Belief, setting: Setting) -> bool:
    """Return whether the noise is too large for the data themselves to deny a change that matters."""
    effective = float((1 / setting.spread**2 * (1 - belief.outlier)).sum())
    return bool(belief.sigma * 2 / np.sqrt(max(effective, 1e-9)) > MOST_NOISE)


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
        How probable a verdict must be to be given, instead of `SURE` and `SURE_OF_SUSTAINED`.

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
        if setting.end - setting.stop < WEEKS_AFTER:
            p["cannot_tell"] += p["sustained"]
            p["sustained"] = 0.0
    best = max((name for name in VERDICTS if name != "cannot_tell"), key=lambda name: p[name])
    usual = SURE_OF_SUSTAINED if best == "sustained" else SURE
    sure = p[best] >= (usual if threshold is None else threshold)
    if blocked or not sure or (best == "no_change" and too_noisy(belief, setting)):
        scale = max(0.55, 1 - 0.5 * p[best])
        p = {name: (1 - scale) * value for name, value in p.items()}
        p["cannot_tell"] += scale
    total = sum(p.values())
    return {name: value / total for name, value in p.items()}
