"""What README.md says of columns, flags, commands and files is what the program does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from hairdensity import columns
from hairdensity.cli import main
from hairdensity.find import LISTING_COLUMNS
from hairdensity.flags import FLAGS
from hairdensity.report.words import VERDICTS
from hairdensity.treatments import COLUMNS as TREATMENT_COLUMNS
from hairdensity.treatments import read_treatments

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
AGAIN = "run: python docs/update_readme.py"


@pytest.fixture(scope="module")
def updater() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_readme", ROOT / "docs" / "update_readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_up_to_date(updater: ModuleType) -> None:
    assert updater.filled(README) == README, AGAIN


def test_columns_are_the_registry() -> None:
    assert columns.markdown() in README, AGAIN
    assert columns.markdown(columns.ZONE_COLUMNS) in README, AGAIN


@pytest.mark.parametrize("name", FLAGS)
def test_every_flag_stands_there_with_its_advice(name: str) -> None:
    meant = f"| `{name}` | {FLAGS[name].meaning} |"
    (line,) = [line for line in README.splitlines() if line.startswith(meant)]
    assert line.endswith(f"| {FLAGS[name].advice} |")


@pytest.mark.parametrize("name", main.commands)
def test_every_command_stands_there_with_every_option(name: str) -> None:
    (part,) = re.findall(rf"^#### `hairdensity {name} .*?(?=^#|\Z)", README, re.MULTILINE | re.DOTALL)
    for parameter in main.commands[name].params:
        for option in parameter.opts:
            assert not option.startswith("--") or f"`{option}" in part or f" {option}" in part


def test_rows_of_a_table_have_as_many_cells_as_its_head() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", README, re.MULTILINE)
    for table in tables:
        counts = [line.replace(r"\|", "").count("|") for line in table.splitlines()]
        assert counts == [counts[0]] * len(counts), table[:80]


def test_every_verdict_and_every_column_that_people_write_stands_there() -> None:
    assert all(f"| `{name}` |" in README for name in VERDICTS)
    assert ",".join(LISTING_COLUMNS) in README
    assert ",".join(TREATMENT_COLUMNS) in README


def test_the_example_of_treatments_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"\n\n((?:    [^\n]*\n)+)", README.split("**treatments.csv**")[1].split("**regions")[0])
    file = tmp_path / "treatments.csv"
    file.write_text(re.sub("^    ", "", example, flags=re.MULTILINE), encoding="utf-8")
    treatments = read_treatments(file)
    assert treatments.warnings == ()
    assert [course.kind for course in treatments.courses] == ["minoxidil", "finasteride", "microneedling"]
    assert [event.kind for event in treatments.events] == ["haircut"]


def test_links_and_pictures_are_there() -> None:
    for file in (ROOT / "README.md", ROOT / "docs" / "photographing.md"):
        text = file.read_text(encoding="utf-8")
        targets = re.findall(r"\]\(([^)\s]+)\)", text)
        assert targets
        for target in targets:
            if target.startswith("#"):
                titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
                known = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
                assert target[1:] in known, target
            else:
                assert (file.parent / target).is_file(), target
