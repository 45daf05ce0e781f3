"""The way of a photo to its baseline through another one of its series."""

from pathlib import Path

import numpy as np
import pytest

from hairdensity import placing
from hairdensity.align import Alignment, NotAligned, Prepared
from hairdensity.keep import Keeper
from hairdensity.recipe import Observation, Seen
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation
from hairdensity.settings import Settings
from hairdensity.tasks import ObserveTask, PlaceTask, laid_of, run_place

SHAPE = (48, 64)
BASE, BETWEEN, LATE = 200, 120, 50


def kept(keeper: Keeper, level: int) -> str:
    """Keep a picture of one grey level; return its entry."""
    skin = np.ones(SHAPE, np.bool_)
    flat = np.full(SHAPE, 0.5, np.float32)
    seen = Seen(np.full((*SHAPE, 3), level, np.uint8), Region(skin, "found"), skin, Segmentation(flat, flat * 0))
    entry = f"{level:064x}"
    keeper.save_observation(entry, Observation("measured", "", (), str(level), SHAPE, None, (), seen))
    return entry


def task(keeper: Keeper, level: int, neighbours: tuple[PlaceTask, ...] = ()) -> PlaceTask:
    observe = ObserveTask(Path("none.jpg"), "vertex", (), Settings(), keeper)
    return PlaceTask(observe, kept(keeper, level), observe, kept(keeper, BASE), neighbours)


def aligner(shifts: dict[tuple[int, int], tuple[float, float, str]]) -> tuple[object, list[tuple[int, int]]]:
    """Return a stand-in for `align_prepared` that knows pairs of grey levels, and the list of what it was asked."""
    asked: list[tuple[int, int]] = []

    def align(photo: Prepared, baseline: Prepared) -> Alignment | NotAligned:
        pair = int(photo.head.gray.mean().round()), int(baseline.head.gray.mean().round())
        asked.append(pair)
        if pair not in shifts:
            return NotAligned("looks like somebody else")
        right, down, method = shifts[pair]
        return Alignment(np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]]), method, 1.0, 0.9, 40, 50, 30.0)

    return align, asked


def test_what_does_not_go_directly_goes_through_a_neighbour_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keeper = Keeper(tmp_path)
    align, asked = aligner({(LATE, BETWEEN): (3, 0, "features"), (BETWEEN, BASE): (0, 5, "features")})
    monkeypatch.setattr(placing, "align_prepared", align)
    between = task(keeper, BETWEEN)
    late = task(keeper, LATE, (between,))
    found = run_place(late)
    assert isinstance(found.alignment, Alignment)
    assert found.alignment.matrix[:2, 2].tolist() == [3, 5]
    assert found.alignment.residual == pytest.approx(np.sqrt(2))
    assert found.through == between.entry
    assert found.flags == ("aligned_through",)
    assert found.placed is not None
    count = len(asked)
    again = run_place(late)
    assert (again.through, again.flags, len(asked)) == (found.through, found.flags, count)
    assert run_place(late.directly()).flags == ("not_aligned",)
    # What is told without planes is the same: from what is kept, and from what is known.
    for known in ({}, {late.placement: keeper.load_laid(late.placement), late.chained: keeper.load_laid(late.chained)}):
        laid = laid_of(late, {name: one for name, one in known.items() if one})
        assert (laid.name, laid.aligned, laid.flags, laid.through) == (late.chained, True, found.flags, found.through)
    assert len(asked) == count


@pytest.mark.parametrize("weak", [(LATE, BETWEEN), (BETWEEN, BASE)])
def test_two_steps_that_rest_on_little_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weak: tuple[int, int]
):
    keeper = Keeper(tmp_path)
    shifts = {(LATE, BETWEEN): (3, 0, "features"), (BETWEEN, BASE): (0, 5, "features")}
    align, _ = aligner({**shifts, weak: (1, 1, "outline")})
    monkeypatch.setattr(placing, "align_prepared", align)
    found = run_place(task(keeper, LATE, (task(keeper, BETWEEN),)))
    assert found.placed is None
    assert found.flags == ("not_aligned",)
    # What was said of the direct way is what a person reads.
    assert isinstance(found.alignment, NotAligned)
    assert found.alignment.reason == "looks like somebody else"
