"""Named: what the names of folders and files say of a photo: day, view and person."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from hairdensity.views import DEFAULT_SUBJECT, DEFAULT_VIEW, WORD, view_in

# Digits that are no part of a longer number; a year that a photo can have been taken in.
_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
# Dots mean that the day comes first, as `parse_date` has it.
_DOTTED: Final = re.compile(r"(?<![\d.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.((?:19|20)\d\d)(?!\d)")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_YEAR_MONTH: Final = re.compile(r"(?:19|20)\d\d[-_. ](?:0[1-9]|1[0-2])")
_MONTH: Final = re.compile(r"0[1-9]|1[0-2]")


def date_in(text: str) -> date | None:
    """Return the first plausible day that stands in a name, or None.

    Examples
    --------
    >>> date_in("IMG_20260301_091500.jpg")
    datetime.date(2026, 3, 1)
    >>> date_in("Foto 1.3.2026.jpg")
    datetime.date(2026, 3, 1)
    >>> date_in("1234567890123.jpg") is None
    True
    """
    parts = [(match[1], match[3], match[4]) for match in _DATE.finditer(text)]
    parts += [(match[3], match[2], match[1]) for match in _DOTTED.finditer(text)]
    for year, month, day_of_month in parts:
        try:
            day = date(int(year), int(month), int(day_of_month))
        except ValueError:
            continue
        if day.year >= 1990:
            return day
    return None


def with_other_day(path: str, day: date) -> str:
    """Return a path in which another day, and in folders another month, stands wherever it has one.

    Examples
    --------
    >>> with_other_day("2026-03/IMG_20260301_091500.jpg", date(2027, 10, 4))
    '2027-10/IMG_20271004_091500.jpg'
    """

    def other(match: re.Match[str]) -> str:
        if date_in(match[0]) is None:
            return match[0]
        return day.strftime("%d.%m.%Y" if match.re is _DOTTED else f"%Y{match[2]}%m{match[2]}%d")

    *folders, file = path.split("/")
    months = [f"{day:%Y}{part[4]}{day:%m}" if _YEAR_MONTH.fullmatch(part) else part for part in folders]
    return "/".join(_DOTTED.sub(other, _DATE.sub(other, part)) for part in (*months, file))


def times_further_out(days: Mapping[str, date | None]) -> frozenset[str]:
    """Return which of "year" and "month" folders stand for that are not the innermost: what the photos in them say.

    Parameters
    ----------
    days : mapping
        Of each photo, by its path below the photo folder: when it was taken; None where that is not known.
    """
    votes = {"year": 0, "month": 0}
    for name, day in days.items():
        plain = _undated_folders(name)
        for time in _times(plain):
            if day and time.end < len(plain):
                votes[time.kind] += 1 if f"{day:%Y%m}".startswith(time.digits) else -1
    # No study numbers its people 2026-03, but one may well come to number 2026.
    return frozenset(kind for kind, count in votes.items() if count > 0 or (count == 0 and kind == "month"))


def subject_and_view(name: str, times: frozenset[str]) -> tuple[str, str]:
    """Return whose head a photo shows and from where, by the names of its folders and its own.

    Parameters
    ----------
    name : str
        Path below the photo folder, with /.
    times : frozenset of str
        From `times_further_out`.
    """
    plain = _without_times(_undated_folders(name), times)
    return _subject(name, plain), _view(name, plain)


def _view(name: str, plain: list[str]) -> str:
    """Return the view: a known word in a folder, else in the file's name, else the folder's own word."""
    for part in reversed(plain):
        if view := view_in(part):
            return view
    if view := view_in(PurePosixPath(name).stem):
        return view
    return plain[-1].strip().lower() if plain else DEFAULT_VIEW


def _subject(name: str, plain: list[str]) -> str:
    """Return the subject: the first folder, where the view does not need it."""
    if len(plain) >= 2:
        return plain[0]
    if len(plain) == 1 and not view_in(plain[0]) and view_in(PurePosixPath(name).stem):
        return plain[0]
    return DEFAULT_SUBJECT


def _undated_folders(name: str) -> list[str]:
    """Return the folders that a photo lies in, less those that are a day and nothing else."""
    return [part for part in PurePosixPath(name).parts[:-1] if date_in(part) is None or WORD.search(part)]


@dataclass(frozen=True, slots=True)
class _Time:
    """Folders, from one to before another, that may stand for a year or a month: 2026, 2026-03, 2026/03."""

    begin: int
    end: int
    digits: str

    @property
    def kind(self) -> str:
        return "month" if len(self.digits) == 6 else "year"


def _times(plain: list[str]) -> Iterator[_Time]:
    at = 0
    while at < len(plain):
        two = at + 1 < len(plain) and _YEAR.fullmatch(plain[at]) and _MONTH.fullmatch(plain[at + 1])
        end = at + (2 if two else 1)
        if two or _YEAR.fullmatch(plain[at]) or _YEAR_MONTH.fullmatch(plain[at]):
            yield _Time(at, end, "".join(filter(str.isdigit, "".join(plain[at:end]))))
        at = end


def _without_times(plain: list[str], further_out: frozenset[str]) -> list[str]:
    """Return the folders without those that sort photos by year or month; the innermost always does."""
    sorts = [time for time in _times(plain) if time.end == len(plain) or time.kind in further_out]
    return [part for at, part in enumerate(plain) if not any(time.begin <= at < time.end for time in sorts)]
