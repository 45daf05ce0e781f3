"""Drawing: the masks, maps and lists of hairs of a run, written only where they are not there yet as they should be."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hairdensity import imaging
from hairdensity.files import OutPaths, picture_names, write_whole
from hairdensity.index import read_json
from hairdensity.measure import grid_shape
from hairdensity.rows import MeasuredSeries
from hairdensity.series import Member
from hairdensity.stages import Job, OnProgress, Places
from hairdensity.tasks import DrawTask, PlaceTask
from hairdensity.views import MACRO

DRAWN: Final = "drawn.json"
"""File in the cache that says of each mask what it was made from."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Masks, maps and lists of hairs that are to be written, beside whatever else is made at that time.

    Parameters
    ----------
    tasks : tuple of DrawTask
        One a photo.
    photos : tuple of str
        The photo of each.
    before, now : dict
        By photo: what the last run wrote and this one writes of it, and what that is made from.
    tell : OnProgress
        Told how many are done.
    """

    tasks: tuple[DrawTask, ...] = ()
    photos: tuple[str, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    now: dict[str, list[str]] = field(default_factory=dict)
    tell: OnProgress = lambda _what, _done, _total: None

    def told(self, done: int) -> None:
        """Tell how many are done."""
        self.tell("writing masks", done, len(self.tasks))


NO_DRAWING: Final = Drawing()


def drawing_of(job: Job, measured: Sequence[MeasuredSeries], places: Places, tell: OnProgress) -> Drawing:
    """Return how the masks, maps and lists of hairs are written that are not there yet as they should be."""
    names = picture_names(photo.name for photo in job.found.photos)
    before = read_json(job.paths.cache / DRAWN)
    now: dict[str, list[str]] = {}
    tasks, photos = [], []
    for one in measured:
        tasks_of = places[one.series.subject, one.series.view]
        common = imaging.encode_png(one.common.astype(np.uint8)) if one.common is not None else b""
        skin = hashlib.sha256(common).hexdigest()
        for member, row in zip(one.series.members, one.rows, strict=True):
            if row["status"] != "measured":
                continue
            place, base, shared = tasks_of[member.found.name], one.series.base_of(member), common
            if row["baseline"] == member.found.name:
                place, base, shared = place.on_itself(), member, common if member is one.series.baseline else b""
            task = _draw_task(job, one.series.view, base, place, names[member.found.name], shared)
            made_from = (place.chained if row.get("aligned_through") else place.placement, skin)
            now[member.found.name] = [names[member.found.name], *made_from]
            if before.get(member.found.name) == now[member.found.name]:
                task = task.without_what_is_there()
            if task.writes_anything:
                tasks.append(task)
                photos.append(member.found.name)
    return Drawing(tuple(tasks), tuple(photos), before, now, tell)


def begin_drawing(paths: OutPaths, drawing: Drawing) -> None:
    """Before anything is drawn: delete what an earlier run drew and would tell of something else now.

    What is about to be drawn is noted without what it is made from. So what a run has drawn that is stopped is neither
    taken for what the next would draw, nor forgotten.
    """
    now, before = drawing.now, drawing.before
    if now != before:
        _remove_stale(paths, drawing)
        _note(paths, {photo: made if before.get(photo) == made else made[:1] for photo, made in now.items()})


def note_drawn(paths: OutPaths, drawing: Drawing, failed: Collection[str] = ()) -> None:
    """Note what was drawn, once all of it is.

    Parameters
    ----------
    paths : OutPaths
        Where results lie.
    drawing : Drawing
        What was to be drawn.
    failed : collection of str
        Photos of which it was not, as its process died or hung: the next run tries again.
    """
    if drawing.now != drawing.before or failed:
        _note(paths, {photo: made[:1] if photo in failed else made for photo, made in drawing.now.items()})


def _draw_task(job: Job, view: str, base: Member, place: PlaceTask, name: str, common: bytes) -> DrawTask:
    work = imaging.shrunk_shape(base.observation.shape, job.settings.work_px)
    return DrawTask(
        place=place,
        baseline_work=work,
        common=common or imaging.encode_png(np.ones(grid_shape(work), np.uint8)),
        mask=job.paths.mask(name),
        map=job.paths.map(name) if job.maps else None,
        hairs=job.paths.hairs(name) if view == MACRO else None,
    )


def _note(paths: OutPaths, drawn: Mapping[str, Sequence[str]]) -> None:
    write_whole(paths.cache / DRAWN, json.dumps(drawn))


def _remove_stale(paths: OutPaths, drawing: Drawing) -> None:
    """Delete what an earlier run drew of photos that have no number now, or another one: it would mislead.

    Only what the earlier run says it wrote: OUT may be a folder that holds files of its owner as well.
    """
    for photo, written in drawing.before.items():
        match written:
            case [str(picture), *_] if written != drawing.now.get(photo):
                for path in (paths.mask(picture), paths.map(picture), paths.hairs(picture)):
                    if path.resolve().is_relative_to(paths.root.resolve()):
                        path.unlink(missing_ok=True)
