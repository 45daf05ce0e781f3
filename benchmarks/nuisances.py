"""One thing at a time: how far a still head moves, the whole way: `python benchmarks/nuisances.py PHOTOS`.

    [--heads 40] [--view top]

PHOTOS is a folder with one photo of each of many people. Each is the first session of a series, and is photographed
again, as far as a picture can be: darker and brighter by a fifth, warmer, cooler, lit from one side, turned by ten
degrees, compressed hard (the changes of `benchmarks/heads.py`). The later session is laid on the first, and both are
measured on the skin that they share, as `hairdensity analyze` does. The network that ships has learned from the
development photos: of others the figures are larger.

Prints for each change the mean shift of coverage, the mean and the 95th percentile of its absolute value, and which
flags were raised by how many.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from heads import ALTERED

from hairdensity import imaging
from hairdensity.files import write_whole
from hairdensity.measure import common_skin, coverage
from hairdensity.placing import as_baseline, place_on, place_on_itself
from hairdensity.read import read_photo
from hairdensity.recipe import observe
from hairdensity.settings import Settings


def main() -> None:
    """Change, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--heads", type=int, default=40)
    parser.add_argument("--view", default="top")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    moved: dict[str, list[float]] = {name: [] for name in ALTERED}
    flags: dict[str, Counter[str]] = {name: Counter() for name in ALTERED}
    heads = 0
    for photo in sorted(options.photos.glob("*.jpg"))[: options.heads]:
        first = observe(photo, options.view, (), Settings())
        itself = place_on_itself(first).placed if first.seen else None
        if itself is None:
            continue
        heads += 1
        baseline = as_baseline(first)
        picture = read_photo(photo).rgb
        for name, change in ALTERED.items():
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "2025-02-05.jpg"
                write_whole(file, imaging.encode_jpeg(change(picture), 95))
                later = observe(file, options.view, (), Settings())
            if later.seen is None:
                flags[name].update(["not measured"])
                continue
            placement = place_on(later, baseline)
            flags[name].update(placement.flags)
            if placement.placed is None:
                continue
            skin = common_skin(itself.skin, [itself.skin, placement.placed.skin])
            before, after = (coverage(one, skin, itself.skin) for one in (itself, placement.placed))
            if before and after:
                moved[name].append(100 * (after.value - before.value))
    print(f"{heads} heads")
    for name, shifts in moved.items():
        told = ", ".join(f"{flag} {count}" for flag, count in flags[name].most_common()) or "none"
        size = np.abs(shifts)
        print(
            f"{name:20s} shift {np.mean(shifts):+.2f}, absolute {size.mean():.2f}, 95th percentile "
            f"{np.quantile(size, 0.95):.2f} points; flags: {told}"
        )


if __name__ == "__main__":
    main()
