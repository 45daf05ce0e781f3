import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.light import displayed, linear
from hairdensity.methods import METHODS
from hairdensity.normalise import normalise
from hairdensity.segment import segmenter
from hairdensity.segment.base import Segmentation, Segmenter

SIZE = 420


def combed_head(density: float | Plane, skin: int = 0, hair: int = 0, seed: int = 0) -> tuple[Rgb, Share, Mask]:
    """Draw strands combed downwards on a round scalp; `density` is the share that they cover."""
    random = np.random.default_rng(seed)
    down, right = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    mask = np.hypot(right, down) < 0.46

    def grain(across: float, along: float) -> Plane:
        plane = cv2.GaussianBlur(
            random.normal(size=(SIZE, SIZE)).astype(np.float32), (0, 0), sigmaX=across, sigmaY=along
        )
        return np.asarray((plane - plane.mean()) / plane.std(), np.float32)

    order = grain(0.5, 9).ravel().argsort().argsort().reshape(SIZE, SIZE) / SIZE**2
    share = imaging.blur(np.clip((density - order) * 10 + 0.5, 0, 1).astype(np.float32), 1.2)
    skins = ((0.55, 0.36, 0.28), (0.30, 0.17, 0.11))
    hairs = ((0.015, 0.012, 0.011), (0.06, 0.035, 0.022))
    bare = np.array(skins[skin]) * (1 + 0.04 * grain(8, 8) + 0.012 * grain(0.8, 0.8))[..., None]
    hairy = np.array(hairs[hair]) * np.exp(0.35 * grain(0.8, 9))[..., None]
    colour = share[..., None] * hairy + (1 - share[..., None]) * bare
    colour = np.where(mask[..., None], colour, np.array([0.2, 0.3, 0.4]))
    return displayed(np.clip(colour, 0, 1).astype(np.float32)), share, mask


def segment(rgb: Rgb, mask: Mask) -> Segmentation:
    return segmenter("classical")(normalise(rgb, mask).rgb, mask)


def test_the_method_is_known_by_name() -> None:
    method: Segmenter = segmenter("classical")
    assert method.name == "classical"
    assert all(segmenter(name).name == name for name in METHODS)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"known: .*classical"):
        segmenter("magic")


@pytest.mark.parametrize("skin", [0, 1])
def test_a_bald_head_has_no_hair(skin: int) -> None:
    rgb, _, mask = combed_head(-0.2, skin)
    assert segment(rgb, mask).share[mask].mean() < 0.15


@pytest.mark.parametrize("hair", [0, 1])
def test_a_full_head_has_hair_all_over(hair: int) -> None:
    rgb, _, mask = combed_head(1.2, 0, hair)
    assert segment(rgb, mask).share[mask].mean() > 0.75


@pytest.mark.parametrize("skin", [0, 1])
def test_bald_and_hairy_halves_are_told_apart(skin: int) -> None:
    right = np.tile(np.linspace(-0.5, 0.5, SIZE, dtype=np.float32), (SIZE, 1))
    rgb, truth, mask = combed_head(np.where(right > 0, 1.2, -0.2).astype(np.float32), skin)
    sure = mask & (np.abs(right) > 0.06)
    found = segment(rgb, mask).share >= 0.5
    agree = [(found == (truth > 0.5))[sure & side].mean() for side in (right > 0, right < 0)]
    assert min(agree) > 0.9


def across() -> Plane:
    return np.tile(np.linspace(-0.5, 0.5, SIZE, dtype=np.float32), (SIZE, 1))


@pytest.mark.parametrize("skin", [0, 1])
@pytest.mark.parametrize("hair", [0, 1])
def test_the_share_rises_across_a_head_as_the_hair_does(skin: int, hair: int) -> None:
    right = across()
    rgb, truth, mask = combed_head(0.5 + 1.6 * right, skin, hair)
    found = segment(rgb, mask).share
    strips = [mask & (right > left) & (right <= left + 0.1) for left in np.arange(-0.45, 0.4, 0.1)]
    true, got = (np.array([plane[strip].mean() for strip in strips]) for plane in (truth, found))
    assert np.corrcoef(true, got)[0, 1] > 0.8
    assert got[-1] - got[0] > 0.5


def test_strands_lie_where_they_are() -> None:
    rgb, truth, mask = combed_head(0.5 + 1.6 * across())
    found = segment(rgb, mask).share
    thin = mask & (np.abs(across() + 0.25) < 0.06)
    assert found[thin & (truth > 0.6)].mean() > found[thin & (truth < 0.05)].mean() + 0.02


@pytest.mark.parametrize("gains", [(0.8, 0.8, 0.8), (1.2, 1.2, 1.2), (1.15, 1.0, 0.85), (0.87, 1.0, 1.15)])
def test_light_does_not_matter(gains: tuple[float, float, float]) -> None:
    rgb, _, mask = combed_head(0.4, 1)
    other = displayed(linear(rgb) * np.array(gains, np.float32))
    one, two = (float(segment(picture, mask).share[mask].mean()) for picture in (rgb, other))
    assert one == pytest.approx(two, abs=0.01)


@settings(max_examples=15, deadline=None)
@given(rows=st.integers(1, 50), columns=st.integers(1, 50), seed=st.integers(0, 99), empty=st.booleans())
def test_any_picture_gets_shares_and_doubts_in_their_range(rows: int, columns: int, seed: int, empty: bool) -> None:
    random = np.random.default_rng(seed)
    picture = random.integers(0, 256, (rows, columns, 3)).astype(np.uint8)
    mask = np.zeros((rows, columns), np.bool_) if empty else random.random((rows, columns)) < 0.5
    result = segmenter("classical")(picture, mask)
    for plane, most in ((result.share, 1.0), (result.unsure, 0.5)):
        assert plane.shape == (rows, columns)
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
        assert plane.min() >= 0
        assert plane.max() <= most
    if empty:
        assert (result.unsure == 0.5).all()
