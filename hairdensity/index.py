"""Index: what the last run found out about each file, so that the next one opens only those that are new or changed.

One file, `cache/index.json`. What it says of a photo holds while that has the same size and time of change, and for the
code that wrote it. An index that is damaged or gone is made anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from hairdensity.files import write_whole
from hairdensity.find import ExifDay, FoundPhoto, read_exif_day
from hairdensity.keep import Keeper, facts_of, method_digest, observation_from
from hairdensity.recipe import Observation
from hairdensity.views import MACRO

FILE: Final = "index.json"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one file.

    Parameters
    ----------
    stamp : list of int
        Its size and time of change.
    digest : str
        SHA-256 of its bytes; empty where it could not be read.
    exif_day : str or None
        Day that its EXIF says, ISO; empty where it says none, None where it was not asked.
    entry : str
        Name of what is kept of it.
    facts : dict or None
        What it says by itself, less the pictures; None where that is read from what is kept.
    """

    stamp: list[int]
    digest: str
    exif_day: str | None
    entry: str
    facts: dict[str, Any] | None


def stamp_of(path: Path) -> list[int]:
    """Return size and time of change: enough to know an unchanged file without reading it; empty where it is gone."""
    try:
        status = path.stat()
    except OSError:
        return []
    # Some stores do not say when a file was changed: it is then read, to be known by what is in it.
    return [status.st_size, status.st_mtime_ns] if status.st_mtime_ns else []


def read_index(cache: Path) -> dict[str, Known]:
    """Return what the last run knew, by the names of photos; nothing where that is damaged, gone, or of other code."""
    match read_json(cache / FILE):
        case {"method": str(method), "photos": dict(photos)} if method == method_digest():
            return {str(name): known for name, kept in photos.items() if (known := _known(kept))}
    return {}


def read_json(path: Path) -> dict[str, Any]:
    """Return the content of a file of JSON; empty where that is no object, or damaged, or gone."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _known(kept: object) -> Known | None:
    match kept:
        case [[int(size), int(changed)], str(digest), str() | None as day, str(entry), dict() | None as facts]:
            return Known([size, changed], digest, day, entry, facts)
    return None


def write_index(cache: Path, photos: Mapping[str, Known]) -> None:
    """Write what this run knows.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    listed = {name: (one.stamp, one.digest, one.exif_day, one.entry, one.facts) for name, one in photos.items()}
    write_whole(cache / FILE, json.dumps({"method": method_digest(), "photos": listed}))


def known_of(photo: FoundPhoto, stamp: list[int], observation: Observation, entry: str) -> Known:
    """Return what is known of a photo that was observed while it had this stamp."""
    day = photo.date.isoformat() if photo.date and photo.date_from == "exif" else ""
    asked = photo.date_from in ("exif", "name", "")
    # The hairs of a macro photo would make the index large, and what could not be read is tried again.
    facts = facts_of(observation) if observation.digest and photo.view != MACRO else None
    return Known(stamp, observation.digest, day if asked else None, entry, facts)


def observation_in(known: Known, entry: str, keeper: Keeper) -> Observation | None:
    """Return a known observation, less its pictures, as far as they are still there; None where it must be made."""
    if known.facts is None or known.entry != entry:
        return keeper.load_observation(entry, pictures=False)
    try:
        return observation_from(known.facts) if keeper.path(entry).is_file() else None
    except (KeyError, TypeError, IndexError, AttributeError):
        return None


def exif_day_by(index: Mapping[str, Known]) -> ExifDay:
    """Return what gives the day that the EXIF of a photo says, opening only those that are new or changed."""

    def exif_day(path: Path, name: str) -> date | None:
        known = index.get(name)
        if known is None or known.exif_day is None or known.stamp != stamp_of(path):
            return read_exif_day(path, name)
        try:
            return date.fromisoformat(known.exif_day) if known.exif_day else None
        except ValueError:
            return read_exif_day(path, name)

    return exif_day
