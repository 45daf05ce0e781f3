"""Shafts that are parts of one hair become one; hairs side by side stay two."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.hairs.find import shafts
from hairdensity.hairs.shafts import Shaft, joined, quantile
from hairdensity.hairs.single import merged

USUAL = 14.0


def level(y: float, width: float, first: float = 40, last: float = 160, depth: float = 0.6) -> Shaft:
    x = np.arange(first, last)
    return Shaft(np.column_stack([x, np.full(len(x), y)]), width, depth)


def dark(*rows: slice) -> np.ndarray:
    depth = np.zeros((120, 200), np.float32)
    for part in rows:
        depth[part, 40:160] = 0.6
    return depth


def test_a_hair_with_a_bright_middle_is_one_and_two_side_by_side_are_two() -> None:
    depth = np.zeros((130, 260), np.float32)
    depth[30:45, 60:200] = 0.6
    depth[35:40, 60:200] = 0.33
    depth[75:89, 60:200] = 0.6
    depth[91:105, 60:200] = 0.6
    found = shafts(cv2.GaussianBlur(depth, (0, 0), 1.0))
    assert sorted(float(item.points[:, 1].mean()) for item in found) == pytest.approx([37, 81.5, 97.5], abs=1.5)
    assert [item.width for item in found] == pytest.approx([14.5] * 3, abs=2)


def test_two_edges_are_one_hair_in_the_middle_of_both() -> None:
    (one,) = merged([level(45, 5), level(54, 5, 60)], dark(slice(42, 57)), USUAL)
    assert one.width == pytest.approx(14)
    assert np.allclose(one.points[:, 1], 49.5)
    assert (one.points[0, 0], one.points[-1, 0]) == (40, 159)


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (level(50, 12, 60, 120), 1),
        (level(59, 4), 1),
        (level(64, 14), 2),
        (level(50, 12, 150, 190), 2),
    ],
    ids=["told twice", "its edge", "beside it", "goes on"],
)
def test_what_is_part_of_a_hair_is_no_other_one(other: Shaft, kept: int) -> None:
    assert len(merged([level(50, 14), other], dark(slice(43, 71)), USUAL)) == kept


def test_a_thin_hair_with_skin_between_stays() -> None:
    assert len(merged([level(50, 14), level(62, 4)], dark(slice(43, 57), slice(60, 64)), USUAL)) == 2


def test_a_line_that_a_crossing_cut_is_offered_whole() -> None:
    (whole,) = joined(dark(slice(43, 57)), [level(50, 14, 40, 95), level(50, 14, 105, 160)])
    assert whole.length == pytest.approx(119, abs=2)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values: list[float], share: float) -> None:
    array = np.array(values)
    assert quantile(array, share) == pytest.approx(float(np.quantile(array, share)), abs=1e-9)
