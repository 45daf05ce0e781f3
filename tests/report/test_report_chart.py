"""Charts show the numbers that they were given; their files have safe names and are the same each time."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from made_up_report import MakeSeries
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from hairdensity.keep import Keeper
from hairdensity.report import Lane, build_report
from hairdensity.report.chart import course_png, course_svg, draw_course, figure_of
from hairdensity.report.chart_lanes import drawable
from hairdensity.report.course import Course, reaches_beyond
from hairdensity.report.drawn import LONE, Charts
from hairdensity.report.export import safe_names, write_charts
from hairdensity.report.svg import Svg
from hairdensity.report.words import COVERAGE, Quantity, clean, day

FIRST = date(2025, 2, 3)


@pytest.fixture
def course(make_series: MakeSeries) -> Course:
    lanes = (
        Lane("minoxidil", ((FIRST + timedelta(30), FIRST + timedelta(60)), (FIRST + timedelta(80), None))),
        Lane("microneedling", (), (FIRST, FIRST + timedelta(9), FIRST + timedelta(18))),
        Lane("haircut", (), (FIRST + timedelta(5),), is_event=True),
    )
    series = make_series(flags={1: ("soft",)}, fitted=True, pictures=False)
    return build_report([series], treatments=lanes, today=FIRST + timedelta(100)).series[0].course


def test_levels_known_badly_do_not_flatten_the_course_and_do_not_hide_it(course: Course) -> None:
    def height(one: Course) -> float:
        low, high = drawn(one).get_ylim()
        return high - low

    wide = dataclasses.replace(
        course, points=tuple(dataclasses.replace(p, low=p.value - 0.2, high=p.value + 0.2) for p in course.points)
    )
    assert not reaches_beyond(course)
    assert reaches_beyond(wide)
    assert height(wide) <= height(course)
    low, high = drawn(wide).get_ylim()
    assert all(low < 100 * (p.value + sign * 0.015) < high for p in wide.points for sign in (-1, 1))
    arrows = [len(line.get_xdata()) for line in by_gid(drawn(wide), "beyond")]
    assert arrows == [len(wide.points)] * 2
    assert by_gid(drawn(course), "beyond") == []
    assert not reaches_beyond(dataclasses.replace(wide, noise=None))
    assert height(dataclasses.replace(wide, noise=None)) > 40


def drawn(course: Course) -> Axes:
    axes = Figure().add_subplot()
    draw_course(axes, course)
    return axes


def by_gid(axes: Axes, gid: str) -> list[object]:
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def test_points_and_error_bars_are_the_sessions(course: Course) -> None:
    axes = drawn(course)
    bars = {}
    for container in axes.containers:
        assert isinstance(container, ErrorbarContainer)
        line, _, (segments,) = container.lines
        assert line is not None
        for x, y, segment in zip(*line.get_data(), segments.get_segments(), strict=True):
            bars[float(x)] = (float(y), float(segment[0][1]), float(segment[1][1]), line.get_markerfacecolor())
    assert len(bars) == len(course.points) == 4
    for point, (value, low, high, _) in zip(course.points, (bars[x] for x in sorted(bars)), strict=True):
        np.testing.assert_allclose((value, low, high), np.array((point.value, point.low, point.high)) * 100)
    scatter = [segment for one in by_gid(axes, "scatter") for segment in one.get_segments()]
    noise = course.noise / 2**0.5 * 100
    assert len(scatter) == 4
    for x, low, high in ((float(a[0]), float(a[1]), float(b[1])) for a, b in scatter):
        assert (low, high) == pytest.approx((bars[x][0] - noise, bars[x][0] + noise))
    hollow = [face == "#ffffff" for *_, face in (bars[x] for x in sorted(bars))]
    assert hollow == [False, True, False, False]


def test_course_noise_and_treatments_are_drawn_where_they_belong(course: Course) -> None:
    axes = drawn(course)
    assert course.band is not None
    (mean,) = by_gid(axes, "course")
    np.testing.assert_allclose(mean.get_ydata(), np.array(course.band.mean) * 100)  # type: ignore[attr-defined]
    (untreated,) = by_gid(axes, "untreated")
    assert untreated.get_linestyle() != "-"  # type: ignore[attr-defined]
    (noise,) = by_gid(axes, "noise")
    box = noise.get_extents().transformed(axes.transData.inverted())  # type: ignore[attr-defined]
    np.testing.assert_allclose((box.y0, box.y1), (47.9, 52.1))
    assert len(by_gid(axes, "span")) == 2
    assert [len(ticks.get_segments()) for ticks in by_gid(axes, "days")] == [3, 1]  # type: ignore[attr-defined]
    open_end = by_gid(axes, "span")[1].get_paths()[0].get_extents().x1  # type: ignore[attr-defined]
    assert open_end == pytest.approx((FIRST + timedelta(100) - date(1970, 1, 1)).days)


def test_no_value_is_written_beside_the_lanes(course: Course) -> None:
    axes = drawn(course)
    low, high = axes.get_ylim()
    lowest = min(point.low for point in course.points) * 100
    assert low < lowest - 0.1 * (high - low)
    assert min(axes.get_yticks()) > low + 0.1 * (high - low)


def test_a_flat_course_does_not_look_like_mountains(course: Course) -> None:
    points = tuple(dataclasses.replace(p, value=0.5, low=0.499, high=0.501) for p in course.points)
    flat = dataclasses.replace(course, points=points, band=None, lanes=(), noise=None)
    low, high = drawn(flat).get_ylim()
    assert high - low >= 8


def test_today_is_marked_only_where_a_session_lies_beyond_it(course: Course) -> None:
    assert by_gid(drawn(dataclasses.replace(course, today=course.points[-1].date)), "today") == []
    assert len(by_gid(drawn(dataclasses.replace(course, today=course.points[1].date)), "today")) == 1


def test_svg_is_plain_named_and_the_same_each_time(course: Course) -> None:
    before = dict(matplotlib.rcParams)
    one, two = (course_svg(course, prefix="c1") for _ in range(2))
    assert one == two
    assert dict(matplotlib.rcParams) == before
    root = ElementTree.fromstring(one.text)  # noqa: S314
    texts = {child.tag.rpartition("}")[2]: child.text or "" for child in root[:2]}
    assert "Vertex" in texts["title"]
    assert "4 sessions from 3 February 2025" in texts["desc"]
    assert "minoxidil and microneedling" in texts["desc"]
    assert not any("style" in node.attrib for node in root.iter())
    assert "metadata" not in one.text
    assert 5_000 < len(one.text) < 60_000
    targets = {node.attrib["href"][1:] for node in root.iter() if "href" in node.attrib}
    ids = {node.attrib["id"] for node in root.iter() if "id" in node.attrib}
    assert targets <= ids | set(one.glyphs)
    assert {name for name in targets if name.startswith("glyph-")} <= set(one.glyphs)
    assert all(name.startswith("c1-") for name in ids)


def test_a_chart_for_a_phone_is_as_wide_as_a_phone(course: Course) -> None:
    assert figure_of(course, narrow=True).get_figwidth() * 100 <= 360
    assert figure_of(course).get_figwidth() * 100 >= 700


@pytest.mark.parametrize(
    "name", ["生え際スプレー", "🧴", "$\\frac{1$", "<b>&\x00\x0b]]>", "x" * 400, "\udcff", "", "اختبار"]
)
def test_treatments_of_any_name_are_drawn_without_a_warning(course: Course, name: str) -> None:
    odd = dataclasses.replace(course, lanes=(Lane(name, ((FIRST, None),)),), title=name)
    ElementTree.fromstring(course_svg(odd, prefix="c").text)  # noqa: S314
    assert course_png(odd).startswith(b"\x89PNG")


def test_letters_that_the_font_lacks() -> None:
    assert drawable("minoxidil 5 %", "T") == "minoxidil 5 %"
    assert drawable("minoxidil 🧴", "T") == "minoxidil □"
    assert drawable("生え際", "Treatment 1") == "Treatment 1"
    assert len(drawable("a" * 99, "T")) == 38


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        (("5 % foam",), "minoxidil: 5 % foam"),
        (("1 mm", "1.5 mm"), "minoxidil: 1 mm; 1.5 mm"),
        (("once in the morning and once in the evening",), "minoxidil"),
        (("生え際",), "minoxidil"),
        ((), "minoxidil"),
    ],
)
def test_a_lane_bears_its_note_whole_or_not_at_all(course: Course, notes: tuple[str, ...], shown: str) -> None:
    ax = drawn(dataclasses.replace(course, lanes=(Lane("minoxidil", ((FIRST, None),), notes=notes),)))
    assert [text.get_text() for text in ax.texts if text.get_text().startswith("minoxidil")] == [shown]


@pytest.mark.parametrize(
    "sessions", [(FIRST, FIRST + timedelta(1)), (date.min, date.max), (date(2030, 1, 1), date(2031, 1, 1))]
)
def test_any_two_days_can_be_drawn(course: Course, sessions: tuple[date, date]) -> None:
    points = tuple(dataclasses.replace(course.points[0], date=when) for when in sessions)
    assert "<svg" in course_svg(dataclasses.replace(course, points=points, band=None, lanes=()), prefix="c").text


def test_files_are_written_side_by_side_whatever_the_names(make_series: MakeSeries, tmp_path: Path) -> None:
    class Quick(Charts):
        def svg(self, course: Course, **_: object) -> Svg:
            return Svg(f"<svg><title>{clean(course.view)}</title></svg>", {})

        def png(self, course: Course) -> bytes:
            return clean(course.view).encode()

    views = ("../../x", "..\\..\\x", "vertex", "Vertex", "/etc/passwd", "", "a" * 300, "con", "\udcff")
    data = build_report([make_series(view=view, pictures=False) for view in views])
    folder = tmp_path / "deep" / "charts"
    courses = [page.course for page in data.series]
    written = write_charts(courses, folder, Quick())
    assert len({path.name.casefold() for path in written}) == 2 * len(views)
    assert {path.parent for path in written} == {folder}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)
    assert all(len(path.name) < 90 and path.name.startswith("chart_") for path in written)
    titles = [ElementTree.fromstring(path.read_bytes())[0].text or "" for path in written[::2]]  # noqa: S314
    assert titles == [clean(view) for view in views]
    assert [path.read_text(encoding="utf-8") for path in written[1::2]] == titles


def test_a_chart_of_its_own_is_a_drawing_and_a_picture(course: Course, tmp_path: Path) -> None:
    svg, png = write_charts([course], tmp_path)
    assert ElementTree.parse(svg).getroot().attrib["role"] == "img"  # noqa: S314
    assert png.read_bytes() == course_png(course)


def test_a_chart_that_is_kept_is_the_one_that_would_be_drawn(course: Course, tmp_path: Path) -> None:
    kept = Charts(Keeper(tmp_path))
    for one in (course, dataclasses.replace(course, noise=0.2)):
        for _ in range(2):
            assert kept.svg(one, prefix="c") == course_svg(one, prefix="c")
            assert kept.svg(one, prefix=LONE, inline=False) == course_svg(one, prefix=LONE, inline=False)
            assert kept.png(one) == course_png(one)
    assert len(list(tmp_path.rglob("*.zip"))) == 3
    for entry in tmp_path.rglob("*.zip"):
        entry.write_bytes(entry.read_bytes()[:-40])
    assert kept.svg(course, prefix="c") == course_svg(course, prefix="c")


def test_plain_names_stay_as_they_are() -> None:
    assert safe_names([("1", "vertex"), ("1", "frontal")]) == ["vertex", "frontal"]
    assert safe_names([("ann", "vertex"), ("bob", "vertex")]) == ["ann_vertex", "bob_vertex"]
    assert len(set(safe_names([("a_b", "c"), ("a", "b_c")]))) == 2


def test_a_series_with_one_session_has_no_chart(make_series: MakeSeries, tmp_path: Path) -> None:
    assert write_charts([build_report([make_series((0.5,))]).series[0].course], tmp_path) == []


def test_numbers_for_people() -> None:
    plain = COVERAGE.with_interval(0.613, 0.589, 0.637).replace("\u00a0", " ")
    assert plain == "61.3 % (58.9 to 63.7)"
    assert COVERAGE.change(0.062).replace("\u00a0", " ") == "+6.2 points"
    assert COVERAGE.change(-0.0004).replace("\u00a0", " ") == "0.0 points"
    assert COVERAGE.change(-0.062).startswith("−6.2")
    density = Quantity("Density", "hairs/cm²", "hairs/cm²", digits=0)
    assert density.value(182.4).replace("\u00a0", " ") == "182 hairs/cm²"
    assert day(FIRST) == "3 February 2025"
    assert clean("a\x00b\nc\u202ed\ud800") == "a\ufffdb c\ufffdd\ufffd"
