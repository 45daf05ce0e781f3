"""What the last run knew of each file holds while the file and the code are the same."""

import os
from datetime import date
from pathlib import Path

import pytest

from hairdensity import index
from hairdensity.find import FoundPhoto
from hairdensity.index import exif_day_by, known_of, observation_in, read_index, stamp_of, write_index
from hairdensity.keep import Keeper
from hairdensity.recipe import Observation
from hairdensity.views import MACRO

SEEN = Observation("rejected", "no scalp", ("no_scalp",), "ab" * 32, (30, 40), None, ("note",), None)


def photo(path: Path, view: str = "vertex") -> FoundPhoto:
    return FoundPhoto(path.name, path, "1", view, date(2026, 1, 5), "exif", "", None)


def test_exif_is_asked_of_new_and_changed_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def ask(_path: Path, name: str) -> date:
        asked.append(name)
        return date(2026, 2, 2)

    monkeypatch.setattr(index, "read_exif_day", ask)
    path, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    path.write_bytes(b"x")
    other.write_bytes(b"y")
    known = {"a.jpg": known_of(photo(path), stamp_of(path), SEEN, "entry")}
    write_index(tmp_path, known)
    day = exif_day_by(read_index(tmp_path))
    assert (day(path, "a.jpg"), day(other, "b.jpg"), asked) == (date(2026, 1, 5), date(2026, 2, 2), ["b.jpg"])
    os.utime(path, (1, 1))
    assert day(path, "a.jpg") == date(2026, 2, 2)
    monkeypatch.setattr(index, "method_digest", lambda: "other code")
    assert read_index(tmp_path) == {}


def test_facts_are_those_that_were_kept_while_these_are_there(tmp_path: Path):
    keeper, path = Keeper(tmp_path), tmp_path / "a.jpg"
    path.write_bytes(b"x")
    keeper.save_observation("entry", SEEN)
    write_index(tmp_path, {"a.jpg": known_of(photo(path), stamp_of(path), SEEN, "entry")})
    known = read_index(tmp_path)["a.jpg"]
    assert observation_in(known, "entry", keeper) == SEEN == keeper.load_observation("entry", pictures=False)
    keeper.path("entry").unlink()
    assert observation_in(known, "entry", keeper) is None
    # The hairs of a close-up would make the index large.
    assert known_of(photo(path, MACRO), stamp_of(path), SEEN, "entry").facts is None
