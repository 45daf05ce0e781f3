"""The reason of a verdict for people: what was seen, and what would settle it, and when."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from hairdensity.intervals import detectable
from hairdensity.progress.belief import FALLS_A_YEAR, Belief
from hairdensity.progress.model import YEAR, Setting, day_of
from hairdensity.progress.sessions import Series
from hairdensity.progress.verdict import (
    FEWEST_SESSIONS,
    LEAST_STEADY,
    SURE_OF_GAIN,
    WEEKS_AFTER,
    WEEKS_ON,
    baseline_sessions,
    goes_on,
    hidden_loss,
    slope_error,
    too_noisy,
    too_short,
    usual_noise,
)
from hairdensity.progress.view import CheckResult, ViewProgress
from hairdensity.spoken import BADGES, counted, spoken_day

MONTH_DAYS: Final = 30
YEAR_WEEKS: Final = 52.0
HELD: Final = 0.9


def day(value: date | None) -> str:
    """Return "1 March 2026"; "a later day" for None."""
    return "a later day" if value is None else spoken_day(value)


def too_few(series: Series, today: date) -> str:
    """Return the reason where there are too few sessions for anything."""
    count = len(series.sessions)
    what = {0: "There is no session with a number and a date.", 1: "There is only one session."}.get(
        count, f"There are only {count} sessions."
    )
    missing = max(1, FEWEST_SESSIONS - count)
    since = max([today, *(session.date for session in series.sessions)])
    more = f"{missing} more monthly session{'' if missing == 1 else 's'}"
    return f"{what} At least {FEWEST_SESSIONS} are needed, better 8: {more}, until {day(_later(since, missing))}."


def reason(
    verdict: str,
    obstacle: str | None,
    setting: Setting,
    belief: Belief,
    series: Series,
    today: date,
    failed: Sequence[CheckResult] = (),
) -> str:
    """Return why, and what would settle it, in a few sentences.

    Parameters
    ----------
    verdict : str
        The verdict.
    obstacle : str or None
        The rule that forbids any verdict.
    setting, belief, series : Setting, Belief, Series
        The series and what it says.
    today : date
        The day it is said.
    failed : sequence of CheckResult
        Checks that took a verdict back.
    """
    if obstacle == "few":
        return too_few(series, today)
    parts = [_obstacle(obstacle, setting, series, today)] if obstacle else []
    if not obstacle and verdict == "cannot_tell":
        parts += [check.text for check in failed] or [_unsure(setting, belief)]
        parts.append(_settles(setting, belief, series, today))
    elif not obstacle:
        parts.append(_seen(verdict, setting, belief, today))
    parts += _caveats(verdict, setting, belief)
    return " ".join(part for part in parts if part)


def _obstacle(obstacle: str | None, setting: Setting, series: Series, today: date) -> str:
    if obstacle == "early":
        ready = day_of(setting, setting.began + WEEKS_ON)
        # Where that day is over, the sessions that are missing begin now.
        until = ready if ready is None or ready >= today else _later(today, 2)
        return (
            f"Treatment began {_weeks(setting.end - setting.began)} before the last session, and before "
            f"{WEEKS_ON:.0f} weeks nothing can be said of it. One session a month until after {day(until)} would tell."
        )
    if obstacle == "no_baseline":
        return (
            "There is no session from before treatment, so there is nothing to compare with. Photos from before, even "
            "old ones of the same view, would help most."
        )
    missing = max(1, 8 - len(series.sessions))
    until = _later(max(today, series.sessions[-1].date), missing)
    return (
        "How much photos of an unchanged head differ from each other is not known well enough: there are "
        f"{counted(len(series.sessions), 'session')}, {_before(setting)}. {counted(missing, 'more monthly session')}, "
        f"until {day(until)}, or several photos a session, would tell."
    )


def _before(setting: Setting) -> str:
    if not setting.drives:
        return "and no long time between them"
    return f"{baseline_sessions(setting)} of them from before treatment"


def _seen(verdict: str, setting: Setting, belief: Belief, today: date) -> str:
    began, stopped = day(day_of(setting, setting.start)), day(day_of(setting, setting.stop))
    noise = _noise(setting, belief)
    if verdict == "no_change":
        what = "treatment added nothing that would matter" if setting.drives else "nothing that would matter changed"
        return f"As far as these sessions show, {what}: two of them differ by up to {noise} by chance alone."
    if verdict == "declining":
        about = _points(setting, abs(belief.total) / setting.end * YEAR_WEEKS)
        return f"It falls by about {about} a year" + (", whatever treatment does." if setting.drives else ".")
    if verdict == "on_treatment":
        return (
            f"It rose after treatment began on {began}, and treatment goes on. Whether it lasts is not seen while it "
            f"does; if the last treatment were today, monthly sessions until after {day(_after(today))} would tell. "
            f"{_holding(setting, belief)}"
        )
    if verdict == "temporary":
        half = float(np.median(belief.half_life))
        return (
            f"It rose after treatment began on {began}, and fell again after the last treatment on {stopped}; half of "
            f"the loss came within about {_weeks(half)}."
        )
    after = setting.end - setting.stop
    return (
        f"It rose after treatment began on {began}, and is still there {_weeks(after)} after it stopped on {stopped}."
    )


def _holding(setting: Setting, belief: Belief) -> str:
    """Return whether the gain held while treatment went on, and what the longest pause between treatments was."""
    left = float(np.median(belief.retained))
    held = "The gain has held so far" if left >= HELD else "It is past its peak already"
    text = f"{held}: at the last session {percent(left)} of its peak is there."
    return f"{text} {_longest_pause(setting, belief)}".rstrip()


def _longest_pause(setting: Setting, belief: Belief) -> str:
    """Return how long the longest pause between treatments was, and what the gain did in it."""
    pauses = [
        (later[0] - ended, earlier[1], later[0])
        for drive in setting.drives
        for (earlier, later), ended in zip(pairwise(drive.on), drive.ended, strict=False)
        if earlier[1] > 0 and later[0] < setting.end
    ]
    if not pauses:
        return ""
    length, begin, end = max(pauses)
    effect = belief.curves.mean - belief.curves.untreated
    before, after = np.interp([begin, end], belief.curves.weeks, effect)
    text = f"The longest pause between treatments was {_weeks(length)}"
    lost = 1 - after / before if before > 1.0 else 0.0
    if lost < 1 - HELD:
        return f"{text}, and the gain held through it."
    return f"{text}: about {percent(min(1.0, lost))} of what was gained by then went in it."


def _unsure(setting: Setting, belief: Belief) -> str:
    if belief.p_gain + belief.p_fall + belief.p_rise < 0.35 and too_short(belief, setting):
        return (
            f"Nothing that would matter is seen, but {_weeks(setting.end)} are too short to deny a slow fall: one of "
            f"{_points(setting, FALLS_A_YEAR)} a year could hide in them."
        )
    if not setting.drives:
        if belief.p_change > 0.5:
            return (
                "It changed more quickly than hair does by itself, and no new treatment, haircut or camera is written "
                "down for that time. If there was one, add it to the list of treatments."
            )
        if belief.p_rise > 0.5:
            return (
                f"It rises by about {_points(setting, belief.total)}, but no new treatment is written down for that "
                "time. If there was one, add it to the list of treatments; if not, light, hair length or season may "
                "have done it."
            )
        return _ways(setting, belief)
    if too_noisy(belief, setting) and belief.p_gain < 0.5:
        noise = _noise(setting, belief)
        return f"Two sessions differ by up to {noise} by chance alone: too much to claim a change, or to deny one."
    if belief.p_change > 0.5:
        return (
            "It changed in a way that fits no treatment: a new lamp, phone or hair style would do that. If there was "
            "one, add it to the list of treatments."
        )
    if belief.p_gain < min(0.2, belief.p_fall):
        return _ways(setting, belief)
    if goes_on(setting) or belief.p_gain < SURE_OF_GAIN:
        sure = percent(belief.p_gain)
        return f"A gain has a probability of {sure}: that is too little to claim it, and too much to deny it."
    if setting.end - setting.stop < WEEKS_AFTER and belief.p_lost < 0.5:
        return (
            f"It rose, but treatment stopped only {_weeks(setting.end - setting.stop)} before the last session: "
            "whether the gain lasts cannot be known yet."
        )
    hidden = hidden_loss(setting)
    if hidden is not None and belief.p_lost < 0.5:
        return (
            f"It rose, but camera, light, colour or style changed on {day(day_of(setting, hidden))}, just when the "
            "gain would have been lost: what was lost cannot be told from what that changed."
        )
    return (
        f"It rose, but whether most of the gain is still there is open: {percent(1 - belief.p_lost)} for, "
        f"{percent(belief.p_lost)} against."
    )


def _ways(setting: Setting, belief: Belief) -> str:
    """Return which courses are possible where none of them is a gain."""
    ways = {"falling": belief.p_fall, "rising or changing": belief.p_rise}
    likely = [way for way, chance in ways.items() if chance > 0.1] or list(ways)[:1]
    noise = _noise(setting, belief)
    return f"It may be {' or '.join(likely)}, or level: two sessions differ by up to {noise} by chance alone."


def _settles(setting: Setting, belief: Belief, series: Series, today: date) -> str:
    """Return how many more sessions would settle it, and until when; nothing where only the owner of the head can."""
    if belief.p_gain < 0.5 and max(belief.p_rise, belief.p_change) > 0.5:
        return ""
    if belief.p_gain >= 0.5 and hidden_loss(setting) is not None and belief.p_lost < 0.5:
        return "Photos with all as it was before that day, if there can be any, would settle it."
    waits = 0.0
    if np.isfinite(setting.stop) and belief.p_gain >= 0.5:
        waits = max(0.0, setting.stop + WEEKS_AFTER - setting.end)
    more = max(3, int(np.ceil(waits * 7 / MONTH_DAYS)), min(6, round(len(series.sessions) / 4)))
    if belief.p_gain < 0.5 and too_short(belief, setting):
        more = max(more, _until_steady(setting, belief))
    span = f"after {day(today)} and until {day(_later(today, more))}"
    return f"{counted(more, 'more monthly session')}, {span}, should settle it."


def _until_steady(setting: Setting, belief: Belief) -> int:
    """Return after how many more monthly sessions a slow fall could no longer hide; at most two years of them."""
    month = MONTH_DAYS / 7
    for more in range(1, 24):
        weeks = np.concatenate([setting.weeks, setting.end + month * np.arange(1, more + 1)])
        weight = np.concatenate([(1 - belief.outlier) / setting.spread**2 + 1e-9, np.ones(more)])
        if slope_error(belief.sigma, weeks / YEAR, weight) <= LEAST_STEADY:
            return more
    return 24


def _caveats(verdict: str, setting: Setting, belief: Belief) -> list[str]:
    parts = []
    if len(setting.drives) > 1 and verdict not in ("no_change", "declining"):
        changed = sorted({drive.name for drive in setting.drives})
        parts.append(
            f"{' and '.join(changed)} changed within the same time: what each of them did cannot be told apart."
        )
    if setting.background and setting.drives:
        parts.append(
            f"{' and '.join(setting.background)} went on all the time, and is part of what it is compared with."
        )
    elif setting.background:
        parts.append(f"{' and '.join(setting.background)} went on all the time: what it does cannot be seen here.")
    if setting.end < YEAR_WEEKS and verdict != "cannot_tell":
        parts.append("The sessions span less than a year, so season may explain some of it.")
    wild = int((belief.outlier > 0.5).sum())
    if wild:
        verbs = ("stands", "counts") if wild == 1 else ("stand", "count")
        parts.append(f"{counted(wild, 'session')} {verbs[0]} out from the others and {verbs[1]} little.")
    return parts


def lines_for(view: ViewProgress, several: bool) -> tuple[str, ...]:
    """Return a verdict as the few lines that the command line prints."""
    name = f"{view.subject}/{view.view}" if several else view.view
    title = f"{name}: {BADGES[view.verdict].lower()}"
    if view.verdict != "cannot_tell":
        title += f" (probability {min(0.99, view.probability[view.verdict]):.2f})"
    lines = [title, f"  {view.reason}"]
    if view.gain is not None and view.gain_low is not None and view.gain_high is not None:
        low, high = number(view, view.gain_low), number(view, view.gain_high)
        lines.append(f"  Gain at its peak: {number(view, view.gain)} ({low} to {high})")
    if view.retained is not None and view.retained_low is not None and view.retained_high is not None:
        low, high = percent(view.retained_low), percent(view.retained_high)
        lines.append(f"  Left of it: {percent(view.retained)} ({low} to {high})")
    if view.smallest_detectable_change is not None:
        least = number(view, view.smallest_detectable_change)
        lines.append(f"  Smallest change that two sessions can show: {least}")
    return tuple(lines)


def percent(share: float) -> str:
    """Return "84 %"."""
    return f"{share * 100:.0f} %"


def number(view: ViewProgress, value: float) -> str:
    """Return a difference in the unit of the table; coverage as points."""
    return f"{value * 100:.1f} points" if view.unit == 0.01 else f"{value:.3g}"


def _noise(setting: Setting, belief: Belief) -> str:
    """Return by how much two sessions of an unchanged head differ, but once in twenty times."""
    usual = usual_noise(belief, setting)
    return _points(setting, detectable(usual, usual))


def _points(setting: Setting, points: float) -> str:
    return f"{points:.1f} points" if setting.unit == 0.01 else f"{points * setting.unit:.3g}"


def _after(today: date) -> date | None:
    """Return the day from which on a gain that is still there counts as lasting, were today the last treatment."""
    try:
        return today + timedelta(weeks=WEEKS_AFTER)
    except OverflowError:
        return None


def _later(since: date, months: int) -> date | None:
    try:
        return since + timedelta(days=MONTH_DAYS * months)
    except OverflowError:
        return None


def _weeks(weeks: float) -> str:
    return counted(max(0, round(weeks)), "week")
