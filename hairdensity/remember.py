"""Remember: what a finished run measured, so that its page can be made again without the photos.

`cache/photos.json` names each photo with subject, view, date and what was kept of it; everything else is kept already.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from hairdensity.errors import OutputError
from hairdensity.files import OutPaths, write_whole
from hairdensity.find import FoundPhoto
from hairdensity.keep import Keeper, method_digest
from hairdensity.recipe import Observation
from hairdensity.region import Polygon
from hairdensity.regions import Drawn, Outlines
from hairdensity.rows import MeasuredSeries
from hairdensity.settings import Settings
from hairdensity.stages import Job
from hairdensity.treatments import Course, Event, Treatments

FILE: Final = "photos.json"
_AGAIN: Final = "Run hairdensity analyze again; then the page can be made from it."


@dataclass(frozen=True, slots=True)
class Remembered:
    """A finished run.

    Parameters
    ----------
    photos : tuple of (FoundPhoto, Observation, str)
        Each photo, what it says by itself (facts only), and the name of what is kept of it.
    drawn : Drawn
        What a person drew.
    settings : Settings
        How it was measured.
    today : date
        Day of the run.
    treatments : Treatments
        What was done to the head, and when.
    warnings : tuple of str
        What the run had to say about its inputs.
    run : dict
        Content of run.json.
    title : str
        Heading of the page.
    """

    photos: tuple[tuple[FoundPhoto, Observation, str], ...]
    drawn: Drawn
    settings: Settings
    today: date
    treatments: Treatments
    warnings: tuple[str, ...]
    run: dict[str, Any]
    title: str


def write_recipe(job: Job, measured: Sequence[MeasuredSeries], title: str) -> None:
    """Write what `remembered` reads.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    measured : sequence of MeasuredSeries
        Every subject and view.
    title : str
        Heading of the page.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    photos = [
        {
            "photo": member.found.name,
            "subject": member.found.subject,
            "view": member.found.view,
            "date": member.found.date.isoformat() if member.found.date else "",
            "date_from": member.found.date_from,
            "notes": member.found.notes,
            "px_per_mm": member.found.px_per_mm,
            "entry": member.entry,
            # Of what could not be read nothing is kept.
            "unreadable": member.observation.reason if member.observation.status == "unreadable" else "",
        }
        for one in measured
        for member in one.series.members
    ]
    content = {
        "photos": photos,
        "drawn": {name: asdict(outlines) for name, outlines in sorted(job.drawn.items())},
        "settings": job.settings.model_dump(),
        "today": job.today.isoformat(),
        "title": title,
        "treatments": asdict(job.treatments),
        "warnings": list(job.warnings),
    }
    write_whole(job.paths.cache / FILE, json.dumps(content, indent=1, default=date.isoformat) + "\n")


def remembered(paths: OutPaths) -> Remembered:
    """Read a finished run back.

    Parameters
    ----------
    paths : OutPaths
        Its output folder.

    Raises
    ------
    OutputError
        If there is none, or if what was kept of it is gone or was made by another version of the program.
    """
    try:
        content = json.loads((paths.cache / FILE).read_text(encoding="utf-8"))
        run = json.loads(paths.run.read_text(encoding="utf-8"))
        listed = [(_found(photo), str(photo["entry"]), str(photo["unreadable"])) for photo in content["photos"]]
        settings = Settings(**content["settings"])
        today = date.fromisoformat(content["today"])
        treatments = _treatments(content["treatments"])
        drawn = {str(name): _outlines(kept) for name, kept in content["drawn"].items()}
        warnings = tuple(map(str, content["warnings"]))
        title = str(content["title"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(f"{paths.root}: holds no finished run. {_AGAIN}") from error
    if run.get("method") != method_digest():
        raise OutputError(f"{paths.root}: was measured by another version of the program. {_AGAIN}")
    keeper = Keeper(paths.cache)
    photos = []
    for found, entry, unreadable in listed:
        observation = (
            Observation("unreadable", unreadable, (), "", (0, 0), None, (), None)
            if unreadable
            else keeper.load_observation(entry, pictures=False)
        )
        if observation is None:
            raise OutputError(f"{paths.cache}: what was kept of {found.name} is gone. {_AGAIN}")
        photos.append((found, observation, entry))
    return Remembered(tuple(photos), drawn, settings, today, treatments, warnings, run, title)


def _outlines(kept: dict[str, Any]) -> Outlines:
    def polygons(listed: list[Any]) -> tuple[Polygon, ...]:
        return tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in listed)

    return Outlines(polygons(kept["region"]), tuple((str(name), polygons(zone)) for name, zone in kept["zones"]))


def _treatments(kept: dict[str, Any]) -> Treatments:
    courses = (
        Course(
            course["kind"], course["name"], tuple(map(date.fromisoformat, course["sessions"])), _day(course["start"]),
            _day(course["until"]), course["continuous"], course["subject"], tuple(map(str, course["notes"])),
        )
        for course in kept["courses"]
    )  # fmt: skip
    events = (
        Event(
            event["kind"], event["name"], date.fromisoformat(event["date"]), event["subject"],
            tuple(map(str, event["notes"])),
        )
        for event in kept["events"]
    )  # fmt: skip
    return Treatments(tuple(courses), tuple(events), tuple(kept["warnings"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _found(photo: dict[str, Any]) -> FoundPhoto:
    return FoundPhoto(
        name=photo["photo"],
        path=Path(photo["photo"]),
        subject=photo["subject"],
        view=photo["view"],
        date=_day(photo["date"]),
        date_from=photo["date_from"],
        notes=photo["notes"],
        px_per_mm=photo["px_per_mm"],
    )
