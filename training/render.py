"""Render scalps with exact truth into a cache folder, for training.

    python training/render.py CACHE [--count N] [--first SEED]

Needs the package hairdensity to be importable. Heads and shots are random, their seeds far from those of tests.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.simulate import random_head, random_shot, render

FIRST_SEED = 700_000
LEAST_REGION = 0.03
"""Share of the picture that scalp must fill."""


@dataclass(frozen=True, slots=True)
class Scalp:
    """One picture and its truth.

    Parameters
    ----------
    rgb : ndarray
        (rows, columns, 3) uint8.
    alpha : ndarray
        (rows, columns) float32: share of each pixel that hair covers.
    region : ndarray
        (rows, columns) bool: the visible scalp, with the hair over it.
    view : str
        Where the camera looked.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    region: NDArray[np.bool_]
    view: str


def outline_of(region: np.ndarray) -> np.ndarray:
    """Return the outline of the largest part of a mask, as corners (x, y)."""
    found = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    longest = max(found, key=cv2.contourArea)
    return longest.reshape(-1, 2).astype(np.float32)


def fill(cache: Path, seeds: range, make: Callable[[int], Scalp]) -> None:
    """Write the scalps of these seeds that a cache folder lacks, where they show enough of one to learn from."""
    cache.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = cache / f"{seed}.npz"
        if path.exists():
            continue
        made = make(seed)
        if made.region.mean() >= LEAST_REGION:
            np.savez_compressed(
                path, rgb=made.rgb, alpha=np.rint(made.alpha * 255).astype(np.uint8), outline=outline_of(made.region),
                view=made.view,
            )  # fmt: skip


def rendered(seed: int, pixels: int) -> Scalp:
    """Return the rendered scalp of a seed; its longer side has so many pixels."""
    shot = random_shot(seed, size=pixels)
    made = render(random_head(seed), shot)
    return Scalp(made.rgb, made.alpha, made.region, shot.view)


def main() -> None:
    """Render what the cache lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--pixels", type=int, default=640)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    fill(given.cache, range(given.first, given.first + given.count), partial(rendered, pixels=given.pixels))


if __name__ == "__main__":
    main()
