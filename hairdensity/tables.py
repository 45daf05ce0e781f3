"""Tables that people write: read leniently, and where that is not possible, say which line and what to write.

A table saved by any spreadsheet is understood: UTF-8 with or without a byte order mark, UTF-16, or Western European;
columns parted by comma, semicolon or tab; a decimal comma; dates in several orders, as long as they are unambiguous.
"""

import csv
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from hairdensity.errors import TableError, quoted

LARGEST: Final = 50_000_000
"""Bytes; a table typed by a person is a thousand times smaller."""
LARGEST_NUMBER: Final = 1e100
"""Nothing that is measured is larger, and sums of such numbers have an end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table.

    Parameters
    ----------
    number : int
        Line of the file, counted from 1, as an editor shows it.
    cells : Mapping[str, str]
        Text by column, stripped; columns that the file lacks are absent, empty cells are "".
    """

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return the text of a cell; "" where the table has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read.

    Parameters
    ----------
    name : str
        Name of the file, for messages.
    columns : tuple of str
        Header, lower case.
    lines : tuple of Line
        All lines that are not blank.
    warnings : tuple of str
        What was not understood but does no harm, such as an unknown column.
    """

    name: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


def read_table(path: Path, known: Sequence[str] | None, required: Sequence[str] = ()) -> Table:
    """Read a table that a person wrote.

    Parameters
    ----------
    path : Path
        The file.
    known : sequence of str or None
        Columns that mean something; others are kept out and warned of. None: all columns are kept.
    required : sequence of str
        Columns that must be there.

    Raises
    ------
    TableError
        If the file cannot be read as a table; one line that says where and what to do.
    """
    text = _decoded(path)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=header_line.count)
    try:
        rows = _numbered_rows(text, separator)
    except csv.Error as error:
        raise TableError(f"{path.name}: is not a table ({error}). Save it as CSV from the spreadsheet.") from error
    if not rows:
        raise TableError(
            f"{path.name}: is empty. Its first line must name the columns: {', '.join(known or required)}."
        )
    header = tuple(cell.strip().lower() for cell in rows[0][1])
    _check_header(path.name, header, required)
    warnings = _unknown_columns(path.name, header, known) if known is not None else ()
    kept = [(index, name) for index, name in enumerate(header) if name and (known is None or name in known)]
    lines = []
    for number, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            raise TableError(
                f"{path.name}, line {number}: has {len(row)} cells, but the first line names {len(header)} columns. "
                "Put text that holds the separator into quotes."
            )
        lines.append(Line(number, {name: row[index].strip() if index < len(row) else "" for index, name in kept}))
    return Table(path.name, tuple(name for _, name in kept), tuple(lines), warnings)


def parse_date(text: str, where: str) -> date | None:
    """Return the day that a text means, None for an empty text.

    Understood are 2026-03-01, 2026/03/01, 20260301, 01.03.2026 (day first, as everyone who writes dots does), and
    31/12/2025 or 12-31-2025 where one number is above 12; a time behind an ISO date is ignored.

    Parameters
    ----------
    text : str
        The cell.
    where : str
        File and line, for the message.

    Raises
    ------
    TableError
        If it is no date, or one that can be read in two ways.
    """
    if not text:
        return None
    plain = re.sub(r"[T ]\d{1,2}:\d{2}.*$", "", text.strip())
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", plain):
        return _day(int(match[1]), int(match[3]), int(match[4]), text, where)
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain):
        return _day(int(match[1]), int(match[2]), int(match[3]), text, where)
    if match := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", plain):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "." or first > 12 or first == second:
            return _day(year, second, first, text, where)
        if second > 12:
            return _day(year, first, second, text, where)
        raise TableError(
            f"{where}: {quoted(text)} can be {year:04d}-{second:02d}-{first:02d} or "
            f"{year:04d}-{first:02d}-{second:02d}. Write the one you mean."
        )
    raise TableError(f"{where}: {quoted(text)} is not a date. Write it as 2026-03-01.")


def parse_number(text: str, where: str) -> float | None:
    """Return the number that a text means, None for an empty text; a decimal comma and a per cent sign are understood.

    Raises
    ------
    TableError
        If it is no number, or one beyond `LARGEST_NUMBER`.
    """
    plain = text.strip().removesuffix("%").strip()
    if not plain:
        return None
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    try:
        number = float(plain) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST_NUMBER or "_" in plain:
        raise TableError(f"{where}: {quoted(text)} is not a number.")
    return number


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise TableError(f"{path.name}: is larger than {LARGEST // 1_000_000} MB; is it the right file?")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name}: cannot be read ({error.strerror or error}).") from error
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableError(f"{path.name}: is not a text file. Save it as CSV from the spreadsheet.")


def _numbered_rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank with the line each begins on."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    rows, begins = [], 1
    for row in reader:
        if row:
            rows.append((begins, row))
        begins = reader.line_num + 1
    return rows


def _check_header(file: str, header: tuple[str, ...], required: Sequence[str]) -> None:
    named = [name for name in header if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise TableError(f"{file}: column {quoted(twice[0])} stands twice in the first line.")
    if missing := [name for name in required if name not in header]:
        others = [name for name in named if name not in required]
        close = difflib.get_close_matches(missing[0], others, 1)
        meant = f"Is {quoted(close[0])} meant? " if close else ""
        raise TableError(
            f"{file}: has no column {quoted(missing[0])}. {meant}"
            f"Its first line must name the columns, among them {', '.join(required)}."
        )


def _unknown_columns(file: str, header: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    warnings = []
    for name in header:
        if name and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {quoted(close[0])}?" if close else f"known are {', '.join(known)}."
            warnings.append(f"{file}: column {quoted(name)} is not used; {hint}")
    return tuple(warnings)


def _day(year: int, month: int, day: int, text: str, where: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise TableError(
            f"{where}: there is no day {quoted(text)}. Write it as 2026-03-01 (year, month, day)."
        ) from None
