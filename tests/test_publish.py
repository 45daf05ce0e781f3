from datetime import date

from hairdensity.columns import Cell
from hairdensity.progress import follow
from hairdensity.publish import headline_parts
from hairdensity.treatments import no_treatments

TODAY = date(2026, 3, 1)


def row(photo: str, day: str, coverage: float | None = 0.5) -> dict[str, Cell]:
    status = "rejected" if coverage is None else "measured"
    low, high = (None, None) if coverage is None else (coverage - 0.1, coverage + 0.1)
    return {"photo": photo, "subject": "1", "view": "vertex", "date": day, "status": status, "flags": "",
            "coverage": coverage, "coverage_low": low, "coverage_high": high}  # fmt: skip


def told(*rows: dict[str, Cell]) -> str:
    (view,) = follow(rows, no_treatments(), TODAY)
    return headline_parts(view, rows, several=False)[2].replace("\u00a0", " ")


def test_a_verdict_tells_what_was_measured() -> None:
    assert told(row("a.jpg", "2026-01-01")).endswith("Coverage on 1 January 2026: 50.0 % (40.0 to 60.0).")
    two = told(row("a.jpg", "2026-01-01"), row("b.jpg", "2026-02-01", 0.6), row("c.jpg", "", 0.7))
    assert two.endswith("First session: 50.0 %, last: 60.0 %.")


def test_photos_without_a_course_are_told_with_their_values() -> None:
    text = told(*(row(f"{name}.jpg", "") for name in "abcd"), row("e.jpg", "", None))
    assert (
        "a.jpg: 50.0 % (40.0 to 60.0), b.jpg: 50.0 % (40.0 to 60.0), c.jpg: 50.0 % (40.0 to 60.0), and so on." in text
    )
    assert told(row("e.jpg", "", None)) == "None of these photos could be measured."
