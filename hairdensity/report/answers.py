"""The three things that a person wants to know first: is it working, is it lasting, what to photograph better."""

from collections.abc import Mapping, Sequence
from typing import Final

from hairdensity.columns import Row
from hairdensity.flags import FLAGS
from hairdensity.report.data import Answer, PhotoGroup
from hairdensity.report.words import Quantity, VerdictWords, percent
from hairdensity.spoken import counted

Estimate = tuple[float, float | None, float | None]
"""Value and its 95 % interval."""
SURE: Final = 0.95
"""From this probability on, an answer is given without "probably"."""
GAINED: Final = ("sustained", "temporary", "on_treatment")
NOT_YET: Final = "Not known yet"


def answers(
    words: VerdictWords,
    quantity: Quantity,
    gain: Estimate | None,
    retained: Estimate | None,
    *,
    probability: Mapping[str, float],
    treated: bool,
    to_do: Sequence[PhotoGroup],
    photos: int,
) -> tuple[Answer, ...]:
    """Return what is known of each question, in a word or two and with the figure behind it.

    Parameters
    ----------
    words : VerdictWords
        The verdict.
    quantity : Quantity
        What the gain is of.
    gain, retained : (value, low, high) or None
        What treatment added, and the share of it that is still there.
    probability : mapping of str to float
        Of each verdict.
    treated : bool
        Whether any treatment is written down.
    to_do : sequence of PhotoGroup
        What was said of the photos, left out and measured ones.
    photos : int
        How many there are.
    """
    rose = sum(probability.get(name, 0.0) for name in GAINED) >= SURE
    known = [] if words.name == "nothing_measured" else [_working(words, quantity, gain, treated, rose)]
    if treated and (words.name in GAINED or words.name == "cannot_tell"):
        known.append(_lasting(words, retained, probability.get(words.name, 0.0) >= SURE))
    return (*known, _photos(to_do, photos)) if photos else tuple(known)


def without_course(outside: Sequence[Row]) -> str:
    """Return why photos that were measured make no course, and what to do; empty where none was measured.

    Parameters
    ----------
    outside : sequence of Row
        Rows of measured photos, none of which is part of a session.
    """
    if not outside:
        return ""
    future, undated = any(row.get("date") for row in outside), any(not row.get("date") for row in outside)
    why = " or ".join(filter(None, ("without a date" if undated else "", "dated in the future" if future else "")))
    what = f"{'Every photo' if outside[1:] else 'The photo'} that could be measured is {why}"
    flags = [name for name, so in (("no_date", undated), ("date_in_future", future)) if so]
    return f"{what}, so there is no course over time. {' '.join(FLAGS[name].advice for name in flags)}"


def outside_note(outside: Sequence[Row], told: bool) -> str:
    """Return why measured photos are part of no session, and what to do; empty where there are none.

    Parameters
    ----------
    outside : sequence of Row
        Rows of measured photos, none of which is part of a session.
    told : bool
        Whether the page has said by `without_course` what to do.
    """
    future, undated = any(row.get("date") for row in outside), any(not row.get("date") for row in outside)
    why = " or ".join(filter(None, ("without a date" if undated else "", "dated in the future" if future else "")))
    return f"Measured, but {why}.{'' if told or not undated else ' ' + FLAGS['no_date'].advice}" if why else ""


def _working(words: VerdictWords, quantity: Quantity, gain: Estimate | None, treated: bool, sure: bool) -> Answer:
    question = "Is it working?" if treated else "Is it changing?"
    peak = "" if gain is None else f"{quantity.change(gain[0])} at its peak"
    if words.name in GAINED:
        return Answer(question, "Yes" if sure else "Probably", peak)
    if words.name == "declining":
        return Answer(question, "No: it falls" if treated else "It falls", "more than noise")
    if words.name == "no_change":
        return Answer(question, "Not that it shows" if treated else "No", "nothing larger than noise")
    return Answer(question, "Perhaps", f"{peak}, but not certain") if gain else Answer(question, NOT_YET, "")


def _lasting(words: VerdictWords, retained: Estimate | None, sure: bool) -> Answer:
    question = "Is it lasting?"
    if retained is None:
        return Answer(question, NOT_YET, "only after treatment stops" if words.name == "on_treatment" else "")
    value, low, high = retained
    span = "" if low is None or high is None else f" ({percent(low)} to {percent(high)})"
    yes, no = ("Yes, so far", "No") if sure else ("Probably, so far", "Probably not")
    if words.name not in ("sustained", "temporary"):
        return Answer(question, NOT_YET, f"of what it may have gained, {percent(value)} was there at last{span}")
    short = yes if words.name == "sustained" else no
    return Answer(question, short, f"{percent(value)} of the gain is left{span}")


def _photos(groups: Sequence[PhotoGroup], photos: int) -> Answer:
    question = "What to photograph better?"
    worth = [group for group in groups if group.advice and group.severity != "note"]
    if not worth:
        return Answer(question, "Nothing", "go on like this, once a month")
    most = max(worth, key=lambda group: len(group.photos))
    first = most.advice.split(". ")[0].rstrip(".")
    return Answer(question, first, f"for {len(most.photos)} of {counted(photos, 'photo')}", leads_on=True)
