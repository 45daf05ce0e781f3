"""regions.json: outlines of the scalp drawn by a person, instead of the program's own."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hairdensity.errors import TableError
from hairdensity.region import Polygon

Drawn = Mapping[str, tuple[Polygon, ...]]
"""Polygons by photo path below PHOTOS; corners (x, y) in pixels of the upright photo."""


def read_regions(path: Path) -> Drawn:
    """Read regions.json.

    The file is an object of `{"vertex/a.jpg": [[[x, y], ...], ...]}`: for each photo one or more polygons of three or
    more corners, in pixels of the upright photo. A single polygon may stand without the outer list. What is drawn in
    the baseline photo holds for the whole series.

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
    return {photo: _polygons(path.name, photo, value) for photo, value in content.items()}


def _polygons(file: str, photo: str, value: Any) -> tuple[Polygon, ...]:  # noqa: ANN401 - whatever stands in the file
    listed = [value] if _is_polygon(value) else value
    if not (isinstance(listed, list) and listed and all(_is_polygon(polygon) for polygon in listed)):
        raise TableError(
            f"{file}: {photo!r} must be a list of polygons, each a list of three or more [x, y] in pixels of the photo."
        )
    return tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in listed)


def _is_polygon(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return isinstance(value, list) and len(value) >= 3 and all(_is_corner(corner) for corner in value)


def _is_corner(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(
            isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) and abs(n) < 1e6 for n in value
        )
    )
