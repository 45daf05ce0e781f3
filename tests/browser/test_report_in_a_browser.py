"""The page in a real browser: it works by mouse, touch and keys, complains of nothing, and sends nothing anywhere."""

import dataclasses
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_report import frame, rejected, row, series_of

from hairdensity.report import Frame, Lane, SeriesInput, build_report
from hairdensity.report.data import PersonLine
from hairdensity.report.render import render_report

HOSTILE = "\"><img src=x onerror=document.title='ran'><script>document.title='ran'</script>"
VALUES = (0.50, 0.51, 0.60, 0.52)


def coloured(series: SeriesInput) -> SeriesInput:
    """Return a series whose pictures differ: each session has a grey of its own, and hair on its left half only."""
    days = [session.date for session in series.progress.sessions]

    def load(photo: str) -> Frame | None:
        number = next((n for n, session in enumerate(series.progress.sessions) if photo in session.photos), 0)
        plain = frame(photo, days[number])
        share = np.full_like(plain.share, 0.5)
        if number == 2:
            share[:, :100] = 0.7
        return dataclasses.replace(plain, picture=np.full_like(plain.picture, 40 + 50 * number), share=share)

    return dataclasses.replace(series, load_frame=load)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    more = (rejected(f"{HOSTILE}.jpg", "too_dark"), row(f"{HOSTILE}2.jpg", flags="no_date", notes=HOSTILE))
    one = coloured(series_of(VALUES, fitted=True, more_rows=more, view=HOSTILE, reason=HOSTILE))
    two = coloured(series_of(VALUES[:2], view="frontal", subject=HOSTILE))
    lanes = (Lane(HOSTILE, ((one.progress.sessions[1].date, None),)),)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(build_report([one, two], treatments=lanes, warnings=[HOSTILE])), encoding="utf-8")
    return path


class Watched:
    """A page, what it complained of, and what it asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def cut(self) -> str:
        found: str = self.page.evaluate(
            "getComputedStyle(document.querySelector('.layers')).getPropertyValue('--cut').trim()"
        )
        return found

    def brightness(self, place: str) -> list[int]:
        """Return the brightness of the pictures that are shown there, at their middles."""
        found: list[int] = self.page.evaluate(
            """async (place) => Promise.all(Array.from(document.querySelectorAll(place)).map(async (image) => {
                 await image.decode();
                 const sheet = document.createElement("canvas");
                 sheet.width = sheet.height = 1;
                 const pen = sheet.getContext("2d");
                 pen.drawImage(image, image.naturalWidth / 2, image.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
                 return pen.getImageData(0, 0, 1, 1).data[0];
               }))""",
            place,
        )
        return found


@contextmanager
def opened(browser: Any, path: Path, **context: Any) -> Iterator[Watched]:
    made = browser.new_context(**({"viewport": {"width": 1100, "height": 900}} | context))
    made.set_default_timeout(60_000)
    watched = Watched(made.new_page())
    watched.page.goto(path.as_uri())
    yield watched
    assert watched.complaints == []
    assert [url for url in watched.requests if not url.startswith("data:")] == [path.as_uri()]
    assert watched.page.title() == "Hair coverage report", "a hostile name ran"
    assert watched.page.locator("img[src=x]").count() == 0
    made.close()


def near(found: list[int], wanted: list[int]) -> bool:
    return len(found) == len(wanted) and all(abs(a - b) <= 3 for a, b in zip(found, wanted, strict=True))


def test_slider_by_mouse_and_keys_and_any_two_sessions(browser: Any, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        layers = page.locator(".layers").first
        layers.scroll_into_view_if_needed()
        box = layers.bounding_box()
        assert watched.cut() == "50%"
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        moved = float(watched.cut().rstrip("%"))
        assert 76 <= moved <= 84
        slider = page.locator(".layers input").first
        slider.press("ArrowLeft")
        assert float(watched.cut().rstrip("%")) == moved - 1
        slider.press("Home")
        assert watched.cut() == "0%"

        stage = page.locator(".stage").first
        told = page.locator(".told").first
        assert near(watched.brightness("#series-1 .layers .shot > img:first-child"), [40, 190])
        assert "+2.0\u00a0points, within noise" in told.inner_text()
        stage.locator("select.after").select_option("2")
        assert near(watched.brightness("#series-1 .layers .shot > img:first-child"), [40, 140])
        assert "+10.0\u00a0points, more than noise (2.1\u00a0points)" in told.inner_text()
        stage.locator("select.before").select_option("1")
        assert near(watched.brightness("#series-1 .layers .shot > img:first-child"), [90, 140])
        page.get_by_role("button", name="as the photo after").nth(3).click()
        assert near(watched.brightness("#series-1 .layers .shot > img:first-child"), [90, 190])
        # The pair of the other section is still its own.
        assert near(watched.brightness("#series-2 .layers .shot > img:first-child"), [40, 90])


def test_map_of_any_two_sessions(browser: Any, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        changed = page.locator("#series-1 .changed")
        assert changed.locator(".gained").inner_text() == "0\u00a0%"
        page.locator("#series-1 select.after").select_option("2")
        canvas = changed.locator("canvas")
        canvas.wait_for()
        share = int(changed.locator(".gained").inner_text().split("\u00a0")[0])
        assert 45 <= share <= 60, "hair came on the left half, and little beyond it by smoothing"
        where = canvas.evaluate(
            """(sheet) => [0.3, 0.7].map((x) => Array.from(
                 sheet.getContext("2d").getImageData(sheet.width * x, sheet.height / 2, 1, 1).data.slice(0, 3)))"""
        )
        left, right = where
        assert left[2] > left[0] + 40, "blue where hair came"
        assert max(right) - min(right) <= 2, "grey where the change is within noise"
        page.locator("#series-1 select.after").select_option("3")
        changed.locator("img").wait_for()
        assert canvas.is_hidden()


def test_touch_on_a_phone_and_no_scroll_to_the_side(browser: Any, report: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    with opened(browser, report, **phone) as watched:
        page = watched.page
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        layers = page.locator(".layers").first
        layers.scroll_into_view_if_needed()
        box = layers.bounding_box()
        y = box["y"] + box["height"] / 2
        hand = page.context.new_cdp_session(page)
        for kind, share in (("touchStart", 0.5), ("touchMove", 0.4), ("touchMove", 0.25), ("touchEnd", None)):
            points = [] if share is None else [{"x": box["x"] + box["width"] * share, "y": y}]
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert 20 <= float(watched.cut().rstrip("%")) <= 30
        page.locator("summary").last.tap()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_hair_is_shown_on_demand_in_every_picture(browser: Any, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        hair = page.locator("#series-1 .compare .hair")
        assert not any(one.is_visible() for one in hair.all())
        page.get_by_label("Show what was counted as hair").first.check()
        assert all(one.is_visible() for one in hair.all())
        assert hair.count() == len(VALUES) + 2


def test_without_scripts_first_and_last_stand_large_side_by_side(browser: Any, report: Path) -> None:
    with opened(browser, report, java_script_enabled=False) as watched:
        boxes = [figure.bounding_box() for figure in watched.page.locator("#series-1 .strip figure").all()]
        first, second, _, last = boxes
        assert first["y"] == last["y"] < second["y"]
        assert first["width"] == pytest.approx(last["width"], abs=1)
        assert first["width"] > 2 * second["width"]
        assert not watched.page.locator(".stage").first.is_visible()


def test_on_paper_stills_and_all_details_are_shown(browser: Any, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.emulate_media(media="print")
        assert not page.locator(".stage").first.is_visible()
        assert page.get_by_text("Coverage is not a count of hairs").is_visible()
        boxes = [figure.bounding_box() for figure in page.locator("#series-1 .strip figure").all()]
        assert boxes[0]["y"] == boxes[-1]["y"]


def test_advice_opens_the_guide(browser: Any, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        assert not page.locator("#how-light").is_visible()
        page.get_by_role("link", name="How: even, soft light").first.click()
        assert page.locator("#how-light svg").is_visible()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page that leads to the pages of 200 people, one of them with a hostile name."""
    verdicts = ("sustained", "temporary", "declining", "cannot_tell")
    pages = [
        build_report([series_of(VALUES, view=view, verdict=verdict, pictures=False)]).series[0]
        for view, verdict in zip(("vertex", HOSTILE, "frontal", "left"), verdicts, strict=True)
    ]
    names = [f"Patient {number}" for number in range(199)] + [HOSTILE]
    people = tuple(
        PersonLine(name, page.title, f"report/{number}.html", page.verdict, page.course)
        for number, (name, page) in enumerate(zip(names, itertools.cycle(pages), strict=False))
    )
    path = tmp_path_factory.mktemp("index") / "report.html"
    path.write_text(render_report(dataclasses.replace(build_report([]), people=people)), encoding="utf-8")
    return path


def test_one_of_very_many_people_is_found(browser: Any, index: Path) -> None:
    with opened(browser, index) as watched:
        page = watched.page
        rows = page.locator(".index tbody tr")
        shown = page.locator(".index tbody tr:visible")
        assert rows.count() == shown.count() == 200
        page.get_by_label("Find a person or view").fill("patient 19")
        assert shown.count() == 10
        assert page.locator(".found").inner_text() == "10 of 200 shown."
        page.get_by_label("Verdict").select_option("Declining")
        assert [row.inner_text().split("\t")[0].split()[1] for row in shown.all()] == ["190", "194", "198"]
    with opened(browser, index, java_script_enabled=False) as watched:
        assert watched.page.locator(".index tbody tr:visible").count() == 200
        assert not watched.page.locator(".find").is_visible()


@pytest.mark.parametrize("which", ["report", "index"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, which: str, scheme: str, request: pytest.FixtureRequest) -> None:
    script = os.environ.get("AXE")
    if not script or not Path(script).is_file():
        pytest.skip("AXE does not name axe.min.js of the npm package axe-core")
    report: Path = request.getfixturevalue(which)
    context = browser.new_context(viewport={"width": 360, "height": 780}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(Path(script).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []
    context.close()
