"""Series: the same head again and again while its coverage follows a course that is known."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from hairdensity import files, imaging
from hairdensity.simulate.draw import render, true_coverage
from hairdensity.simulate.model import Head, Rendered, Shot

TRUTH_COLUMNS: Final = (
    "photo", "date", "view", "status", "coverage", "coverage_course", "hair_count", "px_per_mm", "vigour",
)  # fmt: skip
TREATMENT_COLUMNS: Final = ("date", "treatment", "until", "notes")
_PROBE_PX: Final = 300
_VIGOUR: Final = (-8.0, 6.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One photo of a series that is to be made.

    Parameters
    ----------
    name : str
        Path below the series' folder, with /, ending in .jpg.
    day : date or None
        When it was taken; None leaves the date out of the file and of the truth.
    head, shot : Head, Shot
        What to render.
    neutral : Shot or None
        The shot that the course is set in: the truth table gives the coverage that the head has in it on that day.
    status : str
        What a good program does with it: "measured" or "rejected".
    """

    name: str
    day: date | None
    head: Head
    shot: Shot
    neutral: Shot | None = None
    status: str = "measured"


def with_coverage(head: Head, shot: Shot, target: float, tolerance: float = 0.002) -> Head:
    """Return the head with its vigour set so that its coverage in this shot is the target.

    Parameters
    ----------
    head : Head
        The head; only its `vigour` is changed.
    shot : Shot
        Where coverage is looked at. Small pictures of it are tried, and one of its own size.
    target : float
        Coverage, 0..1.
    tolerance : float
        How near is near enough.

    Raises
    ------
    ValueError
        If the head cannot reach it: bald where no hair can grow, or too few or too short hairs.
    """
    probe = replace(shot, size=min(shot.size, _PROBE_PX))
    found = _bisected(head, probe, target, tolerance)
    finer = _finer(found, shot, probe)
    return _bisected(found, probe, target - finer, tolerance) if abs(finer) > tolerance / 2 else found


def _finer(head: Head, shot: Shot, probe: Shot) -> float:
    """Return by how much coverage at the photo's own size (1000 pixels are enough) differs from that of the probe.

    Fewer pixels hold more strands each, and below the pixel these overlap at random rather than in wisps.
    """
    fine = replace(shot, size=min(shot.size, 1000))
    return true_coverage(head, fine) - true_coverage(head, probe) if fine != probe else 0.0


def _bisected(head: Head, probe: Shot, target: float, tolerance: float) -> Head:
    def miss(vigour: float) -> float:
        return true_coverage(replace(head, vigour=vigour), probe) - target

    low, high = head.vigour - 1.0, head.vigour + 1.0
    below, above = miss(low), miss(high)
    while below > 0 and low > _VIGOUR[0]:
        low -= 2.0
        below = miss(low)
    while above < 0 and high < _VIGOUR[1]:
        high += 2.0
        above = miss(high)
    if below > tolerance or above < -tolerance:
        raise ValueError(
            f"coverage {target:.3f} is out of reach of this head, "
            f"which can have {below + target:.3f} to {above + target:.3f}"
        )
    for step in range(30):
        # Illinois: false position that never stalls.
        vigour = low - below * (high - low) / (above - below) if step % 4 != 3 else (low + high) / 2
        off = miss(vigour)
        if abs(off) <= tolerance:
            break
        if off < 0:
            low, below = vigour, off
        else:
            high, above = vigour, off
    return replace(head, vigour=float(vigour))


def coverage_curve(head: Head, shot: Shot, span: float = 1.5, knots: int = 7) -> Callable[[float], float]:
    """Return a function from coverage in this shot to the vigour that gives it, within `span` of the head's.

    Cheaper than `with_coverage` where many points of a course are wanted; good to about 0.1 percentage points. Coverage
    beyond what the span reaches gives the vigour at its end.
    """
    probe = replace(shot, size=min(shot.size, _PROBE_PX))
    vigours = head.vigour + np.linspace(-span, span, knots)
    reached = np.array([true_coverage(replace(head, vigour=float(v)), probe) for v in vigours])
    reached = reached + _finer(head, shot, probe)
    # Interpolation needs it to rise, also where it is level.
    reached = np.maximum.accumulate(reached) + 1e-7 * np.arange(knots)

    def vigour_for(coverage: float) -> float:
        from scipy.interpolate import PchipInterpolator

        return float(PchipInterpolator(reached, vigours)(np.clip(coverage, reached[0], reached[-1])))

    return vigour_for


def photo_bytes(rendered: Rendered, day: date | None, quality: int = 92) -> bytes:
    """Return a JPEG of the photo with its date, at noon, in EXIF DateTimeOriginal; no date where `day` is None."""
    import io

    from PIL import Image

    exif = Image.Exif()
    exif[0x0110] = "Renderer"
    if day is not None:
        stamp = f"{day:%Y:%m:%d} 12:00:00"
        exif[0x0132] = stamp
        exif.get_ifd(0x8769).update({0x9003: stamp})
    out = io.BytesIO()
    Image.fromarray(rendered.rgb).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def save_photo(rendered: Rendered, path: Path, date: date | None = None, quality: int = 92) -> None:
    """Write the photo as JPEG, whole or not at all.

    Parameters
    ----------
    rendered : Rendered
        The photo.
    path : Path
        Where to; folders are made.
    date : date or None
        Day for EXIF DateTimeOriginal; None leaves it out.
    quality : int
        JPEG quality, 1..100.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_whole(path, photo_bytes(rendered, date, quality))


def render_series(
    out: Path, plan: Sequence[Planned], treatments: Sequence[Sequence[str]] = (), *, jobs: int = 1, truth: bool = True
) -> list[dict[str, str]]:
    """Render a series into a folder.

    Writes the photos, `treatments.csv` (where there are any), `truth.csv`, and with `truth` for each photo
    `truth/<name>.alpha.png` (share of hair, 255 is all) and `truth/<name>.region.png` (255 inside).

    Parameters
    ----------
    out : Path
        The folder.
    plan : sequence of Planned
        What to render.
    treatments : sequence
        Rows of treatments.csv: date, treatment, until, notes.
    jobs : int
        Processes.
    truth : bool
        Write the pictures of the truth too.

    Returns
    -------
    list of dict
        Rows of truth.csv.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = partial(_make, out, truth)
    if jobs > 1 and len(plan) > 1:
        with ProcessPoolExecutor(min(jobs, len(plan)), get_context("spawn"), _one_thread) as pool:
            rows = list(pool.map(work, plan))
    else:
        rows = [work(planned) for planned in plan]
    files.write_whole(
        out / "truth.csv", "".join(_lines(TRUTH_COLUMNS, [[row[c] for c in TRUTH_COLUMNS] for row in rows]))
    )
    if treatments:
        files.write_whole(out / "treatments.csv", "".join(_lines(TREATMENT_COLUMNS, treatments)))
    return rows


def _make(out: Path, truth: bool, planned: Planned) -> dict[str, str]:
    rendered = render(planned.head, planned.shot)
    save_photo(rendered, out / planned.name, planned.day, planned.shot.jpeg_quality)
    if truth:
        stem = (out / "truth" / planned.name).with_suffix("")
        stem.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(stem.with_name(stem.name + ".alpha.png"),
                          imaging.encode_png((rendered.alpha * 255 + 0.5).astype(np.uint8)))  # fmt: skip
        files.write_whole(stem.with_name(stem.name + ".region.png"),
                          imaging.encode_png(rendered.region.astype(np.uint8) * np.uint8(255), small=True))  # fmt: skip
    return {
        "photo": planned.name,
        "date": planned.day.isoformat() if planned.day else "",
        "view": planned.shot.view,
        "status": planned.status,
        "coverage": f"{rendered.coverage:.4f}",
        "coverage_course": f"{true_coverage(planned.head, planned.neutral):.4f}" if planned.neutral else "",
        "hair_count": str(rendered.hair_count),
        "px_per_mm": f"{rendered.px_per_mm:.3f}",
        "vigour": f"{planned.head.vigour:.4f}",
    }


def _one_thread() -> None:
    import cv2

    cv2.setNumThreads(1)


def _lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    yield out.getvalue()
