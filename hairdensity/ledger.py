"""Ledger: the numbers of a series, so that a photo that did not change is neither loaded nor measured again.

Each number stands under the name of the placement that it was read from and is used only for the very skin and zones
it was measured on, so it is what measuring again would give. A ledger that is damaged or gone is made anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Mask
from hairdensity.keep import Keeper, Laid, key, laid_from
from hairdensity.measure import Coverage, Numbers

_COMMON: Final = "common.png"
_COVERAGE: Final = tuple(field.name for field in fields(Coverage))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of the photos of one series, by the names of their kept placements.

    Parameters
    ----------
    laid : mapping
        How each lies on the baseline.
    numbers : mapping
        What was measured of each.
    skin : str
        Name of the skin and zones that `numbers` are of.
    shared : frozenset of str
        Photos whose skin was compared to find `common`.
    common : bytes
        PNG of the skin that these have in common, on the baseline's grid; empty where that is not known.
    """

    laid: Mapping[str, Laid] = field(default_factory=dict)
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    skin: str = ""
    shared: frozenset[str] = frozenset()
    common: bytes = b""

    def number_of(self, name: str, skin: str) -> Numbers | None:
        """Return what was measured of a photo on this skin; None where that is not known."""
        return self.numbers.get(name) if self.skin == skin else None

    def facts(self) -> dict[str, Any]:
        """Return it as JSON has it, less `common`."""
        return {
            "laid": {name: laid.facts() for name, laid in self.laid.items()},
            "numbers": {name: _numbers_facts(numbers) for name, numbers in self.numbers.items()},
            "skin": self.skin,
            "shared": sorted(self.shared),
        }

    def names(self) -> tuple[object, ...]:
        """Return what it is of: two ledgers that are of the same say the same."""
        return self.laid.keys(), self.numbers.keys(), self.skin, self.shared, self.common


NOTHING_KNOWN: Final = Ledger()


def encode_skin(skin: Mask) -> bytes:
    """Return a skin as `Ledger` has it."""
    return imaging.encode_png(skin.astype(np.uint8))


def decode_skin(common: bytes) -> Mask:
    """Return what `encode_skin` was given."""
    skin: Mask = imaging.decode_gray(common) > 0
    return skin


def skin_name(common: Mask, zones: Iterable[tuple[str, Mask]] = ()) -> str:
    """Return a name of a skin and its zones, each (name, mask)."""
    digest = hashlib.sha256(np.packbits(common).tobytes())
    for name, mask in zones:
        digest.update(name.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(np.packbits(mask).tobytes())
    return digest.hexdigest()


def ledger_name(baseline: str) -> str:
    """Return the name of the ledger of a series, from the name of the kept observation of its baseline."""
    return key("ledger", baseline)


def read_ledger(keeper: Keeper, entry: str) -> Ledger:
    """Return a kept ledger; one that knows nothing where there is none or it is damaged."""
    loaded = keeper.load_files(entry, (_COMMON,)) if entry else None
    if loaded is None:
        return NOTHING_KNOWN
    facts, files = loaded
    try:
        return Ledger(
            {name: laid_from(name, kept) for name, kept in facts["laid"].items()},
            {name: _numbers(kept) for name, kept in facts["numbers"].items()},
            facts["skin"],
            frozenset(facts["shared"]),
            files[_COMMON],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return NOTHING_KNOWN


def write_ledger(keeper: Keeper, entry: str, ledger: Ledger, known: Ledger) -> None:
    """Keep a ledger, where it says something else than what is kept (`known`).

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if ledger.names() != known.names():
        keeper.save_files(entry, ledger.facts(), {_COMMON: ledger.common})


def _numbers_facts(numbers: Numbers) -> dict[str, Any]:
    # Not `asdict`, which copies what it finds and takes ten times as long.
    return {
        "shown": numbers.shown,
        "whole": _coverage_facts(numbers.whole),
        "fraction": numbers.fraction,
        "zones": [(_coverage_facts(coverage), pixels) for coverage, pixels in numbers.zones],
    }


def _coverage_facts(coverage: Coverage | None) -> dict[str, Any] | None:
    return {name: getattr(coverage, name) for name in _COVERAGE} if coverage else None


def _numbers(kept: dict[str, Any]) -> Numbers:
    def coverage(facts: dict[str, float] | None) -> Coverage | None:
        return Coverage(**facts) if facts else None

    zones = tuple((coverage(facts), pixels) for facts, pixels in kept["zones"])
    return Numbers(kept["shown"], coverage(kept["whole"]), kept["fraction"], zones)
