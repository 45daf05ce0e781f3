"""Checks that can prove a verdict wrong, as is usual where effects are inferred without a control.

Treatment is moved to days on which there was none; sessions are left out one at a time; photos with warnings are left
out; what was assumed is changed. A verdict that does not survive is taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hairdensity.progress.belief import Belief, Ground, believe, ground_of, weigh
from hairdensity.progress.design import columns_of
from hairdensity.progress.model import UNTREATED, Floats, Prior, Setting, shapes_for
from hairdensity.progress.posterior import Start
from hairdensity.progress.sessions import Session
from hairdensity.progress.verdict import probabilities
from hairdensity.progress.view import CheckResult

SURVIVES: Final = 0.4
"""A verdict must keep this probability in every check."""
NO_WEIGHT: Final = 1e3
"""Relative standard deviation of a session that is left out, but keeps its place."""
LEFT_OUT: Final = 3
"""The sessions that the verdict rests on most are left out, one at a time."""
PLACEBO_WEEKS: Final = (-26.0, -16.0, 16.0)
PLACEBO_EVIDENCE: Final = 4.0
"""Logarithm of the evidence by which another day must be better: fifty to one."""
DRAWS: Final = 300
FEWEST_SHAPES: Final = 20
OTHER_PRIORS: Final[Mapping[str, Prior]] = {
    "smaller gains": Prior(gain_sd=6.0),
    "any trend": Prior(trends=((-0.8, 2.0, 0.75), (-3.0, 5.0, 0.25))),
    "more doubt": Prior(p_effect=0.25),
}
OTHER_UNTREATED: Final[Mapping[str, Prior]] = {
    "any trend": replace(UNTREATED, trends=((0.0, 3.0, 0.5), (0.0, 15.0, 0.5))),
    "more doubt": replace(UNTREATED, p_change=0.2, p_wander=0.3),
}


def checked(setting: Setting, sessions: tuple[Session, ...], belief: Belief, verdict: str) -> tuple[CheckResult, ...]:
    """Return what the checks say of a verdict.

    Parameters
    ----------
    setting : Setting
        The series.
    sessions : tuple of Session
        Its sessions.
    belief : Belief
        What all data say.
    verdict : str
        What is to be said; nothing is checked where it is `cannot_tell`.
    """
    if verdict == "cannot_tell":
        return ()
    ground = ground_of(setting, belief.likely)
    asked = _Asked(setting, belief, verdict, ground)
    results = [
        _left_out(asked, sessions),
        _without_warned(asked, sessions),
        _other_priors(asked),
    ]
    if verdict in ("temporary", "sustained", "on_treatment"):
        results.insert(0, _placebo(setting, belief, ground.start))
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is checked: a verdict on a series, and what all models of it share."""

    setting: Setting
    belief: Belief
    verdict: str
    ground: Ground

    def chance(self, prior: Prior | None = None, out: Floats | None = None) -> float:
        """Return the probability of the verdict under a change of data or priors, before any rule."""
        setting = self.setting
        if out is not None:
            setting = replace(setting, spread=np.where(out > 0, NO_WEIGHT, setting.spread))
        other = believe(setting, prior, self.belief.outlier, self.ground, DRAWS, curves=False)
        return probabilities(other, setting, blocked=False, threshold=0.0)[self.verdict]


def _left_out(asked: _Asked, sessions: tuple[Session, ...]) -> CheckResult:
    """Leave out the sessions that pull most, one at a time."""
    name = "leave one session out"
    if len(sessions) < 5:
        return CheckResult(name, None, "There are too few sessions to leave one out.")
    setting, curves = asked.setting, asked.belief.curves
    fitted = np.interp(setting.weeks, curves.weeks, curves.mean)
    # What a session pulls: where it lies, against the middle of all, and against the fit.
    pull = (1 - asked.belief.outlier) * (np.abs(fitted - np.median(fitted)) + np.abs(setting.points - fitted))
    most = np.argsort(-pull, kind="stable")[:LEFT_OUT]
    chances = []
    for index in most:
        out = np.zeros(len(sessions))
        out[index] = 1.0
        chances.append(asked.chance(out=out))
    worst = int(np.argmin(chances))
    day = sessions[most[worst]].date
    if chances[worst] < SURVIVES:
        return CheckResult(name, False, f"It rests on the session of {day.isoformat()} alone.")
    return CheckResult(name, True, f"It does not rest on any single session (least {chances[worst]:.2f}).")


def _without_warned(asked: _Asked, sessions: tuple[Session, ...]) -> CheckResult:
    name = "without photos with warnings"
    out = np.array([float(session.warned) for session in sessions])
    if not out.any():
        return CheckResult(name, None, "No photo has a warning.")
    if len(out) - out.sum() < 5:
        return CheckResult(name, None, "Too few sessions are free of warnings to go without the others.")
    chance = asked.chance(out=out)
    if chance < SURVIVES:
        return CheckResult(name, False, "Without the photos that have warnings, it would not be said.")
    return CheckResult(name, True, f"It is also said without the photos that have warnings ({chance:.2f}).")


def _other_priors(asked: _Asked) -> CheckResult:
    others = OTHER_PRIORS if asked.setting.drives else OTHER_UNTREATED
    chances = {name: asked.chance(prior) for name, prior in others.items()}
    least = min(chances, key=lambda name: chances[name])
    if chances[least] < SURVIVES:
        return CheckResult("other assumptions", False, f"It depends on what is assumed beforehand ({least}).")
    return CheckResult("other assumptions", True, f"It is also said under other assumptions ({chances[least]:.2f}).")


def _placebo(setting: Setting, belief: Belief, start: Start) -> CheckResult:
    """Compare the true days of treatment with days on which there was none."""
    name = "placebo dates"
    prior = Prior(p_effect=1 - 1e-9, p_change=0.0)
    shapes = shapes_for(setting)
    coarse = shapes.at(np.arange(0, len(shapes.lag), 7 if len(shapes.lag) > 7 * FEWEST_SHAPES else 1))

    def evidence(of: Setting) -> float:
        return weigh(of, coarse, columns_of(of, of.weeks, coarse), start, prior, belief.outlier)[1]

    true = evidence(setting)
    better = []
    for weeks in PLACEBO_WEEKS:
        moved = _moved(setting, weeks)
        if moved is None:
            continue
        gain = evidence(moved) - true
        if gain > PLACEBO_EVIDENCE:
            better.append((gain, weeks))
    if better:
        weeks = max(better)[1]
        when = f"{abs(weeks):.0f} weeks {'before' if weeks < 0 else 'after'} it began"
        return CheckResult(name, False, f"The course fits better to a treatment {when} than to the true one.")
    return CheckResult(name, True, "The course fits no other days of treatment much better than the true ones.")


def _moved(setting: Setting, weeks: float) -> Setting | None:
    """Return the series with all treatment moved; None where it would begin outside of the sessions."""
    if not 0 < setting.start + weeks < setting.end - 4:
        return None
    drives = tuple(
        replace(
            drive,
            on=tuple((begin + weeks, end + weeks) for begin, end in drive.on),
            ended=tuple(end + weeks for end in drive.ended),
            start=drive.start + weeks,
            stop=min(drive.stop + weeks, setting.end - 1) if np.isfinite(drive.stop) else drive.stop,
        )
        for drive in setting.drives
    )
    return replace(setting, drives=drives)
