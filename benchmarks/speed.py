"""What a photo costs: `python benchmarks/speed.py [--photos 24] [--megapixels 12]`.

Renders one scalp, enlarges it to the wanted size with fresh noise for each photo, and then, each in a process of its
own, decodes the JPEGs and analyses them with one worker. Prints CPU seconds a photo for both, their ratio, start-up,
and peak memory of the process. Start-up is measured on a folder with one tiny photo and subtracted.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

DECODE = """
import sys, pathlib, numpy as np
from PIL import Image
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jpg")):
    np.asarray(Image.open(path))
"""
ANALYZE = """
import sys
from hairdensity.analysis import analyze
analyze(sys.argv[1], sys.argv[2], jobs=1)
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--megapixels", type=float, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos, single = Path(folder, "photos"), Path(folder, "single")
        make(photos, options.photos, options.megapixels)
        make(single, 1, 0.05)
        decode, decode_memory = cost(DECODE, photos)
        import_only, _ = cost(DECODE, single)
        everything, memory = cost(ANALYZE, photos, Path(folder, "out"))
        start, _ = cost(ANALYZE, single, Path(folder, "out-single"))
    per_decode = (decode - import_only) / options.photos
    per_photo = (everything - start) / options.photos
    print(f"{options.photos} photos of {options.megapixels:g} MP, one worker")
    print(f"{'':12s} {'CPU s a photo':>14s} {'start-up s':>11s} {'peak MB':>8s}")
    print(f"{'decode':12s} {per_decode:14.3f} {import_only:11.2f} {decode_memory:8.0f}")
    print(f"{'analyze':12s} {per_photo:14.3f} {start:11.2f} {memory:8.0f}")
    print(f"ratio {per_photo / per_decode:.1f}")


def make(folder: Path, count: int, megapixels: float) -> None:
    """Write photos of one rendered head, dated a month apart, no two the same bytes."""
    import cv2

    from hairdensity.simulate import random_head, render

    folder.mkdir(parents=True)
    small = render(random_head(1)).rgb
    rows = round(np.sqrt(megapixels * 1e6 * small.shape[0] / small.shape[1]))
    columns = round(megapixels * 1e6 / rows)
    large = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    for number in range(count):
        random = np.random.default_rng(number)
        noise = random.normal(0, 4, (rows, columns, 1)).astype(np.float32)
        photo = np.clip(large + noise, 0, 255).astype(np.uint8)
        name = folder / f"vertex_{2024 + number // 12}-{1 + number % 12:02d}-01.jpg"
        cv2.imwrite(str(name), photo[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


def cost(script: str, *arguments: Path) -> tuple[float, float]:
    """Run a script in a process of its own and return its CPU seconds and peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Not getrusage: its peak begins with what this process had when it started the other.
    peak = "int(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    measure = f"{script}\nprint({peak})"
    done = subprocess.run(
        [sys.executable, "-c", measure, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, float(done.stdout.split()[-1]) / 1024


if __name__ == "__main__":
    main()
