import os
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from hairdensity.errors import HairdensityError, TableError, UnreadablePhotoError
from hairdensity.find import FoundPhoto, find_photos, means
from hairdensity.named import date_in
from hairdensity.read import read_photo
from hairdensity.views import view_in


def photo(folder: Path, name: str, taken: str = "") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    Image.new("RGB", (8, 8)).save(path, "JPEG", exif=exif)


def only(folder: Path) -> FoundPhoto:
    (found,) = find_photos(folder).photos
    return found


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-03-01.jpg", "2026-03-01"), ("20260301_091500.jpg", "2026-03-01"),
        ("IMG_20260301_091500.jpg", "2026-03-01"),
        ("PXL_20260301_091500123.jpg", "2026-03-01"), ("IMG-20260301-WA0001.jpg", "2026-03-01"),
        ("signal-2026-03-01-091500.jpg", "2026-03-01"), ("vertex 2026.03.01.jpg", "2026-03-01"),
        ("scan_2026_03_01.jpg", "2026-03-01"), ("1772356500123.jpg", None), ("IMG_20261301.jpg", None),
        ("20260230.jpg", None), ("19700101.jpg", None), ("IMG_0001.jpg", None), ("2026-0301.jpg", None),
        ("Foto vom 01.03.2026.jpg", "2026-03-01"), ("1.3.2026.jpg", "2026-03-01"), ("31.02.2026.jpg", None),
        ("03.13.2026.jpg", None), ("1.1.3.2026.jpg", None),
    ],
)  # fmt: skip
def test_dates_in_names(name: str, day: str | None):
    assert date_in(name) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("name", "subject", "view"),
    [
        ("a.jpg", "1", "scalp"), ("vertex/a.jpg", "1", "vertex"), ("Crown/a.jpg", "1", "vertex"),
        ("vertex_a.jpg", "1", "vertex"), ("2026-03-01/front 2.jpg", "1", "frontal"), ("temple/a.jpg", "1", "temple"),
        ("anna/vertex/a.jpg", "anna", "vertex"), ("anna/2026-03-01/vertex.jpg", "anna", "vertex"),
        ("Anna B/vertex/2026-03-01/a.jpg", "Anna B", "vertex"), ("anna/temple/a.jpg", "anna", "temple"),
        ("2026-03-01 vertex/a.jpg", "1", "vertex"), ("background/a.jpg", "1", "background"),
        ("2026-03/a.jpg", "1", "scalp"), ("2026/03/a.jpg", "1", "scalp"), ("vertex/2026/a.jpg", "1", "vertex"),
        ("01.03.2026/a.jpg", "1", "scalp"), ("anna/2026_03/vertex.jpg", "anna", "vertex"),
        ("2026/vertex/a.jpg", "2026", "vertex"), ("2026-03/vertex/a.jpg", "1", "vertex"),
        ("2026/03/vertex/a.jpg", "1", "vertex"), ("2026-03/anna/vertex/a.jpg", "anna", "vertex"),
        ("anna/2026/vertex/a.jpg", "anna", "vertex"),
        ("07/a.jpg", "1", "07"), ("2026-17/a.jpg", "1", "2026-17"),
    ],
)  # fmt: skip
def test_subject_and_view_from_folders_and_names(tmp_path: Path, name: str, subject: str, view: str):
    photo(tmp_path, name)
    found = only(tmp_path)
    assert (found.subject, found.view) == (subject, view)


@pytest.mark.parametrize(
    ("folders", "taken", "subjects"),
    [
        (["2025", "2026"], ["2025:05:01", "2026:03:01"], {"1"}),
        (["2025", "2026"], ["2026:05:01", "2026:06:01"], {"2025", "2026"}),
        (["2019-01", "2019-02"], ["2026:05:01", "2026:06:01"], {"2019-01", "2019-02"}),
        (["2026-05", "2026-06"], ["2026:05:01", "2026:06:01"], {"1"}),
    ],
)
def test_whether_a_folder_is_a_time_or_a_number_is_said_by_its_photos(
    tmp_path: Path, folders: list[str], taken: list[str], subjects: set[str]
):
    for folder, day in zip(folders, taken, strict=True):
        photo(tmp_path, f"{folder}/vertex/a.jpg", f"{day} 10:00:00")
    assert {found.subject for found in find_photos(tmp_path).photos} == subjects


def test_words_are_whole_words():
    assert view_in("background") is None
    assert view_in("IMG_top_2") == "top"


def test_a_series_that_a_name_alone_makes_is_said(tmp_path: Path):
    for name in ("IMG_1.jpg", "IMG_2.jpg", "crown after shower.jpg"):
        photo(tmp_path, name)
    (said,) = find_photos(tmp_path).warnings
    assert said.startswith("1 of 3 photos in one folder are taken as vertex, by a word in their names.")
    (tmp_path / "photos.csv").write_text("photo,view\ncrown after shower.jpg,vertex\n")
    assert find_photos(tmp_path).warnings == ()
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        (tmp_path / name).rename(tmp_path / f"front {name}")
    (tmp_path / "photos.csv").unlink()
    assert find_photos(tmp_path).warnings == ()


def test_what_says_the_date_first(tmp_path: Path):
    photo(tmp_path, "2026-01-01/2026-03-03.jpg", taken="2026:02:02 10:00:00")
    assert (only(tmp_path).date, only(tmp_path).date_from) == (date(2026, 1, 1), "folder")
    (tmp_path / "photos.csv").write_text("photo,date\n2026-01-01/2026-03-03.jpg,2026-04-04\n")
    assert (only(tmp_path).date, only(tmp_path).date_from) == (date(2026, 4, 4), "photos.csv")


def test_exif_before_name_before_nothing(tmp_path: Path):
    photo(tmp_path, "2026-03-03.jpg", taken="2026:02:02 10:00:00")
    assert (only(tmp_path).date, only(tmp_path).date_from) == (date(2026, 2, 2), "exif")
    photo(tmp_path, "2026-03-03.jpg")
    assert (only(tmp_path).date, only(tmp_path).date_from) == (date(2026, 3, 3), "name")
    (tmp_path / "2026-03-03.jpg").rename(tmp_path / "x.jpg")
    assert (only(tmp_path).date, only(tmp_path).date_from) == (None, "")


def test_photos_csv_says_all(tmp_path: Path):
    photo(tmp_path, "in/A.JPG")
    (tmp_path / "photos.csv").write_bytes(
        "photo;Date;view;subject;notes;px_per_mm\nin\\a.jpg;01.03.2026;Vertex;Zoë;after wash;12,5\nb.jpg;;;;;\n".encode(
            "utf-8-sig"
        )
    )
    found = find_photos(tmp_path)
    (one,) = found.photos
    assert (one.name, one.subject, one.view, one.notes, one.px_per_mm) == (
        "in/A.JPG",
        "Zoë",
        "vertex",
        "after wash",
        12.5,
    )
    assert found.warnings == ("photos.csv, line 3: there is no photo 'b.jpg'.",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo\na.jpg\n./a.jpg\n", "line 3: 'a.jpg' is listed twice"),
        ("photo,date\na.jpg,2026-02-30\n", "line 2: there is no day '2026-02-30'"),
        ("photo,px_per_mm\na.jpg,-3\n", "line 2: px_per_mm is -3, but must be above 0"),
        ("date\n2026-01-01\n", "has no column 'photo'. Its first line"),
        ("foto,date\na.jpg,2026-01-01\n", "has no column 'photo'. Is 'foto' meant"),
    ],
)
def test_a_wrong_listing_is_said(tmp_path: Path, text: str, says: str):
    photo(tmp_path, "a.jpg")
    (tmp_path / "photos.csv").write_text(text)
    with pytest.raises(TableError, match=says):
        find_photos(tmp_path)


def test_names_of_any_kind_in_a_fixed_order(tmp_path: Path):
    names = [
        "<script>alert(1)</script>".replace("/", "_") + ".jpg",
        "a b.jpg",
        'quote".jpg',
        "new\nline.jpg",
        "é🙂.PNG",
        "=1+1.jpg",
    ]
    for name in names:
        photo(tmp_path, name)
    assert [found.name for found in find_photos(tmp_path).photos] == sorted(names)


def test_what_is_left_out(tmp_path: Path):
    photo(tmp_path, "a.jpg")
    for name in (
        ".hidden.jpg",
        ".cache/b.jpg",
        "@eaDir/c.jpg",
        "old/masks/d.png",
        "truth/e.png",
        "results/masks/f.png",
    ):
        photo(tmp_path, name)
    for name in ("old/run.json", "old/measurements.csv", "truth.csv", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [found.name for found in find_photos(tmp_path, tmp_path / "results").photos] == ["a.jpg"]


def test_a_folder_of_results_is_told_from_photos(tmp_path: Path):
    photo(tmp_path, "masks/a.png")
    for name in ("run.json", "measurements.csv"):
        (tmp_path / name).write_text("")
    with pytest.raises(HairdensityError, match="holds the results of a run"):
        find_photos(tmp_path)


def test_a_folder_named_like_a_photo_is_a_folder(tmp_path: Path):
    photo(tmp_path, "x.jpg/y.jpg")
    assert only(tmp_path).name == "x.jpg/y.jpg"


def test_formats_that_are_not_read_are_found(tmp_path: Path):
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    (tmp_path / "b.DNG").write_bytes(b"II*")
    assert [found.name for found in find_photos(tmp_path).photos] == ["a.gif", "b.DNG"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path):
    inside, outside = tmp_path / "photos", tmp_path / "private"
    photo(inside, "a.jpg")
    photo(outside, "b.jpg")
    (inside / "b.jpg").symlink_to(outside / "b.jpg")
    (inside / "more").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    found = find_photos(inside)
    assert [one.name for one in found.photos] == ["a.jpg"]
    assert len(found.warnings) == 3


def test_links_are_followed_where_asked_and_each_folder_is_entered_once(tmp_path: Path):
    inside, outside = tmp_path / "photos", tmp_path / "private"
    photo(inside / "vertex", "a.jpg")
    photo(outside, "b.jpg")
    for name, target in (("c.jpg", outside / "b.jpg"), ("more", outside), ("twice", outside), ("loop", inside)):
        (inside / name).symlink_to(target)
    (outside / "back").symlink_to(inside / "vertex")
    found = find_photos(inside, follow_links=True)
    assert [one.name for one in found.photos] == ["c.jpg", "more/b.jpg", "vertex/a.jpg"]


def test_a_link_that_leads_to_itself_is_a_photo_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "a.jpg").symlink_to(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "nowhere.jpg")
    for one in find_photos(tmp_path).photos:
        assert one.date is None
        with pytest.raises(UnreadablePhotoError, match="cannot be read"):
            read_photo(one.path)


def test_no_folder_and_no_photo(tmp_path: Path):
    with pytest.raises(TableError, match="there is no such folder"):
        find_photos(tmp_path / "gone")
    with pytest.raises(HairdensityError, match="holds no photo"):
        find_photos(tmp_path)


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    photo(tmp_path, "vertex/a.jpg")
    photo(tmp_path, "frontal/b.jpg")
    closed, scan = {"frontal"}, os.scandir

    def scandir(path: str) -> object:
        if Path(path).name in closed:
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_photos(tmp_path)
    assert [one.name for one in found.photos] == ["vertex/a.jpg"]
    assert found.warnings == ("frontal: cannot be read (Permission denied); photos in it are not found.",)
    closed.add(tmp_path.name)
    with pytest.raises(TableError, match=r"cannot be read \(Permission denied\)"):
        find_photos(tmp_path)


def test_pictures_of_a_run_that_was_stopped_are_no_photos(tmp_path: Path):
    photo(tmp_path, "vertex/a.jpg")
    photo(tmp_path, "results/masks/vertex/a.png")
    photo(tmp_path, "results/cache/00/x.txt")
    (tmp_path / "results" / ".lock").touch()
    assert only(tmp_path).name == "vertex/a.jpg"


def test_a_view_is_the_same_by_photos_csv_and_by_a_folder(tmp_path: Path):
    photo(tmp_path, "a.jpg")
    for said, view in (("Crown", "vertex"), ("Left temple", "left temple")):
        (tmp_path / "photos.csv").write_text(f"photo,view\na.jpg,{said}\n")
        assert only(tmp_path).view == view


def test_which_photo_is_meant():
    composed = unicodedata.normalize("NFC", "vertex/größe.jpg")
    meant = means([unicodedata.normalize("NFD", composed), "a.jpg", "A.jpg", "back/b.jpg"])
    assert meant(composed) == unicodedata.normalize("NFD", composed)
    assert [meant(name) for name in ("a.jpg", "A.jpg", ".\\Back\\B.JPG", "c.jpg")] == [
        "a.jpg",
        "A.jpg",
        "back/b.jpg",
        "",
    ]
