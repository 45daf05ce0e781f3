import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.errors import TableError
from hairdensity.tables import parse_date, parse_number, read_table

COLUMNS = ("date", "treatment", "until", "notes")


def write(folder: Path, data: bytes | str) -> Path:
    path = folder / "treatments.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        "date,treatment\n2026-03-01,Müsli\n".encode(),
        "\ufeffdate,treatment\r\n2026-03-01,Müsli\r\n".encode(),
        "date;treatment\n2026-03-01;Müsli".encode(),
        "date\ttreatment\n\n2026-03-01\tMüsli\n".encode("utf-16"),
        "Date , TREATMENT\n2026-03-01, Müsli \n".encode("cp1252"),
        'date,treatment\n2026-03-01,"Müsli"\n,\n'.encode(),
    ],
    ids=["utf8", "bom", "semicolon", "utf16 tab", "cp1252", "quoted"],
)
def test_the_same_table_however_it_was_saved(tmp_path: Path, data: bytes):
    table = read_table(write(tmp_path, data), COLUMNS, ("date",))
    assert [line.cells for line in table.lines] == [{"date": "2026-03-01", "treatment": "Müsli"}]
    assert table.warnings == ()


def test_a_quoted_cell_may_hold_the_separator_and_a_newline(tmp_path: Path):
    table = read_table(write(tmp_path, 'date,notes\n2026-03-01,"a, b\nc"\n2026-04-01,d\n'), COLUMNS)
    assert [(line.number, line.get("notes")) for line in table.lines] == [(2, "a, b\nc"), (4, "d")]


def test_unknown_columns_are_said_and_not_used(tmp_path: Path):
    table = read_table(write(tmp_path, "date,treatmnt,dose\n2026-03-01,x,y\n"), COLUMNS)
    assert table.columns == ("date",)
    assert table.warnings == (
        "treatments.csv: column 'treatmnt' is not used; did you mean 'treatment'?",
        "treatments.csv: column 'dose' is not used; known are date, treatment, until, notes.",
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"treatment\nx\n", "has no column 'date'"),
        (b"date,date\n", "'date' stands twice"),
        (b"date\n2026-03-01,x\n", "line 2: has 2 cells"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
        (b"\xff\xfe\x00", "is not a text file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, data: bytes, says: str):
    with pytest.raises(TableError, match=says) as caught:
        read_table(write(tmp_path, data), COLUMNS, ("date",))
    assert str(caught.value).startswith("treatments.csv")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(TableError, match=r"treatments\.csv: cannot be read \(No such file"):
        read_table(tmp_path / "treatments.csv", COLUMNS)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_clear_error(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        try:
            table = read_table(write(Path(folder), data), None)
        except TableError as error:
            assert "\n" not in str(error)
        else:
            assert all(set(line.cells) <= set(table.columns) for line in table.lines)


@pytest.mark.parametrize(
    "text",
    ["2026-03-21", "2026/03/21", "20260321", "21.03.2026", "21.3.2026", "21/03/2026", "03/21/2026", "2026-03-21T08:00"],
)
def test_one_day_in_many_ways(text: str):
    assert parse_date(text, "t.csv, line 2") == date(2026, 3, 21)


def test_no_text_no_date():
    assert parse_date("", "t.csv, line 2") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("03/04/2026", "can be 2026-04-03 or 2026-03-04"),
        ("2026-02-30", "there is no day '2026-02-30'"),
        ("31.11.2025", "there is no day"),
        ("soon", "is not a date"),
        ("0000-01-01", "there is no day"),
    ],
)
def test_a_date_that_cannot_be_meant(text: str, says: str):
    with pytest.raises(TableError, match=says) as caught:
        parse_date(text, "t.csv, line 2")
    assert str(caught.value).startswith("t.csv, line 2: ")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_iso_and_dotted_dates_come_back(day: date):
    assert parse_date(day.isoformat(), "x") == day
    assert parse_date(day.strftime("%d.%m.%Y"), "x") == day


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_clear_error(text: str):
    try:
        parse_date(text, "x")
    except TableError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "number"), [("0.61", 0.61), ("0,61", 0.61), ("61 %", 0.61), ("-1e3", -1000.0), ("", None)]
)
def test_numbers(text: str, number: float | None):
    assert parse_number(text, "x") == pytest.approx(number)


@pytest.mark.parametrize("text", ["x", "nan", "inf", "1.7e308", "1_000", "1,2,3"])
def test_what_is_no_number(text: str):
    with pytest.raises(TableError, match="is not a number"):
        parse_number(text, "x")


def test_however_long_a_cell_is_the_message_is_short():
    for parse, start in ((parse_date, "2026-03-"), (parse_number, "5,")):
        with pytest.raises(TableError, match="line 4") as error:
            parse(start + "[" * 5000, "treatments.csv, line 4")
        assert len(str(error.value)) < 200
