"""Coverage of rendered scalps with exact truth: `python benchmarks/rendered.py FOLDER [--heads 60] [--weights FILE]`.

Renders two photos of each head into FOLDER (kept, so that the next run only measures): the head as it is, and the same
shot of it with more or less hair. The seeds are none of those that training uses. Each photo goes the way of one photo
from the work picture on, region found by itself. Prints, with 95 % intervals (bootstrap over heads):

- coverage error (mean, mean absolute, worst tenth), with the region found and with the true one; region and hair IoU;
- slope of measured on true change between the two photos of a head;
- the mean absolute error and bias by skin, hair colour, view, curl and true coverage.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Mask, Rgb, Share
from hairdensity.network import WEIGHTS
from hairdensity.normalise import normalise
from hairdensity.region_network import network_mask
from hairdensity.segment.network import NetworkSegmenter
from hairdensity.simulate import Head, Shot, random_head, random_shot, render

FIRST_SEED = 910_000
REPEATS = 1000


@dataclass(frozen=True, slots=True)
class Photo:
    """One rendered photo and what was measured in it; shares 0..1."""

    head: Head
    shot: Shot
    true: float
    found: float
    given: float
    region_iou: float
    hair_iou: float


def main() -> None:
    """Render what is missing, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heads", type=int, default=60)
    parser.add_argument("--pixels", type=int, default=640)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    pairs = []
    for seed in range(FIRST_SEED, FIRST_SEED + given.heads):
        pair = [measured(seed, more, given.pixels, given.folder, given.weights) for more in (False, True)]
        if pair[0] is not None and pair[1] is not None:
            pairs.append((pair[0], pair[1]))
    table(pairs)


def scene(seed: int, more: bool, pixels: int) -> tuple[Head, Shot]:
    """Return the head and the shot of one photo; `more` the same head with other vigour."""
    head, shot = random_head(seed), random_shot(seed, size=pixels)
    change = float(np.random.default_rng(seed).choice((-1, 1)) * 0.35)
    return replace(head, vigour=head.vigour + change) if more else head, shot


def measured(seed: int, more: bool, pixels: int, folder: Path, weights: Path) -> Photo | None:
    """Return one photo with its truth; None where it shows hardly any scalp."""
    head, shot = scene(seed, more, pixels)
    path = folder / f"{seed}{'b' if more else 'a'}.npz"
    if not path.exists():
        made = render(head, shot)
        np.savez_compressed(path, rgb=made.rgb, alpha=np.rint(made.alpha * 255).astype(np.uint8), region=made.region)
    stored = np.load(path)
    rgb, region, alpha = stored["rgb"], stored["region"], stored["alpha"] / np.float32(255)
    if region.mean() < 0.03:
        return None
    mask, _ = network_mask(rgb, weights)
    found, given = shares(rgb, mask, weights), shares(rgb, region, weights)
    hair = alpha >= 0.5
    return Photo(
        head=head,
        shot=shot,
        true=float(alpha[region].mean()),
        found=float(found[mask].mean()) if mask.any() else float("nan"),
        given=float(given[region].mean()),
        region_iou=iou(mask, region),
        hair_iou=iou((given >= 0.5) & region, hair & region),
    )


def shares(rgb: Rgb, mask: Mask, weights: Path) -> Share:
    """Return the share of each pixel that hair covers, as `analyze` would."""
    return NetworkSegmenter(weights)(normalise(rgb, mask).balanced, mask).share


def iou(one: Mask, other: Mask) -> float:
    """Return intersection over union; 1 where both are empty."""
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def table(pairs: list[tuple[Photo, Photo]]) -> None:
    """Print the figures."""
    lines: list[tuple[str, Callable[[list[tuple[Photo, Photo]]], float]]] = [
        ("coverage error, mean absolute, pp", lambda p: float(np.nanmean(np.abs(errors(p, "found"))))),
        ("coverage error, worst tenth above, pp", lambda p: float(np.nanquantile(np.abs(errors(p, "found")), 0.9))),
        ("coverage error, mean, pp", lambda p: float(np.nanmean(errors(p, "found")))),
        ("the same in the true region: mean absolute, pp", lambda p: float(np.abs(errors(p, "given")).mean())),
        ("the same in the true region: worst tenth, pp", lambda p: float(np.quantile(np.abs(errors(p, "given")), 0.9))),
        ("the same in the true region: mean, pp", lambda p: float(errors(p, "given").mean())),
        ("region IoU, mean", lambda p: float(np.mean([x.region_iou for pair in p for x in pair]))),
        ("hair IoU, mean", lambda p: float(np.mean([x.hair_iou for pair in p for x in pair]))),
        ("slope of measured on true change", lambda p: slope(p, "found")),
        ("slope in the true region", lambda p: slope(p, "given")),
    ]
    rng = np.random.default_rng(0)
    print(f"{len(pairs)} heads, two photos each")
    for name, score in lines:
        draws = [score([pairs[i] for i in rng.integers(len(pairs), size=len(pairs))]) for _ in range(REPEATS)]
        low, high = np.nanquantile(draws, (0.025, 0.975))
        print(f"  {name:48s} {score(pairs):8.3f}   {low:8.3f} to {high:8.3f}")
    photos = [photo for pair in pairs for photo in pair]
    groups: list[tuple[str, Callable[[Photo], str]]] = [
        ("skin", lambda x: ["I..II", "III..IV", "V..VI"][min(2, int((x.head.fitzpatrick - 1) // 1.67))]),
        ("hair", lambda x: "mostly grey" if x.head.grey_share > 0.5 else x.head.hair_colour),
        ("view", lambda x: x.shot.view),
        ("curl", lambda x: "straight" if x.head.curl < 0.3 else "wavy" if x.head.curl < 0.6 else "coiled"),
        ("true coverage", lambda x: f"{25 * min(3, int(4 * x.true)):3d} % and more"),
    ]
    print("  in the true region, by:                             photos   |error|      bias")
    for title, kind in groups:
        for name in sorted({kind(x) for x in photos}):
            error = np.array([100 * (x.given - x.true) for x in photos if kind(x) == name])
            label = f"{title}: {name}"
            print(f"  {label:48s} {len(error):8d} {np.abs(error).mean():9.1f} {error.mean():+9.1f}")


def errors(pairs: list[tuple[Photo, Photo]], which: str) -> NDArray[np.float64]:
    """Return measured minus true coverage of all photos, in points."""
    return np.array([100 * (getattr(x, which) - x.true) for pair in pairs for x in pair])


def slope(pairs: list[tuple[Photo, Photo]], which: str) -> float:
    """Return the slope through zero of measured on true change between the two photos of a head."""
    change = np.array([(b.true - a.true, getattr(b, which) - getattr(a, which)) for a, b in pairs])
    change = change[~np.isnan(change[:, 1])]
    return float((change[:, 0] @ change[:, 1]) / max(1e-9, change[:, 0] @ change[:, 0]))


if __name__ == "__main__":
    main()
