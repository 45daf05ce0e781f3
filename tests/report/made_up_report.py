"""A made-up series with drawn pictures: what the report is fed in its tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from hairdensity.flags import reason_for
from hairdensity.report import Frame, SeriesInput


@dataclass(frozen=True)
class Session:
    date: date
    value: float
    low: float
    high: float
    photos: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fitted:
    dates: tuple[date, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    untreated: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Verdict:
    subject: str = "1"
    view: str = "vertex"
    verdict: str = "temporary"
    probability: dict[str, float] = field(default_factory=lambda: {"temporary": 0.9, "no_change": 0.1})
    sessions: tuple[Session, ...] = ()
    course: Fitted | None = None
    reason: str = ""
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    retained: float | None = None
    retained_low: float | None = None
    retained_high: float | None = None
    smallest_detectable_change: float | None = 0.021


def frame(photo: str, when: date | None, share: float = 0.5, size: int = 200) -> Frame:
    """Return a noisy head with a round region; `share` of each pixel is hair."""
    rng = np.random.default_rng(len(photo))
    picture = rng.integers(60, 200, (size, size, 3)).astype(np.uint8)
    rows, columns = np.mgrid[:size, :size]
    region = np.hypot(rows - size / 2, columns - size / 2) < 0.4 * size
    return Frame(photo, when, picture, region, np.full((size, size), share, np.float32))


def row(photo: str, **cells: Any) -> dict[str, Any]:
    """Return one row of the table."""
    standard = {"photo": photo, "subject": "1", "view": "vertex", "date": None, "status": "measured", "reason": ""}
    return standard | {"flags": "", "coverage": 0.5, "coverage_low": 0.48, "coverage_high": 0.52} | cells


def rejected(photo: str, *flags: str) -> dict[str, Any]:
    """Return a row without a number, for these flags."""
    nothing = dict.fromkeys(("coverage", "coverage_low", "coverage_high"))
    return row(photo, status="rejected", flags=";".join(flags), reason=reason_for(flags), **nothing)


MakeSeries = Callable[..., SeriesInput]


def series_of(
    values: tuple[float, ...] = (0.50, 0.52, 0.58, 0.51),
    *,
    flags: dict[int, tuple[str, ...]] | None = None,
    more_rows: tuple[dict[str, Any], ...] = (),
    pictures: bool = True,
    fitted: bool = False,
    loaded: list[str] | None = None,
    **fields: Any,
) -> SeriesInput:
    """Return a series: `values` 5 weeks apart, further rows, fields of the verdict."""
    sessions, rows, by_photo = [], [], {}
    for number, value in enumerate(values):
        when = date(2025, 2, 3) + timedelta(weeks=5 * number)
        photo = f"vertex/IMG_{when:%Y%m%d}.jpg"
        names = (flags or {}).get(number, ())
        sessions.append(Session(when, value, value - 0.02, value + 0.03, (photo,), names))
        rows.append(row(photo, date=when.isoformat(), flags=";".join(names), coverage=value))
        by_photo[photo] = (when, value)
    course = None
    if fitted:
        mean = tuple(values)
        days = tuple(session.date for session in sessions)
        course = Fitted(days, mean, tuple(v - 0.01 for v in mean), tuple(v + 0.01 for v in mean), (0.5,) * len(mean))

    def load(photo: str) -> Frame | None:
        if loaded is not None:
            loaded.append(photo)
        when, value = by_photo.get(photo, (None, 0.5))
        return frame(photo, when, value)

    verdict = Verdict(sessions=tuple(sessions), course=course, **fields)
    return SeriesInput(verdict, [*rows, *more_rows], load if pictures else None)
