"""Lays strands onto pixels so that each contributes the area that it covers, however thin it is."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
_COUNTS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 4096)
SPACING_PX: Final = 0.6
WIDE_PX: Final = 0.7
"""Strands wider than this are cut along pixel borders, since pieces of them would overfill pixels."""


def deposit(
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    width: Values,
    weights: Sequence[Values],
    shape: tuple[int, int],
) -> list[NDArray[np.float32]]:
    """Add up the area of line segments by pixel.

    A segment is cut into equal pieces, and each piece's area (length times width) goes to the pixel that its middle
    lies in; middles are spread across the width. Pieces of wide segments are shared
    out between pixels exactly. What leaves the picture is lost, so that areas are exact: a pixel's
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
    wide = width > WIDE_PX
    if wide.any():
        _deposit_wide(planes, start[wide], end[wide], width[wide], [weight[wide] for weight in weights], shape)
        start, end, width = start[~wide], end[~wide], width[~wide]
        weights = [weight[~wide] for weight in weights]
    delta = end - start
    length = np.hypot(delta[:, 0], delta[:, 1])
    need = np.maximum(length / SPACING_PX, 1)
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


def _deposit_wide(
    planes: Sequence[NDArray[np.float64]],
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    width: Values,
    weights: Sequence[Values],
    shape: tuple[int, int],
) -> None:
    """Add segments of more than about a pixel: by columns where they run sideways, else by rows."""
    rows, columns = shape
    stride = columns + 2
    steep = np.abs(end[:, 1] - start[:, 1]) > np.abs(end[:, 0] - start[:, 0])
    for turned in (False, True):
        chosen = np.flatnonzero(steep == turned)
        if not len(chosen):
            continue
        order = (1, 0) if turned else (0, 1)
        first, last = start[chosen][:, order], end[chosen][:, order]
        run = np.maximum(np.abs(last[:, 0] - first[:, 0]), 1e-6)
        length = np.hypot(last[:, 0] - first[:, 0], last[:, 1] - first[:, 1])
        half = width[chosen] * length / run / 2
        pieces = np.ceil(run / 0.5).astype(np.int64)
        segment = np.repeat(np.arange(len(chosen)), pieces)
        number = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        at = ((number + 0.5) / pieces[segment])[:, None]
        middle = first[segment] + (last - first)[segment] * at
        reach = (run / pieces)[segment] / 2
        most = int(np.ceil(half.max())) + 1
        for along in (0, 1):
            # A piece is at most half a pixel long: it lies in one column or two.
            column = np.floor(middle[:, 0] - reach + 0.5) + along
            share = np.minimum(middle[:, 0] + reach, column + 0.5) - np.maximum(middle[:, 0] - reach, column - 0.5)
            share = np.maximum(share, 0)
            for across in range(-most, most + 1):
                row = np.rint(middle[:, 1]) + across
                high = half[segment]
                overlap = np.minimum(middle[:, 1] + high, row + 0.5) - np.maximum(middle[:, 1] - high, row - 0.5)
                area = np.clip(overlap, 0, 1) * share
                x, y = (row, column) if turned else (column, row)
                index = (np.clip(y + 1, 0, rows + 1) * stride + np.clip(x + 1, 0, columns + 1)).astype(np.int64)
                for place, plane in enumerate(planes):
                    value = area if place == 0 else area * weights[place - 1][chosen][segment]
                    plane += np.bincount(index, value, plane.size)


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
