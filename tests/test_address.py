"""A folder behind an address is used as a folder on a disk is."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from hairdensity.address import folder_at
from hairdensity.analysis import analyze
from hairdensity.cli import main
from hairdensity.errors import HairdensityError, MissingExtraError
from hairdensity.find import find_photos
from hairdensity.settings import Settings
from hairdensity.simulate import random_head, render

upath = pytest.importorskip("upath")
# What fsspec leaves open in a test is not ours to close.
TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=240)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import cv2

    folder = tmp_path_factory.mktemp("photos")
    small = cv2.resize(render(random_head(1)).rgb, (240, 200))[:, :, ::-1]
    for name in ("vertex/2026-01-05.jpg", "vertex/2026-02-05.jpg", ".hidden/a.jpg", "@eaDir/a.jpg", "notes.txt"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(cv2.imencode(".jpg", small)[1].tobytes() + name.encode())
    (folder / "treatments.csv").write_text("date,treatment,until\n2026-01-10,minoxidil,\n")
    for name in ("measurements.csv", "run.json", "picture.png"):
        (folder / "old" / name).parent.mkdir(exist_ok=True)
        (folder / "old" / name).write_text("")
    return folder


def in_memory(photos: Path, name: str) -> str:
    address = upath.UPath(f"memory://{name}")
    for path in photos.rglob("*"):
        if path.is_file():
            copy = address / path.relative_to(photos).as_posix()
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return str(address)


def test_the_same_photos_are_found_and_the_same_numbers_come_out(photos: Path, tmp_path: Path):
    address = in_memory(photos, "study")
    found = [[photo.name for photo in find_photos(folder_at(place)).photos] for place in (photos, address)]
    assert found[0] == found[1] == ["vertex/2026-01-05.jpg", "vertex/2026-02-05.jpg"]
    tables = []
    for place in (photos, address, f"file://{photos}"):
        out = tmp_path / f"out{len(tables)}"
        run = analyze(place, out, settings=QUICK, jobs=1, today=TODAY)
        assert run.treatments.courses
        tables.append((out / "measurements.csv").read_bytes())
        # Of a store that does not say when a file changed, nothing is measured again all the same.
        written = {path: path.stat().st_mtime_ns for path in (out / "cache").rglob("*.zip")}
        analyze(place, out, settings=QUICK, jobs=1, today=TODAY)
        assert written == {path: path.stat().st_mtime_ns for path in (out / "cache").rglob("*.zip")}
    assert tables[0] == tables[1] == tables[2]


def test_what_is_no_address_or_needs_a_package_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(HairdensityError, match="nosuch"):
        folder_at("nosuch://bucket/photos")
    said = CliRunner().invoke(main, ["analyze", "nosuch://bucket", "--out", str(tmp_path / "out")])
    assert said.exit_code == 2
    assert "cannot be used" in said.stderr
    with pytest.raises(HairdensityError, match="there is no such folder"):
        analyze("memory://gone", tmp_path / "out", settings=QUICK, jobs=1)
    monkeypatch.setitem(__import__("sys").modules, "upath", None)
    with pytest.raises(MissingExtraError, match=r"hairdensity\[remote\]"):
        folder_at("s3://bucket/photos")
