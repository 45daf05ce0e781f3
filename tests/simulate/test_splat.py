"""Strands cover the area that they have, wherever they lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity.simulate.splat import deposit


def _strand(points: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(points, np.float32)
    return array[:-1], array[1:]


@pytest.mark.parametrize("width", [0.05, 0.3, 1.0, 2.5, 6.0])
@pytest.mark.parametrize("angle", [0.0, 17.0, 45.0, 80.0, 90.0])
def test_one_straight_strand_covers_length_times_width(width: float, angle: float) -> None:
    length = 120.0
    step = length * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    start, end = _strand([(20.3, 20.7), (20.3 + step[0], 20.7 + step[1])])
    area = deposit(start, end, np.full(1, width, np.float32), (), (160, 160))[0]
    assert np.minimum(area, 1).sum() == pytest.approx(length * width, rel=0.01)


def test_area_lies_where_the_strand_lies() -> None:
    start, end = _strand([(10, 20), (30, 20)])
    area = deposit(start, end, np.full(1, 1.0, np.float32), (), (40, 50))[0]
    assert area[20, 12:29] == pytest.approx(1.0, abs=0.01)
    assert area[:18].sum() == 0
    assert area[23:].sum() == 0
    assert area[:, :9].sum() == 0


def test_weights_follow_the_area() -> None:
    start, end = _strand([(5, 5), (25, 9), (30, 30)])
    width = np.full(2, 0.4, np.float32)
    area, lit = deposit(start, end, width, (np.array([2.0, 2.0], np.float32),), (40, 40))
    assert lit == pytest.approx(2 * area)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-60, 100), st.floats(-60, 100)), min_size=2, max_size=12),
    st.floats(0.01, 3.0),
)
def test_no_area_is_made_up(points: list[tuple[float, float]], width: float) -> None:
    start, end = _strand(points)
    area = deposit(start, end, np.full(len(start), width, np.float32), (), (40, 40))[0]
    length = np.hypot(*(end - start).T).sum()
    assert np.isfinite(area).all()
    assert (area >= 0).all()
    assert area.sum() <= length * width * 1.001 + 1e-3


def test_a_strand_outside_leaves_nothing() -> None:
    start, end = _strand([(-30, -30), (-5, -20)])
    assert deposit(start, end, np.full(1, 1.0, np.float32), (), (20, 20))[0].sum() == 0
