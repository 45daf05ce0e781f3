"""How many scale bars are read, and how many wrongly: `python benchmarks/scale_bars.py [--bars 500] [--photos FOLDER]`.

Bars of random length, thickness, place and colour are drawn on rendered macro photos, with or without ticks and a box,
their label beside, above or below in one of the fonts that Matplotlib brings along (none of them is known to the
reader), and stored as JPEG. Prints how many were read, doubted, not seen, and read wrongly (by more than 2 %), by font.
A third of the labels are no round lengths and should never be read. With FOLDER its photos are read too, a line each.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import matplotlib
import numpy as np

from hairdensity.arrays import Rgb
from hairdensity.hairs import ScaleBar, read_scale_bar
from hairdensity.read import read_photo
from hairdensity.simulate.macro import Look, macro_photo
from hairdensity.simulate.spot import macro_spot

FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif", "STIXGeneral", "cmss10")
LABELS = (
    (1, "1 mm"), (1, "1.0 mm"), (0.5, "0.5 mm"), (0.5, "500 µm"), (2, "2 mm"), (0.2, "200um"), (0.25, "0.25mm"),
    (0.1, "100 µm"), (5, "5.00 mm"), (1.5, "1.5 mm"), (3, "3.00 mm"), (0.7, "0,7 mm"), (0.468, "468 µm"),
)  # fmt: skip


def main() -> None:
    """Draw, read, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--photos", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    skins = [macro_photo(macro_spot(seed), Look(), seed).rgb for seed in range(4)]
    rng = np.random.default_rng(given.seed)
    outcome: dict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(given.bars):
        font = str(rng.choice(FONTS))
        picture, true = drawn(skins[rng.integers(len(skins))], font, rng)
        found = read_scale_bar(picture)
        outcome[font][judged(found.px_per_mm, true, found.reason)] += 1
    names = ("read", "doubted", "not seen", "WRONG")
    print("font".ljust(20) + "".join(f"{name:>10s}" for name in names))
    total = sum(outcome.values(), Counter())
    for font, counts in (*sorted(outcome.items()), ("all", total)):
        print(font.ljust(20) + "".join(f"{counts[name]:10d}" for name in names))
    for path in sorted(given.photos.glob("*.jpg")) if given.photos else ():
        found = read_scale_bar(read_photo(path).rgb)
        print(path.name, found.reason if isinstance(found, ScaleBar) else found.reason or "no bar")


def judged(px_per_mm: float | None, true: float, reason: str) -> str:
    """Return what came of one bar."""
    if px_per_mm is None:
        return "doubted" if reason else "not seen"
    return "read" if abs(px_per_mm / true - 1) < 0.02 else "WRONG"


def drawn(skin: Rgb, font: str, rng: np.random.Generator) -> tuple[Rgb, float]:
    """Return a photo with a bar in it, and its true scale in pixels a millimetre."""
    picture = np.ascontiguousarray(skin.copy())
    rows, columns = picture.shape[:2]
    millimetres, text = LABELS[rng.integers(len(LABELS))]
    size, length, thick = int(rng.integers(14, 40)), int(rng.integers(110, 500)), int(rng.integers(1, 6))
    x, y = int(rng.integers(10, columns - length - 10)), int(rng.integers(80, rows - 80))
    tone = int(rng.choice((0, 255)))
    colour = (tone,) * 3
    if rng.random() < 0.4:
        cv2.rectangle(picture, (x - 8, y - 60), (x + length + 208, y + 70), (255 - tone,) * 3, -1)
    cv2.rectangle(picture, (x, y), (x + length - 1, y + thick - 1), colour, -1)
    if rng.random() < 0.5:
        for end in (x, x + length - 1):
            cv2.line(picture, (end, y - 6), (end, y + thick + 5), colour, max(1, thick // 2))
    below = (x, y + thick + 12 + size)
    place = ((x + length // 3, y - 8 - thick), below, (x + length + 10, y + size // 2))[rng.integers(3)]
    if place[0] + 6 * size > columns:
        place = below
    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    cv2.putText(picture, text, place, colour, cv2.FontFace(str(file)), size)
    stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8), length / millimetres


if __name__ == "__main__":
    main()
