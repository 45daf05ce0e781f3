"""Everything that the page says, as plain frozen values: what is drawn from them needs no photo and no table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hairdensity.columns import Row
from hairdensity.flags import Severity
from hairdensity.report.course import Course, Lane
from hairdensity.report.needs import ProgressLike
from hairdensity.report.shots import LoadFrame, LoadShown, LoadThumb, Shown, SpotMap, Thumb
from hairdensity.report.words import COVERAGE, Quantity, VerdictWords


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
        Gives pictures when they are needed; called only for those that the page shows.
    quantity : Quantity
        What the values are; coverage by default.
    load_shown : callable or None
        Gives the same pictures ready for the page, where someone keeps them; else they are made from `load_frame`.
    load_thumb : callable or None
        Gives small pictures of photos that were left out.
    zone_rows : sequence of Row
        The rows of zones.csv of this subject and view.
    spot : SpotMap or None
        Macro photos: what became of each hair from the first session to the last.
    """

    progress: ProgressLike
    rows: Sequence[Row]
    load_frame: LoadFrame | None = None
    quantity: Quantity = COVERAGE
    load_shown: LoadShown | None = None
    load_thumb: LoadThumb | None = None
    zone_rows: Sequence[Row] = ()
    spot: SpotMap | None = None


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
    number : float or None
        The session's value as it is stored.
    shown : Shown
        The picture.
    """

    label: str
    photo: str
    date: date | None
    value: str
    number: float | None
    shown: Shown


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
    topic : str
        The picture of the guide that helps; may be empty.
    thumbs : tuple of Thumb
        Small pictures of some of the photos.
    """

    meaning: str
    advice: str
    severity: Severity
    photos: tuple[str, ...]
    topic: str = ""
    thumbs: tuple[Thumb, ...] = ()


@dataclass(frozen=True, slots=True)
class Undated:
    """A measured photo that is part of no session: its name, and its date and value in words."""

    photo: str
    value: str


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """How one part of the region changed from the first to the last session, in words.

    Parameters
    ----------
    name : str
        Which part, as seen in the first photo.
    first, last, change : str
        Values and their difference.
    within_noise : bool
        Whether photos of an unchanged head differ as much.
    """

    name: str
    first: str
    last: str
    change: str
    within_noise: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one question: the answer in a word or two, and the figure behind it.

    Parameters
    ----------
    question, short, more : str
        As they are read; `more` may be empty.
    leads_on : bool
        Whether the section about the photos says more.
    """

    question: str
    short: str
    more: str
    leads_on: bool = False


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
    answers : tuple of Answer
        The questions that a person has first.
    figures : tuple of (str, str)
        The few numbers that stand at the top: label, value.
    course : Course
        Points, fitted course, treatments; a chart is drawn from two points on.
    pictures : tuple of Picture
        A picture a session, by date; of a long course some are left out, never the first, the last or the fullest.
    changes : tuple of ChangeMap
        Where it changed from the first to the last session, and to the one with the most hair.
    left_out, remarks : tuple of PhotoGroup
        Photos without a number, and photos to do better next time.
    undated : tuple of Undated
        Measured photos without a date, or dated in the future.
    numbers : tuple of (str, str)
        All numbers of the verdict: label, value.
    zones : tuple of ZoneLine
        How parts of the region changed.
    zones_note : str
        Where these parts come from.
    undated_note : str
        Why these are part of no session, and what to do.
    undated_thumbs : tuple of Thumb
        Small pictures of photos in `undated` that have no large one.
    patch_threshold : float or None
        Differences of a patch below this are noise, 0..1; None where it is not known.
    spot : SpotMap or None
        Macro photos: what became of each hair.
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
    zones: tuple[ZoneLine, ...] = ()
    zones_note: str = ""
    undated_note: str = ""
    undated_thumbs: tuple[Thumb, ...] = ()
    patch_threshold: float | None = None
    spot: SpotMap | None = None
    answers: tuple[Answer, ...] = ()


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
class PersonLine:
    """One subject and view on a page that leads to a page for each person.

    Parameters
    ----------
    name, view : str
        Whose, and where the camera looked.
    link : str
        The person's page, as a link from this one.
    verdict : VerdictWords
        The badge.
    course : Course
        Its sessions.
    """

    name: str
    view: str
    link: str
    verdict: VerdictWords
    course: Course


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
    people : tuple of PersonLine
        Those who have a page of their own, where there are too many for one page.
    pair : bool
        Whether the page is of two photos only, without a course or treatments.
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
    people: tuple[PersonLine, ...] = ()
    pair: bool = False
