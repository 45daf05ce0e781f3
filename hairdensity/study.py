"""Study: very many people, each a run of its own in some worker; their tables become one by streaming.

People share nothing, so each folder of PHOTOS is analyzed by itself, into a folder of its own in OUT. Where the command
runs nothing is held of a person but the name of the folder: its memory does not grow with the photos.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, overload

from hairdensity.analysis import PHOTO_SECONDS, analyze
from hairdensity.cluster import connected
from hairdensity.columns import COLUMNS, ZONE_COLUMNS
from hairdensity.errors import HairdensityError, TableError, quoted
from hairdensity.files import OutPaths, writing
from hairdensity.find import LISTING, READ_ENDINGS, is_results
from hairdensity.parquet import merge_parquet, require_parquet
from hairdensity.pool import Crashed, Here, Runner, cores
from hairdensity.preferences import TITLE
from hairdensity.regions import REGIONS
from hairdensity.report.pdf import require_pdf
from hairdensity.settings import Settings
from hairdensity.table import inert
from hairdensity.treatments import TREATMENTS, Treatments, no_treatments, read_treatments

VERDICTS: Final = "verdicts.csv"
_OF_A_VERDICT: Final = (
    *("verdict", "gain", "gain_low", "gain_high", "retained", "retained_low", "retained_high"),
    *("smallest_detectable_change", "reason"),
)


@dataclass(frozen=True, slots=True)
class PersonRun:
    """Analyze the folder of one person.

    Parameters
    ----------
    photos, out : Path
        Where the photos lie, and where results go.
    treatments : Treatments or None
        What was done to this head; None: what the folder itself says.
    settings : Settings
        How to measure.
    photo_seconds : float
        What one photo may take.
    today : date
        As `analyze` takes it.
    title : str
        Heading of the page.
    maps, pdf : bool
        Whether to write maps, and the page as PDF.
    """

    photos: Path
    out: Path
    treatments: Treatments | None
    settings: Settings
    photo_seconds: float
    today: date
    title: str
    maps: bool
    pdf: bool


@dataclass(frozen=True, slots=True)
class PersonDone:
    """How many photos of one person have which status; or why there is no result."""

    measured: int = 0
    rejected: int = 0
    unreadable: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """What came of a study.

    Parameters
    ----------
    people, analyzed : int
        Folders, and those of which there is a result.
    measured, rejected, unreadable : int
        Photos of all of them.
    failed : tuple of (str, str)
        What was left out, folders or other, and why.
    rows : int
        Rows of the merged table.
    warnings : tuple of str
        What was not understood of the treatment dates of all, a line each.
    """

    people: int
    analyzed: int
    measured: int
    rejected: int
    unreadable: int
    failed: tuple[tuple[str, str], ...]
    rows: int
    warnings: tuple[str, ...] = ()


def run_person(task: PersonRun) -> PersonDone:
    """Analyze one person in this process; what is kept of an earlier run is not measured again."""
    try:
        done = analyze(
            task.photos, task.out, treatments=task.treatments, settings=task.settings, jobs=1, today=task.today,
            photo_seconds=task.photo_seconds, title=task.title, maps=task.maps, pdf=task.pdf, parquet=True,
        )  # fmt: skip
    except HairdensityError as error:
        return PersonDone(reason=str(error))
    return PersonDone(done.count("measured"), done.count("rejected"), done.count("unreadable"))


def study(
    photos: Path,
    out: Path,
    *,
    settings: Settings | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    photo_seconds: float = PHOTO_SECONDS,
    today: date | None = None,
    title: str = TITLE,
    maps: bool = False,
    pdf: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Study:
    """Analyze a folder of people, each a run of its own, and merge their tables.

    Parameters
    ----------
    photos : Path
        Folder with a folder for each person, as `analyze` takes one. A person without a treatments.csv has what
        `photos`/treatments.csv says of a subject of that name.
    out : Path
        Each person's results go to a folder of the same name; `measurements.parquet`, `zones.parquet` and
        `verdicts.csv` of all of them lie beside those, with the folder's name in the column `run`.
    settings, jobs, photo_seconds, today, title, maps, pdf, on_progress
        As `analyze` has them. A worker does one person at a time.
    cluster : str, optional
        Address of a Dask scheduler whose workers do it, as `analyze` has it.

    Returns
    -------
    Study
        How many, and who has no result: a person whose worker died, twice, is left out, and the others are done.

    Raises
    ------
    HairdensityError
        If there is no such folder, a table cannot be used, or results cannot be written.

    Notes
    -----
    Links in `photos` are not followed, and photos.csv, regions.json and photos that lie there beside the folders are
    nobody's: all of it is told.
    """
    require_parquet()
    if pdf:
        require_pdf()
    photos, out = photos.resolve(), out.resolve()
    names, left_out = _people(photos, out)
    listed = photos / TREATMENTS
    known = read_treatments(listed) if listed.is_file() else no_treatments()
    day = today or date.today()  # noqa: DTZ011 - a day as people write it, where they are
    chosen, tell = settings or Settings(), on_progress or (lambda _what, _done, _total: None)
    common = PersonRun(photos, out, None, chosen, photo_seconds, day, title, maps, pdf)
    tasks = _Tasks(photos, out, names, known, common)
    counts, failed = PersonDone(), list(left_out)
    out.mkdir(parents=True, exist_ok=True)
    tell("analyzing people", 0, len(names))
    with _workers(cluster, jobs or cores(), (photos, out)) as run:
        for number, (which, result) in enumerate(run(run_person, tasks), 1):
            if isinstance(result, Crashed):
                failed.append((names[which], f"could not be analyzed ({result.reason})."))
            elif result.reason:
                failed.append((names[which], result.reason))
            else:
                counts = PersonDone(
                    counts.measured + result.measured, counts.rejected + result.rejected,
                    counts.unreadable + result.unreadable,
                )  # fmt: skip
            tell("analyzing people", number, len(names))
    without = {name for name, _ in failed}
    paths, done = OutPaths(out), [name for name in names if name not in without]
    own = {name: OutPaths(out / name) for name in done}
    tables = ((name, one.measurements_parquet) for name, one in own.items())
    rows = merge_parquet(paths.measurements_parquet, tables, COLUMNS)
    merge_parquet(paths.zones_parquet, ((name, one.zones_parquet) for name, one in own.items()), ZONE_COLUMNS)
    _merge_verdicts(out, done)
    nobody = (f"{TREATMENTS}: there is no folder {quoted(who)}." for who in known.subjects if who not in names)
    return Study(
        len(names), len(done), counts.measured, counts.rejected, counts.unreadable, tuple(sorted(failed)), rows,
        (*known.warnings, *nobody),
    )  # fmt: skip


def _people(photos: Path, out: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of the folders, in order, and what else may be meant there, with why it is left out."""
    if not photos.is_dir():
        raise TableError(f"{photos}: there is no such folder.")
    if out == photos:
        raise TableError(f"{out}: is the photo folder itself. Choose another --out.")
    names, left_out = [], []
    for path in sorted(photos.iterdir()):
        if path == out or path.name.startswith("."):
            continue
        if path.is_symlink():
            left_out.append((path.name, "is a link, and links are not followed. Put the folder itself there."))
        elif path.is_dir() and is_results(path):
            left_out.append((path.name, "holds the results of a run."))
        elif path.is_dir():
            names.append(path.name)
        elif path.suffix.lower() in READ_ENDINGS:
            left_out.append((path.name, "lies beside the folders. Put it into the folder of its person."))
        elif path.name in (LISTING, REGIONS):
            left_out.append((path.name, "is not read. Put what it says into one in the folder of each person."))
    if not names:
        raise TableError(f"{photos}: has no folders. A study has a folder for each person.")
    return names, left_out


@dataclass(frozen=True, slots=True)
class _Tasks(Sequence[PersonRun]):
    """The task of each person, made when it is handed out."""

    photos: Path
    out: Path
    names: list[str]
    known: Treatments
    common: PersonRun

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, at: int) -> PersonRun: ...

    @overload
    def __getitem__(self, at: slice) -> "_Tasks": ...

    def __getitem__(self, at: int | slice) -> "PersonRun | _Tasks":
        if isinstance(at, slice):
            return replace(self, names=self.names[at])
        name = self.names[at]
        own = None
        if not (self.photos / name / TREATMENTS).is_file():
            theirs = self.known.of(name)
            # In a run of one person all of it is that person's.
            own = replace(
                theirs, warnings=(),
                courses=tuple(replace(course, subject="") for course in theirs.courses),
                events=tuple(replace(event, subject="") for event in theirs.events),
            )  # fmt: skip
        return replace(
            self.common, photos=self.photos / name, out=self.out / name, treatments=own,
            title=f"{self.common.title}: {name}",
        )  # fmt: skip


def _workers(cluster: str | None, jobs: int, shared: Sequence[Path]) -> AbstractContextManager[Runner]:
    """Return what runs people; each photo has its own time limit, so a person has none."""
    if cluster is None:
        return Here(jobs).staffed()
    return connected(cluster, jobs, float("inf"), shared)


def _merge_verdicts(out: Path, names: Sequence[str]) -> None:
    def lines() -> Iterator[tuple[object, ...]]:
        yield ("run", "view", *_OF_A_VERDICT)
        for name in names:
            views = json.loads(OutPaths(out / name).progress.read_text(encoding="utf-8"))["views"]
            for view, said in views.items():
                yield (name, view, *(said.get(column) for column in _OF_A_VERDICT))

    with writing(out / VERDICTS) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="", write_through=True)
        csv.writer(text).writerows([inert(v) if isinstance(v, str) else v for v in line] for line in lines())
        text.detach()
