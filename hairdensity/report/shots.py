"""Photos as the page shows them, and how they are asked for: only those that are shown are ever loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hairdensity.arrays import Mask, Rgb, Share


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
class Shown:
    """A frame encoded for the page.

    Parameters
    ----------
    jpeg : bytes
        The picture.
    hair : bytes
        PNG of the same size, transparent where there is no hair; empty where there is none to show.
    patch : bytes
        Small RGB PNG from which maps of change are made: red is the share of hair, smoothed; green is 255 inside the
        region and 0 outside. Empty where the frame has no region.
    width, height : int
        Size of the picture in pixels.
    """

    jpeg: bytes
    hair: bytes
    patch: bytes
    width: int
    height: int


LoadShown = Callable[[str, int, int], Shown | None]
"""Gives (photo, longer side in pixels, most bytes) as it stands on the page, kept from an earlier run where it is."""


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture of a photo that has no large one: its name in the table, a JPEG, and its size in pixels."""

    photo: str
    jpeg: bytes
    width: int
    height: int


LoadThumb = Callable[[str], Thumb | None]
"""Gives a small picture of a photo; None where its scalp was not found, so nothing is shown."""


@dataclass(frozen=True, slots=True)
class SpotMap:
    """What became of each hair of a macro photo.

    Parameters
    ----------
    label : str
        Which two photos.
    jpeg : bytes
        The later photo in grey, each hair in its colour; empty where the two could not be laid on each other.
    width, height : int
        Size of the picture in pixels.
    lines : tuple of (str, str)
        What happened (matched, thicker, thinner, new, lost) and how many hairs it happened to, in words.
    told : tuple of str
        The change and its interval, in sentences; why there is none where it was refused.
    """

    label: str
    jpeg: bytes
    width: int
    height: int
    lines: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
