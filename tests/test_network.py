"""The network by OpenCV: shapes, ranges, one answer for one picture, and what it sees in rendered heads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity.arrays import Rgb
from hairdensity.network import FIXED_SIDE, LARGEST, OPEN_SIDE, STRIDE, WEIGHTS, look, shown_shape


def noise(rows: int, columns: int, seed: int = 0) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)


def test_weights_are_small_enough_to_ship() -> None:
    assert 1e5 < WEIGHTS.stat().st_size < 5e6


@settings(max_examples=8, deadline=None)
@given(rows=st.integers(1, 200), columns=st.integers(1, 200), longest=st.integers(1, 96))
def test_any_picture_gets_planes_of_its_size_within_0_and_1(rows: int, columns: int, longest: int) -> None:
    seen = look(noise(rows, columns), longest)
    for plane in (seen.scalp, seen.share):
        assert plane.shape == (rows, columns)
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
        assert plane.min() >= 0
        assert plane.max() <= 1


@given(rows=st.integers(1, 9000), columns=st.integers(1, 9000), longest=st.floats(1, 1e6))
def test_shown_sides_are_multiples_of_the_stride_and_bounded(rows: int, columns: int, longest: float) -> None:
    shown = shown_shape((rows, columns), longest)
    assert all(side >= STRIDE and side % STRIDE == 0 for side in shown)
    assert max(shown) <= LARGEST


def test_what_is_shown_keeps_its_aspect_within_a_stride() -> None:
    assert shown_shape((3000, 4000), 288) == (224, 288)
    assert shown_shape((640, 640), 288) == (288, 288)


def test_same_picture_same_answer_also_after_another_and_from_threads() -> None:
    picture, other = noise(96, 96), noise(64, 128, 1)
    first = look(picture, 96)
    look(other, 128)
    with ThreadPoolExecutor(3) as pool:
        again = list(pool.map(lambda _: look(picture, 96), range(6)))
    for seen in (look(picture, 96), *again):
        np.testing.assert_array_equal(seen.scalp, first.scalp)
        np.testing.assert_array_equal(seen.share, first.share)


def test_picture_is_not_changed() -> None:
    picture = noise(64, 64)
    kept = picture.copy()
    look(picture, 64)
    np.testing.assert_array_equal(picture, kept)


def test_missing_weights_are_said_to_be_missing() -> None:
    with pytest.raises(OSError, match="no_such"):
        look(noise(32, 32), 32, Path("no_such.onnx"))


def test_onnx_runtime_gives_the_same_numbers() -> None:
    pytest.importorskip("onnxruntime")
    data = WEIGHTS.read_bytes()
    assert (data.count(FIXED_SIDE), len(FIXED_SIDE)) == (2, len(OPEN_SIDE))
    for rows, columns in ((96, 128), (300, 200)):
        picture = noise(rows, columns)
        one, other = look(picture, 160), look(picture, 160, runtime="onnxruntime")
        np.testing.assert_allclose(one.scalp, other.scalp, atol=1e-3)
        np.testing.assert_allclose(one.share, other.share, atol=1e-3)
