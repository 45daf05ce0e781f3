"""The page says what it was given, runs nothing that it was given, and loads nothing from anywhere."""

import base64
import dataclasses
import functools
import hashlib
import itertools
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from made_up_report import MakeSeries, frame, rejected, row, series_of

from hairdensity.flags import FLAGS
from hairdensity.report import Lane, build_report
from hairdensity.report.build import CUT_ZONES, DRAWN_ZONES, left_out
from hairdensity.report.data import ReportData
from hairdensity.report.pictures import encode_frame, encode_thumb
from hairdensity.report.render import CURVES, render_report
from hairdensity.report.shots import Shown, Thumb
from hairdensity.report.show import MOST_PICTURES
from hairdensity.report.words import CLOSE_UPS, NOTHING_MEASURED, PAIR, VERDICTS

VOID = {"meta", "link", "img", "input", "br", "hr", "path", "use"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><svg onload=alert(1)>",
    "</style><b>",
    "</title></svg><i>",
    "{{7*7}}{% raw %}",
    "line\none\r\x00\x0b\x1b two",
    "🧑‍🦲 生え際 اختبار",
    "half \udcff character \ud800",
    "turned \u202egpj.exe",
    "<!-- ]]> -->",
    "javascript:alert(1)",
    "$x^2$ $\\frac{$ 100 %",
)


class Page(HTMLParser):
    """Checks that tags are balanced, and gathers what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"{tag} has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        self.ids += [value or "" for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["script"], ["style"]):
            self.scripts.append(data)
        else:
            self.texts.append(data)

    def text(self) -> str:
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").split())


def hostile_report(make_series: MakeSeries, text: str) -> Any:
    series = make_series(
        subject=text, view=text, reason=text, verdict=text, fitted=True,
        more_rows=(rejected(f"{text}/a.jpg", "blurred"), row(f"{text}/b.jpg", flags=f"soft;{text}"),
                   row(text, status="unreadable", reason=text)),
    )  # fmt: skip
    day = series.progress.sessions[0].date
    lanes = (Lane(text, ((day, None),), notes=(text,)), Lane(f"{text}2", (), (day,), True, notes=(text,) * 5))
    other = make_series((0.5,), subject="2", view=text)
    run = {text: text, "settings": {text: text}, "photos": {text: text}}
    return build_report([series, other], treatments=lanes, warnings=[text], run=run, title=text, today=day)


@functools.cache
def harmless_page() -> Page:
    return Page(render_report(hostile_report(series_of, "harmless")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_never_acts(make_series: MakeSeries, text: str) -> None:
    html = render_report(hostile_report(make_series, text))
    html.encode("utf-8")
    page = Page(html)
    expected = harmless_page()
    # The same scripts and styles, and no element or attribute that harmless text does not bring.
    assert page.scripts == expected.scripts
    kinds = {(tag, key) for tag, attributes in expected.tags for key in attributes}
    assert {(tag, key) for tag, attributes in page.tags for key in attributes} <= kinds | {("details", "open")}
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in expected.tags}
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", html)
    if text == "{{7*7}}{% raw %}":
        assert text in page.text()
        assert "49" not in re.findall(r"Notes on this run (\S+)", page.text())


def test_escaped_text_is_still_readable(make_series: MakeSeries) -> None:
    text = Page(render_report(hostile_report(make_series, HOSTILE[0]))).text()
    assert text.count("<script>alert(1)</script>") >= 8


def full_report(make_series: MakeSeries) -> Any:
    more = (rejected("vertex/dim.jpg", "too_dark"), row("vertex/gif.gif", status="unreadable", reason="It is a GIF."))
    one = make_series(flags={1: ("side_light",), 2: ("side_light", "soft")}, more_rows=more, fitted=True, gain=0.07)
    return build_report(
        [one, make_series(view="frontal")], treatments=(Lane("minoxidil", ((one.progress.sessions[1].date, None),)),)
    )


def test_nothing_is_loaded_from_anywhere(make_series: MakeSeries) -> None:
    html = render_report(full_report(make_series))
    page = Page(html)
    for tag, attributes in page.tags:
        for key in ("src", "href", "xlink:href", "action", "srcset", "data", "poster"):
            value = attributes.get(key)
            assert value is None or value.startswith(("#", "data:image/")), (tag, key, value)
        assert "style" not in attributes, "the policy forbids it"
        assert not any(key.startswith("on") for key in attributes)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))
    assert set(re.findall(r"https?://[^\"'\s<]*", html)) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in html


def test_policy_allows_exactly_its_own_style_and_script(make_series: MakeSeries) -> None:
    html = render_report(full_report(make_series))
    policy = next(a["content"] for _, a in Page(html).tags if a.get("http-equiv") == "Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found]
        assert re.findall(rf"{tag}-src 'sha256-([^']+)'", policy) == digests


def test_ids_are_unique_and_every_reference_has_its_target(make_series: MakeSeries) -> None:
    page = Page(render_report(full_report(make_series)))
    assert len(page.ids) == len(set(page.ids))
    for _, attributes in page.tags:
        for key in ("href", "for", "aria-labelledby", "clip-path"):
            for name in (attributes.get(key) or "").replace("url(", "").replace(")", "").split():
                if not name.startswith("data:"):
                    assert name.removeprefix("#") in page.ids


def test_every_input_has_a_label_every_picture_a_text_and_headings_are_in_order(make_series: MakeSeries) -> None:
    page = Page(render_report(full_report(make_series)))
    labelled = {attributes.get("for") for tag, attributes in page.tags if tag == "label"}
    inputs = [attributes for tag, attributes in page.tags if tag == "input"]
    assert {attributes["type"] for attributes in inputs} == {"checkbox", "range"}
    for attributes in inputs:
        assert attributes.get("id") in labelled or attributes.get("aria-label")
    assert all("alt" in attributes for tag, attributes in page.tags if tag == "img")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert ("html", {"lang": "en"}) in page.tags


def test_same_data_same_bytes(make_series: MakeSeries) -> None:
    assert render_report(full_report(make_series)) == render_report(full_report(make_series))


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_has_words_of_its_own(make_series: MakeSeries, verdict: str) -> None:
    data = build_report([make_series(verdict=verdict, gain=0.071, gain_low=0.05, gain_high=0.09, retained=0.4)])
    text = Page(render_report(data)).text()
    assert VERDICTS[verdict].badge in text
    assert " ".join(data.series[0].sentence.split()) in text
    assert data.series[0].sentence.startswith(("Coverage ", "These photos"))
    assert len({words.badge for words in VERDICTS.values()}) == len(VERDICTS)
    assert set(CURVES) == {*VERDICTS, *PAIR, NOTHING_MEASURED.name}
    gained = verdict in ("sustained", "temporary", "on_treatment", "cannot_tell")
    assert ("7.1 points (5.0 to 9.0)" in data.series[0].sentence.replace("\u00a0", " ")) is gained


@pytest.mark.parametrize(
    ("verdict", "treated", "said"),
    [
        ("sustained", True, ["Yes +7.1 points at its peak", "Yes, so far 40 % of the gain is left (20 % to 60 %)"]),
        ("temporary", True, ["Yes +7.1 points at its peak", "No 40 % of the gain is left (20 % to 60 %)"]),
        ("cannot_tell", True, ["Perhaps +7.1 points at its peak, but not certain",
                               "Not known yet of what it may have gained, 40 % was there at last (20 % to 60 %)"]),
        ("declining", True, ["No: it falls more than noise"]),
        ("no_change", False, ["No nothing larger than noise"]),
    ],
)  # fmt: skip
def test_what_a_person_wants_to_know_first_is_answered(
    make_series: MakeSeries, verdict: str, treated: bool, said: list[str]
) -> None:
    known = {"gain": 0.071, "gain_low": 0.05, "gain_high": 0.09} if len(said) == 2 else {}
    kept = {"retained": 0.4, "retained_low": 0.2, "retained_high": 0.6} if len(said) == 2 else {}
    series = make_series(verdict=verdict, flags={1: ("soft",), 2: ("soft", "side_light")}, **known, **kept)
    series = dataclasses.replace(series, progress=dataclasses.replace(series.progress, probability={verdict: 0.97}))
    lanes = (Lane("haircut", (), (date(2025, 3, 1),), is_event=True),)
    lanes += (Lane("minoxidil", ((date(2025, 3, 1), None),)),) if treated else ()
    (page,) = build_report([series], treatments=lanes).series
    found = [f"{one.short} {one.more}".replace("\u00a0", " ") for one in page.answers]
    assert page.answers[0].question == ("Is it working?" if treated else "Is it changing?")
    assert len(found) == len(said) + 1
    assert all(one.startswith(start) for one, start in zip(found, said, strict=False))
    unsure = dataclasses.replace(series.progress, probability={verdict: 0.8, "no_change": 0.2})
    (page,) = build_report([dataclasses.replace(series, progress=unsure)], treatments=lanes).series
    if verdict in ("sustained", "temporary"):
        assert all(one.short.startswith("Probably") for one in page.answers[:2])
    assert found[-1] == "Tap on the scalp to focus, and hold still or use the timer for 2 of 4 photos"


def test_left_out_photos_stand_there_with_reason_and_advice(make_series: MakeSeries) -> None:
    data = full_report(make_series)
    text = Page(render_report(data)).text()
    assert (
        f"1 photo: it {FLAGS['too_dark'].meaning}. {FLAGS['too_dark'].advice} How: even, soft light vertex/dim.jpg"
        in text
    )
    assert "1 photo: it is a GIF. vertex/gif.gif" in text
    assert (
        f"2 photos: each {FLAGS['side_light'].meaning}. {FLAGS['side_light'].advice} How: even, soft light vertex/IMG_"
        in text
    )
    assert [len(group.photos) for group in data.series[0].remarks] == [2, 1]


def test_what_an_alignment_adds_to_its_flag_is_not_lost(make_series: MakeSeries) -> None:
    lost = rejected("a.jpg", "not_aligned")
    lost["reason"] += " (too few matches)"
    (group,) = build_report([make_series(more_rows=(lost,))]).series[0].left_out
    assert group.meaning == f"{FLAGS['not_aligned'].meaning} (too few matches)"
    assert group.advice == FLAGS["not_aligned"].advice


def test_of_very_many_sessions_first_last_and_fullest_are_always_shown(make_series: MakeSeries) -> None:
    loaded: list[str] = []
    made = functools.cache(lambda longest, most: encode_frame(frame("a", None), longest=longest, most_bytes=most))

    def shown(photo: str, longest: int, most_bytes: int) -> Shown:
        loaded.append(photo)
        return made(longest, most_bytes)

    series = make_series(tuple(0.6 if number == 371 else 0.5 for number in range(400)))
    (page,) = build_report([dataclasses.replace(series, load_frame=None, load_shown=shown)]).series
    assert len(page.pictures) == len(loaded) <= MOST_PICTURES
    days = [point.date for point in page.course.points]
    assert {days[0], days[371], days[-1]} <= {picture.date for picture in page.pictures}
    html = render_report(ReportData("t", None, 400, 400, (page,)))
    assert f"Pictures of {len(page.pictures)} of the 400 sessions are shown." in Page(html).text()
    assert len(html) < 6e6


def test_a_photo_that_was_left_out_is_shown_small_where_its_scalp_was_found(make_series: MakeSeries) -> None:
    lost = (rejected("vertex/lost.jpg", "not_aligned"), rejected("vertex/dim.jpg", "too_dark"))
    known = frame("vertex/lost.jpg", None)

    def thumb(photo: str) -> Thumb | None:
        return encode_thumb(photo, known.picture, known.region) if photo == known.photo else None

    data = build_report([dataclasses.replace(make_series(more_rows=lost), load_thumb=thumb)])
    page = Page(render_report(data))
    assert [[one.photo for one in group.thumbs] for group in data.series[0].left_out] == [["vertex/lost.jpg"], []]
    assert [a["alt"] for tag, a in page.tags if tag == "img" and "left out" in (a["alt"] or "")] == [
        "vertex/lost.jpg, left out"
    ]


def test_photos_outside_the_course_are_shown_small_but_the_one_that_is_shown_large(make_series: MakeSeries) -> None:
    known = frame("vertex/v.jpg", None)
    rows = tuple(row(f"vertex/{name}.jpg", flags="no_date") for name in "uv")
    series = make_series((), verdict="cannot_tell", more_rows=rows)
    data = build_report(
        [dataclasses.replace(series, load_thumb=lambda photo: encode_thumb(photo, known.picture, known.region))]
    )
    (page,) = data.series
    assert [picture.photo for picture in page.pictures] == ["vertex/u.jpg"]
    assert [thumb.photo for thumb in page.undated_thumbs] == ["vertex/v.jpg"]
    shown = Page(render_report(data))
    assert "vertex/v.jpg, outside the course" in {a["alt"] for tag, a in shown.tags if tag == "img"}


def test_what_to_do_about_a_missing_date_is_said_once(make_series: MakeSeries) -> None:
    advice = FLAGS["no_date"].advice
    undated = tuple(row(f"{name}.jpg", flags="no_date") for name in "uv")
    for values in ((), (0.5, 0.6)):
        text = Page(render_report(build_report([make_series(values, more_rows=undated)]))).text()
        assert text.count(advice) == 1, values
    late = tuple(row(f"{name}.jpg", date="2099-01-01", flags="date_in_future") for name in "uv")
    data = build_report([make_series((), more_rows=late)])
    text = Page(render_report(data)).text()
    assert text.count(FLAGS["date_in_future"].advice) == 1
    assert "Measured, but dated in the future." in text
    # The short answer leads on to what there is.
    assert 'id="series-1-photos"' in render_report(data)
    lost = build_report([make_series((), more_rows=(*undated, *late, rejected("x.jpg", "blurred")))])
    text = Page(render_report(lost)).text()
    assert "Every photo that could be measured is without a date or dated in the future, so" in text
    assert text.count(advice) == text.count(FLAGS["date_in_future"].advice) == 1
    both = build_report([make_series((0.5, 0.6), more_rows=(*undated, *late))]).series[0]
    assert both.undated_note == f"Measured, but without a date or dated in the future. {advice}"


def test_verdicts_that_are_out_of_the_question_are_not_listed(make_series: MakeSeries) -> None:
    series = make_series((0.5, 0.6), verdict="sustained")
    odds = {"sustained": 0.8, "temporary": 0.19951, "declining": 0.00049, "no_change": 0.0}
    sure = dataclasses.replace(series, progress=dataclasses.replace(series.progress, probability=odds))
    (page,) = build_report([sure]).series
    shown = [(label, value.replace("\u00a0", " ")) for label, value in page.numbers if label.startswith("Prob")]
    assert shown == [("Probability: sustained gain", "80.0 %"), ("Probability: temporary gain", "20.0 %")]


def test_files_broken_alike_are_left_out_for_one_reason() -> None:
    broken = "It is broken (OSError). Copy it again from the phone."
    rows = [row(f"{name}.jpg", status="unreadable", reason=broken) for name in "ab"]
    (group,) = left_out(rows)
    assert (group.meaning, group.advice) == ("is broken (OSError)", "Copy it again from the phone.")
    assert group.photos == ("a.jpg", "b.jpg")


def test_advice_leads_to_the_picture_that_helps(make_series: MakeSeries) -> None:
    page = Page(render_report(full_report(make_series)))
    links = {a["href"] for tag, a in page.tags if tag == "a" and a.get("class") == "how"}
    assert links == {"#how-light", "#how-distance"}


def test_parts_of_the_scalp_are_told_with_their_noise(make_series: MakeSeries) -> None:
    rows = [
        {"zone": zone, "date": day, "coverage": value, "repeat_sd": 0.01}
        for zone, first, last in (("middle", 0.4, 0.5), ("upper", 0.6, 0.61))
        for day, value in (("2025-02-03", first), ("2025-03-10", last))
    ]
    (page,) = build_report([dataclasses.replace(make_series((0.5, 0.55)), zone_rows=rows)]).series
    assert [(zone.name, zone.within_noise) for zone in page.zones] == [("middle", False), ("upper", True)]
    assert page.zones[0].change.replace("\u00a0", " ") == "+10.0 points"
    assert page.zones_note == CUT_ZONES
    drawn = [{**row, "zone": "whorl"} for row in rows if row["zone"] == "upper"]
    (page,) = build_report([dataclasses.replace(make_series((0.5, 0.55)), zone_rows=drawn)]).series
    assert page.zones_note == DRAWN_ZONES
    # A part of the scalp is never told better than the whole of it.
    noisy = make_series((0.5, 0.55), smallest_detectable_change=0.11)
    (page,) = build_report([dataclasses.replace(noisy, zone_rows=rows)]).series
    assert all(zone.within_noise for zone in page.zones)


def test_how_hairs_are_found_is_told_where_there_are_close_ups(make_series: MakeSeries) -> None:
    plain = make_series((0.5, 0.6))
    close = dataclasses.replace(plain, quantity=CLOSE_UPS["hairs_per_cm2"])
    told = [
        "In close-ups every hair is found by itself" in render_report(build_report([one])) for one in (plain, close)
    ]
    assert told == [False, True]


def test_no_series(make_series: MakeSeries) -> None:
    assert "There was no photo to measure" in Page(render_report(build_report([]))).text()
    assert "No treatments were given" in Page(render_report(build_report([make_series()]))).text()


def test_one_session_and_nothing_measured_and_no_date(make_series: MakeSeries) -> None:
    alone = make_series((0.613,), verdict="cannot_tell")
    nothing = make_series((), view="left", verdict="cannot_tell", more_rows=(rejected("x.jpg", "blurred"),))
    undated = make_series((), view="top", verdict="cannot_tell", more_rows=(row("u.jpg", flags="no_date"),))
    data = build_report([alone, nothing, undated])
    page = Page(render_report(data))
    text = page.text()
    assert "One session is a beginning" in text
    assert "61.3 % (59.3 to 64.3)" in text
    assert NOTHING_MEASURED.badge in text
    assert "The photo that could be measured is without a date, so there is no course over time." in text
    assert "u.jpg : 50.0 % (48.0 to 52.0)" in text
    ahead = make_series((), verdict="cannot_tell", more_rows=(row("f.jpg", date="2099-01-01", flags="date_in_future"),))
    (page_ahead,) = build_report([ahead]).series
    assert page_ahead.verdict.name == "cannot_tell"
    assert page_ahead.reason.startswith(
        "The photo that could be measured is dated in the future, so there is no course"
    )
    assert page_ahead.undated[0].value.startswith("2099-01-01, 50.0")
    assert "range" not in {attributes.get("type") for _, attributes in page.tags}
    assert [len(page.pictures) for page in data.series] == [1, 0, 1]


def test_ninety_three_people_photographed_once(make_series: MakeSeries) -> None:
    many = [make_series((0.5,), subject=f"p{number}", flags={0: ("soft",)}) for number in range(92)]
    many.append(make_series((), subject="p93", more_rows=(rejected("x.jpg", "blurred"),)))
    data = build_report(many)
    html = render_report(data)
    page = Page(html)
    assert (len(data.series), len(data.cards)) == (0, 93)
    assert sum(attributes.get("loading") == "lazy" for _, attributes in page.tags) == 92
    assert f"92 photos: each {FLAGS['soft'].meaning}." in page.text()
    assert f"it {FLAGS['blurred'].meaning}" in page.text()
    assert len(html) < 10e6


def test_a_table_of_contents_where_there_are_several(make_series: MakeSeries) -> None:
    one = Page(render_report(build_report([make_series()])))
    several = Page(render_report(build_report([make_series(view=f"view {n}", pictures=False) for n in range(5)])))
    assert "nav" not in {tag for tag, _ in one.tags}
    links = [attributes["href"] for tag, attributes in several.tags if tag == "a"]
    assert [link for link in links if "series" in link] == [f"#series-{n}" for n in range(1, 6)]
    assert links.count("#overview") == 5


def test_page_of_24_sessions_is_light(make_series: MakeSeries) -> None:
    html = render_report(build_report([make_series(tuple(0.5 + 0.01 * (n % 9) for n in range(24)), fitted=True)]))
    assert 100e3 < len(html) < 5e6


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_in_light_and_dark(make_series: MakeSeries) -> None:
    style = re.findall("<style>(.*?)</style>", render_report(full_report(make_series)), re.S)[0]
    for block in re.findall(r":root \{(.*?)\}", style, re.S)[:2]:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        pairs = [(ink, paper, 4.5) for ink in ("ink", "muted", "link", "treated") for paper in ("page", "card")]
        pairs += [(f"{tone}-ink", tone, 4.5) for tone in ("good", "mixed", "bad", "calm", "open")]
        pairs += [(line, "card", 3.0) for line in ("measured", "untreated", "treated", "focus")]
        for front, back, least in pairs:
            light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= least, (front, back)


def test_doses_and_notes_stand_beside_the_treatment(make_series: MakeSeries) -> None:
    day = date(2025, 3, 1)
    lanes = (Lane("minoxidil", ((day, None),), notes=("5 % foam",)), Lane("PRP", (), (day,), notes=("5 ml", "7 ml")))
    text = Page(render_report(build_report([make_series()], treatments=lanes))).text()
    assert "minoxidil : since 1 March 2025 ( 5 % foam )" in text
    assert "PRP : on 1 March 2025 ( 5 ml ;  7 ml )".replace("  ", " ") in text


def test_treatments_of_other_people_stand_on_no_page_but_theirs(make_series: MakeSeries) -> None:
    day = date(2025, 3, 1)
    lanes = (Lane("vitamins", (), (day,)), Lane("ann's foam", (), (day,), subject="ann"))
    lanes += (Lane("bob's needles", (), (day,), subject="bob"),)
    ann, bob = (make_series(subject=name) for name in ("ann", "bob"))
    alone = build_report([ann], treatments=lanes)
    assert "needles" not in render_report(alone)
    assert [lane.name for lane in alone.series[0].course.lanes] == ["vitamins", "ann's foam"]
    both = build_report([ann, bob], treatments=lanes)
    assert [lane.name for lane in both.series[1].course.lanes] == ["vitamins", "bob's needles"]
    assert len(both.treatments) == 3
