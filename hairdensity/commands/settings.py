"""The command `settings`."""

import json
from pathlib import Path

import click

from hairdensity.commands.options import settings_option
from hairdensity.commands.printing import Command


@click.command(cls=Command, short_help="List all settings, as a file to change.")
@click.argument("photos", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@settings_option
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON, with where each comes from.")
def settings(photos: Path | None, settings_file: Path | None, as_json: bool) -> None:
    """List all settings with their defaults, and what is in force for PHOTOS.

    What is printed is a settings file: save it as hairdensity.toml in PHOTOS, or where you start the program, and
    change what you need.

    \b
    Examples:
      hairdensity settings > hairdensity.toml
      hairdensity settings PHOTOS
    """
    from hairdensity.preferences import choose, listed

    chosen = choose(photos, settings_file)
    if as_json:
        values = chosen.values.model_dump()
        content = {name: {"value": values[name], "from": source} for name, source in chosen.sources.items()}
        click.echo(json.dumps({"file": str(chosen.file) if chosen.file else None, "settings": content}, indent=2))
        return
    click.echo(listed(chosen), nl=False)
