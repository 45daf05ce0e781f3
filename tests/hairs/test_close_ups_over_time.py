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
from hairdensity.spots import Pair, spot_flags

LOOK = Look(px_per_mm=150.0, shape=(400, 520), glare=0.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Analyze a spot, the same with one hair in eight gone, and another one, on three days; and one without scale."""
    folder = tmp_path_factory.mktemp("close-ups")
    spot = macro_spot(4, units_per_cm2=150, thickness_um=70, vellus=0.0, length_mm=0.4, half_mm=2)
    later = later_spot(spot, 1, lost=0.15, new=0.0)
    lines = ["photo,date,view,px_per_mm,subject"]
    other = macro_spot(9, units_per_cm2=150, vellus=0.0, length_mm=0.4, half_mm=2)
    for name, seen in (("2026-01-10", spot), ("2026-03-10", later), ("2026-05-10", other)):
        (folder / f"{name}.png").write_bytes(imaging.encode_png(macro_photo(seen, LOOK, 1).rgb))
        lines.append(f"{name}.png,{name},macro,150,1")
    (folder / "z.png").write_bytes(imaging.encode_png(macro_photo(other, LOOK, 2).rgb))
    lines.append("z.png,2026-05-10,macro,,z")
    (folder / "photos.csv").write_text("\n".join(lines) + "\n")
    return analyze(folder, folder / "out", jobs=1, today=date(2026, 6, 1))


def test_the_same_spot_is_matched_hair_by_hair_and_another_is_refused(run: Analysis) -> None:
    first, same, other, _ = run.rows
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
    assert set(views) == {"1/macro", "1/macro:hairs_per_cm2", "1/macro:thickness_um", "z/macro"}
    assert [s.value for s in run.view("macro:hairs_per_cm2", "1").sessions] == [
        row["spot_hairs_per_cm2"] for row in run.rows[:3]
    ]


def test_they_are_followed_by_the_pairs_and_another_spot_counts_by_itself_and_less(run: Analysis) -> None:
    first, same, other, _ = run.rows
    number = {name: float(value) for name, value in same.items() if isinstance(value, int | float)}
    was = float(first["hairs_per_cm2"] or 0)
    assert number["spot_hairs_per_cm2"] == pytest.approx(was * (1 + number["pair_change"]))
    assert number["spot_hairs_per_cm2_low"] < number["spot_hairs_per_cm2"] < number["spot_hairs_per_cm2_high"]
    assert number["spot_thickness_um"] == pytest.approx(float(first["thickness_um"] or 0) + number["pair_thickness_um"])
    assert other["flags"] == "own_spot"
    assert other["spot_hairs_per_cm2"] == other["hairs_per_cm2"]
    assert float(other["spot_hairs_per_cm2_sd"] or 0) > 2 * number["spot_hairs_per_cm2_sd"]


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


def test_where_most_show_the_spot_another_one_has_no_number() -> None:
    ok, no = Pair("", change=0.0), Pair("another spot")
    assert spot_flags({"a": ok, "b": ok, "c": no}) == {"c": "other_spot"}
    assert spot_flags({"a": ok, "b": no}) == {"b": "own_spot"}
    assert spot_flags({"a": no, "b": no}) == {"a": "own_spot", "b": "own_spot"}


def test_without_a_scale_there_is_a_count_and_the_reason_why_there_is_no_density(run: Analysis) -> None:
    row = run.rows[-1]
    assert row["flags"] == "no_scale"
    assert int(row["hair_count"] or 0) > 10
    assert row.get("hairs_per_cm2") is row.get("thickness_um") is row.get("spot_hairs_per_cm2") is None
    assert "no known scale" in run.paths.report.read_text()
