"""Options that several commands take."""

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from hairdensity.views import DEFAULT_VIEW

Option = Callable[[Any], Any]


class Day(click.ParamType):  # type: ignore[type-arg]  # older versions of click know none
    """A day in any of the ways that tables may have it."""

    name = "date"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> date | None:  # noqa: ANN401 - as click has it
        """Return the day; what can be read in two ways, or in none, is refused with the remedy."""
        from hairdensity.errors import TableError
        from hairdensity.tables import parse_date

        if isinstance(value, date):
            return value
        try:
            return parse_date(value, "")
        except TableError as error:
            self.fail(str(error).removeprefix(": "), parameter, context)


class Page(click.Path):
    """A page to write: no other file, such as a photo that was named by a slip, is overwritten by one."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        """Return the path; one that does not end as a page does is refused."""
        path = super().convert(value, parameter, context)
        if Path(str(value)).suffix.lower() not in (".html", ".htm"):
            self.fail(
                f"{value} must end in .html, such as page.html (a PDF is written by --pdf of report).",
                parameter,
                context,
            )
        return path


class Number(click.FloatRange):
    """A number between bounds; `nan` and `inf`, which pass for numbers, are refused."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> float:  # noqa: ANN401 - as click has it
        """Return the number."""
        number = float(super().convert(value, parameter, context))
        if not math.isfinite(number):
            self.fail(f"{value} is not a number.", parameter, context)
        return number


DAY: Final = Day()
PAGE: Final = Page(dir_okay=False, path_type=Path)


def _settings(default: str) -> Option:
    return click.option(
        "--settings", "settings_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"Settings file [default: hairdensity.toml {default}].",
    )  # fmt: skip


settings_option = _settings("in PHOTOS, else where you start the program")
settings_here_option = _settings("where you start the program")
"""Of commands that take no photo folder."""
settings_of_each_option = _settings("in a folder of PHOTOS, else where you start the program")
view_option: Option = click.option(
    "--view", default=DEFAULT_VIEW, show_default=True, help="Where the camera looked: vertex, frontal, macro, ..."
)
jobs_option: Option = click.option("--jobs", type=click.IntRange(1, 512), help="Worker processes [default: all cores].")
cluster_option: Option = click.option(
    "--cluster", metavar="ADDRESS",
    help="Let a Dask cluster do the work, such as tcp://scheduler:8786; local: try one here.",
)  # fmt: skip
photo_seconds_option: Option = click.option(
    "--photo-seconds", type=Number(1), default=300, show_default=True,
    help="Leave out a photo that takes longer.",
)  # fmt: skip
