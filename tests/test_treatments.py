"""treatments.csv: what people write, and what is made of it."""

from datetime import date
from pathlib import Path

import pytest

from hairdensity.errors import TableError
from hairdensity.treatments import Treatments, no_treatments, read_treatments


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Treatments:
    path = tmp_path / "treatments.csv"
    path.write_bytes(text.encode(encoding))
    return read_treatments(path)


def test_sessions_of_one_kind_are_one_course_in_any_order(tmp_path: Path) -> None:
    read_ = read(
        tmp_path, "date,treatment\n2025-03-01,dermaroller\n2025-01-01,Microneedling 1.5 mm\n2025-02-01,needling\n"
    )
    (course,) = read_.courses
    assert course.kind == "microneedling"
    assert course.name == "Microneedling 1.5 mm"
    assert course.sessions == (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1))
    assert (course.start, course.continuous, course.first, course.last) == (
        None, False, date(2025, 1, 1), date(2025, 3, 1),
    )  # fmt: skip


def test_notes_are_kept_with_what_they_were_written_beside(tmp_path: Path) -> None:
    read_ = read(
        tmp_path,
        "date,treatment,until,notes\n2025-02-01,needling,,1.5  mm\n2025-01-01,needling,,1 mm\n"
        "2025-01-08,needling,,1 mm\n2025-01-15,needling,,\n2025-01-01,minoxidil,,5 % foam\n2025-01-03,haircut,,9 mm\n",
    )
    assert {course.kind: course.notes for course in read_.courses} == {
        "microneedling": ("1 mm", "1.5 mm"), "minoxidil": ("5 % foam",),
    }  # fmt: skip
    assert [event.notes for event in read_.events] == [("9 mm",)]


def test_a_long_pause_begins_a_new_course(tmp_path: Path) -> None:
    courses = read(tmp_path, "date,treatment\n2025-01-01,PRP\n2025-02-01,PRP\n2025-12-01,PRP\n").courses
    assert [len(course.sessions) for course in courses] == [2, 1]
    # From 1 January, 1 May is the 120th day.
    for last, count in (("05-01", 1), ("05-02", 2)):
        assert len(read(tmp_path, f"date,treatment\n2025-01-01,PRP\n2025-{last},PRP\n").courses) == count


@pytest.mark.parametrize("kind", ["minoxidil", "finasteride", "dutasteride"])
def test_without_until_a_continuous_kind_goes_on(tmp_path: Path, kind: str) -> None:
    (course,) = read(tmp_path, f"date,treatment,until\n2025-01-01,{kind} daily,\n").courses
    assert (course.kind, course.start, course.until, course.continuous) == (kind, date(2025, 1, 1), None, True)
    assert course.last is None


def test_with_until_any_kind_is_a_course(tmp_path: Path) -> None:
    (course,) = read(tmp_path, "date,treatment,until\n2025-01-01,microneedling weekly,2025-04-01\n").courses
    assert (course.sessions, course.start, course.until) == ((), date(2025, 1, 1), date(2025, 4, 1))


def test_a_new_dose_ends_the_old_one_and_stopping_ends_it_all(tmp_path: Path) -> None:
    text = "date,treatment\n2025-01-01,minoxidil 2%\n2025-03-01,minoxidil 5%\n2025-06-01,stopped minoxidil\n"
    courses = read(tmp_path, text).courses
    assert [(course.start, course.until) for course in courses] == [
        (date(2025, 1, 1), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2025, 6, 1)),
    ]


def test_two_treatments_in_one_cell_are_two_courses(tmp_path: Path) -> None:
    courses = read(tmp_path, "date,treatment\n2025-01-01,microneedling + PRP\n").courses
    assert sorted(course.kind for course in courses) == ["microneedling", "prp"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Haircut", "haircut"), ("new phone", "camera"), ("new lamp in the bathroom", "light"), ("dyed black", "colour")],
)
def test_events_are_no_treatment(tmp_path: Path, text: str, kind: str) -> None:
    done = read(tmp_path, f"date,treatment\n2025-05-01,{text}\n")
    assert done.courses == ()
    assert [(event.kind, event.name, event.date) for event in done.events] == [(kind, text, date(2025, 5, 1))]
    assert done.warnings == ()


def test_red_light_therapy_is_no_new_lamp(tmp_path: Path) -> None:
    done = read(tmp_path, "date,treatment\n2025-05-01,red light therapy\n")
    assert [course.kind for course in done.courses] == ["light therapy"]


def test_a_cap_of_lamps_is_no_new_lamp_and_off_label_is_no_stop(tmp_path: Path) -> None:
    found = read(
        tmp_path, "date,treatment,until\n2025-01-01,LED cap,2025-06-01\n2025-02-01,oral minoxidil (off-label),\n"
    )
    assert [(course.kind, course.until) for course in found.courses] == [
        ("light therapy", date(2025, 6, 1)), ("minoxidil", None),
    ]  # fmt: skip
    assert found.events == found.warnings == ()


def test_the_end_of_an_event_is_not_dropped_without_a_word(tmp_path: Path) -> None:
    found = read(tmp_path, "date,treatment,until\n2025-01-01,caffeine gel,2025-06-01\n")
    assert [event.kind for event in found.events] == ["style"]
    assert "until is not used" in found.warnings[0]


def test_an_unknown_treatment_is_kept_and_told(tmp_path: Path) -> None:
    done = read(tmp_path, "date,treatment\n2025-05-01,onion juice\n2025-06-01,Onion juice\n")
    assert [(course.kind, len(course.sessions)) for course in done.courses] == [("other", 2)]
    assert "line 2" in done.warnings[0]
    assert "onion juice" in done.warnings[0]
    assert "mean" not in done.warnings[0]


def test_a_misspelt_treatment_is_asked_for(tmp_path: Path) -> None:
    done = read(tmp_path, "date,treatment\n2025-05-01,Microneedeling\n2025-06-01,minxoidil\n2025-07-01,haircur\n")
    meant = ("microneedling", "minoxidil", "haircut")
    assert [text.rpartition("Did you mean ")[2] for text in done.warnings] == [f"{word}?" for word in meant]


def test_semicolons_byte_order_mark_and_european_dates(tmp_path: Path) -> None:
    done = read(tmp_path, "date;treatment;until\n31/12/2025;Minoxidil;1.3.2026\n", "utf-8-sig")
    assert (done.courses[0].start, done.courses[0].until) == (date(2025, 12, 31), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2025-02-30,prp,", "there is no day"),
        ("2025-05-01,minoxidil,2025-04-01", "before it begins"),
        (",prp,", "has no date"),
        ("2025-05-01,,", "names no treatment"),
        ("soon,prp,", "is not a date"),
    ],
)
def test_what_cannot_be_used_is_one_line_that_says_where(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(TableError) as error:
        read(tmp_path, f"date,treatment,until\n2025-01-01,prp,\n{row}\n")
    assert str(error.value).startswith("treatments.csv, line 3: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_nothing_is_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "date,treatment,until,notes\n") == no_treatments() == Treatments((), (), ())


def test_rows_with_a_subject_are_that_persons_and_the_others_everybodys(tmp_path: Path) -> None:
    read_ = read(
        tmp_path,
        "date,treatment,until,notes,subject\n2025-01-01,PRP,,,ann\n2025-02-01,PRP,,,bob\n2025-03-01,PRP,,,ann\n"
        "2025-01-01,minoxidil,,,\n2025-06-01,stopped minoxidil,,,\n2025-04-01,haircut,,,bob\n",
    )
    assert read_.subjects == ("ann", "bob")
    ann, bob, eve = (read_.of(name) for name in ("ann", "bob", "eve"))
    assert [(course.kind, course.sessions) for course in ann.courses] == [
        ("minoxidil", ()),
        ("prp", (date(2025, 1, 1), date(2025, 3, 1))),
    ]
    assert [course.sessions for course in bob.courses if course.kind == "prp"] == [(date(2025, 2, 1),)]
    assert [course.kind for course in eve.courses] == ["minoxidil"]
    assert {course.until for course in eve.courses} == {date(2025, 6, 1)}
    assert ([event.kind for event in bob.events], ann.events) == (["haircut"], ())
