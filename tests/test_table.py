import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.columns import COLUMNS, NAMES, markdown, written
from hairdensity.errors import TableError
from hairdensity.table import read_frame, read_rows, write_rows

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), max_size=30)


def test_header_is_the_registry(tmp_path: Path):
    write_rows(tmp_path / "measurements.csv", [])
    assert (tmp_path / "measurements.csv").read_text(encoding="utf-8") == ",".join(NAMES) + "\n"


def test_column_names_are_unique_and_each_says_what_it_is():
    assert len(set(NAMES)) == len(NAMES)
    assert all(column.meaning for column in COLUMNS)
    assert all(f"`{name}`" in markdown() for name in NAMES)


@given(TEXT)
def test_any_text_comes_back_as_it_was(text: str):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "measurements.csv")
        write_rows(path, [{"photo": text, "notes": text}])
        (row,) = read_rows(path)
    assert (row["photo"], row["notes"]) == (text, text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "''+1", "\n=1", "＝1+1", "＠SUM(A1)"])
def test_a_spreadsheet_runs_nothing_from_the_table(tmp_path: Path, text: str):
    path = tmp_path / "measurements.csv"
    write_rows(path, [{"photo": text}])
    with path.open(newline="", encoding="utf-8") as file:
        stored = next(csv.DictReader(file))["photo"]
    assert stored == f"'{text}"
    assert read_rows(path)[0]["photo"] == text


def test_numbers_have_the_digits_of_their_column_and_unknown_ones_are_empty():
    coverage = next(column for column in COLUMNS if column.name == "coverage")
    assert written(coverage, 0.123456) == "0.1235"
    assert written(coverage, -0.00001) == "0.0000"
    assert written(coverage, None) == ""


def test_frame_has_types(tmp_path: Path):
    path = tmp_path / "measurements.csv"
    write_rows(path, [{"photo": "a.jpg", "date": "2026-03-01", "coverage": 0.5, "width_px": 640}, {"photo": "b.jpg"}])
    frame = read_frame(path)
    assert list(frame.columns) == list(NAMES)
    assert frame["coverage"].tolist()[0] == 0.5
    assert frame["coverage"].isna().tolist() == [False, True]
    assert frame["date"].dt.year.tolist()[0] == 2026


def test_what_is_no_such_table_is_said(tmp_path: Path):
    with pytest.raises(TableError, match="Run hairdensity analyze first"):
        read_rows(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="no column 'photo'"):
        read_rows(tmp_path / "other.csv")
