"""The scalp by the network: the cleaning against known masks, then whole heads rendered with known outline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity.arrays import Mask
from hairdensity.masks import box_around, largest_part, longer_side, without_holes
from hairdensity.region_network import UNSURE_BELOW, cleaned, expected_iou, network_mask
from hairdensity.simulate import random_head, random_shot, render


def round_mask(rows: int, columns: int, x: float, y: float, radius: float) -> Mask:
    down, across = np.mgrid[0:rows, 0:columns]
    mask: Mask = np.hypot(across - x, down - y) <= radius
    return mask


def iou(a: Mask, b: Mask) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


class TestCleaning:
    def test_largest_part_is_kept_alone(self) -> None:
        large, small = round_mask(80, 100, 30, 40, 20), round_mask(80, 100, 85, 40, 8)
        np.testing.assert_array_equal(largest_part(large | small), large)

    def test_nothing_stays_nothing(self) -> None:
        assert not largest_part(np.zeros((5, 7), np.bool_)).any()
        assert not cleaned(np.zeros((5, 7), np.float32)).any()

    def test_holes_are_filled_and_bays_are_not(self) -> None:
        disc = round_mask(80, 80, 40, 40, 30)
        holed = disc & ~round_mask(80, 80, 40, 40, 10)
        np.testing.assert_array_equal(without_holes(holed), disc)
        bay = disc.copy()
        bay[38:42, :40] = False
        np.testing.assert_array_equal(without_holes(bay), bay)

    def test_a_full_mask_stays_full(self) -> None:
        assert without_holes(np.ones((6, 6), np.bool_)).all()

    def test_cleaned_outline_of_a_noisy_disc_is_the_disc(self) -> None:
        disc = round_mask(200, 200, 100, 100, 70)
        noisy = np.clip(0.1 + 0.8 * disc + np.random.default_rng(0).normal(0, 0.25, disc.shape), 0, 1)
        found = cleaned(noisy.astype(np.float32))
        assert iou(found, disc) > 0.97
        np.testing.assert_array_equal(found, without_holes(largest_part(found)))

    @settings(max_examples=30, deadline=None)
    @given(seed=st.integers(0, 2**32 - 1), level=st.floats(0.2, 0.8))
    def test_cleaned_is_one_piece_without_holes(self, seed: int, level: float) -> None:
        coarse = np.random.default_rng(seed).random((8, 8)) < level
        found = cleaned(np.kron(coarse, np.ones((8, 8))).astype(np.float32))
        np.testing.assert_array_equal(largest_part(found), found)
        np.testing.assert_array_equal(without_holes(found), found)


class TestBoxes:
    def test_box_holds_the_mask_and_its_margin(self) -> None:
        mask = np.zeros((100, 200), np.bool_)
        mask[40:60, 50:150] = True
        assert box_around(mask, 0.1) == (slice(30, 70), slice(40, 160))
        assert longer_side(mask) == 100

    def test_box_ends_at_the_picture(self) -> None:
        assert box_around(np.ones((10, 20), np.bool_), 0.5) == (slice(0, 10), slice(0, 20))

    def test_empty_mask_has_none(self) -> None:
        assert longer_side(np.zeros((4, 4), np.bool_)) == 0
        with pytest.raises(ValueError, match="empty"):
            box_around(np.zeros((4, 4), np.bool_), 0.1)


class TestExpectedIou:
    def test_certain_probabilities_give_the_true_iou(self) -> None:
        a, b = round_mask(100, 100, 45, 50, 30), round_mask(100, 100, 55, 50, 30)
        assert expected_iou(a.astype(np.float32), b) == pytest.approx(iou(a, b))

    def test_doubt_lowers_it(self) -> None:
        disc = round_mask(100, 100, 50, 50, 30)
        sure, unsure = np.where(disc, 0.99, 0.01), np.where(disc, 0.7, 0.1)
        assert expected_iou(unsure.astype(np.float32), disc) < expected_iou(sure.astype(np.float32), disc)


class TestWholePictures:
    @pytest.mark.slow
    def test_rendered_heads_are_found(self) -> None:
        found = []
        for seed in range(40, 46):
            made = render(random_head(seed), random_shot(seed, size=480, view="top"))
            mask, certainty = network_mask(made.rgb)
            assert mask.shape == made.region.shape
            assert 0 <= certainty <= 1
            found.append(iou(mask, made.region))
        assert np.mean(found) > 0.85, found

    def test_an_even_wall_has_no_sure_scalp(self) -> None:
        mask, certainty = network_mask(np.full((300, 400, 3), (70, 110, 190), np.uint8))
        assert not mask.any() or certainty < UNSURE_BELOW

    @settings(max_examples=6, deadline=None)
    @given(rows=st.integers(1, 150), columns=st.integers(1, 150), seed=st.integers(0, 1000))
    def test_any_picture_gets_a_mask_of_its_size(self, rows: int, columns: int, seed: int) -> None:
        rgb = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        mask, certainty = network_mask(rgb)
        assert mask.shape == (rows, columns)
        assert mask.dtype == np.bool_
        assert certainty == 0 if not mask.any() else 0 < certainty <= 1
