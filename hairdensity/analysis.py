"""Analysis: from a folder of photos to table, masks, verdicts and report. Arranges calls; measures nothing itself."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hairdensity.address import folder_at
from hairdensity.columns import Cell
from hairdensity.drawing import Drawing, drawing_of
from hairdensity.errors import OutputError, TableError, quoted
from hairdensity.files import OutPaths, sweep
from hairdensity.find import LISTING, find_photos
from hairdensity.index import exif_day_by, read_index
from hairdensity.keep import file_digest
from hairdensity.misplaced import misplaced
from hairdensity.parquet import require_parquet
from hairdensity.pool import Here, Runner, cores
from hairdensity.preferences import TITLE
from hairdensity.regions import REGIONS, of_photos, outlined, read_regions
from hairdensity.rows import MeasuredSeries
from hairdensity.segment import segmenter
from hairdensity.series import group
from hairdensity.settings import Settings
from hairdensity.stages import (
    Job,
    Looked,
    OnProgress,
    ledgers_of,
    measure_one,
    observe_all,
    place_all,
    places_of,
)
from hairdensity.table import read_frame
from hairdensity.treatments import TREATMENTS, Treatments, no_treatments, read_treatments

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from hairdensity.explore import TreatmentsLike
    from hairdensity.progress import ViewProgress

PHOTO_SECONDS: Final = 300.0
"""What one photo may take: a hundred times what the slowest ones do."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What came of a run.

    Parameters
    ----------
    paths : OutPaths
        Where the results lie.
    rows : tuple of dict
        The table, one row a photo.
    progress : dict
        The content of progress.json.
    headlines : tuple of str
        The verdict of each series in a sentence.
    warnings : tuple of str
        What a person should know, a line each.
    measured_now : int
        Photos that were measured in this run rather than kept from an earlier one.
    views : tuple of ViewProgress
        The verdict of each subject and view, with its sessions and its fitted course.
    treatments : Treatments
        What was done, and when.
    """

    paths: OutPaths
    rows: tuple[dict[str, Cell], ...] = field(repr=False)
    progress: dict[str, Any] = field(repr=False)
    headlines: tuple[str, ...]
    warnings: tuple[str, ...]
    measured_now: int
    views: "tuple[ViewProgress, ...]" = field(default=(), repr=False)
    treatments: Treatments = field(default_factory=no_treatments, repr=False)

    def count(self, status: str) -> int:
        """Return the number of photos with this status: measured, rejected or unreadable."""
        return sum(row["status"] == status for row in self.rows)

    def frame(self) -> "pd.DataFrame":
        """Return the table as a pandas DataFrame: numbers as float64, dates as datetime64, the rest as text."""
        return read_frame(self.paths.measurements)

    def view(self, name: str, subject: str | None = None) -> "ViewProgress":
        """Return the verdict of one view; `subject` is needed only where there are several.

        Raises
        ------
        KeyError
            If there is no such view, or several subjects have one.
        """
        found = [one for one in self.views if one.view == name and subject in (None, one.subject)]
        if len(found) != 1:
            known = ", ".join(f"{one.subject}/{one.view}" for one in self.views)
            raise KeyError(f"{len(found)} views are named {name!r}; there are (subject/view): {known}")
        return found[0]

    def chart(self, name: str, subject: str | None = None, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the course of one view as the report does; see `hairdensity.chart`."""
        from hairdensity.explore import chart

        return chart(self.view(name, subject), self.treatments, ax=ax)

    def _repr_html_(self) -> str:
        from hairdensity.explore import as_html

        return as_html(
            self.headlines, {status: self.count(status) for status in ("measured", "rejected", "unreadable")}
        )


def analyze(
    photos: Path | str,
    out: Path | str,
    *,
    treatments: "TreatmentsLike" = None,
    regions: Path | str | None = None,
    settings: Settings | None = None,
    jobs: int | None = None,
    maps: bool = False,
    title: str = TITLE,
    pdf: bool = False,
    today: date | None = None,
    on_progress: OnProgress | None = None,
    cluster: str | None = None,
    photo_seconds: float = PHOTO_SECONDS,
    parquet: bool = False,
    follow_links: bool = False,
) -> Analysis:
    """Analyze a folder of scalp photos.

    Parameters
    ----------
    photos : Path or str
        Folder of photos, or an address such as s3://bucket/photos (extra `remote`); its treatments.csv and regions.json
        are used without being named.
    out : Path or str
        Folder for the results; made if needed. A run that was stopped goes on where it was, and a photo that was
        measured before is not measured again.
    treatments : Path, str, pandas.DataFrame or Treatments, optional
        Used instead of treatments.csv in the photo folder: another file, a table of the same columns, or as read.
    regions : Path or str, optional
        File to use instead of regions.json in the photo folder.
    settings : Settings, optional
        How to measure.
    jobs : int, optional
        Worker processes; default: all cores. The numbers do not depend on it.
    maps : bool
        Whether to write the share of hair of each pixel as well.
    title : str
        Heading of the page.
    pdf : bool
        Whether to write the page as PDF as well.
    today : date, optional
        Default: today. Matters for photos dated in the future and for treatment that goes on.
    on_progress : callable, optional
        Told (what, done, of how many).
    cluster : str, optional
        Address of a Dask scheduler, such as tcp://scheduler:8786, whose workers measure instead of processes of this
        machine; "local" starts `jobs` workers here, in a script only below `if __name__ == "__main__":`, as Dask asks.
        See docs/scaling.md.
    photo_seconds : float
        What one photo may take; one that is stuck is left out, with the reason.
    parquet : bool
        Whether to write the tables as Parquet as well; needs the extra `parquet`.
    follow_links : bool
        Whether links in the photo folder that lead to folders or out of it are followed.

    Returns
    -------
    Analysis
        The table, the verdicts, and where everything was written.

    Raises
    ------
    HairdensityError
        If the folder or a table cannot be used, or results cannot be written. What is wrong with one photo is a row of
        the table and never raised.
    """
    if parquet:
        require_parquet()
    if pdf:
        from hairdensity.report.pdf import require_pdf

        require_pdf()
    job = _gather(
        folder_at(photos), Path(out), treatments, regions, settings or Settings(), Here(jobs or cores(), photo_seconds),
        maps, follow_links, today or date.today(),  # noqa: DTZ011 - a day as people write it, where they are
    )  # fmt: skip
    tell = on_progress or (lambda _what, _done, _total: None)
    with _only_run(job.paths.root), _workers(job, cluster, jobs or cores(), photo_seconds, folder_at(photos)) as job:
        looked = observe_all(job, tell)
        measured, drawing = _measure(job, looked, tell)
        rows = tuple(sorted((row for one in measured for row in one.rows), key=lambda row: str(row["photo"])))
        from hairdensity.publish import publish  # what writes the page is not waited for before the first photo

        progress, headlines, views, notes = publish(job, measured, rows, drawing, title=title, pdf=pdf, parquet=parquet)
    warnings = (*job.warnings, *notes)
    return Analysis(job.paths, rows, progress, headlines, warnings, looked.fresh, views, job.treatments)


def _measure(job: Job, looked: Looked, tell: OnProgress) -> tuple[tuple[MeasuredSeries, ...], Drawing]:
    """Measure what was observed; return the numbers, and the masks that are to be written."""
    series = group(((photo, *looked.by_name[photo.name]) for photo in job.found.photos), outlined(job.drawn), job.today)
    places, ledgers = places_of(job, series), ledgers_of(job, series)
    given_up = place_all(job, series, places, ledgers, tell)
    measured = tuple(
        measure_one(job, one, places[one.subject, one.view], ledgers[one.subject, one.view], given_up) for one in series
    )
    return measured, drawing_of(job, measured, places, tell)


def _gather(
    photos: Path,
    out: Path,
    treatments: "TreatmentsLike",
    regions: Path | str | None,
    settings: Settings,
    run: Runner,
    maps: bool,
    follow_links: bool,
    today: date,
) -> Job:
    if out.resolve() == photos.resolve():
        raise TableError(f"{out}: is the photo folder itself. Choose another --out, such as {out / 'results'}.")
    segmenter(settings.segmenter)  # what it needs and is not there is told now, not for each photo
    exif_day = exif_day_by(read_index(OutPaths(out).cache))
    found = find_photos(photos, leave_out=out, follow_links=follow_links, exif_day=exif_day)
    warnings = [*found.warnings, *misplaced(photos, (photo.name for photo in found.photos))]
    treatments_file = None
    if treatments is None or isinstance(treatments, (str, Path)):
        treatments_file = _named_or_default(treatments, photos / TREATMENTS)
        dates = read_treatments(treatments_file) if treatments_file else no_treatments()
    else:
        from hairdensity.explore import treatments_from  # only where a notebook hands over a table

        dates = treatments_from(treatments)
    warnings += dates.warnings
    people = {photo.subject for photo in found.photos}
    warnings += [f"{TREATMENTS}: there is no photo of {quoted(name)}." for name in dates.subjects if name not in people]
    regions_file = _named_or_default(regions, photos / REGIONS)
    known = {photo.name for photo in found.photos}
    drawn = of_photos(read_regions(regions_file), known) if regions_file else {}
    warnings += [f"{REGIONS}: there is no photo {quoted(name)}." for name in drawn if name not in known]
    # Now that they were read: somebody may write on in them while the photos are measured.
    tables = _digests(treatments_file, regions_file, photos / LISTING)
    return Job(OutPaths(out), found, dates, drawn, tables, settings, run, maps, today, tuple(warnings))


def _digests(*tables: Path | None) -> dict[str, str]:
    digests: dict[str, str] = {}
    for path in tables:
        with suppress(OSError):
            digests |= {path.name: file_digest(path)} if path and path.is_file() else {}
    return digests


def _named_or_default(named: Path | str | None, default: Path) -> Path | None:
    if named is None:
        return default if default.is_file() else None
    path = Path(named)
    if not path.is_file():
        raise TableError(f"{path}: there is no such file.")
    return path


@contextmanager
def _workers(job: Job, cluster: str | None, jobs: int, photo_seconds: float, photos: Path) -> Iterator[Job]:
    """Give the job with its workers: processes here, or those of a cluster, which see folders by their full path."""
    if cluster is None:

        def load_the_rest() -> None:
            from hairdensity.publish import make_ready

            make_ready(decide=len({photo.date for photo in job.found.photos}) > 1)

        with Here(jobs, photo_seconds).staffed(load_the_rest) as staff:
            yield replace(job, run=staff)
        return
    from hairdensity.cluster import connected

    whole = tuple(replace(photo, path=photo.path.resolve()) for photo in job.found.photos)
    paths = OutPaths(job.paths.root.resolve())
    with connected(cluster, jobs, photo_seconds, (photos.resolve(), paths.root)) as there:
        yield replace(job, run=there, paths=paths, found=replace(job.found, photos=whole))


@contextmanager
def _only_run(root: Path) -> Iterator[None]:
    """Hold the output folder for this run alone; tidy what a killed one left."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    except OSError as error:
        raise OutputError(f"{root}: cannot be written ({error.strerror}). Choose another --out folder.") from error
    with lock:
        try:
            import fcntl  # not on Windows, where two runs at once are on their own

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except (BlockingIOError, PermissionError) as error:
            raise OutputError(f"{root}: another run is writing there. Wait for it, or choose another --out.") from error
        except OSError:
            pass  # a disk on which nothing can be locked, such as some of other machines
        sweep(root)
        yield
