"""Find: the photos of a folder, each with its subject, view and date."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from hairdensity.address import files_below, is_remote
from hairdensity.errors import HairdensityError, TableError, printable, quoted
from hairdensity.named import date_in, subject_and_view, times_further_out
from hairdensity.tables import Table, parse_date, parse_number, read_table
from hairdensity.views import VIEWS, view_in

DateFrom = Literal["photos.csv", "folder", "exif", "name", ""]
ExifDay = Callable[[Path, str], date | None]
"""Gives the day that the EXIF of a photo says, of its path and name; None where it says none."""

READ_ENDINGS: Final = frozenset((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif"))
REFUSED_ENDINGS: Final = frozenset(
    (".gif", ".bmp", ".avif", ".jxl", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf")
)
"""Photos that are not read: found all the same, so that a row says why."""
LISTING: Final = "photos.csv"
LISTING_COLUMNS: Final = ("photo", "date", "view", "subject", "notes", "px_per_mm")
RESULTS: Final = ("measurements.csv", "run.json")
"""Files that say that a folder holds results."""
STARTED: Final = (".lock", "cache")
"""What a run makes first there."""
SKIPPED_FOLDERS: Final = frozenset(("@eadir", "__macosx", "$recycle.bin", "thumbs"))


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """One photo of the folder, not yet opened.

    Parameters
    ----------
    name : str
        Path below the folder, with /.
    path : Path
        The file.
    subject, view : str
        Whose head, and where the camera looked.
    date : date or None
        Day it was taken.
    date_from : {"photos.csv", "folder", "exif", "name", ""}
        Where the date comes from.
    notes : str
        Notes of photos.csv.
    px_per_mm : float or None
        Scale of the upright photo, where photos.csv says it.
    """

    name: str
    path: Path
    subject: str
    view: str
    date: date | None
    date_from: DateFrom
    notes: str
    px_per_mm: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds.

    Parameters
    ----------
    photos : tuple of FoundPhoto
        By name.
    warnings : tuple of str
        What a person should know, a line each.
    """

    photos: tuple[FoundPhoto, ...]
    warnings: tuple[str, ...]


def find_photos(
    folder: Path,
    leave_out: Path | None = None,
    *,
    follow_links: bool = False,
    exif_day: ExifDay | None = None,
) -> Found:
    """Find the photos of a folder and below.

    photos.csv says subject, view and date where it names a photo; else the names of folders do, then (for the date)
    EXIF, then the file's name. Folders: `view/`, `subject/view/`, a date anywhere, a year or month innermost. Further
    out such a name can be somebody's number: there a month is one unless most of the photos in such folders are dated
    otherwise, and a year only where they are dated so. Hidden files, an output folder of this program, and links that
    lead out of the folder are left out.

    Parameters
    ----------
    folder : Path
        The photo folder, or what `hairdensity.address.folder_at` gave.
    leave_out : Path, optional
        A folder below it that is none of it, such as the one that results go to.
    follow_links : bool
        Whether links to folders, and to photos elsewhere, are followed; each folder is entered once even so.
    exif_day : callable, optional
        Gives what `read_exif_day` gives, where that is known of earlier runs.

    Raises
    ------
    HairdensityError
        If the folder holds no photo, or is an output folder of this program.
    TableError
        If photos.csv cannot be used.
    """
    if not folder.is_dir():
        raise TableError(f"{printable(str(folder))}: there is no such folder.")
    if is_results(folder):
        raise HairdensityError(f"{printable(str(folder))}: holds the results of a run. Name the folder of the photos.")
    warnings: list[str] = []
    names = sorted(_listed(folder) if is_remote(folder) else _walk(folder, leave_out, follow_links, warnings))
    if not names:
        endings = ", ".join(sorted(ending[1:] for ending in READ_ENDINGS))
        raise HairdensityError(f"{printable(str(folder))}: holds no photo (looked for {endings}).")
    listing = _read_listing(folder, names, warnings)
    ask = exif_day or read_exif_day
    dated = {name: _dated(folder, name, listing.get(name), ask) for name in names}
    times = times_further_out({name: day for name, (day, _) in dated.items()})
    photos = tuple(_found(folder, name, listing.get(name), *dated[name], times) for name in names)
    return Found(photos, (*warnings, *_parted_by_their_names(photos, listing)))


def _parted_by_their_names(photos: Sequence[FoundPhoto], listing: Mapping[str, "_Listed"]) -> Iterator[str]:
    """Say so where a word in a photo's name alone makes a series of its own of it."""
    together: dict[PurePosixPath, list[FoundPhoto]] = {}
    for photo in photos:
        where = PurePosixPath(photo.name).parent
        if not any(view_in(part) for part in where.parts) and not (photo.name in listing and listing[photo.name].view):
            together.setdefault(where, []).append(photo)
    for here in together.values():
        named = [photo for photo in here if view_in(PurePosixPath(photo.name).stem)]
        if named and len(named) < len(here):
            views = ", ".join(dict.fromkeys(photo.view for photo in named))
            yield (
                f"{len(named)} of {len(here)} photos in one folder are taken as {views}, by a word in their names. "
                "If all show the same side, put them into a folder of its name, such as vertex."
            )


def is_results(folder: Path) -> bool:
    """Return whether a folder is one that `analyze` wrote to, or was stopped at: its masks and charts are no photos."""
    return all((folder / name).is_file() for name in RESULTS) or all((folder / name).exists() for name in STARTED)


def means(names: Iterable[str]) -> Callable[[str], str]:
    """Return what gives the photo that somebody means by its path; empty where there is none.

    Paths are understood as other systems write them: with backslashes, in other case, with accents as single marks.
    """
    known = set(names)
    folded = {_folded(name): name for name in sorted(known)}

    def meant(said: str) -> str:
        plain = said.replace("\\", "/").removeprefix("./")
        return said if said in known else plain if plain in known else folded.get(_folded(plain), "")

    return meant


def read_exif_day(path: Path, _name: str) -> date | None:
    """Return the day on which a photo was taken by its EXIF; None where it does not say."""
    from hairdensity.read import read_taken  # not needed, and not loaded, where folders are dated

    taken = read_taken(path)
    return taken.date() if taken else None


@dataclass(frozen=True, slots=True)
class _Listed:
    """What photos.csv says of one photo."""

    day: date | None
    view: str
    subject: str
    notes: str
    px_per_mm: float | None


def _found(
    folder: Path, name: str, listed: _Listed | None, day: date | None, source: DateFrom, times: frozenset[str]
) -> FoundPhoto:
    subject, view = subject_and_view(name, times)
    return FoundPhoto(
        name=name,
        path=folder / name,
        subject=(listed.subject if listed else "") or subject,
        view=_view_of(listed) or view,
        date=day,
        date_from=source,
        notes=listed.notes if listed else "",
        px_per_mm=listed.px_per_mm if listed else None,
    )


def _view_of(listed: _Listed | None) -> str:
    """Return the view that photos.csv says, by the word that is used here; empty where it says none."""
    said = listed.view.lower() if listed else ""
    return VIEWS.get(said, said)


def _dated(folder: Path, name: str, listed: _Listed | None, exif_day: ExifDay) -> tuple[date | None, DateFrom]:
    if listed and listed.day:
        return listed.day, "photos.csv"
    for part in reversed(PurePosixPath(name).parts[:-1]):
        if day := date_in(part):
            return day, "folder"
    if day := exif_day(folder / name, name):
        return day, "exif"
    if day := date_in(PurePosixPath(name).name):
        return day, "name"
    return None, ""


def _walk(folder: Path, leave_out: Path | None, follow_links: bool, warnings: list[str]) -> Iterator[str]:
    """Yield the names of all photos; a folder is a folder whatever it is called."""
    root, entered = _real(folder), {_real(folder)}
    if leave_out:
        entered.add(_real(leave_out))

    def unread(error: OSError) -> None:
        path = Path(error.filename)
        why = f"cannot be read ({error.strerror})"
        if path == folder:
            raise TableError(f"{printable(str(folder))}: {why}.")
        warnings.append(f"{printable(path.relative_to(folder).as_posix())}: {why}; photos in it are not found.")

    for where, folders, files in os.walk(folder, onerror=unread, followlinks=follow_links):
        here = Path(where)
        folders[:] = [name for name in sorted(folders) if _entered(here / name, entered, follow_links, warnings)]
        if "truth.csv" in files:
            folders[:] = [name for name in folders if name != "truth"]
        for file in files:
            path = here / file
            if file.startswith(".") or path.suffix.lower() not in READ_ENDINGS | REFUSED_ENDINGS:
                continue
            if path.is_symlink() and not follow_links and not _real(path).is_relative_to(root):
                warnings.append(f"{printable(file)}: is a link out of the photo folder and was not followed.")
                continue
            yield path.relative_to(folder).as_posix()


def _listed(folder: Path) -> Iterator[str]:
    """Yield the names of all photos behind an address: as `_walk`, but that there are no links."""
    files = list(files_below(folder))
    inside: dict[str, set[str]] = {}
    for file in files:
        where, _, name = file.rpartition("/")
        inside.setdefault(where, set()).add(name)
    skipped = {where for where, names in inside.items() if where and names.issuperset(RESULTS)}
    skipped |= {f"{where}/truth".lstrip("/") for where, names in inside.items() if "truth.csv" in names}
    for file in files:
        parents = [parent.as_posix() for parent in PurePosixPath(file).parents]
        parts = PurePosixPath(file).parts
        hidden = any(part.startswith(".") for part in parts) or {part.lower() for part in parts[:-1]} & SKIPPED_FOLDERS
        known = PurePosixPath(file).suffix.lower() in READ_ENDINGS | REFUSED_ENDINGS
        if known and not hidden and skipped.isdisjoint(parents):
            yield file


def _real(path: Path) -> Path:
    # Not Path.resolve, which raises for a link that leads to itself.
    return Path(os.path.realpath(path))


def _entered(path: Path, entered: set[Path], follow_links: bool, warnings: list[str]) -> bool:
    if path.name.startswith(".") or path.name.lower() in SKIPPED_FOLDERS:
        return False
    if path.is_symlink() and not follow_links:
        warnings.append(f"{printable(path.name)}: is a link to a folder and was not followed.")
        return False
    real = _real(path)
    if real in entered:
        return False
    entered.add(real)
    return not is_results(path)


def _read_listing(folder: Path, names: list[str], warnings: list[str]) -> dict[str, _Listed]:
    # The listing may lie one level down, as when PHOTOS holds one folder of photos: only the top one is used.
    path = folder / LISTING
    if not path.is_file():
        return {}
    table = read_table(path, LISTING_COLUMNS, ("photo",))
    warnings.extend(table.warnings)
    return _matched(table, names, warnings)


def _matched(table: Table, names: list[str], warnings: list[str]) -> dict[str, _Listed]:
    meant = means(names)
    listed: dict[str, _Listed] = {}
    for line in table.lines:
        where = f"{table.name}, line {line.number}"
        said = line.get("photo")
        name = meant(said)
        row = _Listed(
            parse_date(line.get("date"), where),
            line.get("view"),
            line.get("subject"),
            " ".join(line.get("notes").split()),
            _scale(line.get("px_per_mm"), where),
        )
        if not name:
            warnings.append(f"{where}: there is no photo {quoted(said)}.")
        elif name in listed:
            raise TableError(f"{where}: {quoted(name)} is listed twice. Delete one of the lines.")
        else:
            listed[name] = row
    return listed


def _scale(text: str, where: str) -> float | None:
    scale = parse_number(text, where)
    if scale is not None and scale <= 0:
        raise TableError(f"{where}: px_per_mm is {text}, but must be above 0.")
    return scale


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
