"""Run one function over many tasks: here, or in worker processes that may die.

The seam for more machines is `concurrent.futures.Executor`: whatever offers one can run the same tasks.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Crashed:
    """Stands for the result of a task that took its worker process down twice.

    Parameters
    ----------
    reason : str
        What is known about it.
    """

    reason: str


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[tuple[int, Result | Crashed]]:
    """Run a function over tasks and give each result as it comes.

    Parameters
    ----------
    function : callable
        Picklable; its exceptions end the run.
    tasks : sequence
        Picklable.
    jobs : int
        Worker processes; with 1 everything runs in this process.

    Yields
    ------
    index : int
        Which task.
    result
        What the function returned, or `Crashed` where its process died twice.
    """
    if not tasks:
        return
    if jobs <= 1 or len(tasks) == 1:
        with _one_thread():
            for index, task in enumerate(tasks):
                yield index, function(task)
        return
    suspects: list[int] = []
    remaining = list(range(len(tasks)))
    while remaining:
        done: set[int] = set()
        try:
            with _workers(min(jobs, len(remaining))) as executor:
                for index, result in _through(executor, function, tasks, remaining, jobs):
                    done.add(index)
                    yield index, result
        except _PoolBrokeError as broke:
            # Any of those in flight may have done it: each gets a process of its own, later.
            suspects += broke.in_flight
            done.update(broke.in_flight)
        remaining = [index for index in remaining if index not in done]
    for index in suspects:
        yield index, _alone(function, tasks[index])


class _PoolBrokeError(Exception):
    def __init__(self, in_flight: list[int]) -> None:
        super().__init__("a worker process died")
        self.in_flight = in_flight


def _through(
    executor: Executor, function: Callable[[Task], Result], tasks: Sequence[Task], indices: Sequence[int], jobs: int
) -> Iterator[tuple[int, Result]]:
    """Keep a bounded number of tasks in flight, so that a million of them need no more memory than ten."""
    waiting = iter(indices)
    flying: dict[Future[Result], int] = {}
    try:
        while True:
            while len(flying) < 3 * jobs and (index := next(waiting, None)) is not None:
                flying[executor.submit(function, tasks[index])] = index
            if not flying:
                return
            landed, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in landed:
                result = future.result()
                yield flying.pop(future), result
    except BrokenProcessPool:
        raise _PoolBrokeError(list(flying.values())) from None
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _alone(function: Callable[[Task], Result], task: Task) -> Result | Crashed:
    try:
        with _workers(1) as executor:
            return executor.submit(function, task).result()
    except BrokenProcessPool:
        return Crashed("the process that measured it died twice, perhaps for want of memory")


def _workers(count: int) -> ProcessPoolExecutor:
    # Spawned rather than forked: a fork copies locks of threads that do not exist in the child.
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_worker)


def _prepare_worker() -> None:
    """One thread a worker, and Ctrl-C is for the parent to deal with."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


class _one_thread:  # noqa: N801 - reads as a word
    """The same single thread here as in a worker, so that one job and many give the same numbers."""

    def __enter__(self) -> None:
        import cv2

        self._before = cv2.getNumThreads()
        cv2.setNumThreads(1)

    def __exit__(self, *_: object) -> None:
        import cv2

        cv2.setNumThreads(self._before)
