"""Written: what people wrote down about a photo or a day, and a picture does not show for certain."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from hairdensity.treatments import Event

GROWN_DAYS: Final = 42
"""After so many days (15 mm) a haircut no longer makes the difference."""
SAME_DAYS: Final = 14
"""Photos whose hair was cut at times ago that differ by less than this (5 mm) are alike in length."""
_WET: Final = re.compile(
    r"\b(wet|damp|moist|gel|wax|pomade|hair ?spray|mousse|oil(y|ed)?|fib(er|re)s?|concealer|nass|feucht)\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(not?|without|un|free of|kein(e|en)?|ohne|nicht)\b[^,;.]*", re.IGNORECASE)


def note_flags(notes: str) -> tuple[str, ...]:
    """Return the flags that the notes of a photo ask for.

    Examples
    --------
    >>> note_flags("still wet from the shower"), note_flags("dry, no gel")
    (('wet',), ())
    """
    return ("wet",) if _WET.search(_NOT.sub("", notes)) else ()


def length_flags(day: date | None, baseline: date | None, events: Iterable[Event]) -> tuple[str, ...]:
    """Return the flag of a photo whose hair was cut another time before it than that of its baseline.

    Parameters
    ----------
    day, baseline : date or None
        Days of the photo and of its baseline; without both nothing is known.
    events : iterable of Event
        What was written down; only haircuts count.
    """
    cuts = [event.date for event in events if event.kind == "haircut"]
    if day is None or baseline is None or not cuts:
        return ()
    grown, grown_then = (
        min([GROWN_DAYS, *((one - cut).days for cut in cuts if cut <= one)]) for one in (day, baseline)
    )
    return ("other_length",) if abs(grown - grown_then) > SAME_DAYS else ()
