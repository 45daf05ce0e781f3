"""What is known of earlier runs never changes a number: only what is measured again."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity.align import ITSELF, NotAligned
from hairdensity.find import FoundPhoto
from hairdensity.keep import Keeper, Laid
from hairdensity.ledger import NOTHING_KNOWN, Ledger, read_ledger, write_ledger
from hairdensity.measure import Placed
from hairdensity.placing import Placement
from hairdensity.recipe import Observation
from hairdensity.rows import MeasuredSeries, measure_series, reads_by
from hairdensity.series import Member, Series, group
from hairdensity.settings import Settings
from hairdensity.views import MACRO

GRID = (48, 64)
SETTINGS = Settings(work_px=1280)
BOX = (((100.0, 100.0), (800.0, 100.0), (800.0, 800.0), (100.0, 800.0)),)


@cache
def placement(number: int) -> Placement:
    """Return one of many photos, each with its own hair and skin: every fourth shows less, every seventh nothing.

    Photo 17 shows a quarter.
    """
    if number % 7 == 6:
        return Placement(NotAligned("too little alike"), None, ("not_aligned",))
    dice = np.random.default_rng(number)
    skin = np.zeros(GRID, np.bool_)
    skin[6:42, 8 + 6 * (number % 4 == 3) : 56] = True
    if number == 17:
        skin[:, 20:] = False
    share = dice.random(GRID, np.float32)
    return Placement(replace(ITSELF, residual=0.5 + number % 3), Placed(share, share / 4, skin, 0.5 + number % 3), ())


def series_of(numbers: list[int], view: str = "vertex") -> Series:
    # Of the two that lie on no other one has no date, nor has the one that shows a quarter.
    days = {n: date(2026, 1, 1) + timedelta(days=n) if n not in (6, 17) else None for n in numbers}
    photos = [
        (
            FoundPhoto(f"{n}.jpg", Path(f"{n}.jpg"), "1", view, days[n], "name", "", None),
            Observation("measured", "", (), str(n), (1200, 1600), None, (), None),
            f"entry {n}",
        )
        for n in numbers
    ]
    return group(photos, (), date(2027, 1, 1))[0]


def measured(
    series: Series, known: Ledger = NOTHING_KNOWN, loaded: list[str] | None = None, zones: bool = False
) -> MeasuredSeries:
    def load(member: Member) -> Placement:
        if loaded is not None:
            loaded.append(member.found.name)
        return placement(int(member.found.name.split(".")[0]))

    def lay(member: Member) -> Laid:
        here = placement(int(member.found.name.split(".")[0]))
        # As the kept placement, it is another one on another baseline.
        return Laid(f"{member.entry} on {series.baseline.entry}", here.alignment, here.flags, here.through)

    def alone(member: Member) -> Placement:
        if loaded is not None:
            loaded.append(member.found.name)
        return placement(int(member.found.name.split(".")[0]) + 1)

    drawn = {series.members[0].found.name: (("spot", BOX),)} if zones else {}
    reads = replace(reads_by(load), lay=lay)
    return measure_series(series, load, SETTINGS, drawn, alone=alone, reads=reads, known=known)


@given(
    st.lists(st.tuples(st.sets(st.sampled_from((*range(14), 17)), min_size=1), st.booleans()), min_size=2, max_size=4),
    st.sampled_from(["vertex", MACRO]),
)
@settings(max_examples=20, deadline=None)
def test_whatever_was_known_before_the_rows_are_those_of_a_first_run(steps: list[tuple[set[int], bool]], view: str):
    known = NOTHING_KNOWN
    for numbers, zones in steps:
        # A baseline is always aligned to itself, in a series of macro photos every one.
        there = sorted(n for n in numbers | {0} if view != MACRO or n % 7 != 6)
        series = series_of(there, view)
        again, first = measured(series, known, zones=zones), measured(series, zones=zones)
        assert (again.rows, again.zone_rows) == (first.rows, first.zone_rows)
        assert again.ledger.facts() == first.ledger.facts()
        assert again.ledger.common == first.ledger.common
        known = again.ledger


def test_a_photo_that_lies_on_no_other_has_a_number_only_where_it_has_no_date():
    *others, alone, dated = sorted(measured(series_of([0, 1, 6, 13])).rows, key=lambda row: int(row["photo"][:-4]))
    assert (dated["status"], dated.get("coverage"), dated["flags"]) == ("rejected", None, "not_aligned")
    planes = placement(7).placed
    assert planes is not None
    assert alone["coverage"] == pytest.approx(float(planes.share[planes.skin].mean()))
    assert (alone["status"], alone["flags"], alone["baseline"]) == ("measured", "no_date;own_skin", "6.jpg")
    assert (alone["region_fraction"], alone["shown_fraction"]) == (1.0, 1.0)
    # What it shows or not is no matter to the others.
    assert others == list(measured(series_of([0, 1])).rows)


def test_without_a_date_also_a_photo_that_shows_too_little_is_measured_by_itself():
    *others, little = sorted(measured(series_of([0, 1, 17])).rows, key=lambda row: int(row["photo"][:-4]))
    planes = placement(18).placed
    assert planes is not None
    assert little["coverage"] == pytest.approx(float(planes.share[planes.skin].mean()))
    assert (little["status"], little["flags"], little["baseline"]) == ("measured", "no_date;own_frame", "17.jpg")
    assert others == list(measured(series_of([0, 1])).rows)


def test_of_a_known_series_nothing_is_loaded_and_of_one_more_photo_that_one():
    known = measured(series_of([0, 1, 2, 3, 6])).ledger
    loaded: list[str] = []
    measured(series_of([0, 1, 2, 3, 6]), known, loaded)
    assert loaded == []
    measured(series_of([0, 1, 2, 3, 4, 6]), known, loaded)
    assert set(loaded) == {"0.jpg", "4.jpg"}


def test_a_ledger_is_read_as_it_was_written_and_a_damaged_one_not_at_all(tmp_path: Path):
    keeper, entry = Keeper(tmp_path), "ab" * 32
    known = measured(series_of([0, 1, 3, 6])).ledger
    write_ledger(keeper, entry, known, NOTHING_KNOWN)
    again = read_ledger(keeper, entry)
    assert (again.facts(), again.common) == (known.facts(), known.common)
    kept = keeper.path(entry)
    whole, stamp = kept.read_bytes(), kept.stat().st_mtime_ns
    write_ledger(keeper, entry, known, again)
    assert kept.stat().st_mtime_ns == stamp
    dice = np.random.default_rng(0)
    for at in dice.integers(0, len(whole), 60):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        kept.write_bytes(damaged)
        found = read_ledger(keeper, entry)
        # A byte that no reader looks at may be damaged; a number never.
        assert found.facts() in (known.facts(), NOTHING_KNOWN.facts())
    keeper.save_files(entry, {"laid": {"x": 5}, "numbers": {}, "skin": "", "shared": []}, {"common.png": b""})
    assert read_ledger(keeper, entry) == NOTHING_KNOWN


@pytest.mark.parametrize("entry", ["", "cd" * 32])
def test_nothing_is_known_of_what_was_never_kept(tmp_path: Path, entry: str):
    assert read_ledger(Keeper(tmp_path), entry) == NOTHING_KNOWN
