import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from hairdensity.pool import HUNG, Crashed, Here


def double(number: int) -> int:
    return 2 * number


def die_on(bad: int, number: int) -> int:
    if number == bad:
        os._exit(9)
    time.sleep(0.01)
    return number


def die_once(folder: Path, number: int) -> int:
    marker = folder / "died"
    if number == 3 and not marker.exists():
        marker.touch()
        os._exit(9)
    return number


def fail(number: int) -> int:
    raise ValueError(f"task {number}")


def sleep_on(bad: int, number: int) -> int:
    while number == bad:
        try:
            time.sleep(0.05)
        except Exception:  # noqa: S112 - as libraries do
            continue
    return number


def hang_on(bad: int, number: int) -> int:
    if number == bad:
        # As C code that never comes back: no signal reaches it but the last one.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        time.sleep(600)
    return number


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_task_has_its_result(jobs: int):
    assert sorted(Here(jobs)(double, list(range(25)))) == [(i, 2 * i) for i in range(25)]


def test_no_tasks_no_workers():
    assert list(Here(4)(double, [])) == []


def test_a_task_that_kills_its_worker_is_reported_and_the_others_are_done():
    results = dict(Here(2)(partial(die_on, 4), list(range(12))))
    assert isinstance(results.pop(4), Crashed)
    assert results == {i: i for i in range(12) if i != 4}


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path):
    assert dict(Here(2)(partial(die_once, tmp_path), list(range(8)))) == {i: i for i in range(8)}


def whose(_number: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def test_workers_that_stay_are_the_same_until_one_dies_or_a_run_is_left():
    with Here(2).staffed() as run:
        # So many that also a worker that is slow to start gets one.
        first = {pid for _, pid in run(whose, range(40))}
        assert os.getpid() not in first
        assert len(first) == 2
        assert {pid for _, pid in run(whose, range(6))} <= first
        os.kill(min(first), signal.SIGKILL)
        second = dict(run(whose, range(2)))
        assert all(isinstance(pid, int) for pid in second.values())
        assert min(first) not in second.values()
        next(run(whose, range(6)))
        assert dict(run(double, range(3))) == {0: 0, 1: 2, 2: 4}


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_the_program_is_not_hidden(jobs: int):
    with pytest.raises(ValueError, match="task"):
        list(Here(jobs)(fail, [1, 2]))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="cannot be interrupted there")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_task_that_takes_too_long_is_given_up(jobs: int):
    results = dict(Here(jobs, 0.5)(partial(sleep_on, 1), [0, 1, 2]))
    assert results == {0: 0, 1: Crashed(HUNG), 2: 2}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="cannot be blocked there")
def test_a_task_that_cannot_be_interrupted_is_killed_and_the_others_are_done():
    results = dict(Here(2, 0.5)(partial(hang_on, 1), [0, 1, 2]))
    assert results == {0: 0, 1: Crashed(HUNG), 2: 2}


MANY = """
from pathlib import Path
from hairdensity.keep import file_digest
from hairdensity.pool import Here
if __name__ == "__main__":
    for done, _ in enumerate(Here(2)(file_digest, [Path(__file__)] * 1_000_000)):
        if done == 2:
            print("working", flush=True)
"""


def start(script: Path, where: Path) -> "subprocess.Popen[str]":
    script.parent.mkdir(exist_ok=True)
    script.write_text(MANY)
    package = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, cwd=where, start_new_session=True,
        env=os.environ | {"PYTHONPATH": package},
    )  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs Linux")
def test_workers_end_with_a_command_that_is_killed_and_load_nothing_from_where_it_runs(tmp_path: Path):
    where = tmp_path / "photos"
    where.mkdir()
    (where / "cv2.py").write_text("open('loaded', 'w')")
    process = start(tmp_path / "programs" / "run.py", where)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"

    def of_the_command() -> list[str]:
        lines = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # ended meanwhile
                lines.append(path.read_text())
        # Behind the name: state, parent, group.
        return [line for line in lines if line.rpartition(")")[2].split()[2] == str(process.pid)]

    assert len(of_the_command()) >= 3
    process.kill()
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 20
    while of_the_command() and time.monotonic() < until:
        time.sleep(0.05)
    assert not of_the_command()
    assert not (where / "loaded").exists()


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="each loads all by itself")
def test_what_workers_need_is_loaded_once_and_from_where_the_command_has_it(tmp_path: Path):
    (tmp_path / "needed.py").write_text("open('loaded', 'a').write('x')\ndef double(n):\n    return 2 * n\n")
    (tmp_path / "run.py").write_text(
        "from needed import double\nfrom hairdensity.pool import Here\n"
        "if __name__ == '__main__':\n    assert len(list(Here(2)(double, range(9)))) == 9\n"
    )
    where = tmp_path / "photos"
    where.mkdir()
    (where / "needed.py").write_text("raise ValueError\n")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, tmp_path / "run.py"], cwd=where, env=environment, check=True, timeout=60)
    assert (where / "loaded").read_text() == "xx"


@pytest.mark.parametrize("of_the_script", [False, True])
def test_a_script_that_guards_nothing_is_run_once_unless_it_has_the_function_itself(
    tmp_path: Path, of_the_script: bool
):
    (tmp_path / "needed.py").write_text("def double(n):\n    return 2 * n\n")
    begin = "def double(n):\n    return 2 * n\nif __name__ == '__main__':\n"
    if not of_the_script:
        begin = "from needed import double\nif True:\n"
    (tmp_path / "run.py").write_text(
        f"from hairdensity.pool import Here\nopen('ran', 'a').write('x')\n{begin}"
        "    assert sorted(Here(2)(double, range(9))) == [(n, 2 * n) for n in range(9)]\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, tmp_path / "run.py"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
    assert ((tmp_path / "ran").read_text() == "x") != of_the_script
