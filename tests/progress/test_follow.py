"""Verdicts on courses with known truth, and the rules that take a verdict back."""

import math
import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from courses import START, STOP, TODAY, course, day, minoxidil, monthly, needling, noise, rows

from hairdensity.progress import ViewProgress, follow, progress_json, sessions_by_view
from hairdensity.progress.belief import believe
from hairdensity.progress.model import Shapes, response, setting_of
from hairdensity.progress.timeline import Drive, events_of
from hairdensity.progress.verdict import VERDICTS, probabilities
from hairdensity.treatments import Course, Event, Treatments, no_treatments


def verdict(kind: str, treatments: Treatments, count: int = 22, size: float = 1.0, **about: float) -> ViewProgress:
    days = monthly(count)
    (view,) = follow(rows(days, course(kind, days, **about) + noise(count, size)), treatments, TODAY)
    return view


@pytest.mark.parametrize(
    ("kind", "treatments", "expected"),
    [
        ("none", needling(), "no_change"),
        ("none", no_treatments(), "no_change"),
        ("temporary", needling(), "temporary"),
        ("temporary", minoxidil(), "temporary"),
        ("sustained", needling(), "sustained"),
        ("on", minoxidil(until=None), "on_treatment"),
        ("falls", needling(), "declining"),
        ("falls", no_treatments(), "declining"),
    ],
)
def test_a_clear_course_gets_its_verdict(kind: str, treatments: Treatments, expected: str) -> None:
    view = verdict(kind, treatments)
    assert view.verdict == expected, view.reason
    assert math.isclose(sum(view.probability.values()), 1.0)
    assert set(view.probability) == set(VERDICTS)
    assert max(view.probability, key=lambda name: view.probability[name]) == expected
    assert all(check.passed is not False for check in view.checks)


@pytest.mark.parametrize("kept", [0.0, 0.8, 1.0])
def test_without_noise_the_figures_are_the_known_ones(kept: float) -> None:
    days = monthly(24)
    shape = Shapes(*(np.array([value]) for value in (2.0, 9.0, 2.0, 0.0, 12.0, kept, 0.0)))
    drive = Drive("minoxidil", "minoxidil", ((START / 7, STOP / 7),), (STOP / 7,), START / 7, STOP / 7, continuous=True)
    effect = 12 * response(drive, shape, days / 7)[0]
    (view,) = follow(rows(days, 55 - 0.8 * days / 365.25 + effect + noise(24, 0.02)), minoxidil(), TODAY)
    peak = 12 * response(drive, shape, np.linspace(0, days[-1], 1000) / 7)[0].max()
    assert view.gain == pytest.approx(peak / 100, abs=0.005)
    assert view.retained == pytest.approx(effect[-1] / peak, abs=0.05)
    assert view.smallest_detectable_change is not None
    assert view.smallest_detectable_change < 0.005


@pytest.mark.parametrize("treatments", [minoxidil(), needling()])
def test_what_is_lost_is_lost_and_dated(treatments: Treatments) -> None:
    view = verdict("temporary", treatments, size=0.3)
    assert view.gain_low is not None
    assert view.gain_high is not None
    assert view.gain_low < 0.10 < view.gain_high
    assert view.retained is not None
    assert view.retained < 0.2
    # It was lost from day 20 to day 110 after treatment, so half of it by day 65.
    assert view.half_life_days == pytest.approx(65, abs=20)
    assert view.back_at_untreated is not None
    assert abs((view.back_at_untreated - day(STOP + 110)).days) < 75


def test_a_fall_that_treatment_slows_is_told_as_slow_as_it_is() -> None:
    """Untreated it would fall by ten points a year; what is seen is a fall by seven."""
    days = monthly(22)
    points = 60 - 10 * days / 365 + 5 * np.clip((days - START - 20) / 110, 0, 1) + noise(22, 0.5)
    (view,) = follow(rows(days, points), minoxidil(until=None), TODAY)
    told = re.search(r"falls by about (\d+\.\d) points a year", view.reason)
    assert told, view.reason
    seen = (points[0] - points[-1]) / days[-1] * 365
    assert float(told[1]) == pytest.approx(seen, abs=0.8)


def test_what_sessions_differ_by_is_one_number() -> None:
    """Of three photos a session, in the words and in the figure: less than of one."""
    days = monthly(22)
    three = [row for seed in range(3) for row in rows(days, course("none", days) + noise(22, 1.5, seed))]
    (view,) = follow(three, minoxidil(), TODAY)
    assert view.smallest_detectable_change is not None
    assert f"differ by up to {view.smallest_detectable_change * 100:.1f} points by chance alone" in view.reason


def test_the_noise_is_found() -> None:
    view = verdict("none", needling(), count=30, size=1.5)
    assert view.smallest_detectable_change == pytest.approx(1.96 * math.sqrt(2) * 0.015, rel=0.3)


def repeated(count: int, scatter: float) -> ViewProgress:
    """Return a level course of days with three photos, which differ by a standard deviation of `scatter` points."""
    days = monthly(count)
    level = 50 + noise(count, 1.0)
    listed = [row for off in (-scatter, 0.0, scatter) for row in rows(days, level + off)]
    (view,) = follow(listed, no_treatments(), TODAY)
    return view


def test_photos_of_one_day_that_differ_prove_noise_and_photos_that_agree_prove_nothing() -> None:
    agree, differ = repeated(5, 0.02), repeated(5, 4.0)
    days = monthly(5)
    (alone,) = follow(rows(days, 50 + noise(5, 1.0)), no_treatments(), TODAY)
    changes = [view.smallest_detectable_change for view in (alone, agree, differ)]
    assert all(changes)
    # The sessions scatter alike, whatever their photos do.
    assert changes[1] == pytest.approx(changes[0], rel=0.15)
    # Photos 4 points apart are sessions of three at least so far apart that they have nothing else in common.
    assert changes[2] > 1.96 * math.sqrt(2) * 0.04 / math.sqrt(3)


def test_two_sessions_know_their_noise_only_from_repeats_or_from_the_table() -> None:
    days = monthly(2)
    (alone,) = follow(rows(days, np.array([50.0, 52.0])), no_treatments(), TODAY)
    assert alone.smallest_detectable_change is None
    assert repeated(2, 1.0).smallest_detectable_change is not None


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_three_sessions_or_fewer_never_tell(count: int) -> None:
    days = np.array([0.0, 200.0, 500.0])[:count]
    points = np.array([40.0, 60.0, 61.0])[:count]
    table = rows(days, points) or [{"view": "vertex", "date": None, "coverage": None, "status": "rejected"}]
    (view,) = follow(table, needling(), TODAY)
    assert view.verdict == "cannot_tell"
    assert view.probability["cannot_tell"] > 0.5
    assert (view.gain, view.retained) == (None, None)
    assert "session" in view.reason


def test_sixteen_weeks_on_treatment_are_waited_for() -> None:
    days = np.concatenate([np.arange(8) * 15.0, START + np.arange(1, 8) * 14.0])
    points = 50 + 12 * (days > START + 30) + noise(len(days), 0.5)
    (view,) = follow(rows(days, points), minoxidil(until=None), TODAY)
    assert view.verdict == "cannot_tell"
    assert "16 weeks" in view.reason
    assert "1 September 2024" not in view.reason
    assert "until after 2 March 2027" in view.reason
    (view,) = follow(rows(days, points), minoxidil(until=None), day(days[-1]))
    assert "until after 29 August 2024" in view.reason


def test_sixteen_weeks_are_waited_for_whatever_was_stopped_before_the_first_photo() -> None:
    days = monthly(15)
    earlier = Course("minoxidil", "minoxidil", (), day(-400), day(-60), True)
    new = Course("finasteride", "finasteride", (), day(days[-1] - 28), None, True)
    treatments = Treatments((earlier, new), (), ())
    (view,) = follow(rows(days, course("none", days) + noise(15, 0.6)), treatments, TODAY)
    assert view.verdict == "cannot_tell"
    assert "Treatment began 4 weeks before the last session" in view.reason


def test_sustained_is_not_said_before_24_weeks_after_stopping() -> None:
    days = np.arange(0, STOP + 23 * 7, 21.0)
    (view,) = follow(rows(days, course("sustained", days) + noise(len(days), 0.5)), minoxidil(), TODAY)
    assert view.verdict == "cannot_tell"
    assert view.probability["sustained"] == 0.0
    assert view.gain is not None
    assert "stopped only" in view.reason


def test_without_a_session_before_treatment_nothing_is_compared() -> None:
    days = START + 40 + monthly(20)
    (view,) = follow(rows(days, course("temporary", days) + noise(20, 0.5)), minoxidil(), TODAY)
    assert view.verdict in ("cannot_tell", "declining")
    assert view.verdict != "sustained"


def test_a_rise_without_treatment_is_told_honestly() -> None:
    days = monthly(24)
    (view,) = follow(rows(days, 50 + 8 * days / 365 + noise(24, 0.8)), no_treatments(), TODAY)
    assert view.verdict == "cannot_tell"
    assert view.gain is None
    assert "no new treatment" in view.reason
    # Nor is one said not to be there that is: it only did not begin in that time.
    for begin in (-500, 715):
        written = Treatments((Course("minoxidil", "minoxidil", (), day(begin), None, True),), (), ())
        (view,) = follow(rows(days, 50 + 8 * days / 365 + noise(24, 0.8)), written, TODAY)
        assert "no new treatment" in view.reason


def test_a_rise_long_before_treatment_is_not_its_work() -> None:
    days = monthly(24)
    points = 50 + 9 * np.clip((days - 60) / 60, 0, 1) + noise(24, 0.8)
    late = Treatments((Course("minoxidil", "minoxidil", (), day(330), None, True),), (), ())
    (view,) = follow(rows(days, points), late, TODAY)
    assert view.verdict not in ("on_treatment", "sustained", "temporary")


def test_a_recorded_camera_change_is_no_gain_and_the_same_step_unrecorded_no_sure_one() -> None:
    days = monthly(24)
    points = 52 + 6.0 * (days >= 240) + noise(24, 0.8)
    recorded = needling(Event("camera", "new phone", day(238)))
    (view,) = follow(rows(days, points), recorded, TODAY)
    assert view.verdict in ("no_change", "cannot_tell")
    assert view.verdict != "sustained"


def test_two_treatments_in_the_same_window_are_inseparable() -> None:
    both = Treatments((*needling().courses, *minoxidil(until=None).courses), (), ())
    view = verdict("on", both)
    assert view.verdict == "on_treatment"
    assert "microneedling and minoxidil 5% changed within the same time" in view.reason


@pytest.mark.parametrize("first", [Course("other", "rosemary oil", (), day(START), day(STOP)),
                                   Course("minoxidil", "rosemary oil", (), day(-150), day(-60), True)])  # fmt: skip
def test_treatments_are_inseparable_whatever_they_are_called(first: Course) -> None:
    """Two of which nothing is known, and one whose loss lies in the series: both have done something to the course."""
    second = Course("other", "caffeine", (), day(START + 10), day(STOP))
    view = verdict("temporary", Treatments((first, second), (), ()))
    assert "caffeine and rosemary oil changed within the same time" in view.reason


def test_a_treatment_that_never_changed_is_background() -> None:
    long_ago = Course("finasteride", "finasteride", (), day(-900), None, True)
    view = verdict("temporary", Treatments((*needling().courses, long_ago), (), ()))
    assert view.verdict == "temporary"
    assert "finasteride went on all the time" in view.reason


def test_sessions_that_have_gone_on_for_years_are_background_too() -> None:
    """The next session is not due on the day of the last photo, but nothing changed all the same."""
    sessions = tuple(day(number) for number in range(-420, 625, 28))
    always = Treatments((Course("microneedling", "microneedling", sessions),), (), ())
    level = verdict("none", always, size=0.8)
    assert level.verdict == "no_change", level.reason
    assert "microneedling went on all the time" in level.reason
    assert verdict("falls", always, size=0.8).verdict == "declining"


def test_what_was_gained_before_the_first_session_makes_up_for_no_fall() -> None:
    """A head that falls by seven points a year falls, whatever it had gained in years that nobody photographed."""
    days = monthly(18)
    # Pauses keep treatment from being the same all the time.
    spans = ((-400, -150), (-60, None))
    ever = tuple(Course("minoxidil", "minoxidil", (), day(a), b and day(b), True) for a, b in spans)
    (series,) = sessions_by_view(rows(days, course("falls", days) + noise(18, 0.8)), TODAY)
    belief = believe(setting_of(series.sessions, Treatments(ever, (), ())))
    assert belief.p_fall > 0.9


def test_sessions_that_go_on_are_treatment_that_goes_on() -> None:
    days = tuple(day(number) for number in range(START, 640, 60))
    view = verdict("on", Treatments((Course("microneedling", "microneedling", days),), (), ()))
    assert view.verdict == "on_treatment"
    assert "The gain has held so far" in view.reason
    assert "longest pause between treatments" in view.reason


def test_an_outlier_does_not_turn_the_verdict() -> None:
    days = monthly(22)
    points = course("none", days) + noise(22, 1.0)
    points[12] += 14
    (view,) = follow(rows(days, points), needling(), TODAY)
    assert view.verdict == "no_change"
    assert "stands out" in view.reason


def test_the_order_of_rows_does_not_matter() -> None:
    days = monthly(18)
    table = rows(days, course("temporary", days) + noise(18, 1.0))
    shuffled = [table[index] for index in np.random.default_rng(1).permutation(18)]
    assert follow(table, needling(), TODAY) == follow(shuffled, needling(), TODAY)


@pytest.mark.parametrize("factor", [100.0, 100_000.0])
def test_the_unit_does_not_matter(factor: float) -> None:
    days = monthly(18)
    table = rows(days, course("sustained", days) + noise(18, 1.0))
    scaled = [row | {"coverage": float(row["coverage"] or 0) * factor} for row in table]
    (one,), (other,) = follow(table, needling(), TODAY), follow(scaled, needling(), TODAY)
    assert one.verdict == other.verdict
    assert other.gain is not None
    assert one.gain is not None
    assert other.gain == pytest.approx(one.gain * factor, rel=0.15)


def test_whole_years_of_shift_do_not_matter() -> None:
    days = monthly(18)
    table = rows(days, course("temporary", days) + noise(18, 1.0))
    shift = timedelta(days=-4 * 1461)  # sixteen years, so that seasons lie alike
    moved = [row | {"date": (date.fromisoformat(str(row["date"])) + shift).isoformat()} for row in table]
    (course_,) = needling().courses
    earlier = Treatments((replace(course_, sessions=tuple(one + shift for one in course_.sessions)),), (), ())
    (one,), (other,) = follow(table, needling(), TODAY), follow(moved, earlier, TODAY)
    assert one.probability == pytest.approx(other.probability)


def test_views_and_subjects_are_followed_apart() -> None:
    days = monthly(5)
    table = [row | {"subject": who} for who in ("anna", "ben") for row in rows(days, course("none", days))]
    views = follow(table, no_treatments(), TODAY)
    assert set(progress_json(views)["views"]) == {"anna/vertex", "ben/vertex"}
    assert set(progress_json(views[:1])["views"]) == {"vertex"}


def test_the_json_has_what_was_promised() -> None:
    (view,) = progress_json((verdict("temporary", needling(), count=18),))["views"].values()
    promised = (
        "verdict", "probability", "gain", "gain_low", "gain_high", "retained", "retained_low", "retained_high",
        "smallest_detectable_change", "reason",
    )  # fmt: skip
    assert list(view)[: len(promised)] == list(promised)
    assert 0 <= view["retained_low"] <= view["retained"] <= view["retained_high"] <= 1
    assert view["gain_low"] <= view["gain"] <= view["gain_high"]


def test_the_fitted_course_spans_the_sessions() -> None:
    view = verdict("temporary", needling(), count=18)
    assert view.course is not None
    assert (view.course.dates[0], view.course.dates[-1]) == (view.sessions[0].date, view.sessions[-1].date)
    assert len({len(part) for part in (view.course.dates, view.course.mean, view.course.low, view.course.high)}) == 1
    assert all(
        low <= mean <= high for low, mean, high in zip(view.course.low, view.course.mean, view.course.high, strict=True)
    )
    assert view.course.untreated is not None


def test_what_a_pause_between_treatments_took_is_told() -> None:
    days = monthly(30)
    sessions = tuple(day(number) for number in (*range(START, STOP, 30), *range(600, 860, 30)))
    first, second = np.clip((days - START - 20) / 110, 0, 1), np.clip((days - 620) / 110, 0, 1)
    points = 55 + 10 * first * (1 - np.clip((days - STOP - 20) / 100, 0, 1)) + 10 * second + noise(30, 0.8)
    (view,) = follow(
        rows(days, points), Treatments((Course("microneedling", "microneedling", sessions),), (), ()), TODAY
    )
    assert view.verdict == "on_treatment"
    taken = re.search(r"longest pause between treatments was 47 weeks: about (\d+) % of what was gained", view.reason)
    assert taken, view.reason
    assert int(taken[1]) > 80


def test_a_pause_is_as_long_as_it_was() -> None:
    """Twelve weeks without minoxidil are twelve: only a single session works on after its day."""
    spans = tuple(
        Course("minoxidil", "minoxidil", (), day(begin), end, True) for begin, end in ((90, day(230)), (314, None))
    )
    (view,) = follow(rows(monthly(22), course("on", monthly(22)) + noise(22, 0.7)), Treatments(spans, (), ()), TODAY)
    assert view.verdict == "on_treatment"
    assert "The longest pause between treatments was 12 weeks" in view.reason


def test_sessions_that_are_overdue_have_stopped() -> None:
    weekly = tuple(day(number) for number in range(START, STOP, 7))
    days = np.arange(0, STOP + 25, 15.0)
    table = rows(days, course("on", days) + noise(len(days), 0.5))
    (view,) = follow(table, Treatments((Course("microneedling", "microneedling", weekly),), (), ()), TODAY)
    assert view.verdict == "cannot_tell"
    assert "stopped only" in view.reason


def test_a_slow_fall_cannot_be_denied_by_a_short_series() -> None:
    days = np.arange(12) * 15.0
    (view,) = follow(rows(days, 50 + noise(12, 1.0)), no_treatments(), day(170))
    assert view.verdict == "cannot_tell"
    assert "too short to deny a slow fall" in view.reason
    assert "one of 2.5 points a year" in view.reason
    counts = [row | {"coverage": 400 * float(row["coverage"] or 0)} for row in rows(days, 50 + noise(12, 1.0))]
    assert "points" not in follow(counts, no_treatments(), day(170))[0].reason
    assert re.search(r"\d more monthly sessions, after 28 June 2024 and until \d+ \w+ 202\d", view.reason), view.reason


def test_a_rise_at_a_haircut_is_not_taken_for_hair_that_was_cut() -> None:
    """A cut makes hair cover less for a while, so it must not explain a gain away."""
    days = monthly(22)
    points = course("temporary", days, gain=8.0) + noise(22, 1.0)
    (view,) = follow(rows(days, points), needling(Event("haircut", "haircut", day(205))), TODAY)
    assert view.verdict == "temporary"
    assert view.gain is not None
    assert view.gain == pytest.approx(0.08, abs=0.025)


def test_a_camera_that_changed_when_the_gain_would_be_lost_hides_the_loss() -> None:
    days = monthly(24)
    points = course("sustained", days) - 4.0 * (days > STOP + 65) + noise(24, 0.8)
    (view,) = follow(rows(days, points), needling(Event("camera", "new phone", day(STOP + 65))), TODAY)
    assert view.verdict in ("cannot_tell", "temporary")
    assert view.probability["sustained"] == 0.0
    if view.verdict == "cannot_tell":
        assert "camera, light, colour or style changed on 9 January 2025" in view.reason


def test_a_camera_that_hides_a_loss_is_seen_behind_many_other_events() -> None:
    """A loss of ten points that a new camera makes up for lasts no more because hair was coloured six times before."""
    days = monthly(22)
    points = course("temporary", days) + 10.0 * (days >= STOP + 50) + noise(22, 0.5)
    colours = [Event("colour", "dye", day(number)) for number in (5, 12, 20, 35, 50, 65)]
    for late in ("camera", "colour"):
        events = (*colours, Event(late, "another", day(STOP + 50)))
        (view,) = follow(rows(days, points), Treatments(minoxidil().courses, events, ()), TODAY)
        assert view.verdict != "sustained", view.reason
        assert view.probability["sustained"] == 0.0


def test_of_many_events_those_that_move_coverage_most_are_modelled() -> None:
    colours = tuple(Event("colour", "dye", day(7 * number)) for number in range(1, 9))
    lamp, late, first = Event("light", "lamp", day(70)), Event("camera", "phone", day(7 * 90)), day(0)
    steps, haircuts, more = events_of((*colours, lamp, late), first, 80.0)
    assert (steps, haircuts, more) == ((1.0, 2.0, 3.0, 4.0, 5.0, 10.0), (), (6.0, 7.0, 8.0))


def test_a_gain_that_is_not_sure_is_not_spoken_of() -> None:
    days = monthly(20)
    (series,) = sessions_by_view(rows(days, course("temporary", days) + noise(20, 1.0)), TODAY)
    setting = setting_of(series.sessions, needling())
    belief = replace(believe(setting), p_gain=0.95, p_lost=1.0, p_fall=0.05, p_rise=0.0)
    likely = [
        max(chances, key=lambda name: chances[name])
        for p_gain in (0.95, 0.8)
        if (chances := probabilities(replace(belief, p_gain=p_gain), setting, blocked=False))
    ]
    assert likely == ["temporary", "cannot_tell"]
