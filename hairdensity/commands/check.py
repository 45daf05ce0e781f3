"""The command `check`."""

import json
from pathlib import Path
from typing import Any

import click

from hairdensity.commands.printing import one_line


@click.command()
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


def _print_check(result: dict[str, Any]) -> None:
    name = one_line(result["photo"])
    if not result["usable"]:
        click.echo(f"{name}: cannot be used. {one_line(result['reason'])}")
        return
    worth_saying = [flag for flag in result["flags"] if flag["severity"] == "warn"]
    if not worth_saying:
        click.echo(f"{name}: good.")
        return
    click.echo(f"{name}: can be used, but:")
    for flag in worth_saying:
        click.echo(f"  it {flag['meaning']}. {flag['advice']}")
