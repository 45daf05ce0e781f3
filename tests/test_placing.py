"""What is said of a photo that is laid on its baseline, and when its tone is listened to."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hairdensity import placing
from hairdensity.align import Alignment
from hairdensity.check import OTHER_BRIGHTNESS, OTHER_TURN_DEG, ScalpQuality
from hairdensity.find import FoundPhoto
from hairdensity.frames import UNREACHED, frame_of
from hairdensity.measure import Placed
from hairdensity.placing import Placement, as_baseline, place_on
from hairdensity.recipe import Observation, Seen
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation

SHAPE = (96, 128)
QUALITY = ScalpQuality(0.6, 0.5, 0.0, 0.0, 0.003, 0.1, 0.0, 0.1, ())


def photo(level: int = 120, quality: ScalpQuality = QUALITY) -> Observation:
    skin, flat = np.ones(SHAPE, np.bool_), np.full(SHAPE, 0.5, np.float32)
    picture = np.full((*SHAPE, 3), level, np.uint8)
    seen = Seen(picture, Region(skin, "found"), skin, Segmentation(flat, flat * 0), picture)
    return Observation("measured", "", (), str(level), SHAPE, quality, (), seen)


def lying(degrees: float = 0.0, shift: float = 0.0, method: str = "features") -> Alignment:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return Alignment(np.array([[cos, -sin, shift], [sin, cos, 0], [0, 0, 1.0]]), method, 1.0, 0.9, 40, 50, 30.0)


@pytest.fixture
def listened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows whenever tone is listened to."""
    heard: list[str] = []

    def steadied(placed: Placed, *_: object) -> Placed:
        heard.append("tone")
        return placed

    monkeypatch.setattr(placing, "_steadied", steadied)
    return heard


@pytest.mark.parametrize(
    ("brightness", "method", "heard"),
    [(0.5, "features", ["tone"]), (0.5 + 1.1 * OTHER_BRIGHTNESS, "features", []), (0.5, "outline", [])],
    ids=["alike", "other light", "roughly aligned"],
)
def test_tone_is_listened_to_only_where_it_can_tell(
    monkeypatch: pytest.MonkeyPatch, listened: list[str], brightness: float, method: str, heard: list[str]
):
    monkeypatch.setattr(placing, "align_prepared", lambda *_: lying(method=method))
    placement = place_on(photo(quality=replace(QUALITY, brightness=brightness)), as_baseline(photo()))
    assert listened == heard
    assert ("other_light" in placement.flags) == (brightness != 0.5)
    assert ("aligned_by_outline" in placement.flags) == (method == "outline")


@pytest.mark.parametrize("degrees", [0.9, -0.9, 1.1, -1.1])
def test_a_turned_head_is_said(monkeypatch: pytest.MonkeyPatch, listened: list[str], degrees: float):
    monkeypatch.setattr(placing, "align_prepared", lambda *_: lying(degrees * OTHER_TURN_DEG))
    assert ("other_pose" in place_on(photo(), as_baseline(photo())).flags) == (abs(degrees) > 1)
    assert listened == ["tone"]


def test_where_a_photo_does_not_reach_its_frame_is_grey_and_not_black():
    found = FoundPhoto("a.jpg", Path("a.jpg"), "1", "vertex", date(2026, 1, 1), "name", "", None)
    seen, skin = photo().seen, np.ones((48, 64), np.bool_)
    assert seen is not None
    flat = np.full(skin.shape, 0.5, np.float32)
    placement = Placement(lying(shift=40), Placed(flat, flat, skin, 1.0), ())
    frame = frame_of(found, seen, placement, skin, SHAPE, 128)
    assert frame is not None
    assert set(np.unique(frame.picture[:, :38])) == {UNREACHED}
    assert set(np.unique(frame.picture[:, 42:])) == {120}
