"""The whole way, from a folder of photos to every output file."""

import csv
import json
import random
import re
from datetime import date
from pathlib import Path

import cv2
import pytest
from scenes import head, save, series

from hairdensity.analysis import analyze
from hairdensity.columns import NAMES
from hairdensity.errors import HairdensityError, OutputError, TableError
from hairdensity.progress import follow
from hairdensity.settings import Settings
from hairdensity.treatments import no_treatments

TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=360)


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as file:
        return {row["photo"]: row for row in csv.DictReader(file)}


def written(out: Path) -> dict[str, bytes]:
    """Return what a run wrote, by name, but for what is kept for the next, and for when it was finished."""
    when = re.compile(rb"\d{4}-\d\d-\d\dT[\d:+]+")
    files = [path for path in out.rglob("*") if path.is_file() and "cache" not in path.relative_to(out).parts]
    return {path.relative_to(out).as_posix(): when.sub(b"", path.read_bytes()) for path in files}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    photos = series(tmp_path_factory.mktemp("photos"))
    (photos / "treatments.csv").write_text("date,treatment,until,notes\n2026-02-01,microneedling,,1.5 mm\n")
    return photos


@pytest.fixture(scope="module")
def done(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    analyze(folder, out, settings=QUICK, jobs=1, maps=True, today=TODAY)
    return out


def test_every_file_of_the_contract_is_there(done: Path):
    rows = table(done)
    assert list(rows) == [f"vertex/2026-{month:02d}-05.jpg" for month in (1, 2, 3, 4)]
    assert tuple(next(iter(rows.values()))) == NAMES
    assert all(row["status"] == "measured" and row["view"] == "vertex" for row in rows.values())
    for photo in rows:
        mask = cv2.imread(str(done / "masks" / photo.replace(".jpg", ".png")), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (420, 360)
        assert set(mask.ravel().tolist()) <= {0, 1, 2}
        assert cv2.imread(str(done / "maps" / photo.replace(".jpg", ".png")), 0) is not None
    progress = json.loads((done / "progress.json").read_text())
    assert progress["views"]["vertex"]["verdict"] == "cannot_tell"
    assert sum(progress["views"]["vertex"]["probability"].values()) == pytest.approx(1)
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "Cannot tell yet" in page
    assert page.count("data:image/jpeg") >= 2
    run = json.loads((done / "run.json").read_text())
    assert set(run["photos"]) == set(rows)
    assert "treatments.csv" in run["tables"]
    assert (done / "charts" / "chart_vertex.svg").is_file()
    assert (done / "charts" / "chart_vertex.png").is_file()


def test_coverage_lies_in_its_interval(done: Path):
    rows = table(done).values()
    assert rows
    for row in rows:
        low, value, high = (float(row[name]) for name in ("coverage_low", "coverage", "coverage_high"))
        assert 0 <= low <= value <= high <= 1
        assert low < high


def test_a_second_run_measures_nothing_and_changes_nothing(folder: Path, done: Path):
    before = (done / "measurements.csv").read_bytes()
    again = analyze(folder, done, settings=QUICK, jobs=1, maps=True, today=TODAY)
    assert again.measured_now == 0
    assert (done / "measurements.csv").read_bytes() == before


def test_one_new_photo_costs_one_photo_and_a_removed_one_leaves_nothing(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    analyze(photos, out, settings=QUICK, jobs=1, today=TODAY)
    new = save(head(2300, noise=9), photos / "vertex" / "2026-05-05.jpg")
    assert analyze(photos, out, settings=QUICK, jobs=1, today=TODAY).measured_now == 1
    assert (out / "masks" / "vertex" / "2026-05-05.png").is_file()
    new.unlink()
    assert analyze(photos, out, settings=QUICK, jobs=1, today=TODAY).measured_now == 0
    assert not (out / "masks" / "vertex" / "2026-05-05.png").exists()
    assert len(table(out)) == 2


def test_a_changed_setting_measures_anew(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    analyze(photos, out, settings=QUICK, jobs=1, today=TODAY)
    other = Settings(segmenter="classical", work_px=300)
    assert analyze(photos, out, settings=other, jobs=1, today=TODAY).measured_now == 2


def test_one_job_and_several_give_the_same_files(folder: Path, done: Path, tmp_path: Path):
    out = tmp_path / "out"
    analyze(folder, out, settings=QUICK, jobs=2, today=TODAY)
    made, before = written(out), written(done)
    assert {"measurements.csv", "report.html", "charts/chart_vertex.png"} <= made.keys()
    assert [name for name in made if made[name] != before[name]] == []


def test_the_page_of_each_of_many_people_is_the_same_by_several_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hairdensity.pages.MOST_PEOPLE", 1)
    for number in range(4):
        save(head(noise=number), tmp_path / "photos" / "AB"[number % 2] / "vertex" / f"2026-01-0{number + 1}.jpg")
    for jobs in (1, 2):
        analyze(tmp_path / "photos", tmp_path / str(jobs), settings=QUICK, jobs=jobs, today=TODAY)
    one, two = written(tmp_path / "1"), written(tmp_path / "2")
    assert {"report/A.html", "report/B.html"} <= one.keys()
    assert one == two


def test_photos_of_one_day_are_one_session_with_a_smaller_error(tmp_path: Path):
    photos = tmp_path / "photos"
    for number in range(3):
        save(head(noise=number), photos / "vertex" / f"2026-01-05_{number}.jpg")
    save(head(noise=7), photos / "vertex" / "2026-02-05.jpg")
    result = analyze(photos, tmp_path / "out", settings=QUICK, jobs=1, today=TODAY)
    assert result.count("measured") == 4
    (view,) = follow(result.rows, no_treatments(), TODAY)
    first, second = view.sessions
    assert len(first.photos) == 3
    # What differs between photos averages out; what the method gets wrong about a head does not.
    assert first.noise * first.spread < 0.9 * second.noise * second.spread
    # The upper half of the interval may be cut off at full coverage.
    assert first.value - first.low < second.value - second.low


def test_the_same_file_twice_counts_once(tmp_path: Path):
    photos = series(tmp_path / "photos", 2)
    copy = photos / "vertex" / "copy of 2026-01-05.jpg"
    copy.write_bytes((photos / "vertex" / "2026-01-05.jpg").read_bytes())
    result = analyze(photos, tmp_path / "out", settings=QUICK, jobs=1, today=TODAY)
    assert result.count("measured") == 2
    assert table(tmp_path / "out")["vertex/copy of 2026-01-05.jpg"]["flags"].split(";")[-1] == "duplicate"


def test_another_head_is_not_measured_as_this_one(tmp_path: Path):
    photos = series(tmp_path / "photos", 2)
    sideways = head(2000, person=5)[:200, :180]
    save(cv2.resize(sideways, (360, 420)), photos / "vertex" / "2026-03-05.jpg")
    analyze(photos, tmp_path / "out", settings=QUICK, jobs=1, today=TODAY)
    assert table(tmp_path / "out")["vertex/2026-03-05.jpg"]["status"] == "rejected"


def test_a_region_drawn_by_hand_is_the_one_that_is_measured(tmp_path: Path):
    photos = series(tmp_path / "photos", 2)
    box = [[120, 150], [240, 150], [240, 270], [120, 270]]
    (photos / "regions.json").write_text(json.dumps({"vertex/2026-01-05.jpg": [box]}))
    analyze(photos, tmp_path / "out", settings=QUICK, jobs=1, today=TODAY)
    mask = cv2.imread(str(tmp_path / "out" / "masks" / "vertex" / "2026-01-05.png"), 0) > 0
    rows, columns = mask.any(1).nonzero()[0], mask.any(0).nonzero()[0]
    for found, drawn in zip((columns.min(), columns.max(), rows.min(), rows.max()), (120, 240, 150, 270), strict=True):
        assert abs(int(found) - drawn) <= 3
    shares = [float(row["shown_fraction"]) for row in table(tmp_path / "out").values()]
    assert min(shares) > 0.97


def test_damaged_leftovers_are_made_again(folder: Path, done: Path):
    before = (done / "measurements.csv").read_bytes()
    masks = {path: path.read_bytes() for path in (done / "masks").rglob("*.png")}
    dice = random.Random(3)
    for entry in sorted((done / "cache").rglob("*.zip")):
        data = bytearray(entry.read_bytes())
        at = dice.randrange(len(data))
        entry.write_bytes(data[:at] if dice.random() < 0.5 else data[:at] + b"????" + data[at + 4 :])
    for path in masks:
        path.unlink()
    analyze(folder, done, settings=QUICK, jobs=1, maps=True, today=TODAY)
    assert (done / "measurements.csv").read_bytes() == before
    assert {path: path.read_bytes() for path in (done / "masks").rglob("*.png")} == masks


def test_two_runs_at_once_are_told(folder: Path, tmp_path: Path):
    fcntl = pytest.importorskip("fcntl")
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run"):
            analyze(folder, out, settings=QUICK, jobs=1)


def test_out_may_lie_inside_photos(tmp_path: Path):
    photos = series(tmp_path / "photos", 2)
    for _ in range(2):
        result = analyze(photos, photos / "results", settings=QUICK, jobs=1, maps=True, today=TODAY)
    assert len(result.rows) == 2


def test_what_is_no_folder_or_holds_no_photo_is_said(tmp_path: Path):
    with pytest.raises(TableError, match="no such folder"):
        analyze(tmp_path / "none", tmp_path / "out")
    with pytest.raises(HairdensityError, match="holds no photo"):
        analyze(tmp_path, tmp_path / "out")
