"""What is on the card, in millimetres from its upper left corner, x to the right and y down.

A chessboard of 6 by 3 squares whose white squares hold a marker each (ChArUco), a row of grey and skin-tone patches
below it, and a ruler at the lower edge. The size is that of a bank card, so that it fits in a wallet.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Rgb

CARD_MM: Final = (85.6, 54.0)
"""Width and height: a bank card (ISO/IEC 7810 ID-1)."""
SQUARE_MM: Final = 12.0
BOARD: Final = (6, 3)
"""Squares across and down."""
BOARD_AT: Final = (6.8, 2.5)
"""Upper left corner of the board."""
MARKER_MM: Final = 9.0
"""Side of a marker with its black border; around it 1.5 mm of its square stay white."""
RULER_MM: Final = 80.0
"""Length of the printed ruler."""
RULER_AT: Final = (2.8, 51.5)
"""Left end of its line."""
BITS: Final = 5
"""A marker has 5 by 5 bits inside its border."""
CODES: Final = (
    0x17F1EB8, 0x16304E1, 0x0CECCF1, 0x094262F, 0x13CAE40, 0x175706A, 0x122152C, 0x0E4AFC7, 0x10F305E,
)  # fmt: skip
"""The markers' bits, row by row, 1 white. Drawn at random until all of them, each turned by quarters and seen in a
mirror, differ in at least 9 of 25 bits from all others: front cameras mirror what they see."""
APART: Final = 9
"""Bits in which any two differ."""

PATCH_MM: Final = (7.4, 7.0)
PATCH_AT: Final = (3.3, 40.3)
PATCH_STEP: Final = 7.95


@dataclass(frozen=True, slots=True)
class Patch:
    """One coloured square.

    Parameters
    ----------
    name : str
        What it is.
    rgb : tuple of int
        sRGB, 0..255.
    """

    name: str
    rgb: tuple[int, int, int]

    @property
    def neutral(self) -> bool:
        """Whether it is grey."""
        return len(set(self.rgb)) == 1


PATCHES: Final = (
    Patch("grey 1", (226, 226, 226)),
    Patch("grey 2", (190, 190, 190)),
    Patch("grey 3", (150, 150, 150)),
    Patch("grey 4", (106, 106, 106)),
    Patch("grey 5", (64, 64, 64)),
    Patch("skin 1", (244, 214, 196)),
    Patch("skin 2", (224, 184, 156)),
    Patch("skin 3", (190, 142, 110)),
    Patch("skin 4", (134, 92, 66)),
    Patch("skin 5", (74, 50, 38)),
)
"""Five greys from light to dark, five skins along the range of human skin in CIE L* and hue angle."""


def squares() -> list[tuple[int, int]]:
    """Return (column, row) of the white squares in the order of their markers."""
    across, down = BOARD
    return [(column, row) for row in range(down) for column in range(across) if (column + row) % 2 == 1]


def black_squares() -> list[tuple[float, float, float, float]]:
    """Return (x, y, width, height) in mm of all that is black on the board: squares, and the markers' bits."""
    across, down = BOARD
    boxes = [
        (BOARD_AT[0] + column * SQUARE_MM, BOARD_AT[1] + row * SQUARE_MM, SQUARE_MM, SQUARE_MM)
        for row in range(down) for column in range(across) if (column + row) % 2 == 0
    ]  # fmt: skip
    cell = MARKER_MM / (BITS + 2)
    for code, place in zip(CODES, squares(), strict=True):
        x, y = marker_corner(place)
        framed = np.zeros((BITS + 2, BITS + 2), np.uint8)
        framed[1:-1, 1:-1] = bits(code)
        for row in range(BITS + 2):
            column = 0
            while column < BITS + 2:
                end = column
                while end < BITS + 2 and not framed[row, end]:
                    end += 1
                if end > column:  # a run of black cells in one piece: renderers leave hairlines between boxes
                    boxes.append((x + column * cell, y + row * cell, (end - column) * cell, cell))
                column = end + 1
    return boxes


def bits(code: int) -> NDArray[np.uint8]:
    """Return a marker's bits, (5, 5) uint8, 1 white."""
    text = f"{code:0{BITS * BITS}b}"
    return np.array([int(digit) for digit in text], np.uint8).reshape(BITS, BITS)


def marker_corner(place: tuple[int, int]) -> tuple[float, float]:
    """Return the upper left corner of the marker in a white square."""
    inset = (SQUARE_MM - MARKER_MM) / 2
    return BOARD_AT[0] + place[0] * SQUARE_MM + inset, BOARD_AT[1] + place[1] * SQUARE_MM + inset


def marker_corners() -> NDArray[np.float64]:
    """Return (9, 4, 2): each marker's corners, clockwise from the upper left."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64) * MARKER_MM
    return np.array([np.array(marker_corner(place)) + square for place in squares()])


def chess_corners() -> NDArray[np.float64]:
    """Return (10, 2): where four squares of the board meet."""
    across, down = BOARD
    return np.array(
        [
            (BOARD_AT[0] + column * SQUARE_MM, BOARD_AT[1] + row * SQUARE_MM)
            for row in range(1, down) for column in range(1, across)
        ]
    )  # fmt: skip


def patch_boxes() -> list[tuple[float, float, float, float]]:
    """Return (x, y, width, height) in mm of each patch."""
    return [(PATCH_AT[0] + index * PATCH_STEP, PATCH_AT[1], *PATCH_MM) for index in range(len(PATCHES))]


def ruler_ticks() -> list[tuple[float, float]]:
    """Return (x, height) in mm of each tick; ticks stand on the ruler's line."""
    return [
        (RULER_AT[0] + step, 2.6 if step % 10 == 0 else 1.9 if step % 5 == 0 else 1.2)
        for step in range(round(RULER_MM) + 1)
    ]


def draw(px_per_mm: float) -> Rgb:
    """Return the card as a picture without its lettering: (rows, columns, 3) uint8 sRGB, ink and paper ideal."""
    fine = px_per_mm * 4
    shape = (round(CARD_MM[1] * fine), round(CARD_MM[0] * fine))
    card = np.full((*shape, 3), 255, np.uint8)

    def box(x: float, y: float, width: float, height: float, rgb: tuple[int, int, int]) -> None:
        card[round(y * fine) : round((y + height) * fine), round(x * fine) : round((x + width) * fine)] = rgb

    for black in black_squares():
        box(*black, (0, 0, 0))
    for patch, place in zip(PATCHES, patch_boxes(), strict=True):
        box(*place, patch.rgb)
    for x, height in ruler_ticks():
        box(x - 0.06, RULER_AT[1] - height, 0.12, height, (0, 0, 0))
    box(RULER_AT[0] - 0.06, RULER_AT[1] - 0.06, RULER_MM + 0.12, 0.12, (0, 0, 0))
    return imaging.resize(card, (round(CARD_MM[1] * px_per_mm), round(CARD_MM[0] * px_per_mm)))


def paper_boxes() -> list[tuple[float, float, float, float]]:
    """Return (x, y, width, height) in mm of places where the paper is bare, wide enough to survive a blurred photo."""
    width = CARD_MM[0]
    tall = BOARD[1] * SQUARE_MM / 3
    return [
        (x, BOARD_AT[1] + part * tall + 0.5, BOARD_AT[0] - 2.4, tall - 1.0)
        for part in range(3) for x in (1.2, width - BOARD_AT[0] + 1.2)
    ]  # fmt: skip
