import os
import time
from functools import partial
from pathlib import Path

import pytest

from hairdensity import pool


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


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_task_has_its_result(jobs: int):
    assert sorted(pool.run(double, list(range(25)), jobs)) == [(i, 2 * i) for i in range(25)]


def test_no_tasks_no_workers():
    assert list(pool.run(double, [], 4)) == []


def test_a_task_that_kills_its_worker_is_reported_and_the_others_are_done():
    results = dict(pool.run(partial(die_on, 4), list(range(12)), 2))
    assert isinstance(results.pop(4), pool.Crashed)
    assert results == {i: i for i in range(12) if i != 4}


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path):
    assert dict(pool.run(partial(die_once, tmp_path), list(range(8)), 2)) == {i: i for i in range(8)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_the_program_is_not_hidden(jobs: int):
    with pytest.raises(ValueError, match="task"):
        list(pool.run(fail, [1, 2], jobs))
