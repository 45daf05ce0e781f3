"""Parquet: the same tables with their types, for queries over many runs. Needs the extra `parquet`.

`measurements.parquet` holds what measurements.csv holds, to the same digits; units and meanings go with the columns.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from hairdensity.columns import Column, Row, written
from hairdensity.errors import HairdensityError
from hairdensity.files import write_whole, writing

GROUP_ROWS: Final = 20_000
"""Rows that are held at a time when tables are merged: some twenty megabytes."""
MOST_PIECES: Final = 50
"""Tables that are held at a time: many small ones are laid together."""
RUN: Final = Column("run", "", "text", 0, "which run the row is of")


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

    fields = _fields(columns)
    arrays = [
        pa.array([_value(column, row) for row in rows], field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    data = io.BytesIO()
    write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), data)
    write_whole(path, data.getvalue())


def merge_parquet(path: Path, shards: Iterable[tuple[str, Path]], columns: Sequence[Column]) -> int:
    """Write the tables of many runs as one, whole or not at all, and return the number of its rows.

    Parameters
    ----------
    path : Path
        The file.
    shards : iterable of (str, Path)
        Of each run its name, which becomes the first column, `run`, and its table as `write_parquet` wrote it.
    columns : sequence of Column
        From `hairdensity.columns`; a column that an older table lacks is empty there, others are left out.

    Raises
    ------
    OutputError
        If the file cannot be written.
    HairdensityError
        If a shard cannot be read.

    Notes
    -----
    Shards are read bit by bit, and no more than `GROUP_ROWS` rows are held at a time.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = pa.schema([_fields((RUN,))[0], *_fields(columns)])
    written_rows = 0
    with writing(path) as file, ParquetWriter(file, schema) as writer:
        for group in _groups(shards, schema):
            writer.write_table(group)
            written_rows += group.num_rows
    return written_rows


def _groups(shards: Iterable[tuple[str, Path]], schema: Any) -> Iterator[Any]:  # noqa: ANN401 - pyarrow has no types
    """Yield the rows of all shards in groups of `GROUP_ROWS` or a little more."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    held: list[Any] = []
    for name, path in shards:
        try:
            with ParquetFile(path) as shard:
                for batch in shard.iter_batches(GROUP_ROWS):
                    arrays = [pa.array([name] * batch.num_rows, pa.string()), *_columns(batch, list(schema)[1:])]
                    held.append(pa.Table.from_arrays(arrays, schema=schema))
                    if len(held) == MOST_PIECES:
                        # Of a few rows each, they would take a hundred times what the rows do.
                        held = [pa.concat_tables(held).combine_chunks()]
                    if sum(table.num_rows for table in held) >= GROUP_ROWS:
                        yield pa.concat_tables(held)
                        held = []
        except (OSError, pa.ArrowException) as error:
            raise HairdensityError(f"{path}: cannot be read ({type(error).__name__}). Run that one again.") from error
    if held:
        yield pa.concat_tables(held)


def _columns(batch: Any, fields: Sequence[Any]) -> list[Any]:  # noqa: ANN401 - pyarrow has no types
    """Return the columns of a batch as these fields have them, empty where it lacks one."""
    import pyarrow as pa

    if [(field.name, field.type) for field in batch.schema] == [(field.name, field.type) for field in fields]:
        return list(batch.columns)
    known = set(batch.schema.names)
    return [
        batch[field.name].cast(field.type) if field.name in known else pa.nulls(batch.num_rows, field.type)
        for field in fields
    ]


def _fields(columns: Iterable[Column]) -> list[Any]:
    import pyarrow as pa

    types = {"text": pa.string(), "date": pa.date32(), "number": pa.float64(), "integer": pa.int64()}
    return [
        pa.field(column.name, types[column.kind], metadata={"unit": column.unit, "meaning": column.meaning})
        for column in columns
    ]


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
