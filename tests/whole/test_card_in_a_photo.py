"""A scale card in the photo: the table is in millimetres, and the card is no scalp."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scenes import head, save

from hairdensity.card.layout import draw
from hairdensity.recipe import observe
from hairdensity.settings import Settings

PX_PER_MM = 5.0
SETTINGS = Settings(segmenter="classical", work_px=1280)


def photo_with_card(path: Path, left: int, top: int) -> np.ndarray:
    """Write a head of 1440 x 1680 pixels with a card on it; return where the card lies."""
    picture = cv2.resize(head(), (1440, 1680), interpolation=cv2.INTER_CUBIC)
    card = draw(PX_PER_MM)
    box = np.s_[top : top + card.shape[0], left : left + card.shape[1]]
    picture[box] = card
    save(picture, path)
    inside = np.zeros(picture.shape[:2], np.bool_)
    inside[box] = True
    return inside


@pytest.mark.parametrize("place", [(20, 20), (500, 700)], ids=["beside the head", "on the hair"])
def test_scale_is_read_and_the_card_is_left_out(tmp_path: Path, place: tuple[int, int]):
    card = photo_with_card(tmp_path / "a.jpg", *place)
    seen = observe(tmp_path / "a.jpg", "vertex", (), SETTINGS)
    assert seen.status == "measured"
    assert seen.px_per_mm == pytest.approx(PX_PER_MM, rel=0.01)
    assert seen.seen is not None
    rows, columns = seen.seen.region.mask.shape
    # With what lies 1.4 mm beside it: its shadow.
    card = cv2.dilate(card.astype(np.uint8), np.ones((15, 15), np.uint8))
    small = cv2.resize(card.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA) > 0.5
    assert not (seen.seen.region.mask & small).any()
    assert seen.seen.region.mask.mean() > 0.2


def test_what_the_user_says_comes_first_and_a_wrong_print_is_allowed_for(tmp_path: Path):
    photo_with_card(tmp_path / "a.jpg", 20, 20)
    assert observe(tmp_path / "a.jpg", "vertex", (), SETTINGS, 7.0).px_per_mm == 7.0
    larger = SETTINGS.model_copy(update={"ruler_mm": 84.0})
    assert observe(tmp_path / "a.jpg", "vertex", (), larger).px_per_mm == pytest.approx(PX_PER_MM / 1.05, rel=0.01)


def test_without_a_card_no_scale(tmp_path: Path):
    save(head(), tmp_path / "a.jpg")
    assert observe(tmp_path / "a.jpg", "vertex", (), SETTINGS).px_per_mm is None
