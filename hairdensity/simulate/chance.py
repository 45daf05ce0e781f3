"""Heads and shots drawn at random: as varied as people and their phones are, the same for the same seed."""

from dataclasses import replace
from typing import Any

import numpy as np

from hairdensity.simulate.model import BACKGROUNDS, CLOTHING, Head, Patch, Shot, View


def random_head(seed: int, **overrides: Any) -> Head:  # noqa: ANN401 - any field of Head
    """Return a random person.

    Parameters
    ----------
    seed : int
        The same seed gives the same person.
    **overrides
        Fields of `Head` that are given rather than drawn.
    """
    rng = np.random.default_rng([seed, 100])
    skin = float(np.clip(rng.normal(2.9, 1.5), 1, 6))
    colour, grey = _hair_colour(rng, skin)
    curl = _curl(rng, skin)
    stage, vertex_only, diffuse, patches = _loss(rng)
    hair, sides = _lengths(rng, curl)
    straight = curl < 0.35
    style = rng.choice(("natural", "forward", "side", "parted", "back"), p=(0.5, 0.16, 0.14, 0.1, 0.1))
    bald_old = stage > 3
    head = Head(
        seed=seed,
        breadth_mm=float(rng.normal(77, 3)),
        length_mm=float(rng.normal(97, 4)),
        height_mm=float(rng.normal(98, 4)),
        boxiness=float(rng.uniform(2.1, 2.5)),
        fitzpatrick=skin,
        redness=float(rng.beta(2, 3) * (1.0 if skin < 4 else 0.4)),
        tan=float(rng.beta(1.5, 3)),
        oiliness=float(rng.beta(2, 2.6)),
        moles=int(rng.poisson(4)),
        freckles=int(rng.integers(0, 200) if skin < 3 else rng.integers(0, 30)),
        hair_colour=colour,
        grey_share=float(np.clip(grey + (0.15 * rng.random() if bald_old else 0), 0, 1)),
        density=float(np.clip(rng.normal(175, 35), 60, 230)),
        shaft_um=float(np.clip(rng.normal(70, 11), 45, 100)),
        hair_mm=hair,
        sides_mm=sides,
        lift=float(np.clip(rng.normal(0.45, 0.2), 0.05, 0.95)),
        curl=curl,
        clump=float(rng.uniform(0.15, 0.85)) if straight else float(rng.uniform(0.5, 0.9)),
        untidy=float(rng.beta(2, 3.5)),
        style=str(style) if straight else "natural",  # type: ignore[arg-type]
        parting_mm=float(rng.choice((-1, 1)) * rng.uniform(10, 42)),
        whorl_mm=(float(rng.normal(0, 10)), float(rng.normal(-48, 9))),
        whorl_turn=float(rng.choice((-1, 1), p=(0.15, 0.85)) * rng.uniform(0.3, 1.0)),
        stage=stage,
        vertex_only=vertex_only,
        diffuse=diffuse,
        patches=patches,
        clothing=CLOTHING[int(rng.choice(len(CLOTHING), p=(0.2, 0.38, 0.16, 0.16, 0.1)))],
    )
    return replace(head, **overrides)


def random_shot(seed: int, **overrides: Any) -> Shot:  # noqa: ANN401 - any field of Shot
    """Return the circumstances of a random photo as people take them at home: moderate, still good enough to use.

    Parameters
    ----------
    seed : int
        The same seed gives the same circumstances.
    **overrides
        Fields of `Shot` that are given rather than drawn.
    """
    rng = np.random.default_rng([seed, 200])
    views: tuple[View, ...] = ("vertex", "top", "frontal", "parting", "back")
    shot = Shot(
        seed=seed,
        view=views[int(rng.choice(5, p=(0.3, 0.34, 0.1, 0.06, 0.2)))],
        aspect=float(rng.choice((0.75, 1.0, 4 / 3, 0.5625), p=(0.5, 0.25, 0.15, 0.1))),
        distance_mm=float(rng.uniform(330, 620)),
        rotation=float(rng.normal(0, 7)),
        turn=float(rng.normal(0, 6)),
        tilt=float(rng.normal(0, 7)),
        scale=float(rng.uniform(0.86, 1.14)),
        shift=(float(rng.normal(0, 0.025)), float(rng.normal(0, 0.03))),
        exposure=float(rng.normal(0, 0.28)),
        warmth=float(rng.normal(0.01, 0.05)),
        tint=float(rng.normal(0, 0.012)),
        light_from=float(rng.uniform(0, 360)),
        light_height=float(rng.uniform(25, 80)),
        light_share=float(rng.uniform(0.25, 0.8)),
        unevenness=float(np.abs(rng.normal(0, 0.3))),
        blur=float(rng.gamma(2.0, 0.35)),
        motion=float(rng.gamma(1.0, 0.7)),
        noise=float(rng.gamma(2.0, 0.0045)),
        sharpening=float(rng.uniform(0, 0.9)),
        jpeg_quality=int(rng.integers(70, 97)),
        background=BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))],
        background_seed=seed,
        wet=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.06 else 0.0,
    )
    return replace(shot, **overrides)


def _hair_colour(rng: np.random.Generator, skin: float) -> tuple[Any, float]:
    grey = float(rng.choice((0.0, rng.uniform(0.02, 0.25), rng.uniform(0.25, 0.9)), p=(0.5, 0.3, 0.2)))
    if skin > 4.3:
        return ("black", grey) if rng.random() < 0.9 else ("dark brown", grey)
    if skin > 3.2:
        return str(rng.choice(("black", "dark brown", "brown", "white"), p=(0.45, 0.35, 0.14, 0.06))), grey
    names = ("black", "dark brown", "brown", "light brown", "blond", "red", "grey", "white")
    return str(rng.choice(names, p=(0.10, 0.22, 0.20, 0.14, 0.13, 0.07, 0.07, 0.07))), grey


def _curl(rng: np.random.Generator, skin: float) -> float:
    if skin > 4.6:
        return float(rng.uniform(0.75, 1.0) if rng.random() < 0.75 else rng.uniform(0, 0.6))
    return float(rng.choice((rng.uniform(0, 0.15), rng.uniform(0.15, 0.5), rng.uniform(0.5, 0.8)), p=(0.62, 0.28, 0.1)))


def _loss(rng: np.random.Generator) -> tuple[float, bool, float, tuple[Patch, ...]]:
    """Return stage, vertex_only, diffuse and patches."""
    diffuse = float(rng.beta(1.2, 5))
    kind = rng.choice(("none", "pattern", "vertex", "diffuse", "patches"), p=(0.22, 0.45, 0.15, 0.10, 0.08))
    if kind == "pattern":
        return float(rng.uniform(1, 7)), False, diffuse, ()
    if kind == "vertex":
        return float(rng.uniform(1.5, 5.5)), True, diffuse, ()
    if kind == "diffuse":
        return 0.0, False, float(rng.uniform(0.3, 0.9)), ()
    if kind == "patches":
        spots = []
        for _ in range(int(rng.integers(1, 6))):
            x, y = rng.normal(0, 40), rng.normal(-30, 55)
            spots.append((float(x), float(y), float(rng.uniform(7, 32)), float(rng.uniform(0.8, 1.0))))
        return 0.0, False, diffuse, tuple(spots)
    return 0.0, False, diffuse * 0.5, ()


def _lengths(rng: np.random.Generator, curl: float) -> tuple[float, float]:
    """Return the lengths of hair on top and on the sides, mm."""
    kind = rng.choice(("stubble", "clipped", "short", "medium", "long"), p=(0.10, 0.20, 0.36, 0.24, 0.10))
    low, high = {"stubble": (0.6, 3), "clipped": (3, 11), "short": (11, 30), "medium": (30, 60), "long": (60, 100)}[
        kind
    ]
    hair = float(rng.uniform(low, high))
    if curl > 0.7:
        hair = min(hair, 45.0)
    sides = hair * float(rng.uniform(0.35, 1.0)) if hair > 8 else hair * float(rng.uniform(0.8, 1.0))
    return hair, sides
