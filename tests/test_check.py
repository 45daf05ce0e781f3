import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_scalps import SIZE, place, scalp, texture

from hairdensity import check, imaging
from hairdensity.arrays import Rgb
from hairdensity.check import ScalpQuality, check_against, check_frame, check_scalp
from hairdensity.flags import FLAGS, is_rejected
from hairdensity.light import STANDARD_COLOUR, displayed, linear

X, Y, MASK = place()
GOOD = ScalpQuality(0.8, 0.5, 0.0, 0.0, 0.004, 0.3, 90.0, 0.1, ())


def noisy(rgb: Rgb, sigma: float) -> Rgb:
    plane = rgb + np.random.default_rng(1).normal(0, 255 * sigma, rgb.shape)
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


def bald(moles: int = 12) -> Rgb:
    """Draw a smooth scalp with a few small moles: nothing else says whether it is sharp."""
    picture = np.clip(
        np.array([200, 160, 140], np.float32) * (1 + 0.01 * texture(3, 12) + 0.4 * Y * Y)[..., None], 0, 255
    ).astype(np.uint8)
    random = np.random.default_rng(2)
    for x, y in random.uniform(0.25 * SIZE, 0.75 * SIZE, (moles, 2)):
        cv2.circle(picture, (round(x), round(y)), 3, (120, 80, 70), -1, cv2.LINE_AA)
    return picture


def sharpness(rgb: Rgb) -> float:
    return check_scalp(rgb, MASK, MASK.shape).sharpness


class TestSharpness:
    @pytest.mark.parametrize("density", [0.1, 0.3, 0.6, 0.9])
    def test_falls_with_blur_whatever_the_density(self, density: float) -> None:
        picture, _ = scalp(density=density)
        values = [sharpness(imaging.blur(picture, sigma)) for sigma in (0.3, 2.0, 4.0, 8.0)]
        assert values == sorted(values, reverse=True)
        assert values[0] > check.SOFT_BELOW
        assert max(values[2:]) < check.BLURRED_BELOW

    def test_is_the_width_of_an_edge(self) -> None:
        for own in (2.0, 3.0):
            edge = imaging.blur(np.where(X < 0, 60, 180).astype(np.float32), own)
            value = check.sharpness(np.rint(edge).astype(np.uint8), np.ones_like(MASK))
            assert value is not None
            assert np.sqrt(1 / value - 1) == pytest.approx(own, rel=0.15)

    def test_without_edges_there_is_nothing_to_judge_by(self) -> None:
        assert check.sharpness(np.full((80, 80), 90, np.uint8), np.ones((80, 80), np.bool_)) is None

    def test_a_sharp_bald_head_is_not_blurred(self) -> None:
        assert not {"blurred", "soft"} & set(check_scalp(bald(), MASK, MASK.shape).flags)

    def test_a_blurred_bald_head_is_blurred(self) -> None:
        assert "blurred" in check_scalp(imaging.blur(bald(), 8.0), MASK, MASK.shape).flags

    def test_noise_does_not_make_a_blurred_photo_sharp(self) -> None:
        picture, _ = scalp(density=0.4)
        assert sharpness(noisy(imaging.blur(picture, 8.0), 0.02)) < check.BLURRED_BELOW

    def test_noise_does_not_make_a_sharp_photo_blurred(self) -> None:
        assert sharpness(noisy(scalp(density=0.4)[0], 0.02)) > check.SOFT_BELOW

    def test_brightness_does_not_matter(self) -> None:
        picture = imaging.blur(scalp(density=0.4)[0], 2.5)
        bright, dark = (sharpness(displayed(linear(picture) * np.float32(factor))) for factor in (1, 0.4))
        assert bright == pytest.approx(dark, abs=0.1)


class TestMetrics:
    def test_brightness_is_the_median(self) -> None:
        assert check.brightness(np.full((9, 9), 51, np.uint8), np.ones((9, 9), np.bool_)) == pytest.approx(0.2)

    def test_clipped_is_the_share_of_the_scalp_only(self) -> None:
        picture = np.full((10, 10, 3), 128, np.uint8)
        picture[:, 5:] = 255
        picture[0, :5] = 0
        mask = np.zeros((10, 10), np.bool_)
        mask[:, :6] = True
        assert check.clipped(picture, mask) == pytest.approx(15 / 60)

    def test_white_counts_two_channels_at_their_end(self) -> None:
        picture = np.full((1, 4, 3), 128, np.uint8)
        picture[0, 0] = (255, 255, 200)
        picture[0, 1] = (255, 200, 200)
        assert check.white(picture, np.ones((1, 4), np.bool_)) == pytest.approx(1 / 4)

    def test_glare_is_the_area_of_the_white_spot(self) -> None:
        picture, _ = scalp("tanned")
        spot = np.hypot(X, Y) < 0.1
        picture[spot] = 245
        assert check.glare(picture, MASK) == pytest.approx(spot.sum() / MASK.sum(), rel=0.1)

    def test_pale_skin_and_grey_hair_are_not_glare(self) -> None:
        assert check.glare(scalp("pale", "grey", 0.5)[0], MASK) < 0.01

    @pytest.mark.parametrize("sigma", [0.01, 0.03])
    @pytest.mark.parametrize("density", [0.0, 0.3])
    def test_noise_is_found_beside_hair(self, sigma: float, density: float) -> None:
        share = np.where(X > 0, density, 0.0).astype(np.float32)
        picture, _ = scalp("tanned", density=share, noise=0.0)
        plane = imaging.gray(picture) + np.random.default_rng(1).normal(0, 255 * sigma, MASK.shape)
        grey = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
        assert check.noise(grey, MASK) == pytest.approx(sigma, rel=0.35)

    def test_light_slope_is_the_logarithm_between_the_sides(self) -> None:
        quality = check_scalp(scalp(light=np.exp(X))[0], MASK, MASK.shape)
        assert quality.light_slope == pytest.approx(0.75, abs=0.12)
        assert min(quality.light_from_deg, 360 - quality.light_from_deg) < 8

    def test_warm_light_is_a_cast(self) -> None:
        plain = np.clip(0.3 + 0.05 * texture(0, 5), 0, 0.6)[..., None] * STANDARD_COLOUR.astype(np.float32)
        warm = displayed(plain * np.array([1.2, 1, 0.8], np.float32))
        assert check.check_scalp(displayed(plain), MASK, MASK.shape).colour_cast == pytest.approx(0, abs=0.01)
        cast = np.hypot(np.log(1.2), np.log(0.8))
        assert check.check_scalp(warm, MASK, MASK.shape).colour_cast == pytest.approx(cast, abs=0.05)

    def test_width_is_that_of_a_disc(self) -> None:
        assert check.scalp_width(MASK) == pytest.approx(0.9 * SIZE, rel=0.01)


class TestFlags:
    def test_an_ordinary_photo_has_none(self) -> None:
        picture, _ = scalp("tanned", density=0.4)
        assert check_frame(picture, (1200, 1200)).flags == ()
        assert check_scalp(picture, MASK, (1200, 1200)).flags == ()

    @pytest.mark.parametrize(("factor", "flag"), [(0.002, "too_dark"), (0.015, "dark"), (8.0, "too_bright")])
    def test_exposure(self, factor: float, flag: str) -> None:
        picture = displayed(np.clip(linear(scalp("pale", density=0.1)[0]) * np.float32(factor), 0, 1))
        assert flag in (*check_frame(picture, picture.shape[:2]).flags, *check_scalp(picture, MASK, MASK.shape).flags)

    def test_nothing_to_see(self) -> None:
        assert check_frame(np.full((200, 200, 3), 128, np.uint8), (200, 200)).flags == ("no_contrast",)

    def test_too_small(self) -> None:
        assert "too_small" in check_frame(scalp()[0], (64, 90)).flags

    def test_few_pixels_on_the_scalp(self) -> None:
        small = imaging.shrink(scalp(density=0.3)[0], 160)
        assert "low_resolution" in check_scalp(small, imaging.resize_mask(MASK, (160, 160)), (160, 160)).flags

    def test_work_size_does_not_change_what_counts_as_few_pixels(self) -> None:
        small = imaging.shrink(scalp(density=0.3)[0], 160)
        flags = check_scalp(small, imaging.resize_mask(MASK, (160, 160)), (3000, 3000)).flags
        assert "low_resolution" not in flags

    def test_empty_scalp_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no scalp"):
            check_scalp(scalp()[0], np.zeros_like(MASK), MASK.shape)

    @settings(max_examples=25, deadline=None)
    @given(
        rows=st.integers(1, 40),
        columns=st.integers(1, 40),
        seed=st.integers(0, 99),
        level=st.sampled_from([0, 128, 255]),
    )
    def test_any_picture_gets_figures_and_known_flags(self, rows: int, columns: int, seed: int, level: int) -> None:
        random = np.random.default_rng(seed)
        picture = np.clip(level + random.integers(-60, 60, (rows, columns, 3)), 0, 255).astype(np.uint8)
        mask = random.random((rows, columns)) < 0.7
        mask[0, 0] = True
        quality = check_scalp(picture, mask, (rows, columns))
        assert set(quality.flags) | set(check_frame(picture, (rows, columns)).flags) <= set(FLAGS)
        figures = [getattr(quality, name) for name in ScalpQuality.__slots__ if name != "flags"]
        assert np.isfinite(figures).all()
        assert 0 <= quality.sharpness <= 1
        assert 0 <= quality.glare <= 1


class TestAgainstBaseline:
    def test_the_same_photo_differs_in_nothing(self) -> None:
        assert check_against(GOOD, GOOD, 1.0, 0.0) == ()

    @pytest.mark.parametrize(("zoom", "turn"), [(1.5, 0.0), (0.6, 0.0), (1.0, 40.0), (1.0, -40.0), (1.0, 320.0)])
    def test_pose(self, zoom: float, turn: float) -> None:
        assert check_against(GOOD, GOOD, zoom, turn) == ("other_pose",)

    def test_a_full_turn_is_no_turn(self) -> None:
        assert check_against(GOOD, GOOD, 1.0, 359.0) == ()

    @pytest.mark.parametrize(
        "other",
        [
            ScalpQuality(0.8, 0.2, 0.0, 0.0, 0.004, 0.3, 90.0, 0.1, ()),
            ScalpQuality(0.8, 0.5, 0.0, 0.0, 0.004, 1.2, 90.0, 0.1, ()),
            ScalpQuality(0.8, 0.5, 0.0, 0.0, 0.004, 0.3, 90.0, 0.5, ()),
        ],
    )
    def test_light(self, other: ScalpQuality) -> None:
        assert check_against(other, GOOD, 1.0, 0.0) == ("other_light",)

    def test_no_difference_from_the_baseline_refuses_a_photo(self) -> None:
        worst = ScalpQuality(0.1, 0.1, 0.5, 0.5, 0.1, 2.0, 270.0, 1.0, ())
        assert not is_rejected(check_against(worst, GOOD, 2.0, 90.0))


def test_a_dark_photo_is_told_to_use_more_light_and_not_to_focus():
    rng = np.random.default_rng(4)
    picture = np.clip(rng.normal(22, 6, (300, 300, 3)), 0, 255).astype(np.uint8)
    mask = np.ones((300, 300), np.bool_)
    flags = check_scalp(picture, mask, (300, 300)).flags
    assert "too_dark" in flags
    assert "blurred" not in flags
