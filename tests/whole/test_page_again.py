"""The page is made again without the photos; nothing private is in it; two photos are compared."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image
from pypdf import PdfReader
from scenes import head, save, series

from hairdensity.analysis import analyze
from hairdensity.cli import main
from hairdensity.comparison import _told_apart
from hairdensity.find import FoundPhoto
from hairdensity.remake import _shown_names
from hairdensity.settings import Settings

CLASSICAL = Settings(segmenter="classical")
SECRETS = ("Geheimordner", "SN-4711-0815", "Musterstrasse", "52.3759", "13.0645")


def mark(path: Path) -> None:
    """Write into a photo what cameras and phones write: place, serial numbers, owner."""
    exif = Image.Exif()
    exif[ExifTags.Base.CameraOwnerName] = "Musterstrasse"
    exif[ExifTags.Base.BodySerialNumber] = "SN-4711-0815"
    exif[ExifTags.Base.ImageDescription] = "Musterstrasse"
    exif[ExifTags.Base.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (52.0, 22.0, 33.24),
        ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: (13.0, 3.0, 52.2),
        ExifTags.GPS.GPSAreaInformation: b"ASCII\x00\x00\x00Musterstrasse",
    }  # fmt: skip
    with Image.open(path) as image:
        image.load()
        image.save(path, exif=exif, quality=95)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of a run whose photos are gone."""
    root = tmp_path_factory.mktemp("run") / "Geheimordner"
    photos = series(root / "photos", 3)
    for path in photos.rglob("*.jpg"):
        mark(path)
    (photos / "treatments.csv").write_text(
        "date,treatment,notes\n2026-01-20,minoxidil,5 % foam\n2026-01-22,haircut,9 mm\n", encoding="utf-8"
    )
    analyze(photos, root / "out", settings=CLASSICAL, jobs=1)
    shutil.rmtree(photos)
    return root / "out"


def bare(html: bytes) -> bytes:
    """Return a page without the day it was made."""
    return re.sub(rb'<p class="sub">[^<]*', b"", html)


def test_the_page_is_made_again_without_the_photos(finished: Path, tmp_path: Path) -> None:
    before = (finished / "report.html").read_bytes()
    table = (finished / "measurements.csv").read_bytes()
    result = CliRunner().invoke(main, ["report", str(finished), "--to", str(tmp_path / "page.html")])
    assert result.exit_code == 0, result.output
    assert bare((tmp_path / "page.html").read_bytes()) == bare(before)
    assert all(text in before for text in (b"minoxidil", b"5 % foam", b"9 mm"))
    assert (finished / "report.html").read_bytes() == before
    assert (finished / "measurements.csv").read_bytes() == table


def test_other_names_other_days_and_a_subset(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("photo,date\nVertex/2026-03-05.jpg,2026-03-25\nvertex/2027.jpg,2026-03-26\n")
    page = tmp_path / "page.html"
    words = ["report", str(finished), "--to", str(page), "--since", "2026-02-01", "--title", "Of a friend",
             "--dates", str(tmp_path / "days.csv")]  # fmt: skip
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, "There is no photo 'vertex/2027.jpg'" in result.stderr) == (0, True)
    html = page.read_text(encoding="utf-8")
    assert "<h1>Of a friend</h1>" in html
    assert "25 March 2026" in html
    # The day that it has been given another for stands nowhere on the page.
    assert "2026-03-25.jpg" in html
    assert "2026-03-05" not in html
    assert "5 January 2026" not in html
    assert "2 photos, 2 of them measured" in html
    nothing = CliRunner().invoke(main, ["report", str(finished), "--view", "frontal"])
    assert nothing.exit_code == 1
    assert "has no photo of what was asked for" in nothing.output
    nobody = CliRunner().invoke(main, ["report", str(finished), "--name", "nobody=N."])
    assert (nobody.exit_code, "nobody is called 'nobody'" in nobody.output) == (1, True)
    no_page = CliRunner().invoke(main, ["report", str(finished), "--to", str(tmp_path / "page.pdf")])
    assert (no_page.exit_code, "--pdf" in no_page.output) == (2, True)
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a photo")
    slip = CliRunner().invoke(main, ["compare", str(photo), str(photo), "--to", str(photo)])
    assert (slip.exit_code, "must end in .html" in slip.output) == (2, True)
    assert photo.read_bytes() == b"a photo"


def test_a_page_of_one_under_another_name_keeps_the_treatments_and_tells_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    for number, person in enumerate(("Erika", "Otto")):
        series(photos, 3)
        (photos / "vertex").rename(photos / f"{number}")
        for path in sorted((photos / f"{number}").iterdir()):
            (photos / person / "vertex").mkdir(parents=True, exist_ok=True)
            path.rename(photos / person / "vertex" / f"{person.lower()}_{path.name}")
        (photos / f"{number}").rmdir()
    (photos / "Otto" / "vertex" / "otto_broken.jpg").write_bytes(b"")
    (photos / "treatments.csv").write_text(
        "date,treatment,subject\n2026-01-20,minoxidil,Erika\n2026-01-21,PRP,Otto\n2026-01-22,haircut,Nobody\n"
    )
    analyze(photos, tmp_path / "out", settings=CLASSICAL, jobs=1)
    page = tmp_path / "page.html"
    words = ["report", str(tmp_path / "out"), "--to", str(page), "--subject", "Erika", "--name", "Erika=Patient A"]
    assert CliRunner().invoke(main, words).exit_code == 0
    html = re.sub('"data:[^"]+"', "", page.read_text(encoding="utf-8"))
    assert "minoxidil" in html
    assert "Is it working?" in html
    for name in ("Erika", "erika", "Otto", "otto_", "PRP", "Nobody", "Photos used"):
        assert name not in html, name
    # Of many people the index warns, and nobody's page tells of others.
    monkeypatch.setattr("hairdensity.pages.MOST_PEOPLE", 0)
    assert CliRunner().invoke(main, ["report", str(tmp_path / "out"), "--to", str(page)]).exit_code == 0
    assert "Nobody" in page.read_text(encoding="utf-8")
    own = re.sub('"data:[^"]+"', "", (tmp_path / "page" / "Erika.html").read_text(encoding="utf-8"))
    assert "Erika" in own
    for name in ("Otto", "otto_", "PRP", "Nobody"):
        assert name not in own, name


def test_a_persons_name_is_replaced_in_paths_and_in_nothing_else() -> None:
    def called(name: str, subject: str, new: str) -> str:
        found = FoundPhoto(name, Path(name), subject, "vertex", None, "", "", None)
        return _shown_names([found], {subject: new})[name]

    assert called("ann/vertex/Ann_1.jpg", "ann", "A.") == "A./vertex/A._1.jpg"
    assert called("annex/ann-2.jpg", "ann", "A. / B.") == "annex/A.   B.-2.jpg"
    assert called("12/vertex/12.jpg", "12", "A.") == "A./vertex/12.jpg"
    assert called("vertex/1.jpg", "1", "A.") == "vertex/1.jpg"
    twins = [FoundPhoto(f"{who}/1.jpg", Path("1.jpg"), who, "vertex", None, "", "", None) for who in ("ann", "bob")]
    assert list(_shown_names(twins, {"ann": "A.", "bob": "A."}).values()) == ["A./1.jpg", "A./1.jpg'"]


def test_of_very_many_people_each_has_a_page_that_names_nobody_else(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hairdensity.pages.MOST_PEOPLE", 0)
    page = tmp_path / "all of them.html"
    words = ["report", str(finished), "--to", str(page), "--name", "1=Ann / A.", "--title", "Clinic"]
    assert CliRunner().invoke(main, words).exit_code == 0
    index = page.read_text(encoding="utf-8")
    (link,) = re.findall(r'<a href="([^"#]+)"', index)
    own = tmp_path / unquote(link)
    assert own.parent == tmp_path / "all of them"
    assert "3 photos, 3 of them measured" in index
    assert "data:image/jpeg" not in index
    html = own.read_text(encoding="utf-8")
    assert "<h1>Clinic: Ann / A.</h1>" in html
    assert "data:image/jpeg" in html


def test_without_a_finished_run_there_is_one_clear_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Run hairdensity analyze" in result.output


def test_a_run_of_another_version_is_not_mixed_with_this_one(finished: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(finished, other)
    run = json.loads((other / "run.json").read_text(encoding="utf-8"))
    (other / "run.json").write_text(json.dumps(run | {"method": "0"}), encoding="utf-8")
    result = CliRunner().invoke(main, ["report", str(other)])
    assert result.exit_code == 1
    assert "was measured by another version" in result.output


def test_nothing_private_is_in_page_and_results(finished: Path) -> None:
    for name in ("report.html", "measurements.csv", "run.json", "progress.json"):
        content = (finished / name).read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in content, (name, secret)
    html = (finished / "report.html").read_text(encoding="utf-8")
    import base64

    pictures = re.findall(r"data:image/(?:jpeg|png);base64,([A-Za-z0-9+/=]+)", html)
    assert len(pictures) >= 3
    for picture in pictures:
        data = base64.b64decode(picture)
        assert b"Exif" not in data
        assert not any(secret.encode() in data for secret in SECRETS)


def test_pdf_holds_nothing_private_or_says_what_is_missing(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["report", str(finished), "--pdf", "--to", str(tmp_path / "page.html")]
    try:
        import weasyprint  # noqa: F401 - an extra
    except (ImportError, OSError):
        pass
    else:
        assert CliRunner().invoke(main, words).exit_code == 0
        pdf = PdfReader(tmp_path / "page.pdf")
        # Letters are numbers of a font and streams are packed, so that a search of the bytes alone would find nothing.
        told = " ".join(page.extract_text() for page in pdf.pages) + str(pdf.metadata)
        assert "minoxidil" in told
        pictures = [image.data for page in pdf.pages for image in page.images]
        assert len(pictures) >= 3
        for content in (told.encode(), (tmp_path / "page.pdf").read_bytes(), *pictures):
            assert not any(secret.encode() in content for secret in SECRETS)
            assert b"Exif" not in content
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "print it to PDF" in result.output


@pytest.fixture
def compare(tmp_path: Path) -> list[str]:
    """Return the words that compare two photos without the network."""
    (tmp_path / "classical.toml").write_text('segmenter = "classical"', encoding="utf-8")
    return ["compare", "--settings", str(tmp_path / "classical.toml")]


def test_two_photos_compared(tmp_path: Path, compare: list[str]) -> None:
    before = save(head(150, noise=1), tmp_path / "before_2026-01-05.jpg")
    same = save(head(150, noise=2, turn=3), tmp_path / "same.jpg")
    after = save(head(1800, noise=3), tmp_path / "after.jpg")
    page = tmp_path / "page.html"
    found = {}
    for name, path in (("same", same), ("after", after)):
        result = CliRunner().invoke(main, [*compare, str(before), str(path), "--json", "--to", str(page)])
        assert result.exit_code == 0, result.output
        found[name] = json.loads(result.stdout)
    assert found["after"]["change"] > 0
    assert found["after"]["more_than_noise"]
    assert not found["same"]["more_than_noise"]
    html = page.read_text(encoding="utf-8")
    assert "More hair" in html
    assert "5 January 2026" in html
    assert "No treatments were given" not in html


def test_both_photos_are_measured_on_the_skin_that_both_show(tmp_path: Path, compare: list[str]) -> None:
    """A head thin above and dense below has not changed where the later photo shows less of the thin part."""
    thin, dense = head(300, noise=1), head(3500, noise=2)
    half = thin.shape[0] // 2
    whole = np.concatenate([thin[:half], dense[half:]])
    before = save(whole, tmp_path / "before.jpg")
    less = save(whole[round(0.38 * len(whole)) :], tmp_path / "less.jpg")
    page = tmp_path / "page.html"
    result = CliRunner().invoke(main, [*compare, str(before), str(less), "--json", "--to", str(page)])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["before"]["region_fraction"] == found["after"]["region_fraction"] < 0.8
    assert not found["more_than_noise"]
    assert "shows less of the scalp" in page.read_text(encoding="utf-8")


def test_photos_of_one_name_are_told_apart_by_their_folders() -> None:
    assert _told_apart(Path("a/may/IMG_1.jpg"), Path("a/june/IMG_1.jpg")) == ("may/IMG_1.jpg", "june/IMG_1.jpg")
    assert _told_apart(Path("may/x/1.jpg"), Path("june/x/1.jpg")) == ("may/x/1.jpg", "june/x/1.jpg")
    assert _told_apart(Path("may/1.jpg"), Path("june/2.jpg")) == ("1.jpg", "2.jpg")
    assert _told_apart(Path("1.jpg"), Path("1.jpg")) == ("1.jpg", "1.jpg")


def test_two_photos_of_one_name_stand_on_the_page_with_their_folders(tmp_path: Path, compare: list[str]) -> None:
    paths = [save(head(150, noise=n, gain=0.45 + 0.55 * n), tmp_path / f"{n}" / "a.jpg") for n in (0, 1)]
    result = CliRunner().invoke(main, [*compare, *map(str, paths), "--to", str(tmp_path / "page.html")])
    assert result.exit_code == 0, result.output
    assert "<bdi>1/a.jpg</bdi>" in (tmp_path / "page.html").read_text(encoding="utf-8")
    (tmp_path / "1" / "a.jpg").write_text("no photo", encoding="utf-8")
    result = CliRunner().invoke(main, [*compare, *map(str, paths), "--to", str(tmp_path / "page.html")])
    assert result.output.startswith("Error: 1/a.jpg: It is not a photo")


def test_a_blind_page_tells_nothing_and_its_key_is_sealed(
    tmp_path: Path, compare: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = save(head(500, noise=1), tmp_path / "before_2026-01-05.jpg")
    after = save(head(1800, noise=3), tmp_path / "after_2026-05-05.jpg")
    page = tmp_path / "rating.html"
    orders = set()
    for swap in (0, 1):
        monkeypatch.setattr("hairdensity.comparison.secrets.randbelow", lambda _, swap=swap: swap)
        result = CliRunner().invoke(main, [*compare, str(before), str(after), "--blind", "--to", str(page)])
        assert result.exit_code == 0, result.output
        html, key = page.read_text(encoding="utf-8"), (tmp_path / "rating.key.json").read_bytes()
        for told in ("2026", "before_", "after_", "before.", "%</dd>", "data-value", "data-noise"):
            assert told not in re.sub(r"<script>.*?</script>|<details.*?</details>", "", html, flags=re.S), told
        assert hashlib.sha256(key).hexdigest() in html
        orders.add(json.loads(key)["A"])
    assert orders == {"before", "after"}


def test_photos_that_do_not_match_are_said_so(tmp_path: Path, compare: list[str]) -> None:
    one = save(head(500), tmp_path / "one.jpg")
    other = save(head(900, person=7, turn=20), tmp_path / "other.jpg")
    result = CliRunner().invoke(main, [*compare, str(one), str(other), "--to", str(tmp_path / "page.html")])
    assert result.exit_code == 1
    assert result.output.startswith("Error: other.jpg: could not be matched to one.jpg")
    assert not (tmp_path / "page.html").exists()
