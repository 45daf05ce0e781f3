"""The scale that a microscope's program wrote into the picture: a straight line, and beside it its length in words.

A line is believed only with a label that can be read beyond doubt, and only if all labelled lines of the picture agree:
a wrong scale would make every figure of the photo wrong, a missing one only leaves some out.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb

Gray = NDArray[np.int16]

LONGEST_SIDE: Final = 2600
"""Larger pictures are not searched at full size: their letters are larger too."""
LEAST_LENGTH: Final = 0.06
"""A bar is at least so long, as a share of the picture's width."""
MOST_THICK: Final = 0.008
"""A bar is at most so thick, as a share of the picture's height (but 3 pixels always do)."""
LEAST_STEP: Final = 22
"""Grey levels by which a bar differs from what is above and below it, all along."""
MOST_UNEVEN: Final = 9.0
"""Standard deviation of a bar's own grey along it: drawn lines are even, hairs are not."""
LETTER_PX: Final = (7, 90)
"""Heights of letters that are tried, pixels."""
MOST_GAP: Final = 0.9
"""Gap between letters of a label, the one before the unit included, as a share of their height."""
DIGITS_GAP: Final = 0.28
"""Largest gap between digits without a point."""
SURE: Final = 0.6
"""Correlation from which on a letter is the one of the alphabet."""
CLEARLY: Final = 0.05
"""By how much its correlation exceeds that with the next letter."""
AGREE: Final = 0.02
"""Bars of one picture agree within this share."""
STICK: Final = 0.45
STICK_FILLED: Final = 0.9
"""A letter so narrow with a column so full is a one: no other of the alphabet is, and fonts draw it in many ways."""
LETTERS: Final = "0123456789mnuµc"
GLYPH: Final = (24, 18)
"""Rows and columns in which letters are compared."""
_LENGTH: Final = re.compile(r"(\d{1,4}(?:[.,]\d{1,3})?)(mm|um|µm|cm|nm)")
_MM: Final = {"mm": 1.0, "um": 1e-3, "µm": 1e-3, "cm": 10.0, "nm": 1e-6}
ROUND: Final = frozenset(("1", "2", "25", "5"))
"""Significant digits of the lengths that instruments draw: any other is likelier misread."""
PLAUSIBLE: Final = (25.0, 5000.0)
"""Pixels a millimetre that a close-up of skin can have."""


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A scale bar that was read.

    Parameters
    ----------
    px_per_mm : float
        Scale of the picture.
    text : str
        Its label, as read.
    length_px : float
        Length of the bar.
    """

    px_per_mm: float
    text: str
    length_px: float

    @property
    def reason(self) -> str:
        """Where the scale comes from, for people."""
        return f"scale bar in the picture: {self.text} = {self.length_px:.0f} px"


@dataclass(frozen=True, slots=True)
class NoScaleBar:
    """No scale was read.

    Parameters
    ----------
    reason : str
        Why not, where there is a bar that could not be read or bars that do not agree; else empty.
    """

    reason: str = ""
    px_per_mm: None = None

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, pixels, and whether it is clear where it ends."""

    left: int
    right: int
    top: int
    bottom: int
    clear: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    left: int
    top: int
    right: int
    bottom: int
    glyph: Mask


def read_scale_bar(rgb: Rgb) -> ScaleBar | NoScaleBar:
    """Read the scale bar of a macro photo.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8, the upright photo at full size.

    Returns
    -------
    ScaleBar or NoScaleBar
        The second is falsy, and says why where something looked like a bar with a label.
    """
    shrunk = min(1.0, LONGEST_SIDE / max(rgb.shape[:2]))
    picture = imaging.shrink(rgb, LONGEST_SIDE) if shrunk < 1 else rgb
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.int16)
    found: list[ScaleBar] = []
    doubtful = False
    for line in _lines(gray):
        for letters in _words(gray, line):
            text = _read(letters)
            length = _LENGTH.fullmatch(text)
            if length:
                millimetres = float(length[1].replace(",", ".")) * _MM[length[2]]
                pixels = (line.right - line.left) / shrunk
                if not line.clear or length[1].replace(",", "").replace(".", "").strip("0") not in ROUND:
                    doubtful = True
                elif millimetres > 0 and PLAUSIBLE[0] <= pixels / millimetres <= PLAUSIBLE[1]:
                    found.append(ScaleBar(pixels / millimetres, f"{length[1]} {length[2]}", pixels))
            elif text.count("?") < len(text) - 2 and any(letter.isdigit() for letter in text) and text[-1:] == "m":
                doubtful = True
    if doubtful or not found:
        return NoScaleBar("a scale bar in the picture could not be read for certain" if doubtful else "")
    scales = [bar.px_per_mm for bar in found]
    if max(scales) > (1 + AGREE) * min(scales):
        return NoScaleBar("scale bars in the picture do not agree")
    return found[0]


def _lines(gray: Gray) -> Iterator[_Line]:
    """Yield straight level lines of even grey that differ from both sides all along."""
    rows, columns = gray.shape
    least = max(24, round(LEAST_LENGTH * columns))
    thick = max(3, round(MOST_THICK * rows))
    for sign in (1, -1):
        # Near by for thin lines, whose label may stand close; further off for thick ones.
        apart = np.maximum(_apart(gray, sign, 3), _apart(gray, sign, thick + 2))
        drawn = (apart > LEAST_STEP).astype(np.uint8)
        long = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
        count, _, boxes, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
        for left, top, wide, high, area in boxes[1:count].tolist():
            middle = gray[top + (high - 1) // 2]
            along = middle[left : left + wide]
            if high <= thick and area > 0.9 * wide * high and along[high : wide - high].std() < MOST_UNEVEN:
                start, end = _ends(np.abs(middle - np.median(along)) <= LEAST_STEP, left, left + wide)
                yield _Line(start, end, top, top + high, clear=end - start <= wide + 2 * 3 * thick)


def _apart(gray: Gray, sign: int, away: int) -> Gray:
    """Return by how much each pixel is darker (sign 1) or lighter (-1) than those so far above and below."""
    above = np.vstack([gray[:1].repeat(away, 0), gray[:-away]])
    below = np.vstack([gray[away:], gray[-1:].repeat(away, 0)])
    return np.asarray(np.minimum(sign * (above - gray), sign * (below - gray)), np.int16)


def _ends(like: Mask, left: int, right: int) -> tuple[int, int]:
    """Return the ends of a line, with what goes on in its grey, as where it meets another line."""
    before, after = like[:left][::-1], like[right:]
    return left - int(np.argmin([*before, False])), right + int(np.argmin([*after, False]))


def _words(gray: Gray, line: _Line) -> Iterator[list[_Letter]]:
    """Yield what may be a label, above, below or beside a line: its letters from left to right."""
    rows, columns = gray.shape
    length, reach = line.right - line.left, max(40, rows // 12)
    top, bottom = max(0, line.top - reach), min(rows, line.bottom + reach)
    left, right = max(0, line.left - length // 2), min(columns, line.right + max(length // 2, 3 * reach))
    part = gray[top:bottom, left:right].astype(np.uint8)
    for light in (True, False):
        shown = part if light else 255 - part
        # What is lighter than all around it within a stroke's width: letters, whatever they stand on.
        stroke = cv2.getStructuringElement(cv2.MORPH_RECT, (reach // 3 | 1, reach // 3 | 1))
        raised = cv2.morphologyEx(shown, cv2.MORPH_TOPHAT, stroke)
        for level in (130, 90, 60):
            yield from _rows_of_letters((raised > level).astype(np.uint8))


def _rows_of_letters(drawn: NDArray[np.uint8]) -> Iterator[list[_Letter]]:
    """Yield groups of parts that stand on one line like letters of a word with a number in front."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8)
    letters = [
        _Letter(x, y, x + wide, y + high, labels[y : y + high, x : x + wide] == number)
        for number, (x, y, wide, high, area) in enumerate(boxes[:count].tolist())
        if number and area >= 3 and high <= LETTER_PX[1] and wide <= 3 * LETTER_PX[1]
    ]
    letters.sort(key=lambda letter: letter.left)
    for first in letters:
        tall = first.bottom - first.top
        if tall < LETTER_PX[0] or first.right - first.left > tall:
            continue
        line = [
            other
            for other in letters
            if abs(other.bottom - first.bottom) <= max(2, 0.3 * tall) and other.bottom - other.top <= 1.35 * tall
        ]
        if any(-1 <= first.left - other.right <= MOST_GAP * tall for other in line):
            continue  # the middle of a word: "1.5 mm" is not "5 mm"
        word = [first]
        for other in line:
            if other is not first and -1 <= other.left - word[-1].right <= MOST_GAP * tall:
                word.append(other)
        if 3 <= len(word) <= 10:
            yield word


def _read(letters: list[_Letter]) -> str:
    """Return the text of a word; "?" for what is no letter of the alphabet beyond doubt."""
    tall = max(letter.bottom - letter.top for letter in letters[:1])
    base = letters[0].bottom
    text = [_letter(letter, tall, base) for letter in letters]
    for place in range(1, len(text)):
        gap = letters[place].left - letters[place - 1].right
        if text[place].isdigit() and text[place - 1].isdigit() and gap > DIGITS_GAP * tall:
            text[place] = "?"  # a point between them may have been missed
    return "".join(text)


def _letter(letter: _Letter, tall: int, base: int) -> str:
    high, wide = letter.bottom - letter.top, letter.right - letter.left
    if high <= 0.42 * tall and wide <= 0.35 * tall and letter.top >= base - 0.32 * tall:
        return "."  # or a comma
    if wide <= STICK * high and letter.glyph.mean(0).max() >= STICK_FILLED and abs(high / tall - 1) <= 0.1:
        return "1"
    shape, holes = _stretched(letter.glyph), _holes(letter.glyph)
    scores: dict[str, float] = {}
    for known in _alphabet():
        fits = abs(np.log((wide / high) / known.ratio)) < 0.5 and abs(high / tall - known.share) < 0.18
        if fits and known.holes == holes:
            scores[known.name] = max(scores.get(known.name, -1.0), float((shape * known.shape).mean()))
    best = sorted(scores, key=lambda name: -scores[name])[:2]
    if not best or scores[best[0]] < SURE or (len(best) > 1 and scores[best[0]] - scores[best[1]] < CLEARLY):
        return "?"
    return best[0]


@dataclass(frozen=True, slots=True)
class _Known:
    """A letter as a font draws it: width over height, height over that of a digit, number of holes, shape."""

    name: str
    ratio: float
    share: float
    holes: int
    shape: Plane


@cache
def _alphabet() -> tuple[_Known, ...]:
    made = []
    for draw in _fonts():
        digit = _cut(draw("8"))
        # OpenCV 5 draws a zero with a slash: an O as narrow as the other digits is what is written elsewhere.
        for name, drawn in (*((letter, letter) for letter in (*LETTERS, "mm")), ("0", "O")):
            glyph = _cut(draw(drawn))
            rows, columns = digit.shape if drawn == "O" else glyph.shape
            made.append(_Known(name, columns / rows, rows / digit.shape[0], _holes(glyph), _stretched(glyph)))
    return tuple(made)


def _fonts() -> Iterator[Callable[[str], NDArray[np.uint8]]]:
    """Yield functions that draw a text white on black: the outline font of OpenCV 5, before it stroke fonts."""
    if hasattr(cv2, "FontFace"):
        for weight in (250, 400, 700):
            yield partial(_outlined, weight=weight)
    else:
        for font in (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX):
            for weight in (3, 8):
                yield partial(_stroked, font=font, weight=weight)


def _stroked(text: str, font: int, weight: int) -> NDArray[np.uint8]:
    canvas = np.zeros((200, 420), np.uint8)
    drawn = cv2.putText(canvas, text.replace("µ", "u"), (30, 120), font, 3.0, (255,), weight, cv2.LINE_AA)
    return np.asarray(drawn, np.uint8)


def _outlined(text: str, weight: int) -> NDArray[np.uint8]:
    canvas = np.zeros((200, 420, 3), np.uint8)
    cv2.putText(canvas, text, (30, 120), (255, 255, 255), cv2.FontFace("sans"), 90, weight)
    return np.ascontiguousarray(canvas[:, :, 0])


def _cut(drawn: NDArray[np.uint8]) -> Mask:
    """Return what was drawn, without the empty margin."""
    inside = drawn > 127
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return np.asarray(inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.bool_)


def _holes(glyph: Mask) -> int:
    """Return how many parts of the ground a letter encloses: 8 two, 6 one, 5 none."""
    ground = np.pad(~glyph, 1, constant_values=True).astype(np.uint8)
    return int(cv2.connectedComponents(ground, connectivity=4)[0]) - 2


def _stretched(glyph: Mask) -> Plane:
    """Return a shape in `GLYPH` rows and columns, with mean 0 and standard deviation 1."""
    small = cv2.resize(glyph.astype(np.float32), GLYPH[::-1], interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 1.2)
    return np.asarray((soft - soft.mean()) / max(float(soft.std()), 1e-6), np.float32)
