"""Runs over a folder that was analysed before: the files are those of a first run, whatever has changed."""

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path

from scenes import head, save, series

from hairdensity.analysis import analyze
from hairdensity.settings import Settings

TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=240)
FILES = ("measurements.csv", "zones.csv", "progress.json", "report.html")


def files(photos: Path, out: Path, settings: Settings = QUICK) -> dict[str, bytes]:
    analyze(photos, out, settings=settings, jobs=1, today=TODAY)
    # The page says at which second it was made.
    return {name: re.sub(rb"<dd>20[0-9T:+-]{23}</dd>", b"", (out / name).read_bytes()) for name in FILES}


def test_whatever_changes_the_files_are_those_of_a_first_run(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 3), tmp_path / "out"
    vertex = photos / "vertex"
    files(photos, out)
    shapes = {"vertex/2026-01-05.jpg": {"zones": {"spot": [[120, 150], [240, 150], [240, 260], [120, 260]]}}}

    def added() -> None:
        save(head(2300, noise=9)[:340], vertex / "2026-05-05.jpg")  # shows less: the common skin changes
        (photos / "regions.json").write_text(json.dumps(shapes))

    def changed() -> None:
        save(head(2600, noise=4), vertex / "2026-03-05.jpg")
        shutil.copy(vertex / "2026-02-05.jpg", vertex / "2026-06-05.jpg")
        (photos / "treatments.csv").write_text("date,treatment,until\n2026-02-01,microneedling,\n2026-02-20,haircut,\n")

    def removed() -> None:
        (vertex / "2026-01-05.jpg").unlink()  # another baseline, and what was drawn is gone

    for number, change in enumerate((added, changed, removed)):
        change()
        assert files(photos, out) == files(photos, tmp_path / f"first-{number}"), number


def test_what_was_kept_and_is_damaged_or_gone_is_made_anew(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 3), tmp_path / "out"
    save(head(2300, noise=9, gain=0.05), photos / "vertex" / "2026-05-05.jpg")
    before = files(photos, out)
    with (out / "measurements.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4
    kept = sorted((out / "cache").rglob("*.zip"))
    for number, entry in enumerate(kept):
        if number % 3 == 0:
            entry.unlink()
        elif number % 3 == 1:
            entry.write_bytes(entry.read_bytes()[:-30])
    save(head(2400, noise=3), photos / "vertex" / "2026-06-05.jpg")
    assert files(photos, out) == files(photos, tmp_path / "first")
    (photos / "vertex" / "2026-06-05.jpg").unlink()
    assert files(photos, out) == before
