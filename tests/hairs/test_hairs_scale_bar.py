"""The scale bar in the picture is read where it can be beyond doubt, and else not at all."""

import cv2
import numpy as np
import pytest

from hairdensity.arrays import Rgb
from hairdensity.hairs import read_scale_bar
from hairdensity.simulate.macro import Look, macro_photo
from hairdensity.simulate.spot import macro_spot


@pytest.fixture(scope="module")
def skin() -> Rgb:
    return macro_photo(macro_spot(1), Look(), 1).rgb


def with_bar(rgb: Rgb, text: str, length: int = 240, *, at: tuple[int, int] = (60, 690), tone: int = 0) -> Rgb:
    """Return the photo with a bar and its label on a box beside it, as microscopes write them."""
    picture, (x, y) = np.ascontiguousarray(rgb.copy()), at
    colour, ground = (tone,) * 3, (255 - tone,) * 3
    cv2.rectangle(picture, (x, y), (x + length - 1, y + 2), colour, -1)
    cv2.rectangle(picture, (x + length + 12, y - 26), (x + length + 190, y + 26), ground, -1)
    cv2.putText(picture, text, (x + length + 24, y + 12), cv2.FONT_HERSHEY_SIMPLEX, 1.0, colour, 2, cv2.LINE_AA)
    stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize(
    ("text", "mm"), [("1 mm", 1), ("1.0 mm", 1), ("0.5 mm", 0.5), ("2,5 mm", 2.5), ("500 um", 0.5), ("200um", 0.2)]
)
@pytest.mark.parametrize("tone", [0, 255])
def test_a_bar_that_says_its_length_is_read(skin: Rgb, text: str, mm: float, tone: int) -> None:
    bar = read_scale_bar(with_bar(skin, text, tone=tone))
    assert bar, bar
    assert bar.px_per_mm == pytest.approx(240 / mm, rel=0.01)
    assert bar.reason.startswith("scale bar in the picture: ")


@pytest.mark.parametrize("text", ["1 kg", "mm", "1 mm2", "0.0 mm", "x 70", "7 m", "468 um"])
def test_a_label_that_is_no_round_length_is_not_read(skin: Rgb, text: str) -> None:
    assert not read_scale_bar(with_bar(skin, text))


def test_hairs_are_no_bars(skin: Rgb) -> None:
    found = read_scale_bar(skin)
    assert not found
    assert not found.reason


def test_bars_that_do_not_agree_are_not_believed(skin: Rgb) -> None:
    twice = with_bar(with_bar(skin, "1 mm"), "1 mm", 300, at=(60, 90))
    found = read_scale_bar(twice)
    assert not found
    assert "do not agree" in found.reason


def test_a_bar_that_is_cut_by_a_line_of_its_own_grey_is_doubted(skin: Rgb) -> None:
    picture = with_bar(skin, "1 mm", at=(200, 690))
    cv2.rectangle(picture, (60, 680), (206, 702), (0, 0, 0), -1)
    found = read_scale_bar(picture)
    assert not found
    assert found.reason


def test_the_scale_follows_the_size_of_the_picture(skin: Rgb) -> None:
    small = with_bar(skin, "1.0 mm")
    large = np.asarray(cv2.resize(small, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8)
    found = read_scale_bar(large)
    assert found
    assert found.px_per_mm == pytest.approx(720, rel=0.01)
