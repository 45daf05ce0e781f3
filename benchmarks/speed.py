"""What a photo costs: `python benchmarks/speed.py [--megapixels 2 12 48] [--photos 12] [--workers 2]`.

Renders one head, enlarges it to each size with fresh noise for each photo, and then, each in a process of its own,
decodes the JPEGs; takes a plain threshold of them (decode, grey, Otsu, write the mask: the least that any program must
do); and analyses them with one worker, by the network and by the classical method. Prints seconds a photo, peak memory,
the ratio to decoding, and where the time goes; then how far decoding at a reduced size moves the number, and what more
workers gain, by the command line from its start to its end. What a run costs whatever the number of photos is left out
of the cost of a photo: it is that of a run of many less that of a run of three, by the number that lies between.

Beside the gain of more workers stands the most that the machine itself gives: as many single runs side by side, each of
all the photos, in so many times the time of one of them. Cores that share caches, memory or a clock give less than
their number. Only a machine that does nothing else can be measured so.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FEW = 3
"""What a run costs whatever the number of photos (start, verdict, charts, page) is in a run of so many already."""
HEAD = """
import json, os, sys, time
begun = time.perf_counter()
def used():
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
steps, marks = {}, {}
"""
TAIL = """
# Not getrusage: its peak begins with what the parent had when it started this process.
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
print(json.dumps({"cpu": used(), "wall": time.perf_counter() - begun, "peak": peak, "steps": steps, "marks": marks}))
"""
DECODE = """
import sys, pathlib, numpy as np
from PIL import Image
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jpg")):
    np.asarray(Image.open(path))
"""
THRESHOLD = """
import pathlib, cv2
cv2.setNumThreads(1)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jpg")):
    grey = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2GRAY)
    _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    cv2.imwrite(str(pathlib.Path(sys.argv[2], path.stem + ".png")), mask)
"""
START = """
from hairdensity import analysis, stages
first = stages.run_look
def observed(task):
    marks["first photo"] = used()
    return first(task)
stages.run_look = observed
analysis.analyze(sys.argv[1], sys.argv[2], jobs=1)
"""
ANALYZE = """
import functools
from hairdensity import analysis, keep, pages, placing, publish, recipe, series, stages, tasks
from hairdensity.settings import Settings

nested = [0.0]
def timed(step, function):
    @functools.wraps(function)
    def wrapper(*args, **named):
        nested.append(0.0)
        start = time.process_time()
        try:
            return function(*args, **named)
        finally:
            whole = time.process_time() - start
            steps[step] = steps.get(step, 0.0) + whole - nested.pop()
            nested[-1] += whole
    return wrapper

class Timed:
    def __init__(self, method):
        self._method = method
        self.evened, self.finest_px = method.evened, method.finest_px
    def __call__(self, *args):
        return timed("segment", self._method)(*args)

chosen = recipe.segmenter
recipe.segmenter = lambda name: Timed(chosen(name))
for step, home, names in (
    ("read", recipe, ("read_photo",)), ("scale card", recipe, ("find_card",)),
    ("check", recipe, ("check_frame", "check_scalp")), ("check", placing, ("check_against",)),
    ("region", recipe, ("find_region",)), ("normalise", recipe, ("normalise",)),
    ("lay on grid", recipe, ("place",)), ("lay on grid", placing, ("place",)),
    ("align", placing, ("prepare", "align_prepared")), ("compare hair", placing, ("compared", "hair_change")),
    ("keep", keep.Keeper, ("save_observation", "save_placement")),
    ("load again", keep.Keeper, ("load_observation", "load_placement")), ("digest", tasks, ("file_digest",)),
    ("masks", pages, ("run_draw",)), ("measure", stages, ("measure_series",)),
    ("verdict and page", publish, ("publish",)),
):
    for name in names:
        setattr(home, name, timed(step, getattr(home, name)))
settings = Settings(segmenter=sys.argv[3])
if __name__ == "__main__":
    analysis.analyze(sys.argv[1], sys.argv[2], settings=settings, jobs=1)
"""
WHOLE = """
from pathlib import Path
from hairdensity import read, recipe
smaller = read._decode_smaller
for path in sorted(Path(sys.argv[1]).glob("*.jpg")):
    found = []
    for read._decode_smaller in (smaller, lambda image, enough: None):
        found.append(recipe.measure_photo(path, view="vertex").value)
    steps[path.name] = found
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds, peak memory in MB, CPU seconds by step, and moments in CPU seconds, of one process."""

    cpu: float
    wall: float
    peak: float
    steps: dict[str, float]
    marks: dict[str, float]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=15)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[2.0, 12.0, 48.0])
    parser.add_argument("--workers", type=int, default=2, help="1: leave out what more workers gain")
    parser.add_argument("--skip-classical", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make(home / "one", 1, 0.05)
        (home / "masks").mkdir()
        start = run(START, home / "one", home / "out-start")
        first = start.marks["first photo"]
        print(f"start-up {first:.2f} s CPU to the first photo; {start.cpu:.2f} s in all with one tiny photo")
        for size in options.megapixels:
            photos, few = home / f"photos-{size:g}", home / f"few-{size:g}"
            make(photos, options.photos, size)
            few.mkdir()
            for photo in sorted(photos.iterdir())[:FEW]:
                (few / photo.name).hardlink_to(photo)
            one_size(home, photos, few, size, options)


def one_size(home: Path, photos: Path, few: Path, size: float, options: argparse.Namespace) -> None:
    """Print all tables for photos of one size."""
    more = options.photos - FEW
    methods = ["network"] if options.skip_classical else ["network", "classical"]

    def costs(folder: Path) -> dict[str, Cost]:
        plain = {"decode": run(DECODE, folder), "threshold": run(THRESHOLD, folder, home / "masks")}
        return plain | {name: run(ANALYZE, folder, home / f"out-{folder.name}-{name}", name) for name in methods}

    base, whole = costs(few), costs(photos)
    decode = (whole["decode"].cpu - base["decode"].cpu) / more
    print(f"\n{options.photos} photos of {size:g} MP, one worker; cost of each beyond the first {FEW}")
    print(f"{'':12s} {'CPU s a photo':>14s} {'wall s a photo':>15s} {'x decode':>9s} {'peak MB':>8s}")
    for name, cost in whole.items():
        cpu, wall = (cost.cpu - base[name].cpu) / more, (cost.wall - base[name].wall) / more
        print(f"{name:12s} {cpu:14.3f} {wall:15.3f} {cpu / decode:9.1f} {cost.peak:8.0f}")
    print("by step, CPU ms a photo:")
    for step, seconds in sorted(whole["network"].steps.items(), key=lambda item: -item[1]):
        print(f"  {step:18s} {1000 * (seconds - base['network'].steps.get(step, 0.0)) / more:7.1f}")
    both = np.array(list(run(WHOLE, few).steps.values()))
    off = 100 * np.abs(both[:, 0] - both[:, 1])
    print(f"coverage decoded at a reduced size against whole: off by {off.mean():.3f} pp, {off.max():.3f} at most")
    if options.workers > 1:
        more_workers(home, photos, few, options.workers)


def more_workers(home: Path, photos: Path, few: Path, workers: int) -> None:
    """Print what more workers gain, and what the machine gives at most."""

    def decoding(at_once: int) -> float:
        return wall_of([[sys.executable, "-c", DECODE, str(photos)]] * at_once)

    def analysing(folder: Path, jobs: int, at_once: int = 1) -> float:
        command = [sys.executable, "-m", "hairdensity", "-q", "analyze", str(folder), "--jobs", str(jobs), "--out"]
        with tempfile.TemporaryDirectory(dir=home) as out:
            return wall_of([[*command, f"{out}/{number}"] for number in range(at_once)])

    one, more = analysing(photos, 1), analysing(photos, workers)
    beyond = (one - analysing(few, 1)) / (more - analysing(few, workers))
    most, most_decoding = workers * one / analysing(photos, 1, workers), workers * decoding(1) / decoding(workers)
    print(f"{workers} workers: {one / more:.2f} x as fast, from start to end ({one:.1f} and {more:.1f} s)")
    print(f"  beyond the first {FEW} photos: {beyond:.2f} x")
    print(f"  the most there is, {workers} single runs side by side: {most:.2f} x; decoding: {most_decoding:.2f} x")


def wall_of(commands: Sequence[Sequence[str]]) -> float:
    """Run commands side by side and return the seconds until the last has ended."""
    begun = time.perf_counter()
    processes = [subprocess.Popen(command) for command in commands]
    ended = [process.wait() for process in processes]
    if any(ended):
        raise SystemExit("a run failed")
    return time.perf_counter() - begun


def make(folder: Path, count: int, megapixels: float) -> None:
    """Write photos of one rendered head, dated a month apart, no two the same bytes."""
    import cv2

    from hairdensity.simulate import random_head, render

    folder.mkdir(parents=True)
    small = render(random_head(1)).rgb
    # Sides as sensors have them, multiples of 16.
    rows = 16 * round(np.sqrt(megapixels * 1e6 * small.shape[0] / small.shape[1]) / 16)
    columns = 16 * round(megapixels * 1e6 / rows / 16)
    large = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    for number in range(count):
        random = np.random.default_rng(number)
        photo = large + random.normal(0, 4, (rows, columns, 1)).astype(np.float32)
        name = folder / f"vertex_{2024 + number // 12}-{1 + number % 12:02d}-01.jpg"
        shown = np.clip(photo[:, :, ::-1], 0, 255).astype(np.uint8)
        cv2.imwrite(str(name), shown, [cv2.IMWRITE_JPEG_QUALITY, 90])


def run(script: str, *arguments: Path | str) -> Cost:
    """Run a script in a process of its own and return what it cost, its children included."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + script + TAIL, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
