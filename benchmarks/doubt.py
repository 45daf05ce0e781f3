"""How far the doubt of the network is from its errors: `benchmarks/doubt.py DATA --folds RUNS [--scalps FOLDER]`.

DATA and RUNS as for `heads.py`, FOLDER as for `rendered.py` (its photos are measured, none are rendered here; without
it real heads alone are measured). For each whole photo (real ones with four squares or more in the region found,
rendered and textured scalps with the region given) the error of the mean share stands against what
`hairdensity.segment.network.doubt` is made of: the least, how much is half covered, how far the two looks differ.
Prints how often the 95 % interval holds the truth with the constants in use, and the constants under which the errors
of all kinds, each kind counting alike, are likeliest.
"""

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from heads import KINDS, read_cases
from textured import FIRST_SEED, textured

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb
from hairdensity.intervals import Z95
from hairdensity.masks import box_around, longer_side
from hairdensity.measure import UNSURE_SHARED
from hairdensity.normalise import normalise
from hairdensity.region_network import network_mask
from hairdensity.segment.network import DOUBT_APART, DOUBT_LEAST, DOUBT_MIXED, MARGIN, two_looks

READERS_SD, READERS_SHARED_SD = 0.06, 0.015
"""Scatter of a square's reading, and what all readings of a photo share."""
LEAST_SQUARES = 4
GRID = ((0.01, 0.02, 0.03, 0.04), (0.0, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2), (0.0, 0.5, 1.0, 1.5, 2.0, 3.0))


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: its kind, error and the variance of what it was compared with; what the doubt is made of (shares)."""

    kind: str
    error: float
    truth_variance: float
    mixed: float
    apart: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--scalps", type=Path)
    parser.add_argument("--textured", type=int, default=60)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    photos = list(real(given.data, given.folds))
    if given.scalps:
        photos += made(given.scalps, given.folds / "fold0.onnx", given.textured)
    kinds = sorted({p.kind for p in photos})
    print("kind        photos    bias     rms  pp;  correlation of |error| with: half covered, looks apart")
    for kind in kinds:
        mine = [p for p in photos if p.kind == kind]
        error, mixed, apart = (np.array([getattr(p, name) for p in mine]) for name in ("error", "mixed", "apart"))
        related = [float(np.corrcoef(np.abs(error), x)[0, 1]) for x in (mixed, apart)]
        print(
            f"{kind:12s}{len(mine):6d}{100 * error.mean():+8.1f}{100 * np.sqrt((error**2).mean()):8.1f}"
            f"{related[0]:20.2f}{related[1]:8.2f}"
        )
    found = max(itertools.product(*GRID), key=lambda constants: likelihood(photos, kinds, constants))
    for what, constants in (("in use", (DOUBT_LEAST, DOUBT_MIXED, DOUBT_APART)), ("likeliest", found)):
        held = {k: np.mean([inside(p, constants) for p in photos if p.kind == k]) for k in kinds}
        wide = 100 * Z95 * np.mean([deviation(p, constants) for p in photos])
        print(
            f"{what}: least {constants[0]}, mixed {constants[1]}, apart {constants[2]}: +-{wide:.1f} points holds",
            end=" ",
        )
        print(", ".join(f"{k} {100 * v:.0f} %" for k, v in held.items()))


def deviation(photo: Photo, constants: tuple[float, float, float]) -> float:
    """Return the standard deviation of a photo's coverage under these constants."""
    least, mixed, apart = constants
    return UNSURE_SHARED * (least + mixed * photo.mixed + apart * photo.apart)


def inside(photo: Photo, constants: tuple[float, float, float]) -> bool:
    """Return whether the interval holds the truth, the truth's own scatter allowed for."""
    spread = np.sqrt(deviation(photo, constants) ** 2 + photo.truth_variance)
    return bool(abs(photo.error) < Z95 * spread)


def likelihood(photos: list[Photo], kinds: list[str], constants: tuple[float, float, float]) -> float:
    """Return the log likelihood of the errors as normal ones, averaged over photos of a kind and then over kinds."""
    variance = {p: deviation(p, constants) ** 2 + p.truth_variance for p in photos}
    each = {p: -0.5 * p.error**2 / variance[p] - 0.5 * np.log(variance[p]) for p in photos}
    return float(np.mean([np.mean([each[p] for p in photos if p.kind == k]) for k in kinds]))


def real(data: Path, folds: Path) -> Iterator[Photo]:
    """Yield the photos read by hand."""
    for kind in KINDS:
        for case in read_cases(data / kind, folds):
            mask, _ = network_mask(case.rgb, case.weights)
            if not mask.any():
                continue
            share, mixed, apart = looked(case.rgb, mask, case.weights)
            errors = []
            for x, y, side, read in case.squares:
                part = np.s_[int(y) : int(y + side), int(x) : int(x + side)]
                if mask[part].mean() > 0.8:
                    errors.append(float(share[part][mask[part]].mean()) - read / 100)
            if len(errors) >= LEAST_SQUARES:
                variance = READERS_SD**2 / len(errors) + READERS_SHARED_SD**2
                yield Photo(kind, float(np.mean(errors)), variance, mixed, apart)


def made(folder: Path, weights: Path, count: int) -> Iterator[Photo]:
    """Yield the rendered scalps of a folder, and textured ones."""
    for path in sorted(folder.glob("*.npz")):
        stored = np.load(path)
        region, alpha = stored["region"], stored["alpha"] / np.float32(255)
        if region.mean() >= 0.03:
            share, mixed, apart = looked(stored["rgb"], region, weights)
            yield Photo("rendered", float((share - alpha)[region].mean()), 0.0, mixed, apart)
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        scalp = textured(seed)
        share, mixed, apart = looked(scalp.rgb, scalp.region, weights)
        yield Photo("textured", float((share - scalp.alpha)[scalp.region].mean()), 0.0, mixed, apart)


def looked(rgb: Rgb, mask: Mask, weights: Path) -> tuple[np.ndarray, float, float]:
    """Return the mean share of the two looks, and over the region: how much is half covered, how far they differ."""
    size, box = longer_side(mask), box_around(mask, MARGIN)
    crop = np.ascontiguousarray(normalise(rgb, mask).balanced[box])
    shown = max(crop.shape[:2]) / size
    far, near = two_looks(crop, shown, weights)
    wide = max(0.5, 0.03 * size)
    mean, apart = imaging.blur((far + near) / 2, wide), imaging.blur(np.abs(far - near), wide)
    share = np.zeros(mask.shape, np.float32)
    share[box] = (far + near) / 2
    inner = mask[box]
    return share, float((4 * mean * (1 - mean))[inner].mean()), float(apart[inner].mean())


if __name__ == "__main__":
    main()
