"""What photos of heads say together: scatter, slopes, intervals, pairs; used by `benchmarks/repeatability.py`."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True, slots=True)
class Point:
    """One measured photo: its head, whether that changes, truth and measurement as shares.

    `true` is of all the scalp that the photo shows, `same` of the skin that all photos of the series show by the
    renderer's squares, `here` of the skin that was measured in it.
    """

    head: int
    changes: bool
    true: float
    same: float
    first_true: float
    value: float
    first_value: float
    low: float
    high: float
    repeat_sd: float = 0.0
    here: float = np.nan
    first_here: float = np.nan
    least_change: float = np.nan


def report(points: list[Point]) -> None:
    """Print the figures of one kind."""
    true, same, here, value = (
        100 * np.array([getattr(p, name) for p in points]) for name in ("true", "same", "here", "value")
    )
    head, changes = np.array([p.head for p in points]), np.array([p.changes for p in points])
    error = value - true
    print(
        f"  error of coverage: mean {error.mean():+.2f}, mean absolute {np.abs(error).mean():.2f}, "
        f"worst tenth above {np.quantile(np.abs(error), 0.9):.2f} pp"
    )
    still = [head == one for one in np.unique(head[~changes]) if (head == one).sum() > 2]
    for what, of in (("as measured", value), ("less truth", value - same), ("of the truth", same)):
        if still:
            spread = [of[mine].std(ddof=1) for mine in still]
            print(
                f"  scatter between sessions of an unchanged head, {what}: mean {np.mean(spread):.2f}, "
                f"median {np.median(spread):.2f}, worst {np.max(spread):.2f} pp"
            )
    later = [p for p in points if p.changes and p.true != p.first_true]
    if len(later) > 2:
        report_slopes(later)
    low, high = (100 * np.array([getattr(p, name) for p in points]) for name in ("low", "high"))
    print(
        f"  95 % intervals hold the truth in {100 * np.mean((low <= true) & (true <= high)):.1f} % of photos, that of "
        f"the skin measured in {100 * np.mean((low <= here) & (here <= high)):.1f} %; median width "
        f"{np.median(high - low):.1f} pp"
    )
    report_pairs([p for p in points if not p.changes])
    for one in np.unique(head):
        mine = head == one
        sd = [of[mine].std(ddof=1) if mine.sum() > 1 else 0 for of in (value, value - same)]
        change = "changes" if changes[mine].any() else f"scatter {sd[0]:.2f}"
        print(
            f"    head {one:2d}: true {true[mine].mean():5.1f}, error {error[mine].mean():+6.2f}, {change}, "
            f"less truth {sd[1]:.2f} pp, photos {mine.sum()}"
        )


def report_slopes(later: list[Point]) -> None:
    """Print measured on true change of photos after the first, heads that change."""
    head = np.array([p.head for p in later])
    gained = 100 * np.array([p.value - p.first_value for p in later])
    rng = np.random.default_rng(0)
    for what, name in (("of the skin measured", "here"), ("of all the scalp shown", "true")):
        of = 100 * np.array([getattr(p, name) - getattr(p, f"first_{name}") for p in later])
        slope, level = np.polyfit(of, gained, 1)
        draws = []
        for _ in range(1000):
            drawn = np.concatenate([np.flatnonzero(head == one) for one in rng.choice(np.unique(head), len(set(head)))])
            draws.append(np.polyfit(of[drawn], gained[drawn], 1)[0])
        low, high = np.quantile(draws, (0.025, 0.975))
        print(
            f"  measured on true change {what}: slope {slope:.3f} ({low:.2f} to {high:.2f}), "
            f"intercept {level:+.2f} pp, scatter {(gained - slope * of - level).std(ddof=2):.2f} pp"
        )


def report_pairs(points: list[Point]) -> None:
    """Print how often two sessions of a head that does not change differ by no more than `repeat_sd` allows for."""
    head = np.array([one.head for one in points])
    value, allowed = (100 * np.array([getattr(one, name) for one in points]) for name in ("value", "repeat_sd"))
    within = [
        abs(value[a] - value[b]) <= 1.96 * np.hypot(allowed[a], allowed[b])
        for one in np.unique(head)
        for a, b in combinations(np.flatnonzero(head == one), 2)
    ]
    if within:
        least = 100 * np.array([one.least_change for one in points])
        small = [
            abs(value[a] - value[b]) <= least[a]
            for one in np.unique(head)
            for a, b in combinations(np.flatnonzero(head == one), 2)
        ]
        print(
            f"  pairs of sessions within the smallest detectable change of their head (median "
            f"{np.nanmedian(least):.2f} pp): {100 * np.mean(small):.1f} %"
        )
        print(
            f"  pairs of sessions within 1.96 times repeat_sd (median {np.median(allowed):.2f} pp): "
            f"{100 * np.mean(within):.1f} %"
        )


def report_real(points: list[Point]) -> None:
    """Print what can be said where the truth is not known but does not change."""
    head = np.array([one.head for one in points])
    value = 100 * np.array([one.value for one in points])
    groups = [head == one for one in np.unique(head) if (head == one).sum() > 2]
    spread = np.array([value[mine].std(ddof=1) for mine in groups])
    first = [value[mine][1:] - value[mine][0] for mine in groups]
    print(
        f"  scatter between sessions of an unchanged head: mean {spread.mean():.2f}, median {np.median(spread):.2f}, "
        f"worst {spread.max():.2f} pp; mean shift from the first {np.concatenate(first).mean():+.2f} pp"
    )
    report_pairs(points)
