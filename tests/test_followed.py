"""Verdicts that are kept are those that would be worked out; they are used only where nothing they rest on changed."""

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from hairdensity import followed
from hairdensity.columns import Cell
from hairdensity.followed import verdicts
from hairdensity.keep import Keeper
from hairdensity.pool import Here
from hairdensity.progress import follow
from hairdensity.treatments import Course, Treatments

TODAY = date(2026, 7, 1)


def rows(people: int, sessions: int = 9) -> list[dict[str, Cell]]:
    dice = np.random.default_rng(3)
    return [
        {
            "photo": f"{person}-{session}.jpg",
            "subject": str(person),
            "view": "vertex",
            "date": (date(2024, 1, 1) + timedelta(days=35 * session)).isoformat(),
            "status": "measured",
            "coverage": 0.5 + 0.02 * max(0, session - 3) * (person % 2) + float(dice.normal(0, 0.006)),
            "repeat_sd": 0.01,
        }
        for person in range(people)
        for session in range(sessions)
    ]


def given(*people: str) -> Treatments:
    course = Course("minoxidil", "minoxidil", (), date(2024, 4, 1), date(2024, 8, 1), True, "")
    return Treatments(tuple(replace(course, subject=name) for name in people), (), ())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    real = followed.follow_series

    def counted(every: "followed.Sequence[followed.Series]", *others: object) -> object:
        names.extend(one.subject for one in every)
        return real(every, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(followed, "follow_series", counted)
    return names


def test_a_kept_verdict_is_the_one_that_would_be_worked_out(tmp_path: Path, asked: list[str]):
    table, keeper = rows(3), Keeper(tmp_path)
    first = verdicts(table, given(""), TODAY, keeper)
    assert verdicts(table, given(""), TODAY, keeper) == first == verdicts(table, given(""), TODAY)
    assert asked == ["0", "1", "2", "0", "1", "2"]
    assert {view.verdict for view in first.values()} > {"no_change"}


def test_only_what_rests_on_something_else_is_worked_out_again(tmp_path: Path, asked: list[str]):
    table, keeper = rows(3), Keeper(tmp_path)
    verdicts(table, given("0"), TODAY, keeper)
    asked.clear()
    table[10]["coverage"] = 0.9  # of person 1
    verdicts(table, given("0", "2"), TODAY, keeper)
    assert asked == ["1", "2"]
    for change in (lambda entry: entry.unlink(), lambda entry: entry.write_bytes(entry.read_bytes()[:-9])):
        asked.clear()
        change(sorted(tmp_path.rglob("*.zip"))[0])
        assert verdicts(table, given("0", "2"), TODAY, keeper) == verdicts(table, given("0", "2"), TODAY)
        assert len(asked) == 1 + 3
    asked.clear()
    verdicts(table, given("0", "2"), TODAY + timedelta(days=40), keeper)
    assert asked == ["0", "1", "2"]


def test_many_people_are_followed_in_several_processes_in_their_order():
    table, treatments = rows(22, sessions=4), given("", "3")
    assert follow(table, treatments, TODAY, Here(2)) == follow(table, treatments, TODAY)


def test_what_is_everybodys_and_what_is_ones_own():
    treatments = given("a", "", "b")
    assert treatments.by_subject(["a", "c"]) == {name: treatments.of(name) for name in ("a", "c")}


def test_all_code_that_decides_is_in_the_name_of_a_kept_verdict():
    """A verdict that was kept must not outlive a change of the code that its numbers or words come from."""
    folder = Path(followed.progress.__file__).parent
    imported = {
        node.module.split(".")[1]
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hairdensity.")
    }
    # What a table's cells say, and where it is worked out, is in the sessions themselves, or in no verdict.
    read_before = {"columns", "errors", "tables", "views", "pool"}
    assert imported - read_before - {"progress"} == set(followed.DECIDING)
