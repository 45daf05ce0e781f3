"""The command `study`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hairdensity.commands.options import cluster_option, jobs_option, photo_seconds_option, settings_option
from hairdensity.commands.printing import Command, ProgressBar, note, one_line, quiet


@click.command(cls=Command, short_help="Analyze a folder of very many people, a run each.")
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results.")
@settings_option
@jobs_option
@cluster_option
@photo_seconds_option
@click.option("--title", help="Heading of the pages [default: Hair coverage report].")
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
def study(
    photos: Path,
    out: Path,
    settings_file: Path | None,
    cluster: str | None,
    photo_seconds: float,
    as_json: bool,
    **given: object,
) -> None:
    """Analyze PHOTOS, a folder with a folder for each person, and merge the tables of all.

    Each person is a run of its own, in OUT/PERSON; OUT/measurements.parquet, zones.parquet and verdicts.csv hold all of
    them. Where this command runs, memory does not grow with the photos. Needs the extra parquet. Exit status 0:
    something was measured; 1: nothing could be; 2: the command was wrong.

    \b
    Example:
      hairdensity study PHOTOS --out RESULTS --cluster tcp://scheduler:8786
    """
    from hairdensity.preferences import choose
    from hairdensity.spoken import counted
    from hairdensity.study import study as run

    values = choose(photos, settings_file, given).values
    with ProgressBar() as bar:
        done = run(
            photos, out, settings=values.measuring(), jobs=values.jobs, cluster=cluster, photo_seconds=photo_seconds,
            title=values.title, maps=values.maps, pdf=values.pdf, on_progress=bar.tell,
        )  # fmt: skip
    for warning in done.warnings:
        note(warning)
    for name, reason in done.failed:
        note(f"{name}: {reason}", "Left out")
    if as_json:
        click.echo(json.dumps(asdict(done), indent=2))
    elif not quiet():
        lost = done.rejected + done.unreadable
        click.echo(
            f"{counted(done.analyzed, 'person', 'people')} analyzed, {done.measured} of "
            f"{done.measured + lost} photos measured. The table of all: {one_line(str(out / 'measurements.parquet'))}"
        )
    if not done.measured:
        click.get_current_context().exit(1)
