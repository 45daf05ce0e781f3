from datetime import date
from pathlib import Path

import pytest

from hairdensity.columns import COLUMNS, NAMES
from hairdensity.errors import HairdensityError
from hairdensity.parquet import merge_parquet, require_parquet, write_parquet
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


def test_tables_of_many_runs_become_one_a_few_rows_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("hairdensity.parquet.GROUP_ROWS", 3)
    for run in "abc":
        write_parquet(tmp_path / f"{run}.parquet", [{"photo": f"{run}.jpg", "coverage": 0.5}, *ROWS], COLUMNS)
    old = [column for column in COLUMNS if column.name != "coverage"]
    write_parquet(tmp_path / "old.parquet", [{"photo": "old.jpg"}], old)
    write_parquet(tmp_path / "none.parquet", [], COLUMNS)
    shards = [(name, tmp_path / f"{name}.parquet") for name in ("a", "none", "b", "old", "c")]
    assert merge_parquet(tmp_path / "all.parquet", iter(shards), COLUMNS) == 10
    whole = parquet.ParquetFile(tmp_path / "all.parquet")
    groups = [whole.metadata.row_group(number).num_rows for number in range(whole.num_row_groups)]
    assert groups == [3, 3, 4]
    table = whole.read()
    assert tuple(table.column_names) == ("run", *NAMES)
    assert table["run"].to_pylist() == [*"aaabbb", "old", *"ccc"]
    assert table["coverage"].to_pylist() == [0.5, 0.1235, None, 0.5, 0.1235, None, None, 0.5, 0.1235, None]
    assert table.schema.field("coverage").metadata[b"unit"] == b"share"


def test_a_table_that_cannot_be_read_leaves_no_half_of_the_whole(tmp_path: Path):
    pytest.importorskip("pyarrow")
    write_parquet(tmp_path / "a.parquet", ROWS, COLUMNS)
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    shards = [(name, tmp_path / f"{name}.parquet") for name in "ab"]
    with pytest.raises(HairdensityError, match=r"b\.parquet: cannot be read .* Run that one again"):
        merge_parquet(tmp_path / "all.parquet", shards, COLUMNS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(HairdensityError, match=r"pip install 'hairdensity\[parquet\]'"):
        require_parquet()
