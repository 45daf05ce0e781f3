"""The one registry of the columns of measurements.csv: name, unit, type and meaning.

The table's writer, its reader, the report and the README's list are all made from it, so that they cannot disagree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "number", "integer"]
Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of measurements.csv.

    Parameters
    ----------
    name : str
        The header.
    unit : str
        Unit of the value; "" for text and dates, "share" for 0..1.
    kind : {"text", "date", "number", "integer"}
        How a cell is written and read. Dates are ISO; an unknown number is an empty cell.
    digits : int
        Decimal places written (numbers only).
    meaning : str
        One line for the README.
    """

    name: str
    unit: str
    kind: Kind
    digits: int
    meaning: str


def _with_interval(name: str, unit: str, digits: int, meaning: str) -> tuple[Column, Column, Column]:
    return (
        Column(name, unit, "number", digits, meaning),
        Column(f"{name}_low", unit, "number", digits, f"lower end of the 95 % interval of {name}"),
        Column(f"{name}_high", unit, "number", digits, f"upper end of the 95 % interval of {name}"),
    )


COLUMNS: tuple[Column, ...] = (
    Column("photo", "", "text", 0, "path of the photo below the photo folder, with /"),
    Column("subject", "", "text", 0, "person; 1 where nothing says otherwise"),
    Column("view", "", "text", 0, "where the camera looked: vertex, frontal, parting, left, right, back, macro, ..."),
    Column("date", "", "date", 0, "day the photo was taken; empty where unknown"),
    Column("status", "", "text", 0, "measured, rejected (no number, see reason) or unreadable"),
    Column("reason", "", "text", 0, "why there is no number, and what to do"),
    Column("flags", "", "text", 0, "names of all flags, joined by ;"),
    Column("coverage", "share", "number", 4, "share of the measured region that hair covers"),
    Column("coverage_low", "share", "number", 4, "lower end of the 95 % interval of coverage"),
    Column("coverage_high", "share", "number", 4, "upper end of the 95 % interval of coverage"),
    Column("repeat_sd", "share", "number", 4,
           "standard deviation of coverage between photos of the same head with no change between them"),
    Column("region_fraction", "share", "number", 4,
           "measured area as a share of the region outlined in the baseline photo"),
    Column("shown_fraction", "share", "number", 4, "share of the baseline's region that this photo shows"),
    Column("region_px", "px", "integer", 0, "measured area, in pixels of the upright baseline photo"),
    Column("region_cm2", "cm2", "number", 2, "measured area, where the baseline's scale is known"),
    Column("px_per_mm", "px/mm", "number", 3,
           "scale of the upright photo, from photos.csv, the scale card, a bar in the picture or the settings"),
    Column("hair_count", "", "integer", 0, "macro photos: hairs in the counting frame"),
    Column("counted_mm2", "mm2", "number", 2, "macro photos: skin that they were counted on"),
    *_with_interval("hairs_per_cm2", "1/cm2", 1, "macro photos: density"),
    *_with_interval("terminal_per_cm2", "1/cm2", 1, "macro photos: density of terminal hairs, 40 um and thicker"),
    *_with_interval("vellus_per_cm2", "1/cm2", 1, "macro photos: density of vellus hairs, thinner than 40 um"),
    *_with_interval("thickness_um", "um", 1, "macro photos: median thickness of the hairs"),
    *_with_interval("thickness_p10_um", "um", 1, "macro photos: a tenth of the hairs is thinner; from 36 hairs on"),
    *_with_interval("thickness_p90_um", "um", 1, "macro photos: a tenth of the hairs is thicker; from 36 hairs on"),
    *_with_interval("thickness_mm_per_cm2", "mm/cm2", 2, "macro photos: sum of the thicknesses of all hairs per area"),
    *_with_interval("hairs_per_unit", "", 2, "macro photos: hairs per follicular unit"),
    *_with_interval("spot_hairs_per_cm2", "1/cm2", 1,
                    "macro photos: density, hair by hair: that of pair_photo times 1 + pair_change, or its own"),
    Column("spot_hairs_per_cm2_sd", "1/cm2", "number", 1, "its standard deviation between photos without change"),
    *_with_interval("spot_thickness_um", "um", 1,
                    "macro photos: thickness, hair by hair: that of pair_photo and pair_thickness_um, or its own"),
    Column("spot_thickness_um_sd", "um", "number", 2, "its standard deviation between photos without change"),
    Column("pair_photo", "", "text", 0, "macro photos: earlier photo of the series that this one was laid on"),
    Column("pair_reason", "", "text", 0, "macro photos: why it could not be laid on it"),
    Column("pair_matched", "", "integer", 0, "macro photos: hairs that are in both, as thick as before"),
    Column("pair_thicker", "", "integer", 0, "macro photos: hairs that are in both, and thicker now"),
    Column("pair_thinner", "", "integer", 0, "macro photos: hairs that are in both, and thinner now"),
    Column("pair_new", "", "integer", 0, "macro photos: hairs that are new"),
    Column("pair_lost", "", "integer", 0, "macro photos: hairs that are gone"),
    *_with_interval("pair_change", "share", 4, "macro photos: change of the number of hairs, from the pairs"),
    *_with_interval("pair_thickness_um", "um", 2, "macro photos: median change of thickness of the hairs in both"),
    Column("baseline", "", "text", 0, "photo that this one was aligned to; itself for the baseline"),
    Column("aligned_through", "", "text", 0,
           "photo in between, where this one could not be aligned to the baseline directly"),
    Column("residual_px", "px", "number", 2,
           "root mean square error of the alignment, in pixels of the baseline photo"),
    Column("scale", "ratio", "number", 4, "size of the head against the baseline: above 1 is closer"),
    Column("rotation_deg", "degree", "number", 2, "turn that lays the photo on its baseline, clockwise"),
    Column("width_px", "px", "integer", 0, "width of the upright photo"),
    Column("height_px", "px", "integer", 0, "height of the upright photo"),
    Column("sharpness", "share", "number", 3, "sharpness on the scalp, 0 (none) to 1"),
    Column("brightness", "share", "number", 3, "median brightness of the scalp as displayed, 0..1"),
    Column("clipped", "share", "number", 4, "share of the scalp that is pure white or black"),
    Column("glare", "share", "number", 4, "share of the scalp under glare"),
    Column("noise", "share", "number", 4, "grain: standard deviation of the noise in brightness, 0..1"),
    Column("light_slope", "ratio", "number", 3,
           "unevenness of the light: brightness of the bright side over the dark side, as a natural logarithm"),
    Column("light_from_deg", "degree", "number", 0, "where the light comes from: 0 right, 90 top of the picture"),
    Column("colour_cast", "ratio", "number", 3,
           "how far the colour of the light is from neutral, as a natural logarithm"),
    Column("segmenter", "", "text", 0, "method that told hair from skin"),
    Column("date_from", "", "text", 0, "where the date comes from: photos.csv, folder, exif or name"),
    Column("notes", "", "text", 0, "notes of photos.csv, and what was done to read the file"),
    Column("digest", "", "text", 0, "SHA-256 of the file's bytes"),
)  # fmt: skip

_BY_NAME = {column.name: column for column in COLUMNS}

ZONE_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("photo", "subject", "view", "date")),
    Column(
        "zone",
        "",
        "text",
        0,
        "part of the region as seen in the baseline: middle, upper, lower, left, right, or as named in regions.json",
    ),
    *(_BY_NAME[name] for name in ("coverage", "coverage_low", "coverage_high", "repeat_sd")),
    Column("zone_fraction", "share", "number", 4, "measured area of the zone as a share of the region's"),
)
"""Columns of zones.csv: one row for each zone of each measured photo."""

NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
Row = Mapping[str, Cell]
"""One row of the table by column name; a missing key is an empty cell."""


def written(column: Column, value: Cell) -> str:
    """Return a cell as it stands in the file: "" for None, fixed decimals for numbers."""
    if value is None or value == "":
        return ""
    if column.kind == "number":
        text = f"{float(value):.{column.digits}f}"
        # Nothing is minus nothing.
        return text.removeprefix("-") if text.startswith("-") and float(text) == 0 else text
    if column.kind == "integer":
        return str(int(value))
    return str(value)


def markdown(columns: Iterable[Column] = COLUMNS) -> str:
    """Return the registry as the table that stands in the README."""
    head = "| column | unit | meaning |\n|---|---|---|\n"
    return head + "".join(f"| `{c.name}` | {c.unit} | {c.meaning} |\n" for c in columns)
