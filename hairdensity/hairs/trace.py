"""Centre lines of dark lines: oriented ridge filters at several widths, and a walk along each crest."""

from dataclasses import dataclass
from math import ceil, cos, hypot, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Plane

Points = NDArray[np.float64]
"""(points, 2) float64: x, y in pixels."""

BAR = 3.46
"""Width of an ideal bar over the sigma that answers it most strongly: sqrt(12)."""
_TURN = 0.6
"""A walk ends where the crest turns by more than this (radians) within one step."""


@dataclass(frozen=True, slots=True)
class Ridges:
    """Answer of a line filter of one width.

    Parameters
    ----------
    strength : Plane
        (rows, columns) float32: 1 at the centre of an ideal bar of depth 1 and fitting width, about.
    direction : Plane
        (rows, columns) float32: direction along the line in radians, modulo pi, x to y.
    crest : NDArray
        (rows, columns) bool: strength is highest across the line here.
    """

    strength: Plane
    direction: Plane
    crest: NDArray[np.bool_]


def ridges(depth: Plane, sigma: float) -> Ridges:
    """Return the answer of second-derivative line filters of one width in all directions.

    Parameters
    ----------
    depth : Plane
        (rows, columns) float32: lines are high.
    sigma : float
        Gaussian sigma in pixels; a bar `BAR` times as wide answers best.

    Notes
    -----
    The filter is steerable: the answer in the best direction follows from three separable filters (Freeman and
    Adelson 1991, doi:10.1109/34.93808), the negative lower eigenvalue of the Hessian.
    """
    x = np.arange(-ceil(3.2 * sigma), ceil(3.2 * sigma) + 1, dtype=np.float64)
    gauss = np.exp(-x * x / (2 * sigma * sigma))
    gauss /= gauss.sum()
    first, second = -x / sigma**2 * gauss, (x * x / sigma**2 - 1) / sigma**2 * gauss
    second -= second.mean()

    def both(along_x: NDArray[np.float64], along_y: NDArray[np.float64]) -> Plane:
        out: Plane = cv2.sepFilter2D(depth, cv2.CV_32F, along_x, along_y, borderType=cv2.BORDER_REFLECT_101)  # type: ignore[assignment]
        return out

    xx, yy, xy = both(second, gauss), both(gauss, second), both(first, first)
    # 2.0: what an ideal bar of the best width answers, so that strengths of different widths compare with depth.
    strength = np.float32(2.0 * sigma * sigma) * (cv2.magnitude((xx - yy) * 0.5, xy) - (xx + yy) * 0.5)
    direction = np.float32(0.5) * cv2.phase(xx - yy, 2 * xy)
    return Ridges(strength, direction.astype(np.float32), _crest(strength, direction))


def _crest(strength: Plane, direction: Plane) -> NDArray[np.bool_]:
    """Return where strength is at least that of both neighbours across the line."""
    crest = np.zeros(strength.shape, np.bool_)
    centre = strength[1:-1, 1:-1]
    # Sector of the normal: 0 across x, 1 diagonal, 2 across y, 3 other diagonal.
    sector = np.rint((direction[1:-1, 1:-1] + np.float32(pi / 2)) / np.float32(pi / 4)).astype(np.int8) & 3
    rows, columns = strength.shape
    for index, (dx, dy) in enumerate(((1, 0), (1, 1), (0, 1), (-1, 1))):
        ahead = strength[1 + dy : rows - 1 + dy, 1 + dx : columns - 1 + dx]
        behind = strength[1 - dy : rows - 1 - dy, 1 - dx : columns - 1 - dx]
        crest[1:-1, 1:-1] |= (sector == index) & (centre >= ahead) & (centre > behind)
    return crest


def trace(found: Ridges, sigma: float, start: float, keep: float, gap: float) -> list[Points]:
    """Return centre lines, strongest first, by walking along the crests.

    Parameters
    ----------
    found : Ridges
        Answer of `ridges`.
    sigma : float
        Its sigma, in pixels.
    start, keep : float
        A walk starts at a crest at least as strong as `start` and goes on down to `keep` (hysteresis).
    gap : float
        A walk goes straight on for up to this many pixels where the crest is lost, as under a flake, and three times
        as far where it is as dark but runs another way, as at a crossing.

    Returns
    -------
    list of (points, 2) float64
        x, y of each line's points about one pixel apart.
    """
    seeds = np.flatnonzero(found.crest & (found.strength >= start))
    seeds = seeds[np.argsort(-found.strength.ravel()[seeds], kind="stable")]
    columns = found.strength.shape[1]
    taken = np.full(found.strength.shape, -9.0, np.float32)
    lines: list[Points] = []
    shortest = 2.5 * sigma
    for seed in seeds.tolist():
        y, x = divmod(seed, columns)
        heading = float(found.direction[y, x])
        if _same(taken[y, x], heading):
            continue
        forward = _walk(found, float(x), float(y), heading, keep, gap, taken)
        backward = _walk(found, float(x), float(y), heading + pi, keep, gap, taken)
        line = np.array([*backward[::-1], (float(x), float(y)), *forward])
        _take(taken, line, max(1, round(1.2 * sigma)))
        if hypot(*(line[-1] - line[0])) >= shortest:
            lines.append(line)
    return lines


def _same(taken: float, heading: float) -> bool:
    """Return whether a pixel was already taken by a line of about this direction."""
    if taken < -4:
        return False
    difference = abs(float(taken) - heading) % pi
    return min(difference, pi - difference) < 0.6


def _walk(
    found: Ridges, x: float, y: float, heading: float, keep: float, gap: float, taken: Plane
) -> list[tuple[float, float]]:
    """Return the points of one walk from (x, y) on, without the first."""
    strength, direction = found.strength, found.direction
    rows, columns = strength.shape
    points: list[tuple[float, float]] = []
    lost, weak = 0, 0
    for _ in range(rows + columns):
        x, y = x + cos(heading), y + sin(heading)
        column, row = round(x), round(y)
        if not (1 <= column < columns - 1 and 1 <= row < rows - 1) or _same(taken[row, column], heading):
            break
        turn = (float(direction[row, column]) - heading + pi / 2) % pi - pi / 2
        here = float(strength[row, column])
        if here >= keep and abs(turn) < _TURN:
            lost, weak = 0, 0
            heading += 0.5 * turn
            # Back onto the crest: the vertex of the parabola across, half a pixel at most.
            dx, dy = -sin(heading), cos(heading)
            left = float(strength[round(y - dy), round(x - dx)])
            right = float(strength[round(y + dy), round(x + dx)])
            bend = left + right - 2 * here
            shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
            shift = max(-0.5, min(0.5, shift)) * 0.6
            x, y = x + shift * dx, y + shift * dy
        else:
            lost += 1
            weak += here < keep
            if weak > gap or lost > 3 * gap:
                break
        points.append((x, y))
    return points[: len(points) - lost] if lost else points


def _take(taken: Plane, line: Points, radius: int) -> None:
    """Mark the pixels near a line with its direction, so that no second walk follows the same crest."""
    if len(line) < 2:
        steps = np.zeros(1)
    else:
        ahead = np.gradient(line, axis=0)
        steps = np.arctan2(ahead[:, 1], ahead[:, 0]) % pi
    rows, columns = taken.shape
    for (x, y), angle in zip(np.rint(line).astype(int).tolist(), steps.tolist(), strict=True):
        taken[max(0, y - radius) : min(rows, y + radius + 1), max(0, x - radius) : min(columns, x + radius + 1)] = angle
