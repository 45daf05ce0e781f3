import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity import imaging
from hairdensity.align import ITSELF, Alignment
from hairdensity.arrays import Mask, Share
from hairdensity.measure import Placed, common_skin, coverage, grid_matrix, grid_shape, place, shown_fraction
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation


def placed(share: Share, skin: Mask, residual: float = 0.0, unsure: float = 0.0) -> Placed:
    return Placed(share.astype(np.float32), np.full(share.shape, unsure, np.float32), skin, residual)


def square(size: int, low: int, high: int) -> Mask:
    mask = np.zeros((size, size), np.bool_)
    mask[low:high, low:high] = True
    return mask


def test_coverage_is_the_mean_share_over_the_skin():
    share = np.zeros((100, 100), np.float32)
    share[:, :50] = 1.0
    share[:, 50:60] = 0.5
    skin = square(100, 20, 80)
    result = coverage(placed(share, skin), skin, skin)
    assert result is not None
    assert result.value == pytest.approx((30 * 1 + 10 * 0.5) / 60)
    assert result.low <= result.value <= result.high
    assert result.region_fraction == 1.0


def test_even_hair_has_the_least_error_and_doubt_widens_it():
    skin = square(100, 20, 80)
    even = np.full((100, 100), 0.4, np.float32)
    sure = coverage(placed(even, skin), skin, skin)
    unsure = coverage(placed(even, skin, unsure=0.2), skin, skin)
    assert sure is not None
    assert unsure is not None
    assert sure.repeat_sd == pytest.approx(0.005)
    assert unsure.high - unsure.low > 5 * (sure.high - sure.low)
    # Most of what is doubted is misread alike in every photo of a head.
    assert 2 * sure.repeat_sd < unsure.repeat_sd < (unsure.high - unsure.low) / 8


def test_a_worse_alignment_gives_a_wider_interval_on_uneven_hair():
    skin = square(100, 20, 80)
    ramp = np.tile(np.linspace(0, 1, 100, dtype=np.float32), (100, 1))
    widths = []
    for residual in (0.0, 3.0, 9.0):
        result = coverage(placed(ramp, skin, residual), skin, skin)
        assert result is not None
        widths.append(result.high - result.low)
    assert widths[0] < widths[1] < widths[2]


def test_skin_that_one_photo_lacks_is_left_out_of_all():
    base = square(200, 20, 180)
    cut = base.copy()
    cut[150:, :] = False  # shows 81 %
    common = common_skin(base, [base, cut])
    assert (common == cut).all()


def test_one_badly_framed_photo_does_not_shrink_the_region():
    base = square(200, 20, 180)
    half = base.copy()
    half[100:, :] = False
    assert shown_fraction(half, base) == pytest.approx(0.5)
    assert (common_skin(base, [base, half]) == base).all()


def laid(mask: Mask, move: tuple[float, float] = (0, 0)) -> Placed:
    """Return a photo, all hair, whose region is `mask`, laid on its baseline with a shift."""
    matrix = np.array([[1, 0, move[0]], [0, 1, move[1]], [0, 0, 1.0]])
    hair = Segmentation(np.ones(mask.shape, np.float32), np.zeros(mask.shape, np.float32))
    return place(hair, Region(mask, "found"), Alignment(matrix, "features", 0.5, 1.0, 100), (200, 200), drawn=False)


def test_two_readings_of_one_outline_are_measured_on_the_same_skin():
    base = square(200, 20, 180)
    nearly = laid(square(200, 22, 178))
    assert (common_skin(base, [nearly.skin]) == base).all()
    result = coverage(nearly, base, base)
    assert result is not None
    assert result.region_fraction == 1.0


def test_what_lies_beyond_the_frame_is_not_shown():
    moved = laid(square(200, 0, 160), move=(20, 0))
    assert not moved.skin[:, :20].any()
    result = coverage(moved, square(200, 10, 150), square(200, 10, 150))
    assert result is not None
    assert result.value == pytest.approx(1.0)  # all hair, where the frame ends too


def test_no_skin_no_number():
    nothing = np.zeros((50, 50), np.bool_)
    assert coverage(placed(np.zeros((50, 50)), nothing), square(50, 10, 40), square(50, 10, 40)) is None


@given(st.floats(-20, 20), st.floats(0.8, 1.25), st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_coverage_does_not_depend_on_how_the_photo_was_turned_and_sized(degrees: float, zoom: float, seed: int):
    """The same hair, seen turned and larger, laid back on the grid, gives the same number."""
    random = np.random.default_rng(seed)
    share = imaging.blur((random.random((600, 600)) < 0.35).astype(np.float32), 2.0)
    region = square(600, 150, 450)
    turn = np.radians(degrees)
    there = np.array(
        [[zoom * np.cos(turn), -zoom * np.sin(turn), 0], [zoom * np.sin(turn), zoom * np.cos(turn), 0], [0, 0, 1]]
    )
    centre = np.array([[1, 0, 300], [0, 1, 300], [0, 0, 1.0]])
    move = centre @ there @ np.linalg.inv(centre)
    photo = Segmentation(imaging.warp(share, move, (600, 600)), np.zeros((600, 600), np.float32))
    seen = Region(imaging.warp_mask(region, move, (600, 600)), "found")
    alignment = Alignment(np.linalg.inv(move), "features", 0.5, 1.0, 100)
    base = place(Segmentation(share, np.zeros_like(share)), Region(region, "found"), ITSELF, (600, 600), drawn=False)
    again = place(photo, seen, alignment, (600, 600), drawn=False)
    first, second = coverage(base, base.skin, base.skin), coverage(again, base.skin, base.skin)
    assert first is not None
    assert second is not None
    assert second.value == pytest.approx(first.value, abs=0.006)


def test_grid_keeps_the_corners_of_the_picture():
    matrix = grid_matrix((960, 1280))
    assert grid_shape((960, 1280)) == (240, 320)
    assert matrix @ [-0.5, -0.5, 1] == pytest.approx([-0.5, -0.5, 1])
    assert matrix @ [1279.5, 959.5, 1] == pytest.approx([319.5, 239.5, 1])


def test_a_drawn_region_is_taken_at_its_word():
    share = np.full((100, 100), 0.5, np.float32)
    found = Region(square(100, 40, 60), "found")
    segmentation = Segmentation(share, np.zeros_like(share))
    assert place(segmentation, found, ITSELF, (100, 100), drawn=True).skin.all()
    assert place(segmentation, found, ITSELF, (100, 100), drawn=False).skin.sum() == 400


def test_planes_may_be_smaller_than_the_picture():
    random = np.random.default_rng(1)
    share = imaging.blur(random.random((600, 800)).astype(np.float32), 12.0) * 8 - 3.5
    whole, region = Segmentation(np.clip(share, 0, 1), np.full((600, 800), 0.1, np.float32)), np.zeros((600, 800), bool)
    region[100:500, 150:650] = True
    turned = np.array([[0.98, -0.17, 60], [0.17, 0.98, -50], [0, 0, 1.0]])
    for alignment in (ITSELF, Alignment(turned, "features", 0.5, 1.0, 100)):
        fine, coarse = (
            place(planes, Region(region, "found"), alignment, (600, 800), drawn=False)
            for planes in (whole, whole.shrunk(400))
        )
        np.testing.assert_array_equal(coarse.skin, fine.skin)
        np.testing.assert_allclose(coarse.share[fine.skin], fine.share[fine.skin], atol=0.03)
        assert coverage(coarse, fine.skin, fine.skin).value == pytest.approx(  # type: ignore[union-attr]
            coverage(fine, fine.skin, fine.skin).value, abs=1e-3  # type: ignore[union-attr]
        )  # fmt: skip
