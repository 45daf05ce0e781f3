"""Compare: two photos of the same scalp, measured on the skin that both show."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hairdensity.arrays import Mask
from hairdensity.errors import HairdensityError
from hairdensity.files import write_whole
from hairdensity.find import FoundPhoto
from hairdensity.flags import reason_for
from hairdensity.frames import frame_of
from hairdensity.intervals import detectable
from hairdensity.measure import SHOWN_ENOUGH, SHOWN_TOO_LITTLE, Coverage, coverage, shown_fraction
from hairdensity.named import date_in
from hairdensity.placing import Placement, as_baseline, place_on, place_on_itself
from hairdensity.read import read_taken
from hairdensity.recipe import Observation, observe
from hairdensity.report.pair import Side, blind_page, pair_page
from hairdensity.report.render import render_report
from hairdensity.report.shots import Frame
from hairdensity.settings import Settings
from hairdensity.views import DEFAULT_SUBJECT, DEFAULT_VIEW


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two photos compared.

    Parameters
    ----------
    before, after : Coverage
        Coverage of the skin that both show.
    noise : float
        Difference that photos of an unchanged head exceed once in twenty times, 0..1.
    flags : tuple of (tuple of str, tuple of str)
        What is to be said of each photo.
    frames : tuple of (Frame, Frame)
        The photos on that skin, cropped alike.
    view : str
        Where the camera looked.
    """

    before: Coverage
    after: Coverage
    noise: float
    flags: tuple[tuple[str, ...], tuple[str, ...]]
    frames: tuple[Frame, Frame]
    view: str

    @property
    def change(self) -> float:
        """Coverage after less coverage before."""
        return self.after.value - self.before.value

    @property
    def more_than_noise(self) -> bool:
        """Whether the difference is larger than photos of an unchanged head differ, but once in twenty times."""
        return abs(self.change) >= self.noise


def compare(before: Path, after: Path, *, view: str = DEFAULT_VIEW, settings: Settings | None = None) -> Comparison:
    """Compare two photos of the same scalp.

    Parameters
    ----------
    before, after : Path
        The photos.
    view : str
        Where the camera looked.
    settings : Settings, optional
        How to measure.

    Raises
    ------
    HairdensityError
        If a photo cannot be used, or the two do not show the same skin; the message says why and what to do.
    """
    settings = settings or Settings()
    names = _told_apart(before, after)
    base, later = (_observed(*one, view, settings) for one in zip((before, after), names, strict=True))
    placements = (place_on_itself(base), place_on(later, as_baseline(base)))
    placed = [placement.placed for placement in placements]
    if placed[0] is None or placed[1] is None:
        reason = getattr(placements[1].alignment, "reason", "")
        raise HairdensityError(
            f"{names[1]}: could not be matched to {names[0]} ({reason}). "
            "Both must show the same head from the same side and distance."
        )
    shown = shown_fraction(placed[1].skin, placed[0].skin)
    if shown < SHOWN_TOO_LITTLE:
        raise HairdensityError(f"{names[1]}: {reason_for(['shows_too_little'])}")
    # Of two photos neither sets the skin for others: however little both show, both are measured on that.
    common = placed[0].skin & placed[1].skin
    results = [coverage(one, common, placed[0].skin) for one in placed if one is not None]
    if results[0] is None or results[1] is None:
        raise HairdensityError(f"{names[1]}: shows no skin that {names[0]} shows.")
    frames = (
        _frame(before, names[0], base, placements[0], common, base, settings),
        _frame(after, names[1], later, placements[1], common, base, settings),
    )
    noise = detectable(results[0].repeat_sd, results[1].repeat_sd)
    less = ("shows_less",) if shown < SHOWN_ENOUGH else ()
    flags = (base.flags, tuple(dict.fromkeys((*later.flags, *placements[1].flags, *less))))
    return Comparison(results[0], results[1], noise, flags, frames, view)


def write_comparison(result: Comparison, page: Path, *, blind: bool = False) -> tuple[Path, ...]:
    """Write the page of a comparison; for a blind rating also the key, in a file of its own.

    Parameters
    ----------
    result : Comparison
        From `compare`.
    page : Path
        The HTML file.
    blind : bool
        Whether order, dates, names and values are to be hidden from whoever looks at the page.

    Returns
    -------
    tuple of Path
        The page, and the key where there is one.
    """
    if not blind:
        before, after = (
            Side(frame, found.value, found.low, found.high, flags)
            for frame, found, flags in zip(result.frames, (result.before, result.after), result.flags, strict=True)
        )
        write_whole(page, render_report(pair_page(before, after, result.noise, view=result.view)))
        return (page,)
    swapped = secrets.randbelow(2) == 1
    order = ("after", "before") if swapped else ("before", "after")
    # Without the random salt, anyone could try both orders against the seal.
    key = json.dumps({"A": order[0], "B": order[1], "salt": secrets.token_hex(16)}, indent=1) + "\n"
    first, second = reversed(result.frames) if swapped else result.frames
    seal = hashlib.sha256(key.encode()).hexdigest()
    write_whole(page, render_report(blind_page(first, second, view=result.view, seal=seal)))
    key_file = page.with_suffix(".key.json")
    write_whole(key_file, key)
    return page, key_file


def _told_apart(before: Path, after: Path) -> tuple[str, str]:
    """Return the names of two files, with as many of their folders as tell them apart."""
    for parts in range(1, max(len(before.parts), len(after.parts)) + 1):
        names = "/".join(before.parts[-parts:]), "/".join(after.parts[-parts:])
        if names[0] != names[1]:
            return names
    return before.name, after.name


def _observed(path: Path, name: str, view: str, settings: Settings) -> Observation:
    seen = observe(path, view, (), settings)
    if seen.seen is None:
        raise HairdensityError(f"{name}: {seen.reason}")
    return seen


def _frame(
    path: Path,
    name: str,
    observation: Observation,
    placement: Placement,
    common: Mask,
    base: Observation,
    settings: Settings,
) -> Frame:
    found = FoundPhoto(name, path, DEFAULT_SUBJECT, DEFAULT_VIEW, _day(path), "", "", None)
    frame = observation.seen and frame_of(found, observation.seen, placement, common, base.shape, settings.work_px)
    if not frame:
        raise HairdensityError(f"{name}: has no picture to show.")
    return frame


def _day(path: Path) -> date | None:
    taken = read_taken(path)
    return taken.date() if taken else date_in(path.name)
