"""Macro photos: every hair, with root, length and thickness.

contrast (what is darker than skin) -> trace (centre lines) -> shafts (thickness, ends) -> choose (which there are)
-> faint (pale ones beside) -> roots (which end, which belong together) = `find_hairs`.
"""

from hairdensity.hairs.find import Found, find_hairs, hair_share, look
from hairdensity.hairs.hair import COLUMNS, Hair, hairs_csv, kind_of

__all__ = ["COLUMNS", "Found", "Hair", "find_hairs", "hair_share", "hairs_csv", "kind_of", "look"]
