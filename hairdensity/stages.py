"""The passes over all photos: observe, place, measure, draw. Each does only what is not kept from an earlier run."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from hairdensity import imaging, pool
from hairdensity.align import NotAligned
from hairdensity.files import OutPaths, picture_names, write_whole
from hairdensity.find import Found, FoundPhoto
from hairdensity.keep import Keeper
from hairdensity.recipe import Observation, Placement
from hairdensity.regions import Drawn
from hairdensity.series import MeasuredSeries, Member, Series, measure_series
from hairdensity.settings import Settings
from hairdensity.tasks import (
    DrawTask,
    ObserveTask,
    PlaceTask,
    observation_key,
    placement_key,
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
    tasks = [ObserveTask(photo.path, photo.view, job.drawn.get(photo.name, ()), job.settings, keeper) for photo in todo]
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
    tasks = []
    for one in series:
        for member in one.members:
            if one.baseline is None or not member.usable:
                continue
            if not keeper.has(placement_key(member.entry, one.baseline.entry)):
                tasks.append(PlaceTask(member.entry, one.baseline.entry, keeper))
    tell("aligning photos", 0, len(tasks))
    for done, _ in enumerate(pool.run(run_place, tasks, job.jobs), 1):
        tell("aligning photos", done, len(tasks))


def measure_one(job: Job, one: Series) -> MeasuredSeries:
    """Measure a series from what is kept; an entry that was damaged since is made again."""
    keeper = Keeper(job.paths.cache)

    def load(member: Member) -> Placement:
        baseline = one.baseline.entry if one.baseline else ""
        kept = keeper.load_placement(placement_key(member.entry, baseline))
        placement = kept or run_place(PlaceTask(member.entry, baseline, keeper))
        return placement or Placement(NotAligned("what was kept of it is damaged; run again"), None, ("not_aligned",))

    return measure_series(one, load, job.settings.work_px)


def draw_all(job: Job, measured: Sequence[MeasuredSeries], tell: OnProgress) -> None:
    """Write the masks (and maps) that are not there yet as they should be."""
    names = picture_names(photo.name for photo in job.found.photos)
    keeper = Keeper(job.paths.cache)
    drawn_file = job.paths.cache / "drawn.json"
    before, now = _read_index(drawn_file), {}
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
            placement = placement_key(member.entry, base.entry)
            mask, map_ = job.paths.mask(names[name]), job.paths.map(names[name]) if job.maps else None
            now[name] = [placement, common.hex(), names[name]]
            fresh = before.get(name) == now[name]
            mask_todo = None if fresh and mask.is_file() else mask
            map_todo = None if map_ is None or (fresh and map_.is_file()) else map_
            if mask_todo or map_todo:
                tasks.append(DrawTask(member.entry, placement, work, common, mask_todo, map_todo, keeper))
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
