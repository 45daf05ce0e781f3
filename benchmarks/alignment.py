"""How well photos are aligned: `python benchmarks/alignment.py [PHOTOS OUTLINES] [--pairs 186] [--strangers 500]`.

PHOTOS is a folder with one photo of each of many people, OUTLINES a JSON file of their scalp outlines ({name: [[x, y],
...]}, pixels). Each photo is altered by a known turn, size, shift and tilt, relit, blurred, made noisy and compressed
again, its outline jittered, and then aligned to the original: "altered". "changed" also combs the hair and draws other
strands over it. "impostors" are altered photos of other people on a photo as it is, "strangers" on one that is altered
too; all must be refused. "rendered" are sessions of rendered heads (`hairdensity.simulate`), between which light, pose,
hair or all of them change, "other head" such sessions on the next head; no photos are needed for them.

Prints for each kind: error over the region in % of the head's width (median, 95th percentile of pairs) and, where the
scale is known, in mm; the error of the homography that fits the truth best ("floor"); how many were refused; how many
are wrong by more than 3 %, or another person, without a flag and with one; and CPU seconds of a pair. The thresholds
of `hairdensity.align.judge` were set on other pairs than these, but of the same photos, as far as those of heads go.
`alignment_pairs` says how the pairs are made.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from alignment_pairs import KINDS, Pair, carried, people, photo_pair, rendered_pairs

import hairdensity.align as align_package
from hairdensity.align import Alignment, align
from hairdensity.arrays import Mask, Matrix

WORK_PX = 1280
WRONG = 3.0
"""An error of more than this share of the head's width, in per cent, is a wrong alignment."""


def width_of(region: Mask) -> float:
    """Return the longer side of a region."""
    rows, columns = np.nonzero(region)
    return float(max(np.ptp(rows), np.ptp(columns)))


def error_of(matrix: Matrix, pair: Pair) -> float:
    """Return the mean distance over the region between found and true place, in % of the head's width."""
    assert pair.truth is not None  # noqa: S101
    points, target = pair.truth
    distance = np.linalg.norm(carried(matrix, points) - target, axis=1)
    return float(100 * distance.mean() / width_of(pair.baseline_region))


def floor_of(pair: Pair) -> float:
    """Return the error of the homography that fits the truth best."""
    assert pair.truth is not None  # noqa: S101
    best, _ = cv2.findHomography(pair.truth[0].reshape(-1, 1, 2), pair.truth[1].reshape(-1, 1, 2), 0)
    return error_of(np.asarray(best), pair)


@dataclass(frozen=True)
class Score:
    """What came of one pair: error and its floor in % of the head's width, error in mm; None where there is none."""

    name: str
    method: str
    error: float | None
    floor: float | None
    error_mm: float | None
    cpu_s: float


def scored(pair: Pair) -> Score:
    """Align one pair."""
    begun = time.process_time()
    found = align(pair.picture, pair.region, pair.baseline, pair.baseline_region)
    cpu = time.process_time() - begun
    if not isinstance(found, Alignment):
        return Score(pair.name, "refused", None, None, None, cpu)
    if pair.truth is None:
        return Score(pair.name, found.method, None, None, None, cpu)
    error = error_of(found.matrix, pair)
    scale = pair.px_per_mm
    return Score(
        pair.name,
        found.method,
        error,
        floor_of(pair),
        error / 100 * width_of(pair.baseline_region) / scale if scale else None,
        cpu,
    )


@dataclass
class Kept:
    """Scores in a file of lines, so that an interrupted run goes on; those of another version of the code do not count.

    The file may be None: nothing is kept.
    """

    file: Path | None
    about: tuple[object, ...]

    def __post_init__(self) -> None:
        files = (*Path(align_package.__file__).parent.glob("*.py"), *Path(__file__).parent.glob("alignment*.py"))
        code = b"".join(path.read_bytes() for path in sorted(files))
        self.version = hashlib.sha256(code).hexdigest()[:12]
        self.known: dict[str, list[Score]] = {}
        for line in self.file.read_text().splitlines() if self.file and self.file.exists() else ():
            one = json.loads(line)
            self.known[one["key"]] = [Score(**score) for score in one["scores"]]

    def get(self, kind: str, number: int, make: Callable[[], Iterable[Pair]]) -> list[Score]:
        """Return the scores of a group of pairs, made only where they are not kept."""
        key = json.dumps([self.version, *self.about, kind, number])
        if key not in self.known:
            self.known[key] = [scored(pair) for pair in make()]
            if self.file:
                with self.file.open("a") as file:
                    file.write(json.dumps({"key": key, "scores": [asdict(one) for one in self.known[key]]}) + "\n")
        return self.known[key]


def report(kind: str, scores: list[Score], verbose: bool) -> None:
    """Print a line about all pairs of a kind."""
    if not scores:
        return
    laid = [one for one in scores if one.method != "refused"]
    other_people = kind in ("impostors", "strangers", "other head")
    bad = laid if other_people else [one for one in laid if one.error is not None and one.error > WRONG]
    # The flag "aligned_by_outline" says of an alignment that it rests on little.
    silent = [one for one in bad if one.method == "features"]
    if verbose:
        for one in [one for one in scores if one.method == "refused" and not other_people] + bad:
            print(f"  {one}")
    errors = [one.error for one in laid if one.error is not None]
    text = f"{kind:11s} pairs {len(scores):4d}  "
    if errors:
        median, high = np.percentile(errors, [50, 95])
        floor = np.median([one.floor for one in laid if one.floor is not None])
        text += f"error median {median:5.2f} %  p95 {high:5.2f} %  (floor {floor:4.2f} %)  "
    in_mm = [one.error_mm for one in laid if one.error_mm is not None]
    if in_mm:
        text += "median {:.2f} mm  p95 {:.2f} mm  ".format(*np.percentile(in_mm, [50, 95]))
    share = 100 * (1 - 0.05 ** (1 / len(scores))) if not bad else None
    text += (
        f"refused {len(scores) - len(laid):4d}  wrong unflagged {len(silent):3d}  flagged {len(bad) - len(silent):3d}"
    )
    if other_people and share is not None:
        text += f"  (95 % sure: below {share:.1f} % are taken)"
    cpu = [one.cpu_s for one in scores]
    print(f"{text}  CPU median {np.median(cpu):.3f} s  p95 {np.percentile(cpu, 95):.3f} s", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("outlines", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=186)
    parser.add_argument("--impostors", type=int, default=500)
    parser.add_argument("--strangers", type=int, default=500)
    parser.add_argument("--rendered", type=int, default=12, help="rendered heads; 0 for none")
    parser.add_argument("--work-px", type=int, default=WORK_PX)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="file of results: what is in it is not done again")
    parser.add_argument("--cpu-s", type=float, default=np.inf, help="stop after so much CPU time; go on with --keep")
    parser.add_argument("--verbose", action="store_true", help="name each pair that was refused or is wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    folder = options.photos.as_posix() if options.photos else ""
    kept = Kept(options.keep, (folder, options.work_px, options.seed))

    def run(kind: str, count: int, make: Callable[[int], Iterable[Pair]]) -> None:
        scores: list[Score] = []
        for number in range(count):
            if time.process_time() > options.cpu_s:
                break
            scores += kept.get(kind, number, partial(make, number))
        report(kind, scores, options.verbose)

    def of_photos(kind: str) -> Callable[[int], Iterable[Pair]]:
        return lambda number: [photo_pair(heads, kind, number, options.seed)]

    def of_rendered(kind: str) -> Callable[[int], Iterable[Pair]]:
        return lambda number: rendered_pairs(number, size, options.seed, kind != "rendered")

    if options.photos and options.outlines:
        heads = people(options.photos, options.outlines, options.work_px)
        if not heads:
            sys.exit("no photo has an outline")
        counts = (options.pairs, options.pairs, options.impostors, options.strangers)
        for kind, count in zip(KINDS, counts, strict=True):
            run(kind, count, of_photos(kind))
    if options.rendered:
        size = min(options.work_px, 800)
        for kind in ("rendered", "other head"):
            run(kind, options.rendered, of_rendered(kind))


if __name__ == "__main__":
    main()
