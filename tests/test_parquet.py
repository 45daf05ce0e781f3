from datetime import date
from pathlib import Path

import pytest

from hairdensity.columns import COLUMNS, NAMES
from hairdensity.errors import HairdensityError
from hairdensity.parquet import require_parquet, write_parquet
from hairdensity.table import read_frame, write_rows

ROWS = [
    {"photo": "=a.jpg", "date": "2026-03-01", "coverage": 0.123456, "width_px": 640, "notes": "half \udc80"},
    {"photo": "b.jpg"},
]


def test_it_holds_what_the_csv_holds_with_types_and_units(tmp_path: Path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_rows(tmp_path / "a.csv", ROWS)
    write_parquet(tmp_path / "a.parquet", ROWS, COLUMNS)
    table = parquet.read_table(tmp_path / "a.parquet")
    assert tuple(table.column_names) == NAMES
    first, second = table.to_pylist()
    assert (first["photo"], first["date"], first["width_px"]) == ("=a.jpg", date(2026, 3, 1), 640)
    assert first["coverage"] == read_frame(tmp_path / "a.csv")["coverage"][0] == 0.1235
    assert first["notes"] == "half ?"
    assert second["coverage"] is second["date"] is None
    assert table.schema.field("coverage").metadata[b"unit"] == b"share"


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(HairdensityError, match=r"pip install 'hairdensity\[parquet\]'"):
        require_parquet()
