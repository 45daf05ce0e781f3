"""What tone tells of two photos of the same skin: light alone is no change, and hair that went is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_scalps import HAIRS, SKINS, place, scalp

from hairdensity import imaging
from hairdensity.arrays import Plane
from hairdensity.tone import FRAME_PX, PART, SEEN, Toned, steadied, tone_change

X, Y, SKIN = place()
SMALL = (FRAME_PX, FRAME_PX)
FRAME_SKIN = imaging.resize_mask(SKIN, SMALL)
THIN = np.asarray(np.clip(0.5 + 3 * X, 0, 1), np.float32)
"""Bare on the left, dense on the right, thin hair between."""


def toned(density: Plane, light: float | Plane = 1.0, hair: str = "black", seed: int = 0) -> Toned:
    rgb, share = scalp("tanned", hair, density, light, seed=seed)
    return Toned(imaging.resize(rgb, SMALL), imaging.resize(share, SMALL))


def change(later: Toned, base: Toned) -> float:
    found = tone_change(later, base, FRAME_SKIN)
    assert found is not None
    assert np.all(found[~FRAME_SKIN] == 0)
    return float(found[FRAME_SKIN].mean())


def test_a_photo_has_not_changed_against_itself():
    assert change(toned(THIN), toned(THIN)) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("hair", sorted(HAIRS))
@pytest.mark.parametrize("light", [0.7, 1.3, np.exp(0.5 * X - 0.3 * Y)], ids=["darker", "brighter", "from a side"])
def test_other_light_is_no_change(light: float | Plane, hair: str):
    assert change(toned(THIN, light, hair), toned(THIN, hair=hair)) == pytest.approx(0.0, abs=0.006)


def test_other_light_is_no_change_even_where_the_network_errs():
    base = toned(THIN)
    later = toned(THIN, 0.8)
    misread = Toned(later.picture, np.clip(later.share + 0.05 * later.share * (1 - later.share), 0, 1))
    assert change(misread, base) == pytest.approx(0.0, abs=0.006)


@pytest.mark.parametrize("light", [1.0, 0.75, np.exp(0.4 * Y)], ids=["the same", "darker", "from above"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_hair_that_went_or_came_is_seen_at_least_in_part(sign: int, light: float | Plane):
    moved = np.asarray(np.clip(THIN + sign * 0.6 * THIN * (1 - THIN), 0, 1), np.float32)
    base, later = toned(THIN), toned(moved, light)
    true = float((later.share - base.share)[FRAME_SKIN].mean())
    assert 0.4 < change(later, base) / true < 1.2


def test_a_plain_picture_has_not_changed():
    plain = Toned(np.full((*SMALL, 3), 120, np.uint8), np.full(SMALL, 0.3, np.float32))
    assert change(plain, plain) == 0.0
    assert change(Toned(np.zeros((*SMALL, 3), np.uint8), plain.share), plain) == pytest.approx(0.0, abs=1e-3)


def test_too_little_skin_says_nothing():
    little = np.zeros_like(FRAME_SKIN)
    assert tone_change(toned(THIN), toned(THIN), little) is None
    little[80:90, 80:90] = True
    assert tone_change(toned(THIN), toned(THIN), little) is None


def test_a_change_is_taken_in_part_from_tone_on_the_skin_alone():
    share, base = np.full((8, 8), 0.6, np.float32), np.full((8, 8), 0.5, np.float32)
    skin = np.zeros((8, 8), np.bool_)
    skin[2:6, 2:6] = True
    mixed = steadied(share, base, np.full((4, 4), -0.05, np.float32), skin)
    assert mixed[skin] == pytest.approx(0.5 + (1 - PART) * 0.1 + PART * -0.05 / SEEN)
    assert np.array_equal(mixed[~skin], share[~skin])


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1))
def test_a_share_stays_one(share: float, base: float, by_tone: float):
    planes = (np.full((4, 4), value, np.float32) for value in (share, base, by_tone))
    mixed = steadied(*planes, np.ones((4, 4), np.bool_))
    assert np.all((mixed >= 0) & (mixed <= 1))
    assert mixed.dtype == np.float32


def test_skins_are_told_from_hair_of_other_tones_only():
    # Brown hair on dark skin has hardly another tone: then little is said rather than something wrong.
    assert np.mean(SKINS["dark"]) / np.mean(HAIRS["brown"]) < 2
    rgb, share = scalp("dark", "brown", THIN)
    other, _ = scalp("dark", "brown", THIN, 0.7, seed=5)
    here, there = (Toned(imaging.resize(one, SMALL), imaging.resize(share, SMALL)) for one in (rgb, other))
    assert change(there, here) == pytest.approx(0.0, abs=0.03)
