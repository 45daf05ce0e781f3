"""Macro photos: every hair, with root, length and thickness.

contrast (what is darker than skin) -> trace (centre lines) -> shafts (thickness, ends) -> choose (which there are)
-> single (parts of one hair put together) -> faint (pale ones beside) -> short (pieces)
-> roots (which end, which belong together) =
`find_hairs`. Beside it: pairs (two photos of a spot, hair by hair; again: a second look at what was told apart in one
only), scale_bar (the scale that the instrument wrote into the picture).
"""

from hairdensity.hairs.find import Found, find_hairs, hair_share, look
from hairdensity.hairs.hair import COLUMNS, Hair, hairs_csv, kind_of
from hairdensity.hairs.scale_bar import NoScaleBar, ScaleBar, read_scale_bar

__all__ = [
    "COLUMNS", "Found", "Hair", "NoScaleBar", "ScaleBar", "find_hairs", "hair_share", "hairs_csv", "kind_of", "look",
    "read_scale_bar",
]  # fmt: skip
