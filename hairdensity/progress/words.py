"""The reason of a verdict for people: what was seen, and what would settle it, and when."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from hairdensity.progress.belief import Belief
from hairdensity.progress.model import Setting, day_of
from hairdensity.progress.sessions import Series
from hairdensity.progress.verdict import FEWEST_SESSIONS, WEEKS_AFTER, WEEKS_ON
from hairdensity.progress.view import ViewProgress

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(value: date | None) -> str:
    """Return "1 March 2026"; "some day" for None."""
    return "some day" if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def too_few(series: Series, today: date) -> str:
    """Return the reason where there is no course at all."""
    count = len(series.sessions)
    what = {0: "There is no session with a number and a date.", 1: "There is only one session."}.get(
        count, f"There are only {count} sessions."
    )
    after = later(today, 30 * max(1, FEWEST_SESSIONS - count))
    return f"{what} At least {FEWEST_SESSIONS} are needed, one a month: not before {day(after)}."


def later(today: date, days: int) -> date | None:
    """Return a day in so many days, None beyond the calendar."""
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def reason(verdict: str, obstacle: str | None, setting: Setting, belief: Belief, series: Series, today: date) -> str:
    """Return why, and what would settle it."""
    parts = [_why(verdict, obstacle, setting, belief, series, today)]
    if len({drive.kind for drive in setting.drives}) > 1 and verdict not in ("no_change", "declining"):
        names = " and ".join(sorted({drive.name for drive in setting.drives}))
        parts.append(f"{names} changed in the same time, so their effects cannot be told apart.")
    if setting.background:
        parts.append(f"{' and '.join(setting.background)} went on all the time and is part of the level.")
    if setting.end < 52 and verdict not in ("cannot_tell",):
        parts.append("The photos span less than a year: season may explain some of it.")
    return " ".join(parts)


def _why(verdict: str, obstacle: str | None, setting: Setting, belief: Belief, series: Series, today: date) -> str:
    if obstacle == "few":
        return too_few(series, today)
    if obstacle == "early":
        ready = day_of(setting, setting.start + WEEKS_ON)
        return f"Treatment began {_weeks(setting.end - setting.start)} before the last session; it cannot be judged before {WEEKS_ON:.0f} weeks. Photograph once a month until after {day(ready)}."
    if obstacle == "no_baseline":
        return "There is no session from before treatment, so there is nothing to compare with."
    if obstacle == "noise":
        return "How much photos of an unchanged head differ is not known yet: a few more sessions, best several photos each, would tell."
    if verdict == "no_change":
        return "No change larger than the photos' own noise was seen."
    if verdict == "declining":
        return f"It falls by about {abs(belief.trend):.1f} points a year."
    if verdict == "on_treatment":
        return f"It rose after treatment began on {day(day_of(setting, setting.start))}. Whether it lasts shows only {WEEKS_AFTER:.0f} weeks after stopping."
    if verdict in ("temporary", "sustained"):
        return f"It rose after treatment began on {day(day_of(setting, setting.start))}, and treatment stopped on {day(day_of(setting, setting.stop))}."
    if not setting.drives and belief.p_rise > 0.5:
        return "It rises although no treatment is recorded. If there was one, add it to the list of treatments."
    if np.isfinite(setting.stop) and belief.p_gain > 0.8 and setting.end - setting.stop < WEEKS_AFTER:
        ready = day_of(setting, setting.stop + WEEKS_AFTER)
        return f"It rose, but treatment stopped only {_weeks(setting.end - setting.stop)} before the last session. Photograph once a month until after {day(ready)}."
    return f"What was seen fits more than one verdict. Three more monthly photos, until {day(later(today, 90))}, would help to settle it."


def _weeks(weeks: float) -> str:
    return f"{weeks:.0f} week{'' if round(weeks) == 1 else 's'}"


def lines_for(view: ViewProgress, several: bool) -> tuple[str, ...]:
    """Return a verdict as the few lines that the command line prints."""
    name = f"{view.subject}/{view.view}" if several else view.view
    heads = {
        "no_change": "no change",
        "temporary": "temporary gain",
        "sustained": "sustained gain",
        "on_treatment": "gain on treatment",
        "declining": "declining",
        "cannot_tell": "cannot tell yet",
    }
    sure = view.probability[view.verdict]
    title = f"{name}: {heads[view.verdict]}"
    if view.verdict != "cannot_tell":
        title += f" (probability {min(0.99, sure):.2f})"
    lines = [title, view.reason]
    if view.gain is not None and view.gain_low is not None and view.gain_high is not None:
        lines.append(
            f"Gain at its peak: {number(view, view.gain)} ({number(view, view.gain_low)} to {number(view, view.gain_high)})"
        )
    if view.retained is not None and view.retained_low is not None and view.retained_high is not None:
        lines.append(f"Left of it: {view.retained:.0%} ({view.retained_low:.0%} to {view.retained_high:.0%})")
    if view.smallest_detectable_change is not None:
        lines.append(
            f"Smallest detectable change between two sessions: {number(view, view.smallest_detectable_change)}"
        )
    return tuple(lines)


def number(view: ViewProgress, value: float) -> str:
    """Return a difference in the unit of the table; coverage as points."""
    return f"{value * 100:.1f} points" if view.unit == 0.01 else f"{value:.1f}"
