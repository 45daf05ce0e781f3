"""The command `report`."""

from datetime import date
from pathlib import Path

import click

from hairdensity.commands.options import DAY, PAGE, settings_here_option
from hairdensity.commands.printing import Command, note, written


@click.command(cls=Command, short_help="Make the page again: PDF, other names or dates, a subset.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "page", type=PAGE, help="Page to write [default: report.html in OUT].")
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Other treatment dates than those of the run.")  # fmt: skip
@click.option("--dates", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Other days of photos, also in their names: a table with the columns photo and date.")  # fmt: skip
@click.option("--subject", multiple=True, help="Only this person; may be given more than once.")
@click.option("--view", multiple=True, help="Only this view; may be given more than once.")
@click.option("--since", type=DAY, help="Only photos from this day on.")
@click.option("--until", type=DAY, help="Only photos until this day.")
@click.option("--name", multiple=True, metavar="OLD=NEW", help="Call a person otherwise on the page.")
@click.option("--title", help="Heading of the page [default: that of the run].")
@click.option("--pdf/--no-pdf", default=None, help="Write the same as PDF beside it [default: no-pdf].")
@settings_here_option
def report(
    out: Path,
    page: Path | None,
    treatments: Path | None,
    dates: Path | None,
    subject: tuple[str, ...],
    view: tuple[str, ...],
    since: date | None,
    until: date | None,
    name: tuple[str, ...],
    title: str | None,
    pdf: bool | None,
    settings_file: Path | None,
) -> None:
    """Make the page of a finished run again, without its photos and without measuring.

    OUT is the folder that analyze wrote to. Only the page is written; table and verdicts stay those of the run.

    \b
    Examples:
      hairdensity report RESULTS --pdf
      hairdensity report RESULTS --subject ann --name ann=A. --to ann.html
    """
    from hairdensity.preferences import choose
    from hairdensity.remake import Wanted, read_dates, remake

    pairs = dict(pair.partition("=")[::2] for pair in name)
    if any("=" not in pair for pair in name):
        raise click.UsageError("--name must be OLD=NEW, such as --name ann=A.")
    wanted = Wanted(
        subjects=subject,
        views=view,
        since=since,
        until=until,
        names=pairs,
        dates=read_dates(dates) if dates else None,
        title=title,
    )
    with_pdf = choose(file=settings_file, given={"pdf": pdf}).values.pdf
    for path in remake(out, page, wanted=wanted, treatments=treatments, pdf=with_pdf, tell=note):
        written(path)
