"""The passes over all photos: observe, place, measure, draw. Each does only what is not kept from an earlier run."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from hairdensity import imaging, pool
from hairdensity.errors import OutputError
from hairdensity.files import OutPaths, picture_names, write_whole
from hairdensity.find import Found, FoundPhoto
from hairdensity.keep import Keeper
from hairdensity.recipe import Observation
from hairdensity.regions import Drawn
from hairdensity.series import MeasuredSeries, Member, Series, measure_series
from hairdensity.settings import Settings
from hairdensity.tasks import (
    DrawTask,
    ObserveTask,
    PlaceTask,
    observation_key,
    run_draw,
    run_observe,
    run_place,
)
from hairdensity.treatments import Treatments

OnProgress = Callable[[str, int, int], None]
"""Told (what is being done, how many are done, of how many)."""


@dataclass(frozen=True, slots=True)
class Job:
    """All inputs of a run, read and checked before the first photo is measured.

    Parameters
    ----------
    paths : OutPaths
        Where results go.
    found : Found
        The photos.
    treatments : Treatments
        Treatment dates; empty where there is no such file.
    drawn : Drawn
        Regions drawn by a person.
    tables : tuple of Path
        Files other than photos that the results depend on.
    settings : Settings
        How to measure.
    jobs : int
        Worker processes.
    maps : bool
        Whether to write the share of hair of each photo.
    today : date
        Photos dated later are flagged.
    warnings : tuple of str
        What a person should know about the inputs, a line each.
    """

    paths: OutPaths
    found: Found
    treatments: Treatments
    drawn: Drawn
    tables: tuple[Path, ...]
    settings: Settings
    jobs: int
    maps: bool
    today: date
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Observations of all photos.

    Parameters
    ----------
    by_name : dict
        By photo: its observation (facts only) and the name of what is kept of it.
    fresh : int
        How many were made now rather than kept from an earlier run.
    """

    by_name: dict[str, tuple[Observation, str]]
    fresh: int


def observe_all(job: Job, tell: OnProgress) -> Looked:
    """Observe every photo that is new or changed; take the others from what is kept."""
    keeper = Keeper(job.paths.cache)
    index_file = job.paths.cache / "index.json"
    index = _read_index(index_file)
    by_name: dict[str, tuple[Observation, str]] = {}
    todo: list[FoundPhoto] = []
    for photo in job.found.photos:
        kept = _kept(job, keeper, photo, index)
        if kept:
            by_name[photo.name] = kept
        else:
            todo.append(photo)
    tasks = [_observe_task(job, photo) for photo in todo]
    tell("measuring photos", 0, len(tasks))
    for done, (which, result) in enumerate(pool.run(run_observe, tasks, job.jobs), 1):
        photo, task = todo[which], tasks[which]
        observation = result if isinstance(result, Observation) else _crashed(photo, result)
        by_name[photo.name] = (
            observation,
            observation_key(observation.digest, task.view, task.drawn, task.settings),
        )
        tell("measuring photos", done, len(tasks))
    stamped = ((photo.name, _stamp(photo)) for photo in job.found.photos)
    stamps = {name: (stamp, by_name[name][0].digest) for name, stamp in stamped if stamp}
    write_whole(index_file, json.dumps(stamps))
    return Looked(by_name, len(tasks))


def _crashed(photo: FoundPhoto, crash: pool.Crashed) -> Observation:
    reason = f"{photo.name}: could not be measured ({crash.reason}). Save it again at a smaller size."
    return Observation("unreadable", reason, (), "", (0, 0), None, (), None)


def _kept(job: Job, keeper: Keeper, photo: FoundPhoto, index: dict[str, Any]) -> tuple[Observation, str] | None:
    stamp, digest = index.get(photo.name, (None, ""))
    if not digest or stamp != _stamp(photo):
        return None
    entry = observation_key(digest, photo.view, job.drawn.get(photo.name, ()), job.settings)
    observation = keeper.load_observation(entry, pictures=False)
    return (observation, entry) if observation else None


def _stamp(photo: FoundPhoto) -> list[int]:
    """Return size and time of change: enough to know an unchanged file without reading it."""
    try:
        status = photo.path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _read_index(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def place_all(job: Job, series: Sequence[Series], tell: OnProgress) -> None:
    """Lay every usable photo on the baseline of its series, where that is not kept already."""
    keeper = Keeper(job.paths.cache)
    every = [_place_task(job, one, member) for one in series for member in one.members if member.usable]
    tasks = [task for task in every if not keeper.has(task.placement)]
    tell("aligning photos", 0, len(tasks))
    for done, (which, result) in enumerate(pool.run(run_place, tasks, job.jobs), 1):
        if isinstance(result, pool.Crashed):
            raise OutputError(f"{tasks[which].photo.path.name}: could not be aligned ({result.reason}).")
        tell("aligning photos", done, len(tasks))


def measure_one(job: Job, one: Series) -> MeasuredSeries:
    """Measure a series from what is kept; what was damaged since is made again."""
    return measure_series(one, lambda member: run_place(_place_task(job, one, member)), job.settings)


def _observe_task(job: Job, photo: FoundPhoto) -> ObserveTask:
    drawn = job.drawn.get(photo.name, ())
    return ObserveTask(photo.path, photo.view, drawn, job.settings, Keeper(job.paths.cache))


def _place_task(job: Job, one: Series, member: Member) -> PlaceTask:
    """Return how a usable photo is laid on the baseline, which its series then has."""
    base = one.baseline or member
    return PlaceTask(_observe_task(job, member.found), member.entry, _observe_task(job, base.found), base.entry)


def draw_all(job: Job, measured: Sequence[MeasuredSeries], tell: OnProgress) -> None:
    """Write the masks (and maps) that are not there yet as they should be."""
    names = picture_names(photo.name for photo in job.found.photos)
    drawn_file = job.paths.cache / "drawn.json"
    before = _read_index(drawn_file)
    now: dict[str, list[str]] = {}
    tasks = []
    for one in measured:
        if one.series.baseline is None or one.common is None:
            continue
        common = imaging.encode_png(one.common.astype(np.uint8))
        base = one.series.baseline
        work = imaging.shrunk_shape(base.observation.shape, job.settings.work_px)
        for member, row in zip(one.series.members, one.rows, strict=True):
            if row["status"] != "measured":
                continue
            name = member.found.name
            place = _place_task(job, one.series, member)
            mask, map_ = job.paths.mask(names[name]), job.paths.map(names[name]) if job.maps else None
            now[name] = [place.placement, hashlib.sha256(common).hexdigest(), names[name]]
            fresh = before.get(name) == now[name]
            mask_todo = None if fresh and mask.is_file() else mask
            map_todo = None if map_ is None or (fresh and map_.is_file()) else map_
            if mask_todo or map_todo:
                tasks.append(DrawTask(place, work, common, mask_todo, map_todo))
    tell("writing masks", 0, len(tasks))
    for done, _ in enumerate(pool.run(run_draw, tasks, job.jobs), 1):
        tell("writing masks", done, len(tasks))
    write_whole(drawn_file, json.dumps(now))
    _remove_stale(job.paths, {names[name] for name in now}, job.maps)


def _remove_stale(paths: OutPaths, wanted: set[str], maps: bool) -> None:
    """Delete masks and maps of photos that no longer have a number: a picture without a row would mislead."""
    for folder, keep in ((paths.root / "masks", wanted), (paths.root / "maps", wanted if maps else None)):
        if keep is None or not folder.is_dir():
            continue
        for where, _, files in os.walk(folder):
            for file in files:
                path = Path(where, file)
                if path.relative_to(folder).as_posix() not in keep:
                    path.unlink(missing_ok=True)
