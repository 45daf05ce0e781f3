"""Sessions: all photos of one subject and view on one day are one point of the course.

Rows come from measurements.csv, or from a table that a person typed; both end as the same frozen values.
"""

import difflib
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from hairdensity.columns import COLUMNS, Cell
from hairdensity.errors import TableError, quoted
from hairdensity.flags import FLAGS
from hairdensity.intervals import Z95
from hairdensity.tables import Line, Table, parse_date, parse_number, read_table
from hairdensity.views import DEFAULT_SUBJECT, DEFAULT_VIEW, MACRO

SHARED_OF_DAY: Final = 0.5
"""Share of the noise variance that photos of one day have in common (same hair, same light), so that many photos of a
day help, but not without end."""
VALUES: Final = ("coverage", "value", "density", "count", "hairs", "hairs_per_cm2", "percent")
LEAST_SHARE: Final = 0.2
"""Numbers of which none is larger are shares only where their column says so."""
_SHARES: Final = frozenset(column.name for column in COLUMNS if column.unit == "share")
_STATUSES: Final = frozenset({"measured", "rejected", "unreadable"})
_OTHER_NUMBERS: Final = frozenset({"low", "high", "sd", "repeat_sd", "photos", "n", "coverage_low", "coverage_high"})
_TEXTS: Final = frozenset(
    {"date", "view", "zone", "subject", "run", "status", "flags", "photo", "notes", "reason", "note", "comment"}
)


@dataclass(frozen=True, slots=True)
class Session:
    """One subject and view on one day.

    Parameters
    ----------
    date : date
        The day.
    value, low, high : float
        Mean of its photos and 95 % interval, in the unit of the table.
    photos : tuple of str
        Names of the photos; as many empty names as rows where the table names none.
    flags : tuple of str
        Names of all flags of its photos.
    noise : float or None
        Standard deviation between sessions without change that the rows state, in the unit of the table.
    spread : float
        Standard deviation relative to a session of one photo without a warning.
    repeat_sd : float or None
        Standard deviation between the photos of that day, as of photos without a warning; None for a single one.
    """

    date: date
    value: float
    low: float
    high: float
    photos: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    noise: float | None = None
    spread: float = 1.0
    repeat_sd: float | None = None

    @property
    def warned(self) -> bool:
        """Whether any of its photos has a warning."""
        return any(name in FLAGS and FLAGS[name].severity == "warn" for name in self.flags)


@dataclass(frozen=True, slots=True)
class Series:
    """All sessions of one subject and view.

    Parameters
    ----------
    subject, view : str
        As in the table.
    sessions : tuple of Session
        By date.
    undated, future, unusable : int
        Rows without a date, dated after today, and without a number: they have no place in the course.
    """

    subject: str
    view: str
    sessions: tuple[Session, ...]
    undated: int = 0
    future: int = 0
    unusable: int = 0


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """A table of values by date, as `follow` takes it.

    Parameters
    ----------
    rows : tuple of dict
        Cells by the names of measurements.csv; `coverage` holds the value whatever it is of.
    column : str
        Name of the column that holds the value.
    warnings : tuple of str
        What was left out, a line each.
    """

    rows: tuple[dict[str, Cell], ...]
    column: str
    warnings: tuple[str, ...]


def sessions_by_view(rows: Iterable[Mapping[str, Cell]], today: date) -> tuple[Series, ...]:
    """Return the series of a table, by subject and view, whatever the order of its rows.

    Parameters
    ----------
    rows : iterable of mapping
        Cells by column name, as text or as numbers. Rows whose status is not "measured" are counted, not used.
    today : date
        Later dates cannot be right, and are counted, not used.

    Raises
    ------
    TableError
        If a cell is no number or no date.
    """
    grouped: dict[tuple[str, str], list[Mapping[str, Cell]]] = {}
    for row in rows:
        key = (str(row.get("subject") or DEFAULT_SUBJECT), str(row.get("view") or DEFAULT_VIEW))
        grouped.setdefault(key, []).append(row)
    return tuple(_series(subject, view, listed, today) for (subject, view), listed in sorted(grouped.items()))


def read_series_table(path: Path | str, value: str | None = None) -> SeriesTable:
    """Read measurements.csv, or any table with dates and one value a row.

    Parameters
    ----------
    path : Path or str
        Column `date`, and `coverage`, `value` or any one column of numbers. Optional: low and high (95 % interval),
        view, zone, subject, status, flags, repeat_sd; of the merged table of a study also run.
    value : str, optional
        Column to follow, where it is another: hairs_per_cm2, thickness_um, ...

    Raises
    ------
    TableError
        If it cannot be used: one line with file, line and what to write.
    """
    return series_table(read_table(Path(path), None, ("date",)), value)


def with_value(rows: Iterable[Mapping[str, Cell]], column: str, name: str | None = None) -> tuple[dict[str, Cell], ...]:
    """Return rows with the values of another column in the place of coverage, as `follow` takes them.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of measurements.csv; those without a value in the column are left out.
    column : str
        Such as hairs_per_cm2.
    name : str, optional
        What the view is named by, `<view>:<name>`; default: the column.
    """
    return tuple(
        {cell: row.get(cell) for cell in ("photo", "subject", "date", "status", "flags")}
        | {
            "view": f"{row.get('view') or DEFAULT_VIEW}:{name or column}",
            "coverage": row.get(column),
            "coverage_low": row.get(f"{column}_low"),
            "coverage_high": row.get(f"{column}_high"),
            "repeat_sd": row.get(f"{column}_sd"),
        }
        for row in rows
        if row.get(column) is not None
    )


def series_table(table: Table, value: str | None = None) -> SeriesTable:
    """Return the rows of a table that is read already; see `read_series_table`.

    Parameters
    ----------
    table : Table
        All its columns; one must be `date`.
    value : str, optional
        Column that holds the value; by default found by its name.

    Raises
    ------
    TableError
        If it cannot be used.
    """
    if value is not None and value not in table.columns:
        raise TableError(f"{table.name}: there is no column {quoted(value)}.{_instead(table, value)}")
    _refuse_mixed_runs(table)
    column = value or _value_column(table)
    _refuse_mixed_units(table, column)
    low = _first(table.columns, (f"{column}_low", "low", "lower"))
    high = _first(table.columns, (f"{column}_high", "high", "upper"))
    # Where a column is asked for by name, it is of coverage that the table states `repeat_sd`.
    repeat = _first(table.columns, (f"{column}_sd", *(("repeat_sd",) if value in (None, "coverage") else ())))
    rows: list[dict[str, Cell]] = []
    empty = 0
    for line in table.lines:
        where = f"{table.name}, line {line.number}"
        day = parse_date(line.get("date"), where)
        number = _number(line, column, where)
        if number is None and (value or not line.get("status")):
            empty += 1
            continue
        rows.append(
            {
                "photo": line.get("photo"),
                "subject": _subject(line),
                "view": _view(line),
                "date": day.isoformat() if day else None,
                "status": line.get("status") or "measured",
                "flags": line.get("flags"),
                "coverage": number,
                "coverage_low": _number(line, low, where),
                "coverage_high": _number(line, high, where),
                "repeat_sd": _number(line, repeat, where),
            }
        )
    if value and empty and not rows:
        raise TableError(f"{table.name}: no row has a number in column {quoted(value)}.{_instead(table, value)}")
    _refuse_too_small(table, column, [float(row["coverage"]) for row in rows if row["coverage"] is not None])
    warnings = list(table.warnings)
    if empty:
        warnings.append(f"{table.name}: {empty} {'row has' if empty == 1 else 'rows have'} no {column}: left out.")
    other = sum(row["status"] not in _STATUSES and row["coverage"] is not None for row in rows)
    if other:
        warnings.append(
            f"{table.name}: {other} {'row has' if other == 1 else 'rows have'} another status than measured: left out."
        )
    undated = sum(row["date"] is None for row in rows)
    if undated:
        warnings.append(f"{table.name}: {undated} {'row has' if undated == 1 else 'rows have'} no date: left out.")
    return SeriesTable(tuple(rows), column, tuple(warnings))


def _refuse_mixed_runs(table: Table) -> None:
    """Refuse photos of several runs that nothing tells apart: each run measures on the skin of its own baseline."""
    if not {"photo", "baseline", "digest"} <= set(table.columns):
        return
    found: dict[tuple[str, str, str], set[str]] = {}
    for line in table.lines:
        photo, baseline, series = line.get("photo"), line.get("baseline"), (_subject(line), _view(line))
        # A close-up is its own baseline, and so is a photo without a date that lies on no other.
        if line.get("date") and baseline and line.get("view") != MACRO:
            found.setdefault((*series, ""), set()).add(baseline)
        found.setdefault((*series, photo), set()).add(line.get("digest"))
    for (subject, view, _), several in found.items():
        if len(several) > 1:
            raise TableError(
                f"{table.name}: {subject or DEFAULT_SUBJECT}/{view} holds photos of several runs. "
                "Name the run of each row in a column run, or give each person a subject of their own."
            )


def _refuse_mixed_units(table: Table, column: str) -> None:
    """Refuse values with and without a per cent sign that cannot mean the same: 45 % is 0.45, and 46 is not."""
    cells = [(line, line.get(column)) for line in table.lines if line.get(column)]
    if not any(cell.endswith("%") for _, cell in cells):
        return
    for line, cell in cells:
        where = f"{table.name}, line {line.number}"
        if not cell.endswith("%") and abs(parse_number(cell, f"{where}, column {column}") or 0.0) > 1:
            raise TableError(
                f"{where}: {quoted(cell)} has no per cent sign, and other rows do. Write all of them alike."
            )


def _refuse_too_small(table: Table, column: str, values: Sequence[float]) -> None:
    """Refuse values that are no shares and so small that a point of a share is more than they change."""
    share = column in _SHARES or any(word in column for word in ("coverage", "share", "fraction", "percent"))
    most = max(map(abs, values), default=0.0)
    if not share and 0 < most <= LEAST_SHARE:
        raise TableError(
            f"{table.name}: no {column} is above {most:g}, and numbers up to 1 are taken for shares. "
            "Write it in a smaller unit (um in place of mm), or call the column coverage if it is a share."
        )


def _subject(line: Line) -> str:
    """Return whose row it is: of the merged table of a study a person is told by run and subject together."""
    run, subject = line.get("run"), line.get("subject")
    if not run or not line.get("photo"):
        return subject
    return run if subject in ("", DEFAULT_SUBJECT) else f"{run}/{subject}"


def _view(line: Line) -> str:
    """Return what a row is of: each zone of zones.csv is followed by itself."""
    view, zone = line.get("view"), line.get("zone")
    return f"{view or DEFAULT_VIEW}:{zone}" if zone else view


def _series(subject: str, view: str, rows: Sequence[Mapping[str, Cell]], today: date) -> Series:
    by_day: dict[date, list[Mapping[str, Cell]]] = {}
    undated = future = unusable = 0
    for row in rows:
        if str(row.get("status") or "measured") != "measured" or _float(row.get("coverage")) is None:
            unusable += 1
            continue
        day = parse_date(str(row.get("date") or ""), "table")
        if day is None:
            undated += 1
        elif day > today:
            future += 1
        else:
            by_day.setdefault(day, []).append(row)
    sessions = tuple(_session(day, listed) for day, listed in sorted(by_day.items()))
    return Series(subject, view, sessions, undated, future, unusable)


def _session(day: date, rows: Sequence[Mapping[str, Cell]]) -> Session:
    """Join the photos of a day; a photo with a warning counts less, and more photos make the session surer."""
    rows = sorted(rows, key=lambda row: (str(row.get("photo") or ""), _float(row.get("coverage")) or 0.0))
    values = [_float(row.get("coverage")) or 0.0 for row in rows]
    flags = [tuple(name for name in str(row.get("flags") or "").split(";") if name) for row in rows]
    sds = [max((FLAGS[name].scatter for name in names if _warns(name)), default=1.0) for names in flags]
    weights = [1 / sd**2 for sd in sds]
    value = sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
    alone = 1 / sum(weights)
    spread = math.sqrt(SHARED_OF_DAY * min(sds) ** 2 + (1 - SHARED_OF_DAY) * alone)
    apart = sum(w * (v - value) ** 2 for v, w in zip(values, weights, strict=True))
    repeat = [sd for row in rows if (sd := _float(row.get("repeat_sd"))) is not None and sd > 0]
    below, above = [], []
    for row, v in zip(rows, values, strict=True):
        low, high = _float(row.get("coverage_low")), _float(row.get("coverage_high"))
        if low is not None and high is not None and low <= v <= high:
            below.append(v - low)
            above.append(high - v)
    noise = statistics.median(repeat) if repeat else None
    margin = Z95 * (noise or 0.0) * spread
    low_margin, high_margin = (statistics.fmean(part) if part else margin for part in (below, above))
    return Session(
        day,
        value,
        value - low_margin,
        value + high_margin,
        tuple(str(row.get("photo") or "") for row in rows),
        tuple(dict.fromkeys(name for names in flags for name in names)),
        noise,
        spread,
        math.sqrt(apart / (len(rows) - 1)) if len(rows) > 1 else None,
    )


def _warns(name: str) -> bool:
    return name in FLAGS and FLAGS[name].severity == "warn"


def _float(cell: Cell) -> float | None:
    if cell is None or cell == "":
        return None
    number = float(cell) if isinstance(cell, int | float) else parse_number(cell, "table")
    return number if number is not None and math.isfinite(number) else None


def _number(line: Line, column: str | None, where: str) -> float | None:
    return parse_number(line.get(column), f"{where}, column {column}") if column else None


def _first(columns: Sequence[str], names: Iterable[str]) -> str | None:
    return next((name for name in names if name in columns), None)


def _value_column(table: Table) -> str:
    named = _first(table.columns, VALUES)
    if named:
        return named
    numeric = _numeric_columns(table)
    if len(numeric) == 1:
        return numeric[0]
    found = f"{', '.join(numeric[:3])} could all be" if numeric else "no column of numbers can be"
    raise TableError(f"{table.name}: {found} the value. Name its column coverage or value.")


def _instead(table: Table, value: str) -> str:
    """Return which columns can be followed where one cannot."""
    numeric = _numeric_columns(table)
    close = difflib.get_close_matches(value, numeric, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"{meant} Can be followed: {', '.join(numeric) or 'none'}."


def _numeric_columns(table: Table) -> list[str]:
    """Return the columns that hold nothing but numbers, and are no end of an interval nor its like."""
    return [
        name
        for name in table.columns
        if name not in _TEXTS | _OTHER_NUMBERS and not name.endswith(("_low", "_high", "_sd")) and _numeric(table, name)
    ]


def _numeric(table: Table, column: str) -> bool:
    cells = [line.get(column) for line in table.lines if line.get(column)]
    try:
        return bool(cells) and all(parse_number(cell, "") is not None for cell in cells)
    except TableError:
        return False
