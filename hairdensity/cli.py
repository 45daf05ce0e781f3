"""The command line: parses and prints, and leaves the work to the modules. Heavy imports wait until they are needed."""

from typing import Any

import click

from hairdensity import __version__
from hairdensity.commands.analyze import analyze
from hairdensity.commands.card import card
from hairdensity.commands.check import check
from hairdensity.commands.compare import compare
from hairdensity.commands.printing import one_line
from hairdensity.commands.progress import plan, progress
from hairdensity.commands.report import report
from hairdensity.commands.simulate import simulate
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
            click.echo(f"Error: {one_line(text)}", err=True)
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


for command in (check, analyze, report, compare, progress, plan, card, simulate):
    main.add_command(command)
