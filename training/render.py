"""Render scalps with exact truth into a cache folder, for training.

    python training/render.py CACHE [--count N] [--first SEED]

Needs the package hairdensity to be importable. Heads and shots are random, their seeds far from those of tests.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from hairdensity.simulate import random_head, random_shot, render

FIRST_SEED = 700_000


def outline_of(region: np.ndarray) -> np.ndarray:
    """Return the outline of the largest part of a mask, as corners (x, y)."""
    found = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    longest = max(found, key=cv2.contourArea)
    return longest.reshape(-1, 2).astype(np.float32)


def main() -> None:
    """Render what the cache lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--pixels", type=int, default=640)
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    for seed in range(given.first, given.first + given.count):
        path = given.cache / f"{seed}.npz"
        if path.exists():
            continue
        shot = random_shot(seed, size=given.pixels)
        made = render(random_head(seed), shot)
        if made.region.mean() < 0.03:
            continue
        np.savez_compressed(
            path, rgb=made.rgb, alpha=np.rint(made.alpha * 255).astype(np.uint8), outline=outline_of(made.region),
            view=shot.view,
        )  # fmt: skip


if __name__ == "__main__":
    main()
