import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb
from hairdensity.flags import FLAGS
from hairdensity.region import Region, border_share, drawn_region, find_region

SHAPE = (240, 320)


def head(centre: tuple[int, int] = (160, 120), axes: tuple[int, int] = (110, 100)) -> tuple[Rgb, Mask]:
    """Draw a skin-coloured ellipse with hair along its rim on a blue wall."""
    random = np.random.default_rng(0)
    mask = np.zeros(SHAPE, np.uint8)
    cv2.ellipse(mask, (centre, (2 * axes[0], 2 * axes[1]), 0), 1, -1)
    picture = np.full((*SHAPE, 3), (70, 100, 160), np.uint8)
    picture[mask > 0] = (205, 165, 145)
    rim = (mask > 0) & ~imaging.erode(mask > 0, 22)
    picture[rim] = (60, 45, 35)
    grain = imaging.blur(random.normal(0, 18, picture.shape).astype(np.float32), 1.0)
    return np.clip(picture + grain, 0, 255).astype(np.uint8), mask > 0


def iou(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


class TestDrawn:
    def test_the_region_is_the_union_of_the_outlines(self) -> None:
        region = drawn_region(
            [((10, 10), (29, 10), (29, 29), (10, 29)), ((20, 20), (39, 20), (39, 39), (20, 39))], (60, 60)
        )
        wanted = np.zeros((60, 60), np.bool_)
        wanted[10:30, 10:30] = True
        wanted[20:40, 20:40] = True
        np.testing.assert_array_equal(region.mask, wanted)
        assert region.source == "drawn"
        assert region.flags == ()

    def test_outlines_outside_the_picture_show_no_scalp(self) -> None:
        assert drawn_region([((100, 100), (120, 100), (120, 120))], (60, 60)).flags == ("no_scalp",)

    def test_outlines_may_reach_over_the_border(self) -> None:
        region = drawn_region([((-20, -20), (29.6, -20), (29.6, 80), (-20, 80))], (60, 60))
        assert region.mask[:, :31].all()
        assert not region.mask[:, 31:].any()


class TestFound:
    def test_a_macro_photo_is_region_all_over(self) -> None:
        region = find_region(head()[0], "macro")
        assert region.source == "whole"
        assert region.mask.all()
        assert region.flags == ()

    def test_a_head_on_a_plain_wall(self) -> None:
        picture, mask = head()
        region = find_region(picture, "vertex")
        assert region.source == "found"
        assert iou(region.mask, mask) > 0.85
        assert "no_scalp" not in region.flags
        assert "region_cut" not in region.flags

    def test_the_same_picture_gives_the_same_region(self) -> None:
        picture, _ = head()
        np.testing.assert_array_equal(find_region(picture, "top").mask, find_region(picture, "top").mask)

    def test_size_does_not_matter(self) -> None:
        picture, _ = head()
        large = find_region(imaging.resize(picture, (960, 1280)), "top").mask
        assert iou(imaging.resize_mask(large, SHAPE), find_region(picture, "top").mask) > 0.93

    def test_a_head_that_fills_more_than_the_frame_is_cut(self) -> None:
        assert "region_cut" in find_region(head(axes=(260, 200))[0], "top").flags

    @pytest.mark.parametrize("value", [0, 128, 255])
    @pytest.mark.parametrize("shape", [(1, 1), (1, 400), (30, 31), (200, 200)])
    def test_flat_pictures_are_never_sure(self, shape: tuple[int, int], value: int) -> None:
        region = find_region(np.full((*shape, 3), value, np.uint8), "top")
        assert region.mask.shape == shape
        assert {"no_scalp", "region_unsure"} & set(region.flags)

    @settings(max_examples=20, deadline=None)
    @given(rows=st.integers(1, 60), columns=st.integers(1, 60), seed=st.integers(0, 99))
    def test_any_picture_gets_a_region_and_known_flags(self, rows: int, columns: int, seed: int) -> None:
        picture = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3)).astype(np.uint8)
        region = find_region(picture, "top")
        assert isinstance(region, Region)
        assert region.mask.shape == (rows, columns)
        assert region.mask.dtype == np.bool_
        assert set(region.flags) <= set(FLAGS)


def test_border_share_is_the_part_of_the_outline_on_the_border() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[5:15, 5:15] = True
    assert border_share(mask) == 0
    mask = np.zeros((20, 30), np.bool_)
    mask[0:10, 5:15] = True
    assert border_share(mask) == pytest.approx(10 / 40)
    assert border_share(np.ones((4, 4), np.bool_)) == 1
    assert border_share(np.zeros((4, 4), np.bool_)) == 0
