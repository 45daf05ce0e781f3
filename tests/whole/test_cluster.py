"""The same run in the workers of a cluster: real processes of this machine, of which some die."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from scenes import series

from hairdensity.analysis import analyze
from hairdensity.cluster import There, connected
from hairdensity.errors import HairdensityError, OutputError
from hairdensity.pool import Crashed
from hairdensity.scaling import observe_tasks, run_observe
from hairdensity.settings import Settings

distributed = pytest.importorskip("distributed")
# What Dask leaves behind when its processes are killed on purpose is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")

TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=360)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return series(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def local(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("local") / "out"
    analyze(photos, out, settings=QUICK, jobs=1, today=TODAY)
    return (out / "measurements.csv").read_bytes()


def start() -> "distributed.LocalCluster":
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        return distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50)


@pytest.fixture(scope="module")
def cluster() -> "Iterator[distributed.LocalCluster]":
    with start() as running:
        yield running


def run(photos: Path, out: Path, address: str, on_first: Callable[[], object] = lambda: None) -> bytes:
    def told(what: str, done: int, _total: int) -> None:
        if (what, done) == ("measuring photos", 1):
            on_first()

    analyze(photos, out, settings=QUICK, jobs=1, today=TODAY, cluster=address, on_progress=told)
    return (out / "measurements.csv").read_bytes()


def test_the_same_table_as_a_local_run(photos: Path, local: bytes, cluster: "distributed.LocalCluster", tmp_path: Path):
    assert run(photos, tmp_path / "out", cluster.scheduler_address) == local
    assert len(list((tmp_path / "out" / "masks" / "vertex").iterdir())) == 4


def test_a_worker_killed_midway(photos: Path, local: bytes, cluster: "distributed.LocalCluster", tmp_path: Path):
    def kill_one() -> None:
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    assert run(photos, tmp_path / "out", cluster.scheduler_address, kill_one) == local


def die_on(bad: int, number: int) -> int:
    if number == bad:
        os._exit(9)
    return number


def test_a_task_that_kills_its_workers_is_left_out_and_the_others_are_done(cluster: "distributed.LocalCluster"):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        results = dict(There(client, 60)(partial(die_on, 2), list(range(5))))
    assert isinstance(results.pop(2), Crashed)
    assert results == {0: 0, 1: 1, 3: 3, 4: 4}


def test_a_lost_scheduler_is_said_and_the_next_run_goes_on(photos: Path, local: bytes, tmp_path: Path):
    lost = start()
    with pytest.raises(OutputError, match="goes on from there"):
        run(photos, tmp_path / "out", lost.scheduler_address, lost.close)
    analyze(photos, tmp_path / "out", settings=QUICK, jobs=1, today=TODAY)
    assert (tmp_path / "out" / "measurements.csv").read_bytes() == local


def test_workers_that_do_not_see_the_photos(cluster: "distributed.LocalCluster", tmp_path: Path):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=180)  # those that other tests killed start again, slowly on a busy machine
    with (
        pytest.raises(HairdensityError, match=r"does not see .*gone\. Use folders that all workers share"),
        connected(cluster.scheduler_address, 1, 60, [tmp_path / "gone"]),
    ):
        pass


def test_a_cluster_without_workers_is_waited_for_and_then_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hairdensity.cluster.CONNECT_SECONDS", 1)
    empty = distributed.LocalCluster(n_workers=0, dashboard_address=None)
    try:
        with (
            pytest.raises(HairdensityError, match="has no workers"),
            connected(empty.scheduler_address, 1, 60, []),
        ):
            pass
    finally:
        empty.close()


def test_no_cluster_and_no_dask(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hairdensity.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(HairdensityError, match="no cluster answers"), connected("tcp://127.0.0.1:9", 1, 60, []):
        pass
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(HairdensityError, match=r"hairdensity\[cluster\]"), connected("local", 1, 60, []):
        pass


def test_another_engine_does_the_work_and_the_run_finds_it(photos: Path, local: bytes, tmp_path: Path):
    out = tmp_path / "out"
    tasks = observe_tasks(photos, out, QUICK)
    assert [run_observe(task).status for task in tasks] == ["measured"] * 4
    for entry in (out / "cache").rglob("*.zip"):
        os.utime(entry, (1, 1))
    analyze(photos, out, settings=QUICK, jobs=1, today=TODAY)
    assert (out / "measurements.csv").read_bytes() == local
    assert sum(entry.stat().st_mtime == 1 for entry in (out / "cache").rglob("*.zip")) == 4
