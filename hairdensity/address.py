"""Address: the photo folder by its path, or by an address that fsspec knows, such as s3://bucket/photos.

Whatever is behind an address is used as a path is: nothing else in the program knows the difference. Needs the extra
`remote`, and for some addresses fsspec's own package (s3fs, gcsfs, adlfs), which the message names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from hairdensity.errors import MissingExtraError, TableError

SIGN = "://"


def folder_at(place: Path | str) -> Path:
    """Return the folder at a path or an address.

    Parameters
    ----------
    place : Path or str
        An address is a text with :// in it, such as s3://bucket/photos. Who may read it is said where fsspec looks:
        in the environment or in its configuration files.

    Raises
    ------
    MissingExtraError
        If an address needs a package that is not installed.
    TableError
        If it is no address.
    """
    if isinstance(place, Path) or SIGN not in str(place):
        return place if not isinstance(place, str) else Path(place)
    try:
        from upath import UPath
    except ImportError:
        raise MissingExtraError("an address needs fsspec. Install it: pip install 'hairdensity[remote]'.") from None
    try:
        address = UPath(place)
        _ = address.fs  # what the protocol needs is looked for now, not with the first photo
    except ImportError as error:
        raise MissingExtraError(f"{place}: {error}") from None
    except (ValueError, OSError) as error:
        raise TableError(f"{place}: cannot be used ({error}).") from None
    return cast("Path", address)


def is_remote(folder: Path) -> bool:
    """Return whether a folder is behind an address rather than on a disk of this machine."""
    return not isinstance(folder, Path)


def files_below(folder: Path) -> Iterator[str]:
    """Yield the names of all files below a folder behind an address, with /, by one listing."""
    address = cast("object", folder)
    root = str(getattr(address, "path", "")).rstrip("/")
    for found in getattr(address, "fs").find(root):  # noqa: B009 - not a path of this machine, and has no type
        yield str(found).removeprefix(root).lstrip("/")
