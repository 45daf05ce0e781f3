"""ARCHITECTURE.md names every module, and no module that is not there."""

import re
from pathlib import Path

import hairdensity

PACKAGE = Path(hairdensity.__file__).parent
PAGE = PACKAGE.parent / "ARCHITECTURE.md"


def test_the_inventory_is_complete_and_true():
    rows = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    named = {name.rstrip("/") for cell in rows for name in re.findall(r"`([a-z_]+/?)`", cell)}
    modules = {
        path.stem
        for path in PACKAGE.iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert named == modules
