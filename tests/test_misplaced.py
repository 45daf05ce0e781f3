from pathlib import Path

import pytest

from hairdensity.misplaced import misplaced

PHOTOS = ("vertex/a.jpg", "vertex/b.jpg", "c.jpg")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Treatment.csv", "Treatment.csv: is not read. Rename it to treatments.csv if it is meant."),
        ("treatments.xlsx", "treatments.xlsx: is not read. Save it as treatments.csv if it is meant."),
        ("Photos.CSV", "Photos.CSV: is not read. Rename it to photos.csv if it is meant."),
        ("region.json", "region.json: is not read. Rename it to regions.json if it is meant."),
        ("vertex/treatments.csv",
         "vertex/treatments.csv: is not read. Only a treatments.csv that lies in the photo folder itself is."),
    ],
)  # fmt: skip
def test_what_a_person_wrote_and_nobody_reads_is_said(tmp_path: Path, name: str, said: str):
    (tmp_path / "vertex").mkdir()
    (tmp_path / name).write_text("")
    assert misplaced(tmp_path, PHOTOS) == (said,)


@pytest.mark.parametrize("name", ["treatments.csv", "truth.csv", "treatments.jpg", "notes.txt", "measurements.csv"])
def test_what_is_read_or_somebody_elses_is_not(tmp_path: Path, name: str):
    (tmp_path / name).write_text("")
    assert misplaced(tmp_path, PHOTOS) == ()


def test_a_copy_beside_the_right_one_is_no_matter(tmp_path: Path):
    for name in ("treatments.csv", "treatments.xlsx"):
        (tmp_path / name).write_text("")
    assert misplaced(tmp_path, PHOTOS) == ()
