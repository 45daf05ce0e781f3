"""Explore: what notebooks need; tables go in as files or DataFrames, charts come out as Axes that compose."""

import html
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hairdensity.errors import TableError
from hairdensity.pages import lanes
from hairdensity.progress import ViewProgress, series_table
from hairdensity.progress import follow as follow_rows
from hairdensity.report import SeriesInput, build_report
from hairdensity.report.words import COVERAGE, Quantity, quantity_of
from hairdensity.tables import Line, Table, read_table
from hairdensity.treatments import Treatments, no_treatments, read_treatments, treatments_in

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


TreatmentsLike: TypeAlias = "Treatments | pd.DataFrame | Path | str | None"
"""As read, a table with the columns date, treatment, until and notes, or the file; None: nothing was treated."""


SHARE_POINT: Final = 0.01
"""One point of values that are shares, 0..1."""


def follow(
    table: "pd.DataFrame | Path | str",
    treatments: TreatmentsLike = None,
    *,
    value: str | None = None,
    today: date | None = None,
) -> tuple[ViewProgress, ...]:
    """Return the verdict of each subject and view of a table of values by date.

    Parameters
    ----------
    table : pandas.DataFrame, Path or str
        measurements.csv, or any table with a column `date` and a column `coverage`, `value` or any one column of
        numbers; `low` and `high` (95 % interval), `view` and `subject` are used where they are there.
    treatments : Treatments, pandas.DataFrame, Path or str, optional
        As read, a table with the columns date, treatment, until and notes, or the file; none: nothing was treated.
    value : str, optional
        Column to follow, where it is another: hairs_per_cm2, thickness_um, ...
    today : date, optional
        Sessions dated later are left out. Default: the last day of the table, so that all are used.

    Raises
    ------
    TableError
        If a table cannot be used: one line with place and remedy.
    """
    required = ("date",)
    read = read_table(Path(table), None, required) if isinstance(table, (str, Path)) else _table_of(table, required)
    rows = series_table(read, value).rows
    last = max((str(row["date"]) for row in rows if row["date"]), default=date.max.isoformat())
    return follow_rows(rows, treatments_from(treatments), today or date.fromisoformat(last))


def chart(
    view: ViewProgress,
    treatments: TreatmentsLike = None,
    *,
    ax: "Axes | None" = None,
    quantity: Quantity | None = None,
    legend: bool = True,
) -> "Axes":
    """Draw a course as the report does: sessions, fitted course, treatments, and what counts as noise.

    Parameters
    ----------
    view : ViewProgress
        From `follow`, or of `Analysis.views`.
    treatments : Treatments, pandas.DataFrame, Path or str, optional
        Drawn below the course.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default into a new figure.
    quantity : Quantity
        What the values are; by default as the view's name says, which is coverage but for macro photos. Values that
        are no shares, such as per cent typed by hand or counts, are shown as they stand in the table.
    legend : bool
        Whether to explain the signs above the axes.

    Returns
    -------
    matplotlib.axes.Axes
        Its time axis holds matplotlib's dates, its value axis values as people read them (per cent for coverage).
    """
    from hairdensity.report.chart import WIDE, draw_course

    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=WIDE, layout="constrained")[1]
    known = treatments_from(treatments)
    # The report's own page of this view, less its pictures: so that both charts always show the same.
    page = build_report([SeriesInput(view, (), quantity=quantity or _quantity(view))], treatments=lanes(known)).series[
        0
    ]
    draw_course(ax, page.course, legend=legend)
    return ax


def _quantity(view: ViewProgress) -> Quantity:
    """Return what the values of a view are by its name and their size."""
    named = quantity_of(view.view)
    if named is not COVERAGE or view.unit == SHARE_POINT:
        return named
    return Quantity("Value", "", "", digits=max(0, 1 - math.floor(math.log10(view.unit))))


def as_html(headlines: Sequence[str], counts: Mapping[str, int]) -> str:
    """Return what came of a run as a few lines of HTML, as Jupyter shows it."""
    counted = ", ".join(f"{count} {status}" for status, count in counts.items())
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in headlines)
    return f"<p>Photos: {counted}.</p><ul>{lines}</ul>"


def treatments_from(given: TreatmentsLike) -> Treatments:
    """Return treatments however they are given.

    Raises
    ------
    TableError
        If the table cannot be used: one line with place and remedy.
    """
    if given is None or isinstance(given, Treatments):
        return given or no_treatments()
    if isinstance(given, (str, Path)):
        return read_treatments(given)
    return treatments_in(_table_of(given, ("date", "treatment")))


def _table_of(frame: "pd.DataFrame", required: Sequence[str]) -> Table:
    """Return a DataFrame as a table that was read; its rows are counted from 0, as pandas shows them."""
    columns = tuple(str(name).strip().lower() for name in frame.columns)
    for name in required:
        if name not in columns:
            raise TableError(f"the DataFrame has no column {name!r}; it has {', '.join(columns) or 'none'}.")
    lines = (
        Line(number, dict(zip(columns, map(_text, cells), strict=True)))
        for number, cells in enumerate(frame.itertuples(index=False, name=None))
    )
    return Table("the DataFrame", columns, tuple(lines), ())


def _text(cell: Any) -> str:  # noqa: ANN401 - whatever a DataFrame holds
    """Return a cell as a person would type it; "" where it is missing."""
    import pandas as pd

    if pd.isna(cell):
        return ""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        # pandas makes 1.0 of the 1 in a column with gaps: the same person, or day, or count.
        return str(int(cell))
    return str(cell).strip()
