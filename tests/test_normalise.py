import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_scalps import HAIRS, SKINS, place, scalp

from hairdensity.arrays import Mask, Rgb
from hairdensity.light import brightened, displayed, linear, uneven_light
from hairdensity.normalise import BALANCED_PART, TARGET, normalise

X, Y, MASK = place()


def sides(rgb: Rgb, mask: Mask) -> float:
    """Return how much brighter the right third of the scalp is than the left, natural logarithm of linear light."""
    light = np.log(linear(rgb).mean(axis=2) + 0.001)
    return float(light[mask & (X > 0.15)].mean() - light[mask & (X < -0.15)].mean())


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize(("hair", "density"), [("black", 0.0), ("black", 0.4), ("brown", 0.4), ("grey", 0.5)])
def test_a_gradient_of_light_alone_is_removed(skin: str, hair: str, density: float) -> None:
    even, _ = scalp(skin, hair, density)
    lit, _ = scalp(skin, hair, density, light=np.exp(X))
    before = sides(lit, MASK) - sides(even, MASK)
    after = sides(normalise(lit, MASK).rgb, MASK) - sides(normalise(even, MASK).rgb, MASK)
    assert before > 0.4
    assert abs(after) < 0.25 * before


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("hair", HAIRS)
@pytest.mark.parametrize(("steep", "lost"), [(0.35, 0.15), (1.0, 0.27)])
def test_a_gradient_of_density_alone_is_kept(skin: str, hair: str, steep: float, lost: float) -> None:
    picture, share = scalp(skin, hair, 0.5 + steep * X)
    assert share[MASK & (X > 0.15)].mean() - share[MASK & (X < -0.15)].mean() > 0.5 * steep
    before, after = sides(picture, MASK), sides(normalise(picture, MASK).rgb, MASK)
    # Grey hair hardly changes brightness on some skins: a share of nothing is no bound.
    assert abs(after - before) < max(lost * abs(before), 0.12)


def test_light_is_removed_from_a_scalp_whose_density_changes_too() -> None:
    density = 0.4 + 0.4 * X
    even, _ = scalp(density=density)
    lit, _ = scalp(density=density, light=np.exp(0.8 * X))
    wanted = sides(normalise(even, MASK).rgb, MASK)
    assert sides(lit, MASK) > sides(even, MASK) + 0.3
    assert sides(normalise(lit, MASK).rgb, MASK) == pytest.approx(wanted, abs=0.12)


def test_light_is_measured_with_its_direction() -> None:
    lit, _ = scalp(density=0.3, light=np.exp(0.6 * X - 0.6 * Y))
    light = uneven_light(lit, MASK)
    assert light.across == pytest.approx(0.6, abs=0.12)
    assert light.down == pytest.approx(-0.6, abs=0.12)
    assert light.from_deg == pytest.approx(45, abs=12)


@settings(max_examples=15, deadline=None)
@given(
    exposure=st.floats(0.6, 1.4), red=st.floats(0.8, 1.2), blue=st.floats(0.8, 1.2), density=st.sampled_from([0.0, 0.4])
)
def test_exposure_and_colour_of_the_light_do_not_matter(
    exposure: float, red: float, blue: float, density: float
) -> None:
    picture, _ = scalp("tanned", "brown", density)
    other = displayed(linear(picture) * np.array([exposure * red, exposure, exposure * blue], np.float32))
    one, two = normalise(picture, MASK).rgb, normalise(other, MASK).rgb
    difference = np.abs(one[MASK].astype(int) - two[MASK].astype(int))
    assert difference.mean() < 2.5


def test_the_bright_part_of_the_scalp_comes_to_standard_exposure() -> None:
    for light in (0.3, 1.0):
        picture, _ = scalp("tanned", density=0.1, light=light)
        grey = linear(normalise(picture, MASK).rgb).mean(axis=2)[MASK]
        assert np.quantile(grey, 0.9) == pytest.approx(TARGET, abs=0.03)


def test_steps_say_what_was_done() -> None:
    even, _ = scalp()
    lit, _ = scalp(light=np.exp(X))
    assert not any("evened" in step for step in normalise(even, MASK).steps)
    assert any("evened" in step for step in normalise(lit, MASK).steps)


def test_without_a_scalp_the_picture_stays_as_it_is() -> None:
    picture, _ = scalp()
    result = normalise(picture, np.zeros_like(MASK))
    assert result.steps == ()
    np.testing.assert_array_equal(result.rgb, picture)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (64, 64)])
def test_flat_and_tiny_pictures_do_no_harm(shape: tuple[int, int], value: int) -> None:
    picture = np.full((*shape, 3), value, np.uint8)
    result = normalise(picture, np.ones(shape, np.bool_))
    assert result.rgb.shape == picture.shape
    assert result.rgb.dtype == np.uint8


@given(red=st.floats(0.8, 1.2), blue=st.floats(0.8, 1.2))
@settings(max_examples=10, deadline=None)
def test_colour_alone_undoes_part_of_the_colour_of_the_light_and_leaves_its_strength(red: float, blue: float) -> None:
    picture, _ = scalp("tanned", "brown", 0.4, light=np.exp(X))
    other = displayed(linear(picture) * np.array([red, 1.0, blue], np.float32))
    one, two = normalise(picture, MASK).balanced, normalise(other, MASK).balanced
    pictures = (picture, other, one, two)
    colours = [linear(result)[MASK] / linear(result)[MASK].sum(axis=1, keepdims=True) for result in pictures]
    before, after = (np.abs(first - second).mean() for first, second in (colours[:2], colours[2:]))
    assert after < (1 - BALANCED_PART) * before + 0.006
    assert sides(one, MASK) == pytest.approx(sides(picture, MASK), abs=0.1)


def test_light_of_each_pixel_is_changed_as_in_linear_light() -> None:
    rgb = np.arange(256, dtype=np.uint8)[None, :, None].repeat(80, 0).repeat(3, 2)
    factors, more = np.array([0.4, 1.0, 2.5]), np.linspace(-1.6, 1.6, 80, dtype=np.float32)[:, None].repeat(256, 1)
    wanted = displayed(linear(rgb) * (factors * np.exp(more)[:, :, None]).astype(np.float32))
    off = np.abs(brightened(rgb, factors, more).astype(int) - wanted)
    assert off.max() <= 1
    assert off.mean() < 0.1
