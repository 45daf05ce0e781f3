"""Parquet: the same tables with their types, for queries over many runs. Needs the extra `parquet`.

`measurements.parquet` holds what measurements.csv holds, to the same digits; units and meanings go with the columns.
"""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hairdensity.columns import Column, Row, written
from hairdensity.errors import HairdensityError
from hairdensity.files import write_whole


def require_parquet() -> None:
    """Say what to install before anything is measured, rather than after.

    Raises
    ------
    HairdensityError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise HairdensityError("Parquet needs pyarrow. Install it: pip install 'hairdensity[parquet]'.") from None
    del pa


def write_parquet(path: Path, rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Write a table as Parquet, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    rows : sequence of Row
        As for `hairdensity.table.write_rows`.
    columns : sequence of Column
        From `hairdensity.columns`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow.parquet import write_table

    types = {"text": pa.string(), "date": pa.date32(), "number": pa.float64(), "integer": pa.int64()}
    fields = [
        pa.field(column.name, types[column.kind], metadata={"unit": column.unit, "meaning": column.meaning})
        for column in columns
    ]
    arrays = [
        pa.array([_value(column, row) for row in rows], field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    data = io.BytesIO()
    write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), data)
    write_whole(path, data.getvalue())


def _value(column: Column, row: Row) -> Any:  # noqa: ANN401 - as the column has it
    text = written(column, row.get(column.name))
    match column.kind:
        case _ if text == "":
            return None
        case "number":
            return float(text)
        case "integer":
            return int(text)
        case "date":
            return date.fromisoformat(text)
        case "text":
            # A file name may hold half a character, which no UTF-8 text can.
            return text.encode("utf-8", "replace").decode("utf-8")
