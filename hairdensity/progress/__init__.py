"""Progress: from measurements and treatments to a verdict: temporary, sustained, or cannot tell yet."""

from hairdensity.progress.follow import follow, follow_series
from hairdensity.progress.sessions import (
    Series,
    SeriesTable,
    Session,
    read_series_table,
    series_table,
    sessions_by_view,
    with_value,
)
from hairdensity.progress.view import CheckResult, FittedCourse, ViewProgress, progress_json

__all__ = [
    "CheckResult",
    "FittedCourse",
    "Series",
    "SeriesTable",
    "Session",
    "ViewProgress",
    "follow",
    "follow_series",
    "progress_json",
    "read_series_table",
    "series_table",
    "sessions_by_view",
    "with_value",
]
