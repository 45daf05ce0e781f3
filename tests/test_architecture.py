"""ARCHITECTURE.md names every module, none that is not there, and in the order in which they may import."""

import ast
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


def imported_by(module: str) -> set[str]:
    """Return the modules of the package that a module, or one of its folder, imports anywhere."""
    alone = PACKAGE / f"{module}.py"
    nodes = (
        node
        for path in ([alone] if alone.is_file() else (PACKAGE / module).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hairdensity"):
            named = node.module.split(".")[1:2] or [alias.name for alias in node.names]
            names |= set(named)
    return names


def test_a_module_imports_only_from_those_below_it():
    text = PAGE.read_text(encoding="utf-8")
    ordered = text[text.index("From the top down") : text.index("Beside the way")]
    rows = [line.split("|")[1] for line in ordered.splitlines() if line.startswith("| `")]
    place = {name: number for number, cell in enumerate(rows) for name in re.findall(r"`([a-z_]+)/?`", cell)}
    upwards = {
        (name, other) for name in place for other in imported_by(name) if place.get(other, len(rows)) < place[name]
    }
    assert not upwards
