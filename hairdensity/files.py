"""Where every result lies, and how it is written: whole or not at all."""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from hairdensity.errors import OutputError

_UNFINISHED: Final = ".writing-"


@dataclass(frozen=True, slots=True)
class OutPaths:
    """Every file below the output folder.

    Parameters
    ----------
    root : Path
        The output folder.
    """

    root: Path

    @property
    def measurements(self) -> Path:
        """The table: one row a photo."""
        return self.root / "measurements.csv"

    @property
    def measurements_parquet(self) -> Path:
        """The table as Parquet, where that was asked for."""
        return self.root / "measurements.parquet"

    @property
    def zones_parquet(self) -> Path:
        """The table by zone as Parquet, where that was asked for."""
        return self.root / "zones.parquet"

    @property
    def zones(self) -> Path:
        """The table by zone: one row for each zone of each measured photo."""
        return self.root / "zones.csv"

    @property
    def progress(self) -> Path:
        """The verdicts."""
        return self.root / "progress.json"

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.root / "report.html"

    @property
    def charts(self) -> Path:
        """Folder of the charts as SVG and PNG."""
        return self.root / "charts"

    @property
    def run(self) -> Path:
        """What made these numbers."""
        return self.root / "run.json"

    @property
    def cache(self) -> Path:
        """Folder of what is kept of each photo, so that no photo is measured twice; may be deleted."""
        return self.root / "cache"

    def mask(self, picture_name: str) -> Path:
        """Labels of one photo; `picture_name` as given by `picture_names`."""
        return self.root / "masks" / picture_name

    def map(self, picture_name: str) -> Path:
        """Share of hair of one photo; `picture_name` as given by `picture_names`."""
        return self.root / "maps" / picture_name

    def hairs(self, picture_name: str) -> Path:
        """Hairs of one macro photo; `picture_name` as given by `picture_names`."""
        return (self.root / "hairs" / picture_name).with_suffix(".csv")


def picture_names(photos: Iterable[str]) -> dict[str, str]:
    """Return a PNG name below masks/ and maps/ for each photo, no two alike.

    `vertex/IMG_1.jpg` becomes `vertex/IMG_1.png`; where `vertex/IMG_1.heic` stands beside it, both keep their ending:
    `vertex/IMG_1.jpg.png` and `vertex/IMG_1.heic.png`. Names that differ in case only count as alike, since on some
    disks they are.
    """
    ordered = sorted(photos)
    stems: dict[str, int] = {}
    for photo in ordered:
        stem = str(PurePosixPath(photo).with_suffix("")).casefold()
        stems[stem] = stems.get(stem, 0) + 1
    names: dict[str, str] = {}
    # A folder may be called like a picture.
    taken = {str(folder).casefold() for photo in ordered for folder in PurePosixPath(photo).parents}
    for photo in ordered:
        stem = str(PurePosixPath(photo).with_suffix(""))
        name = f"{stem}.png" if stems[stem.casefold()] == 1 else f"{photo}.png"
        number = 2
        while name.casefold() in taken:
            name = f"{photo}~{number}.png"
            number += 1
        taken.add(name.casefold())
        names[photo] = name
    return names


def write_whole(path: Path, data: bytes | str) -> None:
    """Write a file so that it is whole or not there, whatever happens meanwhile.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to, or the disk is full.
    """
    with writing(path) as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to bit by bit, which afterwards is whole or not there.

    Raises
    ------
    OutputError
        As `write_whole`.
    """
    # Not by `tempfile`, whose files only their owner may read: who may is for the user's umask to say.
    temporary = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise OutputError(
            f"{path}: cannot be written ({error.strerror or error}). Free space or choose another --out folder."
        ) from error


def sweep(root: Path) -> None:
    """Delete what a killed run left half written."""
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(_UNFINISHED):
                with contextlib.suppress(OSError):
                    Path(folder, name).unlink()
