"""Table: measurements.csv, one row for each photo found."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hairdensity.columns import COLUMNS, NAMES, Cell, Column, Row, written
from hairdensity.errors import TableError
from hairdensity.files import write_whole

if TYPE_CHECKING:
    import pandas as pd

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text cell that begins so is run as a formula by spreadsheets; a leading apostrophe keeps it text."""


def write_rows(path: Path, rows: Sequence[Row], columns: Sequence[Column] = COLUMNS) -> None:
    """Write measurements.csv (or, with its columns, zones.csv), whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    rows : sequence of Row
        Keys are the names of columns; a missing key is an empty cell.
    columns : sequence of Column
        From `hairdensity.columns`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(column, row.get(column.name)) for column in columns] for row in rows)
    write_whole(path, text.getvalue().encode("utf-8", "replace"))


def read_rows(path: Path | str) -> list[dict[str, str]]:
    """Read measurements.csv as written by `write_rows`: every cell as text, formulas' apostrophes taken off.

    Raises
    ------
    TableError
        If the file is missing or is no such table.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}). Run hairdensity analyze first.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise TableError(f"{path}: is not a table that hairdensity wrote ({error}).") from error
    if rows and "photo" not in rows[0]:
        raise TableError(f"{path}: has no column 'photo'; is it a measurements.csv?")
    return [{name: _plain(value or "") for name, value in row.items() if name} for row in rows]


def read_frame(path: Path | str) -> "pd.DataFrame":
    """Return measurements.csv as a pandas DataFrame: numbers as float64, dates as datetime64, the rest as text.

    Raises
    ------
    TableError
        If the file is missing or is no such table.
    """
    import pandas as pd

    frame = pd.DataFrame(read_rows(path), columns=list(NAMES))
    for column in COLUMNS:
        if column.kind in ("number", "integer"):
            frame[column.name] = pd.to_numeric(frame[column.name])
        elif column.kind == "date":
            frame[column.name] = pd.to_datetime(frame[column.name], format="%Y-%m-%d")
    return frame


def _cell(column: Column, value: Cell) -> str:
    if value is None or value == "":
        return ""
    text = written(column, value)
    return inert(text) if column.kind == "text" else text


def inert(text: str) -> str:
    """Return a text of which no spreadsheet makes a formula."""
    # Also where apostrophes stand before it already: one more, so that taking one off gives the text back.
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
