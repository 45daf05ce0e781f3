import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.errors import OutputError
from hairdensity.files import OutPaths, picture_names, sweep, write_whole


def test_picture_takes_the_place_of_the_photo():
    assert picture_names(["vertex/IMG_1.jpg"]) == {"vertex/IMG_1.jpg": "vertex/IMG_1.png"}


def test_same_stem_keeps_its_ending():
    names = picture_names(["vertex/IMG_1.jpg", "vertex/IMG_1.heic", "vertex/IMG_2.jpg"])
    assert names == {
        "vertex/IMG_1.heic": "vertex/IMG_1.heic.png",
        "vertex/IMG_1.jpg": "vertex/IMG_1.jpg.png",
        "vertex/IMG_2.jpg": "vertex/IMG_2.png",
    }


def test_a_folder_that_is_called_like_a_picture_is_no_obstacle():
    assert picture_names(["a.jpg", "a.png/b.jpg"]) == {"a.jpg": "a.jpg~2.png", "a.png/b.jpg": "a.png/b.png"}


@given(st.sets(st.sampled_from("aAb").flatmap(lambda stem: st.sampled_from([f"{stem}{end}" for end in
       (".jpg", ".heic", ".png", ".jpg.png", ".jpg.jpg", ".heic.png", "")])), max_size=18))  # fmt: skip
def test_no_two_pictures_collide_even_where_case_does_not_count(photos: set[str]):
    names = picture_names(photos)
    assert set(names) == photos
    assert len({name.casefold() for name in names.values()}) == len(photos)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "table.csv"
    write_whole(target, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"table\.csv: cannot be written \(No space left on device\)"):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.csv"]  # noqa: PTH208


def test_sweep_takes_leftovers_only(tmp_path: Path):
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / ".writing-x1").write_text("half")
    (tmp_path / "masks" / "a.png").write_text("whole")
    sweep(tmp_path)
    assert [path.name for path in (tmp_path / "masks").iterdir()] == ["a.png"]


def test_every_result_has_a_place_of_its_own_below_out(tmp_path: Path):
    paths = OutPaths(tmp_path)
    own = [getattr(paths, name) for name, kind in vars(OutPaths).items() if isinstance(kind, property)]
    every = [*own, *(of("a/b.png") for of in (paths.mask, paths.map, paths.hairs))]
    assert all(path != tmp_path and path.is_relative_to(tmp_path) for path in every)
    assert len(set(every)) == len(every) > 10


def test_who_may_read_is_for_the_umask_to_say(tmp_path: Path):
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "own", "")
        os.umask(0o022)
        write_whole(tmp_path / "all", "")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("own", "all")] == [0o600, 0o644]
