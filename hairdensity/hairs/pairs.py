"""Hair by hair: two macro photos of one spot, laid on each other by the pattern of roots."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log, pi

import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Matrix
from hairdensity.hairs.again import seen_again
from hairdensity.hairs.find import Found
from hairdensity.hairs.hair import Hair
from hairdensity.intervals import Z95, detectable

Points = NDArray[np.float64]

_TOLERANCE = 0.9
"""Roots lie on each other within this many usual thicknesses (about 70 um)."""
_REACH, _LONGER = 1.2, 3.0
"""Once the photos lie on each other, a hair is looked for within this many usual thicknesses across, and so many times
as far along."""
_ONE_WAY = 1.6
"""The sum of two unit vectors is longer than this where they are less than 74 degrees apart."""
_CHANCE = 1e-6
"""A registration that as good a one would turn up by chance with more than this probability is refused."""
_ROUNDS = 4
"""Fits of a similarity, each to the pairs of the one before."""
_LEAST_SHARE = 0.5
"""At least this share of the roots that both photos show must lie on each other."""
_LEAST = 8
"""And at least this many."""
_SCALE = 0.06
"""Two photos of known scale differ by less than this share."""
_SCALE_UNKNOWN = 0.3
_THICKNESS_SD_UM = 4.0
"""Standard deviation of one thickness. Of 299 rendered hairs nine in ten are off by -6 to 3 um (a robust standard
deviation of 2.1 um), the others by far more: bundles that were told apart wrongly."""
_MEDIAN = 1.2533
"""A median scatters so much more than a mean: the root of pi / 2."""
_APART = 0.15
"""A pair of roots so many usual thicknesses apart counts half when the photos are laid on each other once more."""


@dataclass(frozen=True, slots=True)
class NotSame:
    """Two photos that could not be laid on each other.

    Parameters
    ----------
    reason : str
        For a person.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one hair.

    Parameters
    ----------
    what : {"matched", "thicker", "thinner", "lost", "new"}
        A change of thickness beyond what two measurements differ by anyway; else "matched".
    before, after : int or None
        Index of the hair in each photo; both for a pair. A hair that is still to be seen but was not told apart from
        its neighbours is "matched" with None for the photo in which it was not told apart.
    change_um : float or None
        Thickness after less before, for a pair.
    """

    what: str
    before: int | None
    after: int | None
    change_um: float | None


@dataclass(frozen=True, slots=True)
class Matched:
    """Two photos of one spot.

    Parameters
    ----------
    fates : tuple of Fate
        One for every hair that lies where both photos look.
    matrix : Matrix
        Carries pixels of the first photo to the second.
    residual_px : float
        Root mean square distance of matched roots, in pixels of the second photo.
    common : int
        Hairs of the first photo that lie where both look, near enough: of those told apart in one photo only, half.
    change, change_low, change_high : float
        Change of the number of hairs as a share of `common`, with its 95 % interval: from the pairs alone.
    thickness_um, thickness_low, thickness_high : float or None
        Median change of thickness of the pairs with its 95 % interval.
    """

    fates: tuple[Fate, ...]
    matrix: Matrix
    residual_px: float
    common: int
    change: float
    change_low: float
    change_high: float
    thickness_um: float | None
    thickness_low: float | None
    thickness_high: float | None

    def count(self, what: str) -> int:
        """Return how many hairs met this fate."""
        return sum(fate.what == what for fate in self.fates)


def match_hairs(before: Found, after: Found) -> Matched | NotSame:
    """Match every hair of two macro photos of one spot.

    Parameters
    ----------
    before, after : Found
        What `look` found in each.

    Returns
    -------
    Matched or NotSame
        Refused where the roots do not lie on each other better than chance would have it.

    Notes
    -----
    Pairs of roots of the first photo are laid on pairs as far apart in the second; each gives a similarity, and the
    one under which most roots meet is refined by least squares, at last by what is off across each hair. How often
    chance would do as well follows from the density of roots and from how many similarities were tried.
    """
    if min(len(before.hairs), len(after.hairs)) < _LEAST:
        return NotSame(f"too few hairs to know the spot again: at least {_LEAST} are needed in each photo")
    first, second = _roots(before.hairs), _roots(after.hairs)
    known = before.px_per_mm is not None and after.px_per_mm is not None
    zoom = (
        after.px_per_mm / before.px_per_mm if before.px_per_mm and after.px_per_mm else after.usual_px / before.usual_px
    )
    tolerance = _TOLERANCE * after.usual_px
    found = _register(first * zoom, second, tolerance, _SCALE if known else _SCALE_UNKNOWN, after.share.shape)
    if found is None:
        return NotSame("the hairs of the two photos do not lie alike: it is another spot, or too much has changed")
    matrix = found @ np.diag([zoom, zoom, 1.0])
    return _fates(before, after, _settled(before, after, matrix))


def _roots(hairs: Sequence[Hair]) -> Points:
    return np.array([(hair.root_x, hair.root_y) for hair in hairs], np.float64)


def _register(first: Points, second: Points, tolerance: float, scale: float, shape: tuple[int, ...]) -> Matrix | None:
    """Return the similarity that carries the first roots onto the second; None where none does better than chance."""
    from scipy.spatial import cKDTree  # a second to load, and needed for macro photos alone
    from scipy.stats import binom

    longest = float(np.hypot(*np.ptp(second, axis=0)))
    moves, tried = _moves(first, second, tolerance, scale, longest)
    if len(moves) == 0:
        return None
    tree = cKDTree(second)
    scores = np.zeros(len(moves))
    frame = np.array([shape[1], shape[0]], np.float64)
    as_complex = first[:, 0] + 1j * first[:, 1]
    for start in range(0, len(moves), 512):
        block = moves[start : start + 512]
        moved = block[:, :1] * as_complex[None] + block[:, 1:]
        points = np.column_stack([moved.real.ravel(), moved.imag.ravel()])
        near, _ = tree.query(points, distance_upper_bound=tolerance)
        scores[start : start + 512] = np.isfinite(near).reshape(moved.shape).sum(axis=1)
    best: tuple[int, Matrix] | None = None
    for index in np.argsort(-scores, kind="stable")[:12].tolist():
        turn, shift = complex(moves[index, 0]), complex(moves[index, 1])
        matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1]])
        refined, pairs = _refined(first, second, matrix, tolerance)
        if best is None or pairs > best[0]:
            best = (pairs, refined)
    if best is None:
        return None
    pairs, matrix = best
    carried = first @ matrix[:2, :2].T + matrix[:2, 2]
    shown = int(((carried >= 0) & (carried < frame)).all(axis=1).sum())
    back = np.linalg.inv(matrix)
    returned = second @ back[:2, :2].T + back[:2, 2]
    low, high = first.min(axis=0) - tolerance, first.max(axis=0) + tolerance
    expected = min(shown, int(((returned >= low) & (returned <= high)).all(axis=1).sum()))
    density = len(second) / float(frame[0] * frame[1])
    chance = 1 - exp(-pi * tolerance**2 * density)
    by_chance = log(max(1, tried)) + float(binom.logsf(pairs - 3, max(pairs, shown) - 2, min(0.9, chance)))
    if pairs < max(_LEAST, ceil(_LEAST_SHARE * expected)) or by_chance > log(_CHANCE):
        return None
    return matrix


def _moves(
    first: Points, second: Points, tolerance: float, scale: float, longest: float
) -> tuple[NDArray[np.complex128], int]:
    """Return similarities (turn and zoom, shift; complex numbers) that lay two roots on two, and how many there are."""
    random = np.random.default_rng(0)
    a, b = (points[:, 0] + 1j * points[:, 1] for points in (first, second))
    i, j = np.triu_indices(len(a), 1)
    far = np.abs(a[i] - a[j])
    usable = np.flatnonzero((far > 0.15 * longest) & (far < 0.6 * longest))
    if len(usable) == 0:
        return np.zeros((0, 2), np.complex128), 0
    usable = random.permutation(usable)[:250]
    p, q = np.nonzero(~np.eye(len(b), dtype=np.bool_))
    vector = b[q] - b[p]
    order = np.argsort(np.abs(vector), kind="stable")
    p, vector = p[order], vector[order]
    size = np.abs(vector)
    found = []
    for pair in usable.tolist():
        own = a[j[pair]] - a[i[pair]]
        slack = abs(own) * scale + 0.5 * tolerance
        low, high = np.searchsorted(size, [abs(own) - slack, abs(own) + slack])
        turn = vector[low:high] / own
        found.append(np.column_stack([turn, b[p[low:high]] - turn * a[i[pair]]]))
    moves = np.vstack(found)
    tried = len(moves)
    # Right moves come up again and again: keep those whose cell of (turn, place of the middle) is well filled.
    middle = a.mean()
    placed = moves[:, 0] * middle + moves[:, 1]
    angle = np.angle(moves[:, 0])
    cells = np.column_stack(
        [np.floor(angle / 0.08), np.floor(placed.real / (2.5 * tolerance)), np.floor(placed.imag / (2.5 * tolerance))]
    ).astype(np.int64)
    _, inverse, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    votes = counts[inverse.ravel()]
    keep = np.argsort(-votes, kind="stable")[:3000]
    return moves[keep], tried


def _refined(first: Points, second: Points, matrix: Matrix, tolerance: float) -> tuple[Matrix, int]:
    """Return the similarity fitted to the roots that meet, and how many pairs, each root used once."""
    pairs = 0
    for _ in range(_ROUNDS):
        rows, columns, _ = _assigned(first, second, matrix, tolerance)
        pairs = len(rows)
        if pairs < 3:
            break
        matrix = _similarity(first[rows], second[columns])
    rows, _, _ = _assigned(first, second, matrix, tolerance)
    return matrix, len(rows)


def _similarity(a: Points, b: Points) -> Matrix:
    """Return the least squares similarity from points to points (Umeyama 1991, without reflection)."""
    p, q = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    turn = np.vdot(p - p.mean(), q - q.mean()) / max(1e-9, float(np.vdot(p - p.mean(), p - p.mean()).real))
    shift = q.mean() - turn * p.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0.0, 0.0, 1.0]])


def _assigned(
    first: Points, second: Points, matrix: Matrix, reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return which of the first roots lie on which of the second, within `reach`, each used once."""
    from scipy.optimize import linear_sum_assignment

    carried = first @ matrix[:2, :2].T + matrix[:2, 2]
    distance = np.hypot(*(carried[:, None] - second[None]).transpose(2, 0, 1)).astype(np.float64)
    rows, columns = linear_sum_assignment(np.minimum(distance, 2 * reach))
    good = distance[rows, columns] <= reach
    return rows[good], columns[good], distance[rows[good], columns[good]]


def _paired(
    before: Found, after: Found, matrix: Matrix
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return which hairs of the first photo are which of the second, each used once, and how far apart their roots are.

    Across, a hair is seen where it is; along, shade and glare move where it seems to leave the skin.
    """
    from scipy.optimize import linear_sum_assignment

    roots, ways = _placed(before.hairs, matrix)
    other, others = _placed(after.hairs, np.eye(3))
    way = ways[:, None] + others[None]
    size = np.hypot(way[..., 0], way[..., 1])[..., None]
    way = way / np.maximum(size, 1e-9)
    apart = other[None] - roots[:, None]
    along = np.abs((apart * way).sum(axis=-1))
    across = np.abs(apart[..., 0] * way[..., 1] - apart[..., 1] * way[..., 0])
    distance = np.hypot(apart[..., 0], apart[..., 1]).astype(np.float64)
    # Two that do not point the same way have no way in common.
    cost = np.where(size[..., 0] > _ONE_WAY, np.hypot(across, along / _LONGER), distance)
    reach = _REACH * after.usual_px
    rows, columns = linear_sum_assignment(np.minimum(cost, 2 * reach))
    good = cost[rows, columns] <= reach
    rows, columns = rows[good], columns[good]
    return rows, columns, distance[rows, columns]


def _placed(hairs: Sequence[Hair], matrix: Matrix) -> tuple[Points, Points]:
    """Return the roots of hairs and their ways (unit vectors, from root to tip), carried by a similarity."""
    ends = np.array([(hair.line[0], hair.line[-1]) for hair in hairs], np.float64) @ matrix[:2, :2].T + matrix[:2, 2]
    way = ends[:, 1] - ends[:, 0]
    return ends[:, 0], way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]


def _settled(before: Found, after: Found, matrix: Matrix) -> Matrix:
    """Return the similarity fitted once more, to what is seen of each pair: across its way, and little along it.

    Least squares weighed anew after each step (Cauchy's weights): a few pairs are of hairs that are not the same.
    """
    for _ in range(_ROUNDS):
        rows, columns, _ = _paired(before, after, matrix)
        if len(rows) < _LEAST:
            break
        roots, _ = _placed(before.hairs, np.eye(3))
        _, ways = _placed(before.hairs, matrix)
        other, others = _placed(after.hairs, np.eye(3))
        p, q, way = roots[rows], other[columns], ways[rows] + others[columns]
        size = np.hypot(way[:, 0], way[:, 1])
        way /= np.maximum(size, 1e-9)[:, None]
        across = np.column_stack([-way[:, 1], way[:, 0]])
        along = np.where(size > _ONE_WAY, 1 / _LONGER, 1.0)[:, None]
        # What is off across and along is linear in the four numbers of a similarity.
        system = np.vstack([_rows_of(p, across), along * _rows_of(p, way)])
        wanted = np.concatenate([(across * q).sum(axis=1), along[:, 0] * (way * q).sum(axis=1)])
        weight = np.ones(len(p))
        for _ in range(_ROUNDS):
            both = np.sqrt(np.concatenate([weight, weight]))
            (a, b, x, y), *_ = np.linalg.lstsq(system * both[:, None], wanted * both, rcond=None)
            off = (system @ np.array([a, b, x, y]) - wanted).reshape(2, -1)
            weight = 1 / (1 + (off**2).sum(axis=0) / (_APART * after.usual_px) ** 2)
        matrix = np.array([[a, -b, x], [b, a, y], [0.0, 0.0, 1.0]])
    return matrix


def _rows_of(points: Points, ways: Points) -> NDArray[np.float64]:
    """Return (points, 4): times turn (a, b) and shift, the carried points along their ways."""
    turned = points[:, 0] * ways[:, 1] - points[:, 1] * ways[:, 0]
    return np.column_stack([(points * ways).sum(axis=1), turned, ways])


def _fates(before: Found, after: Found, matrix: Matrix) -> Matched:
    rows, columns, distance = _paired(before, after, matrix)
    back = np.linalg.inv(matrix).astype(np.float64)
    fates = []
    changes = []
    limit = detectable(_THICKNESS_SD_UM, _THICKNESS_SD_UM)
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        was, now = before.hairs[i].thickness_um, after.hairs[j].thickness_um
        change = now - was if was is not None and now is not None else None
        what = "matched" if change is None or abs(change) <= limit else "thicker" if change > 0 else "thinner"
        fates.append(Fate(what, i, j, change))
        if change is not None:
            changes.append(change)
    alone = sorted(set(range(len(before.hairs))) - set(rows.tolist()))
    for i, seen in zip(alone, seen_again(alone, before, after, matrix), strict=True):
        if seen is not None:
            fates.append(Fate("matched" if seen else "lost", i, None, None))
    alone = sorted(set(range(len(after.hairs))) - set(columns.tolist()))
    for j, seen in zip(alone, seen_again(alone, after, before, back), strict=True):
        if seen is not None:
            fates.append(Fate("matched" if seen else "new", None, j, None))
    lost, new = (sum(fate.what == what for fate in fates) for what in ("lost", "new"))
    # A hair told apart in one photo only is often the neighbour of one told apart in the other only: half of each.
    apart = sum(fate.what == "matched" and (fate.before is None or fate.after is None) for fate in fates)
    common = len(rows) + (apart + 1) // 2 + lost
    change = (new - lost) / common
    # Each lost and each new hair is one chance event; one more of each for what cannot be seen in small numbers.
    spread = Z95 * (lost + new + 2) ** 0.5 / common
    middle, error = _typical(changes) if changes else (None, 0.0)
    return Matched(
        tuple(fates), matrix, float(np.sqrt(np.mean(distance**2))), common, change, change - spread, change + spread,
        middle, None if middle is None else middle - error, None if middle is None else middle + error,
    )  # fmt: skip


def _typical(changes: Sequence[float]) -> tuple[float, float]:
    """Return the median and half of its 95 % interval: a few pairs are of hairs told apart otherwise in each photo."""
    middle = float(np.median(changes))
    spread = 1.4826 * float(np.median(np.abs(np.subtract(changes, middle))))
    return middle, Z95 * _MEDIAN * spread / len(changes) ** 0.5 + 0.5
