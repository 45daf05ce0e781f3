"""The maker of series, for all tests of the report."""

import pytest
from made_up_report import MakeSeries, series_of


@pytest.fixture
def make_series() -> MakeSeries:
    return series_of
