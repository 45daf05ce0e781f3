"""Rendered macro photos say the truth about themselves."""

from dataclasses import replace

import numpy as np
import pytest

from hairdensity.simulate.macro import Look, macro_photo
from hairdensity.simulate.spot import later_spot, macro_spot

SMALL = Look(px_per_mm=90.0, shape=(200, 260))


def test_equal_seeds_give_equal_photos() -> None:
    first, second = (macro_photo(macro_spot(3, half_mm=2), SMALL, 4) for _ in range(2))
    assert np.array_equal(first.rgb, second.rgb)
    assert [h.name for h in first.hairs] == [h.name for h in second.hairs]


def test_density_is_as_asked_for() -> None:
    spot = macro_spot(1, units_per_cm2=80, half_mm=5)
    assert len({hair.unit for hair in spot.hairs}) == pytest.approx(80, rel=0.05)


def test_hair_pixels_are_dark_and_as_wide_as_the_truth() -> None:
    # Glare lies on hair as well as on skin, and is no part of how dark hair is.
    photo = macro_photo(macro_spot(2, half_mm=2), replace(SMALL, glare=0.0), 1)
    gray = photo.rgb.mean(axis=2)
    assert gray[photo.hair].mean() < 0.6 * gray[~photo.hair].mean()
    area = sum(np.hypot(*np.diff(h.line, axis=0).T).sum() * h.thickness_px for h in photo.hairs)
    assert 0 < photo.hair.sum() < 1.1 * area


def test_later_keeps_the_hairs_that_stay() -> None:
    spot = macro_spot(5, half_mm=4)
    later = later_spot(spot, 1, lost=0.2, new=0.0)
    names = {hair.name for hair in spot.hairs}
    assert {hair.name for hair in later.hairs} < names
    assert len(later.hairs) == pytest.approx(0.8 * len(spot.hairs), rel=0.15)
    same = later_spot(spot, 1, lost=0.0, new=0.0, thicker_um=5)
    for a, b in zip(spot.hairs, same.hairs, strict=True):
        assert a.root == b.root
        assert b.thickness_um == pytest.approx(a.thickness_um + 5)


@pytest.mark.parametrize("light", ["white", "purple", "yellow"])
def test_light_oil_and_defocus_change_the_photo_not_the_truth(light: str) -> None:
    spot = macro_spot(6, half_mm=2)
    plain = macro_photo(spot, SMALL, 1)
    other = macro_photo(
        spot, Look(px_per_mm=90.0, shape=(200, 260), light=light, oil=1, defocus_px=4, defocus_share=0.3), 1
    )
    assert np.array_equal(plain.hair, other.hair)
    assert not other.sharp[:, -20:].any()
    assert other.sharp[:, :100].all()
