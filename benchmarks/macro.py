"""Accuracy and speed on macro photos: rendered fields with exact truth, pairs of visits, spots that are not the same.

    python benchmarks/macro.py [--fields N] [--first SEED] [--pairs N] [--first-pair N] [--wrong N] [--photos FOLDER]

FOLDER holds fields/, boxes.json, tiles/ and tiles_hair/: photos with hairs boxed by hand and hair pixels drawn by hand.
"""

import argparse
import json
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from hairdensity import imaging
from hairdensity.hairs import Found, look
from hairdensity.hairs.figures import figures
from hairdensity.hairs.hair import TERMINAL_UM
from hairdensity.hairs.pairs import NotSame, match_hairs
from hairdensity.simulate.macro import Look, MacroPhoto, macro_photo
from hairdensity.simulate.spot import Spot, later_spot, macro_spot

EDGE_MM = 0.8
"""Along the edges of a rendered spot units are denser, as far as they keep apart."""
LIGHTS = ("white", "purple", "yellow")


def spot_and_look(seed: int) -> tuple[Spot, Look]:
    """Return a spot and a way to take it, spread over what is to be expected."""
    random = np.random.default_rng((seed, 5))
    spot = macro_spot(
        seed,
        units_per_cm2=float(random.uniform(55, 95)),
        thickness_um=float(random.uniform(60, 90)),
        length_mm=float(random.choice([0.4, 0.6, 1.0])),
    )
    skins = ((196.0, 170.0, 150.0), (222.0, 196.0, 180.0), (168.0, 132.0, 108.0))
    return spot, Look(
        light=LIGHTS[seed % 3],
        skin=skins[seed % len(skins)],
        oil=float(random.choice([0.0, 0.6])),
        glare=float(random.uniform(0, 0.5)),
        uneven=float(random.uniform(0, 0.4)),
    )


def rendered(count: int, first: int) -> None:
    """Print errors of density and thickness on rendered fields, and how often intervals hold the truth of the scalp."""
    density, thickness, seconds = [], [], []
    held: dict[str, list[tuple[bool, float, float]]] = {}
    for seed in range(first, first + count):
        spot, how = spot_and_look(seed)
        photo = macro_photo(spot, how, seed)
        start = time.process_time()
        found = look(photo.rgb, how.px_per_mm)
        seconds.append(time.process_time() - start)
        truth = in_frame(photo)
        measured = figures(found)
        if measured.density is None or measured.thickness_um is None:
            continue
        density.append(100 * (measured.counted / max(1, len(truth)) - 1))
        real = float(np.median(truth)) if truth else 0.0
        thickness.append(measured.thickness_um.value - real)
        for name, true in of_scalp(spot).items():
            estimate = getattr(measured, name)
            if estimate is not None:
                half = (estimate.high - estimate.low) / 2
                held.setdefault(name, []).append(
                    (estimate.low <= true <= estimate.high, half / true, estimate.value / true - 1)
                )
    print(f"rendered fields            {len(density)}")
    off = np.abs(density)
    print(f"density, mean error        {np.mean(off):.1f} %   (target 4), median {np.median(off):.1f}")
    print(f"density, bias              {np.mean(density):+.1f} %, standard deviation {np.std(density):.1f}")
    print(f"median thickness, error    {np.mean(np.abs(thickness)):.1f} um  (target 4), bias {np.mean(thickness):+.1f}")
    print(f"CPU for a field            {np.median(seconds):.2f} s")
    print("95 % intervals against the scalp around: held, of, half width, bias")
    for name, rows in held.items():
        kept, half, bias = (np.array(column) for column in zip(*rows, strict=True))
        print(
            f"  {name:20s} {kept.sum():4d} of {len(kept):4d}  {100 * half.mean():5.0f} %  {100 * bias.mean():+5.0f} %"
        )


def of_scalp(spot: Spot) -> dict[str, float]:
    """Return the truth of a rendered spot, by the names of the figures.

    Densities are of its inner part: units keep apart, so that more of them find room along its edges, and photos do not
    reach there.
    """
    inner = spot.half_mm - EDGE_MM
    area = (2 * inner / 10) ** 2
    thick = np.array([hair.thickness_um for hair in spot.hairs])
    within = thick[[max(map(abs, hair.root)) < inner for hair in spot.hairs]]
    return {
        "density": len(within) / area,
        "terminal": float((within >= TERMINAL_UM).sum()) / area,
        "vellus": float((within < TERMINAL_UM).sum()) / area,
        "cumulative": float(within.sum()) / 1000 / area,
        "thickness_um": float(np.median(thick)),
        "thickness_p10_um": float(np.quantile(thick, 0.1)),
        "thickness_p90_um": float(np.quantile(thick, 0.9)),
        "per_unit": len(thick) / len({hair.unit for hair in spot.hairs}),
    }


def in_frame(photo: MacroPhoto) -> list[float]:
    """Return the thickness of the hairs that the counting frame of the whole photo counts, by the truth."""
    rows, columns = photo.look.shape
    guard = 0.12 * photo.look.px_per_mm
    counted = []
    for hair in photo.hairs:
        x, y = hair.line.T
        hit = ((x >= guard) & (x < columns - guard) & (y >= guard) & (y < rows - guard)).any()
        if hit and x.min() >= guard and y.max() < rows - guard:
            counted.append(hair.thickness_um)
    return counted


def visits(count: int, first: int = 0) -> Iterator[tuple[MacroPhoto, MacroPhoto]]:
    """Yield two photos of one spot, before and after some hairs went and others came."""
    for seed in range(first, first + count):
        spot, how = spot_and_look(1000 + seed)
        random = np.random.default_rng((seed, 6))
        later = later_spot(spot, seed, lost=float(random.uniform(0, 0.12)), new=float(random.uniform(0, 0.12)))
        again = Look(
            light=LIGHTS[(seed + 1) % 3],
            skin=how.skin,
            shift_mm=(float(random.normal(0, 0.3)), float(random.normal(0, 0.3))),
            turn_deg=float(random.normal(0, 6)),
            glare=0.2,
        )
        yield macro_photo(spot, how, seed), macro_photo(later, again, seed + 1)


def pairs(count: int, first: int) -> None:
    """Print errors of the change, hair by hair, and how many intervals hold it."""
    errors, refused, total, held = [], 0, 0, 0
    for before, after in visits(count, first):
        total += 1
        matched = match_hairs(look(before.rgb, before.look.px_per_mm), look(after.rgb, after.look.px_per_mm))
        if isinstance(matched, NotSame):
            refused += 1
            continue
        true = change_in_common(before, after)
        errors.append(100 * (matched.change - true))
        held += matched.change_low <= true <= matched.change_high
    print(f"pairs of visits            {total}, refused {refused}")
    if errors:
        print(f"change, mean error         {np.mean(np.abs(errors)):.1f} %   (target 1), bias {np.mean(errors):+.1f}")
        print(f"intervals that hold it     {held} of {len(errors)}")


def change_in_common(before: MacroPhoto, after: MacroPhoto) -> float:
    """Return the true change of the number of hairs on the skin that both photos show, as a share."""
    first = {h.name: h for h in before.hairs}
    second = {h.name: h for h in after.hairs}
    both = [n for n in first if n in second]
    a = np.array([first[n].line[0] for n in both])
    b = np.array([second[n].line[0] for n in both])
    p, q = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    turn = np.vdot(p - p.mean(), q - q.mean()) / np.vdot(p - p.mean(), p - p.mean()).real
    shift = q.mean() - turn * p.mean()

    def shown(root: complex, photo: MacroPhoto) -> bool:
        margin = 0.07 * photo.look.px_per_mm
        rows, columns = photo.look.shape
        return margin <= root.real < columns - margin and margin <= root.imag < rows - margin

    roots = {n: complex(*h.line[0]) for n, h in first.items()}
    was = {n for n, root in roots.items() if shown(root, before) and shown(turn * root + shift, after)}
    roots = {n: complex(*h.line[0]) for n, h in second.items()}
    now = {n for n, root in roots.items() if shown(root, after) and shown((root - shift) / turn, before)}
    return (len(now - was) - len(was - now)) / max(1, len(was))


def wrong(count: int) -> None:
    """Print how many pairs of different spots were not refused."""
    spots: list[Found] = []
    needed = 2
    while needed * (needed - 1) // 2 < count:
        needed += 1
    for seed in range(needed):
        spot, how = spot_and_look(2000 + seed)
        spots.append(look(macro_photo(spot, how, seed).rgb, how.px_per_mm))
    chosen = list(combinations(spots, 2))[:count]
    accepted = sum(not isinstance(match_hairs(a, b), NotSame) for a, b in chosen)
    print(f"wrong spots not refused    {accepted} of {len(chosen)}   (target 0 of 200)")


def tiles(folder: Path) -> None:
    """Print Dice and coverage error on tiles whose hair was drawn by hand."""
    dice, cover = [], []
    for file in sorted((folder / "tiles").glob("*.jpg")):
        rgb = imaging.decode_rgb(file.read_bytes())
        truth = imaging.decode_gray((folder / "tiles_hair" / file.name).read_bytes()) < 200
        got = look(rgb, None).share >= 0.5
        dice.append(2 * (got & truth).sum() / max(1, got.sum() + truth.sum()))
        cover.append(100 * (got.mean() - truth.mean()))
    print(f"tiles                      {len(dice)}")
    print(f"Dice                       {np.mean(dice):.3f}  (target 0.88)")
    print(f"coverage, mean error       {np.mean(np.abs(cover)):.1f} pp (target 2), bias {np.mean(cover):+.1f}")


def fields(folder: Path, px_per_mm: float) -> None:
    """Print count and CPU for each field boxed by hand; boxes themselves are scored elsewhere."""
    hand = json.loads((folder / "boxes.json").read_text())
    print("field            by hand   found   CPU s")
    for name, boxes in sorted(hand.items()):
        rgb = imaging.decode_rgb((folder / "fields" / f"{name}.jpg").read_bytes())
        start = time.process_time()
        found = look(rgb, px_per_mm)
        print(f"{name:16s} {len(boxes):7d} {len(found.hairs):7d} {time.process_time() - start:7.2f}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=int, default=24, help="rendered fields")
    parser.add_argument("--first", type=int, default=0, help="seed of the first of them")
    parser.add_argument("--pairs", type=int, default=12, help="rendered pairs of visits")
    parser.add_argument("--first-pair", type=int, default=0, help="number of the first of them")
    parser.add_argument("--wrong", type=int, default=200, help="pairs of spots that are not the same")
    parser.add_argument("--photos", type=Path, help="folder with fields, tiles and what was marked by hand")
    parser.add_argument("--px-per-mm", type=float, default=360.0, help="scale of the fields in --photos")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.fields:
        rendered(options.fields, options.first)
    if options.pairs:
        pairs(options.pairs, options.first_pair)
    if options.wrong:
        wrong(options.wrong)
    if options.photos:
        tiles(options.photos)
        fields(options.photos, options.px_per_mm)


if __name__ == "__main__":
    main()
