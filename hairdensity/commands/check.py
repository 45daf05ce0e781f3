"""The command `check`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hairdensity.commands.options import settings_of_each_option, view_option
from hairdensity.commands.printing import Command, detail, one_line

if TYPE_CHECKING:
    from hairdensity.recipe import Observation


@click.command(cls=Command, short_help="Will this photo do? If not, what to do.")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@view_option
@settings_of_each_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(photos: tuple[Path, ...], view: str, settings_file: Path | None, as_json: bool) -> None:
    """Say whether each of PHOTOS is good enough, and if not, what to do.

    For use right after taking a photo. A folder stands for all photos in it: their folders then say the view, and
    photos.csv, regions.json and hairdensity.toml in it count, as they do for analyze. Exit status 0: all can be used;
    1: at least one cannot.

    \b
    Examples:
      hairdensity check IMG_1234.jpg IMG_1235.jpg
      hairdensity check PHOTOS/vertex
    """
    from hairdensity.flags import FLAGS

    results: list[dict[str, Any]] = []
    for path, seen in _seen(photos, view, settings_file):
        flags = [FLAGS[name] for name in seen.flags]
        said = [
            {"flag": flag.name, "severity": flag.severity, "meaning": flag.meaning, "advice": flag.advice}
            for flag in flags
        ]
        result = {"photo": str(path), "usable": seen.status == "measured", "reason": seen.reason, "flags": said}
        results.append(result)
        if not as_json:
            _print_check(result)
            _more(seen, said)
    if as_json:
        click.echo(json.dumps(results, indent=2))
    if not all(result["usable"] for result in results):
        click.get_current_context().exit(1)


def _seen(paths: tuple[Path, ...], view: str, settings_file: Path | None) -> Iterator[tuple[Path, "Observation"]]:
    """Yield each photo with what it says by itself; a folder is all photos in it, with what is written down there."""
    from hairdensity.find import find_photos
    from hairdensity.preferences import choose
    from hairdensity.recipe import observe
    from hairdensity.regions import REGIONS, Outlines, of_photos, read_regions
    from hairdensity.views import DEFAULT_VIEW, view_in

    for path in paths:
        settings = choose(path if path.is_dir() else None, settings_file).values.measuring()
        if not path.is_dir():
            yield path, observe(path, view, (), settings)
            continue
        own = view_in(path.absolute().name) or view
        photos = find_photos(path).photos
        names = (found.name for found in photos)
        drawn = of_photos(read_regions(path / REGIONS), names) if (path / REGIONS).is_file() else {}
        for found in photos:
            where = own if found.view == DEFAULT_VIEW else found.view
            outlines = drawn.get(found.name, Outlines()).region
            yield found.path, observe(found.path, where, outlines, settings, found.px_per_mm)


def _print_check(result: dict[str, Any]) -> None:
    name = one_line(result["photo"])
    if not result["usable"]:
        click.echo(f"{name}: {click.style('cannot be used.', fg='red', bold=True)} {one_line(result['reason'])}")
        return
    worth_saying = [flag for flag in result["flags"] if flag["severity"] == "warn"]
    if not worth_saying:
        click.echo(f"{name}: {click.style('good.', fg='green', bold=True)}")
        return
    click.echo(f"{name}: {click.style('can be used, but:', fg='yellow', bold=True)}")
    for flag in worth_saying:
        click.echo(f"  it {flag['meaning']}. {flag['advice']}")


def _more(seen: "Observation", said: list[dict[str, str]]) -> None:
    """Say what was noted, and the figures by which the photo was judged."""
    for flag in said:
        if flag["severity"] == "note":
            detail(f"  it {flag['meaning']}. {flag['advice']}")
    detail(f"  {seen.shape[1]} x {seen.shape[0]} pixels")
    for text in seen.notes:
        detail(f"  {text}")
    if seen.quality:
        for name, value in asdict(seen.quality).items():
            if isinstance(value, float):
                detail(f"  {name.replace('_', ' ')}: {value:.3g}")
