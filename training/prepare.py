"""Gather the hand labels of a development folder into `labels.json`, keyed by the photos' names at their source.

    python training/prepare.py DATA

DATA holds `heads/` and `backs/`, each with scalp.json and patches.csv, heads/ also sources.csv,
points.csv and areas.json. Only needed when labels change: the file is in the repository.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

from labels import LABELS


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def gather(data: Path) -> dict[str, Any]:
    """Return the entries of all photos."""
    sources = rows(data / "heads" / "sources.csv")
    areas = json.loads((data / "heads" / "areas.json").read_text())
    entries: dict[str, Any] = {}
    for view, folder, column in (("top", "heads", "file"), ("back", "backs", "back_file")):
        outlines = json.loads((data / folder / "scalp.json").read_text())
        squares, points = rows(data / folder / "patches.csv"), rows(data / folder / "points.csv")
        for source in sources:
            man = source["photo"]
            if man not in outlines:
                continue
            polygons = areas.get(man, {}) if view == "top" else {}
            entries[source[column]] = {
                "man": man,
                "view": view,
                "outline": outlines[man],
                "squares": [
                    [int(r["x"]), int(r["y"]), int(r["size"]), float(r["coverage"]), len(r["readers"].split("/"))]
                    for r in squares
                    if r["photo"] == man
                ],
                "points": [[int(r["x"]), int(r["y"]), r["label"]] for r in points if r["photo"] == man],
                "dense": polygons.get("dense", []),
                "bare": polygons.get("bare", []),
            }
    return entries


def main() -> None:
    """Write the file."""
    entries = gather(Path(sys.argv[1]))
    lines = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in entries.items()]
    LABELS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(entries)} photos of {len({e['man'] for e in entries.values()})} men")


if __name__ == "__main__":
    main()
