"""From rows to sessions, and from tables that people type to rows."""

from datetime import date
from pathlib import Path

import pytest

from hairdensity.errors import TableError
from hairdensity.progress import read_series_table, sessions_by_view

TODAY = date(2026, 1, 1)


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "counts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def row(day: str, value: float | None, **cells: str | float) -> dict[str, str | float | int | None]:
    return {"date": day, "view": "vertex", "subject": "1", "status": "measured", "coverage": value, **cells}


def test_photos_of_a_day_are_one_session_and_surer_than_one() -> None:
    (series,) = sessions_by_view([row("2025-01-01", 0.5), row("2025-01-01", 0.6), row("2025-02-01", 0.7)], TODAY)
    assert [session.date for session in series.sessions] == [date(2025, 1, 1), date(2025, 2, 1)]
    first, second = series.sessions
    assert first.value == pytest.approx(0.55)
    assert len(first.photos) == 2
    assert 0.5 < first.spread < second.spread == 1.0


def test_many_photos_of_a_day_help_but_not_without_end() -> None:
    day = [row("2025-01-01", 0.5, photo=f"{number}.jpg") for number in range(1000)]
    spreads = [sessions_by_view(day[:count], TODAY)[0].sessions[0].spread for count in (1, 2, 1000)]
    # One half of the variance is the day's, whatever the number of photos.
    assert spreads == pytest.approx([1.0, 0.75**0.5, 0.5**0.5], abs=1e-3)


def test_a_photo_with_a_warning_counts_less() -> None:
    rows = [row("2025-01-01", 0.5, photo="a"), row("2025-01-01", 0.6, photo="b", flags="soft;colour_cast")]
    (series,) = sessions_by_view(rows, TODAY)
    (session,) = series.sessions
    # It scatters 1.5 times as much, and so counts by the square of that less.
    assert session.value == pytest.approx((0.5 + 0.6 / 1.5**2) / (1 + 1 / 1.5**2))
    assert session.flags == ("soft", "colour_cast")
    assert session.warned


def test_photos_of_a_day_say_how_far_photos_differ() -> None:
    rows = [row("2025-01-01", value) for value in (0.50, 0.52, 0.54)] + [row("2025-02-01", 0.5)]
    (series,) = sessions_by_view(rows, TODAY)
    assert [session.repeat_sd for session in series.sessions] == [pytest.approx(0.02), None]
    # A photo that is trusted less proves less when it is off.
    (warned,) = sessions_by_view([rows[0], rows[1], rows[2] | {"flags": "soft"}], TODAY)
    assert warned.sessions[0].repeat_sd is not None
    assert warned.sessions[0].repeat_sd < 0.02


def test_a_note_is_no_warning() -> None:
    (series,) = sessions_by_view([row("2025-01-01", 0.5, flags="aligned_by_outline")], TODAY)
    assert not series.sessions[0].warned
    assert series.sessions[0].spread == 1.0


def test_what_has_no_place_in_time_is_counted_not_used() -> None:
    rows = [
        row("2025-01-01", 0.5),
        row("", 0.5),
        row("2026-01-02", 0.5),
        row("2025-03-01", None),
        row("2025-04-01", 0.9) | {"status": "rejected"},
    ]
    (series,) = sessions_by_view(rows, TODAY)
    assert len(series.sessions) == 1
    assert (series.undated, series.future, series.unusable) == (1, 1, 2)
    (series,) = sessions_by_view([row(TODAY.isoformat(), 0.5)], TODAY)
    assert (len(series.sessions), series.future) == (1, 0)


def test_cells_may_be_text() -> None:
    rows = [row("2025-01-01", None) | {"coverage": "0.5", "coverage_low": "0.4", "coverage_high": "0.7"}]
    (series,) = sessions_by_view(rows, TODAY)
    assert (series.sessions[0].value, series.sessions[0].low, series.sessions[0].high) == pytest.approx((0.5, 0.4, 0.7))


def test_noise_between_sessions_is_taken_from_the_row() -> None:
    (series,) = sessions_by_view([row("2025-01-01", 0.5, repeat_sd=0.012)], TODAY)
    assert series.sessions[0].noise == pytest.approx(0.012)


@pytest.mark.parametrize(
    "text",
    [
        "date,value\n2025-01-01,120\n2025-02-01,130\n",
        "date;hairs per cm2\n2025-01-01;120\n2025-02-01;130\n",
        "Date\tCount\tnotes\n01.01.2025\t120\tfine\n01.02.2025\t130\t\n",
        "date,value,low,high\n2025-01-01,120,110,130\n2025-02-01,130,120,140\n",
    ],
)
def test_any_table_with_dates_and_one_value(tmp_path: Path, text: str) -> None:
    (series,) = sessions_by_view(read_series_table(table(tmp_path, text)).rows, TODAY)
    assert [session.value for session in series.sessions] == [120.0, 130.0]
    assert [session.date for session in series.sessions] == [date(2025, 1, 1), date(2025, 2, 1)]


def test_low_and_high_are_used(tmp_path: Path) -> None:
    path = table(tmp_path, "date,value,low,high\n2025-01-01,120,110,130\n")
    (series,) = sessions_by_view(read_series_table(path).rows, TODAY)
    assert (series.sessions[0].low, series.sessions[0].high) == (110.0, 130.0)


def test_views_and_subjects_are_read(tmp_path: Path) -> None:
    path = table(
        tmp_path, "subject,view,date,value\nb,crown,2025-01-01,1\na,crown,2025-01-01,1\na,front,2025-01-01,1\n"
    )
    found = sessions_by_view(read_series_table(path).rows, TODAY)
    assert [(series.subject, series.view) for series in found] == [("a", "crown"), ("a", "front"), ("b", "crown")]


def test_zones_and_the_people_of_a_study_are_each_followed_by_themselves(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "run,photo,subject,view,date,zone,coverage\n"
        "A,a.jpg,1,vertex,2025-01-01,left,0.5\nA,a.jpg,1,vertex,2025-01-01,right,0.6\n"
        "B,a.jpg,1,vertex,2025-01-01,left,0.7\nB,a.jpg,ann,vertex,2025-01-01,left,0.8\n",
    )
    found = {(one.subject, one.view): one for one in sessions_by_view(read_series_table(path).rows, TODAY)}
    assert {which: one.sessions[0].value for which, one in found.items()} == {
        ("A", "vertex:left"): 0.5, ("A", "vertex:right"): 0.6, ("B", "vertex:left"): 0.7, ("B/ann", "vertex:left"): 0.8,
    }  # fmt: skip
    # A column of that name in a table that a person typed is no person.
    path = table(tmp_path, "run,date,value\n1,2025-01-01,1\n2,2025-01-01,2\n")
    assert len(sessions_by_view(read_series_table(path).rows, TODAY)) == 1


def test_a_column_that_is_not_there_is_answered_by_those_that_can_be_followed(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "photo,date,status,coverage,coverage_low,thickness_um,digest,notes\na.jpg,2025-01-01,measured,0.5,0.4,61,ab12,wet\n",
    )
    with pytest.raises(TableError) as caught:
        read_series_table(path, "thicknes")
    assert str(caught.value) == (
        "counts.csv: there is no column 'thicknes'. Did you mean thickness_um? Can be followed: coverage, thickness_um."
    )


def test_a_column_without_a_number_is_answered_in_the_same_way(tmp_path: Path) -> None:
    path = table(tmp_path, "date,coverage,thickness_um\n2025-01-01,0.5,\n2025-02-01,0.5,\n")
    with pytest.raises(TableError) as caught:
        read_series_table(path, "thickness_um")
    assert str(caught.value) == ("counts.csv: no row has a number in column 'thickness_um'. Can be followed: coverage.")


def test_rows_of_several_runs_are_not_taken_for_one_persons(tmp_path: Path) -> None:
    def merged(rows: str, first: str = "photo,date,view,coverage,baseline,digest") -> Path:
        return table(tmp_path, f"{first}\n{rows}")

    of_one = "a.jpg,2025-01-01,vertex,0.5,a.jpg,1\nb.jpg,2025-02-01,vertex,0.5,a.jpg,2\n,,,,,\n"
    assert len(read_series_table(merged(of_one)).rows) == 2
    for other in ("y.jpg,2025-02-01,vertex,0.6,y.jpg,4\n", "a.jpg,2025-01-01,vertex,0.6,a.jpg,3\n"):
        with pytest.raises(TableError, match="1/vertex holds photos of several runs"):
            read_series_table(merged(of_one + other))
        told_apart = "".join(f"{line},{n}\n" for n, line in enumerate((of_one + other).splitlines()) if line[0] != ",")
        assert len(read_series_table(merged(told_apart, "photo,date,view,coverage,baseline,digest,run")).rows) == 3
    macro = of_one.replace("0.5,a.jpg,2", "0.5,b.jpg,2").replace("vertex", "macro")
    macro += "c.jpg,2025-03-01,macro,0.5,c.jpg,3\nd.jpg,,vertex,0.5,d.jpg,4\n"
    assert len(read_series_table(merged(macro)).rows) == 4


def test_rows_without_value_or_date_are_told(tmp_path: Path) -> None:
    read = read_series_table(table(tmp_path, "date,value\n2025-01-01,\n,12\n2025-02-01,13\n"))
    assert len(read.warnings) == 2
    assert "no value" in read.warnings[0]
    assert "no date" in read.warnings[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,terminal,vellus\n2025-01-01,12,13\n", "counts.csv: terminal, vellus could all be the value."),
        ("date,notes\n2025-01-01,good\n", "no column of numbers"),
        ("day,value\n2025-01-01,3\n", "no column 'date'"),
        ("date,value\n2025-01-01,much\n", "line 2, column value: 'much' is not a number"),
        ("date,value\n2025-13-01,3\n", "line 2"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError) as error:
        read_series_table(table(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_status_that_is_no_status_is_told(tmp_path: Path) -> None:
    """A clinic's column of that name says something else, and its rows would go without a word."""
    path = table(tmp_path, "date,value,status\n2025-01-01,120,pre\n2025-02-01,130,post\n2025-03-01,1,rejected\n")
    assert read_series_table(path).warnings == ("counts.csv: 2 rows have another status than measured: left out.",)


def test_values_with_and_without_a_per_cent_sign_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"line 3: '46' has no per cent sign, and other rows do"):
        read_series_table(table(tmp_path, "date,value\n2025-01-01,45 %\n2025-02-01,46\n"))
    rows = read_series_table(table(tmp_path, "date;value\n2025-01-01;45 %\n2025-02-01;0,46\n")).rows
    assert [row["coverage"] for row in rows] == [0.45, 0.46]


@pytest.mark.parametrize("column", ["thickness_mm", "value"])
def test_numbers_too_small_for_shares_are_refused_unless_they_are_shares(tmp_path: Path, column: str) -> None:
    """A hair that grows from 0.055 to 0.067 mm gains a fifth, not 1.2 hundredths of all there can be."""
    text = "date,{}\n2025-01-01,0.055\n2025-02-01,0.067\n"
    with pytest.raises(TableError, match=rf"counts\.csv: no {column} is above 0\.067, .* \(um in place of mm\)"):
        read_series_table(table(tmp_path, text.format(column)))
    assert len(read_series_table(table(tmp_path, text.format("coverage"))).rows) == 2
