"""Leftovers: files of an earlier run that this one has not written anew, and that would tell of other photos.

Which charts, pages, PDFs and Parquet tables there are depends on the photos and on what was asked for, so each run
notes in `cache/written.json` those it wrote. Nothing else is deleted: OUT may hold files of its owner as well.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from hairdensity.files import OutPaths, write_whole
from hairdensity.index import read_json

FILE: Final = "written.json"


def note_written(paths: OutPaths, written: Mapping[str, Iterable[Path]], *, delete: bool = True) -> tuple[str, ...]:
    """Note what was written, and delete what an earlier run wrote of the same kinds and this one did not.

    Parameters
    ----------
    paths : OutPaths
        Where results lie.
    written : mapping of str to iterable of Path
        The files, by kind; of other kinds nothing changes.
    delete : bool
        Whether to delete; else the others stay noted.

    Returns
    -------
    tuple of str
        What was deleted, as paths below OUT.

    Raises
    ------
    OutputError
        If the note cannot be written.
    """
    before = read_json(paths.cache / FILE)
    noted, deleted = dict(before), list[str]()
    for kind, files in written.items():
        now = {file.relative_to(paths.root).as_posix() for file in files}
        earlier = before.get(kind)
        others = {str(name) for name in earlier} - now if isinstance(earlier, list) else set()
        gone = {name for name in others if delete and _deleted(paths.root, name, now)}
        deleted += gone
        noted[kind] = sorted(now | (others - gone))
    if noted != before:
        write_whole(paths.cache / FILE, json.dumps(noted))
    return tuple(sorted(deleted))


def _deleted(root: Path, name: str, now: Iterable[str]) -> bool:
    """Delete a file; false where it cannot be, such as one that somebody has open."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        return False
    # On some disks names that differ in case only are the same file: the one just written.
    alike = (root / other for other in now if other.casefold() == name.casefold())
    with contextlib.suppress(OSError):
        if not any(path.samefile(other) for other in alike):
            path.unlink(missing_ok=True)
        return True
    return not path.exists()
