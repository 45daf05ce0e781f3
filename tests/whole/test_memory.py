"""Memory does not grow with the number of photos."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from scenes import head, save

FEW, MANY = 6, 30
LEAST_KEPT = 280 * 240 * (3 + 4 + 4)
"""Bytes of one work picture with its two planes: what a program that forgets nothing would keep of each photo."""
RUN = f"""
import sys
from hairdensity.analysis import analyze
from hairdensity.settings import Settings

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

def told(what, done, of):
    if done in ({FEW}, {MANY}):
        print(peak())
    if what == "writing masks":
        raise SystemExit

analyze(sys.argv[1], sys.argv[2], settings=Settings(segmenter="classical", work_px=280), jobs=1, on_progress=told)
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux")
def test_many_photos_need_no_more_memory_than_few(tmp_path: Path):
    picture = save(head(), tmp_path / "one.jpg").read_bytes()
    for number in range(MANY):
        photo = tmp_path / "photos" / "vertex" / f"{date(2024, 1, 1) + timedelta(days=number)}.jpg"
        photo.parent.mkdir(parents=True, exist_ok=True)
        # What follows the end of a JPEG makes another file of it, and the same picture.
        photo.write_bytes(picture + bytes([number]))
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path / "photos", tmp_path / "out"],
        env=os.environ | one, capture_output=True, text=True, check=True,
    )  # fmt: skip
    few_observed, observed, few_placed, placed = (1024 * int(line) for line in done.stdout.split()[:4])
    most = LEAST_KEPT * (MANY - FEW) / 4
    assert observed - few_observed < most
    assert placed - few_placed < most
