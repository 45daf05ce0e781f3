"""The order of strands and the gaps between them, on pictures whose answer is known."""

import numpy as np
import pytest

from hairdensity.arrays import Gray, Rgb
from hairdensity.locks import deeper, gaps_in, locks_of, order_in

SIDE = 240
ALL = np.ones((SIDE, SIDE), np.bool_)
HAIR = np.ones((SIDE, SIDE), np.float32)


def grey(levels: np.ndarray) -> Rgb:
    plane: Gray = np.clip(levels, 0, 255).astype(np.uint8)
    return np.repeat(plane[..., None], 3, axis=2)


def stripes(degrees: float) -> np.ndarray:
    down, right = np.mgrid[:SIDE, :SIDE]
    return 120 + 60 * np.sin(2 * np.pi / 6 * (right * np.cos(np.radians(degrees)) + down * np.sin(np.radians(degrees))))


@pytest.mark.parametrize("degrees", [0.0, 30.0, 90.0])
def test_parallel_strands_are_in_order_however_they_run(degrees: float):
    assert order_in(locks_of(grey(stripes(degrees)), 1.0), HAIR, ALL) == pytest.approx(1.0, abs=0.03)


def test_crossed_strands_and_noise_are_in_no_order():
    noise = np.random.default_rng(0).normal(120, 40, (SIDE, SIDE))
    for picture in (stripes(0) + stripes(90) - 120, noise):
        order = order_in(locks_of(grey(picture), 1.0), HAIR, ALL)
        assert order is not None
        assert order < 0.5


def test_order_is_that_of_the_hair_alone():
    half = np.hstack([stripes(0)[:, : SIDE // 2], np.full((SIDE, SIDE // 2), 120.0)])
    on_hair = np.hstack([HAIR[:, : SIDE // 2], np.zeros((SIDE, SIDE // 2), np.float32)])
    locks = locks_of(grey(half), 1.0)
    order, everywhere = order_in(locks, on_hair, ALL), order_in(locks, HAIR, ALL)
    assert order is not None
    assert everywhere is not None
    assert order > 0.9 > 0.7 > everywhere
    assert order_in(locks, 0 * HAIR, ALL) is None


@pytest.mark.parametrize("dim", [1.0, 0.7])
def test_gaps_are_as_deep_as_they_are_in_any_light(dim: float):
    picture = np.full((SIDE, SIDE), 180.0 * dim)
    assert gaps_in(locks_of(grey(picture), 1.0), ALL, 1.0) == pytest.approx(0, abs=0.01)
    picture[:, ::12] *= 0.4
    picture[:, 1::12] *= 0.4
    found = gaps_in(locks_of(grey(picture), 1.0), ALL, 1.0)
    assert found is not None
    assert 0.7 < found < -np.log(0.4**2.2)
    # A side in shadow is no gap.
    picture = 180.0 * dim * np.linspace(1, 0.4, SIDE)[None] * np.ones((SIDE, 1))
    slope = gaps_in(locks_of(grey(picture), 1.0), ALL, 1.0)
    assert slope is not None
    assert slope < 0.15
    assert deeper(found, slope) > 1
    assert deeper(slope, found) == pytest.approx(-deeper(found, slope))


def test_too_little_hair_says_nothing():
    few = np.zeros((SIDE, SIDE), np.bool_)
    few[:10, :10] = True
    assert gaps_in(locks_of(grey(stripes(0)), 1.0), few, 1.0) is None
