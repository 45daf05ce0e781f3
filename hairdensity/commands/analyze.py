"""The command `analyze`."""

import json
import sys
from pathlib import Path
from typing import Literal

import click

from hairdensity.commands.printing import ProgressBar, one_line


@click.command()
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results.")
@click.option("--treatments", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Treatment dates [default: treatments.csv in PHOTOS].")  # fmt: skip
@click.option("--regions", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Regions drawn by hand [default: regions.json in PHOTOS].")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 512), help="Worker processes [default: all cores].")
@click.option("--maps", is_flag=True, help="Also write the share of hair of each pixel to OUT/maps.")
@click.option("--segmenter", type=click.Choice(["network", "network-onnxruntime", "classical"]), default="network",
              show_default=True,
              help="How the scalp is found and hair told from skin. network-onnxruntime: the same, a little faster, by "
                   "the extra onnx; classical: no trained weights.")  # fmt: skip
@click.option("--work-px", type=click.IntRange(128, 8192), default=1280, show_default=True,
              help="Longer side of the picture that is segmented.")  # fmt: skip
@click.option("--ruler-mm", type=click.FloatRange(40, 160),
              help="Measured length of the scale card's ruler, in mm [default: 80, as printed at 100 %].")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def analyze(
    photos: Path,
    out: Path,
    treatments: Path | None,
    regions: Path | None,
    jobs: int | None,
    maps: bool,
    segmenter: Literal["network", "network-onnxruntime", "classical"],
    work_px: int,
    ruler_mm: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure a folder of PHOTOS and report: is it working, is it holding?

    Writes measurements.csv, masks, progress.json, report.html and run.json to the OUT folder. A run that was stopped
    goes on where it was, and photos measured before are not measured again. Exit status 0: something was measured;
    1: nothing could be; 2: the command was wrong.

    \b
    Example:
      hairdensity analyze PHOTOS --out RESULTS
    """
    from hairdensity.analysis import analyze as run
    from hairdensity.settings import Settings

    with ProgressBar(shown=not quiet and sys.stderr.isatty()) as bar:
        analysis = run(
            photos,
            out,
            treatments=treatments,
            regions=regions,
            settings=Settings(segmenter=segmenter, work_px=work_px, ruler_mm=ruler_mm),
            jobs=jobs,
            maps=maps,
            on_progress=bar.tell,
        )
    if not quiet:
        for warning in analysis.warnings:
            click.echo(f"Note: {one_line(warning)}", err=True)
        for row in analysis.rows:
            if row["status"] != "measured":
                click.echo(f"Left out: {one_line(str(row['photo']))}: {one_line(str(row['reason']))}", err=True)
    counts = {status: analysis.count(status) for status in ("measured", "rejected", "unreadable")}
    if as_json:
        summary = {
            "photos": len(analysis.rows),
            **counts,
            "measured_now": analysis.measured_now,
            "report": str(analysis.paths.report),
            **analysis.progress,
        }
        click.echo(json.dumps(summary, indent=2))
    elif not quiet:
        for headline in analysis.headlines[:20]:
            click.echo(one_line(headline))
        if len(analysis.headlines) > 20:
            click.echo(f"... and {len(analysis.headlines) - 20} more: see the report.")
        click.echo(
            f"{counts['measured']} of {len(analysis.rows)} photos measured, {counts['rejected']} rejected, "
            f"{counts['unreadable']} unreadable. Report: {analysis.paths.report}"
        )
    if not counts["measured"]:
        click.get_current_context().exit(1)
