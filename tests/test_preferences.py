"""hairdensity.toml: what is in force, and what is said of a file that is wrong."""

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.cli import main
from hairdensity.errors import TableError
from hairdensity.preferences import FILE, Preferences, choose, listed
from hairdensity.settings import Settings


def write(folder: Path, text: str) -> Path:
    path = folder / FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_command_line_goes_before_file_before_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    photos, here = tmp_path / "photos", tmp_path / "here"
    photos.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    assert choose(photos).values == Preferences()
    write(here, "work_px = 600\nmaps = true\n")
    assert choose(photos).values.work_px == 600
    write(photos, "work_px = 700\n")
    chosen = choose(photos, given={"work_px": None, "jobs": 3})
    assert (chosen.values.work_px, chosen.values.maps, chosen.values.jobs) == (700, False, 3)
    assert {n: s for n, s in chosen.sources.items() if s != "default"} == {"work_px": "file", "jobs": "command line"}
    assert choose(photos, write(tmp_path, "work_px = 800")).values.work_px == 800


def test_what_no_number_depends_on_is_no_part_of_how_it_is_measured():
    assert Preferences(jobs=3, title="Ann", pdf=True).measuring().digest() == Settings().digest()
    assert Preferences(work_px=700).measuring().digest() != Settings().digest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("work_xp = 700", "work_xp is no setting (did you mean work_px?)"),
        ("work_px = 12", "work_px = 12: input should be greater than or equal to 128"),
        ('segmenter = "magic"', "segmenter = \"magic\": input should be 'network', "),
        ("work_px 700", "is not TOML (Expected '='"),
        ("[measure]\nwork_px = 700", "measure is no setting (`hairdensity settings` lists"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line_with_the_remedy(tmp_path: Path, text: str, said: str):
    path = write(tmp_path, text)
    with pytest.raises(TableError, match=re.escape(said)) as caught:
        choose(file=path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path):
    with pytest.raises(TableError, match=r"jobs = 0: .*; nothing is no setting"):
        choose(file=write(tmp_path, "jobs = 0\nnothing = 1\n"))


@given(st.builds(Preferences, title=st.text(min_size=1, max_size=200), jobs=st.integers(1, 512) | st.none(),
                 maps=st.booleans(), ruler_mm=st.floats(40, 160) | st.none()))  # fmt: skip
def test_the_list_of_settings_is_a_file_that_says_the_same(values: Preferences):
    read = tomllib.loads(listed(choose(given=values.model_dump())))
    assert Preferences(**read) == values


def test_the_command_lists_every_setting_and_a_wrong_file_is_status_two(tmp_path: Path):
    result = CliRunner().invoke(main, ["settings"])
    assert result.exit_code == 0
    assert all(re.search(rf"^# {name} =", result.output, re.MULTILINE) for name in Preferences.model_fields)
    write(tmp_path, "work_px = 700")
    assert "\nwork_px = 700  # default: 1280\n" in CliRunner().invoke(main, ["settings", str(tmp_path)]).output
    write(tmp_path, "work_px = 7")
    for words in (["settings", str(tmp_path)], ["analyze", str(tmp_path), "--out", str(tmp_path / "out")]):
        wrong = CliRunner().invoke(main, words)
        assert wrong.exit_code == 2
        assert wrong.stderr.startswith("Error: ")


def test_defaults_that_the_help_names_are_those_of_the_settings():
    seen = set()
    for command in main.commands.values():
        for option in command.params:
            field = Preferences.model_fields.get(option.name or "")
            named = re.search(r"\[default: ([\w -]+)", getattr(option, "help", None) or "")
            if field is not None and named and isinstance(field.default, (int, str)):
                default = field.default
                text = f"no-{option.name}" if default is False else str(default)
                assert named[1] in (text, "that of the run"), (command.name, option.name)
                seen.add(option.name)
    assert seen == {"maps", "pdf", "title", "segmenter", "work_px", "paper"}
