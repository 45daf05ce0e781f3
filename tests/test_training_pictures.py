"""What training makes out of photos keeps the truth it is given: other hair, strands on skin, skin between hair."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))
repaint = pytest.importorskip("repaint")

SKIN, HAIR = (205, 160, 135), (40, 30, 25)


def half_head() -> np.ndarray:
    """Return a picture that is skin at the left and dense hair at the right."""
    picture = np.empty((64, 64, 3), np.uint8)
    picture[:, :32], picture[:, 32:] = SKIN, HAIR
    return picture


def tones() -> object:
    left = np.zeros((64, 64), np.bool_)
    left[:, :32] = True
    return repaint.tones_of(half_head(), left, ~left)


def test_tones_are_those_of_skin_and_hair() -> None:
    found = tones()
    np.testing.assert_allclose(found.skin, (np.array(SKIN) / 255) ** 2.2, rtol=1e-5)
    np.testing.assert_allclose(found.hair, (np.array(HAIR) / 255) ** 2.2, rtol=1e-5)


def test_no_tones_where_hair_is_no_darker_than_skin_or_not_known() -> None:
    left = np.zeros((64, 64), np.bool_)
    left[:, :32] = True
    assert repaint.tones_of(half_head(), ~left, left) is None
    assert repaint.tones_of(half_head(), left, np.zeros_like(left)) is None


@pytest.mark.parametrize("seed", range(6))
def test_only_hair_changes_its_colour(seed: int) -> None:
    changed = repaint.recolour(half_head(), tones(), np.random.default_rng(seed))
    assert np.abs(changed[:, :26].astype(int) - SKIN).max() <= 1
    target = changed[8:-8, 40:-8].reshape(-1, 3).mean(0)
    wanted = [np.array(tone) ** (1 / 2.2) for _, tone in repaint.HAIR_TONES]
    # In hue one of the list; brightness varies.
    angles = [target @ w / np.linalg.norm(target) / np.linalg.norm(w) for w in wanted]
    assert max(angles) > 0.997


def test_painted_strands_cover_what_their_alpha_says() -> None:
    rng = np.random.default_rng(1)
    bare = np.full((64, 64, 3), SKIN, np.uint8)
    none = np.zeros((64, 64), np.float32)
    np.testing.assert_array_equal(repaint.paint(bare, none, tones(), rng), bare)
    covered = repaint.paint(bare, np.ones_like(none), None, np.random.default_rng(2))
    assert np.ptp(covered.reshape(-1, 3), axis=0).max() <= 1


@pytest.mark.parametrize("seed", range(4))
def test_strands_are_shares_of_the_view(seed: int) -> None:
    alpha = repaint.strands(96, 120.0, np.random.default_rng(seed))
    assert alpha.shape == (96, 96)
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    again = repaint.strands(96, 120.0, np.random.default_rng(seed))
    np.testing.assert_array_equal(alpha, again)


def test_a_sketch_shows_its_truth() -> None:
    """Where the truth says hair, the picture differs from where it says bare skin."""
    sketch = pytest.importorskip("sketch")
    one, again = sketch.sketch(800_004, size=160), sketch.sketch(800_004, size=160)
    np.testing.assert_array_equal(one.rgb, again.rgb)
    assert one.rgb.shape[:2] == one.alpha.shape == one.region.shape
    assert 0 <= one.alpha.min() <= one.alpha.max() <= 1
    gray = one.rgb.mean(2)
    hair, skin = gray[one.region & (one.alpha > 0.7)], gray[one.region & (one.alpha < 0.1)]
    assert hair.size > 50
    assert skin.size > 50
    assert abs(np.median(hair) - np.median(skin)) > gray[one.region].std() / 2
    assert one.alpha[~one.region].mean() < 0.05


@pytest.mark.parametrize("seed", range(6))
def test_hair_thins_first_where_it_is_lightest_in_its_surroundings(seed: int) -> None:
    striped = np.full((64, 64, 3), HAIR, np.uint8)
    striped[:, ::6] = striped[:, 1::6] = (90, 75, 60)
    holes = repaint.gaps(striped, np.random.default_rng(seed))
    assert 0 <= holes.min() <= holes.max() <= 1
    light = np.arange(64) % 6 < 2
    assert holes[:, light].mean() >= holes[:, ~light].mean()
    if 0.05 < holes.mean() < 0.95:
        assert holes[:, light].mean() > holes[:, ~light].mean() + 0.1


def test_thinned_hair_shows_skin_as_far_as_its_holes_say() -> None:
    dense = np.full((64, 64, 3), HAIR, np.uint8)
    none = np.zeros((64, 64), np.float32)
    np.testing.assert_array_equal(repaint.thin(dense, none, tones(), np.random.default_rng(1)), dense)
    holed = none.copy()
    holed[:, 32:] = 1
    thinned = repaint.thin(dense, holed, tones(), np.random.default_rng(1))
    np.testing.assert_array_equal(thinned[:, :32], dense[:, :32])
    shown = (thinned[:, 40:].reshape(-1, 3).mean(0) / 255) ** 2.2
    skin = (np.array(SKIN) / 255) ** 2.2
    assert shown @ skin / np.linalg.norm(shown) / np.linalg.norm(skin) > 0.998
    assert shown.mean() > 0.3 * skin.mean()
