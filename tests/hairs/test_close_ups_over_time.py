"""Close-ups of one spot in two sessions: what the table, the verdicts and the page say of them."""

import json
from datetime import date

import pytest

from hairdensity import imaging
from hairdensity.analysis import Analysis, analyze
from hairdensity.columns import Cell
from hairdensity.progress import with_value
from hairdensity.simulate.macro import Look, macro_photo
from hairdensity.simulate.spot import later_spot, macro_spot

LOOK = Look(px_per_mm=150.0, shape=(400, 520), glare=0.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Analyze three days: a spot, the same spot with one hair in eight gone, and another spot."""
    folder = tmp_path_factory.mktemp("close-ups")
    spot = macro_spot(4, units_per_cm2=150, thickness_um=70, vellus=0.0, length_mm=0.4, half_mm=2)
    later = later_spot(spot, 1, lost=0.15, new=0.0)
    lines = ["photo,date,view,px_per_mm"]
    other = macro_spot(9, units_per_cm2=150, vellus=0.0, length_mm=0.4, half_mm=2)
    for name, seen in (("2026-01-10", spot), ("2026-03-10", later), ("2026-05-10", other)):
        (folder / f"{name}.png").write_bytes(imaging.encode_png(macro_photo(seen, LOOK, 1).rgb))
        lines.append(f"{name}.png,{name},macro,150")
    (folder / "photos.csv").write_text("\n".join(lines) + "\n")
    return analyze(folder, folder / "out", jobs=1, today=date(2026, 6, 1))


def test_the_same_spot_is_matched_hair_by_hair_and_another_is_refused(run: Analysis) -> None:
    first, same, other = run.rows
    assert first.get("pair_photo") is None
    assert same["pair_reason"] == ""
    assert isinstance(same["pair_lost"], int)
    assert same["pair_lost"] >= 1
    assert same["pair_new"] == 0
    assert float(same["pair_change_low"] or 0) < float(same["pair_change"] or 0) < 0
    assert int(same["pair_matched"] or 0) >= 15
    assert other["pair_reason"]
    assert other.get("pair_change") is None


def test_hairs_and_thickness_have_verdicts_beside_coverage(run: Analysis) -> None:
    views = json.loads(run.paths.progress.read_text())["views"]
    assert set(views) == {"macro", "macro:hairs_per_cm2", "macro:thickness_um"}
    assert [round(s.value, 1) for s in run.view("macro:hairs_per_cm2").sessions] == [
        round(float(row["hairs_per_cm2"] or 0), 1) for row in run.rows
    ]


def test_the_page_shows_them(run: Analysis) -> None:
    page = run.paths.report.read_text()
    assert "Hair by hair" in page
    assert "in both, as thick as before" in page
    assert "Not the same spot, or too much has changed to tell: 2026-05-10.png." in page
    assert "hairs per cm²" in page
    assert "hair thickness" in page


def test_a_row_without_the_value_is_left_out() -> None:
    with_it: dict[str, Cell] = {"view": "macro", "hairs_per_cm2": 180.0, "hairs_per_cm2_low": 150.0}
    (row,) = with_value([with_it, {"view": "macro"}], "hairs_per_cm2")
    assert (row["view"], row["coverage"], row["coverage_low"]) == ("macro:hairs_per_cm2", 180.0, 150.0)
