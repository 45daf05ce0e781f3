"""The commands `progress` and `plan`."""

import json
from datetime import date, datetime
from pathlib import Path
from statistics import median

import click

from hairdensity.commands.options import DAY, Number
from hairdensity.commands.printing import Command, detail, note, one_line

FEW_RUNS = 10
"""So few courses are simulated before workers would have started."""
A_SLIP = 2
"""So many days in the future are slips of the pen; more are a table that is meant so, such as a simulated one."""


def _today(days: list[str]) -> date:
    """Return today, or the last day of a table that lies in the future by more than slips."""
    now = datetime.now().astimezone().date()
    future = [day for day in days if day > now.isoformat()]
    rows = "1 row is" if len(future) == 1 else f"{len(future)} rows are"
    if len(set(future)) > A_SLIP:
        note(f"{rows} dated in the future; they are used all the same.")
        return date.fromisoformat(max(future))
    if future:
        note(f"{rows} dated in the future ({', '.join(sorted(set(future)))}): left out.")
    return now


@click.command(cls=Command, short_help="The verdict on any table of dates and values.")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates: columns date, treatment, until, notes.")  # fmt: skip
@click.option("--value", metavar="COLUMN", help="Column to follow [default: coverage, value or the only number].")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--today", type=DAY, help="Leave out what is dated later [default: today].")
def progress(table: Path, treatments: Path | None, value: str | None, as_json: bool, today: date | None) -> None:
    """Say of a TABLE of values by date whether treatment worked, and whether it lasts.

    TABLE is a measurements.csv, a zones.csv, or any table with a column date and a column coverage, value, or any one
    column of numbers; view, zone and subject are used where they are there, and so is repeat_sd, the standard deviation
    between sessions without change. Columns low and high may stand there, but how far sessions scatter tells more.

    \b
    Example:
      hairdensity progress RESULTS/measurements.csv --treatments PHOTOS/treatments.csv
    """
    from hairdensity.errors import quoted
    from hairdensity.pool import Here, cores
    from hairdensity.progress import follow, progress_json, read_series_table
    from hairdensity.progress.words import lines_for
    from hairdensity.treatments import no_treatments, read_treatments
    from hairdensity.views import DEFAULT_SUBJECT

    known = read_treatments(treatments) if treatments else no_treatments()
    series = read_series_table(table, value)
    people = {str(row["subject"] or DEFAULT_SUBJECT) for row in series.rows}
    nobody = [f"{table.name}: holds nothing of {quoted(name)}." for name in known.subjects if name not in people]
    for warning in (*series.warnings, *known.warnings, *nobody):
        note(warning)
    day = today or _today([str(row["date"]) for row in series.rows if row["date"]])
    views = follow(series.rows, known, day, Here(cores()))
    if as_json:
        click.echo(json.dumps(progress_json(views), indent=2))
        return
    for number, view in enumerate(views):
        if number:
            click.echo()
        several = len({one.subject for one in views}) > 1
        for line in lines_for(view, several):
            click.echo(one_line(line))
        for name, share in view.probability.items():
            detail(f"  Probability of {name.replace('_', ' ')}: {share:.3f}")
        for one in view.checks:
            result = {True: "passed", False: "failed", None: "to know"}[one.passed]
            detail(f"  Check of {one.name}, {result}: {one.text}")
    if not views:
        click.echo("The table has no rows.")


@click.command(cls=Command, short_help="How often and how long to photograph until it shows.")
@click.option("--gain", type=Number(0.5, 100), default=6.0, show_default=True,
              help="Size of the gain that should be seen, in points of coverage.")  # fmt: skip
@click.option("--noise", type=Number(0.05, 50),
              help="Standard deviation between photos of an unchanged head, in points [default: 1.5].")  # fmt: skip
@click.option("--table", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Take the noise from one's own measurements.csv.")  # fmt: skip
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates that belong to the table.")  # fmt: skip
@click.option("--runs", type=click.IntRange(1, 10_000), default=40, show_default=True,
              help="Courses simulated for each answer.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the plans as JSON.")
def plan(
    gain: float, noise: float | None, table: Path | None, treatments: Path | None, runs: int, as_json: bool
) -> None:
    """Say how often to photograph, and for how long, until a gain or its loss would be seen.

    \b
    Example:
      hairdensity plan --gain 6 --table RESULTS/measurements.csv
    """
    from dataclasses import asdict

    from hairdensity.pool import Here, cores
    from hairdensity.progress.plan import DEFAULT_NOISE, plans

    own = noise if noise is not None else (_own_noise(table, treatments) if table else None)
    noise = DEFAULT_NOISE if own is None else own
    options = plans(gain, noise, runs=runs, run=Here(cores()) if runs > FEW_RUNS else None)
    if as_json:
        click.echo(json.dumps({"gain": gain, "noise": noise, "plans": [asdict(one) for one in options]}, indent=2))
        return
    click.echo(f"A gain of {gain:g} points, photos that differ by {noise:.1f} points (standard deviation):")
    click.echo("photos a session  sessions a month  months until the gain is seen  until its loss is seen")
    for one in options:
        to_gain, to_loss = (
            "over 24" if months is None else str(months) for months in (one.months_to_gain, one.months_to_loss)
        )
        click.echo(f"{one.photos:16d}  {one.sessions:16d}  {to_gain:>28s}  {to_loss:>22s}")
    click.echo(
        "Seen means: the verdict would say so in 80 of 100 courses like this. Counted from the start of treatment,"
    )
    click.echo("after three months of photos before it, and for the loss from the end of treatment.")


def _own_noise(table: Path, treatments: Path | None) -> float | None:
    """Return the noise of a table in points: the largest of its views, so that the plan holds for all."""
    from hairdensity.intervals import detectable
    from hairdensity.progress import follow, read_series_table
    from hairdensity.treatments import no_treatments, read_treatments

    known = read_treatments(treatments) if treatments else no_treatments()
    views = follow(read_series_table(table).rows, known, datetime.now().astimezone().date())
    changes = [
        view.smallest_detectable_change / view.unit / detectable(1, 1) / median(one.spread for one in view.sessions)
        for view in views
        if view.smallest_detectable_change is not None and len(view.sessions) >= 4
    ]
    if not changes:
        note("the table has too few sessions to tell its noise; the default is used.")
    return max(changes, default=None)
