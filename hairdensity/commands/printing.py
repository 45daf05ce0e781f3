"""What the commands print with: one safe line of any text, and a progress bar on a terminal."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click


def one_line(text: str) -> str:
    """Return text from a file name or file as one printable line: no newline, no control of the terminal."""
    text = text.replace("\u00a0", " ")
    return "".join(char if char.isprintable() else "?" for char in text.encode("utf-8", "replace").decode())


class ProgressBar(AbstractContextManager["ProgressBar"]):
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
