"""The `simulate` command: a rendered series with known truth, for trying the program out and for measuring it."""

from pathlib import Path

import click

from hairdensity.commands.options import Number
from hairdensity.commands.printing import Command, one_line, quiet

COURSES = ("none", "temporary", "sustained", "on_treatment", "declining")


@click.command(cls=Command, short_help="Render photos with known truth, to try things out.")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Which person; the same seed, the same."
)
@click.option(
    "--sessions", type=click.IntRange(1, 500), default=12, show_default=True, help="How many days with photos."
)
@click.option("--every", type=click.IntRange(1, 400), default=35, show_default=True, help="Days between sessions.")
@click.option("--views", default="vertex,frontal", show_default=True,
              help="Views, joined by commas: vertex, top, frontal, parting, back, left, right.")  # fmt: skip
@click.option("--repeats", type=click.IntRange(1, 9), default=1, show_default=True, help="Photos of each view a day.")
@click.option("--course", type=click.Choice(COURSES), default="temporary", show_default=True,
              help="What becomes of the hair.")  # fmt: skip
@click.option("--gain", type=Number(0, 40), default=8.0, show_default=True,
              help="Coverage gained at its peak (or lost a year, for declining), percentage points.")  # fmt: skip
@click.option("--size", type=click.IntRange(64, 8192), default=1000, show_default=True, help="Longer side, pixels.")
@click.option("--no-truth-pictures", is_flag=True, help="Write truth.csv only.")
@click.option("--jobs", type=click.IntRange(1, 512), default=1, show_default=True, help="Worker processes.")
def simulate(
    out: Path,
    seed: int,
    sessions: int,
    every: int,
    views: str,
    repeats: int,
    course: str,
    gain: float,
    size: int,
    no_truth_pictures: bool,
    jobs: int,
) -> None:
    """Render a series of scalp photos with exact truth into the folder OUT.

    Writes the photos by view, treatments.csv, truth.csv (coverage in the true region, hair count, scale) and, in
    truth/, the share of hair of each pixel and the region of each photo.

    \b
    Example:
      hairdensity simulate SERIES --seed 3 --sessions 12 --course sustained
    """
    from hairdensity.simulate.course import render_series
    from hairdensity.simulate.model import VIEWS
    from hairdensity.simulate.plan import plan_series, treatments_of

    names = [view.strip() for view in views.split(",") if view.strip()]
    unknown = [name for name in names if name not in VIEWS]
    if unknown or not names:
        raise click.BadParameter(
            f"{', '.join(unknown) or 'none given'}; possible are {', '.join(VIEWS)}", param_hint="--views"
        )
    planned = plan_series(
        seed=seed,
        sessions=sessions,
        every=every,
        views=names,
        repeats=repeats,
        course=course,
        gain=gain / 100,
        size=size,
    )
    rows = render_series(out, planned, treatments_of(course), jobs=jobs, truth=not no_truth_pictures)
    if not quiet():
        where = one_line(str(out))
        click.echo(f"{len(rows)} photos written to {where}; what is true of them is in {where}/truth.csv.")
