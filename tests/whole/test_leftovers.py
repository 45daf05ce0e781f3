"""What an earlier run left in OUT is never taken for what this one found."""

import errno
import hashlib
import json
import shutil
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scenes import head, save, series

from hairdensity.analysis import Analysis, _only_run, analyze
from hairdensity.errors import MissingExtraError, OutputError
from hairdensity.files import OutPaths
from hairdensity.pages import _make
from hairdensity.pool import Crashed
from hairdensity.settings import Settings
from hairdensity.spots import Pair
from hairdensity.stages import _match
from hairdensity.tasks import DrawTask

TODAY = date(2026, 7, 1)
QUICK = Settings(segmenter="classical", work_px=240)
BOX = {"vertex/2026-01-05.jpg": [[120, 150], [240, 150], [240, 270], [120, 270]]}


def run(photos: Path, out: Path, settings: Settings = QUICK, **options: Any) -> Analysis:
    return analyze(photos, out, settings=settings, jobs=1, today=TODAY, **options)


def pictures(out: Path) -> dict[str, bytes]:
    """Return the masks and maps of a run."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for kind in ("masks", "maps")
            for path in (out / kind).rglob("*.png")}  # fmt: skip


def test_masks_of_a_run_that_was_stopped_are_not_taken_for_those_of_the_next(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    run(photos, out)
    before = pictures(out)
    (photos / "regions.json").write_text(json.dumps(BOX))
    new = save(head(2300, noise=9), photos / "vertex" / "2026-05-05.jpg")

    def stop(what: str, done: int, _total: int) -> None:
        if (what, done) == ("writing masks", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(photos, out, on_progress=stop)
    assert pictures(out).keys() - before.keys() == {"masks/vertex/2026-05-05.png"}
    assert all(pictures(out)[name] != mask for name, mask in before.items())
    (photos / "regions.json").unlink()
    new.unlink()
    run(photos, out)
    assert pictures(out) == before


def test_a_mask_whose_process_died_is_no_older_one_and_is_drawn_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    run(photos, out)
    (photos / "regions.json").write_text(json.dumps(BOX))
    with monkeypatch.context() as patch:
        patch.setattr(
            "hairdensity.pages._make", lambda task: Crashed("x") if isinstance(task, DrawTask) else _make(task)
        )
        run(photos, out)
    assert pictures(out) == {}
    run(photos, out)
    run(photos, tmp_path / "first")
    assert pictures(out) == pictures(tmp_path / "first")


def test_maps_of_other_settings_do_not_stay(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    other = Settings(segmenter="classical", work_px=300)
    run(photos, out, maps=True)
    run(photos, out)
    assert (out / "maps" / "vertex" / "2026-01-05.png").is_file()
    run(photos, out, other)
    assert list((out / "maps").rglob("*.png")) == []
    run(photos, out, other, maps=True)
    run(photos, tmp_path / "first", other, maps=True)
    assert pictures(out) == pictures(tmp_path / "first")


def test_what_a_process_died_of_is_tried_again_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    photos, out = series(tmp_path / "photos", 2), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("hairdensity.stages.lay", lambda _task: Crashed("it took too long"))
        killed = run(photos, out)
    # The first photo lies on itself, whatever happens; of the other it is said why not.
    assert [row["status"] for row in killed.rows] == ["measured", "rejected"]
    assert "it took too long" in str(killed.rows[1]["reason"])
    again = run(photos, out)
    assert [row["status"] for row in again.rows] == ["measured", "measured"]
    assert again.measured_now == 0


def test_a_pair_of_close_ups_that_is_given_up_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hairdensity.stages.pairs_of", lambda _one: (("later", ("first",)),))
    monkeypatch.setattr("hairdensity.stages.kept_pair", lambda *_: None)
    monkeypatch.setattr(
        "hairdensity.stages._pair_task", lambda _job, later, first: SimpleNamespace(entry=later, baseline_entry=first)
    )
    died: Any = SimpleNamespace(
        paths=OutPaths(tmp_path), run=lambda _match, tasks: enumerate([Crashed("x")] * len(tasks))
    )
    one: Any = "a series"
    assert _match(died, [one], lambda *_: None) == {("later", "first"): Pair("x")}


def test_what_this_run_did_not_write_is_deleted_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pdf(_data: object, path: Path) -> Path:
        path.write_text("printed")
        return path

    monkeypatch.setattr("hairdensity.pages.MOST_PEOPLE", 1)
    monkeypatch.setattr("hairdensity.pages.write_pdf", pdf)
    monkeypatch.setattr("hairdensity.report.pdf.require_pdf", lambda: None)
    photos, out = tmp_path / "photos", tmp_path / "out"
    for person in "AB":
        series(photos / person, 2)
    run(photos, out, pdf=True)
    mine = [out / "report" / "mine.pdf", out / "charts" / "mine.svg"]
    for path in mine:
        path.write_text("of the owner")
    assert {path.name for path in (out / "report").iterdir()} == {"A.html", "A.pdf", "B.html", "B.pdf", "mine.pdf"}
    kept = (out / "charts" / "chart_A_vertex.svg").read_bytes()
    told = run(photos, out).warnings
    assert told == ("report.pdf and others: deleted, as of an earlier run; --pdf writes them again.",)
    assert {path.name for path in (out / "report").iterdir()} == {"A.html", "B.html", "mine.pdf"}
    assert (out / "charts" / "chart_A_vertex.svg").read_bytes() == kept
    shutil.rmtree(photos / "B")
    assert run(photos, out).warnings == ()
    assert {path.name for path in (out / "report").iterdir()} == {"mine.pdf"}
    assert {path.name for path in (out / "charts").iterdir()} == {"chart_vertex.png", "chart_vertex.svg", "mine.svg"}


def test_photos_that_were_measured_before_do_not_count_as_measured_now(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 1), tmp_path / "out"
    (photos / "vertex" / "broken.jpg").write_bytes(b"")
    assert run(photos, out).measured_now == 1
    (photos / "vertex").rename(photos / "crown")
    assert run(photos, out).measured_now == 0


def test_tables_are_told_by_what_was_read(tmp_path: Path):
    photos, out = series(tmp_path / "photos", 1), tmp_path / "out"
    table = photos / "treatments.csv"
    table.write_text("date,treatment\n2026-02-01,minoxidil\n")
    read = hashlib.sha256(table.read_bytes()).hexdigest()
    run(photos, out, on_progress=lambda *_: table.unlink(missing_ok=True))
    assert json.loads((out / "run.json").read_text())["tables"] == {"treatments.csv": read}


@pytest.mark.parametrize(("number", "runs"), [(errno.ENOLCK, True), (errno.EOPNOTSUPP, True), (errno.EAGAIN, False)])
def test_a_disk_on_which_nothing_can_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, runs: bool
):
    fcntl = pytest.importorskip("fcntl")

    def refused(*_: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(fcntl, "flock", refused)
    with (
        nullcontext() if runs else pytest.raises(OutputError, match="another run is writing there"),
        _only_run(tmp_path),
    ):
        pass


def test_a_pdf_that_cannot_be_made_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match="print it to PDF"):
        run(series(tmp_path / "photos", 1), tmp_path / "out", pdf=True)
    assert not (tmp_path / "out").exists()
