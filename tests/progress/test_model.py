"""The model against closed forms and brute force, and the commands that people type."""

import itertools
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from courses import course, monthly, noise, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from hairdensity.commands.progress import plan, progress
from hairdensity.pool import Here
from hairdensity.progress.design import Model, columns_of, no_effect
from hairdensity.progress.kinds import KINDS, tilt
from hairdensity.progress.model import (
    Floats,
    Prior,
    Setting,
    Shapes,
    nuisance_columns,
    nuisance_prior,
    point_size,
    response,
)
from hairdensity.progress.plan import POWER, _often_enough, chance, plans
from hairdensity.progress.posterior import OUTLIER_SHARE, SIGMA_MEDIAN, SIGMA_SPREAD, draw, fit
from hairdensity.progress.timeline import Drive


def shape(lag: float, rise: float, order: float, off: float, decay: float, retained: float) -> Shapes:
    return Shapes(*(np.array([value]) for value in (lag, rise, order, off, decay, retained)), np.zeros(1))


def drive(*on: tuple[float, float]) -> Drive:
    return Drive("minoxidil", "minoxidil", on, tuple(end for _, end in on), on[0][0], on[-1][1], continuous=True)


def simple(points: Floats) -> Setting:
    weeks = np.arange(len(points)) * 4.0
    return Setting(date(2024, 1, 1), 0.01, weeks, points, np.ones(len(points)), 50.0, (), (), (), (), None)


def plain(setting: Setting, prior: Prior | None = None) -> Model:
    return no_effect(columns_of(setting, setting.weeks), setting, prior or Prior())


def test_the_response_rises_and_falls_as_exponentials_do() -> None:
    weeks = np.array([0.0, 11.9, 12.0, 18.0, 42.0, 52.0, 62.0])
    got = response(drive((10.0, 40.0)), shape(2.0, 6.0, 1.0, 0.0, 10.0, 0.25), weeks)[0]
    top = 1 - np.exp(-30 / 6)
    left = top * (0.25 + 0.75 * np.exp(-np.array([10, 20]) / 10))
    assert got == pytest.approx([0, 0, 0, 1 - np.exp(-1), top, *left])


def test_a_second_stretch_goes_on_from_what_is_left() -> None:
    weeks = np.array([20.0, 29.999, 30.0, 40.0])
    got = response(drive((0.0, 10.0), (30.0, 40.0)), shape(0.0, 8.0, 2.0, 0.0, 10.0, 0.0), weeks)[0]
    top = (1 - np.exp(-10 / 8)) ** 2
    left = top * np.exp(-2)
    again = (1 - (1 - np.sqrt(left)) * np.exp(-10 / 8)) ** 2
    assert got == pytest.approx([top * np.exp(-1), left, left, again], rel=1e-3)


@given(
    lag=st.floats(0, 14), rise=st.floats(2, 30), order=st.sampled_from([1.0, 2.0]), off=st.floats(0, 14),
    decay=st.floats(3, 80), retained=st.floats(0, 1), length=st.floats(1, 60),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_the_response_stays_within_what_it_can_be(
    lag: float, rise: float, order: float, off: float, decay: float, retained: float, length: float
) -> None:
    weeks = np.linspace(-5, 150, 200)
    got = response(drive((0.0, length)), shape(lag, rise, order, off, decay, retained), weeks)[0]
    assert (got >= 0).all()
    assert (got <= 1).all()
    assert (got[weeks <= 0] == 0).all()
    peak = int(got.argmax())
    assert (np.diff(got[: peak + 1]) >= -1e-12).all()
    assert (np.diff(got[peak:]) <= 1e-12).all()
    assert got[-1] >= retained * got[peak] - 1e-9


def test_the_evidence_is_that_of_a_normal_density() -> None:
    points = np.array([0.5, -1.0, 0.2, 1.4, -0.3, 0.8])
    setting = simple(points)
    prior = Prior()
    fitted = fit(plain(setting, prior), setting, np.full(len(points), 1e-12))
    columns, (mean, sd) = nuisance_columns(setting, setting.weeks), nuisance_prior(setting, prior)
    spread = columns @ np.diag(sd**2) @ columns.T
    sigmas = fitted.sigmas
    step = np.log(sigmas[1] / sigmas[0])
    weights = np.exp(-0.5 * (np.log(sigmas / SIGMA_MEDIAN) / SIGMA_SPREAD) ** 2)
    weights *= step / SIGMA_SPREAD / np.sqrt(2 * np.pi)
    densities = [multivariate_normal(columns @ mean, spread + s**2 * np.eye(len(points))).pdf(points) for s in sigmas]
    expected = np.log(np.sum(weights * densities)) + len(points) * np.log(1 - OUTLIER_SHARE)
    assert fitted.log_evidence == pytest.approx(expected, abs=1e-6)
    assert fitted.weight[0] == pytest.approx(weights * densities / np.sum(weights * densities))


def test_draws_have_the_moments_of_the_posterior() -> None:
    setting = simple(noise(12, 1.0) - 0.1 * np.arange(12))
    prior = Prior()
    fitted = fit(plain(setting, prior), setting, np.full(12, 1e-12))
    columns, (mean, sd) = nuisance_columns(setting, setting.weeks), nuisance_prior(setting, prior)
    expected = np.zeros(columns.shape[1])
    for sigma, weight in zip(fitted.sigmas, fitted.weight[0], strict=True):
        precision = columns.T @ columns / sigma**2 + np.diag(1 / sd**2)
        expected += weight * np.linalg.solve(precision, columns.T @ setting.points / sigma**2 + mean / sd**2)
    draws = draw(fitted, 20_000)
    error = draws.coefficients.std(axis=0) / np.sqrt(20_000)
    assert np.abs(draws.coefficients.mean(axis=0) - expected) == pytest.approx(
        np.zeros(len(expected)), abs=5 * error.max()
    )
    again = draw(fitted, 20_000)
    assert (again.coefficients == draws.coefficients).all()


def test_an_outlier_is_found() -> None:
    points = noise(16, 1.0)
    points[7] += 12
    setting = simple(points)
    outlier = fit(plain(setting), setting).outlier
    assert outlier[7] > 0.95
    assert np.delete(outlier, 7).max() < 0.5


@pytest.mark.parametrize(
    ("values", "point"), [([0.3, 0.6], 0.01), ([30.0, 60.0], 1.0), ([100.0, 250.0], 2.5), ([0.0, 0.0], 0.01)]
)
def test_a_point_is_a_hundredth_of_the_scale(values: list[float], point: float) -> None:
    assert point_size(np.array(values)) == pytest.approx(point)


def test_a_session_without_weight_says_nothing() -> None:
    points = noise(10, 1.0)
    spread = np.ones(10)
    spread[4] = 1e3
    one = replace(simple(points), spread=spread)
    points = points.copy()
    points[4] += 8
    other = replace(one, points=points)
    evidence = [fit(plain(s), s, np.full(10, 0.05)).log_evidence for s in (one, other)]
    assert evidence[0] == pytest.approx(evidence[1], abs=1e-2)


def test_more_photos_and_more_time_show_more() -> None:
    early = chance(10.0, 1.0, 3, 2, 5, loss=False, runs=6)
    late = chance(10.0, 1.0, 3, 2, 15, loss=False, runs=6)
    nothing = chance(0.5, 3.0, 1, 1, 8, loss=False, runs=6)
    assert late >= early
    assert late >= 0.8
    assert nothing <= 0.2


def write(tmp_path: Path, kind: str, count: int = 20) -> list[str]:
    days = monthly(count)
    lines = [f"{row['date']},{row['coverage']}" for row in rows(days, course(kind, days) + noise(count, 0.7))]
    (tmp_path / "table.csv").write_text("\n".join(["date,coverage", *lines]), encoding="utf-8")
    (tmp_path / "treatments.csv").write_text(
        "date,treatment,until\n2024-05-09,minoxidil,2024-11-05\n", encoding="utf-8"
    )
    return [str(tmp_path / "table.csv"), "--treatments", str(tmp_path / "treatments.csv")]


def test_the_command_prints_json_and_words(tmp_path: Path) -> None:
    arguments = write(tmp_path, "temporary")
    done = CliRunner().invoke(progress, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    (view,) = json.loads(done.stdout)["views"].values()
    assert view["verdict"] == "temporary"
    said = CliRunner().invoke(progress, arguments)
    assert said.exit_code == 0
    assert "temporary gain" in said.stdout
    assert "points" in said.stdout


def test_the_command_leaves_out_what_is_later_than_today(tmp_path: Path) -> None:
    done = CliRunner().invoke(progress, [*write(tmp_path, "temporary"), "--json", "--today", "2024-03-01"])
    (view,) = json.loads(done.stdout)["views"].values()
    assert view["verdict"] == "cannot_tell"


def test_a_table_that_lies_in_the_future_is_used_and_a_slip_is_not(tmp_path: Path) -> None:
    late = tmp_path / "late.csv"
    late.write_text("date,value\n" + "".join(f"2999-0{month}-01,50\n" for month in range(1, 9)), encoding="utf-8")
    done = CliRunner().invoke(progress, [str(late), "--json"])
    assert "dated in the future" in done.stderr
    assert "only" not in json.loads(done.stdout)["views"]["scalp"]["reason"]
    late.write_text("date,value\n2025-01-01,50\n2999-01-01,50\n", encoding="utf-8")
    done = CliRunner().invoke(progress, [str(late), "--json"])
    assert "only one session" in json.loads(done.stdout)["views"]["scalp"]["reason"]
    assert "1 row is dated in the future (2999-01-01): left out." in done.stderr
    # Three photos of one day by a camera whose clock is wrong are one slip.
    late.write_text("date,value\n2025-01-01,50\n" + "2999-01-01,50\n" * 3, encoding="utf-8")
    done = CliRunner().invoke(progress, [str(late), "--json"])
    assert "only one session" in json.loads(done.stdout)["views"]["scalp"]["reason"]
    assert "3 rows are dated" in done.stderr


def test_treatments_of_somebody_who_is_not_in_the_table_are_told(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("subject,date,value\nann,2025-01-01,50\n", encoding="utf-8")
    (tmp_path / "treatments.csv").write_text(
        "date,treatment,subject\n2025-01-02,minoxidil,Ann\n2025-01-02,prp,ann\n", encoding="utf-8"
    )
    words = [str(tmp_path / "table.csv"), "--treatments", str(tmp_path / "treatments.csv")]
    assert "table.csv: holds nothing of 'Ann'." in CliRunner().invoke(progress, words).stderr


def test_the_plan_is_printed() -> None:
    done = CliRunner().invoke(plan, ["--gain", "12", "--noise", "1", "--runs", "1", "--json"])
    assert done.exit_code == 0, done.output
    plans = json.loads(done.stdout)["plans"]
    assert {(one["photos"], one["sessions"]) for one in plans} == {(1, 1), (3, 1), (1, 2), (3, 2)}
    assert CliRunner().invoke(plan, ["--gain", "-1"]).exit_code == 2


def test_a_plan_is_the_same_by_several_processes():
    assert plans(12, 1, photos=(3,), runs=2, run=Here(2)) == plans(12, 1, photos=(3,), runs=2)


def test_outliers_that_hide_each_other_are_found() -> None:
    points = noise(17, 1.0)
    points[[3, 14]] += 9
    points[13] -= 7
    outlier = fit(plain(simple(points)), simple(points)).outlier
    assert outlier[[3, 13, 14]].min() > 0.8
    assert np.delete(outlier, [3, 13, 14]).max() < 0.5


def test_evidence_counts_every_pattern_of_outliers() -> None:
    """Against the sum over all patterns, which so few sessions allow."""
    points = np.array([0.4, -0.6, 0.1, 7.0, -0.2, 0.5, -0.4])
    setting = simple(points)
    model = plain(setting)
    patterns = [np.array(pattern, dtype=float) for pattern in itertools.product((0, 1), repeat=len(points))]
    every = np.array([fit(model, setting, pattern).log_evidence for pattern in patterns])
    exact = logsumexp(every)
    wild = np.exp(every - exact) @ np.array(patterns)
    found = fit(model, setting)
    assert found.log_evidence == pytest.approx(exact, abs=0.25)
    assert found.outlier == pytest.approx(wild, abs=0.1)


def test_kinds_tilt_the_prior_and_forbid_nothing() -> None:
    half_rise, half_loss, lasting = np.array([5.0, 25.0]), np.array([4.0, 30.0]), np.array([False, True])
    quick, slow = (tilt((kind,), half_rise, half_loss, lasting) for kind in ("minoxidil", "finasteride"))
    assert quick[0][0] / quick[0][1] > slow[0][0] / slow[0][1]
    assert quick[1][0] / quick[1][1] > slow[1][0] / slow[1][1]
    both = tilt(("minoxidil", "finasteride"), half_rise, half_loss, lasting)
    assert both[0] == pytest.approx((quick[0] + slow[0]) / 2)
    assert all((part > 0).all() for kind in KINDS for part in tilt((kind,), half_rise, half_loss, lasting))
    assert all((part == 1).all() for part in tilt(("other",), half_rise, half_loss, lasting))


@pytest.mark.parametrize(("gain", "noise_size"), [(12.0, 1.0), (1.0, 3.0)])
def test_ending_early_changes_no_plan(gain: float, noise_size: float) -> None:
    often = chance(gain, noise_size, 1, 1, 8, loss=False, runs=5)
    assert _often_enough(gain, noise_size, 1, 1, 8, False, 5) == (often >= POWER)
