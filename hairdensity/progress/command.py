"""The commands `progress` and `plan`: they parse and print, the rest of the package does the work."""

import json
from datetime import date, datetime
from pathlib import Path

import click


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text.encode("utf-8", "replace").decode())


def _day(_context: click.Context, _parameter: click.Parameter, text: str | None) -> date:
    from hairdensity.errors import TableError
    from hairdensity.tables import parse_date

    try:
        day = parse_date(text or "", "--today")
    except TableError as error:
        raise click.BadParameter(str(error)) from error
    return day or datetime.now().astimezone().date()


@click.command()
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates: columns date, treatment, until, notes.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--today", callback=_day, metavar="DATE", help="Leave out what is dated later [default: today].")
def progress(table: Path, treatments: Path | None, as_json: bool, today: date) -> None:
    """Say of a TABLE of values by date whether treatment worked, and whether it lasts.

    TABLE is a measurements.csv, or any table with a column date and a column coverage, value, or any one column of
    numbers; low, high, view and subject are used where they are there.

    \b
    Example:
      hairdensity progress RESULTS/measurements.csv --treatments PHOTOS/treatments.csv
    """
    from hairdensity.progress import follow, progress_json, read_series_table
    from hairdensity.progress.words import lines_for
    from hairdensity.treatments import no_treatments, read_treatments

    known = read_treatments(treatments) if treatments else no_treatments()
    series = read_series_table(table)
    for warning in (*series.warnings, *known.warnings):
        click.echo(f"Note: {_one_line(warning)}", err=True)
    views = follow(series.rows, known, today)
    if as_json:
        click.echo(json.dumps(progress_json(views), indent=2))
        return
    for number, view in enumerate(views):
        if number:
            click.echo()
        several = len({one.subject for one in views}) > 1
        for line in lines_for(view, several):
            click.echo(_one_line(line))
    if not views:
        click.echo("The table has no rows.")
