"""Keep: what was measured of each photo, so that it is never measured twice.

Entries are named by what they were made from (the photo's bytes, the settings, the program's own code), so an entry
is either right or not asked for. Each is one zip file of PNG, JPEG and JSON members: nothing in it can run, and
anyone can look inside. A damaged entry counts as missing. The whole folder may be deleted at any time.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from hairdensity import imaging
from hairdensity.align import Alignment, NotAligned
from hairdensity.arrays import Gray, Mask, Plane, Share
from hairdensity.check import ScalpQuality
from hairdensity.files import write_whole
from hairdensity.hairs import Hair
from hairdensity.hairs.figures import Estimate, Figures
from hairdensity.measure import Placed
from hairdensity.placing import Placement
from hairdensity.recipe import Observation, Seen
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation

UNSURE_UNIT: Final = 1 / 510
"""One level of a stored doubt, which runs from 0 to 0.5."""
_PICTURES: Final = ("picture.jpg", "region.png", "outline.png", "share.png", "unsure.png", "tone.jpg")
_ALIGNMENT: Final = tuple(field.name for field in fields(Alignment))
_ELSEWHERE: Final = frozenset(
    (
        *("__init__", "__main__", "address", "analysis", "cli", "cluster", "columns", "commands", "comparison"),
        *("drawing", "explore", "files", "find", "followed", "frames", "index", "keep", "ledger", "leftovers"),
        *("misplaced", "named", "pages", "parquet", "pool", "preferences", "progress", "provenance", "publish"),
        *("regions", "remake", "remember", "report", "rows", "scaling", "series", "simulate", "spoken", "spot_map"),
        *("stages", "study", "table", "tables", "tasks", "treatments", "written", "zones"),
    )
)
"""Modules that do not change what is kept of a photo. Any other one does, also one that is written later."""


def method_files() -> list[Path]:
    """Return the files of the package that change what is kept of a photo."""
    package = Path(__file__).parent
    return sorted(
        path
        for path in package.rglob("*")
        if path.suffix in (".py", ".onnx", ".json")
        and path.relative_to(package).parts[0].removesuffix(".py") not in _ELSEWHERE
    )


@cache
def method_digest() -> str:
    """Return a name of the code that measures: other code, other name, so no number of an older version survives."""
    digest = hashlib.sha256()
    for path in method_files():
        digest.update(path.relative_to(Path(__file__).parent).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def key(*parts: object) -> str:
    """Return the name of an entry made from these parts."""
    text = json.dumps([method_digest(), *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Laid:
    """How a photo lies on its baseline, by facts alone: a `Placement` less its planes.

    Parameters
    ----------
    name : str
        Of the kept placement.
    alignment : Alignment or NotAligned
        How it lies there, or why not.
    flags : tuple of str
        What differs from the baseline.
    through : str
        As in `Placement`.
    given_up : bool
        Whether it was not found out, as its process died or hung: the next run tries again.
    """

    name: str
    alignment: Alignment | NotAligned
    flags: tuple[str, ...]
    through: str = ""
    given_up: bool = False

    @property
    def aligned(self) -> bool:
        """Whether it has planes to measure."""
        return isinstance(self.alignment, Alignment)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON has it, less the name."""
        facts: dict[str, Any] = {"flags": self.flags, "through": self.through}
        if isinstance(self.alignment, NotAligned):
            return facts | {"not_aligned": self.alignment.reason, "given_up": self.given_up}
        found = {name: getattr(self.alignment, name) for name in _ALIGNMENT}
        return facts | {"alignment": found | {"matrix": self.alignment.matrix.tolist()}}


def laid_from(name: str, facts: dict[str, Any]) -> Laid:
    """Return what `Laid.facts` gave."""
    flags = tuple(facts["flags"])
    if "not_aligned" in facts:
        return Laid(name, NotAligned(facts["not_aligned"]), flags, facts["through"], facts.get("given_up", False))
    found = facts["alignment"]
    typed = {"matrix": np.array(found["matrix"], np.float64), "centre": tuple(found["centre"])}
    return Laid(name, Alignment(**(found | typed)), flags, facts["through"])


def facts_of(observation: Observation) -> dict[str, Any]:
    """Return an observation as JSON has it, less its pictures."""
    return {
        "status": observation.status,
        "reason": observation.reason,
        "flags": observation.flags,
        "digest": observation.digest,
        "shape": observation.shape,
        "notes": observation.notes,
        "px_per_mm": observation.px_per_mm,
        "trial": asdict(observation.trial) if observation.trial else None,
        "hairs": [asdict(hair) for hair in observation.hairs],
        "quality": asdict(observation.quality) if observation.quality else None,
    }


def observation_from(facts: dict[str, Any], seen: Seen | None = None) -> Observation:
    """Return what `facts_of` was given, with its pictures."""
    quality = facts["quality"]
    return Observation(
        status=facts["status"],
        reason=facts["reason"],
        flags=tuple(facts["flags"]),
        digest=facts["digest"],
        shape=(facts["shape"][0], facts["shape"][1]),
        quality=ScalpQuality(**(quality | {"flags": tuple(quality["flags"])})) if quality else None,
        notes=tuple(facts["notes"]),
        seen=seen,
        hairs=tuple(_hair(hair) for hair in facts["hairs"]),
        px_per_mm=facts["px_per_mm"],
        trial=_figures(facts["trial"]) if facts["trial"] else None,
    )


@dataclass(frozen=True, slots=True)
class Keeper:
    """The folder of kept entries.

    Parameters
    ----------
    root : Path
        The folder; made when first written to.
    """

    root: Path

    def path(self, entry: str) -> Path:
        """Return where an entry lies; two letters of its name make the folder, to keep folders small."""
        return self.root / entry[:2] / f"{entry}.zip"

    def has(self, entry: str) -> bool:
        """Return whether there is such an entry; it may be damaged."""
        return self.path(entry).is_file()

    def save_observation(self, entry: str, observation: Observation) -> None:
        """Keep an observation."""
        facts = facts_of(observation)
        members: dict[str, bytes] = {}
        if observation.seen:
            region, segmentation = observation.seen.region, observation.seen.segmentation
            facts["region"] = {"source": region.source, "flags": region.flags}
            tone = observation.seen.tone
            drawn = {"outline.png": imaging.encode_png(observation.seen.outline.astype(np.uint8))}
            members = {
                "picture.jpg": imaging.encode_jpeg(observation.seen.picture, 92),
                "region.png": imaging.encode_png(region.mask.astype(np.uint8)),
                "share.png": imaging.encode_png(_share_levels(segmentation.share)),
                "unsure.png": imaging.encode_png(_unsure_levels(segmentation.unsure)),
                **(drawn if region.source == "drawn" else {}),
                **({} if tone is None else {"tone.jpg": imaging.encode_jpeg(tone, 95)}),
            }
        self._save(entry, facts, members)

    def load_observation(self, entry: str, *, pictures: bool) -> Observation | None:
        """Return a kept observation, or None where there is none or it is damaged.

        Parameters
        ----------
        entry : str
            Name of the entry.
        pictures : bool
            Whether to load what the photo shows; without, `seen` is None also for a measured photo.
        """
        loaded = self._load(entry, _PICTURES if pictures else ())
        if loaded is None:
            return None
        facts, members = loaded
        seen = None
        if "picture.jpg" in members:
            region = imaging.decode_gray(members["region.png"]) > 0
            seen = Seen(
                imaging.decode_rgb(members["picture.jpg"]),
                Region(region, facts["region"]["source"], tuple(facts["region"]["flags"])),
                imaging.decode_gray(members["outline.png"]) > 0 if "outline.png" in members else region,
                Segmentation(
                    _from_levels(imaging.decode_gray(members["share.png"]), 1 / 255),
                    _from_levels(imaging.decode_gray(members["unsure.png"]), UNSURE_UNIT),
                ),
                imaging.decode_rgb(members["tone.jpg"]) if "tone.jpg" in members else None,
            )
        return observation_from(facts, seen)

    def load_share(self, entry: str) -> Share | None:
        """Return the share of hair of a kept observation, or None where there is none or it is damaged."""
        loaded = self._load(entry, ("share.png",))
        return _from_levels(imaging.decode_gray(loaded[1]["share.png"]), 1 / 255) if loaded and loaded[1] else None

    def save_placement(self, entry: str, placement: Placement, *, given_up: bool = False) -> None:
        """Keep a placement; `given_up` as `Laid` has it."""
        facts = Laid(entry, placement.alignment, placement.flags, placement.through, given_up).facts()
        members: dict[str, bytes] = {}
        if placement.placed:
            facts["residual"] = placement.placed.residual
            members = {
                "share.png": imaging.encode_png(_share_levels(placement.placed.share)),
                "unsure.png": imaging.encode_png(_unsure_levels(placement.placed.unsure)),
                "skin.png": imaging.encode_png(placement.placed.skin.astype(np.uint8)),
            }
        self._save(entry, facts, members)

    def load_placement(self, entry: str) -> Placement | None:
        """Return a kept placement, or None where there is none or it is damaged."""
        loaded = self._load(entry, ("share.png", "unsure.png", "skin.png"))
        if loaded is None:
            return None
        facts, members = loaded
        laid = laid_from(entry, facts)
        if not laid.aligned:
            return Placement(laid.alignment, None, laid.flags, laid.through)
        placed = Placed(
            _from_levels(imaging.decode_gray(members["share.png"]), 1 / 255),
            _from_levels(imaging.decode_gray(members["unsure.png"]), UNSURE_UNIT),
            imaging.decode_gray(members["skin.png"]) > 0,
            facts["residual"],
        )
        return Placement(laid.alignment, placed, laid.flags, laid.through)

    def load_skin(self, entry: str) -> Mask | None:
        """Return the skin that a photo shows by a kept placement; None where there is none or it is damaged."""
        loaded = self._load(entry, ("skin.png",))
        return imaging.decode_gray(loaded[1]["skin.png"]) > 0 if loaded and loaded[1] else None

    def load_laid(self, entry: str) -> Laid | None:
        """Return how a photo lies by a kept placement; None where there is none or it is damaged."""
        loaded = self._load(entry, ())
        return laid_from(entry, loaded[0]) if loaded else None

    def save_files(self, entry: str, facts: dict[str, Any], members: dict[str, bytes]) -> None:
        """Keep files that were made from what is kept, such as pictures for the page, with a few facts about them."""
        self._save(entry, facts, members)

    def load_files(self, entry: str, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        """Return kept facts and files, or None where there are none or they are damaged."""
        wanted = tuple(names)
        loaded = self._load(entry, wanted)
        return loaded if loaded and len(loaded[1]) == len(wanted) else None

    def _save(self, entry: str, facts: dict[str, Any], members: dict[str, bytes]) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, data in {"facts.json": json.dumps(facts).encode(), **members}.items():
                # A fixed date: the same photo gives the same bytes.
                archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
        write_whole(self.path(entry), buffer.getvalue())

    def _load(self, entry: str, wanted: Iterable[str]) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        try:
            with zipfile.ZipFile(self.path(entry)) as archive:
                facts = json.loads(archive.read("facts.json"))
                present = set(archive.namelist())
                return facts, {name: archive.read(name) for name in wanted if name in present}
        except (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, RuntimeError, EOFError, struct.error):
            # What zipfile raises for damage: also that a file is encrypted, or packed in a way that it does not know.
            return None


def _hair(facts: dict[str, Any]) -> Hair:
    return Hair(**(facts | {"line": tuple((x, y) for x, y in facts["line"])}))


def _figures(facts: dict[str, Any]) -> Figures:
    values: dict[str, Any] = {
        name: Estimate(**value) if isinstance(value, dict) else value for name, value in facts.items()
    }
    return Figures(**values)


def _share_levels(share: Plane) -> Gray:
    levels: Gray = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return levels


def _unsure_levels(unsure: Plane) -> Gray:
    levels: Gray = np.rint(np.clip(unsure, 0, 0.5) / UNSURE_UNIT).astype(np.uint8)
    return levels


def _from_levels(levels: Gray, unit: float) -> Plane:
    plane: Plane = levels.astype(np.float32) * np.float32(unit)
    return plane
