"""Misplaced: files that a person wrote for the program, and that would go unread for their name or their place."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from hairdensity.address import is_remote
from hairdensity.find import LISTING
from hairdensity.regions import REGIONS
from hairdensity.treatments import TREATMENTS

WRITTEN: Final = (LISTING, TREATMENTS, REGIONS)
"""Files that people write and that are used without being named."""
ENDINGS: Final = frozenset((".csv", ".tsv", ".txt", ".json", ".xlsx", ".xls", ".ods", ".numbers"))
"""What such a file may have been saved as."""
ALIKE: Final = 0.8
"""So alike are two names (`difflib`) of which one is the other misspelt."""


def misplaced(folder: Path, photos: Iterable[str]) -> tuple[str, ...]:
    """Return a line for each file that seems to be meant for the program and is not read.

    Parameters
    ----------
    folder : Path
        The photo folder; behind an address nothing is looked for.
    photos : iterable of str
        Names of its photos, as paths below it: what lies beside them is looked at too.
    """
    if is_remote(folder):
        return ()
    inside = sorted({PurePosixPath(name).parent.as_posix() for name in photos} - {"."})
    return (*_misspelt(folder), *_too_deep(folder, inside))


def _misspelt(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS or path.name in WRITTEN:
            continue
        for wanted in WRITTEN:
            stem = Path(wanted).stem
            near = difflib.SequenceMatcher(None, path.stem.lower(), stem).ratio() >= ALIKE
            if near and not (folder / wanted).exists():
                as_it_should = "Rename it to" if path.suffix.lower() == Path(wanted).suffix else "Save it as"
                yield f"{path.name}: is not read. {as_it_should} {wanted} if it is meant."


def _too_deep(folder: Path, inside: Iterable[str]) -> Iterator[str]:
    for where in inside:
        for name in WRITTEN:
            if (folder / where / name).is_file():
                yield f"{where}/{name}: is not read. Only a {name} that lies in the photo folder itself is."
