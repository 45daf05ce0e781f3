"""regions.json: outlines of the scalp and of parts of it, drawn by a person instead of found by the program."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hairdensity.errors import TableError, quoted
from hairdensity.find import means
from hairdensity.region import Polygon

REGIONS: Final = "regions.json"
"""Its name in the photo folder."""
LONGEST_NAME: Final = 40
"""Letters of a zone's name: it stands in tables and beside charts."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a person drew in one photo; corners (x, y) in pixels of the upright photo.

    Parameters
    ----------
    region : tuple of Polygon
        Outlines of the scalp; empty: the program finds it.
    zones : tuple of (str, tuple of Polygon)
        Parts of it with a name each; empty: the program cuts them.
    """

    region: tuple[Polygon, ...] = ()
    zones: tuple[tuple[str, tuple[Polygon, ...]], ...] = ()


Drawn = Mapping[str, Outlines]
"""Outlines by photo path below PHOTOS."""


def read_regions(path: Path) -> Drawn:
    """Read regions.json.

    The file is an object of `{"vertex/a.jpg": [[[x, y], ...], ...]}`: for each photo one or more polygons of three or
    more corners, in pixels of the upright photo. A single polygon may stand without the outer list. Where parts are
    drawn too, the photo has an object: `{"vertex/a.jpg": {"region": POLYGONS, "zones": {"whorl": POLYGONS}}}`, either
    of which may be left out. What is drawn in the baseline photo holds for the whole series.

    Raises
    ------
    TableError
        If it is not such a file; the message says which photo and what to write.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TableError(f"{path.name}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise TableError(f"{path.name}: is not JSON ({error}).".replace("\n", " ")) from error
    if not isinstance(content, dict):
        raise TableError(f'{path.name}: must be an object such as {{"vertex/a.jpg": [[[x, y], [x, y], [x, y]]]}}.')
    return {photo: _outlines(path.name, photo, value) for photo, value in content.items()}


def of_photos(drawn: Drawn, photos: Iterable[str]) -> Drawn:
    """Return the outlines by the names that photos have, where the file calls them as another system does.

    Raises
    ------
    TableError
        If two of the file's names mean the same photo.
    """
    meant = means(photos)
    found: dict[str, Outlines] = {}
    for said, outlines in drawn.items():
        name = meant(said) or said
        if name in found:
            raise TableError(f"{REGIONS}: {quoted(name)} is listed twice. Delete one of the entries.")
        found[name] = outlines
    return found


def outlined(drawn: Drawn) -> frozenset[str]:
    """Return the photos in which the region itself is drawn."""
    return frozenset(name for name, outlines in drawn.items() if outlines.region)


def _outlines(file: str, photo: str, value: Any) -> Outlines:  # noqa: ANN401 - whatever stands in the file
    if not isinstance(value, dict):
        return Outlines(_polygons(f"{file}: {quoted(photo)}", value))
    unknown = sorted(set(value) - {"region", "zones"})
    if unknown or not value:
        what = f"has {quoted(unknown[0])}, but" if unknown else "is empty, but"
        raise TableError(f"{file}: {quoted(photo)} {what} only region and zones can be drawn.")
    zones = value.get("zones", {})
    if not isinstance(zones, dict):
        raise TableError(
            f'{file}: zones of {quoted(photo)} must be an object such as {{"whorl": [[x, y], [x, y], [x, y]]}}.'
        )
    named = tuple((_name(file, photo, name), _polygons(f"{file}: zone {quoted(name)} of {quoted(photo)}", drawn))
                  for name, drawn in zones.items())  # fmt: skip
    twice = next((name for name, _ in named if [other for other, _ in named].count(name) > 1), None)
    if twice is not None:
        raise TableError(f"{file}: {quoted(photo)} has two zones called {quoted(twice)}. Give each its own name.")
    region = _polygons(f"{file}: {quoted(photo)}", value["region"]) if "region" in value else ()
    return Outlines(region, named)


def _name(file: str, photo: str, name: str) -> str:
    cleaned = name.strip()
    if not cleaned or len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise TableError(
            f"{file}: {quoted(photo)} has a zone called {quoted(name)}. Write a name of 1 to {LONGEST_NAME} letters."
        )
    return cleaned


def _polygons(where: str, value: Any) -> tuple[Polygon, ...]:  # noqa: ANN401 - whatever stands in the file
    listed = [value] if _is_polygon(value) else value
    if not (isinstance(listed, list) and listed and all(_is_polygon(polygon) for polygon in listed)):
        raise TableError(
            f"{where} must be a list of polygons, each a list of three or more [x, y] in pixels of the photo."
        )
    return tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in listed)


def _is_polygon(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return isinstance(value, list) and len(value) >= 3 and all(_is_corner(corner) for corner in value)


def _is_corner(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e6 for n in value)
    )
