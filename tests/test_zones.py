import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.measure import Placed, numbers
from hairdensity.zones import NAMES, drawn_zones, zones_of


@given(st.integers(0, 2**32 - 1))
def test_zones_part_the_region(seed: int):
    region = np.random.default_rng(seed).random((24, 32)) > 0.5
    zones = zones_of(region)
    assert tuple(zone.name for zone in zones) == NAMES
    assert np.array_equal(sum(zone.mask.astype(int) for zone in zones), region.astype(int))


def test_each_zone_lies_where_its_name_says():
    region = np.ones((101, 101), np.bool_)
    zones = {zone.name: zone.mask for zone in zones_of(region)}
    for name, (row, column) in {
        "middle": (50, 50), "upper": (2, 50), "lower": (98, 50), "left": (50, 2), "right": (50, 98)
    }.items():  # fmt: skip
        assert zones[name][row, column]
    assert zones["middle"].mean() == pytest.approx(np.pi / 16, abs=0.01)


def test_hair_does_not_move_the_zones_and_each_is_measured_by_itself():
    region = np.ones((60, 60), np.bool_)
    share = np.zeros((60, 60), np.float32)
    share[:, :30] = 1.0
    placed = Placed(share, np.zeros((60, 60), np.float32), region, 0.5)
    zones = zones_of(region)
    measured = numbers(placed, region, region, [zone.mask for zone in zones]).zones
    values = {zone.name: coverage.value for zone, (coverage, _) in zip(zones, measured, strict=True) if coverage}
    assert (values["left"], values["right"]) == (1.0, 0.0)


def test_drawn_zones_are_carried_onto_the_grid_and_cut_to_the_region():
    region = np.zeros((60, 80), np.bool_)
    region[10:50, 10:70] = True
    half = np.diag([0.5, 0.5, 1.0])
    drawn = (("inside", (((40.0, 40.0), (80.0, 40.0), (80.0, 60.0), (40.0, 60.0)),)),
             ("beyond", (((120.0, 20.0), (180.0, 20.0), (180.0, 60.0), (120.0, 60.0)),)),
             ("nowhere", (((0.0, 0.0), (8.0, 0.0), (8.0, 8.0)),)))  # fmt: skip
    inside, beyond = drawn_zones(drawn, half, region)
    rows, columns = np.nonzero(inside.mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 30, 20, 40)
    assert (beyond.name, np.nonzero(beyond.mask)[1].max()) == ("beyond", 69)


def test_no_region_no_zones():
    assert zones_of(np.zeros((10, 10), np.bool_)) == ()
