"""The work of one photo as tasks for a pool: read from disk, call the recipe, keep the result, return the facts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.align import Alignment, NotAligned
from hairdensity.arrays import Mask, Matrix
from hairdensity.errors import OutputError
from hairdensity.files import write_whole
from hairdensity.find import FoundPhoto
from hairdensity.hairs import hairs_csv
from hairdensity.keep import Keeper, Laid, file_digest, key
from hairdensity.measure import Numbers, Placed, grid_matrix, numbers
from hairdensity.placing import Baseline, Placement, as_baseline, place_on, place_on_itself, place_through
from hairdensity.recipe import Observation, labels, observe
from hairdensity.region import Polygon
from hairdensity.regions import Drawn, Outlines
from hairdensity.settings import Settings

MOST_NEIGHBOURS: Final = 3
"""Aligned photos through which one that cannot be aligned directly is tried: each costs as much as the direct way."""


@dataclass(frozen=True, slots=True)
class ObserveTask:
    """Measure what one photo says by itself, unless that is kept already."""

    path: Path
    view: str
    drawn: tuple[Polygon, ...]
    settings: Settings
    keeper: Keeper
    px_per_mm: float | None = None

    def entry(self, digest: str) -> str:
        """Return the name of what is kept of it, for a file of this digest."""
        return key("observation", digest, self.view, self.drawn, self.settings.digest(), self.px_per_mm)


def observe_task(photo: FoundPhoto, drawn: Drawn, settings: Settings, keeper: Keeper) -> ObserveTask:
    """Return the task of measuring a photo of a folder whose drawn outlines these are."""
    outlines = drawn.get(photo.name, Outlines())
    return ObserveTask(photo.path, photo.view, outlines.region, settings, keeper, photo.px_per_mm)


@dataclass(frozen=True, slots=True)
class PlaceTask:
    """Lay one observed photo on its baseline.

    Parameters
    ----------
    photo, baseline : ObserveTask
        How each was observed, should what was kept of it be damaged.
    entry, baseline_entry : str
        Names of their kept observations.
    neighbours : tuple of PlaceTask
        Other photos of the series, nearest in time first, through which it may be laid where the direct way fails.
    """

    photo: ObserveTask
    entry: str
    baseline: ObserveTask
    baseline_entry: str
    neighbours: tuple["PlaceTask", ...] = ()

    @property
    def placement(self) -> str:
        """Name of the kept placement, the direct way."""
        return placement_key(self.entry, self.baseline_entry)

    @property
    def chained(self) -> str:
        """Name of the kept placement through a neighbour: another one once there are other neighbours."""
        return key("chained", self.entry, self.baseline_entry, [other.entry for other in self.neighbours])

    def on_itself(self) -> "PlaceTask":
        """Return the task of laying the photo on itself: of it alone, all the skin that it shows is measured."""
        return PlaceTask(self.photo, self.entry, self.photo, self.entry)

    def directly(self) -> "PlaceTask":
        """Return the same task without the way through neighbours."""
        return replace(self, neighbours=())


@dataclass(frozen=True, slots=True)
class DrawTask:
    """Write mask and map of one photo.

    Parameters
    ----------
    place : PlaceTask
        How the photo was laid on its baseline.
    baseline_work : tuple of int
        (rows, columns) of the baseline's work picture.
    common : bytes
        The common skin on the baseline's grid, as PNG.
    mask, map, hairs : Path or None
        Where to write; None: not wanted.
    """

    place: PlaceTask
    baseline_work: tuple[int, int]
    common: bytes
    mask: Path | None
    map: Path | None
    hairs: Path | None = None

    @property
    def writes_anything(self) -> bool:
        """Whether there is anything to write."""
        return any((self.mask, self.map, self.hairs))

    def without_what_is_there(self) -> "DrawTask":
        """Return the same task less the files that exist."""
        mask, map_, hairs = (None if path and path.is_file() else path for path in (self.mask, self.map, self.hairs))
        return replace(self, mask=mask, map=map_, hairs=hairs)


@dataclass(frozen=True, slots=True)
class CountTask:
    """Measure a few photos of a series on the skin that is common to all.

    Parameters
    ----------
    places : tuple of PlaceTask
        How each was laid on the baseline; all aligned.
    common, whole : bytes
        The common skin and the baseline's region on the baseline's grid, as PNG.
    zones : tuple of bytes
        Parts of the region that are measured by themselves, as PNG.
    """

    places: tuple[PlaceTask, ...]
    common: bytes
    whole: bytes
    zones: tuple[bytes, ...]


def placement_key(entry: str, baseline: str) -> str:
    """Return the name of the kept placement of one observation on another."""
    return key("placement", entry, baseline)


def run_observe(task: ObserveTask) -> Observation:
    """Observe, keep, and return the facts without the pictures."""
    return run_look(task)[0]


def run_look(task: ObserveTask) -> tuple[Observation, bool]:
    """Do what `run_observe` does; return also whether the photo was measured now rather than kept."""
    observation, measured = _kept_or_made(task)
    return replace(observation, seen=None), measured


def _kept_or_made(task: ObserveTask) -> tuple[Observation, bool]:
    try:
        digest = file_digest(task.path)
    except OSError:
        digest = ""
    if digest and (kept := task.keeper.load_observation(task.entry(digest), pictures=False)):
        return kept, False
    observation = observe(task.path, task.view, task.drawn, task.settings, task.px_per_mm)
    if observation.status == "unreadable":
        # Not kept: the reason may be the disk's or the permissions', and trying again costs next to nothing.
        return observation, False
    # By the digest of what was decoded: the file may have been replaced since it was looked up.
    task.keeper.save_observation(task.entry(observation.digest), observation)
    return observation, True


def run_place(task: PlaceTask) -> Placement:
    """Place and keep, unless that is kept already: on the baseline, else through the neighbours that are.

    Raises
    ------
    OutputError
        If a photo has vanished or changed while the run was going on.
    """
    direct = _placed_directly(task)
    if direct.placed is not None or not task.neighbours:
        return direct
    keeper = task.photo.keeper
    if kept := keeper.load_placement(task.chained):
        return kept
    through = _placed_through(task)
    # Where no neighbour leads there, what became of the direct way holds, and no longer than that does.
    kept_direct = keeper.load_laid(task.placement) if through is None else None
    placement = through or direct
    keeper.save_placement(task.chained, placement, given_up=kept_direct is not None and kept_direct.given_up)
    return placement


def _placed_through(task: PlaceTask) -> Placement | None:
    """Return the placement through the first neighbour that leads to the baseline; None where none does."""
    observation = observation_of(task.photo, task.entry)
    tried = 0
    for other in task.neighbours:
        onwards = _placed_directly(other).alignment
        if isinstance(onwards, NotAligned):
            continue
        between = observation_of(other.photo, other.entry)
        found = place_through(observation, between, onwards, _baseline(task.baseline, task.baseline_entry))
        if found.placed is not None:
            return replace(found, through=other.entry)
        tried += 1
        if tried == MOST_NEIGHBOURS:
            break
    return None


def _placed_directly(task: PlaceTask) -> Placement:
    keeper = task.photo.keeper
    if kept := keeper.load_placement(task.placement):
        return kept
    observation = observation_of(task.photo, task.entry)
    if task.entry == task.baseline_entry:
        placement = place_on_itself(observation)
    else:
        placement = place_on(observation, _baseline(task.baseline, task.baseline_entry))
    keeper.save_placement(task.placement, placement)
    return placement


def laid_of(task: PlaceTask, known: Mapping[str, Laid]) -> Laid:
    """Return how a photo lies on its baseline by `run_place`, without its planes where that is kept or known.

    Parameters
    ----------
    task : PlaceTask
        The photo.
    known : mapping
        Placements by the name of what is kept of them: of these nothing is read.

    Raises
    ------
    OutputError
        As `run_place`.
    """
    for name in (task.placement, task.chained) if task.neighbours else (task.placement,):
        laid = known.get(name) or task.photo.keeper.load_laid(name)
        if laid is None:
            break
        if laid.aligned or name == task.chained or not task.neighbours:
            return laid
    placement = run_place(task)
    direct = not task.neighbours or (placement.placed is not None and not placement.through)
    return Laid(task.placement if direct else task.chained, placement.alignment, placement.flags, placement.through)


def lay(task: PlaceTask) -> bool:
    """Place and keep as `run_place` does, and bring nothing back: planes are dear to carry between processes."""
    run_place(task)
    return True


def skin_of(task: PlaceTask, name: str) -> Mask:
    """Return the skin that an aligned photo shows on the baseline's grid, of its kept placement nothing else.

    Parameters
    ----------
    task : PlaceTask
        The photo.
    name : str
        Of its kept placement, as `laid_of` gives it.

    Raises
    ------
    OutputError
        As `run_place`.
    ValueError
        If the photo was not aligned.
    """
    skin = task.photo.keeper.load_skin(name)
    return placed_of(run_place(task)).skin if skin is None else skin


def placed_of(placement: Placement) -> Placed:
    """Return what an aligned photo shows on the grid.

    Raises
    ------
    ValueError
        If the photo was not aligned.
    """
    if placement.placed is None:
        raise ValueError("only an aligned photo can be measured")
    return placement.placed


def run_count(task: CountTask) -> tuple[Numbers, ...]:
    """Return what is measured of each of a few photos, all aligned."""
    common, whole = imaging.decode_gray(task.common) > 0, imaging.decode_gray(task.whole) > 0
    zones = [imaging.decode_gray(zone) > 0 for zone in task.zones]
    return tuple(numbers(placed_of(run_place(place)), common, whole, zones) for place in task.places)


def run_draw(task: DrawTask) -> bool:
    """Write mask and map of one photo at the size of the upright photo; false for one that was not aligned."""
    laid = laid_of(task.place, {})
    if not isinstance(laid.alignment, Alignment):
        return False
    keeper, entry = task.place.photo.keeper, task.place.entry
    share = keeper.load_share(entry)
    observation = None if share is None else keeper.load_observation(entry, pictures=False)
    if share is None or observation is None:
        observation = observation_of(task.place.photo, entry)
        if observation.seen is None:
            return False
        share = observation.seen.segmentation.share
    measured = skin_of(task.place, laid.name) & (imaging.decode_gray(task.common) > 0)
    work = imaging.shrunk_shape(observation.shape, task.place.photo.settings.work_px)
    skin = skin_in_work(measured, laid.alignment, task.baseline_work, work)
    if task.mask is not None:
        hair = labels(imaging.resize(share, work), skin)
        small = skin.astype(np.uint8) + hair
        write_whole(task.mask, imaging.encode_png(imaging.resize_labels(small, observation.shape)))
    if task.map is not None:
        write_whole(task.map, imaging.encode_png(np.rint(share * 255).astype(np.uint8)))
    if task.hairs is not None:
        write_whole(task.hairs, hairs_csv(observation.hairs))
    return True


@lru_cache(maxsize=1)
def _baseline(task: ObserveTask, entry: str) -> Baseline:
    """Return what a whole series is laid on, read and prepared once by each worker."""
    return as_baseline(observation_of(task, entry))


def observation_of(task: ObserveTask, entry: str) -> Observation:
    """Return a kept observation with its pictures; made again where it is damaged."""
    # Always from what was kept, never from memory: a run that was interrupted and one that was not see the same bytes.
    if kept := task.keeper.load_observation(entry, pictures=True):
        return kept
    task.keeper.path(entry).unlink(missing_ok=True)
    run_observe(task)
    if made := task.keeper.load_observation(entry, pictures=True):
        return made
    raise OutputError(f"{task.path.name}: was changed or removed during the run. Run the same command again.")


def skin_in_work(measured: Mask, alignment: Alignment, baseline_work: tuple[int, int], shape: tuple[int, ...]) -> Mask:
    """Return the measured skin in a photo's own work picture.

    Parameters
    ----------
    measured : Mask
        The skin on the baseline's grid.
    alignment : Alignment
        From the photo's to the baseline's work picture.
    baseline_work : tuple of int
        (rows, columns) of the baseline's work picture.
    shape : tuple of int
        (rows, columns) of the photo's work picture.
    """
    to_grid = grid_matrix(baseline_work) @ alignment.matrix
    from_grid: Matrix = np.asarray(np.linalg.inv(to_grid), np.float64)
    return imaging.warp_mask(measured, from_grid, (shape[0], shape[1]))
