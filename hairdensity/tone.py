"""Tone: what became of the hair between two photos of the same skin, by their colours alone.

The network reads each photo by itself, and errs otherwise in each light. Laid over each other, two photos tell more:
the later one is brought to the light of the earlier by the places that are dense or bare in both, and what share of
hair goes with which tone is learned from these two photos alone. Where both then differ in tone, hair came or went.
That sees but a part of a change, the less the fewer such places there are, so that it only steadies what the network
says.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.light import linear
from hairdensity.masks import longer_side

TONE_PX: Final = 320
"""Longer side of the picture that is kept of a photo for this."""
FRAME_PX: Final = 160
"""Longer side of the frame in which two photos are compared: tone, not strands."""
PART: Final = 0.3
"""Part of the change that is taken from tone, the rest from the network."""
SEEN: Final = 0.5
"""Part of a change that tone sees, where that is not less: what it sees is divided by it."""
WIDE: Final = 0.012
"""Blur, as a share of the head's width: alignment is no better."""
RIM: Final = 0.03
"""Outer part of the skin, as a share of the head's width, about which tone says nothing: outlines are no better."""
CERTAIN: Final = 0.7
"""Distance of a share from one half, over one half, above which a place counts as dense or bare."""
ANYWHERE: Final = 0.02
"""Weight of a place that is neither, against one that is surely dense or bare in both photos."""
BURNT: Final = 243
"""Displayed value (0..255) from which on a colour may be lost."""
LEAST_TOLD: Final = 0.2
"""Share of places with colours in both, below which lost ones count as well."""
LEAST_PLACES: Final = 200
DARKEST: Final = 0.004
"""Linear brightness (0..1) added before logarithms."""
STEP: Final = 4
"""Every so many places of the skin are looked at to find light and tones."""
LEAST_SPREAD: Final = 1e-3
"""Standard deviation below which a feature is the same everywhere."""
ROUNDS: Final = 4
RIDGE: Final = 1e-3

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Toned:
    """One photo in the frame of the comparison.

    Parameters
    ----------
    picture : Rgb
        (rows, columns, 3) uint8: neutral colour, exposure as photographed.
    share : Share
        (rows, columns) float32: hair as the network sees it.
    """

    picture: Rgb
    share: Share


def steadied(share: Share, base_share: Share, change: Plane, skin: Mask) -> Share:
    """Return a later photo's share of hair, its change since the baseline taken in part from tone.

    Parameters
    ----------
    share, base_share : Share
        (rows, columns) float32: what the network sees in the photo and in its baseline, on one grid.
    change : Plane
        What `tone_change` says, at any size.
    skin : Mask
        (rows, columns) bool: the skin that both show, on the grid; beyond it the share stays as it is.

    Returns
    -------
    Share
        (rows, columns) float32, within 0..1.
    """
    by_tone = imaging.resize(change, (share.shape[0], share.shape[1])) / np.float32(SEEN)
    mixed = np.clip(share + np.float32(PART) * (by_tone - (share - base_share)), 0, 1)
    return np.asarray(np.where(skin, mixed, share), np.float32)


def tone_change(later: Toned, base: Toned, skin: Mask) -> Plane | None:
    """Return by how much the share of hair differs between two photos of the same skin, as far as tone tells.

    Parameters
    ----------
    later, base : Toned
        The photos, both laid in one frame.
    skin : Mask
        (rows, columns) bool: the skin that both show.

    Returns
    -------
    Plane or None
        (rows, columns) float32: later less base; 0 at the rim of the skin and outside. None where there is too little.

    Notes
    -----
    In logarithms of linear light, the later photo differs from the base by a gain for each colour and by a plane
    (uneven light), fitted with Huber weights; places that are dense or bare in both by the network count fully, others
    hardly: there hair may have changed. Then the share of hair of both together is fitted by brightness, two ratios of
    colour, a square and a product of these. A head without dense or bare places shows next to no change, which is why
    only a part is taken from here. How much that helps, and where not, is told in `benchmarks/README.md`.
    """
    width = longer_side(skin)
    inner = imaging.erode(skin, max(1.0, RIM * width)) if width else skin
    rows, columns = np.nonzero(inner)
    if rows.size < LEAST_PLACES:
        return None
    wide = max(0.6, WIDE * width)
    few = np.s_[::STEP]
    logs, told, shares = zip(*(_tones(one, wide, inner) for one in (base, later)), strict=True)
    place = np.stack([np.ones(rows.size), columns / width, rows / width], axis=1).astype(np.float32)
    place[:, 1:] -= place[:, 1:].mean(axis=0)
    usable = (told[0] & told[1])[few]
    if usable.mean() < LEAST_TOLD:
        usable = np.ones_like(usable)
    weight = usable * (_certain(shares[0][few], shares[1][few]) + ANYWHERE)
    apart = (logs[0] - logs[1])[few].astype(np.float64)
    plane = _robust_fit(place[few].astype(np.float64), apart.mean(axis=1), weight)
    left = apart - (place[few] @ plane)[:, None]
    gains = np.array([_median(left[:, colour], weight) for colour in range(3)], np.float32)
    features = [_features(logs[0]), _features(logs[1] + (place @ plane.astype(np.float32))[:, None] + gains)]
    learned = np.concatenate([one[few] for one in features]).astype(np.float64)
    known = np.concatenate([one[few] for one in shares]).astype(np.float64)
    middle, usual = learned.mean(axis=0), float(known.mean())
    spread = np.maximum(learned.std(axis=0), LEAST_SPREAD)
    learned = (learned - middle) / spread
    ridge = RIDGE * len(learned) * np.eye(learned.shape[1])
    factors = np.linalg.solve(learned.T @ learned + ridge, learned.T @ (known - usual)) / spread
    before, after = (np.clip(usual + (one - middle) @ factors, 0, 1) for one in features)
    change = np.zeros(skin.shape, np.float32)
    change[rows, columns] = after - before
    return change


def _tones(one: Toned, wide: float, inner: Mask) -> tuple[Values, NDArray[np.bool_], Values]:
    """Return of the places of the skin the logarithms of their colours, whether these are told, and the share."""
    logs = np.log(imaging.blur(linear(one.picture), wide)[inner] + np.float32(DARKEST))
    told = imaging.blur(one.picture.max(axis=2), wide)[inner] < BURNT
    return logs, told, imaging.blur(one.share, wide)[inner]


def _certain(one: Values, other: Values) -> Values:
    """Return how surely places are dense in both photos, or bare in both: 0..1."""
    sure = [np.clip((np.abs(2 * share - 1) - CERTAIN) / (1 - CERTAIN), 0, 1) for share in (one, other)]
    both: Values = sure[0] * sure[1] * ((one > 0.5) == (other > 0.5))
    return both


def _features(logs: Values) -> Values:
    """Return what the share of hair is fitted by."""
    light, red, blue = logs.mean(axis=1), logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]
    return np.stack([light, red, blue, light * light, light * red], axis=1)


def _robust_fit(design: Values, value: Values, weight: Values) -> Values:
    """Return weighted least-squares coefficients with Huber weights (1.345 robust standard deviations)."""
    least = 1e-9 * np.eye(design.shape[1])
    robust = weight
    fit: Values = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        weighted = design * robust[:, None]
        fit = np.asarray(np.linalg.solve(weighted.T @ design + least, weighted.T @ value), np.float64)
        error = np.abs(value - design @ fit)
        robust = weight * np.minimum(1.0, (1.345 * 1.4826 * _median(error, weight) + 1e-6) / np.maximum(error, 1e-9))
    return fit


def _median(values: Values, weight: Values) -> float:
    """Return the weighted median."""
    order = np.argsort(values)
    passed = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(passed, passed[-1] / 2)])
