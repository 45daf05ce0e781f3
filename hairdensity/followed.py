"""Followed: the verdict of every series of a table, worked out only where it is not kept from an earlier run.

A verdict depends on the sessions of its series, on what was done to that head, on the day, and on the code; it is kept
under subject and view with a name of all of these, and used only where they are the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from hairdensity import progress
from hairdensity.columns import Cell
from hairdensity.keep import Keeper, key
from hairdensity.pool import Runner
from hairdensity.progress import (
    CheckResult,
    FittedCourse,
    Series,
    ViewProgress,
    follow_series,
    sessions_by_view,
    with_value,
)
from hairdensity.spots import FOLLOWED
from hairdensity.treatments import Treatments
from hairdensity.views import MACRO

DECIDING: Final = ("flags", "intervals", "spoken", "treatments")
"""Modules beside those of `progress` that numbers and words of a verdict come from."""


def verdicts(
    rows: Sequence[Mapping[str, Cell]],
    treatments: Treatments,
    today: date,
    keeper: Keeper | None = None,
    run: Runner | None = None,
) -> dict[tuple[str, str], ViewProgress]:
    """Return the verdict of each subject and view; macro photos of known scale also by hairs per cm2 and thickness.

    Parameters
    ----------
    rows : sequence of dict
        The table.
    treatments : Treatments
        What was done to the head, and when.
    today : date
        Sessions dated later are left out.
    keeper : Keeper, optional
        Where verdicts are kept for the next run.
    run : Runner, optional
        Where they are worked out; default: in this process.
    """
    close = [row for row in rows if row.get("view") == MACRO]
    beside = (row for name, column in FOLLOWED.items() for row in with_value(close, column, name))
    every = sessions_by_view([*rows, *beside], today)
    own = treatments.by_subject({one.subject for one in every})
    names = {(one.subject, one.view): _names(one, own[one.subject], today) for one in every}
    found = {(one.subject, one.view): kept for one in every if (kept := _kept(keeper, one, *names[_place(one)]))}
    todo = [one for one in every if _place(one) not in found]
    for view in follow_series(todo, treatments, today, run):
        found[view.subject, view.view] = view
        # One that took no time is not worth a file.
        if keeper and view.course:
            entry, made_from = names[view.subject, view.view]
            keeper.save_files(entry, {"made_from": made_from, "view": _facts(view)}, {})
    return {_place(one): found[_place(one)] for one in every}


@cache
def deciding_digest() -> str:
    """Return a name of the code that decides: other code, other name, so no verdict of an older version is given."""
    digest = hashlib.sha256("".join(map(version, ("numpy", "scipy"))).encode())
    package = Path(progress.__file__).parent
    for path in (*sorted(package.glob("*.py")), *(package.with_name(f"{name}.py") for name in DECIDING)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _place(one: Series) -> tuple[str, str]:
    return one.subject, one.view


def _names(one: Series, treatments: Treatments, today: date) -> tuple[str, str]:
    """Return the name of what is kept of a verdict, and what it has to be made from to be used."""
    made_from = key(deciding_digest(), repr(one), repr(treatments.courses), repr(treatments.events), today)
    return key("verdict", one.subject, one.view), made_from


def _kept(keeper: Keeper | None, one: Series, entry: str, made_from: str) -> ViewProgress | None:
    loaded = keeper.load_files(entry, ()) if keeper else None
    match loaded:
        case ({"made_from": str(name), "view": dict(facts)}, _) if name == made_from:
            try:
                return _view(facts, one)
            except (KeyError, TypeError, ValueError, AttributeError):
                return None
    return None


def _facts(view: ViewProgress) -> dict[str, Any]:
    """Return a verdict as JSON has it, less its sessions."""
    course = view.course
    facts = asdict(replace(view, sessions=(), course=None))
    return facts | {
        "course": None if course is None else asdict(course) | {"dates": [day.isoformat() for day in course.dates]},
        "back_at_untreated": view.back_at_untreated.isoformat() if view.back_at_untreated else None,
    }


def _view(facts: dict[str, Any], one: Series) -> ViewProgress:
    course, back = facts["course"], facts["back_at_untreated"]
    typed: dict[str, Any] = {
        "sessions": one.sessions,
        "course": None if course is None else _course(course),
        "back_at_untreated": date.fromisoformat(back) if back else None,
        "checks": tuple(CheckResult(**check) for check in facts["checks"]),
    }
    return ViewProgress(**(facts | typed))


def _course(facts: dict[str, Any]) -> FittedCourse:
    untreated = facts["untreated"]
    return FittedCourse(
        dates=tuple(map(date.fromisoformat, facts["dates"])),
        mean=tuple(facts["mean"]),
        low=tuple(facts["low"]),
        high=tuple(facts["high"]),
        untreated=None if untreated is None else tuple(untreated),
    )
