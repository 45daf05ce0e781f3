"""What machines and people do to a run: afterwards the table is that of an undisturbed one."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from scenes import head, save, series

from hairdensity.analysis import analyze
from hairdensity.cli import main
from hairdensity.errors import OutputError
from hairdensity.settings import Settings

TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=360)
OPTIONS = ("--segmenter", "classical", "--work-px", "360", "--jobs", "1")
PHOTO = "vertex/2026-03-05.jpg"
Told = Callable[[str, int, int], None]

RUN = """
import sys
from datetime import date
from hairdensity.analysis import analyze
from hairdensity.settings import Settings

def run():
    settings = Settings(segmenter="classical", work_px=360)
    analyze(sys.argv[1], sys.argv[2], settings=settings, jobs=int(sys.argv[3]), today=date(2026, 7, 1))

if __name__ == "__main__" and sys.argv[3] == "2":
    run()
"""
KILLED = """
import os, random, signal
from pathlib import Path
import hairdensity.publish

def die_at_file(lives, after):
    # This process kills itself when it is about to put its nth file in place, or has just done so.
    put, left = Path.replace, [lives]
    def replace(path, target):
        left[0] -= 1
        if left[0] == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = put(path, target)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    Path.replace = replace

# Forked from a process that has measured nothing itself, and so has no threads that a fork would lose.
dice, killed = random.Random(5), 0
while True:
    # What comes last is written anew in each run: each has to come further than the one before.
    lives, after = killed + dice.randrange(1, 4), dice.random() < 0.5
    child = os.fork()
    if child == 0:
        die_at_file(lives, after)
        run()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status):
        print(killed)
        sys.exit(os.WEXITSTATUS(status))
    killed += 1
"""


def run(photos: Path, out: Path, on_progress: Told | None = None, today: date = TODAY) -> bytes:
    analyze(photos, out, settings=QUICK, jobs=1, today=today, on_progress=on_progress)
    return (out / "measurements.csv").read_bytes()


def rows(table: bytes) -> dict[str, dict[str, str]]:
    return {row["photo"]: row for row in csv.DictReader(table.decode().splitlines())}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return series(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return run(photos, tmp_path_factory.mktemp("out") / "out")


@pytest.fixture
def own(photos: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(photos, tmp_path / "photos"))


def once(stage: str, at: int, do: Callable[[], object]) -> Told:
    """Return a listener that does something once, when so many photos have come through a stage."""
    waiting = [do]

    def told(what: str, done: int, _total: int) -> None:
        if what == stage and done == at and waiting:
            waiting.pop()()

    return told


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_every_few_files_it_goes_on_to_the_same_table(photos: Path, undisturbed: bytes, tmp_path: Path):
    out, script = tmp_path / "out", tmp_path / "run.py"
    script.write_text(RUN + KILLED)
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, script, photos, out, "1"], capture_output=True, text=True, env=os.environ | one, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 6
    assert (out / "measurements.csv").read_bytes() == undisturbed
    assert not list(out.rglob(".writing-*"))


@pytest.mark.slow
def test_killed_with_its_workers_it_goes_on_to_the_same_table(photos: Path, undisturbed: bytes, tmp_path: Path):
    out, script = tmp_path / "out", tmp_path / "run.py"
    script.write_text(RUN)
    for wanted in (1, 5):
        # In a group of its own, so that the workers die with it.
        process = subprocess.Popen([sys.executable, script, photos, out, "2"], start_new_session=True)
        while len(list(out.glob("cache/*/*.zip"))) < wanted and process.poll() is None:
            time.sleep(0.005)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert run(photos, out) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = sys.platform == "linux" and os.geteuid() == 0
    if not made or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk needs root on Linux")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_and_one_that_cannot_be_written(photos: Path, undisturbed: bytes, small_disk: Path):
    words = ["analyze", str(photos), "--out", str(small_disk / "out"), *OPTIONS]
    full = CliRunner().invoke(main, words)
    assert full.exit_code == 1
    assert "No space left on device). Free space" in full.stderr
    assert len(full.stderr.strip().splitlines()) == 1
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert run(photos, small_disk / "out") == undisturbed
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    locked = CliRunner().invoke(main, words)
    assert locked.exit_code == 1
    assert "Read-only file system" in locked.stderr
    assert len(locked.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("stage", "at"), [("measuring photos", 2), ("aligning photos", 4), ("writing masks", 0)])
def test_out_removed_midway_is_made_again(photos: Path, undisturbed: bytes, tmp_path: Path, stage: str, at: int):
    out = tmp_path / "out"
    assert run(photos, out, once(stage, at, lambda: shutil.rmtree(out))) == undisturbed
    assert len(list((out / "masks" / "vertex").iterdir())) == 4


def test_a_second_run_into_the_same_folder_is_told(photos: Path, undisturbed: bytes, tmp_path: Path):
    pytest.importorskip("fcntl")
    told: list[str] = []

    def second() -> None:
        with pytest.raises(OutputError, match="another run is writing there") as error:
            run(photos, tmp_path / "out")
        told.append(str(error.value))

    assert run(photos, tmp_path / "out", once("measuring photos", 2, second)) == undisturbed
    assert len(told) == 1


def test_a_photo_that_changes_during_the_run_is_measured_anew_in_the_next(own: Path, tmp_path: Path):
    other = save(head(2900, noise=8), tmp_path / "other.jpg").read_bytes()
    out, later = tmp_path / "out", own / PHOTO

    def change() -> None:
        later.write_bytes(other)

    first = run(own, out, once("measuring photos", 4, change))
    second = run(own, out)
    assert rows(first)[PHOTO]["digest"] != rows(second)[PHOTO]["digest"]
    assert second == run(own, tmp_path / "fresh")


def test_photos_that_come_and_go_during_the_run(own: Path, undisturbed: bytes, tmp_path: Path):
    # Removed after it was measured it keeps its row, before that it has a reason; a new one waits for the next run.
    new = own / "vertex" / "2026-05-05.jpg"

    def move() -> None:
        (own / PHOTO).rename(new)

    assert run(own, tmp_path / "a", once("measuring photos", 4, move)) == undisturbed
    new.rename(own / PHOTO)
    gone = rows(run(own, tmp_path / "b", once("measuring photos", 0, move)))
    assert "cannot be read" in gone[PHOTO]["reason"]
    assert new.name not in str(gone)
    assert new.relative_to(own).as_posix() in rows(run(own, tmp_path / "b"))


def test_a_clock_that_was_set_back(own: Path, undisturbed: bytes, tmp_path: Path):
    out = tmp_path / "out"
    ahead = time.time() + 86_400 * 400
    for photo in own.rglob("*.jpg"):
        os.utime(photo, (ahead, ahead))
    assert run(own, out) == undisturbed
    for file in out.rglob("*"):
        os.utime(file, (ahead, ahead))
    before = rows(run(own, out, today=date(2026, 2, 1) - timedelta(days=20)))
    assert [row["flags"].split(";")[-1] for row in before.values()] == ["", *["date_in_future"] * 3]
    assert run(own, out) == undisturbed


@pytest.mark.parametrize(
    "index", ["", "[]", "{", '{"%s": 5}', '{"%s": [[1, 2], 3]}', '{"%s": [null, "x", 1]}', "[" * 9999]
)
def test_an_index_that_was_damaged_is_made_anew(photos: Path, undisturbed: bytes, tmp_path: Path, index: str):
    out = tmp_path / "out"
    (out / "cache").mkdir(parents=True)
    for name in ("index.json", "drawn.json", "photos.json"):
        (out / "cache" / name).write_text(index.replace("%s", PHOTO))
    assert run(photos, out) == undisturbed


def test_what_lies_in_out_and_is_not_ours_is_left_alone(own: Path, tmp_path: Path):
    out = tmp_path / "out"
    mine = save(head(500), out / "masks" / "vertex" / "holiday.png")
    run(own, out)
    (own / PHOTO).unlink()
    drawn = json.loads((out / "cache" / "drawn.json").read_text())
    (out / "cache" / "drawn.json").write_text(json.dumps(drawn | {"evil": ["../../photos/vertex/2026-01-05.jpg"]}))
    run(own, out)
    assert mine.is_file()
    assert (own / "vertex" / "2026-01-05.jpg").is_file()
    assert not (out / "masks" / PHOTO).with_suffix(".png").exists()


def test_the_photo_folder_is_not_written_into(photos: Path):
    refused = CliRunner().invoke(main, ["analyze", str(photos), "--out", f"{photos}/vertex/..", *OPTIONS])
    assert refused.exit_code == 2
    assert "is the photo folder itself" in refused.stderr
