"""The passes over all photos: observe, place, measure. Each does only what is not kept from an earlier run."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from hairdensity.align import NotAligned
from hairdensity.arrays import Mask
from hairdensity.errors import OutputError
from hairdensity.files import OutPaths
from hairdensity.find import Found, FoundPhoto
from hairdensity.index import Known, known_of, observation_in, read_index, stamp_of, write_index
from hairdensity.keep import Keeper, Laid
from hairdensity.ledger import NOTHING_KNOWN, Ledger, encode_skin, read_ledger, write_ledger
from hairdensity.measure import Numbers
from hairdensity.placing import Placement
from hairdensity.pool import Crashed, Runner
from hairdensity.recipe import Observation
from hairdensity.regions import Drawn
from hairdensity.rows import MeasuredSeries, Reads, measure_series
from hairdensity.series import Member, Series, pairs_of
from hairdensity.settings import Settings
from hairdensity.spots import Pair, kept_pair, run_pair
from hairdensity.tasks import (
    CountTask,
    ObserveTask,
    PlaceTask,
    laid_of,
    lay,
    observation_of,
    observe_task,
    run_count,
    run_look,
    run_place,
    skin_of,
)
from hairdensity.treatments import Treatments

AT_A_TIME: Final = 4
"""Photos that a worker is given at a time to measure from what is kept: each takes a hundredth of a second."""
NEIGHBOURS: Final = 3
"""Photos before and after one in its series, through which it may be laid on the baseline."""
OnProgress = Callable[[str, int, int], None]
"""Told (what is being done, how many are done, of how many)."""
Places = Mapping[tuple[str, str], Mapping[str, PlaceTask]]
"""By subject and view, and by photo: how it is laid on its baseline."""
Ledgers = Mapping[tuple[str, str], Ledger]
"""By subject and view."""
Pairs = Mapping[tuple[str, str], Pair]
"""By the names of what is kept of the later and the earlier macro photo."""


@dataclass(frozen=True, slots=True)
class Job:
    """All inputs of a run, read and checked before the first photo is measured.

    Parameters
    ----------
    paths : OutPaths
        Where results go.
    found : Found
        The photos.
    treatments : Treatments
        Treatment dates; empty where there is no such file.
    drawn : Drawn
        Regions drawn by a person.
    tables : mapping of str to str
        Files other than photos that the results depend on: SHA-256 by name, as they were read.
    settings : Settings
        How to measure.
    run : Runner
        Where the work of single photos is done.
    maps : bool
        Whether to write the share of hair of each photo.
    today : date
        Photos dated later are flagged.
    warnings : tuple of str
        What a person should know about the inputs, a line each.
    """

    paths: OutPaths
    found: Found
    treatments: Treatments
    drawn: Drawn
    tables: Mapping[str, str]
    settings: Settings
    run: Runner
    maps: bool
    today: date
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Observations of all photos.

    Parameters
    ----------
    by_name : dict
        By photo: its observation (facts only) and the name of what is kept of it.
    fresh : int
        How many were made now rather than kept from an earlier run.
    """

    by_name: dict[str, tuple[Observation, str]]
    fresh: int


def observe_all(job: Job, tell: OnProgress) -> Looked:
    """Observe every photo that is new or changed; take the others from what is kept."""
    keeper = Keeper(job.paths.cache)
    index = read_index(job.paths.cache)
    by_name: dict[str, tuple[Observation, str]] = {}
    todo: list[FoundPhoto] = []
    # Taken before the first photo is read: one that changes later in the run differs from it in the next.
    stamps = {photo.name: stamp_of(photo.path) for photo in job.found.photos}
    for photo in job.found.photos:
        kept = _kept(job, keeper, photo, index.get(photo.name), stamps[photo.name])
        if kept:
            by_name[photo.name] = kept
        else:
            todo.append(photo)
    tasks = [_observe_task(job, photo) for photo in todo]
    tell("measuring photos", 0, len(tasks))
    fresh = 0
    for done, (which, result) in enumerate(job.run(run_look, tasks), 1):
        photo, task = todo[which], tasks[which]
        observation, measured = (_crashed(result), False) if isinstance(result, Crashed) else result
        fresh += measured
        by_name[photo.name] = (
            observation,
            task.entry(observation.digest),
        )
        tell("measuring photos", done, len(tasks))
    known = {
        photo.name: known_of(photo, stamp, *by_name[photo.name])
        for photo in job.found.photos
        if (stamp := stamps[photo.name])
    }
    if known != index:
        write_index(job.paths.cache, known)
    return Looked(by_name, fresh)


def _crashed(crash: Crashed) -> Observation:
    reason = f"It could not be measured ({crash.reason}). Save it again at a smaller size."
    return Observation("unreadable", reason, (), "", (0, 0), None, (), None)


def _kept(
    job: Job, keeper: Keeper, photo: FoundPhoto, known: Known | None, stamp: list[int]
) -> tuple[Observation, str] | None:
    if known is None or not known.digest or known.stamp != stamp:
        return None
    entry = _observe_task(job, photo).entry(known.digest)
    observation = observation_in(known, entry, keeper)
    return (observation, entry) if observation else None


def place_all(job: Job, series: Sequence[Series], places: Places, ledgers: Ledgers, tell: OnProgress) -> Pairs:
    """Lay every usable photo on the baseline of its series, where that is not kept already.

    In two passes: what does not go directly goes through photos that did, and those must all be known by then.
    Macro photos are then matched hair by hair; returned are the pairs that were given up.
    """
    keeper = Keeper(job.paths.cache)
    known: dict[str, Laid] = {}
    for ledger in ledgers.values():
        known |= ledger.laid
    every = [task for by_name in places.values() for task in by_name.values()]

    given_up: set[str] = set()

    def laid(name: str) -> Laid | None:
        kept = known.get(name) or keeper.load_laid(name)
        if kept is None or not kept.given_up or name in given_up:
            return kept
        # An earlier run had too little memory, or time, for it: this one may have more.
        keeper.path(name).unlink(missing_ok=True)
        return None

    todo = [task.directly() for task in every if laid(task.placement) is None]
    given_up |= _place(job, todo, tell, "aligning photos")
    lost = [task for task in every if task.neighbours and not _aligned(laid(task.placement))]
    given_up |= _place(job, [task for task in lost if laid(task.chained) is None], tell, "aligning through others")
    return _match(job, series, tell)


def _aligned(laid: Laid | None) -> bool:
    return laid is not None and laid.aligned


def _place(job: Job, tasks: Sequence[PlaceTask], tell: OnProgress, what: str) -> set[str]:
    """Place photos; return the names of the placements that were given up."""
    given_up = set()
    tell(what, 0, len(tasks))
    for done, (which, result) in enumerate(job.run(lay, tasks), 1):
        task = tasks[which]
        # A photo always lies on itself. That costs next to nothing, and is done in this process once it is asked for.
        if isinstance(result, Crashed) and task.entry != task.baseline_entry:
            # Kept for the rest of the run, or this process would try next, and die with all of it.
            failed = Placement(NotAligned(result.reason), None, ("not_aligned",))
            name = task.chained if task.neighbours else task.placement
            task.photo.keeper.save_placement(name, failed, given_up=True)
            given_up.add(name)
        tell(what, done, len(tasks))
    return given_up


def _match(job: Job, series: Sequence[Series], tell: OnProgress) -> dict[tuple[str, str], Pair]:
    """Match later macro photos with those of the first session, hair by hair; return the pairs that were given up."""
    given_up = {}
    every = [_pair_task(job, later, earlier) for one in series for later, first in pairs_of(one) for earlier in first]
    tasks = [task for task in every if kept_pair(Keeper(job.paths.cache), task) is None]
    for done, (which, result) in enumerate(job.run(run_pair, tasks), 1):
        if isinstance(result, Crashed):
            # Not kept: the next run tries again.
            given_up[tasks[which].entry, tasks[which].baseline_entry] = Pair(result.reason)
        tell("matching hairs", done, len(tasks))
    return given_up


def measure_one(
    job: Job,
    one: Series,
    tasks: Mapping[str, PlaceTask] | None = None,
    known: Ledger | None = None,
    given_up: Pairs = MappingProxyType({}),
    *,
    keep: bool = True,
) -> MeasuredSeries:
    """Measure a series from what is kept; what was damaged since is made again.

    Parameters
    ----------
    job : Job
        The inputs of the run.
    one : Series
        The series.
    tasks : mapping of str to PlaceTask, optional
        By photo, from `places_of`.
    known : Ledger, optional
        Of the series, from `ledgers_of`.
    given_up : mapping
        From `place_all`.
    keep : bool
        Whether what was measured replaces what the last run noted of this series.
    """
    keeper = Keeper(job.paths.cache)
    known = read_ledger(keeper, one.ledger) if known is None else known
    tasks = _place_tasks(job, one) if tasks is None else tasks
    measured = measure_series(
        one,
        lambda member: run_place(tasks[member.found.name]),
        job.settings,
        {name: outlines.zones for name, outlines in job.drawn.items() if outlines.zones},
        job.treatments.of(one.subject).events,
        lambda later, earlier: given_up.get((later.entry, earlier.entry)) or run_pair(_pair_task(job, later, earlier)),
        alone=lambda member: run_place(tasks[member.found.name].on_itself()),
        reads=_reads(job, tasks, known),
        known=known,
    )
    if keep and one.ledger:
        write_ledger(keeper, one.ledger, measured.ledger, known)
    # What is not needed any more would be held until the end of the run, of every photo.
    return replace(measured, ledger=NOTHING_KNOWN)


def _reads(job: Job, tasks: Mapping[str, PlaceTask], known: Ledger) -> Reads:
    """Return how a series is measured: from facts and outlines here, from planes where the work is done."""

    def count(members: Sequence[Member], common: Mask, whole: Mask, zones: Sequence[Mask]) -> tuple[Numbers, ...]:
        places = [tasks[member.found.name] for member in members]
        outlines = encode_skin(common), encode_skin(whole), tuple(map(encode_skin, zones))
        some = [CountTask(tuple(places[at : at + AT_A_TIME]), *outlines) for at in range(0, len(places), AT_A_TIME)]
        found: dict[int, tuple[Numbers, ...]] = {}
        for which, result in job.run(run_count, some):
            # A worker that died, for want of memory perhaps, is no reason to be without a number.
            found[which] = run_count(some[which]) if isinstance(result, Crashed) else result
        return tuple(numbers for which in range(len(some)) for numbers in found[which])

    return Reads(
        lambda member: laid_of(tasks[member.found.name], known.laid),
        lambda member, laid: skin_of(tasks[member.found.name], laid.name),
        count,
    )


def places_of(job: Job, series: Sequence[Series]) -> Places:
    """Return how each usable photo is laid on the baseline of its series."""
    return {(one.subject, one.view): _place_tasks(job, one) for one in series}


def ledgers_of(job: Job, series: Sequence[Series]) -> Ledgers:
    """Return what the last run found out of each series."""
    keeper = Keeper(job.paths.cache)
    return {(one.subject, one.view): read_ledger(keeper, one.ledger) for one in series}


def placer(job: Job, one: Series) -> Callable[[Member], PlaceTask]:
    """Return a function that gives how a usable photo of a series is laid on its baseline."""
    tasks: dict[str, PlaceTask] = {}

    def place(member: Member) -> PlaceTask:
        if not tasks:
            tasks.update(_place_tasks(job, one))
        return tasks[member.found.name]

    return place


def observer(job: Job) -> Callable[[Member], Observation | None]:
    """Return a function that gives what a usable photo shows; None where that is gone, and the photo too."""

    def observe(member: Member) -> Observation | None:
        try:
            return observation_of(_observe_task(job, member.found), member.entry)
        except OutputError:
            return None

    return observe


def _observe_task(job: Job, photo: FoundPhoto) -> ObserveTask:
    return observe_task(photo, job.drawn, job.settings, Keeper(job.paths.cache))


def _place_tasks(job: Job, one: Series) -> dict[str, PlaceTask]:
    """Return by photo how each usable one is laid on the baseline, which its series then has."""
    usable = [member for member in one.members if member.usable]
    # Shared, as a large folder has very many: each photo's by its own placement and those of its neighbours.
    keeper = Keeper(job.paths.cache)
    observed = {
        member.found.name: observe_task(member.found, job.drawn, job.settings, keeper) for member in one.members
    }
    direct = [
        PlaceTask(observed[member.found.name], member.entry, observed[base.found.name], base.entry)
        for member in usable
        for base in (one.base_of(member),)
    ]

    def apart(here: Member, there: Member) -> float:
        first, second = here.found.date, there.found.date
        return abs((first - second).days) if first and second else math.inf

    tasks: dict[str, PlaceTask] = {}
    for place, (member, task) in enumerate(zip(usable, direct, strict=True)):
        near = [n for n in range(place - NEIGHBOURS, place + NEIGHBOURS + 1) if 0 <= n < len(usable) and n != place]
        others = [n for n in near if direct[n].entry not in (task.entry, task.baseline_entry)]
        others.sort(key=lambda n: (apart(member, usable[n]), usable[n].found.name))
        alone = task.entry == task.baseline_entry
        tasks[member.found.name] = replace(task, neighbours=() if alone else tuple(direct[n] for n in others))
    return tasks


def _pair_task(job: Job, later: Member, earlier: Member) -> PlaceTask:
    """Return how a macro photo is laid on an earlier one, hair by hair."""
    return PlaceTask(_observe_task(job, later.found), later.entry, _observe_task(job, earlier.found), earlier.entry)
