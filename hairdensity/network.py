"""The network: scalp and hair of a picture, by the weights that are shipped, run by OpenCV alone.

One small convolutional network answers both questions for each pixel: is this scalp, and how much of it hair covers.
How it was trained, on what, and how well it does, is told in `training/` and in `weights/MODEL_CARD.md`.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Plane, Rgb, Share

WEIGHTS: Final = Path(__file__).with_name("weights") / "scalp.onnx"
STRIDE: Final = 32
"""Sides of what the network sees are multiples of this."""
LARGEST: Final = 1024
"""No picture is shown larger than this, whatever is asked for: memory grows with the area."""

_kept = threading.local()


@dataclass(frozen=True, slots=True)
class Look:
    """What the network sees in a picture.

    Parameters
    ----------
    scalp : Plane
        (rows, columns) float32, 0..1: probability that the pixel is scalp, bare or under hair.
    share : Share
        (rows, columns) float32, 0..1: share of the pixel that hair covers, where it is scalp; else it means nothing.
    """

    scalp: Plane
    share: Share


def look(rgb: Rgb, longest: float, weights: Path = WEIGHTS) -> Look:
    """Return what the network sees in a picture.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8, any size.
    longest : float
        Size at which it is shown to the network, in pixels of the longer side; rounded so that both sides are
        multiples of `STRIDE`, which may squeeze the picture by a few per cent.
    weights : Path
        Another network of the same kind, for benchmarks.

    Returns
    -------
    Look
        At the picture's own size.

    Raises
    ------
    OSError
        If there is no such file of weights.
    """
    rows, columns = rgb.shape[:2]
    shown = shown_shape((rows, columns), longest)
    answer = _run(imaging.resize(rgb, shown), weights)
    scalp, share = (np.clip(imaging.resize(plane, (rows, columns)), 0, 1) for plane in answer)
    return Look(scalp, share)


def shown_shape(shape: tuple[int, int], longest: float) -> tuple[int, int]:
    """Return (rows, columns) at which a picture of this shape is shown to the network."""
    factor = min(longest, LARGEST) / max(shape)
    rows, columns = (max(STRIDE, STRIDE * round(side * factor / STRIDE)) for side in shape)
    return rows, columns


def _run(shown: Rgb, weights: Path) -> tuple[Plane, Plane]:
    """Return both outputs, at half the size of the picture that is shown."""
    net = _net(weights)
    net.setInput(np.ascontiguousarray(shown.astype(np.float32).transpose(2, 0, 1)[None]))
    answer = cast("NDArray[np.float32]", net.forward())
    return np.ascontiguousarray(answer[0, 0]), np.ascontiguousarray(answer[0, 1])


def _net(weights: Path) -> Any:  # noqa: ANN401 (OpenCV's stubs do not name the type in all versions)
    """Return the network, read once in each thread: a network that runs holds the picture it was given."""
    kept: dict[Path, Any] = _kept.__dict__.setdefault("nets", {})
    if weights not in kept:
        kept[weights] = cv2.dnn.readNetFromONNX(np.frombuffer(weights.read_bytes(), np.uint8))
    return kept[weights]
