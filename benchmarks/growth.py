"""How cost grows with the size of a study: `python benchmarks/growth.py [--folder 125 250 500 1000] [--subjects ...]`.

Three tables, each with CPU seconds against size and the fitted exponent (1: in proportion; 2: quadratic):

- a folder that was analysed before, run again as it is and with one more photo; what that costs beyond one more photo
  in a folder of ten, which is start-up, a photo, a verdict, its charts and a page;
- the page of one series of so many sessions, made again without its photos;
- `hairdensity progress` on a table of so many subjects with 20 sessions each;

and with `--photos 100 1000 10000` the peak memory of one process that analyses so many, 100 of each person, for the
first time (Linux).

The photos are small pictures of one rendered head that differ in their last bytes, so every one is measured.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

FEW = 10
EACH = 100
"""Photos of one person, where memory is measured."""
TRIES = 3
"""Of so many runs the cheapest counts: what others do on the machine only adds."""
ANALYZE = """
import json, os, sys
from hairdensity.analysis import analyze
from hairdensity.settings import Settings
settings = Settings(segmenter="classical", work_px=256)
analyze(sys.argv[1], sys.argv[2], settings=settings, jobs=1)
spent = os.times()
print(json.dumps(sum(spent[:4])))
"""
# Not what `getrusage` says: that remembers the process which started this one.
PEAK = "next(int(line.split()[1]) / 1024 for line in open('/proc/self/status') if line.startswith('VmHWM'))"
MEMORY = ANALYZE.replace("sum(spent[:4])", PEAK)
COMMAND = """
import json, os, sys
from hairdensity.cli import main
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # so that nothing is spent in other processes
out, sys.stdout = sys.stdout, open(os.devnull, "w")
main(sys.argv[1:], standalone_mode=False)
spent = os.times()
print(json.dumps(sum(spent[:4])), file=out)
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=int, nargs="*", default=[125, 250, 500, 1000])
    parser.add_argument("--subjects", type=int, nargs="*", default=[10, 20, 40, 80])
    parser.add_argument("--photos", type=int, nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        if options.folder:
            folders(Path(home), options.folder)
        if options.subjects:
            print_table(
                "progress, 20 sessions a subject", "subjects", options.subjects, lambda n: progress(Path(home), n)
            )
        for photos in options.photos:
            print(f"{photos:6d} photos: peak memory {memory(Path(home) / f'of{photos}', photos):.0f} MB")


def folders(home: Path, sizes: Sequence[int]) -> None:
    """Print what a known folder costs, with and without a new photo, and what its page costs."""
    picture = one_photo()
    costs: list[tuple[float, ...]] = []
    few = 0.0
    for size in (FEW, *sizes):
        # What is known of a smaller folder is known of the larger one.
        photos, out = home / "photos", home / "out"
        write(photos, picture, size)
        cost(ANALYZE, photos, out)
        again = min(cost(ANALYZE, photos, out) for _ in range(TRIES))
        more = []
        for number in range(TRIES):
            write(photos, picture, size + 1 + number)
            more.append(cost(ANALYZE, photos, out))
        if size == FEW:
            few = min(more)
            print(f"one more photo in a folder of {FEW}: {few:.2f} CPU s, which ran again takes {again:.2f}")
            continue
        costs.append((again, min(more), min(more) - few, cost(COMMAND, "report", str(out))))
    names = ("run again", "with one more photo", f"beyond one more photo of {FEW}", "page made again")
    for name, values in zip(names, zip(*costs, strict=True), strict=True):
        print_values(name, "photos", sizes, values)


def progress(home: Path, subjects: int) -> float:
    """Return CPU seconds of the command on a table of so many subjects."""
    random = np.random.default_rng(0)
    lines = ["subject,view,date,value,low,high"]
    for subject in range(subjects):
        gain = random.choice([0.0, 0.1])
        for session in range(20):
            day = date(2024, 1, 1) + timedelta(days=30 * session)
            value = 0.5 + gain * min(1, max(0, session - 4) / 8) + random.normal(0, 0.01)
            lines.append(f"{subject},vertex,{day},{value:.4f},{value - 0.03:.4f},{value + 0.03:.4f}")
    table, dates = home / "table.csv", home / "treatments.csv"
    table.write_text("\n".join(lines))
    dates.write_text("date,treatment,until\n2024-05-01,minoxidil,\n")
    return cost(COMMAND, "progress", str(table), "--treatments", str(dates), "--json")


def memory(home: Path, photos: int) -> float:
    """Return the peak memory, in MB, of one process that analyses so many photos, `EACH` of each person."""
    picture = one_photo()
    for person in range(photos // EACH):
        write(home / "photos" / f"p{person}", picture + person.to_bytes(4, "big"), EACH)
    return cost(MEMORY, home / "photos", home / "out")


def one_photo() -> bytes:
    """Return a small JPEG of a rendered head."""
    import cv2

    from hairdensity.simulate import random_head, render

    rgb = render(random_head(1)).rgb
    small = cv2.resize(rgb, (256, round(256 * rgb.shape[0] / rgb.shape[1])), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1])


def write(folder: Path, picture: bytes, count: int) -> None:
    """Write photos a day apart; what follows the end of a JPEG is not looked at, but makes another file of it."""
    (folder / "vertex").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / "vertex" / f"{date(2015, 1, 1) + timedelta(days=number)}.jpg"
        if not path.exists():
            path.write_bytes(picture + number.to_bytes(4, "big"))


def print_table(what: str, unit: str, sizes: Sequence[int], measure: Callable[[int], float]) -> None:
    """Measure and print one table."""
    print_values(what, unit, sizes, [measure(size) for size in sizes])


def print_values(what: str, unit: str, sizes: Sequence[int], values: Sequence[float]) -> None:
    """Print costs against sizes, with the exponent of what grows."""
    print(f"\n{what}: CPU s")
    for size, value in zip(sizes, values, strict=True):
        print(f"  {size:6d} {unit} {value:8.2f}")
    if len(sizes) > 2:
        # What is paid whatever the size would hide how the rest grows: the best fit of a + b n^p.
        grid = np.linspace(0.2, 3, 281)
        errors = [fit_error(np.asarray(sizes, float), np.asarray(values), power) for power in grid]
        print(f"  exponent {grid[int(np.argmin(errors))]:.2f}")


def fit_error(sizes: np.ndarray, values: np.ndarray, power: float) -> float:
    """Return the squared error of the best a + b n^p with this p, a and b not below 0."""
    from scipy.optimize import nnls

    design = np.column_stack([np.ones_like(sizes), (sizes / sizes.max()) ** power])
    return float(nnls(design, values)[1])


def cost(script: str, *arguments: Path | str) -> float:
    """Run a script in a process of its own and return the number that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
