"""Very many people, each a run of its own in a worker: real processes, of which some die."""

import csv
import os
import shutil
import signal
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from scenes import head, save

from hairdensity.analysis import analyze
from hairdensity.cli import main
from hairdensity.errors import TableError
from hairdensity.settings import Settings
from hairdensity.study import PersonDone, PersonRun, Study, study

parquet = pytest.importorskip("pyarrow.parquet")
TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=280)
TABLES = ("measurements.parquet", "zones.parquet", "verdicts.csv")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    photos = tmp_path_factory.mktemp("people")
    for number, name in enumerate("ABC"):
        for month in (1, 2):
            save(head(noise=10 * number + month), photos / name / "vertex" / f"2026-0{month}-05.jpg")
    (photos / "treatments.csv").write_text("date,treatment,subject\n2026-01-20,microneedling,A\n")
    (photos / "C" / "treatments.csv").write_text("dose\n5\n")
    return photos


@pytest.fixture(scope="module")
def here(people: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    out = tmp_path_factory.mktemp("here") / "out"
    return out, study(people, out, settings=QUICK, jobs=2, today=TODAY)


def test_what_the_settings_file_says_counts_for_each_and_tables_that_nobody_reads_are_told(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[PersonRun] = []

    def analyzed(task: PersonRun) -> PersonDone:
        asked.append(task)
        return PersonDone(reason="not now")

    photos = tmp_path / "photos"
    shutil.copytree(people, photos)
    (photos / "hairdensity.toml").write_text("pdf = true\nmaps = true\n")
    for name in ("photos.csv", "regions.json"):
        (photos / name).write_text("photo\n")
    monkeypatch.setattr("hairdensity.study.run_person", analyzed)
    result = CliRunner().invoke(main, ["study", str(photos), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert [(task.maps, task.pdf) for task in asked] == [(True, True)] * 3
    assert "photos.csv: is not read." in result.output
    assert "regions.json: is not read." in result.output


def test_each_has_the_run_that_analyze_gives_and_one_that_cannot_be_used_is_told(
    people: Path, here: tuple[Path, Study], tmp_path: Path
):
    out, done = here
    assert (done.people, done.measured, done.rows) == (3, 4, 4)
    ((name, reason),) = done.failed
    assert name == "C"
    assert "treatments.csv" in reason
    dates = tmp_path / "dates.csv"
    dates.write_text("date,treatment\n2026-01-20,microneedling\n")
    analyze(people / "A", tmp_path / "A", treatments=dates, settings=QUICK, jobs=1, today=TODAY)
    assert (out / "A" / "measurements.csv").read_bytes() == (tmp_path / "A" / "measurements.csv").read_bytes()
    assert (out / "A" / "progress.json").read_bytes() == (tmp_path / "A" / "progress.json").read_bytes()
    table = parquet.read_table(out / "measurements.parquet")
    assert table["run"].to_pylist() == ["A", "A", "B", "B"]
    assert all(value > 0 for value in table["coverage"].to_pylist())
    with (out / "verdicts.csv").open(newline="", encoding="utf-8") as file:
        assert [(line["run"], line["view"], line["verdict"]) for line in csv.DictReader(file)] == [
            ("A", "vertex", "cannot_tell"), ("B", "vertex", "cannot_tell"),
        ]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_which_a_worker_is_killed_gives_the_same_tables(
    people: Path, here: tuple[Path, Study], tmp_path: Path
):
    distributed = pytest.importorskip("distributed")

    def told(_what: str, done: int, _total: int) -> None:
        if done == 1:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        done = study(people, tmp_path / "out", settings=QUICK, today=TODAY, cluster=address, on_progress=told)
    assert done == here[1]
    for name in TABLES:
        assert (tmp_path / "out" / name).read_bytes() == (here[0] / name).read_bytes()


def test_the_command(people: Path, here: tuple[Path, Study], tmp_path: Path):
    words = ["study", str(people), "--out", str(here[0]), "--jobs", "1"]
    (tmp_path / "own.toml").write_text('segmenter = "classical"\nwork_px = 280\n')
    said = CliRunner().invoke(main, [*words, "--settings", str(tmp_path / "own.toml")])
    assert said.exit_code == 0
    assert "2 people analyzed, 4 of 4 photos measured." in said.stdout
    assert "Left out: C: " in said.stderr
    assert (
        CliRunner().invoke(main, ["study", str(people / "A" / "vertex"), "--out", str(tmp_path / "o")]).exit_code == 2
    )


def test_links_and_photos_beside_the_folders_are_told_and_left_out(people: Path, tmp_path: Path):
    photos, elsewhere = tmp_path / "photos", tmp_path / "elsewhere"
    (photos / "B").mkdir(parents=True)
    (photos / "away").symlink_to(people / "A", target_is_directory=True)
    (photos / "2026-01-05.jpg").write_bytes(b"")
    (photos / "treatments.csv").write_text("date,treatment,subject\n2026-01-20,rosemary oil,B\n2026-01-20,prp,b\n")
    done = study(photos, elsewhere, settings=QUICK, jobs=1, today=TODAY)
    assert done.people == 1
    assert [line.split(": ", 1)[1] for line in done.warnings] == [
        "'rosemary oil' is not a treatment that is known here; it is taken as a session of some other treatment.",
        "there is no folder 'b'.",
    ]
    assert {name for name, _ in done.failed} >= {"away", "2026-01-05.jpg"}
    assert not (elsewhere / "away").exists()


def test_a_folder_without_people_is_refused(tmp_path: Path):
    with pytest.raises(TableError, match="a folder for each person"):
        study(tmp_path, tmp_path / "out")
