"""What the scale card gives in photos of known truth: `python benchmarks/cards.py [--photos 60] [--first 1000]`.

The card is drawn and photographed as in the tests of `hairdensity.card`, with other seeds: as it is; turned and tilted;
partly covered; creased; shiny; in coloured, dim or uneven light; blurred, grainy and compressed; printed at another
size than it should be, with the ruler measured and not; and all of it at once.

Prints for each how many cards were found, the error of px/mm in per cent (median, 95th percentile, worst), how often
its 95 % interval holds the truth, the error of tilt in degrees and of the card's corners in mm, and that of white
balance (per cent of a channel) and of exposure (stops) where they were told.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from hairdensity.card import Card, find_card, layout

sys.path.append(str(Path(__file__).parents[1] / "tests" / "card"))
from card_scenes import Scene, outline, photograph, random_scene  # type: ignore[import-not-found]

LUMINANCE = (0.2126, 0.7152, 0.0722)
PLAIN = Scene()
LIT = ("gains", "exposure", "slope")
TAKEN = ("blur", "noise", "quality")
HELD = ("tilt_deg", "tilt_axis_deg", "turn_deg", "middle", "focal", "mirrored")


def with_only(scene: Scene, *names: str) -> Scene:
    """Return a plain photo of the card that shares only these circumstances with a random one."""
    kept = ("px_per_mm", "seed", *names)
    return replace(PLAIN, **{name: getattr(scene, name) for name in kept})


def scenes(kind: str, seed: int) -> tuple[Scene, float | None]:
    """Return how a card is photographed, and what length of its ruler is entered."""
    one = random_scene(seed)
    rng = np.random.default_rng([seed, 7])
    left, top = float(rng.choice([0.0, 50.0])), float(rng.choice([0.0, 25.0]))
    covered = (left, top, left + float(rng.uniform(15, 40)), top + 30)
    if kind == "as it is":
        return with_only(one), layout.RULER_MM
    if kind == "turned, tilted, mirrored":
        return with_only(one, *HELD), layout.RULER_MM
    if kind == "partly covered":
        return replace(with_only(one, "turn_deg"), covered=covered), layout.RULER_MM
    if kind == "creased":
        return replace(with_only(one, "turn_deg"), crease_mm=float(rng.uniform(0.2, 0.8))), layout.RULER_MM
    if kind == "shiny":
        return replace(with_only(one, "turn_deg"), glare=float(rng.uniform(0.3, 1.5))), layout.RULER_MM
    if kind == "other light":
        return with_only(one, *LIT), layout.RULER_MM
    if kind == "blurred, grainy":
        return with_only(one, *TAKEN), layout.RULER_MM
    scale = float(np.exp(rng.uniform(-0.08, 0.08)))
    if kind == "printed wrong, ruler measured":
        return replace(with_only(one, "turn_deg"), print_scale=scale), layout.RULER_MM * scale
    if kind == "printed wrong, nobody measured":
        return replace(with_only(one, "turn_deg"), print_scale=scale), None
    return one, layout.RULER_MM


KINDS = (
    "as it is", "turned, tilted, mirrored", "partly covered", "creased", "shiny", "other light", "blurred, grainy",
    "printed wrong, ruler measured", "printed wrong, nobody measured", "all but the print",
)  # fmt: skip


def main() -> None:
    """Photograph, find, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=60, help="photos of each kind")
    parser.add_argument("--first", type=int, default=1000, help="first seed; the tests use those below 100")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    for kind in KINDS:
        errors: list[tuple[float, ...]] = []
        light: list[tuple[float, float]] = []
        took = 0.0
        for seed in range(options.first, options.first + options.photos):
            scene, ruler = scenes(kind, seed)
            photo = photograph(scene)
            before = time.process_time()
            found = find_card(photo, ruler)
            took += time.process_time() - before
            if not isinstance(found, Card):
                continue
            off = float(np.abs(found.corners - outline(scene)).max()) / scene.px_per_mm
            inside = found.px_per_mm_low < scene.px_per_mm < found.px_per_mm_high
            errors.append(
                (abs(found.px_per_mm / scene.px_per_mm - 1), inside, abs(found.tilt_deg - scene.tilt_deg), off)
            )
            if found.gains_known:
                balance = np.abs(np.array(found.gains) * np.array(scene.gains) - 1).max()
                stops = scene.exposure + float(np.log2(np.dot(scene.gains, LUMINANCE)))
                light.append((float(balance), abs(found.exposure - stops)))
        print(f"{kind:31s} photos {options.photos}  found {len(errors)}", end="")
        if errors:
            scale, inside_all, tilt, corner = np.array(errors).T
            print(
                f"  px/mm off by {100 * np.median(scale):.2f}, {100 * np.quantile(scale, 0.95):.2f}, worst "
                f"{100 * scale.max():.2f} %, held {100 * inside_all.mean():.0f} %  tilt {np.median(tilt):.1f}, "
                f"{tilt.max():.1f} degrees  corners {np.median(corner):.2f}, {corner.max():.2f} mm",
                end="",
            )
        if light:
            balance_all, stops_all = np.array(light).T
            print(
                f"  light told {len(light)}: white balance {100 * np.median(balance_all):.1f}, worst "
                f"{100 * balance_all.max():.1f} %, exposure {np.median(stops_all):.2f}, worst {stops_all.max():.2f}",
                end="",
            )
        print(f"  CPU {took / options.photos:.3f} s")


if __name__ == "__main__":
    main()
