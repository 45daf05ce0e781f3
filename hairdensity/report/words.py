"""The words and numbers that people read: verdicts, values with their units, dates; and text that is safe to show."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from hairdensity.spoken import BADGES, MONTHS, spoken_day

Tone = Literal["good", "mixed", "bad", "calm", "open"]

MINUS: Final = "−"
GAP: Final = "\u00a0"
"""Between a number and its unit, which no line break may part."""
_BIDI: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
"""Marks that turn the direction of text around: a file name can hide its true ending behind them."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value is, and how people read it.

    Parameters
    ----------
    name : str
        Such as "Coverage".
    unit : str
        Unit of the value as shown; "%" for shares.
    change_unit : str
        Unit of a difference; "points" for per cent.
    factor : float
        Shown value over stored value: 100 for shares.
    digits : int
        Decimal places shown.
    by_pairs : bool
        Whether it is followed hair by hair.
    """

    name: str
    unit: str
    change_unit: str
    factor: float = 1.0
    digits: int = 1
    by_pairs: bool = False

    def number(self, value: float) -> str:
        """Return the bare number, with a true minus sign."""
        return _fixed(value * self.factor, self.digits)

    def value(self, value: float) -> str:
        """Return "61.3 %"."""
        return f"{self.number(value)}{GAP}{self.unit}".rstrip()

    def interval(self, low: float, high: float) -> str:
        """Return "58.9 to 63.7"."""
        return f"{self.number(low)} to {self.number(high)}"

    def with_interval(self, value: float, low: float | None, high: float | None) -> str:
        """Return "61.3 % (58.9 to 63.7)"; without the interval where there is none."""
        if low is None or high is None:
            return self.value(value)
        return f"{self.value(value)} ({self.interval(low, high)})"

    def change(self, difference: float, signed: bool = True) -> str:
        """Return "+6.2 points"."""
        number = self.number(difference)
        sign = "+" if signed and not number.startswith(MINUS) and float(number) > 0 else ""
        return f"{sign}{number}{GAP}{self.change_unit}".rstrip()


COVERAGE: Final = Quantity("Coverage", "%", "points", 100.0, 1)
"""Share of the region that hair covers; stored 0..1, shown as per cent, its changes as points."""

CLOSE_UPS: Final[dict[str, Quantity]] = {
    "hairs_per_cm2": Quantity("Hairs per cm\u00b2", "per cm\u00b2", "per cm\u00b2", 1.0, 0, True),
    "thickness_um": Quantity("Hair thickness", "\u00b5m", "\u00b5m", 1.0, 1, True),
}
"""What macro photos are followed by beside coverage, by the column of the table."""


def quantity_of(view: str) -> Quantity:
    """Return what the values of a view are: of "macro:hairs_per_cm2" what its column holds, of any other coverage."""
    return CLOSE_UPS.get(view.rpartition(":")[2], COVERAGE) if ":" in view else COVERAGE


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict for people.

    Parameters
    ----------
    name : str
        The verdict as the program knows it.
    badge : str
        Two or three words.
    tone : {"good", "mixed", "bad", "calm", "open"}
        How the badge looks.
    sentence : str
        What it means, with places for {gain} and {kept}; both may be empty.
    """

    name: str
    badge: str
    tone: Tone
    sentence: str


_VERDICTS: Final = (
    VerdictWords("sustained", BADGES["sustained"], "good",
                 "{name} rose{gain}, and most of the gain stayed after treatment stopped{kept}."),
    VerdictWords("temporary", BADGES["temporary"], "mixed",
                 "{name} rose{gain}, and most of the gain was lost again after treatment stopped{kept}."),
    VerdictWords("on_treatment", BADGES["on_treatment"], "good",
                 "{name} rose{gain}. Treatment goes on, so whether the gain lasts cannot be known yet."),
    VerdictWords("declining", BADGES["declining"], "bad",
                 "{name} fell, by more than photos of an unchanged head differ from each other."),
    VerdictWords("no_change", BADGES["no_change"], "calm",
                 "{name} stayed the same, within what photos of an unchanged head differ from each other."),
    VerdictWords("cannot_tell", BADGES["cannot_tell"], "open",
                 "These photos do not yet show whether {lower} changed."),
)  # fmt: skip

VERDICTS: Final[dict[str, VerdictWords]] = {words.name: words for words in _VERDICTS}
NOTHING_MEASURED: Final = VerdictWords(
    "nothing_measured", "Nothing measured", "open", "None of these photos could be measured."
)

PAIR: Final[dict[str, VerdictWords]] = {
    words.name: words
    for words in (
        VerdictWords("more", "More hair", "good", "The photo after shows more hair: by {change}, more than noise."),
        VerdictWords("less", "Less hair", "bad", "The photo after shows less hair: by {change}, more than noise."),
        VerdictWords("alike", "No difference told", "calm", "The difference of {change} is within noise."),
        VerdictWords("blind", "Order hidden", "open", "Which of these two photos shows more hair, and by how much?"),
    )
}
"""What is said of two photos; {change} is their difference."""


def words_for(verdict: str) -> VerdictWords:
    """Return the words of a verdict; a name that is not known reads as `cannot_tell`."""
    return VERDICTS.get(verdict, VERDICTS["cannot_tell"])


def sentence_for(
    words: VerdictWords,
    quantity: Quantity,
    gain: tuple[float, float | None, float | None] | None,
    retained: tuple[float, float | None, float | None] | None,
) -> str:
    """Return the verdict in one sentence.

    Parameters
    ----------
    words : VerdictWords
        The verdict.
    quantity : Quantity
        What the gain is of.
    gain, retained : (value, low, high) or None
        What treatment added, and the share of it that is still there.
    """
    gain_text = ""
    if gain is not None:
        value, low, high = gain
        span = f" ({quantity.interval(low, high)})" if low is not None and high is not None else ""
        gain_text = f" by {quantity.change(value, signed=False)}{span} beyond the course without treatment"
    kept = f"; {percent(retained[0])} of it is left" if retained is not None else ""
    if words.name == "cannot_tell" and gain is not None:
        return f"{quantity.name} may have risen{gain_text}, but these photos do not settle it yet."
    return words.sentence.format(name=quantity.name, lower=quantity.name.lower(), gain=gain_text, kept=kept)


def sureness(words: VerdictWords, probability: Mapping[str, float]) -> str:
    """Return how sure the verdict is, in words; empty for a verdict that claims nothing."""
    share = probability.get(words.name)
    if share is None or words.tone == "open":
        return ""
    if share >= 0.995:
        return "How sure: more than 99 in 100."
    return f"How sure: about {max(1, round(share * 100))} in 100."


def percent(share: float, digits: int = 0) -> str:
    """Return "84 %"."""
    return f"{_fixed(share * 100, digits)}{GAP}%"


def day(value: date | None) -> str:
    """Return "1 March 2026"; "no date" for None."""
    return "no date" if value is None else spoken_day(value)


def short_day(value: date) -> str:
    """Return "1 Mar 2026"."""
    return f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


def clean(text: object) -> str:
    """Return text that can be shown on one line: no control characters, no half characters, no turned direction."""
    out = []
    for character in str(text):
        if character in "\n\r\t":
            out.append(" ")
        elif character in _BIDI or unicodedata.category(character) in ("Cc", "Cs", "Cn") or character in "\u2028\u2029":
            out.append("\ufffd")
        else:
            out.append(character)
    return "".join(out).strip()


def joined(parts: tuple[str, ...] | list[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)
