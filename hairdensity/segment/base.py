"""What every segmenter takes and gives."""

from dataclasses import dataclass
from typing import Protocol

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Hair in one picture: both planes show all of it, at its size or smaller.

    Parameters
    ----------
    share : Share
        (rows, columns) float32, 0..1: share of each pixel's area that hair covers.
    unsure : Plane
        (rows, columns) float32, 0..0.5: standard deviation of `share`, as far as the method knows it.
    """

    share: Share
    unsure: Plane

    def shrunk(self, longest: int) -> "Segmentation":
        """Return the same with the longer side of both planes at most `longest` pixels."""
        return Segmentation(imaging.shrink(self.share, longest), imaging.shrink(self.unsure, longest))


class Segmenter(Protocol):
    """Tells hair from skin in one picture; implementations hold no state that a call changes."""

    @property
    def name(self) -> str:
        """Name of the method, as in the settings and the table."""
        ...

    @property
    def evened(self) -> bool:
        """Whether it wants the picture in even light and standard exposure; else in neutral colour alone."""
        ...

    @property
    def finest_px(self) -> int | None:
        """Longer side, in pixels, at which its planes still hold all that it knows; None: that of the picture."""
        ...

    def __call__(self, rgb: Rgb, region: Mask) -> Segmentation:
        """Return the hair of a picture, over the whole picture; `region` says where scalp and hair may be learned."""
        ...
