"""Lays strands onto pixels so that each contributes the area that it covers, however thin it is."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
_COUNTS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 256)
SPACING_PX: Final = 0.6


def deposit(
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    width: Values,
    weights: Sequence[Values],
    shape: tuple[int, int],
) -> list[NDArray[np.float32]]:
    """Add up the area of line segments by pixel.

    A segment is cut into equal pieces, and each piece's area (length times width) goes to the pixel that its middle
    lies in; middles are spread across the width. What leaves the picture is lost, so that areas are exact: a pixel's
    sum is the covered share of it as long as strands lie beside each other.

    Parameters
    ----------
    start, end : ndarray
        (n, 2) float32 pixel x, y.
    width : ndarray
        (n,) float32, pixels.
    weights : sequence of ndarray
        Further planes: (n,) float32 values that the area is multiplied with.
    shape : tuple of int
        Rows and columns.

    Returns
    -------
    list of ndarray
        1 + len(weights) planes, (rows, columns) float32: area, then area times each weight.
    """
    rows, columns = shape
    # A border of one pixel takes what lies outside.
    stride = columns + 2
    size = (rows + 2) * stride
    planes = [np.zeros(size) for _ in range(len(weights) + 1)]
    delta = end - start
    length = np.hypot(delta[:, 0], delta[:, 1])
    need = np.maximum(length / SPACING_PX, 1) * np.maximum(width * 1.6, 1)
    bucket = np.minimum(np.searchsorted(_COUNTS, need), len(_COUNTS) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        across = np.where(length[:, None] > 1e-6, delta[:, ::-1] * np.array([-1, 1], np.float32), 0)
        across = across / np.maximum(length, 1e-6)[:, None] * width[:, None]
    for slot in np.unique(bucket):
        pieces = _COUNTS[slot]
        chosen = np.flatnonzero(bucket == slot)
        at = (np.arange(pieces, dtype=np.float32) + np.float32(0.5)) / np.float32(pieces)
        offset = _spread(pieces)
        for part in np.array_split(chosen, max(1, len(chosen) * pieces // 2_000_000)):
            x = start[part, 0, None] + delta[part, 0, None] * at + across[part, 0, None] * offset
            y = start[part, 1, None] + delta[part, 1, None] * at + across[part, 1, None] * offset
            column = np.clip(x + np.float32(1.5), 0, columns + 1).astype(np.int32)
            row = np.clip(y + np.float32(1.5), 0, rows + 1).astype(np.int32)
            index = (row * np.int32(stride) + column).ravel()
            area = length[part] * width[part] / np.float32(pieces)
            for number, plane in enumerate(planes):
                value = area if number == 0 else area * weights[number - 1][part]
                plane += np.bincount(index, np.repeat(value, pieces), size)
    return [plane.reshape(rows + 2, stride)[1:-1, 1:-1].astype(np.float32) for plane in planes]


def _spread(count: int) -> Values:
    """Return offsets -0.5..0.5 that are even over any run of neighbours (radical inverse in base 2)."""
    index = np.arange(count)
    total = np.zeros(count)
    scale = 0.5
    while index.any():
        total += scale * (index & 1)
        index >>= 1
        scale /= 2
    return (total - total.mean()).astype(np.float32) if count > 1 else np.zeros(1, np.float32)
