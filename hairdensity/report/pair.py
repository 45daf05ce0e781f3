"""The page of two photos: before and after of the same skin, and whether they differ by more than noise."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hairdensity.columns import Row
from hairdensity.report.build import remarks
from hairdensity.report.course import Course
from hairdensity.report.data import Picture, ReportData, SeriesPage
from hairdensity.report.pictures import change_map, encode_frame, threshold_of
from hairdensity.report.shots import Frame, Shown
from hairdensity.report.words import COVERAGE, PAIR, clean

LONGEST: Final = 900


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two photos.

    Parameters
    ----------
    frame : Frame
        Its picture on the common skin.
    value, low, high : float
        Its coverage and the 95 % interval, 0..1.
    flags : tuple of str
        What is to be said of it.
    """

    frame: Frame
    value: float
    low: float
    high: float
    flags: tuple[str, ...]


def pair_page(before: Side, after: Side, noise: float, *, view: str, today: date | None = None) -> ReportData:
    """Return the page of two photos.

    Parameters
    ----------
    before, after : Side
        The photos.
    noise : float
        Difference that photos of an unchanged head exceed once in twenty times, 0..1.
    view : str
        Where the camera looked.
    today : date, optional
        Day it is made.
    """
    change = after.value - before.value
    words = PAIR["alike" if abs(change) < noise else "more" if change > 0 else "less"]
    sides = (("Before", before), ("After", after))
    pictures = tuple(
        Picture(
            label, side.frame.photo, side.frame.date, COVERAGE.with_interval(side.value, side.low, side.high),
            side.value, encode_frame(side.frame, longest=LONGEST),
        )
        for label, side in sides
    )  # fmt: skip
    found = change_map(pictures[0].shown, pictures[1].shown, label="Before to after", noise=noise)
    rows: list[Row] = [
        {"photo": side.frame.photo, "status": "measured", "flags": ";".join(side.flags)} for _, side in sides
    ]
    figures = [(label, COVERAGE.with_interval(side.value, side.low, side.high)) for label, side in sides]
    figures += [
        ("Difference", COVERAGE.change(change)),
        ("Smallest difference to be told from noise", COVERAGE.change(noise, signed=False)),
    ]
    section = SeriesPage(
        anchor="series-1",
        title=_title(view),
        verdict=words,
        sentence=words.sentence.format(change=COVERAGE.change(abs(change), signed=False)),
        reason="Two photos cannot say why they differ, nor whether it lasts: a series of sessions can.",
        sure="",
        figures=tuple(figures),
        course=_no_course(view, noise),
        pictures=pictures,
        changes=(found,) if found else (),
        left_out=(),
        remarks=remarks(rows),
        undated=(),
        numbers=(),
        patch_threshold=threshold_of(noise),
    )
    return ReportData("Two photos compared", today, 2, 2, (section,), pair=True)


def blind_page(first: Frame, second: Frame, *, view: str, seal: str) -> ReportData:
    """Return the page for a rater: two photos without date, name, value or map, in an order that is not told.

    Parameters
    ----------
    first, second : Frame
        The photos as A and B.
    view : str
        Where the camera looked.
    seal : str
        Digest of the key, so that the key cannot be changed afterwards.
    """
    pictures = tuple(
        Picture(f"Photo {letter}", "", None, "", None, _without_hair(frame))
        for letter, frame in (("A", first), ("B", second))
    )
    section = SeriesPage(
        anchor="series-1",
        title=_title(view),
        verdict=PAIR["blind"],
        sentence=PAIR["blind"].sentence,
        reason=f"Whether the key was changed since is told by its digest (SHA-256): {seal}",
        sure="",
        figures=(),
        course=_no_course(view, None),
        pictures=pictures,
        changes=(),
        left_out=(),
        remarks=(),
        undated=(),
        numbers=(),
    )
    return ReportData("Two photos to be rated", None, 2, 2, (section,), pair=True)


def _without_hair(frame: Frame) -> Shown:
    """Return the picture alone: what the program found would sway the rater."""
    return replace(encode_frame(frame, longest=LONGEST), hair=b"", patch=b"")


def _no_course(view: str, noise: float | None) -> Course:
    return Course("1", view, "", COVERAGE, (), noise=noise)


def _title(view: str) -> str:
    shown = clean(view)
    return shown[:1].upper() + shown[1:] or "Scalp"
