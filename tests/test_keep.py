import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from hairdensity import keep
from hairdensity.align import ITSELF, Alignment, NotAligned
from hairdensity.check import ScalpQuality
from hairdensity.hairs import Hair
from hairdensity.hairs.figures import Estimate, Figures
from hairdensity.keep import UNSURE_UNIT, Keeper, key, method_digest
from hairdensity.measure import Placed
from hairdensity.placing import Placement
from hairdensity.recipe import Observation, Seen
from hairdensity.region import Region
from hairdensity.segment.base import Segmentation

SHAPE = (40, 60)
HAIRS = (
    Hair(1.0, 2.0, 3.5, 9.0, 1.0, 2.0, 7.5, 1.25, 0.5, 83.0, "terminal", ((1.0, 2.0), (3.5, 9.0)), 0.5, False, 3),
    Hair(4.0, 2.0, 5.0, 9.0, 4.0, 2.0, 7.0, 1.0, None, None, "unknown", ((4.0, 2.0), (5.0, 9.0)), 0.25, True, 4),
)
TRIAL = Figures(
    3, 2.5, "", Estimate(120.0, 80.0, 160.0), None, None, Estimate(70.0, 60.0, 80.0), 40.0, 90.0, None, None, 0.1
)


def quality() -> ScalpQuality:
    values = {field.name: 0.25 for field in fields(ScalpQuality) if field.name != "flags"}
    return ScalpQuality(**values, flags=("soft",))


def observation(source: Literal["found", "drawn"] = "found") -> Observation:
    rng = np.random.default_rng(1)
    mask = rng.random(SHAPE) > 0.5
    share = (rng.integers(0, 256, SHAPE) / 255).astype(np.float32)
    unsure = (rng.integers(0, 256, SHAPE) * UNSURE_UNIT).astype(np.float32)
    picture = np.full((*SHAPE, 3), 120, np.uint8)
    outline = rng.random(SHAPE) > 0.2 if source == "drawn" else mask
    tone = np.full((20, 30, 3), 90, np.uint8) if source == "found" else None
    seen = Seen(picture, Region(mask, source, ("region_cut",)), outline, Segmentation(share, unsure), tone)
    return Observation(
        "measured", "", ("soft",), "d" * 64, (400, 600), quality(), ("a note",), seen, HAIRS, 12.5, TRIAL
    )


@pytest.mark.parametrize("source", ["found", "drawn"])
def test_an_observation_comes_back_as_it_was(tmp_path: Path, source: Literal["found", "drawn"]):
    kept, keeper = observation(source), Keeper(tmp_path)
    keeper.save_observation("ab" * 32, kept)
    again = keeper.load_observation("ab" * 32, pictures=True)
    assert again is not None
    assert again.seen is not None
    assert kept.seen is not None
    for name in ("status", "reason", "flags", "digest", "shape", "quality", "notes", "hairs", "px_per_mm", "trial"):
        assert getattr(again, name) == getattr(kept, name)
    assert again.seen.region.source == source
    assert np.array_equal(again.seen.outline, kept.seen.outline)
    assert again.seen.region.flags == ("region_cut",)
    assert np.array_equal(again.seen.region.mask, kept.seen.region.mask)
    assert np.allclose(again.seen.segmentation.share, kept.seen.segmentation.share, atol=1e-6)
    assert np.allclose(again.seen.segmentation.unsure, kept.seen.segmentation.unsure, atol=1e-6)
    if kept.seen.tone is None:
        assert again.seen.tone is None
    else:
        assert np.allclose(again.seen.tone, kept.seen.tone, atol=2)


def test_facts_alone_need_no_pictures(tmp_path: Path):
    keeper = Keeper(tmp_path)
    keeper.save_observation("cd" * 32, observation())
    again = keeper.load_observation("cd" * 32, pictures=False)
    assert again is not None
    assert again.seen is None
    assert again.status == "measured"


def test_a_placement_comes_back_as_it_was_and_so_does_a_failure(tmp_path: Path):
    keeper = Keeper(tmp_path)
    rng = np.random.default_rng(2)
    share = (rng.integers(0, 256, SHAPE) / 255).astype(np.float32)
    placed = Placed(share, np.zeros(SHAPE, np.float32), share > 0.5, 1.25)
    matrix = np.array([[1.1, 0.1, 3.0], [-0.1, 1.1, -2.0], [0.0, 0.0, 1.0]])
    alignment = Alignment(matrix, "features", 1.5, 0.9, 40)
    keeper.save_placement("ef" * 32, Placement(alignment, placed, ("other_light",), "in between"))
    again = keeper.load_placement("ef" * 32)
    assert again is not None
    assert again.placed is not None
    assert isinstance(again.alignment, Alignment)
    assert np.array_equal(again.alignment.matrix, matrix)
    assert again.alignment.inliers == 40
    assert np.allclose(again.placed.share, share, atol=1e-6)
    assert np.array_equal(again.placed.skin, placed.skin)
    assert again.placed.residual == 1.25
    assert again.flags == ("other_light",)
    assert again.through == "in between"
    laid = keeper.load_laid("ef" * 32)
    assert laid is not None
    assert laid.aligned

    keeper.save_placement("01" * 32, Placement(NotAligned("nothing alike"), None, ("not_aligned",)))
    failed = keeper.load_placement("01" * 32)
    assert failed is not None
    assert not failed.alignment
    assert failed.placed is None
    assert not keeper.load_laid("01" * 32).aligned


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not a zip at all" * 100])
def test_a_damaged_entry_counts_as_missing(tmp_path: Path, damage: bytes):
    keeper = Keeper(tmp_path)
    keeper.save_observation("ab" * 32, observation())
    keeper.path("ab" * 32).write_bytes(damage)
    assert keeper.load_observation("ab" * 32, pictures=True) is None
    assert keeper.load_placement("ab" * 32) is None
    assert keeper.load_laid("ab" * 32) is None


def test_an_entry_cut_anywhere_is_missing_or_whole(tmp_path: Path):
    keeper = Keeper(tmp_path)
    planes = np.zeros((4, 5), np.float32)
    keeper.save_placement("ab" * 32, Placement(ITSELF, Placed(planes, planes, planes > 1, 0.0), ()))
    assert keeper.load_placement("ab" * 32) is not None
    whole = keeper.path("ab" * 32).read_bytes()
    for length in range(0, len(whole), 7):
        keeper.path("ab" * 32).write_bytes(whole[:length])
        assert keeper.load_placement("ab" * 32) is None


def test_the_same_observation_is_the_same_bytes(tmp_path: Path):
    first, second = Keeper(tmp_path / "a"), Keeper(tmp_path / "b")
    for keeper in (first, second):
        keeper.save_observation("ab" * 32, observation())
    assert first.path("ab" * 32).read_bytes() == second.path("ab" * 32).read_bytes()


def test_code_that_measures_names_the_entries_and_code_that_arranges_does_not(monkeypatch: pytest.MonkeyPatch):
    def digest_without(name: str) -> str:
        method_digest.cache_clear()
        read = Path.read_bytes
        monkeypatch.setattr(Path, "read_bytes", lambda path: b"" if path.name == name else read(path))
        try:
            return method_digest()
        finally:
            monkeypatch.undo()
            method_digest.cache_clear()

    assert method_digest() != digest_without("normalise.py")
    assert method_digest() != digest_without("classical.py")
    assert method_digest() == digest_without("series.py")


def test_entries_are_named_by_all_code_that_measures_and_by_no_other():
    package = Path(keep.__file__).parent
    measures, left = {package / "spots.py"}, [package / "placing.py", package / "hairs" / "pairs.py"]
    while left:
        path = left.pop()
        if path not in measures and path != package / "__init__.py":
            measures.add(path)
            left.extend(imported_by(path, package))
    assert {path for path in keep.method_files() if path.suffix == ".py"} == measures


def imported_by(path: Path, package: Path) -> Iterator[Path]:
    """Yield the files of the package that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "hairdensity":
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                found = package.joinpath(*str(name).split(".")[1:])
                yield from (file for file in (found / "__init__.py", found.with_suffix(".py")) if file.is_file())


def test_other_code_finds_nothing_of_what_was_kept_before(monkeypatch: pytest.MonkeyPatch):
    before = key("observation", "x")
    monkeypatch.setattr(keep, "method_digest", lambda: "another")
    assert key("observation", "x") != before


def test_a_key_names_what_it_was_made_from():
    assert key("observation", "x", (1, 2)) == key("observation", "x", (1, 2))
    assert key("observation", "x", (1, 2)) != key("observation", "x", (1, 3))
