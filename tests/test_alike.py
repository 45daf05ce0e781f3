"""Hair that lies otherwise or has another colour, and hair of which there is only more or less."""

import cv2
import numpy as np
import pytest

from hairdensity.alike import (
    OTHER_BLUE,
    OTHER_LIGHTNESS,
    OTHER_STYLE_DEG,
    HairChange,
    Look,
    compared,
    hair_change,
    hair_flags,
)
from hairdensity.arrays import Matrix

SIDE = 360
SKIN, HAIR = (205, 160, 135), (70, 50, 40)
STILL = np.eye(3)


def look(
    degrees: float = 30.0, strands: int = 2600, colour: tuple[int, int, int] = HAIR, seed: int = 0, light: float = 1.0,
    reach: float = 20.0,
) -> Look:  # fmt: skip
    """Return a round patch of strands that are 40 px long and run one way, give or take 10 degrees."""
    rng = np.random.default_rng(seed)
    share = np.zeros((SIDE, SIDE), np.float32)
    picture = np.full((SIDE, SIDE, 3), SKIN, np.float32)
    for (x, y), turn, shade in zip(
        rng.uniform(30, SIDE - 30, (strands, 2)),
        rng.normal(degrees, 10, strands),
        rng.normal(1, 0.2, strands),
        strict=True,
    ):
        step = reach * np.cos(np.radians(turn)), reach * np.sin(np.radians(turn))
        ends = (round(x - step[0]), round(y - step[1])), (round(x + step[0]), round(y + step[1]))
        cv2.line(picture, *ends, tuple(shade * c for c in colour), 1, cv2.LINE_AA)
        cv2.line(share, *ends, 1.0, 1, cv2.LINE_AA)
    skin = np.hypot(*(np.mgrid[:SIDE, :SIDE] - SIDE / 2)) < 150
    fall = np.linspace(light, 1.0, SIDE)[:, None, None]
    return Look(np.clip(picture * fall + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8), share, skin)


def change(photo: Look, matrix: Matrix = STILL) -> HairChange:
    return hair_change(photo, compared(look()), matrix)


def test_a_photo_is_like_itself():
    found = change(look())
    assert found.turned_deg == pytest.approx(0.0, abs=0.1)
    assert (found.lighter, found.bluer) == (0.0, 0.0)


@pytest.mark.parametrize("turn", [20.0, 45.0, 90.0])
def test_combing_is_found_by_its_angle_and_nothing_else_is(turn: float):
    found = change(look(30 + turn, seed=1))
    assert found.turned_deg == pytest.approx(turn, abs=8)
    assert hair_flags(found) == ("other_style",)


@pytest.mark.parametrize(
    "photo",
    [look(seed=1), look(strands=2200, seed=1), look(strands=3000, seed=1), look(seed=1, light=0.5)],
    ids=["again", "less", "more", "side light"],
)
def test_less_hair_or_other_light_is_no_other_hair(photo: Look):
    assert hair_flags(change(photo)) == ()


@pytest.mark.parametrize(
    ("found", "flags"),
    [
        (HairChange(None, 0.0, 1.01 * OTHER_BLUE), ("other_colour",)),
        (HairChange(None, 0.0, -1.01 * OTHER_BLUE), ("other_colour",)),
        (HairChange(None, -1.01 * OTHER_LIGHTNESS, 0.0), ("other_colour",)),
        (HairChange(0.99 * OTHER_STYLE_DEG, 0.99 * OTHER_LIGHTNESS, -0.99 * OTHER_BLUE), ()),
        (HairChange(1.01 * OTHER_STYLE_DEG, None, None), ("other_style",)),
    ],
)
def test_a_change_counts_in_either_direction(found: HairChange, flags: tuple[str, ...]):
    assert hair_flags(found) == flags


@pytest.mark.parametrize("colour", [(150, 110, 50), (150, 125, 110)], ids=["blond", "lighter"])
def test_dye_is_found(colour: tuple[int, int, int]):
    assert hair_flags(change(look(colour=colour, seed=1))) == ("other_colour",)


def test_hair_cut_short_and_hair_grown_long_are_of_another_length():
    long, short = look(seed=1), look(strands=9000, seed=1, reach=5)
    assert "other_length" in hair_flags(hair_change(short, compared(long), STILL))
    assert "other_length" in hair_flags(hair_change(long, compared(short), STILL))


@pytest.mark.parametrize("dim", [1.0, 0.6])
def test_dark_gaps_between_locks_mean_wet_hair_and_darker_light_does_not(dim: float):
    dry = look(strands=9000)
    down, right = np.mgrid[:SIDE, :SIDE]
    across = down * np.cos(np.radians(30)) - right * np.sin(np.radians(30))
    gap = np.exp(-((np.mod(across, 16) - 8) ** 2) / 4) * (dry.share > 0.5)
    wet = Look((dim * dry.picture * (1 - 0.7 * gap[..., None])).astype(np.uint8), dry.share, dry.skin)
    assert "wet" in hair_flags(hair_change(wet, compared(dry), STILL))
    dark = Look((dim * dry.picture).astype(np.uint8), dry.share, dry.skin)
    assert "wet" not in hair_flags(hair_change(dark, compared(dry), STILL))
    assert "wet" not in hair_flags(hair_change(dry, compared(wet), STILL))


def test_a_turned_photo_is_laid_on_its_baseline_first():
    picture = look()
    turned = Look(*(np.ascontiguousarray(np.rot90(one)) for one in (picture.picture, picture.share, picture.skin)))
    back = np.array([[0.0, -1.0, SIDE - 1], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = change(turned, back)
    assert found.turned_deg == pytest.approx(0, abs=1)
    assert change(turned).turned_deg == pytest.approx(90, abs=8)


def test_without_hair_in_common_nothing_is_said():
    bare = Look(look().picture, np.zeros((SIDE, SIDE), np.float32), look().skin)
    assert change(bare) == HairChange()
    nowhere = Look(look().picture, look().share, np.zeros((SIDE, SIDE), np.bool_))
    assert change(nowhere) == HairChange()
    assert hair_flags(HairChange()) == ()
