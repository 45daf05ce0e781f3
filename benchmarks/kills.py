"""Kill -9 at random moments: `python benchmarks/kills.py [--kills 50] [--photos 12] [--jobs 2] [--seed 1]`.

Starts the same run again and again and kills it with its workers after a random time, then lets it end, and says if
table, masks and verdict are those of a run that nobody disturbed. CI has the same with fewer kills, at chosen files.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from growth import one_photo, write

RUN = """
import sys
from datetime import date
from hairdensity.analysis import analyze
from hairdensity.settings import Settings
if __name__ == "__main__":
    settings = Settings(segmenter="classical", work_px=256)
    analyze(sys.argv[1], sys.argv[2], settings=settings, jobs=int(sys.argv[3]), today=date(2026, 7, 1))
"""


def main() -> None:
    """Print how many kills were survived, and exit with 1 where the results differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)  # noqa: S311 - dice
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write(home / "photos", one_photo(), options.photos)
        script = home / "run.py"
        script.write_text(RUN)

        def start(out: str) -> subprocess.Popen[bytes]:
            words = [sys.executable, str(script), str(home / "photos"), str(home / out), str(options.jobs)]
            # In a group of its own, so that its workers die with it.
            return subprocess.Popen(words, start_new_session=True)

        begun = time.monotonic()
        start("undisturbed").wait()
        whole = time.monotonic() - begun
        killed = ended = 0
        while killed < options.kills:
            process = start("out")
            try:
                process.wait(dice.uniform(0.05, 1.1) * whole)
                ended += 1
                # What is finished is finished: from the beginning, so that there is something left to disturb.
                subprocess.run(["rm", "-r", str(home / "out")], check=True)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                killed += 1
        start("out").wait()
        same = results(home / "out") == results(home / "undisturbed")
        left = [path.name for path in (home / "out").rglob(".writing-*")]
        print(f"killed {killed} times, let end {ended} times: {'the same results' if same else 'OTHER RESULTS'}", left)
        sys.exit(0 if same and not left else 1)


def results(out: Path) -> dict[str, bytes]:
    """Return what does not say when it was made."""
    files = [out / name for name in ("measurements.csv", "zones.csv", "progress.json")]
    files += sorted((out / "masks").rglob("*.png"))
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


if __name__ == "__main__":
    main()
