"""A few of the damaged inputs that `benchmarks/fuzz.py` tries by the thousand."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).parents[1] / "benchmarks" / "fuzz.py")
assert spec
assert spec.loader
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("kind", "count"), [("photo", 80), ("table", 50), ("regions", 150), ("kept", 80), ("command", 40)]
)
def test_damage_is_read_or_refused_in_a_line(kind: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    outcomes = [fuzz.attempt(kind, seed) for seed in range(10_000, 10_000 + count)]
    assert not [outcome for outcome in outcomes if outcome.startswith("WRONG")]
    assert "refused" in outcomes


def test_what_is_wrong_is_found(monkeypatch: pytest.MonkeyPatch):
    for error in (ValueError("x"), AssertionError("x"), MemoryError()):

        def broken(_dice: object, _folder: object, error: Exception = error) -> bool:
            raise error

        monkeypatch.setitem(fuzz.KINDS, "photo", broken)
        assert fuzz.attempt("photo", 1).startswith("WRONG")
