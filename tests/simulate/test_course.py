"""A series does what its truth says."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from hairdensity.commands.simulate import simulate
from hairdensity.simulate import (
    Head,
    Planned,
    Shot,
    coverage_curve,
    render_series,
    save_photo,
    true_coverage,
    with_coverage,
)
from hairdensity.simulate.draw import render
from hairdensity.simulate.plan import gain_at, thinning_head, treatments_of

TINY = Shot(size=96)
HEAD = Head(stage=3, diffuse=0.3, hair_mm=8, sides_mm=6, density=120)


def test_a_head_gets_the_coverage_that_is_wanted() -> None:
    got = with_coverage(HEAD, TINY, 0.40)
    assert true_coverage(got, TINY) == pytest.approx(0.40, abs=0.003)
    assert replace(got, vigour=HEAD.vigour) == HEAD


def test_coverage_out_of_reach_is_said() -> None:
    with pytest.raises(ValueError, match="out of reach"):
        with_coverage(replace(HEAD, hair_mm=1, sides_mm=1), TINY, 0.95)


def test_a_course_is_followed() -> None:
    vigour_for = coverage_curve(HEAD, TINY, span=1.0, knots=5)
    start = true_coverage(HEAD, TINY)
    for wanted in (start - 0.03, start, start + 0.025):
        assert true_coverage(replace(HEAD, vigour=vigour_for(wanted)), TINY) == pytest.approx(wanted, abs=0.006)


def test_gain_rises_and_fades() -> None:
    days = np.arange(0, 600, 5)
    rise = np.array([gain_at("temporary", float(d), 0.08) for d in days])
    assert rise.max() == pytest.approx(0.08, abs=1e-3)
    assert rise[0] == 0
    assert rise[-1] < 0.005
    assert gain_at("sustained", 600, 0.08) == pytest.approx(0.08)
    assert gain_at("none", 600, 0.08) == 0
    assert gain_at("declining", 365, 0.08) == pytest.approx(-0.08)
    assert treatments_of("on_treatment")[0][2] == ""


def test_date_is_in_the_photo_or_not(tmp_path: Path) -> None:
    seen = render(HEAD, TINY)
    save_photo(seen, tmp_path / "with.jpg", date(2025, 3, 1), 90)
    save_photo(seen, tmp_path / "deep" / "without.jpg", None, 90)
    with Image.open(tmp_path / "with.jpg") as photo:
        assert photo.getexif().get_ifd(0x8769)[0x9003] == "2025:03:01 12:00:00"
        assert photo.size == (seen.rgb.shape[1], seen.rgb.shape[0])
        assert np.abs(np.asarray(photo).astype(int) - seen.rgb).mean() < 4
    with Image.open(tmp_path / "deep" / "without.jpg") as photo:
        assert 0x9003 not in photo.getexif().get_ifd(0x8769)


def test_series_writes_photos_and_truth(tmp_path: Path) -> None:
    plan = [
        Planned("vertex/2025-01-05.jpg", date(2025, 1, 5), HEAD, TINY, TINY),
        Planned("vertex/x.jpg", None, HEAD, TINY),
    ]
    render_series(tmp_path, plan, [("2025-02-01", "microneedling", "", "")])
    with (tmp_path / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["photo"] for row in rows] == ["vertex/2025-01-05.jpg", "vertex/x.jpg"]
    assert rows[0]["coverage"] == rows[0]["coverage_course"]
    assert rows[1]["coverage_course"] == ""
    assert [row["date"] for row in rows] == ["2025-01-05", ""]
    alpha = np.asarray(Image.open(tmp_path / "truth/vertex/2025-01-05.alpha.png")) / 255
    region = np.asarray(Image.open(tmp_path / "truth/vertex/2025-01-05.region.png")) > 0
    assert alpha[region].mean() == pytest.approx(float(rows[0]["coverage"]), abs=0.002)
    assert (tmp_path / "treatments.csv").read_text().startswith("date,treatment,until,notes\n2025-02-01,microneedling")


def test_command_makes_a_series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def thin(seed: int) -> Head:
        asked.append(seed)
        return HEAD

    # Of a head with few and short hairs, which is drawn in a tenth of the time; its own is tested below.
    monkeypatch.setattr("hairdensity.simulate.plan.thinning_head", thin)
    result = CliRunner().invoke(
        simulate, [str(tmp_path / "out"), "--sessions", "2", "--views", "vertex", "--size", "96", "--seed", "1"]
    )
    assert result.exit_code == 0, result.output
    assert "2 photos" in result.output
    assert len(list((tmp_path / "out" / "vertex").glob("*.jpg"))) == 2
    assert asked == [1]


def test_a_head_to_be_followed_can_get_better_and_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[float] = []

    def noted(head: Head, _shot: Shot, target: float, _tolerance: float) -> Head:
        wanted.append(target)
        return head

    monkeypatch.setattr("hairdensity.simulate.plan.with_coverage", noted)
    heads = [thinning_head(seed) for seed in range(20)]
    assert all(2.5 <= head.stage <= 4.5 and head.diffuse >= 0.15 and not head.patches for head in heads)
    assert all(0.55 <= target <= 0.68 for target in wanted)
    assert len({head.stage for head in heads}) == len(set(wanted)) == 20


def test_command_refuses_an_unknown_view(tmp_path: Path) -> None:
    result = CliRunner().invoke(simulate, [str(tmp_path / "out"), "--views", "vertex,moon"])
    assert result.exit_code == 2
    assert "moon" in result.output
