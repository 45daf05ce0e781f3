"""Run one function over many tasks: here, or in worker processes that may die or hang.

Whatever offers `concurrent.futures.Executor` can run the same tasks; `hairdensity.cluster` is that for more machines.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Final, ParamSpec, Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Given = ParamSpec("Given")

GRACE: Final = 2.0
"""A worker gets so many times what its task may take before it is killed: a task mostly stops by itself in time."""
DIED: Final = "the process that measured it died twice, perhaps for want of memory"
HUNG: Final = "it took too long"
# Forked from a process that computes nothing: a fork of this one would copy locks of threads that the child has not.
_START: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass(frozen=True, slots=True)
class Crashed:
    """Stands for the result of a task that took its worker process down twice, or did not end.

    Parameters
    ----------
    reason : str
        What is known about it.
    """

    reason: str


class TookTooLongError(BaseException):
    """A task did not end in the time that it may take; no `except Exception` on its way is to swallow that."""


class Runner(Protocol):
    """Runs a function over tasks somewhere, and gives each result as it comes."""

    def __call__(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | Crashed]]:
        """Run a function over tasks.

        Parameters
        ----------
        function : callable
            Picklable; its exceptions end the run.
        tasks : sequence
            Picklable.

        Yields
        ------
        index : int
            Which task.
        result
            What the function returned, or `Crashed` where its process died or hung.
        """


@dataclass(frozen=True, slots=True)
class Here:
    """Runs tasks on this machine, each time in workers of its own; `staffed` keeps them from one time to the next.

    Parameters
    ----------
    jobs : int
        Worker processes; with 1 everything runs in this process.
    seconds : float
        What one task may take; one that is stuck is given up.
    """

    jobs: int
    seconds: float = float("inf")

    def __call__(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | Crashed]]:
        """Run a function over tasks; see `Runner`."""
        with self.staffed() as run:
            yield from run(function, tasks)

    @contextlib.contextmanager
    def staffed(self, meanwhile: Callable[[], None] | None = None) -> Iterator["Staff"]:
        """Give the same with workers that stay, and what they have loaded with them, until this ends.

        Parameters
        ----------
        meanwhile : callable, optional
            What this process does once the workers have their first tasks, such as loading what it needs later.
        """
        staff = Staff(self, meanwhile)
        try:
            yield staff
        finally:
            staff.dismiss()


class Staff:
    """Runs tasks in workers that are started when first needed and then stay; all anew once one of them has died.

    Parameters
    ----------
    how : Here
        How many, and how long a task may take.
    meanwhile : callable, optional
        As in `Here.staffed`.
    """

    def __init__(self, how: Here, meanwhile: Callable[[], None] | None = None) -> None:
        self._jobs, self._seconds, self._meanwhile = how.jobs, how.seconds, meanwhile
        self._executor: ProcessPoolExecutor | None = None
        self._ready: Future[None] | None = None

    def __call__(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | Crashed]]:
        """Run a function over tasks; see `Runner`."""
        if self._jobs <= 1 or len(tasks) <= 1:
            with one_thread():
                for index, task in enumerate(tasks):
                    yield index, attempt(function, self._seconds, task)
            return
        suspects: list[int] = []
        remaining = list(range(len(tasks)))
        while remaining:
            done: set[int] = set()
            try:
                for index, result in self._through(function, tasks, remaining):
                    done.add(index)
                    yield index, result
            except _PoolBrokeError as broke:
                # Any of those in flight may have done it: each gets a process of its own, later.
                suspects += broke.in_flight
                done.update(broke.in_flight)
            remaining = [index for index in remaining if index not in done]
        for index in suspects:
            yield index, self._alone(function, tasks[index])

    def dismiss(self) -> None:
        """Let the workers go, once they have done what they are at."""
        if self._executor:
            self._executor.shutdown(cancel_futures=True)
        self._executor = self._ready = None

    def _through(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], indices: Sequence[int]
    ) -> Iterator[tuple[int, Result | Crashed]]:
        """Keep a bounded number of tasks in flight, so that a million of them need no more memory than ten."""
        if self._executor is None or self._ready is None:
            prepare(_home(function))
            self._executor = _workers(self._jobs, function)
            self._ready = self._executor.submit(_ready)
        executor, ready = self._executor, self._ready
        waiting = iter(indices)
        flying: dict[Future[Result | Crashed], int] = {}
        begun: dict[Future[Result | Crashed], float] = {}
        try:
            while True:
                while len(flying) < 3 * self._jobs and (index := next(waiting, None)) is not None:
                    flying[executor.submit(attempt, function, self._seconds, tasks[index])] = index
                if not flying:
                    return
                if meanwhile := self._meanwhile:
                    self._meanwhile = None
                    meanwhile()
                landed, _ = wait(flying, 1.0 if self._seconds < float("inf") else None, FIRST_COMPLETED)
                for future in landed:
                    result = future.result()
                    begun.pop(future, None)
                    yield flying.pop(future), result
                if ready.done():
                    self._kill_if_stuck(executor, flying, begun)
        except BrokenProcessPool:
            self.dismiss()  # one may also have died since the last tasks, with nothing in flight
            raise _PoolBrokeError(list(flying.values())) from None
        finally:
            if flying:
                # Nobody wants the rest: what comes next is not to wait for it.
                self.dismiss()

    def _kill_if_stuck(
        self,
        executor: ProcessPoolExecutor,
        flying: dict[Future[Result | Crashed], int],
        begun: dict[Future[Result | Crashed], float],
    ) -> None:
        now = time.monotonic()
        for future in flying:
            if future.running():
                begun.setdefault(future, now)
        # The executor marks up to one task more than it has workers as running: twice the time covers its turn too.
        if any(now - start > 2 * GRACE * self._seconds for start in begun.values()):
            _kill(executor)

    def _alone(self, function: Callable[[Task], Result], task: Task) -> Result | Crashed:
        limit = None if self._seconds == float("inf") else GRACE * self._seconds
        with _workers(1, function) as executor:
            try:
                # That a process is slow to start is not the task's fault.
                executor.submit(_ready).result()
                return executor.submit(attempt, function, self._seconds, task).result(limit)
            except BrokenProcessPool:
                return Crashed(DIED)
            except TimeoutError:
                _kill(executor)
                return Crashed(HUNG)


class _PoolBrokeError(Exception):
    def __init__(self, in_flight: list[int]) -> None:
        super().__init__("a worker process died")
        self.in_flight = in_flight


def prepare(module: str) -> None:
    """Start the process that workers come from, which loads a module that they will need; nothing if it runs already.

    What is loaded there once, no worker loads again; and who starts it early, as the command line does, need not wait
    for it after having loaded the same. It ends with this process. Where processes cannot be forked each worker starts
    by itself.

    Parameters
    ----------
    module : str
        Name of the module; one that is not found there is loaded by each worker instead.
    """
    if _START != "forkserver":
        return
    from multiprocessing import forkserver

    context = multiprocessing.get_context(_START)
    # Not what the command itself is, as is usual: a script that guards nothing would run once more.
    context.set_forkserver_preload([] if module == "__main__" else [module])
    with _loading_from_the_same_places():
        forkserver.ensure_running()


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def attempt(function: Callable[[Task], Result], seconds: float, task: Task) -> Result | Crashed:
    """Run a function on a task, and give up after so many seconds where this thread can be interrupted."""
    try:
        with _within(seconds):
            return function(task)
    except TookTooLongError:
        return Crashed(HUNG)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV use a single thread, as in a worker, so that one job and many give the same numbers."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    try:
        # Only the main thread of a process on POSIX can be interrupted so; elsewhere nothing is limited.
        before = signal.signal(signal.SIGALRM, stop) if seconds < float("inf") else None
    except (AttributeError, ValueError):
        before = None
    if before is None:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _kill(executor: ProcessPoolExecutor) -> None:
    # There is no public way before Python 3.14, and a worker that hangs in C code hears no gentler one.
    processes: dict[int, multiprocessing.Process] = dict(getattr(executor, "_processes", None) or {})
    for process in processes.values():
        process.kill()


class _Workers(ProcessPoolExecutor):
    """Workers that do not run the script that started them, as they else would, whole, where it guards nothing."""

    def submit(self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Result]:
        """Have a function called by a worker, which may be started for it: what it loads is told to it then."""
        script = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            sys.modules["__main__"] = script


def _workers(count: int, function: Callable[..., object]) -> ProcessPoolExecutor:
    # Only a function that the script itself defines cannot be found without it.
    kind = ProcessPoolExecutor if _home(function) == "__main__" else _Workers
    return kind(count, mp_context=multiprocessing.get_context(_START), initializer=_prepare_worker)


def _home(function: Callable[..., object]) -> str:
    """Return the name of the module that a function comes from, also where some of what it takes is given already."""
    return str(getattr(getattr(function, "func", function), "__module__", ""))


@contextlib.contextmanager
def _loading_from_the_same_places() -> Iterator[None]:
    """Let Python processes that start meanwhile find modules where this one does.

    The same code must measure here and there. And left to itself Python looks first in the folder where it is started,
    which may be a stranger's.
    """
    here = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path)}
    before = {name: os.environ.get(name) for name in here}
    os.environ.update(here)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _ready() -> None:
    """Tell that a worker has started."""


def _prepare_worker() -> None:
    """One thread a worker, Ctrl-C is for the parent to deal with, and without a parent there is nothing to do."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed tells nobody, and its workers would wait for their next task for ever.
    if parent := multiprocessing.parent_process():
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
