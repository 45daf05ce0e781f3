from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hairdensity.align import ITSELF, NotAligned
from hairdensity.columns import NAMES
from hairdensity.find import FoundPhoto
from hairdensity.measure import Placed
from hairdensity.placing import Placement
from hairdensity.recipe import Observation
from hairdensity.rows import measure_series
from hairdensity.series import Member, Series, group
from hairdensity.settings import Settings

TODAY = date(2026, 6, 1)
SHAPE = (1200, 1600)
SETTINGS = Settings(work_px=1280)
GRID = (240, 320)


def found(name: str, day: date | None = date(2026, 1, 1), view: str = "vertex", subject: str = "1") -> FoundPhoto:
    return FoundPhoto(name, Path(name), subject, view, day, "name" if day else "", "", None)


def observed(digest: str, flags: tuple[str, ...] = (), status: str = "measured") -> Observation:
    return Observation(status, "", flags, digest, SHAPE, None, (), None)


def grouped(*photos: tuple[FoundPhoto, Observation], drawn: tuple[str, ...] = ()) -> tuple[Series, ...]:
    return group(((photo, seen, f"entry of {photo.name}") for photo, seen in photos), drawn, TODAY)


def placement(skin_columns: tuple[int, int] = (80, 240), hair: float = 0.5) -> Placement:
    skin = np.zeros(GRID, np.bool_)
    skin[40:200, skin_columns[0] : skin_columns[1]] = True
    share = np.full(GRID, hair, np.float32)
    return Placement(ITSELF, Placed(share, np.zeros(GRID, np.float32), skin, 0.5), ())


def test_photos_are_sorted_into_series_by_subject_and_view_and_by_date_within():
    series = grouped(
        (found("b.jpg", date(2026, 2, 1)), observed("2")),
        (found("x.jpg", view="frontal"), observed("3")),
        (found("none.jpg", None), observed("4")),
        (found("a.jpg"), observed("1")),
        (found("other.jpg", subject="2"), observed("5")),
    )
    assert [(one.subject, one.view) for one in series] == [("1", "frontal"), ("1", "vertex"), ("2", "vertex")]
    assert [member.found.name for member in series[1].members] == ["a.jpg", "b.jpg", "none.jpg"]
    assert "no_date" in series[1].members[2].flags
    assert series[1].members[2].usable


def test_the_same_file_twice_counts_once():
    (series,) = grouped(
        (found("a.jpg"), observed("same")),
        (found("b.jpg"), observed("same")),
        (found("broken.jpg"), observed("", status="unreadable")),
        (found("broken2.jpg"), observed("", status="unreadable")),
    )
    assert [member.usable for member in series.members] == [True, False, False, False]
    assert ["duplicate" in member.flags for member in series.members] == [False, True, False, False]


def test_a_photo_of_the_future_is_flagged():
    (series,) = grouped((found("a.jpg", date(2026, 6, 2)), observed("1")))
    assert series.members[0].flags == ("date_in_future",)


def test_baseline_is_the_best_photo_of_the_first_usable_session():
    first, second = date(2026, 1, 1), date(2026, 2, 1)
    (series,) = grouped(
        (found("a.jpg", first), observed("1", ("blurred",), "rejected")),
        (found("b.jpg", second), observed("2", ("soft", "glare"))),
        (found("c.jpg", second), observed("3", ("soft",))),
        (found("d.jpg", date(2026, 3, 1)), observed("4")),
    )
    assert series.baseline is not None
    assert series.baseline.found.name == "c.jpg"
    (outlined,) = grouped(
        (found("b.jpg", second), observed("2", ("soft", "glare"))),
        (found("c.jpg", second), observed("3")),
        drawn=("b.jpg",),
    )
    assert outlined.baseline is not None
    assert outlined.baseline.found.name == "b.jpg"


def test_nothing_usable_no_baseline_but_all_rows():
    (series,) = grouped((found("a.jpg"), observed("1", ("blurred",), "rejected")))
    measured = measure_series(series, lambda _: placement(), SETTINGS)
    assert series.baseline is None
    assert [row["status"] for row in measured.rows] == ["rejected"]
    assert measured.rows[0].get("coverage") is None


def measured_rows(*placements: Placement) -> dict[str, dict[str, object]]:
    photos = [
        (found(f"{number}.jpg", date(2026, 1, 1 + number)), observed(str(number))) for number in range(len(placements))
    ]
    (series,) = grouped(*photos)
    by_name = {f"{number}.jpg": one for number, one in enumerate(placements)}

    def load(member: Member) -> Placement:
        return by_name[member.found.name]

    return {str(row["photo"]): dict(row) for row in measure_series(series, load, SETTINGS).rows}


def test_every_photo_is_measured_on_the_skin_that_all_show():
    rows = measured_rows(placement((80, 240)), placement((100, 260), hair=0.6))
    assert rows["0.jpg"]["coverage"] == pytest.approx(0.5)
    assert rows["1.jpg"]["coverage"] == pytest.approx(0.6)
    assert rows["0.jpg"]["region_fraction"] == pytest.approx(rows["1.jpg"]["region_fraction"], abs=0.05)
    assert rows["0.jpg"]["region_fraction"] < 0.95
    assert set(rows["0.jpg"]) <= set(NAMES)


def test_each_zone_of_a_measured_photo_has_its_row():
    photos = [(found("0.jpg"), observed("0")), (found("1.jpg", date(2026, 2, 1)), observed("1"))]
    (series,) = grouped(*photos)
    answers = {"0.jpg": placement(), "1.jpg": Placement(NotAligned("nothing"), None, ("not_aligned",))}
    measured = measure_series(series, lambda member: answers[member.found.name], SETTINGS)
    assert [row["zone"] for row in measured.zone_rows] == ["middle", "upper", "lower", "left", "right"]
    assert {row["photo"] for row in measured.zone_rows} == {"0.jpg"}
    assert sum(float(str(row["zone_fraction"])) for row in measured.zone_rows) == pytest.approx(1)
    assert all(row["coverage"] == pytest.approx(0.5) for row in measured.zone_rows)


def test_zones_that_a_person_drew_take_the_place_of_the_programs_own_wherever_they_were_drawn():
    photos = [(found("0.jpg"), observed("0")), (found("1.jpg", date(2026, 2, 1)), observed("1"))]
    (series,) = grouped(*photos)
    # The later photo lies 40 pixels of the work picture, 10 of the grid, further right than the baseline.
    moved = replace(ITSELF, matrix=np.array([[1.0, 0, 40], [0, 1, 0], [0, 0, 1]]), method="features")
    later = replace(placement(), alignment=moved, through="entry of 0.jpg")
    answers = {"0.jpg": placement(), "1.jpg": later}
    share = answers["0.jpg"].placed.share
    share[:, :] = np.arange(GRID[1], dtype=np.float32) / GRID[1]
    # Grid columns 100 to 120 of the later photo are 110 to 130 of the baseline; the photo is 5 times as large.
    box = tuple((float(5 * x), float(5 * y)) for x, y in ((100, 100), (120, 100), (120, 120), (100, 120)))
    measured = measure_series(
        series, lambda member: answers[member.found.name], SETTINGS, {"1.jpg": (("spot", (box,)),)}
    )
    assert [(row["photo"], row["zone"]) for row in measured.zone_rows] == [("0.jpg", "spot"), ("1.jpg", "spot")]
    assert measured.zone_rows[0]["coverage"] == pytest.approx(120 / GRID[1], abs=0.005)
    assert [row.get("aligned_through") for row in measured.rows] == [None, "0.jpg"]


def test_one_badly_framed_photo_is_flagged_and_does_not_shrink_the_others():
    alone = measured_rows(placement(), placement())
    rows = measured_rows(placement(), placement(), placement((180, 320)))
    assert rows["0.jpg"]["region_fraction"] == alone["0.jpg"]["region_fraction"]
    assert rows["2.jpg"]["status"] == "rejected"
    assert "shows_too_little" in str(rows["2.jpg"]["flags"])
    assert rows["2.jpg"].get("coverage") is None


def test_what_is_not_aligned_has_no_number_and_says_why():
    rows = measured_rows(placement(), Placement(NotAligned("nothing looks alike"), None, ("not_aligned",)))
    assert rows["1.jpg"]["status"] == "rejected"
    assert "nothing looks alike" in str(rows["1.jpg"]["reason"])


def test_a_baseline_that_cannot_be_loaded_is_a_mistake_of_the_program():
    (series,) = grouped((found("a.jpg"), observed("1")))
    lost = replace(placement(), placed=None)
    with pytest.raises(ValueError, match="only an aligned photo"):
        measure_series(series, lambda _: lost, SETTINGS)


def test_what_a_photo_was_aligned_through_is_the_photo_and_not_a_copy_of_it():
    photos = [(found(f"{n}.jpg", date(2026, n + 1, 1)), observed(str(min(n, 1)))) for n in range(3)]
    last = (found("9.jpg", date(2026, 5, 1)), observed("9"))
    (series,) = group([(photo, seen, f"entry of {seen.digest}") for photo, seen in (*photos, last)], (), TODAY)
    through = replace(placement(), through="entry of 1")
    measured = measure_series(series, lambda member: through if member.found.name == "9.jpg" else placement(), SETTINGS)
    assert [row["status"] for row in measured.rows] == ["measured", "measured", "rejected", "measured"]
    assert measured.rows[3]["aligned_through"] == "1.jpg"
