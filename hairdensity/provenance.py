"""run.json: what made these numbers."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from hairdensity import __version__
from hairdensity.keep import method_digest
from hairdensity.settings import Settings

_LIBRARIES = ("numpy", "opencv-python", "scipy", "scikit-image", "Pillow", "pandas", "matplotlib")


def describe_run(settings: Settings, digests: Mapping[str, str], tables: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of run.json.

    Parameters
    ----------
    settings : Settings
        How it was measured.
    digests : mapping
        SHA-256 by photo.
    tables : mapping
        SHA-256 by name of each table that was used.
    """
    return {
        "hairdensity": __version__,
        "method": method_digest(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.system(),
        "libraries": {name: version for name in _LIBRARIES if (version := _version(name))},
        "settings": settings.model_dump(),
        "tables": dict(sorted(tables.items())),
        "photos": dict(sorted(digests.items())),
    }


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
