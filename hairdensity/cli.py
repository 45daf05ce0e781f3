"""The command line: parses and prints, and leaves the work to the modules. Heavy imports wait until they are needed."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from hairdensity import __version__
from hairdensity.errors import HairdensityError, TableError

EXAMPLES = """
\b
Examples:
  hairdensity check IMG_1234.jpg
  hairdensity analyze PHOTOS --out RESULTS
  hairdensity progress RESULTS/measurements.csv --treatments PHOTOS/treatments.csv
"""


class _Commands(click.Group):
    """Turns errors meant for people into one line, and keeps tracebacks for --debug."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in order of use rather than of the alphabet."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished is kept: the same command goes on from here.", err=True)
            ctx.exit(130)
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            known = isinstance(error, HairdensityError)
            text = str(error) if known else f"unexpected {type(error).__name__}: {error}. --debug shows where."
            click.echo(f"Error: {_one_line(text)}", err=True)
            ctx.exit(2 if isinstance(error, TableError) else 1)


@click.group(cls=_Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Is my hair getting denser, by how much, how sure is that, and does it last?

    Takes ordinary scalp photos, measures how much of the scalp hair covers, with an honest interval, and follows it
    across sessions. Everything stays on this computer.
    """
    del debug  # read from the context where errors are caught


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--view", default="scalp", show_default=True, help="Where the camera looked: vertex, frontal, macro, ...")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(photos: tuple[Path, ...], view: str, as_json: bool) -> None:
    """Say whether each of PHOTOS is good enough, and if not, what to do.

    For use right after taking a photo. Exit status 0: all can be used; 1: at least one cannot.

    \b
    Example:
      hairdensity check IMG_1234.jpg IMG_1235.jpg
    """
    from hairdensity.flags import FLAGS
    from hairdensity.recipe import observe
    from hairdensity.settings import Settings

    results = []
    for path in photos:
        seen = observe(path, view, (), Settings())
        flags = [FLAGS[name] for name in seen.flags]
        said = [
            {"flag": flag.name, "severity": flag.severity, "meaning": flag.meaning, "advice": flag.advice}
            for flag in flags
        ]
        results.append({"photo": str(path), "usable": seen.status == "measured", "reason": seen.reason, "flags": said})
    if as_json:
        click.echo(json.dumps(results, indent=2))
    else:
        for result in results:
            _print_check(result)
    if not all(result["usable"] for result in results):
        click.get_current_context().exit(1)


@main.command()
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results.")
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates [default: treatments.csv in PHOTOS].")  # fmt: skip
@click.option("--regions", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Regions drawn by hand [default: regions.json in PHOTOS].")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 512), help="Worker processes [default: all cores].")
@click.option("--maps", is_flag=True, help="Also write the share of hair of each pixel to OUT/maps.")
@click.option("--segmenter", type=click.Choice(["classical"]), default="classical", show_default=True,
              help="How hair is told from skin.")  # fmt: skip
@click.option("--work-px", type=click.IntRange(128, 8192), default=1280, show_default=True,
              help="Longer side of the picture that is segmented.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def analyze(
    photos: Path,
    out: Path,
    treatments: Path | None,
    regions: Path | None,
    jobs: int | None,
    maps: bool,
    segmenter: str,
    work_px: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure a folder of PHOTOS and report: is it working, is it holding?

    Writes measurements.csv, masks, progress.json, report.html and run.json to the OUT folder. A run that was stopped
    goes on where it was, and photos measured before are not measured again. Exit status 0: something was measured;
    1: nothing could be; 2: the command was wrong.

    \b
    Example:
      hairdensity analyze PHOTOS --out RESULTS
    """
    from hairdensity.analyze import analyze as run
    from hairdensity.settings import Settings

    with _Bar(shown=not quiet and sys.stderr.isatty()) as bar:
        analysis = run(
            photos,
            out,
            treatments=treatments,
            regions=regions,
            settings=Settings(segmenter=segmenter, work_px=work_px),
            jobs=jobs,
            maps=maps,
            on_progress=bar.tell,
        )
    if not quiet:
        for warning in analysis.warnings:
            click.echo(f"Note: {_one_line(warning)}", err=True)
        for row in analysis.rows:
            if row["status"] != "measured":
                click.echo(f"Left out: {_one_line(str(row['photo']))}: {_one_line(str(row['reason']))}", err=True)
    counts = {status: analysis.count(status) for status in ("measured", "rejected", "unreadable")}
    if as_json:
        summary = {
            "photos": len(analysis.rows),
            **counts,
            "measured_now": analysis.measured_now,
            "report": str(analysis.paths.report),
            **analysis.progress,
        }
        click.echo(json.dumps(summary, indent=2))
    elif not quiet:
        for headline in analysis.headlines[:20]:
            click.echo(_one_line(headline))
        if len(analysis.headlines) > 20:
            click.echo(f"... and {len(analysis.headlines) - 20} more: see the report.")
        click.echo(
            f"{counts['measured']} of {len(analysis.rows)} photos measured, {counts['rejected']} rejected, "
            f"{counts['unreadable']} unreadable. Report: {analysis.paths.report}"
        )
    if not counts["measured"]:
        click.get_current_context().exit(1)


class _Bar(AbstractContextManager["_Bar"]):
    """A progress bar for each thing that is being done, on a terminal only."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._what = ""
        self._close: Callable[..., object] = nullcontext().__exit__
        self._bar: Any = None

    def tell(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if not self._shown or total == 0:
            return
        if what != self._what:
            self._finish()
            self._what = what
            bar = click.progressbar(length=total, label=what.capitalize().ljust(18), file=sys.stderr, show_pos=True)
            self._bar, self._close = bar.__enter__(), bar.__exit__
        self._bar.update(done - self._bar.pos)

    def _finish(self) -> None:
        self._close(None, None, None)
        self._close = nullcontext().__exit__

    def __exit__(self, *_: object) -> None:
        self._finish()


def _print_check(result: dict[str, Any]) -> None:
    name = _one_line(result["photo"])
    if not result["usable"]:
        click.echo(f"{name}: cannot be used. {_one_line(result['reason'])}")
        return
    worth_saying = [flag for flag in result["flags"] if flag["severity"] == "warn"]
    if not worth_saying:
        click.echo(f"{name}: good.")
        return
    click.echo(f"{name}: can be used, but:")
    for flag in worth_saying:
        click.echo(f"  it {flag['meaning']}. {flag['advice']}")


def _one_line(text: str) -> str:
    """Return text from a file name or file as one printable line: no newline, no control of the terminal."""
    return "".join(char if char.isprintable() else "?" for char in text.encode("utf-8", "replace").decode())
