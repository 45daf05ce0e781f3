"""Tables and charts as notebooks use them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure

import hairdensity
from hairdensity.analysis import Analysis
from hairdensity.errors import TableError
from hairdensity.explore import as_html, treatments_from
from hairdensity.files import OutPaths
from hairdensity.spoken import spoken_day
from hairdensity.treatments import Course, Treatments

FIRST = date(2025, 1, 6)
VALUES = (0.61, 0.62, 0.6, 0.615, 0.608)
FRAME = pd.DataFrame({"date": [FIRST + timedelta(30 * n) for n in range(5)], "coverage": VALUES, "view": "vertex"})


def test_a_frame_is_followed_like_its_file(tmp_path: Path):
    file = tmp_path / "typed.csv"
    FRAME.to_csv(file, index=False)
    assert hairdensity.follow(FRAME) == hairdensity.follow(file) == hairdensity.follow(str(file))


def test_dates_of_pandas_and_missing_cells_are_understood():
    typed = FRAME.rename(columns={"coverage": "Value"}).assign(date=pd.to_datetime(FRAME["date"]), notes=None)
    typed.loc[5] = [pd.NaT, 0.7, "vertex", None]
    typed.loc[6] = [pd.Timestamp("2025-08-01"), np.nan, "vertex", pd.NA]
    (view,) = hairdensity.follow(typed)
    assert [session.date for session in view.sessions] == list(FRAME["date"])
    assert [session.value for session in view.sessions] == list(VALUES)


def test_later_sessions_can_be_left_out():
    (view,) = hairdensity.follow(FRAME, today=FIRST + timedelta(61))
    assert len(view.sessions) == 3


def test_any_column_can_be_followed():
    table = FRAME.assign(thickness_um=60.0)
    (view,) = hairdensity.follow(table, value="thickness_um")
    assert {session.value for session in view.sessions} == {60.0}
    with pytest.raises(TableError, match="Did you mean thickness_um"):
        hairdensity.follow(table, value="thickness")


def test_all_that_is_said_of_a_table_is_said_on_its_last_day():
    (view,) = hairdensity.follow(FRAME.iloc[:2])
    last = FIRST + timedelta(30)
    assert view.reason.endswith(f"until {spoken_day(last + timedelta(60))}.")
    assert len(repr(view)) < 1500


def test_a_frame_without_dates_is_refused_in_words():
    with pytest.raises(TableError, match="has no column 'date'; it has coverage"):
        hairdensity.follow(FRAME[["coverage"]])


def test_treatments_may_be_a_frame_as_well_as_a_file(tmp_path: Path):
    rows = {"Date": pd.to_datetime(["2025-02-01", "2025-04-02"]), "treatment": ["minoxidil", "haircut"]}
    frame = pd.DataFrame(rows).assign(until=[pd.Timestamp("2025-03-01"), pd.NaT])
    frame.to_csv(tmp_path / "treatments.csv", index=False, date_format="%Y-%m-%d")
    known = treatments_from(frame)
    assert known == treatments_from(tmp_path / "treatments.csv") == treatments_from(known)
    assert [(course.name, course.until) for course in known.courses] == [("minoxidil", date(2025, 3, 1))]
    assert treatments_from(None) == Treatments((), (), ())
    with pytest.raises(TableError, match="has no column 'treatment'; it has date"):
        hairdensity.follow(FRAME, FRAME[["date"]])


def test_a_person_is_the_same_where_pandas_makes_a_number_of_the_name():
    """A column of whole numbers with a gap comes from pandas as 1.0, 2.0: treatments would be nobody's."""
    people = pd.concat([FRAME.assign(subject=1), FRAME.assign(subject=2)])
    dates = pd.DataFrame({"date": ["2025-02-01", "2025-02-01"], "treatment": ["minoxidil", "haircut"]})
    dates["subject"] = [2, None]
    known = treatments_from(dates)
    assert known.subjects == ("2",)
    one, two = hairdensity.follow(people, known)
    assert one.course is not None
    assert two.course is not None
    assert one.course.untreated is None
    assert two.course.untreated is not None


def test_a_chart_goes_into_any_axes():
    treated = Treatments((Course("prp", "PRP", sessions=(FIRST + timedelta(40),)),), (), ())
    (view,) = hairdensity.follow(FRAME, treated)
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert hairdensity.chart(view, treated, ax=right, legend=False) is right
    assert not left.has_data()
    assert "PRP" in {text.get_text() for text in right.texts}
    first, last = right.get_xlim()
    assert first < date2num(FIRST) < last
    low, high = right.get_ylim()
    assert low < 60 < 62 < high


@pytest.mark.parametrize(("factor", "least", "most"), [(100, 59, 64), (300, 175, 195), (1, 59, 64)])
def test_a_chart_shows_values_that_are_no_shares_as_they_are(factor: int, least: float, most: float):
    (view,) = hairdensity.follow(FRAME.assign(coverage=FRAME["coverage"] * factor))
    axes = hairdensity.chart(view, ax=Figure().subplots())
    middles = [line.get_ydata() for line in axes.get_lines() if len(line.get_xdata()) == len(VALUES)]
    assert any(least < np.min(one) and np.max(one) < most for one in middles)
    assert least * 0.8 < axes.get_ylim()[0] < axes.get_ylim()[1] < most * 1.2


def test_an_analysis_finds_its_views_and_shows_itself():
    views = hairdensity.follow(pd.concat([FRAME, FRAME.assign(view="<b>")]))
    rows = ({"status": "measured"}, {"status": "rejected"})
    analysis = Analysis(OutPaths(Path("out")), rows, {}, ("<b>: no change.",), (), 0, views)
    assert analysis.view("vertex").view == "vertex"
    assert analysis.chart("vertex", ax=Figure().subplots()).has_data()
    with pytest.raises(KeyError, match="there are"):
        analysis.view("parting")
    assert "1 measured, 1 rejected, 0 unreadable" in analysis._repr_html_()
    assert as_html(analysis.headlines, {}) == "<p>Photos: .</p><ul><li>&lt;b&gt;: no change.</li></ul>"
