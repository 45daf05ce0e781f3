"""The network: scalp and hair of a picture, by the weights that are shipped, run by OpenCV.

One small convolutional network answers both questions for each pixel: is this scalp, and how much of it hair covers.
ONNX Runtime, where it is installed and asked for, gives the same answer within 1e-5 for a third less work.
How it was trained, on what, and how well it does, is told in `training/` and in `weights/MODEL_CARD.md`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.arrays import Plane, Rgb, Share
from hairdensity.methods import Runtime

WEIGHTS: Final = Path(__file__).with_name("weights") / "scalp.onnx"
STRIDE: Final = 32
"""Sides of what the network sees are multiples of this."""
LARGEST: Final = 1024
"""No picture is shown larger than this, whatever is asked for: memory grows with the area."""
FIXED_SIDE: Final = b"\x0a\x03\x08\xa0\x02"
OPEN_SIDE: Final = b"\x0a\x03\x12\x01s"
"""How the file says that a side of the picture is 288 (OpenCV takes it as an example, and version 4 demands one), and
how it would say that any will do (ONNX Runtime demands that)."""

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


def look(
    rgb: Rgb,
    longest: float,
    weights: Path = WEIGHTS,
    runtime: Runtime = "opencv",
    shape: tuple[int, int] | None = None,
) -> Look:
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
    runtime : {"opencv", "onnxruntime"}
        What computes the answer.
    shape : tuple of int, optional
        (rows, columns) of the answer; default: the picture's own.

    Returns
    -------
    Look
        At that size. The network itself answers at half the size at which the picture is shown.

    Raises
    ------
    OSError
        If there is no such file of weights.
    ModuleNotFoundError
        If ONNX Runtime is asked for and not installed.
    """
    own = (rgb.shape[0], rgb.shape[1])
    shown = shown_shape(own, longest)
    picture = np.ascontiguousarray(imaging.resize(rgb, shown).astype(np.float32).transpose(2, 0, 1)[None])
    answer = _runner(weights, runtime)(picture)
    scalp, share = (np.clip(imaging.resize(np.ascontiguousarray(plane), shape or own), 0, 1) for plane in answer[0])
    return Look(scalp, share)


def shown_shape(shape: tuple[int, int], longest: float) -> tuple[int, int]:
    """Return (rows, columns) at which a picture of this shape is shown to the network."""
    factor = min(longest, LARGEST) / max(shape)
    rows, columns = (max(STRIDE, STRIDE * round(side * factor / STRIDE)) for side in shape)
    return rows, columns


def _runner(weights: Path, runtime: Runtime) -> Callable[[Plane], Plane]:
    """Return what computes the answer, (1, 2, rows / 2, columns / 2), to a picture, (1, 3, rows, columns).

    Read once in each thread: a network that runs holds the picture it was given.
    """
    kept: dict[tuple[Path, str], Callable[[Plane], Plane]] = _kept.__dict__.setdefault("runners", {})
    if (weights, runtime) not in kept:
        data = weights.read_bytes()
        kept[weights, runtime] = _by_opencv(data) if runtime == "opencv" else _by_onnxruntime(data)
    return kept[weights, runtime]


def _by_opencv(data: bytes) -> Callable[[Plane], Plane]:
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))

    def answer(picture: Plane) -> Plane:
        net.setInput(picture)
        return cast("Plane", net.forward())

    return answer


def _by_onnxruntime(data: bytes) -> Callable[[Plane], Plane]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Photos are measured side by side in as many processes as there are cores: more threads would only get in the way.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session: Any = onnxruntime.InferenceSession(
        data.replace(FIXED_SIDE, OPEN_SIDE), options, providers=["CPUExecutionProvider"]
    )
    return lambda picture: cast("Plane", session.run(None, {"rgb": picture})[0])
