"""Fill the parts of README.md that the program knows better: columns, flags, commands, settings.

Run: `python docs/update_readme.py`.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import click

from hairdensity import columns, preferences
from hairdensity.cli import main as cli
from hairdensity.commands.printing import COMMON
from hairdensity.flags import FLAGS

README = Path(__file__).parents[1] / "README.md"


def flag_table() -> str:
    """Return the flags as a table, the gravest first."""
    words = {"reject": "no number", "warn": "warning", "note": "note"}
    lines = ["| flag | the photo | weight | advice |", "|---|---|---|---|"]
    for severity, shown in words.items():
        lines += [
            f"| `{flag.name}` | {flag.meaning} | {shown} | {flag.advice} |"
            for flag in FLAGS.values()
            if flag.severity == severity
        ]
    return "\n".join(lines) + "\n"


def command_list() -> str:
    """Return the commands with their options; those that all take stand once, at the end."""
    parts = []
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=f"hairdensity {name}")
        text = (command.help or "").split("\b")[0]
        paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
        parts.append(f"#### `{' '.join((context.command_path, *command.collect_usage_pieces(context)))}`\n")
        parts += [f"{paragraph}\n" for paragraph in paragraphs if paragraph]
        records = [
            record
            for parameter in command.params
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
        ]
        parts += [*_option_table(records), ""]
    context = click.Context(cli)
    parts += ["#### Options of every command", ""]
    parts += _option_table(record for one in COMMON if (record := one.get_help_record(context)))
    return "\n".join(parts)


def _option_table(records: Iterable[tuple[str, str]]) -> list[str]:
    # A bare | would end the cell, in code too.
    rows = ["| `{}` | {} |".format(*(" ".join(part.split()).replace("|", r"\|") for part in one)) for one in records]
    return ["| option | |\n|---|---|", *rows]


def filled(text: str) -> str:
    """Return the README with its generated parts made anew."""
    for name, part in (
        ("columns", columns.markdown()),
        ("zone columns", columns.markdown(columns.ZONE_COLUMNS)),
        ("flags", flag_table()),
        ("commands", command_list()),
        ("settings", preferences.markdown()),
    ):
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        place = pattern.search(text)
        if not place:
            raise ValueError(f"README.md has no place for {name}")
        text = f"{text[: place.start()]}{place[1]}\n{part}\n{place[2]}{text[place.end() :]}"
    return text


def main() -> None:
    """Write README.md where it changed."""
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
