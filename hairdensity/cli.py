"""The command line: parses and prints, and leaves the work to the modules. Heavy imports wait until they are needed."""

import io
import os
import sys
from pathlib import Path
from typing import Any, Final

import click

from hairdensity import __version__
from hairdensity.commands.analyze import analyze
from hairdensity.commands.card import card
from hairdensity.commands.check import check
from hairdensity.commands.compare import compare
from hairdensity.commands.printing import COMMON, DEBUG, error
from hairdensity.commands.progress import plan, progress
from hairdensity.commands.report import report
from hairdensity.commands.settings import settings
from hairdensity.commands.simulate import simulate
from hairdensity.commands.study import study
from hairdensity.errors import HairdensityError, TableError

STORY: Final = (
    ("Before and while you photograph", (card, check)),
    ("Measure", (analyze, compare, study)),
    ("Look again, without measuring again", (report, progress)),
    ("Plan and set up", (plan, settings, simulate)),
)
"""The commands in order of use."""
EXAMPLES = """
\b
Examples:
  hairdensity check IMG_1234.jpg              right after taking it: will it do?
  hairdensity analyze PHOTOS --out RESULTS    then open RESULTS/report.html
  hairdensity report RESULTS --pdf            the same page again, for printing
  hairdensity analyze --help                  all about one command

\b
PHOTOS is a folder with a folder for each view in it (vertex, frontal, ...);
dates come from the photos or from their names. PHOTOS/treatments.csv says what
was done, and when. Its first line: date,treatment,until,notes
"""


class _Commands(click.Group):
    """Turns errors meant for people into one line, and keeps tracebacks for --debug."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in order of use rather than of the alphabet."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by what they are for."""
        del ctx
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, commands in STORY:
            with formatter.section(title):
                formatter.write_dl([(command.name or "", command.get_short_help_str(width)) for command in commands])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; where a folder or file stands in its place, say what may have been meant."""
        if args and args[0] not in self.commands and Path(args[0]).exists():
            meant = "analyze {} --out RESULTS" if Path(args[0]).is_dir() else "check {}"
            ctx.fail(f"{args[0]!r} is no command. Did you mean: hairdensity {meant.format(args[0])}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal or file that lacks a letter shows a question mark, and the run has its result all the same.
            sys.stdout.reconfigure(errors="replace")
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            ctx.color = False
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise  # the last: nobody reads on, as behind `| head`; click ends quietly then
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished is kept: the same command goes on from here.", err=True)
            ctx.exit(130)
        except Exception as problem:
            if ctx.meta.get(DEBUG):
                raise
            error(_told(problem))
            ctx.exit(2 if isinstance(problem, TableError) else 1)


def _told(problem: Exception) -> str:
    """Return what a person is told of an error."""
    if isinstance(problem, HairdensityError):
        return str(problem)
    if isinstance(problem, OSError) and problem.strerror:
        # Such as a name that no disk takes: what the system says is clear enough.
        return f"{problem.filename or 'the system'}: {problem.strerror}."
    return f"unexpected {type(problem).__name__}: {problem}. --debug shows where."


@click.group(cls=_Commands, epilog=EXAMPLES, params=[*COMMON], context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Is my hair getting denser, by how much, how sure is that, and does it last?

    Takes ordinary scalp photos, measures how much of the scalp hair covers, with an honest interval, and follows it
    across sessions. Everything stays on this computer.
    """


for _, commands in STORY:
    for command in commands:
        main.add_command(command)
