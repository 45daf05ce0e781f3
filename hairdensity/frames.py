"""Frames: the photos of a series as the report shows them, on the same skin and cropped alike, from what was kept."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hairdensity import imaging
from hairdensity.align import NotAligned
from hairdensity.arrays import Mask, Matrix
from hairdensity.keep import Keeper
from hairdensity.report.data import Frame
from hairdensity.series import MeasuredSeries, Member
from hairdensity.tasks import placement_key

MARGIN: Final = 0.06
"""Surroundings shown around the region, as a share of the longer side of its box."""


@dataclass(frozen=True, slots=True)
class FrameLoader:
    """Gives the frame of a photo of one series when asked, so that only what is shown is ever loaded.

    Parameters
    ----------
    measured : MeasuredSeries
        The series.
    keeper : Keeper
        Where its photos are kept.
    work_px : int
        Longer side of the work pictures, in pixels.
    """

    measured: MeasuredSeries
    keeper: Keeper
    work_px: int

    def __call__(self, photo: str) -> Frame | None:
        """Return the frame of a photo by its name in the table; None where there is no picture to show."""
        base, common = self.measured.series.baseline, self.measured.common
        member = next((one for one in self.measured.series.members if one.found.name == photo), None)
        if base is None or common is None or member is None or not common.any():
            return None
        return self._aligned(member, base, common)

    def _aligned(self, member: Member, base: Member, common: Mask) -> Frame | None:
        observation = self.keeper.load_observation(member.entry, pictures=True)
        placement = self.keeper.load_placement(placement_key(member.entry, base.entry))
        if observation is None or observation.seen is None or placement is None or placement.placed is None:
            return None
        if isinstance(placement.alignment, NotAligned):
            return None
        work = imaging.shrunk_shape(base.observation.shape, self.work_px)
        region = imaging.resize_mask(common, work)
        top, left, shape = _box(region)
        to_crop = _shift(-left, -top) @ placement.alignment.matrix
        shown = imaging.resize_mask(placement.placed.skin & common, work)
        return Frame(
            photo=member.found.name,
            date=member.found.date,
            picture=imaging.warp(observation.seen.picture, to_crop, shape),
            region=shown[top : top + shape[0], left : left + shape[1]],
            share=imaging.warp(observation.seen.segmentation.share, to_crop, shape),
        )


def _box(region: Mask) -> tuple[int, int, tuple[int, int]]:
    """Return top, left and (rows, columns) of the crop around a region: the same for all photos of a series."""
    rows, columns = np.nonzero(region)
    margin = round(MARGIN * (max(np.ptp(rows), np.ptp(columns)) + 1))
    top, left = max(0, int(rows.min()) - margin), max(0, int(columns.min()) - margin)
    bottom = min(region.shape[0], int(rows.max()) + margin + 1)
    right = min(region.shape[1], int(columns.max()) + margin + 1)
    return top, left, (bottom - top, right - left)


def _shift(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
