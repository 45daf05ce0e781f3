"""What people really have in their folders: each bad file gets one clear line, and the good ones are measured."""

import csv
import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from scenes import head, save, series

from hairdensity.cli import main

OPTIONS = ("--segmenter", "classical", "--work-px", "360", "--jobs", "1")


def run(photos: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["analyze", str(photos), "--out", str(out), *OPTIONS, *more])


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as file:
        return {row["photo"]: row for row in csv.DictReader(file)}


def huge_png() -> bytes:
    """Return the beginning of a PNG that says it has 60,000 x 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    check = struct.pack(">I", zlib.crc32(header))
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + check + struct.pack(">I", 8192) + b"IDAT" + b"\0" * 99
    )


def gif(path: Path) -> None:
    frames = [Image.fromarray(np.full((40, 40, 3), level, np.uint8)) for level in (0, 128, 255)]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:])


def test_each_bad_file_is_a_row_with_a_line_that_says_what_to_do(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    vertex = photos / "vertex"
    whole = (vertex / "2026-01-05.jpg").read_bytes()
    (vertex / "empty.jpg").write_bytes(b"")
    (vertex / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (vertex / "text.jpg").write_text("this is not a photo")
    save(np.zeros((1, 1, 3), np.uint8), vertex / "dot.png")
    (vertex / "huge.png").write_bytes(huge_png())
    gif(vertex / "moving.gif")
    (vertex / "folder.jpg").mkdir()
    save(np.full((300, 300, 3), 128, np.uint8), vertex / "grey.png")
    result = run(photos, out)
    assert result.exit_code == 0, result.output
    table = rows(out)
    wanted = {
        "empty.jpg": ("unreadable", "is empty"),
        "cut.jpg": ("unreadable", "ends too early"),
        "text.jpg": ("unreadable", "is not a photo"),
        "dot.png": ("rejected", "too few pixels"),
        "huge.png": ("unreadable", "60000 x 60000 pixels"),
        "moving.gif": ("unreadable", "GIF"),
        "grey.png": ("rejected", "one even colour"),
    }
    for name, (status, words) in wanted.items():
        row = table[f"vertex/{name}"]
        assert row["status"] == status, name
        assert words in row["reason"], name
        assert row["reason"].endswith("."), name
        assert row["coverage"] == ""
        # Named once: by who says it, not by the reason.
        assert f"Left out: vertex/{name}: {row['reason']}" in result.stderr
        assert name not in row["reason"]
    assert "vertex/folder.jpg" not in table
    assert sum(row["status"] == "measured" for row in table.values()) == 2
    assert "Traceback" not in result.output


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_that_may_not_be_read(tmp_path: Path):
    photos = series(tmp_path / "photos", 2)
    (photos / "vertex" / "2026-02-05.jpg").chmod(0)
    run(photos, tmp_path / "out")
    assert "may not be read" in rows(tmp_path / "out")["vertex/2026-02-05.jpg"]["reason"]


NAMES = (
    "with space.jpg",
    "quo'te\".jpg",
    "new\nline.jpg",
    "emoji 🧑‍🦲.jpg",
    "<script>alert(1)<!--.jpg",
    "=1+1.jpg",
    "-x.jpg",
)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
def test_names_are_data(tmp_path: Path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    for number, name in enumerate(NAMES):
        (photos / "vertex").mkdir(parents=True, exist_ok=True)
        save(head(2000, noise=number), photos / "plain.jpg").rename(photos / "vertex" / name)
    (photos / "vertex" / "<script>bad.jpg").write_bytes(b"")
    result = run(photos, out)
    assert result.exit_code == 0, result.output
    assert sorted(rows(out)) == sorted(f"vertex/{name}" for name in (*NAMES, "<script>bad.jpg"))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<script>bad" not in page
    assert len(list((out / "masks" / "vertex").iterdir())) == len(NAMES)
    assert "\n" not in "".join(line for line in result.stderr.splitlines() if "new" in line)


TREATMENTS = {
    "bom": ("\ufeffdate,treatment,until\n2026-01-20,microneedling,\n".encode(), 0, ""),
    "semicolons": (b"date;treatment;until\n2026-01-20;microneedling;\n", 0, ""),
    "day first": (b"date,treatment,until\n31/12/2025,microneedling,\n", 0, ""),
    "no such day": (b"date,treatment,until\n2026-02-30,microneedling,\n", 2, "line 2"),
    "two readings": (b"date,treatment,until\n03/04/2026,microneedling,\n", 2, "Write the one you mean"),
    "unknown column": (b"date,treatment,until,colour\n2026-01-20,microneedling,,red\n", 0, "colour"),
    "no date column": (b"when,treatment\n2026-01-20,microneedling\n", 2, "no column 'date'"),
    "ends before it begins": (b"date,treatment,until\n2026-03-01,minoxidil,2026-01-01\n", 2, "line 2"),
    "not text": (b"\0\1\2\3", 2, "treatments.csv"),
}


@pytest.mark.parametrize("content", TREATMENTS.values(), ids=TREATMENTS)
def test_treatments_as_people_write_them(tmp_path: Path, content: tuple[bytes, int, str]):
    data, status, words = content
    photos = series(tmp_path / "photos", 2)
    (photos / "treatments.csv").write_bytes(data)
    result = run(photos, tmp_path / "out")
    assert result.exit_code == status, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    if status:
        # Nothing was measured in vain: tables are read before the first photo.
        assert not (tmp_path / "out" / "measurements.csv").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"a.jpg": [[1, 2]]}', '{"vertex/2026-01-05.jpg": "x"}', "[" * 100_000])
def test_regions_that_are_none(tmp_path: Path, text: str):
    photos = series(tmp_path / "photos", 1)
    (photos / "regions.json").write_text(text)
    result = run(photos, tmp_path / "out")
    assert result.exit_code == 2
    assert "regions.json" in result.stderr


def test_nothing_usable_is_status_one_and_still_a_table_and_a_page(tmp_path: Path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"")
    result = run(photos, out)
    assert result.exit_code == 1
    assert rows(out)["a.jpg"]["status"] == "unreadable"
    assert "Nothing measured" in (out / "report.html").read_text(encoding="utf-8")


def test_json_is_all_that_goes_to_stdout(tmp_path: Path):
    result = run(series(tmp_path / "photos", 2), tmp_path / "out", "--json")
    summary = json.loads(result.stdout)
    assert summary["photos"] == summary["measured"] == 2
    assert set(summary["views"]) == {"vertex"}


def test_an_output_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("")
    result = run(series(tmp_path / "photos", 1), tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "another --out" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
