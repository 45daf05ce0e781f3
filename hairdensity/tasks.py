"""The work of one photo as tasks for a pool: read from disk, call the recipe, keep the result, return the facts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairdensity import imaging
from hairdensity.align import NotAligned
from hairdensity.arrays import Mask
from hairdensity.files import write_whole
from hairdensity.keep import Keeper, file_digest, key
from hairdensity.measure import grid_matrix
from hairdensity.recipe import Observation, Placement, labels, observe, place_on
from hairdensity.region import Polygon
from hairdensity.settings import Settings


@dataclass(frozen=True, slots=True)
class ObserveTask:
    """Measure what one photo says by itself, unless that is kept already."""

    path: Path
    view: str
    drawn: tuple[Polygon, ...]
    settings: Settings
    keeper: Keeper


@dataclass(frozen=True, slots=True)
class PlaceTask:
    """Lay one observed photo on its baseline, both by name of their kept observations."""

    entry: str
    baseline: str
    keeper: Keeper


@dataclass(frozen=True, slots=True)
class DrawTask:
    """Write mask and map of one photo.

    Parameters
    ----------
    entry : str
        The photo's kept observation.
    placement : str
        Its kept placement.
    baseline_work : tuple of int
        (rows, columns) of the baseline's work picture.
    common : bytes
        The common skin on the baseline's grid, as PNG.
    mask, map : Path or None
        Where to write; None: not wanted.
    """

    entry: str
    placement: str
    baseline_work: tuple[int, int]
    common: bytes
    mask: Path | None
    map: Path | None
    keeper: Keeper


def observation_key(digest: str, view: str, drawn: tuple[Polygon, ...], settings: Settings) -> str:
    """Return the name of the kept observation of a file."""
    return key("observation", digest, view, drawn, settings.digest())


def placement_key(entry: str, baseline: str) -> str:
    """Return the name of the kept placement of one observation on another."""
    return key("placement", entry, baseline)


def run_observe(task: ObserveTask) -> Observation:
    """Observe, keep, and return the facts without the pictures."""
    try:
        digest = file_digest(task.path)
    except OSError:
        digest = ""
    entry = observation_key(digest, task.view, task.drawn, task.settings)
    if digest and (kept := task.keeper.load_observation(entry, pictures=False)):
        return kept
    observation = observe(task.path, task.view, task.drawn, task.settings)
    if observation.status == "unreadable":
        # Not kept: the reason may be the disk's or the permissions', and trying again costs next to nothing.
        return observation
    task.keeper.save_observation(entry, observation)
    return Observation(
        observation.status, observation.reason, observation.flags, observation.digest, observation.shape,
        observation.quality, observation.notes, None,
    )  # fmt: skip


def run_place(task: PlaceTask) -> Placement | None:
    """Place and keep; None where a kept observation has vanished meanwhile."""
    # Always from what was kept, never from memory: a run that was interrupted and one that was not see the same bytes.
    observation = task.keeper.load_observation(task.entry, pictures=True)
    itself = task.entry == task.baseline
    baseline = observation if itself else task.keeper.load_observation(task.baseline, pictures=True)
    if observation is None or baseline is None:
        return None
    placement = place_on(observation, baseline, itself)
    task.keeper.save_placement(placement_key(task.entry, task.baseline), placement)
    return placement


def run_draw(task: DrawTask) -> bool:
    """Write mask and map of one photo at the size of the upright photo; false where what was kept has vanished."""
    observation = task.keeper.load_observation(task.entry, pictures=True)
    placement = task.keeper.load_placement(task.placement)
    if observation is None or observation.seen is None or placement is None or placement.placed is None:
        return False
    share = observation.seen.segmentation.share
    skin = skin_in_work(placement, imaging.decode_gray(task.common) > 0, task.baseline_work, share.shape)
    if task.mask is not None:
        hair = labels(observation, skin)
        small = np.where(hair, 2, np.where(skin, 1, 0)).astype(np.uint8)
        write_whole(task.mask, imaging.encode_png(imaging.resize_labels(small, observation.shape)))
    if task.map is not None:
        write_whole(task.map, imaging.encode_png(np.rint(share * 255).astype(np.uint8)))
    return True


def skin_in_work(placement: Placement, common: Mask, baseline_work: tuple[int, int], shape: tuple[int, ...]) -> Mask:
    """Return the measured skin in a photo's own work picture.

    Parameters
    ----------
    placement : Placement
        Of an aligned photo.
    common : Mask
        The common skin on the baseline's grid.
    baseline_work : tuple of int
        (rows, columns) of the baseline's work picture.
    shape : tuple of int
        (rows, columns) of the photo's work picture.
    """
    if placement.placed is None or isinstance(placement.alignment, NotAligned):
        raise ValueError("only an aligned photo has skin in common with its baseline")
    measured = placement.placed.skin & common
    to_grid = grid_matrix(baseline_work) @ placement.alignment.matrix
    return imaging.warp_mask(measured, np.linalg.inv(to_grid), (shape[0], shape[1]))
