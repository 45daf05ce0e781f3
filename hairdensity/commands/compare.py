"""The command `compare`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hairdensity.commands.options import PAGE, settings_here_option, view_option
from hairdensity.commands.printing import Command, detail, written


@click.command(cls=Command, short_help="Two photos: do they differ by more than noise?")
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@view_option
@click.option("--to", "page", type=PAGE, default=Path("comparison.html"), show_default=True, help="Page to write.")
@click.option("--blind", is_flag=True,
              help="For raters: hide order, dates and values; the key goes into a file beside the page.")  # fmt: skip
@settings_here_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def compare(
    before: Path, after: Path, view: str, page: Path, blind: bool, settings_file: Path | None, as_json: bool
) -> None:
    """Compare two photos, BEFORE and AFTER, of the same scalp: do they differ by more than noise?

    Writes one page with both on the same skin in the same light. Two photos cannot tell whether a change lasts, or why
    it came: a series can (analyze). Exit status 0: compared; 1: a photo cannot be used, or the two do not match.

    \b
    Examples:
      hairdensity compare before.jpg after.jpg --view vertex
      hairdensity compare before.jpg after.jpg --blind --to rating.html
    """
    from hairdensity.comparison import compare as run
    from hairdensity.comparison import write_comparison
    from hairdensity.preferences import choose
    from hairdensity.report.words import COVERAGE

    result = run(before, after, view=view, settings=choose(file=settings_file).values.measuring())
    paths = write_comparison(result, page, blind=blind)
    if as_json:
        content = {
            "before": asdict(result.before),
            "after": asdict(result.after),
            "change": result.change,
            "noise": result.noise,
            "more_than_noise": result.more_than_noise,
        }
        click.echo(json.dumps(content, indent=2))
        return
    if not blind:
        for name, found in (("Before", result.before), ("After", result.after)):
            click.echo(f"{name}: {COVERAGE.with_interval(found.value, found.low, found.high)}")
        verdict = "more than noise" if result.more_than_noise else "within noise"
        noise = COVERAGE.change(result.noise, signed=False)
        click.echo(f"Difference: {COVERAGE.change(result.change)}, {verdict} ({noise}).")
        for frame, flags in zip(result.frames, result.flags, strict=True):
            detail(f"{frame.photo}: {', '.join(flags) or 'no flags'}")
    for path in paths:
        written(path)
