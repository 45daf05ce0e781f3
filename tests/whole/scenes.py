"""Drawn heads for tests of the whole way: quick to make, aligned by their moles and strands, found on a plain wall.

Not a picture of a head that a person would believe: `hairdensity.simulate` makes those. Here only the running matters.
"""

from pathlib import Path

import cv2
import numpy as np

from hairdensity.arrays import Rgb

ROWS, COLUMNS = 420, 360
MOST = 4000


def head(hair: int = 2500, *, person: int = 0, turn: float = 0.0, gain: float = 1.0, noise: int = 0) -> Rgb:
    """Return a head from above: `hair` strands on skin, the same ones first for the same person."""
    rng = np.random.default_rng(person)
    picture = np.full((ROWS, COLUMNS, 3), (120, 150, 175), np.uint8)
    centre = (COLUMNS // 2, ROWS // 2)
    cv2.ellipse(picture, centre, (130, 165), 0, 0, 360, (215, 170, 145), -1)
    for x, y in rng.uniform(-0.6, 0.6, (40, 2)):
        at = (round(centre[0] + 130 * x), round(centre[1] + 165 * y))
        cv2.circle(picture, at, int(rng.integers(1, 4)), (150, 95, 75), -1)
    # All the strands that this person may have, so that the first ones are the same however many are shown.
    angles, radii, bends = rng.uniform(0, 2 * np.pi, MOST), np.sqrt(rng.uniform(0.2, 1, MOST)), rng.normal(0, 0.3, MOST)
    for angle, radius, bend in zip(angles[:hair], radii[:hair], bends[:hair], strict=True):
        x, y = centre[0] + 126 * radius * np.cos(angle), centre[1] + 160 * radius * np.sin(angle)
        dx, dy = 16 * np.cos(angle + bend), 16 * np.sin(angle + bend)
        ends = ((round(x), round(y)), (round(x - dx), round(y - dy)))
        cv2.line(picture, *ends, (60, 42, 35), 1, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D(centre, turn, 1.0)
    turned = cv2.warpAffine(picture, matrix, (COLUMNS, ROWS), borderMode=cv2.BORDER_REPLICATE)
    grain = np.random.default_rng(noise).normal(0, 2, turned.shape)
    return np.clip(turned * gain + grain, 0, 255).astype(np.uint8)


def save(rgb: Rgb, path: Path) -> Path:
    """Write a picture as its ending says; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), rgb[:, :, ::-1])
    return path


def series(folder: Path, sessions: int = 4) -> Path:
    """Write a vertex series of one person, a month apart, with a little more hair each time; return the folder."""
    for number in range(sessions):
        picture = head(2000 + 200 * number, turn=(-1) ** number * 2.0 * number, gain=1 - 0.03 * number, noise=number)
        save(picture, folder / "vertex" / f"2026-{number + 1:02d}-05.jpg")
    return folder
