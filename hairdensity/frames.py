"""Frames: the photos of a series as the report shows them, on the same skin and cropped alike, from what was kept."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.align import NotAligned
from hairdensity.arrays import Mask, Matrix
from hairdensity.columns import Cell
from hairdensity.errors import OutputError
from hairdensity.find import FoundPhoto
from hairdensity.keep import Keeper, key
from hairdensity.ledger import decode_skin, encode_skin
from hairdensity.masks import box_around
from hairdensity.placing import Placement
from hairdensity.recipe import Observation, Seen
from hairdensity.report.pictures import DRAWN_AS, encode_frame, encode_thumb
from hairdensity.report.shots import Frame, Shown, Thumb
from hairdensity.rows import MeasuredSeries
from hairdensity.series import Member
from hairdensity.tasks import PlaceTask, observation_of, run_place

MARGIN: Final = 0.06
"""Surroundings shown around the region, as a share of the longer side of its box."""
UNREACHED: Final = 205
"""Grey of what a photo does not show of the crop."""
_FILES: Final = ("picture.jpg", "hair.png", "patch.png")


@dataclass(frozen=True, slots=True)
class PictureTask:
    """Make the picture of one photo for the page, unless that is kept already.

    Parameters
    ----------
    entry : str
        Name of what is kept of it.
    found : FoundPhoto
        The photo.
    place : PlaceTask
        How it is laid on its baseline.
    common : bytes
        PNG of the common skin on the baseline's grid.
    baseline_shape : tuple of int
        (rows, columns) of the upright baseline photo.
    work_px : int
        Longer side of the work pictures, in pixels.
    longest, most_bytes : int
        As `encode_frame` has them.
    """

    entry: str
    found: FoundPhoto
    place: PlaceTask
    common: bytes
    baseline_shape: tuple[int, int]
    work_px: int
    longest: int
    most_bytes: int


@dataclass(frozen=True, slots=True)
class FrameLoader:
    """Gives the pictures of photos of one series when asked, so that only what is shown is ever loaded.

    Parameters
    ----------
    measured : MeasuredSeries
        The series.
    keeper : Keeper
        Where its photos are kept.
    work_px : int
        Longer side of the work pictures, in pixels.
    place : callable
        Gives how a photo is laid on the baseline.
    observe : callable
        Gives what a photo shows; None where that is gone and cannot be made again.
    members : mapping
        The photos of the series by their names in the table.
    through : mapping
        By name, the photo through which each was aligned.
    common : bytes
        PNG of the skin that they have in common; empty where they have none.
    """

    measured: MeasuredSeries
    keeper: Keeper
    work_px: int
    place: Callable[[Member], PlaceTask]
    observe: Callable[[Member], Observation | None]
    members: Mapping[str, Member]
    through: Mapping[str, Cell]
    common: bytes

    def task(self, photo: str, longest: int, most_bytes: int) -> PictureTask | None:
        """Return how the picture of a photo is made; None where there is none to show.

        Parameters
        ----------
        photo : str
            Its name in the table.
        longest : int
            Longer side in pixels.
        most_bytes : int
            As `encode_frame` has it.
        """
        base, member = self.measured.series.baseline, self.members.get(photo)
        if base is None or member is None or not member.usable or not self.common:
            return None
        skin = hashlib.sha256(self.common).hexdigest()
        through = self.through[photo]
        entry = key("shown", DRAWN_AS, member.entry, base.entry, through, skin, self.work_px, longest, most_bytes)
        return PictureTask(
            entry, member.found, self.place(member), self.common, base.observation.shape, self.work_px, longest,
            most_bytes,
        )  # fmt: skip

    def shown(self, photo: str, longest: int, most_bytes: int) -> Shown | None:
        """Return the picture of a photo as it stands on the page; parameters as in `task`."""
        task = self.task(photo, longest, most_bytes)
        return shown_by(task) if task else None

    def thumb(self, photo: str) -> Thumb | None:
        """Return a small picture of a photo in its own outline; None where its scalp was not found."""
        member = self.members.get(photo)
        seen = None
        if member is not None and member.observation.status == "measured":
            observation = self.observe(member)
            seen = observation.seen if observation else None
        if seen is None or not seen.region.mask.any():
            return None
        return encode_thumb(photo, seen.picture, seen.region.mask)


def frames_of(
    measured: MeasuredSeries,
    keeper: Keeper,
    work_px: int,
    place: Callable[[Member], PlaceTask],
    observe: Callable[[Member], Observation | None],
) -> FrameLoader:
    """Return what gives the pictures of a series; parameters as in `FrameLoader`."""
    common = measured.common
    return FrameLoader(
        measured,
        keeper,
        work_px,
        place,
        observe,
        {member.found.name: member for member in measured.series.members},
        {str(row["photo"]): row.get("aligned_through") for row in measured.rows},
        encode_skin(common) if common is not None and common.any() else b"",
    )


def run_picture(task: PictureTask) -> bool:
    """Make and keep a picture, and bring nothing back; false where there is none to show."""
    return shown_by(task) is not None


def shown_by(task: PictureTask) -> Shown | None:
    """Return the picture of a task, made only where it is not kept from before; None where there is none to show."""
    keeper = task.place.photo.keeper
    if kept := keeper.load_files(task.entry, _FILES):
        facts, files = kept
        jpeg, hair, patch = (files[name] for name in _FILES)
        return Shown(jpeg, hair, patch, facts["width"], facts["height"])
    try:
        observation = observation_of(task.place.photo, task.place.entry)
    except OutputError:
        return None  # gone, and the photo too
    if observation.seen is None:
        return None
    common = decode_skin(task.common)
    frame = frame_of(task.found, observation.seen, run_place(task.place), common, task.baseline_shape, task.work_px)
    if frame is None:
        return None
    made = encode_frame(frame, longest=task.longest, most_bytes=task.most_bytes)
    files = dict(zip(_FILES, (made.jpeg, made.hair, made.patch), strict=True))
    keeper.save_files(task.entry, {"width": made.width, "height": made.height}, files)
    return made


def frame_of(
    found: FoundPhoto, seen: Seen, placement: Placement, common: Mask, baseline_shape: tuple[int, int], work_px: int
) -> Frame | None:
    """Return a photo as the page shows it: on its baseline, cropped to the skin they have in common.

    Parameters
    ----------
    found : FoundPhoto
        The photo.
    seen : Seen
        What it shows.
    placement : Placement
        How it lies on its baseline.
    common : Mask
        The common skin on the baseline's grid; not empty.
    baseline_shape : tuple of int
        (rows, columns) of the upright baseline photo.
    work_px : int
        Longer side of the work pictures, in pixels.

    Returns
    -------
    Frame or None
        None for a photo that was not aligned.
    """
    if placement.placed is None or isinstance(placement.alignment, NotAligned):
        return None
    work = imaging.shrunk_shape(baseline_shape, work_px)
    region = imaging.resize_mask(common, work)
    box = box_around(region, MARGIN)  # the same for all photos of a series
    shape = (box[0].stop - box[0].start, box[1].stop - box[1].start)
    to_crop = _shift(-box[1].start, -box[0].start) @ placement.alignment.matrix
    shown = imaging.resize_mask(placement.placed.skin & common, work)
    picture, share = imaging.warp(seen.picture, to_crop, shape), seen.segmentation.share
    # Where the photo does not reach there is nothing to see, and black would look like a part of it.
    picture[~imaging.warp_mask(np.ones(seen.picture.shape[:2], np.bool_), to_crop, shape)] = UNREACHED
    return Frame(
        photo=found.name,
        date=found.date,
        picture=picture,
        region=shown[box],
        share=imaging.warp(share, to_crop @ imaging.resized(share.shape, seen.picture.shape), shape),
    )


def _shift(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
