"""Pose of the card: how it lies before the camera, from where points of it are seen."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Matrix
from hairdensity.card import layout

Points = NDArray[np.float64]

FOCALS: Final = (0.7, 0.8, 0.9, 1.0, 1.1, 1.3)
"""Focal lengths over the longer side of the picture: a phone's main camera has 0.7 to 0.8, twice zoomed 1.5."""
CHESS_WEIGHT: Final = 6
"""How much more a chess corner counts than the middle of a marker: it is placed about that much better, squared."""
FACING: Final = 1.1
"""A card is taken to face the camera where that leaves less than this many times the distance a tilted one leaves."""


def pose(places: Points, seen: Points, shape: tuple[int, ...], mirrored: bool) -> tuple[Matrix, float, float] | None:
    """Return transform from mm to pixels, pixels to the mm in the card's middle, tilt in degrees; None: nothing fits.

    Notes
    -----
    A rigid card before a pinhole camera has six unknowns where a homography has eight, and so less to be wrong about.
    The focal length is not known. Where the card is tilted, the wrong one fits worse, and the best of a few is taken;
    where it is not, it hardly matters.

    References
    ----------
    Collins and Bartoli, Infinitesimal plane-based pose estimation, IJCV 2014, doi:10.1007/s11263-014-0725-5.
    """
    rows, columns = shape[:2]
    # No rotation turns a card into its mirror image, so the photo is turned back into one without a mirror.
    upright = seen * np.array([-1, 1]) + np.array([columns - 1, 0]) if mirrored else seen
    chess = np.array([np.abs(layout.chess_corners() - place).sum(axis=1).min() < 1e-6 for place in places])
    weights = np.where(chess, CHESS_WEIGHT, 1)
    here, there = np.repeat(places, weights, axis=0), np.repeat(upright, weights, axis=0)
    centred = np.column_stack([here - np.array(layout.CARD_MM) / 2, np.zeros(len(here))])
    to_middle = np.array([[1, 0, -layout.CARD_MM[0] / 2], [0, 1, -layout.CARD_MM[1] / 2], [0, 0, 1]], np.float64)
    best: tuple[float, Matrix, float, float] | None = None
    for focal in (max(rows, columns) * share for share in FOCALS):
        inner = np.array([[focal, 0, columns / 2 - 0.5], [0, focal, rows / 2 - 0.5], [0, 0, 1]], np.float64)
        done, turn, shift = cv2.solvePnP(centred, there, inner, None, flags=cv2.SOLVEPNP_IPPE)
        sight = np.asarray(shift, np.float64).reshape(3)
        if not done or not sight[2] > 0:
            continue
        axes = np.asarray(cv2.Rodrigues(turn)[0], np.float64)
        matrix = inner @ np.column_stack([axes[:, 0], axes[:, 1], sight]) @ to_middle
        off = float(np.mean(np.sum((imaging.carried(matrix, here) - there) ** 2, axis=1)))
        if best is None or off < best[0]:
            cosine = abs(float(axes[:, 2] @ sight)) / float(np.linalg.norm(sight))
            best = off, matrix, focal / float(sight[2]), float(np.degrees(np.arccos(np.clip(cosine, 0, 1))))
    if best is None:
        return None
    off, matrix, scale, tilt = best
    facing, off_facing = _similarity(here, there)
    # A crease or noise looks like a slight tilt; where none is needed to explain what is seen, there is none.
    if off_facing <= FACING**2 * off:
        matrix, scale, tilt = facing, float(np.hypot(facing[0, 0], facing[1, 0])), 0.0
    if mirrored:
        matrix = np.array([[-1, 0, columns - 1], [0, 1, 0], [0, 0, 1]], np.float64) @ matrix
    return matrix / matrix[2, 2], scale, tilt


def _similarity(here: Points, there: Points) -> tuple[Matrix, float]:
    """Return the turn, size and shift that lay one set of points on another, and the mean squared distance left."""
    x, y = here.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    (a, b, c, d), *_ = np.linalg.lstsq(rows, np.concatenate([there[:, 0], there[:, 1]]), rcond=None)
    matrix = np.array([[a, -b, c], [b, a, d], [0.0, 0.0, 1.0]])
    return matrix, float(np.mean(np.sum((imaging.carried(matrix, here) - there) ** 2, axis=1)))
