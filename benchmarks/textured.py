"""Coverage of scalps by a renderer that nothing was trained on: `python benchmarks/textured.py [--scalps 100]`.

Neither the project's own renderer nor the sketches that training paints: hair here is no strand but noise drawn out
along a field of directions and cut off where the wanted share of it is left, so that the share of each pixel that hair
covers is known exactly. Prints the coverage error (mean, mean absolute, worst tenth) in the true region and with the
region found, IoU of region and hair, the slope of measured on true coverage, each with its 95 % interval (bootstrap
over scalps), and the error by skin, hair, view and true coverage. `--weights` measures another network, `--page FILE`
shows the worst.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rendered import iou, shares

from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.network import WEIGHTS
from hairdensity.region_network import network_mask

FIRST_SEED = 40_000
REPEATS = 1000
FINE = 2
"""Made at so many times the size."""
SKINS = {
    "I..II": (0.62, 0.40, 0.31), "III..IV": (0.40, 0.24, 0.15), "V..VI": (0.12, 0.065, 0.04),
}  # fmt: skip
HAIRS = {
    "white": (0.45, 0.44, 0.42), "blond": (0.33, 0.23, 0.11), "red": (0.21, 0.075, 0.03), "brown": (0.06, 0.035, 0.02),
    "black": (0.012, 0.01, 0.01),
}  # fmt: skip
"""Both in linear light, under a light of one."""
PAIRS = (
    ("I..II", "white"), ("I..II", "blond"), ("I..II", "red"), ("I..II", "brown"), ("I..II", "black"),
    ("III..IV", "white"), ("III..IV", "brown"), ("III..IV", "black"), ("III..IV", "black"),
    ("V..VI", "black"), ("V..VI", "black"), ("V..VI", "white"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scalp:
    """One picture and its truth: share of each pixel that hair covers, and the visible scalp."""

    rgb: Rgb
    alpha: Share
    region: Mask
    skin: str
    hair: str
    view: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured in one scalp; shares 0..1."""

    scalp: Scalp
    seed: int
    true: float
    given: float
    found: float
    region_iou: float
    hair_iou: float


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalps", type=int, default=100)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--page", type=Path, help="PNG of the dozen with the largest error, truth and found beside them"
    )
    given = parser.parse_args()
    cv2.setNumThreads(1)
    found = [measure(seed, given.weights) for seed in range(FIRST_SEED, FIRST_SEED + given.scalps)]
    print_table(found)
    if given.page:
        worst = sorted(found, key=lambda m: -abs(m.given - m.true))[:12]
        cv2.imwrite(str(given.page), page(worst, given.weights)[:, :, ::-1])


def textured(seed: int, size: int = 640) -> Scalp:
    """Return one scalp; its longer side has `size` pixels."""
    rng = np.random.default_rng([seed, 5])
    rows, columns = FINE * size, FINE * int(size * rng.choice([0.75, 0.75, 1.0]))
    skin, hair = PAIRS[rng.integers(len(PAIRS))]
    view = str(rng.choice(["vertex", "vertex", "frontal", "back"]))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    tall = rows * np.float32(rng.uniform(0.27, 0.42))
    wide = np.float32(min(float(tall) * rng.uniform(0.76, 0.88), 0.47 * columns))
    u, v = (x - columns / 2) / wide, (y - rows * np.float32(rng.uniform(0.45, 0.55))) / tall
    bulge = u * u + v * v + np.float32(rng.uniform(-0.1, 0.25)) * v * u * u
    head = bulge < 1
    height = np.sqrt(np.clip(1 - bulge, 0, 1))
    line = {"vertex": 0.8, "frontal": -0.1, "back": 0.6}[view] + rng.uniform(-0.1, 0.1)
    scalp = head & (v < line - np.float32(0.15) * np.cos(5 * u))
    light = shading(u, v, height, rng)

    grain = 1 + np.float32(0.04) * fractal(rows, columns, rng)
    bare = np.array(SKINS[skin], np.float32) * np.float32(rng.uniform(0.85, 1.15)) * (light * grain)[:, :, None]
    bare += np.float32(rng.uniform(0, 0.12)) * np.power(light / light.max(), 30)[:, :, None]
    behind = rng.uniform(0.05, 0.6, 3).astype(np.float32) * np.exp(0.3 * fractal(rows, columns, rng))[:, :, None]
    body = head.copy()
    if view == "frontal":
        eyes = ((np.abs(u) - 0.36) / 0.13) ** 2 + ((v - line - 0.55) / 0.05) ** 2 < 1
        brows = ((np.abs(u) - 0.36) / 0.2) ** 2 + ((v - line - 0.42) / 0.03) ** 2 < 1
        bare[eyes], bare[brows] = 0.3, 0.2 * bare[brows]
    else:
        body |= ((np.abs(u) - 0.98) / 0.1) ** 2 + ((v - 0.1) / 0.18) ** 2 < 1
        shoulders = (u / 1.7) ** 2 + ((v - 1.3) / 0.75) ** 2 < 1
        behind[shoulders] = rng.uniform(0.02, 0.5, 3)
    edge = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 2.0)[:, :, None]
    picture = behind * (1 - edge) + bare * edge
    picture, alpha = grown(picture, scalp, u, v, light, np.array(HAIRS[hair], np.float32), rng)

    small = (columns // FINE, rows // FINE)
    linear = cv2.resize(picture, small, interpolation=cv2.INTER_AREA) * np.float32(2.0 ** rng.uniform(-0.3, 0.4))
    shown = np.clip(cv2.GaussianBlur(linear, (0, 0), rng.uniform(0.3, 0.8)), 0, 1) ** np.float32(1 / 2.2)
    shown += np.float32(rng.uniform(0.002, 0.012)) * rng.standard_normal(shown.shape, np.float32)
    return Scalp(
        np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8),
        np.asarray(cv2.resize(alpha, small, interpolation=cv2.INTER_AREA), np.float32),
        cv2.resize(scalp.astype(np.float32), small, interpolation=cv2.INTER_AREA) > 0.5,
        skin,
        hair,
        view,
    )


def shading(u: Plane, v: Plane, height: Plane, rng: np.random.Generator) -> Plane:
    """Return the light on a rounded head: one lamp, and light from everywhere."""
    angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 1.0)
    flat = float(np.sqrt(1 - rise**2))
    lamp = np.clip(
        u * np.float32(flat * np.cos(angle)) + v * np.float32(flat * np.sin(angle)) + height * np.float32(rise), 0, 1
    )
    around = np.float32(rng.uniform(0.35, 0.7))
    return np.asarray(around + (1 - around) * lamp, np.float32)


def fractal(rows: int, columns: int, rng: np.random.Generator) -> Plane:
    """Return noise of all scales, coarse ones stronger, of about standard deviation 1."""
    out = np.zeros((rows, columns), np.float32)
    for cells in (5, 11, 23, 47, 95, 191, 383):
        coarse = rng.standard_normal((cells, cells)).astype(np.float32)
        fine = np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32)
        out += fine * np.float32((5 / cells) ** 0.5)
    return np.asarray(out / out.std(), np.float32)


def grown(
    picture: Plane, scalp: Mask, u: Plane, v: Plane, light: Plane, tone: NDArray[np.float32], rng: np.random.Generator
) -> tuple[Plane, Share]:
    """Return the picture with hair on it, and its share of each pixel."""
    rows, columns = u.shape
    share = np.full(u.shape, rng.uniform(0.15, 0.97), np.float32)
    for centre in ((0.0, -0.3), (0.0, 0.6)):
        if rng.random() < 0.6:
            distance = ((u - centre[0]) / rng.uniform(0.2, 0.6)) ** 2 + ((v - centre[1]) / rng.uniform(0.2, 0.6)) ** 2
            share *= 1 - np.float32(rng.uniform(0.3, 1.0)) * np.exp(-distance)
    way = np.arctan2(v + 0.3, u) * np.float32(rng.choice([0, 1])) + np.float32(rng.uniform(0, 6))
    way += np.float32(rng.uniform(0, 0.5)) * cv2.GaussianBlur(fractal(rows, columns, rng), (0, 0), rows / 60)
    reach = int(rng.integers(3, 22))
    layers = int(rng.integers(1, 4))
    inside = cv2.GaussianBlur(scalp.astype(np.float32), (0, 0), 2.0)
    alpha = np.zeros(u.shape, np.float32)
    for layer in range(layers):
        drawn = drawn_out(rng, way + np.float32(rng.normal(0, 0.25)), reach)
        # A standard normal value is below the share's quantile as often as the share says.
        part = 1 - (1 - np.clip(share, 0, 0.985)) ** np.float32(1 / layers)
        cover = np.clip((drawn - quantile(1 - part)) / np.float32(0.5) + 0.5, 0, 1) * inside
        own = tone * (0.7 + 0.25 * layer) * np.exp(0.2 * drawn_out(rng, way, reach))[:, :, None]
        shaded = picture * (1 - np.float32(0.25) * cv2.GaussianBlur(cover, (0, 0), 3.0))[:, :, None]
        picture = shaded * (1 - cover)[:, :, None] + own * (light * cover)[:, :, None]
        alpha = 1 - (1 - alpha) * (1 - cover)
    return np.asarray(picture, np.float32), alpha


def drawn_out(rng: np.random.Generator, way: Plane, reach: int) -> Plane:
    """Return white noise averaged along a field of directions, with standard deviation 1 (Cabral and Leedom, 1993)."""
    rows, columns = way.shape
    noise = cv2.GaussianBlur(rng.standard_normal((rows, columns)).astype(np.float32), (0, 0), 0.7)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    across, down = np.cos(way), np.sin(way)
    total = np.zeros_like(noise)
    for step in range(-reach, reach + 1):
        moved = cv2.remap(noise, x + step * across, y + step * down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        total += np.asarray(moved, np.float32)
    return np.asarray((total - total.mean()) / total.std(), np.float32)


def quantile(share: Plane) -> Plane:
    """Return the standard normal quantile."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.clip(share, 1e-3, 1 - 1e-3)), np.float32)


def measure(seed: int, weights: Path) -> Measured:
    """Return what is measured in one scalp, in the true region and in the one found."""
    scalp = textured(seed)
    mask, _ = network_mask(scalp.rgb, weights)
    given = shares(scalp.rgb, scalp.region, weights)
    hair = scalp.alpha >= 0.5
    return Measured(
        scalp=scalp,
        seed=seed,
        true=float(scalp.alpha[scalp.region].mean()),
        given=float(given[scalp.region].mean()),
        found=float(shares(scalp.rgb, mask, weights)[mask].mean()) if mask.any() else float("nan"),
        region_iou=iou(mask, scalp.region),
        hair_iou=iou((given >= 0.5) & scalp.region, hair & scalp.region),
    )


def print_table(found: list[Measured]) -> None:
    """Print the figures and where they come from."""

    def error(m: list[Measured], which: str) -> NDArray[np.float64]:
        return np.array([100 * (getattr(x, which) - x.true) for x in m])

    lines: list[tuple[str, Callable[[list[Measured]], float]]] = [
        ("coverage error in the true region, mean absolute, pp", lambda m: float(np.abs(error(m, "given")).mean())),
        ("  worst tenth above, pp", lambda m: float(np.quantile(np.abs(error(m, "given")), 0.9))),
        ("  mean, pp", lambda m: float(error(m, "given").mean())),
        (
            "  slope of measured on true coverage",
            lambda m: float(np.polyfit([x.true for x in m], [x.given for x in m], 1)[0]),
        ),
        ("coverage error, region found, mean absolute, pp", lambda m: float(np.nanmean(np.abs(error(m, "found"))))),
        ("region IoU, mean", lambda m: float(np.mean([x.region_iou for x in m]))),
        ("hair IoU, mean", lambda m: float(np.mean([x.hair_iou for x in m]))),
    ]
    rng = np.random.default_rng(0)
    for name, score in lines:
        draws = [score([found[i] for i in rng.integers(len(found), size=len(found))]) for _ in range(REPEATS)]
        low, high = np.nanquantile(draws, (0.025, 0.975))
        print(f"  {name:54s} {score(found):8.3f}   {low:8.3f} to {high:8.3f}")
    groups: list[tuple[str, Callable[[Measured], str]]] = [
        ("skin", lambda x: x.scalp.skin),
        ("hair", lambda x: x.scalp.hair),
        ("view", lambda x: x.scalp.view),
        ("true coverage", lambda x: f"{25 * min(3, int(4 * x.true)):2d} % and more"),
    ]
    print("  in the true region, by:                             photos   |error|      bias")
    for title, kind in groups:
        for name in sorted({kind(x) for x in found}):
            part = error([x for x in found if kind(x) == name], "given")
            print(f"  {f'{title}: {name}':48s} {len(part):8d} {np.abs(part).mean():9.1f} {part.mean():+9.1f}")


def page(worst: list[Measured], weights: Path) -> NDArray[np.uint8]:
    """Return pictures of the worst: photo, truth and found side by side, four scalps in a row."""
    tiles = []
    for one in worst:
        share = shares(one.scalp.rgb, one.scalp.region, weights)
        planes = [
            cv2.cvtColor(np.rint(255 * p * one.scalp.region).astype(np.uint8), cv2.COLOR_GRAY2RGB)
            for p in (one.scalp.alpha, share)
        ]
        tile = np.hstack([cv2.resize(p, (150, 200), interpolation=cv2.INTER_AREA) for p in (one.scalp.rgb, *planes)])
        told = f"{one.seed}: {100 * one.true:.0f} -> {100 * one.given:.0f}"
        tiles.append(cv2.putText(tile, told, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 60, 60), 1, cv2.LINE_AA))
    return np.asarray(np.vstack([np.hstack(tiles[i : i + 3]) for i in range(0, len(tiles), 3)]), np.uint8)


if __name__ == "__main__":
    main()
