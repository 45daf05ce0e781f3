"""Everything that the page says, as plain frozen values: what is drawn from them needs no photo and no table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hairdensity.arrays import Mask, Rgb, Share
from hairdensity.columns import Row
from hairdensity.flags import Severity
from hairdensity.report.needs import ProgressLike
from hairdensity.report.words import COVERAGE, Quantity, VerdictWords


@dataclass(frozen=True, slots=True)
class Frame:
    """One photo as the page shows it.

    All frames of one series have the same size, show the same skin in the same place, and are relit alike.

    Parameters
    ----------
    photo : str
        Its name in the table.
    date : date or None
        Day it was taken.
    picture : Rgb
        (rows, columns, 3) uint8: aligned to the baseline, cropped to the region with a small margin.
    region : Mask
        (rows, columns) bool: the measured region in that crop.
    share : Share
        (rows, columns) float32: share of each pixel that hair covers.
    """

    photo: str
    date: date | None
    picture: Rgb
    region: Mask
    share: Share


LoadFrame = Callable[[str], Frame | None]
"""Gives the frame of a photo by its name in the table; None where there is no picture to show."""


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """What `build_report` needs of one subject and view.

    Parameters
    ----------
    progress : ProgressLike
        The verdict and the sessions.
    rows : sequence of Row
        The rows of measurements.csv of this subject and view, also the unusable.
    load_frame : callable or None
        Gives pictures when they are needed; called only for the few that the page shows.
    quantity : Quantity
        What the values are; coverage by default.
    """

    progress: ProgressLike
    rows: Sequence[Row]
    load_frame: LoadFrame | None = None
    quantity: Quantity = COVERAGE


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo, encoded.

    Parameters
    ----------
    label : str
        Which session it is, such as "First session".
    photo : str
        Its name in the table.
    date : date or None
        Day it was taken.
    value : str
        The session's value with its interval, in words.
    jpeg : bytes
        The picture.
    hair : bytes
        PNG of the same size, transparent where there is no hair; empty where there is none to show.
    width, height : int
        Size of the picture in pixels.
    """

    label: str
    photo: str
    date: date | None
    value: str
    jpeg: bytes
    hair: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ChangeMap:
    """Where hair came and went between the first session and a later one.

    Parameters
    ----------
    label : str
        Which sessions, such as "First to last session".
    jpeg : bytes
        The scalp in grey, gains in blue and losses in orange.
    width, height : int
        Size of the picture in pixels.
    threshold : float
        Smaller differences are left grey, in the unit of coverage (0..1).
    gained, lost : float
        Share of the region's area with more and with less hair, beyond the threshold.
    """

    label: str
    jpeg: bytes
    width: int
    height: int
    threshold: float
    gained: float
    lost: float


@dataclass(frozen=True, slots=True)
class Point:
    """One session.

    Parameters
    ----------
    date : date
        The day.
    value, low, high : float
        The value and its 95 % interval.
    photos : int
        Photos that it was measured from.
    remarks : tuple of str
        What its photos were warned of, in words; a point with a warning is drawn hollow.
    warned : bool
        Whether any of its flags is a warning.
    """

    date: date
    value: float
    low: float
    high: float
    photos: int
    remarks: tuple[str, ...] = ()
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A fitted course: one value a date, all of the same length; `untreated` is empty where it is not known."""

    dates: tuple[date, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    untreated: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One treatment, or one kind of event, on the time axis.

    Parameters
    ----------
    name : str
        As the user wrote it.
    spans : tuple of (date, date or None)
        From, until; None: still going on.
    days : tuple of date
        Single sessions.
    is_event : bool
        A haircut or another camera: no treatment.
    """

    name: str
    spans: tuple[tuple[date, date | None], ...] = ()
    days: tuple[date, ...] = ()
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What a chart shows.

    Parameters
    ----------
    subject, view : str
        As in the table.
    title : str
        What the chart is called.
    quantity : Quantity
        What the values are.
    points : tuple of Point
        By date.
    band : Band or None
        The fitted course.
    lanes : tuple of Lane
        Treatments and events.
    noise : float or None
        Smallest detectable change, drawn around the first point.
    today : date or None
        How far treatment that still goes on is drawn; marked where a point lies beyond it.
    """

    subject: str
    view: str
    title: str
    quantity: Quantity
    points: tuple[Point, ...]
    band: Band | None = None
    lanes: tuple[Lane, ...] = ()
    noise: float | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class PhotoGroup:
    """Photos of which the same is to be said: left out for one reason, or warned of one flag.

    Parameters
    ----------
    meaning : str
        What was found, a phrase.
    advice : str
        What to do next time; may be empty.
    severity : {"note", "warn", "reject"}
        How much it matters.
    photos : tuple of str
        Names in the table.
    """

    meaning: str
    advice: str
    severity: Severity
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undated:
    """A measured photo that has no date: its name, and its value in words."""

    photo: str
    value: str


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """The section of one subject and view.

    Parameters
    ----------
    anchor : str
        Name of the section for links.
    title : str
        Heading.
    verdict : VerdictWords
        The badge.
    sentence : str
        The verdict in a sentence.
    reason : str
        Why, and what would settle it.
    sure : str
        How sure it is, in words; may be empty.
    figures : tuple of (str, str)
        The few numbers that stand at the top: label, value.
    course : Course
        Points, fitted course, treatments; a chart is drawn from two points on.
    pictures : tuple of Picture
        First session, last session, and the session with the most hair where it is another one.
    changes : tuple of ChangeMap
        Where it changed, a map for each later picture.
    left_out, remarks : tuple of PhotoGroup
        Photos without a number, and photos to do better next time.
    undated : tuple of Undated
        Measured photos without a date.
    numbers : tuple of (str, str)
        All numbers of the verdict: label, value.
    """

    anchor: str
    title: str
    verdict: VerdictWords
    sentence: str
    reason: str
    sure: str
    figures: tuple[tuple[str, str], ...]
    course: Course
    pictures: tuple[Picture, ...]
    changes: tuple[ChangeMap, ...]
    left_out: tuple[PhotoGroup, ...]
    remarks: tuple[PhotoGroup, ...]
    undated: tuple[Undated, ...]
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A subject and view with one session at most, on a page of many.

    Parameters
    ----------
    title : str
        Subject and view.
    date : date or None
        Day of the session.
    value : str
        The value with its interval in words; empty where nothing was measured.
    picture : Picture or None
        A small picture.
    remarks : tuple of str
        What its photo was warned of, or why it has no number.
    """

    title: str
    date: date | None
    value: str
    picture: Picture | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """The page.

    Parameters
    ----------
    title : str
        Heading of the page.
    made_on : date or None
        Day of the run.
    photos, measured : int
        Photos found, and photos with a number.
    series : tuple of SeriesPage
        A section each.
    cards : tuple of Card
        Series with one session at most, where the page has many of them.
    card_left_out, card_remarks : tuple of PhotoGroup
        As in `SeriesPage`, for all cards together.
    treatments : tuple of Lane
        Treatments and events.
    warnings : tuple of str
        What the run had to say beside the photos.
    run : tuple of (str, str)
        Versions and settings: what made these numbers.
    """

    title: str
    made_on: date | None
    photos: int
    measured: int
    series: tuple[SeriesPage, ...]
    cards: tuple[Card, ...] = ()
    card_left_out: tuple[PhotoGroup, ...] = ()
    card_remarks: tuple[PhotoGroup, ...] = ()
    treatments: tuple[Lane, ...] = ()
    warnings: tuple[str, ...] = ()
    run: tuple[tuple[str, str], ...] = ()
