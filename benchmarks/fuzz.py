"""Hostile input: `python benchmarks/fuzz.py [--seconds 60] [--seed 1] [photo table regions kept command]`.

Damages valid files in the ways that disks, editors and strangers do (bytes flipped, cut out, doubled, moved from
another file, numbers made extreme) and gives them to what reads them. Allowed is a result, or one line for a person;
anything else is printed with the seed that makes it again. Prints how many inputs of each kind were tried, how many
were read, and the slowest.
"""

import argparse
import contextlib
import io
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

Try = Callable[[random.Random, Path], bool]
"""Makes one input and reads it; true where it was read, false where it was refused as it should be."""
SLOW_SECONDS: Final = 10.0
NASTY: Final = (
    *(b"", b"\0", b"\n", b"\r", b'"', b",", b";", b"\t", b"=1+1", b"-1", b"nan", b"inf", b"1e999", b"0" * 400),
    *("😀".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", b"<script>", b"../../x", b"9999-12-31", b"0000-00-00"),
    *(b"2026-02-30", b"1,5", b"50%", b"\xe2\x80\xae", b"[" * 2000, b"{}", b"null", b'"a":', b"1" * 5000),
)


def main() -> int:
    """Print the counts; status 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], metavar="KIND")
    parser.add_argument("--seconds", type=float, default=60, help="for each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    for kind in options.kinds or KINDS:
        until, seed = time.monotonic() + options.seconds, options.seed
        seen: Counter[str] = Counter()
        slowest = 0.0
        while time.monotonic() < until:
            start = time.process_time()
            outcome = attempt(kind, seed)
            slowest = max(slowest, time.process_time() - start)
            seen[outcome.split(":")[0]] += 1
            if outcome.startswith("WRONG"):
                print(f"{kind} seed {seed}: {outcome}")
                wrong += 1
            seed += 1
        counts = ", ".join(f"{count} {name}" for name, count in sorted(seen.items()))
        print(f"{kind:8s} {sum(seen.values()):7d} inputs: {counts}; slowest {slowest:.2f} s CPU")
    return 1 if wrong else 0


def attempt(kind: str, seed: int) -> str:
    """Try one input and return "read", "refused", or what was wrong."""
    from hairdensity.errors import HairdensityError

    start = time.process_time()
    # Some commands write where they are called.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            done = KINDS[kind](random.Random(seed), Path(folder))
        except HairdensityError as error:
            done = False
            if "\n" in str(error) or len(str(error)) > 1000:
                return f"WRONG: not one line: {str(error)[:200]!r}"
        except AssertionError as error:
            return f"WRONG: {error}"
        except Exception as error:  # what is looked for
            return f"WRONG: {type(error).__name__}: {str(error)[:200]}"
    if time.process_time() - start > SLOW_SECONDS:
        return "WRONG: slow"
    return "read" if done else "refused"


def damaged(dice: random.Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return bytes with a few kinds of damage."""
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at, length = dice.randrange(len(data) + 1), dice.choice((1, 2, 4, 16, 200))
        # Most of what a reader decides lies at the beginning.
        at = at % 200 if dice.random() < 0.4 else at
        part = data[at : at + length]
        match dice.randrange(7):
            case 0:
                part = bytes(byte ^ (1 << dice.randrange(8)) for byte in part)
            case 1:
                part = b""
            case 2:
                part = part * dice.choice((2, 50))
            case 3:
                part = dice.choice(NASTY)
            case 4:
                part = bytes([dice.choice((0, 255, 127, 128))]) * len(part)
            case 5:
                other = dice.choice([*others, data])
                start = dice.randrange(len(other) + 1)
                part = other[start : start + dice.choice((4, 64, 2000))]
            case _:
                return data[:at]
        data = data[:at] + part + data[at + length :]
    return data


def photo(dice: random.Random, folder: Path) -> bool:
    """Read a damaged photo, and now and then measure it."""
    from hairdensity.read import read_photo, read_taken
    from hairdensity.recipe import observe
    from hairdensity.settings import Settings

    files = corpus()
    name, data = dice.choice(files)
    path = folder / name
    path.write_bytes(damaged(dice, data, [other for _, other in files]))
    read_taken(path)
    if dice.random() < 0.03:
        settings = Settings(segmenter="classical", work_px=128, max_megapixels=1)
        return observe(path, dice.choice(("vertex", "macro")), (), settings).status == "measured"
    read = read_photo(path, max_pixels=1_000_000, enough_px=dice.choice((None, 16)))
    assert read.rgb.ndim == 3, read.rgb.shape
    assert read.rgb.shape[2] == 3, read.rgb.shape
    assert read.rgb.dtype == np.uint8
    return True


def corpus() -> list[tuple[str, bytes]]:
    """Return small valid files of every format."""
    if not _CORPUS:
        from PIL import Image

        rng = np.random.default_rng(0)
        rgb = Image.fromarray(rng.integers(0, 256, (48, 40, 3), np.uint8).repeat(2, 0).repeat(2, 1))
        exif = Image.Exif()
        exif[0x0112], exif[0x0110] = 6, "camera"
        exif.get_ifd(0x8769)[0x9003] = "2026:03:01 10:00:00"
        modes = (("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("TIFF", "LAB"))
        for kind, mode in (*((kind, "RGB") for kind in ("JPEG", "PNG", "TIFF", "WEBP", "MPO", "GIF")), *modes):
            buffer = io.BytesIO()
            picture = Image.fromarray(np.asarray(rgb.convert("L"), np.uint16) * 257) if mode == "I;16" else rgb
            picture = picture if picture.mode == mode else picture.convert(mode)
            picture.save(buffer, kind, **({} if kind == "GIF" else {"exif": exif}))
            _CORPUS.append((f"a.{kind.lower()}", buffer.getvalue()))
        try:
            import pi_heif

            pi_heif.register_heif_opener()
        except ImportError:
            pass
    return _CORPUS


_CORPUS: list[tuple[str, bytes]] = []
TABLE: Final = (
    b'photo,date,view,subject,notes,px_per_mm\na.jpg,2026-03-01,vertex,1,"a, b",12.5\nb.jpg,01.04.2026,macro,2,,\n',
    b"date;treatment;until;notes\n2026-01-20;microneedling;;1,5 mm\n2026-02-01;minoxidil;2026-06-01;\n"
    b"2026-03-01;haircut;;\n",
    b"date,value,low,high,subject\n2026-01-01,0.5,0.4,0.6,1\n2026-02-01,0.52,0.42,0.62,1\n2026-03-01,50%,0.43,0.63,1\n",
)


def table(dice: random.Random, folder: Path) -> bool:
    """Read a damaged table as each of the tables that people write, and follow it."""
    from click.testing import CliRunner

    from hairdensity.cli import main as command
    from hairdensity.find import find_photos
    from hairdensity.treatments import read_treatments

    data = damaged(dice, dice.choice(TABLE), TABLE)
    which = dice.randrange(3)
    path = folder / ("photos.csv", "treatments.csv", "table.csv")[which]
    path.write_bytes(data)
    if which == 0:
        for name in ("a.jpg", "b.jpg"):
            (folder / name).write_bytes(b"")
        return len(find_photos(folder).photos) == 2
    if which == 1:
        read_treatments(path)
        return True
    return checked(CliRunner().invoke(command, ["progress", str(path), "--json"]))


def regions(dice: random.Random, folder: Path) -> bool:
    """Read damaged outlines."""
    from hairdensity.region import drawn_region
    from hairdensity.regions import read_regions

    outline, other = [[1, 2], [30, 4], [5, 60]], [[1.5, 2], [3, -4e3], [1e5, 6]]
    whole = json.dumps({"a.jpg": [outline], "b.jpg": other, "c.jpg": {"region": other, "zones": {"whorl": outline}}})
    (folder / "regions.json").write_bytes(damaged(dice, whole.encode()))
    for drawn in read_regions(folder / "regions.json").values():
        for polygons in (drawn.region, *(zone for _, zone in drawn.zones)):
            drawn_region(polygons, (64, 48))
    return True


def kept(dice: random.Random, folder: Path) -> bool:
    """Load a damaged entry of what is kept."""
    from hairdensity.keep import Keeper

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("facts.json", json.dumps({"status": "rejected", "flags": []}))
        archive.writestr("share.png", b"not looked at")
    keeper = Keeper(folder)
    keeper.save_files("ab" * 32, {"status": "rejected"}, {"share.png": b"x" * 50})
    path = keeper.path("ab" * 32)
    path.write_bytes(damaged(dice, path.read_bytes(), [buffer.getvalue()]))
    return keeper.load_files("ab" * 32, ("share.png",)) is not None


def command(dice: random.Random, folder: Path) -> bool:
    """Give the command line words that make no sense."""
    from click.testing import CliRunner

    from hairdensity.cli import main as command

    (folder / "photos").mkdir()
    (folder / "a.csv").write_bytes(damaged(dice, dice.choice(TABLE), TABLE))
    words = ("analyze", "check", "report", "compare", "progress", "plan", "card", "--out", "--json", "--jobs",
             "--treatments", "--format", "parquet", "0", "-1", "1e999", "nan", "--help", "--", "", "..", "a" * 300,
             str(folder / "photos"), str(folder / "a.csv"), str(folder / "none"), "--work-px", "--cluster")  # fmt: skip
    return checked(CliRunner().invoke(command, [dice.choice(words) for _ in range(dice.randrange(1, 6))]))


def checked(result: "object") -> bool:
    """Return whether a command did what it was asked; raise where it neither did nor said why in plain words."""
    from click.testing import Result

    assert isinstance(result, Result)
    assert result.exit_code in (0, 1, 2), result.exit_code
    assert "Error: unexpected" not in result.output, result.output[-300:]
    assert "Traceback" not in result.output, result.output[-300:]
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code == 0


KINDS: Final[dict[str, Try]] = {
    "photo": photo, "table": table, "regions": regions, "kept": kept, "command": command,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
