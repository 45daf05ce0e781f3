"""The command `analyze`."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from hairdensity.commands.options import Number, cluster_option, jobs_option, photo_seconds_option, settings_option
from hairdensity.commands.printing import Command, ProgressBar, detail, headline, note, one_line, quiet, verbose
from hairdensity.methods import METHODS

if TYPE_CHECKING:
    from hairdensity.analysis import Analysis
    from hairdensity.preferences import Chosen

MOST_HEADLINES = 12
"""Of more series it is only said how many have which verdict."""


class PhotoFolder(click.Path):
    """A folder by its path, or by an address that fsspec knows."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        """Return the folder; an address is looked up, a path must be there."""
        from hairdensity.address import SIGN, folder_at
        from hairdensity.errors import HairdensityError

        if SIGN not in str(value):
            if Path(value).is_file():
                folder = Path(value).absolute().parent
                self.fail(f"{value} is a file. Name the folder that it lies in: {folder}", parameter, context)
            return super().convert(value, parameter, context)
        try:
            return folder_at(str(value))
        except HairdensityError as error:
            self.fail(str(error), parameter, context)


@click.command(cls=Command, short_help="Measure a folder of photos and write the report.")
@click.argument("photos", type=PhotoFolder(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results.")
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates [default: treatments.csv in PHOTOS].")  # fmt: skip
@click.option("--regions", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Regions drawn by hand [default: regions.json in PHOTOS].")  # fmt: skip
@settings_option
@jobs_option
@cluster_option
@photo_seconds_option
@click.option("--format", "format_", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True,
              help="parquet: write measurements.parquet as well, for queries over many runs.")  # fmt: skip
@click.option("--follow-links", is_flag=True, help="Follow links in PHOTOS to folders and out of it.")
@click.option("--maps/--no-maps", default=None,
              help="Also write the share of hair of each pixel to OUT/maps [default: no-maps].")  # fmt: skip
@click.option("--pdf/--no-pdf", default=None, help="Also write the page as PDF [default: no-pdf].")
@click.option("--title", help="Heading of the page [default: Hair coverage report].")
@click.option("--segmenter", type=click.Choice(METHODS),
              help="How the scalp is found and hair told from skin. network-onnxruntime: the same, a little faster, by "
                   "the extra onnx; classical: no trained weights [default: network].")  # fmt: skip
@click.option("--work-px", type=click.IntRange(128, 8192),
              help="Longer side of the picture that is segmented [default: 1280].")  # fmt: skip
@click.option("--ruler-mm", type=Number(40, 160),
              help="Measured length of the scale card's ruler, in mm [default: 80, as printed at 100 %].")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
def analyze(
    photos: Path,
    out: Path,
    treatments: Path | None,
    regions: Path | None,
    settings_file: Path | None,
    cluster: str | None,
    photo_seconds: float,
    follow_links: bool,
    format_: Literal["csv", "parquet"],
    as_json: bool,
    **given: object,
) -> None:
    """Measure a folder of PHOTOS and report: is it working, is it holding?

    PHOTOS is a folder, or an address that fsspec knows, such as s3://bucket/photos (extra remote). Writes
    measurements.csv, masks, progress.json, report.html and run.json to the OUT folder. A run that was stopped goes on
    where it was, and photos measured before are not measured again. Exit status 0: something was measured; 1: nothing
    could be; 2: the command was wrong.

    \b
    Examples:
      hairdensity analyze PHOTOS --out RESULTS
      hairdensity analyze PHOTOS --out RESULTS --treatments dates.csv --pdf
    """
    from hairdensity.files import OutPaths
    from hairdensity.pool import cores, prepare

    if not cluster and given["jobs"] != 1 and cores() > 1 and not OutPaths(out).cache.exists():
        prepare("hairdensity.tasks")  # beside all that is loaded here; a folder that is known needs few workers
    from hairdensity.analysis import analyze as run
    from hairdensity.flags import FLAGS
    from hairdensity.preferences import choose
    from hairdensity.spoken import counted

    chosen = choose(photos, settings_file, given)
    values = chosen.values
    with ProgressBar() as bar:
        analysis = run(
            photos,
            out,
            treatments=treatments,
            regions=regions,
            settings=values.measuring(),
            jobs=values.jobs,
            maps=values.maps,
            title=values.title,
            pdf=values.pdf,
            cluster=cluster,
            photo_seconds=photo_seconds,
            follow_links=follow_links,
            parquet=format_ == "parquet",
            on_progress=bar.tell,
        )
    for warning in analysis.warnings:
        note(warning)
    for row in analysis.rows:
        if row["status"] != "measured":
            note(f"{row['photo']}: {row['reason']}", "Left out")
    for subject, view, lost in _several_people(analysis):
        note(f"{counted(lost, 'photo')} of {subject}/{view} could not be matched to the first. If these are several "
             f"people, give each a folder (PERSON/{view}/) or name each photo's subject in photos.csv.")  # fmt: skip
    undated = [row for row in analysis.rows if row["status"] == "measured" and not row["date"]]
    if undated and any(view.sessions for view in analysis.views):
        note(f"Without a date, so no part of the course: {counted(len(undated), 'photo')}, "
             f"{undated[0]['photo']}{' and others' if undated[1:] else ''}. {FLAGS['no_date'].advice}")  # fmt: skip
    if verbose():
        _more(analysis, chosen)
    if as_json:
        _as_json(analysis)
    elif not quiet():
        _summary(analysis)
    if not analysis.count("measured"):
        click.get_current_context().exit(1)


def _several_people(analysis: "Analysis") -> list[tuple[str, str, int]]:
    """Return subject, view and number of unmatched photos: two or more, and no fewer than the matched ones."""
    unmatched: dict[tuple[str, str], list[bool]] = {}
    for row in analysis.rows:
        lost = not {"not_aligned", "own_skin"}.isdisjoint(str(row["flags"]).split(";"))
        if lost or row["status"] == "measured":
            unmatched.setdefault((str(row["subject"]), str(row["view"])), []).append(lost)
    return [(*which, sum(lost)) for which, lost in unmatched.items() if sum(lost) >= max(2, len(lost) / 2)]


def _summary(analysis: "Analysis") -> None:
    from hairdensity.publish import headline_parts

    several = len({view.subject for view in analysis.views}) > 1
    known = {row["view"] for row in analysis.rows}
    views = [view for view in analysis.views if view.sessions or view.view in known]
    views.sort(key=lambda view: (view.subject, len(view.sessions) < 2))
    told = [headline_parts(view, analysis.rows, several) for view in views]
    if len(told) <= MOST_HEADLINES:
        for title, words, text in told:
            headline(title, words.badge, words.tone, text)
    else:
        # Of a clinic's people nobody reads a paragraph each on a terminal: the report finds them by name and verdict.
        counts = Counter(words.badge for _, words, _ in told).most_common()
        click.echo(f"{len(told)} series: " + ", ".join(f"{count} {badge.lower()}" for badge, count in counts) + ".")
    left_out = {status: analysis.count(status) for status in ("rejected", "unreadable")}
    lost = ", ".join(f"{count} {status}" for status, count in left_out.items() if count)
    click.echo(
        f"{analysis.count('measured')} of {len(analysis.rows)} photos measured{f' ({lost})' if lost else ''}. "
        f"Open {one_line(str(analysis.paths.report))}"
    )


def _as_json(analysis: "Analysis") -> None:
    counts = {status: analysis.count(status) for status in ("measured", "rejected", "unreadable")}
    summary = {"photos": len(analysis.rows), **counts, "measured_now": analysis.measured_now,
               "report": str(analysis.paths.report), **analysis.progress}  # fmt: skip
    click.echo(json.dumps(summary, indent=2))


def _more(analysis: "Analysis", chosen: "Chosen") -> None:
    """Say what was used, and what came of each photo."""
    from hairdensity.report.words import COVERAGE

    detail(f"Settings file: {chosen.file or 'none'}")
    for name, source in chosen.sources.items():
        if source != "default":
            detail(f"Setting {name}: {getattr(chosen.values, name)} (from the {source})")
    courses = [f"{course.name} from {course.first}" for course in analysis.treatments.courses]
    detail(f"Treatments: {', '.join(courses) or 'none'}")
    for row in analysis.rows:
        if row["status"] == "measured" and isinstance(value := row["coverage"], float):
            ends = (row["coverage_low"], row["coverage_high"])
            low, high = (end if isinstance(end, float) else None for end in ends)
            when = f"{row['date']} ({row['date_from']})" if row["date"] else "no date"
            flags = f"; {row['flags']}" if row["flags"] else ""
            detail(f"{row['photo']}: {when}, {COVERAGE.with_interval(value, low, high)}{flags}")
    kept = len(analysis.rows) - analysis.count("unreadable") - analysis.measured_now
    detail(f"Photos measured now: {analysis.measured_now}; kept from an earlier run: {kept}")
