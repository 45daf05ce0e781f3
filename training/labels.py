"""Hand labels of the training photos: one compact file, keyed by the photos' names at their source.

Coordinates are pixels of the 640 x 640 source photos, origin at the upper left corner.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from repaint import Tones, tones_of

LABELS = Path(__file__).with_name("labels.json")


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo and all that was read from it by eye.

    Parameters
    ----------
    man, view : str
        Whose head, and whether from the top or the back.
    rgb : ndarray
        (640, 640, 3) uint8.
    outline : ndarray
        (n, 2) float32: corners of the scalp's outline.
    squares : ndarray
        (n, 5) float32: left, top, size, share covered 0..1, number of readers.
    points : ndarray
        (n, 3) float32: x, y, share covered; doubtful ones are nearer to one half.
    dense, bare : tuple of ndarray
        Polygons of clearly dense hair and clearly bare skin.
    alpha : ndarray or None
        (rows, columns) uint8: exact share, 255 for all, for rendered pictures.
    tones : Tones or None
        Colours of skin and hair, where both were labelled.
    """

    man: str
    view: str
    rgb: NDArray[np.uint8]
    outline: NDArray[np.float32]
    squares: NDArray[np.float32]
    points: NDArray[np.float32]
    dense: tuple[NDArray[np.float32], ...]
    bare: tuple[NDArray[np.float32], ...]
    alpha: NDArray[np.uint8] | None = None
    tones: Tones | None = None


POINT_SHARE = {"H": 0.97, "h": 0.72, "s": 0.28, "S": 0.02}


def fold_of(man: str) -> int:
    """Return which third of the men this one belongs to: 0, 1 or 2, by his name alone."""
    return zlib.crc32(man.encode()) % 3


def find_photo(photos: Path, source: str, man: str, view: str) -> Path:
    """Return a photo's file: in a checkout of the source, or in a folder `heads` or `backs` by the man's name.

    Raises
    ------
    FileNotFoundError
        If it is in neither.
    """
    folder = photos / {"top": "heads", "back": "backs"}[view] / "photos"
    for path in (photos / source, *sorted(folder.glob(f"{man}.*"))):
        if path.exists():
            return path
    raise FileNotFoundError(f"{source} is not in {photos}: see training/README.md for how to get the photos")


def load(photos: Path, men: Iterable[str] | None = None) -> list[Sample]:
    """Return the samples of these men (all, if None), in a fixed order."""
    wanted = None if men is None else set(men)
    samples = []
    for source, entry in json.loads(LABELS.read_text()).items():
        if wanted is not None and entry["man"] not in wanted:
            continue
        path = find_photo(photos, source, entry["man"], entry["view"])
        bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
        rgb = np.ascontiguousarray(bgr[:, :, ::-1])
        points = [(x, y, POINT_SHARE[label]) for x, y, label in entry["points"] if label in POINT_SHARE]
        samples.append(
            Sample(
                man=entry["man"],
                view=entry["view"],
                rgb=rgb,
                outline=np.array(entry["outline"], np.float32),
                squares=np.array([(x, y, s, c / 100, n) for x, y, s, c, n in entry["squares"]], np.float32),
                points=np.array(points, np.float32).reshape(-1, 3),
                dense=tuple(np.array(p, np.float32) for p in entry["dense"]),
                bare=tuple(np.array(p, np.float32) for p in entry["bare"]),
                tones=tones_of(rgb, _clear(rgb, entry, "bare"), _clear(rgb, entry, "dense")),
            )
        )
    return samples


def _clear(rgb: NDArray[np.uint8], entry: dict[str, Any], kind: str) -> NDArray[np.bool_]:
    """Return the pixels that were read as clearly bare or clearly dense: polygons, sure points, even squares."""
    mask = np.zeros(rgb.shape[:2], np.uint8)
    for polygon in entry[kind]:
        cv2.fillPoly(mask, [np.rint(np.array(polygon)).astype(np.int32)], 1)
    for x, y, label in entry["points"]:
        if label == {"bare": "S", "dense": "H"}[kind]:
            cv2.circle(mask, (x, y), 4, 1, -1)
    for x, y, side, share, _ in entry["squares"]:
        if share <= 6 if kind == "bare" else share >= 94:
            mask[y : y + side, x : x + side] = 1
    return mask > 0


def all_men() -> list[str]:
    """Return the names of all labelled men, sorted."""
    return sorted({entry["man"] for entry in json.loads(LABELS.read_text()).values()})
