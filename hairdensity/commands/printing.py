"""What the commands print with: one safe line of any text, notes that --quiet leaves out, colour on a terminal only.

Colour is click's: it goes to a terminal and nowhere else, and `cli` turns it off where NO_COLOR is set.
"""

import shutil
import sys
import textwrap
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

import click

QUIET, VERBOSE, DEBUG = "hairdensity.quiet", "hairdensity.verbose", "hairdensity.debug"
"""Where the options that all commands take are remembered, in the meta of click's context."""
COLOURS: Final = {"good": "green", "mixed": "yellow", "bad": "red", "calm": "blue", "open": None}
"""By the tone of a verdict; a word stands beside each, so that nothing is told by colour alone."""


def _switch(name: str, meaning: str) -> dict[str, Any]:
    def remember(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        # Shared by the group and its command; neither may undo what the other was told.
        context.meta[name] = context.meta.get(name, False) or value

    return {"is_flag": True, "expose_value": False, "callback": remember, "help": meaning}


COMMON: Final = (
    click.Option(["-q", "--quiet"], **_switch(QUIET, "Leave out notes and progress.")),
    click.Option(["-v", "--verbose"], **_switch(VERBOSE, "Say more: what was found, used and kept.")),
    click.Option(["--debug"], **_switch(DEBUG, "Show where in the program an error came from.")),
)
"""The options that all commands take; they may stand before the command's name as well as behind it."""


class Command(click.Command):
    """A command that takes, beside its own options, those that all commands take."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return its own options, those of all commands, and --help."""
        *own, last = super().get_params(ctx)
        return [*own, *COMMON, last]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line; where an option is missing, say what it is for."""
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as missing:
            if isinstance(missing.param, click.Option):
                raise click.UsageError(f"{missing.format_message()} {missing.param.help}", missing.ctx) from missing
            raise


def one_line(text: str) -> str:
    """Return text from a file name or file as one printable line: no newline, no control of the terminal."""
    text = text.replace("\u00a0", " ")
    return "".join(char if char.isprintable() else "?" for char in text.encode("utf-8", "replace").decode())


def quiet() -> bool:
    """Whether the user wants no notes and no progress."""
    return bool(click.get_current_context().meta.get(QUIET))


def verbose() -> bool:
    """Whether the user wants to know more."""
    return bool(click.get_current_context().meta.get(VERBOSE))


def note(text: str, word: str = "Note") -> None:
    """Say something to the person, beside what the command prints; nothing with --quiet."""
    if not quiet():
        click.echo(f"{click.style(f'{word}:', fg='yellow')} {one_line(text)}", err=True)


def detail(text: str) -> None:
    """Say something that only --verbose asks for."""
    if verbose():
        click.echo(one_line(text), err=True)


def error(text: str) -> None:
    """Say what went wrong, in one line."""
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {one_line(text)}", err=True)


def written(path: Path) -> None:
    """Say which file was written."""
    if not quiet():
        click.echo(f"Written: {one_line(str(path))}")


def headline(title: str, verdict: str, tone: str, text: str) -> None:
    """Print a verdict: its title and badge, then what it means, folded to the width of a terminal."""
    badge = click.style(one_line(verdict), fg=COLOURS.get(tone), bold=True)
    click.echo(f"{click.style(one_line(title), bold=True)}: {badge}")
    width = min(100, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 10_000
    for line in textwrap.wrap(one_line(text), width, initial_indent="  ", subsequent_indent="  "):
        click.echo(line)


class ProgressBar(AbstractContextManager["ProgressBar"]):
    """A progress bar for each thing that is being done, on a terminal only."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and not quiet()
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
