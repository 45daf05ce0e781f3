"""Spoken: days, numbers of things and verdicts as people say them, on the terminal and on the page alike."""

from datetime import date
from typing import Final

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
BADGES: Final = {
    "no_change": "No change seen",
    "temporary": "Temporary gain",
    "sustained": "Sustained gain",
    "on_treatment": "Gain on treatment",
    "declining": "Declining",
    "cannot_tell": "Cannot tell yet",
}
"""Two or three words for each verdict."""


def spoken_day(value: date) -> str:
    """Return "1 March 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return "1 photo", "3 photos"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
