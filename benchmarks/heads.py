"""The network against hand labels on real heads: `python benchmarks/heads.py DATA [--folds RUNS] [--light] [--sizes]`.

    [--worst PAGE.png]

DATA holds heads/ and backs/, each with photos/, scalp.json, patches.csv, ambiguous.txt and, for heads, points.csv, as
`training/README.md` tells. RUNS holds fold0.onnx, fold1.onnx, fold2.onnx, each trained without one third of the men:
every man is then measured by the network that has not seen him. Folds that are not there are left out, with their men.
Without `--folds` the shipped weights are used, which have seen all of these men: a check that they work, no evidence.

Prints each score with its 95 % interval (bootstrap over men). `--light` adds how far coverage moves when the photo's
light, turn or file changes, the region being found anew; `--sizes` the same for other sizes of the photo, 4000 to 320
pixels. `--worst` draws the twenty photos with the worst regions and the worst squares, ours over the hand's.
DATA/patches, where it is there (photos/, scalp/, loss/: clinic photos, never learned from), is scored as well.
"""

import argparse
import csv
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb, Share
from hairdensity.network import WEIGHTS
from hairdensity.normalise import normalise
from hairdensity.region_network import network_mask
from hairdensity.segment.network import NetworkSegmenter
from hairdensity.settings import Settings

KINDS = ("heads", "backs")
LAYERS = ("scalp", "loss")
REPEATS = 1000
LEAST_MEN = 9
"""Of fewer men whose lightness of skin or hair is known, thirds say nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One photo, its labels and the network that may judge it."""

    man: str
    rgb: Rgb
    outline: Mask
    clear: bool
    squares: NDArray[np.float64]
    points: tuple[tuple[int, int, str], ...]
    weights: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What one man's photo gave: figures that are averaged over men, and rows that are pooled."""

    man: str
    iou: float
    clear: bool
    squares: NDArray[np.float64]
    points: NDArray[np.float64]
    skin: float
    hair: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--sizes", action="store_true")
    parser.add_argument("--worst", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.folds is None:
        print("shipped weights, which were trained on these men: no evidence")
    worst: list[tuple[Case, Found]] = []
    for kind in KINDS:
        cases = list(read_cases(given.data / kind, given.folds))
        if not cases:
            continue
        print(f"\n{kind}: {len(cases)} photos")
        found = [judge(case) for case in cases]
        table(kind, found)
        calibration(found)
        worst += list(zip(cases, found, strict=True))
        if given.light:
            shifts(cases, ALTERED)
        if given.sizes:
            shifts(cases, SIZES)
    for weights in sorted({case.weights for case, _ in worst}):
        clinic(given.data / "patches", weights)
    if given.worst:
        cv2.imwrite(str(given.worst), worst_page(worst)[:, :, ::-1])


def read_cases(folder: Path, folds: Path | None) -> Iterator[Case]:
    """Yield the photos of a folder with their labels."""
    outlines = json.loads((folder / "scalp.json").read_text())
    ambiguous = set((folder / "ambiguous.txt").read_text().split())
    squares, points = rows(folder / "patches.csv"), rows(folder / "points.csv")
    for man, outline in sorted(outlines.items()):
        weights = WEIGHTS if folds is None else folds / f"fold{zlib.crc32(man.encode()) % 3}.onnx"
        if not weights.exists():
            continue
        rgb = imaging.decode_rgb(next((folder / "photos").glob(f"{man}.*")).read_bytes())
        drawn = cv2.fillPoly(np.zeros(rgb.shape[:2], np.uint8), [np.asarray(outline, np.int32)], 1) > 0
        own = [[float(r[k]) for k in ("x", "y", "size", "coverage")] for r in squares if r["photo"] == man]
        seen = tuple((int(r["x"]), int(r["y"]), r["label"]) for r in points if r["photo"] == man)
        yield Case(man, rgb, drawn, man not in ambiguous, np.array(own).reshape(-1, 4), seen, weights)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def measure(rgb: Rgb, weights: Path) -> tuple[Mask, Share]:
    """Return region and hair share at the picture's size, by the way of one photo."""
    work = imaging.shrink(rgb, Settings().work_px)
    mask, _ = network_mask(work, weights)
    share = NetworkSegmenter(weights)(normalise(work, mask).balanced, mask).share
    return imaging.resize_mask(mask, rgb.shape[:2]), imaging.resize(share, rgb.shape[:2])


def judge(case: Case) -> Found:
    """Return what a photo gave against its labels."""
    mask, share = measure(case.rgb, case.weights)
    got, lightness = [], cv2.cvtColor(case.rgb, cv2.COLOR_RGB2LAB)[:, :, 0] / 2.55
    for x, y, size, read in case.squares.astype(float):
        box = np.s_[int(y) : int(y + size), int(x) : int(x + size)]
        if mask[box].mean() > 0.8:
            got.append((read, 100 * float(share[box][mask[box]].mean()), float(np.median(lightness[box]))))
    squares = np.array(got).reshape(-1, 3)
    bare, dense = squares[squares[:, 0] < 8, 2], squares[squares[:, 0] > 85, 2]
    points = [("HShsBF".index(label), mask[y, x], share[y, x] >= 0.5) for x, y, label in case.points]
    return Found(
        man=case.man,
        iou=float((mask & case.outline).sum() / max(1, (mask | case.outline).sum())),
        clear=case.clear,
        squares=squares,
        points=np.array(points, float).reshape(-1, 3),
        skin=float(np.median(bare)) if len(bare) else np.nan,
        hair=float(np.median(dense)) if len(dense) else np.nan,
    )


def table(kind: str, found: list[Found]) -> None:
    """Print the scores of one kind of photo."""
    tones = [
        (f"squares, {which} third of {what}: bias, pp", partial(by_tone, what=what, third=third))
        for what in ("skin", "hair")
        if sum(not np.isnan(getattr(x, what)) for x in found) >= LEAST_MEN
        for third, which in enumerate(("darkest", "middle", "lightest"))
    ]
    lines: list[tuple[str, Callable[[list[Found]], float]]] = [
        ("region IoU, mean", lambda f: float(np.mean([x.iou for x in f]))),
        ("region IoU, 10th percentile", lambda f: float(np.quantile([x.iou for x in f], 0.1))),
        ("region IoU, clear hairline", lambda f: mean_of([x.iou for x in f if x.clear])),
        ("squares: bias, pp", lambda f: float(np.mean(errors(f)))),
        ("squares: rms, pp", lambda f: float(np.sqrt(np.mean(np.square(errors(f)))))),
        ("squares: slope", slope),
        ("squares read 0..10 %: bias, pp", lambda f: between(f, 0, 10)),
        ("squares read 10..40 %: bias, pp", lambda f: between(f, 10, 40)),
        ("squares read 40..80 %: bias, pp", lambda f: between(f, 40, 80)),
        ("squares read 80..100 %: bias, pp", lambda f: between(f, 80, 101)),
        ("a man's mean over his squares: rms, pp", per_man),
        *tones,
    ]
    if kind == "heads":
        lines += [
            ("sure points: balanced accuracy", lambda f: accuracy(f, 0, 1)),
            ("weak points: balanced accuracy", lambda f: accuracy(f, 2, 3)),
            ("background and face taken for scalp", lambda f: mean_of(list(pooled(f)[pooled(f)[:, 0] >= 4, 1]))),
        ]
    rng = np.random.default_rng(0)
    for name, score in lines:
        draws = [score([found[i] for i in rng.integers(len(found), size=len(found))]) for _ in range(REPEATS)]
        low, high = np.nanquantile(draws, (0.025, 0.975))
        print(f"  {name:44s} {score(found):8.3f}   {low:8.3f} to {high:8.3f}")


def calibration(found: list[Found]) -> None:
    """Print what was read where the network said so much: equal, if the map means what it says."""
    squares = np.vstack([x.squares for x in found])
    print("  squares that the network calls               read     n")
    for low, high in ((0, 5), (5, 15), (15, 30), (30, 50), (50, 70), (70, 85), (85, 95), (95, 101)):
        chosen = squares[(squares[:, 1] >= low) & (squares[:, 1] < high)]
        if len(chosen):
            said = f"{low}..{min(high, 100)} %, {chosen[:, 1].mean():.1f} on average"
            print(f"  {said:40s} {chosen[:, 0].mean():8.1f} {len(chosen):5d}")


def clinic(folder: Path, weights: Path) -> None:
    """Print how bald areas of clinic photos agree with doctors' outlines."""
    ious, errors_pp = [], []
    for path in sorted((folder / "photos").glob("*.png")):
        scalp, loss = (imaging.decode_gray((folder / part / path.name).read_bytes()) > 0 for part in LAYERS)
        rgb = imaging.decode_rgb(path.read_bytes())
        mask, share = measure(rgb, weights)
        seen = mask & scalp
        # Doctors outline areas, not strands: the picture of hair is smoothed over 3 % of its width.
        smooth = 0.015 * rgb.shape[1]
        known, hair = (imaging.blur(p.astype(np.float32), smooth) for p in (mask, (share >= 0.5) & mask))
        bald, truth = (hair < 0.5 * known) & seen, loss & seen
        errors_pp.append(100 * float(bald.sum() - truth.sum()) / max(1, seen.sum()))
        if max(bald.sum(), truth.sum()) > 0.02 * seen.sum():
            ious.append(float((bald & truth).sum() / (bald | truth).sum()))
    if ious:
        print(
            f"\nclinic photos, {weights.stem}: {len(errors_pp)}; bald area IoU {np.mean(ious):.3f}, share off by "
            f"{np.mean(np.abs(errors_pp)):.1f} pp, bias {np.mean(errors_pp):+.1f} pp"
        )


def worst_page(judged: list[tuple[Case, Found]], count: int = 10, side: int = 320) -> Rgb:
    """Return a page: ten photos with the worst regions, ten with the worst squares, ours in red, the hand's in green.

    Below each photo the share that hair covers, with what was read and what was found in each square.
    """

    def rms(found: Found) -> float:
        return float(np.sqrt(np.mean(np.square(errors([found]))))) if len(found.squares) else 0.0

    rows = (sorted(judged, key=lambda x: x[1].iou)[:count], sorted(judged, key=lambda x: -rms(x[1]))[:count])
    return np.vstack([np.hstack([_tile(case, found, rms(found), side) for case, found in row]) for row in rows])


def _tile(case: Case, found: Found, rms: float, side: int) -> Rgb:
    mask, share = measure(case.rgb, case.weights)
    shown = case.rgb.copy()
    for drawn, colour in ((mask, (255, 0, 0)), (case.outline, (0, 255, 0))):
        lines = cv2.findContours(drawn.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        cv2.drawContours(shown, lines, -1, colour, 4)
    grey = np.where(mask, 255 * share, 80 * share).astype(np.uint8)
    below = np.repeat(grey[:, :, None], 3, 2)
    for x, y, size, read in case.squares:
        here = 100 * float(share[int(y) : int(y + size), int(x) : int(x + size)].mean())
        cv2.rectangle(below, (int(x), int(y)), (int(x + size), int(y + size)), (0, 160, 255), 1)
        text = f"{read:.0f}/{here:.0f}"
        cv2.putText(below, text, (int(x) - 4, int(y) + 28), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 200, 0), 2)
    title = f"{case.man} IoU {found.iou:.2f} rms {rms:.0f}"
    cv2.putText(shown, title, (6, 34), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (255, 0, 255), 3)
    return np.vstack([cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in (shown, below)])


def mean_of(values: list[float]) -> float:
    """Return the mean; NaN of nothing."""
    return float(np.mean(values)) if values else float("nan")


def errors(found: list[Found]) -> NDArray[np.float64]:
    """Return ours minus read, over all squares."""
    squares = np.vstack([x.squares for x in found])
    return np.asarray(squares[:, 1] - squares[:, 0])


def slope(found: list[Found]) -> float:
    """Return the slope of ours on read."""
    squares = np.vstack([x.squares for x in found])
    return float(np.polyfit(squares[:, 0], squares[:, 1], 1)[0])


def between(found: list[Found], low: float, high: float) -> float:
    """Return the mean error over squares read between two values."""
    squares = np.vstack([x.squares for x in found])
    return mean_of([b - a for a, b, _ in squares if low <= a < high])


def per_man(found: list[Found]) -> float:
    """Return the root mean square of the error of each man's mean."""
    means = [float((x.squares[:, 1] - x.squares[:, 0]).mean()) for x in found if len(x.squares) >= 4]
    return float(np.sqrt(np.mean(np.square(means))))


def by_tone(found: list[Found], what: str, third: int) -> float:
    """Return the mean error over the men whose skin or hair is in one third of lightness, as photographed."""
    known = [x for x in found if not np.isnan(getattr(x, what))]
    cuts = np.quantile([getattr(x, what) for x in known], (1 / 3, 2 / 3)) if known else (0, 0)
    chosen = [x for x in known if int(np.searchsorted(cuts, getattr(x, what))) == third and len(x.squares)]
    return float(np.mean(errors(chosen))) if chosen else float("nan")


def pooled(found: list[Found]) -> NDArray[np.float64]:
    """Return all points: label, whether it is in the region, whether it is hair."""
    return np.vstack([x.points for x in found])


def accuracy(found: list[Found], hair: int, skin: int) -> float:
    """Return the balanced accuracy over the points of two labels: sure ones inside the region, weak ones wherever."""
    points = pooled(found)
    if hair == 0:
        points = points[points[:, 1] > 0]
    right = points[:, 1] * np.where(points[:, 0] == hair, points[:, 2], 1 - points[:, 2])
    return float(np.mean([mean_of(list(right[points[:, 0] == label])) for label in (hair, skin)]))


def linear_gain(rgb: Rgb, gains: NDArray[np.float64]) -> Rgb:
    """Return the picture with linear light multiplied by gains, by channel or by pixel."""
    linear = (rgb / 255.0) ** 2.2 * gains
    return np.asarray(np.rint(255 * np.clip(linear, 0, 1) ** (1 / 2.2)), np.uint8)


def side_light(rgb: Rgb) -> Rgb:
    """Return the picture lit from the left: 1.3 times the light there, 0.7 times at the right."""
    return linear_gain(rgb, np.linspace(1.3, 0.7, rgb.shape[1])[None, :, None])


def turned(rgb: Rgb) -> Rgb:
    """Return the picture turned by 10 degrees about its middle, its border continued."""
    matrix = cv2.getRotationMatrix2D((rgb.shape[1] / 2, rgb.shape[0] / 2), 10, 1)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def jpeg_40(rgb: Rgb) -> Rgb:
    """Return the picture after a JPEG of quality 40."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR))


def sized(longest: int) -> Callable[[Rgb], Rgb]:
    """Return what makes a picture's longer side this long."""

    def change(rgb: Rgb) -> Rgb:
        factor = longest / max(rgb.shape[:2])
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=how))

    return change


ALTERED: dict[str, Callable[[Rgb], Rgb]] = {
    "exposure +20 %": lambda rgb: linear_gain(rgb, np.array([1.2])),
    "exposure -20 %": lambda rgb: linear_gain(rgb, np.array([0.8])),
    "warm light": lambda rgb: linear_gain(rgb, np.array([1.15, 1.0, 0.8])),
    "cool light": lambda rgb: linear_gain(rgb, np.array([0.85, 1.0, 1.2])),
    "side light": side_light,
    "turned by 10 degrees": turned,
    "JPEG 40": jpeg_40,
}
SIZES: dict[str, Callable[[Rgb], Rgb]] = {f"{n} px": sized(n) for n in (4000, 2000, 1000, 480, 320)}


def shifts(cases: list[Case], changes: dict[str, Callable[[Rgb], Rgb]]) -> None:
    """Print how far the coverage of the region moves when a photo is changed."""
    before = [covered(case.rgb, case.weights) for case in cases]
    print(f"  {'shift of coverage, pp':44s} {'mean |shift|':>14s} {'90th pct':>9s} {'mean':>7s}")
    for name, change in changes.items():
        after = [covered(change(case.rgb), case.weights) for case in cases]
        moved = 100 * (np.array(after) - np.array(before))
        moved = moved[~np.isnan(moved)]
        size = np.abs(moved)
        print(f"  {name:44s} {size.mean():14.2f} {np.quantile(size, 0.9):9.2f} {moved.mean():+7.2f}")


def covered(rgb: Rgb, weights: Path) -> float:
    """Return the coverage of a photo's region; NaN where there is none."""
    mask, share = measure(rgb, weights)
    return float(share[mask].mean(dtype=np.float64)) if mask.any() else float("nan")


if __name__ == "__main__":
    main()
