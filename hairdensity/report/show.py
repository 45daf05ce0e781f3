"""Which pictures the page shows, and how large: so many sessions, so many bytes."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from hairdensity.columns import Row
from hairdensity.flags import FLAGS
from hairdensity.report.course import Point
from hairdensity.report.data import ChangeMap, Picture, SeriesInput
from hairdensity.report.pictures import change_map, encode_frame
from hairdensity.report.shots import Shown

ALL_BYTES: Final = 3_300_000
"""Most bytes of all pictures of the page together; in the page each takes a third more."""
MOST_PICTURES: Final = 240
"""On the whole page: of more sessions, some are left out of the filmstrips."""
SIZES: Final = ((4, 900), (10, 720), (26, 520), (60, 380), (120, 300))
"""(pictures on the page, longer side in pixels): many people still make one page that opens."""
LEAST_PX: Final = 220
CARD_SIZE: Final = (220, 14_000)
"""Longer side in pixels, and most bytes, of the picture of a series that was photographed once."""


def size_for(pictures: int) -> tuple[int, int]:
    """Return (longer side in pixels, most bytes) of each picture of a page with so many of them."""
    # By steps: one more session must not change all the pictures that are there already.
    most, longest = next((step for step in SIZES if pictures <= step[0]), (MOST_PICTURES, LEAST_PX))
    # The hair that is laid over a picture takes about a third of what the picture takes.
    return longest, min(300_000, round(0.72 * ALL_BYTES / most))


def pictures_each(sessions: Sequence[int]) -> int:
    """Return how many pictures each series may have, given how many sessions each has."""
    most = max(sessions, default=0)
    while most > 3 and sum(min(count, most) for count in sessions) > MOST_PICTURES:
        most -= 1
    return most


def pictures_of(
    one: SeriesInput, points: Sequence[Point], most: int, size: tuple[int, int]
) -> tuple[tuple[Picture, ...], tuple[ChangeMap, ...]]:
    """Return the pictures of a series and its maps of change, from the first session to the last and the fullest.

    Parameters
    ----------
    one : SeriesInput
        The series.
    points : sequence of Point
        Its sessions by date; empty where no photo has a date.
    most : int
        So many pictures at most, but never fewer than those of the first, the last and the fullest session.
    size : (int, int)
        Longer side in pixels, and most bytes of a picture.
    """
    if not points:
        rows = rows_outside(one)
        shown = _load(one, str(rows[0].get("photo") or ""), size) if rows else None
        if shown is None:
            return (), ()
        value = row_value(rows[0], one)
        return (Picture("Photo", str(rows[0]["photo"]), None, value, _number(rows[0].get("coverage")), shown),), ()
    pictures = []
    by_day = _measured_by_day(one)
    for index in _chosen(points, most):
        point = points[index]
        found = _session_picture(one, by_day.get(point.date.isoformat(), ()), size)
        if found is None:
            continue
        photo, shown = found
        value = one.quantity.with_interval(point.value, point.low, point.high)
        pictures.append(Picture(_label(index, len(points)), photo, point.date, value, point.value, shown))
    return tuple(pictures), _maps(one, points, pictures)


def photos_shown(one: SeriesInput, points: Sequence[Point], most: int) -> tuple[str, ...]:
    """Return the photos that `pictures_of` asks for, as long as there is a picture of each; parameters as there."""
    if not points:
        return tuple(str(row.get("photo") or "") for row in rows_outside(one)[:1])
    by_day = _measured_by_day(one)
    days = [by_day.get(points[index].date.isoformat(), ()) for index in _chosen(points, most)]
    return tuple(str(min(rows, key=_warnings).get("photo") or "") for rows in days if rows)


def rows_outside(one: SeriesInput) -> list[Row]:
    """Return the rows of measured photos that are part of no session: without a date, or dated in the future."""
    days = {session.date.isoformat() for session in one.progress.sessions}
    return [row for row in one.rows if row.get("status") == "measured" and row.get("date") not in days]


def row_value(row: Row, one: SeriesInput) -> str:
    """Return the value of one photo with its interval, in words; empty where it has none."""
    value, low, high = (_number(row.get(name)) for name in ("coverage", "coverage_low", "coverage_high"))
    return "" if value is None else one.quantity.with_interval(value, low, high)


def card_picture(one: SeriesInput, when: date | None, value: str) -> Picture | None:
    """Return the small picture of a series that was photographed once."""
    size = CARD_SIZE
    if when is not None:
        found = _session_picture(one, _measured_by_day(one).get(when.isoformat(), ()), size)
        return Picture("", found[0], when, value, None, found[1]) if found else None
    rows = rows_outside(one)
    shown = _load(one, str(rows[0].get("photo") or ""), size) if rows else None
    return Picture("", str(rows[0]["photo"]), None, value, None, shown) if shown else None


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, (int, float)) else None


def _label(index: int, count: int) -> str:
    if count == 1:
        return "Session"
    return {0: "First session", count - 1: "Last session"}.get(index, f"Session {index + 1}")


def _chosen(points: Sequence[Point], most: int) -> list[int]:
    """Return which sessions have a picture: the first, the last, the fullest, and others spread evenly."""
    count = len(points)
    if count <= most:
        return list(range(count))
    fullest = max(range(count), key=lambda index: points[index].value)
    # Every second, fourth, eighth: one more session must not choose others of those that are there already.
    step = 2
    while -(-count // step) + 2 > most and step < count:
        step *= 2
    return sorted({0, count - 1, fullest, *range(0, count, step)})


def _maps(one: SeriesInput, points: Sequence[Point], pictures: Sequence[Picture]) -> tuple[ChangeMap, ...]:
    noise = one.progress.smallest_detectable_change
    if noise is None or len(pictures) < 2:
        return ()
    fullest = max(points, key=lambda point: point.value).date
    wanted = [(pictures[-1], "First to last session")]
    wanted += [
        (picture, "First session to the one with the most hair")
        for picture in pictures[1:-1]
        if picture.date == fullest
    ]
    made = (change_map(pictures[0].shown, picture.shown, label=label, noise=noise) for picture, label in wanted)
    return tuple(found for found in made if found is not None)


def _measured_by_day(one: SeriesInput) -> dict[str, list[Row]]:
    by_day: dict[str, list[Row]] = {}
    for row in one.rows:
        if row.get("status") == "measured":
            by_day.setdefault(str(row.get("date") or ""), []).append(row)
    return by_day


def _session_picture(one: SeriesInput, rows: Sequence[Row], size: tuple[int, int]) -> tuple[str, Shown] | None:
    """Return the picture of a session: of its photo with the fewest warnings that there is a picture of."""
    for row in sorted(rows, key=_warnings):
        photo = str(row.get("photo") or "")
        if shown := _load(one, photo, size):
            return photo, shown
    return None


def _load(one: SeriesInput, photo: str, size: tuple[int, int]) -> Shown | None:
    if one.load_shown:
        return one.load_shown(photo, *size)
    frame = one.load_frame(photo) if one.load_frame and photo else None
    return None if frame is None else encode_frame(frame, longest=size[0], most_bytes=size[1])


def _warnings(row: Row) -> int:
    names = str(row.get("flags") or "").split(";")
    return sum(FLAGS[name].severity == "warn" for name in names if name in FLAGS)
