from datetime import date, timedelta

import pytest

from hairdensity.treatments import Event
from hairdensity.written import length_flags, note_flags

BASE = date(2026, 1, 1)


@pytest.mark.parametrize(
    "notes", ["wet", "after the shower, still damp", "hair gel", "with fibres", "nasse Haare: nass"]
)
def test_notes_that_say_wet(notes: str):
    assert note_flags(notes) == ("wet",)


@pytest.mark.parametrize("notes", ["", "dry", "not wet", "dry, no gel", "without any wax", "jelly", "wetlands"])
def test_notes_that_do_not(notes: str):
    assert note_flags(notes) == ()


def flagged(day: int, *cuts: int) -> bool:
    events = [Event("haircut", "barber", BASE + timedelta(cut)) for cut in cuts]
    events.append(Event("camera", "new phone", BASE + timedelta(20)))
    return length_flags(BASE + timedelta(day), BASE, events) == ("other_length",)


def test_a_photo_soon_after_a_haircut_is_flagged_until_hair_has_grown():
    assert not flagged(29, 30)
    assert flagged(30, 30)
    assert flagged(55, 30)
    assert not flagged(60, 30)


def test_a_first_session_after_a_haircut_makes_grown_hair_the_other_one():
    assert flagged(40, -3)
    # Cut the same number of days before each photo: alike.
    assert not flagged(60, -3, 57)
    assert flagged(60, -3, 30)


def test_without_dates_or_haircuts_nothing_is_known():
    assert not flagged(30)
    assert length_flags(None, BASE, [Event("haircut", "barber", BASE)]) == ()
    assert length_flags(BASE, None, [Event("haircut", "barber", BASE)]) == ()
