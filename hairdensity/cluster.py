"""Cluster: the tasks of a run in the workers of a Dask cluster, on as many machines as it has.

The workers call the very functions that a pool of processes on one machine calls, through the interface of
`concurrent.futures`. They read photos and write what is kept themselves, so PHOTOS and OUT must lie where all of them
see them under the same path; only facts travel. Needs the extra `cluster`.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hairdensity.errors import HairdensityError, OutputError
from hairdensity.keep import method_digest
from hairdensity.pool import Crashed, Result, Task, attempt, one_thread

if TYPE_CHECKING:
    from distributed import Client

LOCAL: Final = "local"
"""Instead of an address: workers on this machine, to try a cluster out."""
IN_FLIGHT: Final = 3
"""Tasks a core that are handed out at a time: enough to keep it busy, few enough to keep the scheduler small."""
CONNECT_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class There:
    """Runs tasks in the workers of a cluster; a `hairdensity.pool.Runner`.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    seconds : float
        What one task may take.
    """

    client: "Client"
    seconds: float

    def __call__(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | Crashed]]:
        """Run a function over tasks; see `Runner`.

        Notes
        -----
        Dask gives a task whose worker died to another, and gives it up once several have died
        (`distributed.scheduler.allowed-failures`, 3). Others that were with it may be given up as well, so each of
        them gets a last try while nothing else runs.

        Raises
        ------
        OutputError
            If the scheduler is lost.
        """
        suspects = []
        for index, result in self._through(function, tasks, range(len(tasks)), 0):
            if isinstance(result, Crashed):
                suspects.append(index)
            else:
                yield index, result
        for suspect in suspects:
            yield from self._through(function, tasks, [suspect], 1)

    def _through(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], indices: Sequence[int], most: int
    ) -> Iterator[tuple[int, Result | Crashed]]:
        waiting = iter(indices)
        flying: dict[Future[Result | Crashed], int] = {}
        executor: Executor = self.client.get_executor(pure=False)
        try:
            while True:
                # Asked each time: workers come and go.
                room = most or IN_FLIGHT * max(1, sum(self.client.nthreads().values()))
                while len(flying) < room and (index := next(waiting, None)) is not None:
                    flying[executor.submit(_alone, function, self.seconds, tasks[index])] = index
                if not flying:
                    return
                landed, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in landed:
                    yield flying.pop(future), _outcome(future)
        except (OSError, CancelledError) as error:
            raise OutputError(
                "the cluster's scheduler was lost. What was finished is kept: the same command goes on from there."
            ) from error


@contextmanager
def connected(address: str, workers: int, seconds: float, shared: Sequence[Path]) -> Iterator[There]:
    """Connect to a cluster for the time of a run.

    Parameters
    ----------
    address : str
        Such as tcp://scheduler:8786, or "local" for workers on this machine.
    workers : int
        How many of them, if local.
    seconds : float
        What one task may take.
    shared : sequence of Path
        Folders that the workers must see under the same path.

    Raises
    ------
    HairdensityError
        If Dask is not installed, nobody answers at the address, or the workers do not see the folders or have another
        version of this program.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise HairdensityError("a cluster needs Dask. Install it: pip install 'hairdensity[cluster]'.") from None
    cluster: Any = None
    if address == LOCAL:
        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
    try:
        client = Client(cluster or address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise HairdensityError(f"{address}: no cluster answers there ({type(error).__name__}).") from None
    try:
        _refuse_strangers(client, shared)
        yield There(client, seconds)
    finally:
        client.close()
        if cluster:
            cluster.close()


def _refuse_strangers(client: "Client", shared: Sequence[Path]) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)  # they may be about to start, or to start again
    except TimeoutError:
        raise HairdensityError("the cluster has no workers. Start some, then run the same command again.") from None
    try:
        said = client.run(_introduce, tuple(shared))
    except ModuleNotFoundError:
        raise HairdensityError("the cluster's workers lack hairdensity. Install the same version there.") from None
    for worker, (method, unseen) in said.items():
        if method != method_digest():
            raise HairdensityError(f"{worker}: has another version of hairdensity. Install the same there.")
        if unseen:
            raise HairdensityError(f"{worker}: does not see {unseen}. Use folders that all workers share.")


def _introduce(shared: tuple[Path, ...]) -> tuple[str, str]:
    return method_digest(), next((str(path) for path in shared if not path.is_dir()), "")


def _alone(function: Callable[[Task], Result], seconds: float, task: Task) -> Result | Crashed:
    with one_thread():
        return attempt(function, seconds, task)


def _outcome(future: "Future[Result | Crashed]") -> Result | Crashed:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return Crashed("every worker that tried it died, perhaps for want of memory")
