import errno
import json
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from scenes import head, save

from hairdensity import __version__
from hairdensity.cli import main
from hairdensity.commands.options import DAY
from hairdensity.recipe import Observation
from hairdensity.settings import Settings
from hairdensity.table import read_rows


@pytest.mark.parametrize("command", [[], *([name] for name in main.commands)], ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]):
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert "hairdensity " + " ".join(command) in result.output


def test_version():
    assert __version__ in CliRunner().invoke(main, ["--version"]).output


def test_check_says_good_or_what_to_do(tmp_path: Path):
    (tmp_path / "vertex").mkdir()
    good = save(head(), tmp_path / "vertex" / "good.jpg")
    small = save(np.zeros((20, 20, 3), np.uint8), tmp_path / "small.jpg")
    result = CliRunner().invoke(main, ["check", str(good), str(small), str(tmp_path / "none.jpg")])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "cannot be used" in next(line for line in lines if "small.jpg" in line)
    missing = next(line for line in lines if "none.jpg" in line)
    assert missing.startswith(f"{tmp_path / 'none.jpg'}: cannot be used. It cannot be read (")
    assert not any("cannot be used" in line for line in lines if "good.jpg" in line)
    folder = CliRunner().invoke(main, ["check", str(good.parent)])
    assert (folder.exit_code, folder.output.startswith(f"{good}: ")) == (0, True)


def test_analyze_of_one_file_says_which_folder_is_meant(tmp_path: Path):
    file = save(np.zeros((20, 20, 3), np.uint8), tmp_path / "a.jpg")
    result = CliRunner().invoke(main, ["analyze", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert f"is a file. Name the folder that it lies in: {tmp_path}" in result.stderr


def test_check_of_a_folder_takes_what_is_written_down_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "macro").mkdir()
    for name in ("a", "b"):
        (tmp_path / "macro" / f"{name}.jpg").touch()
    (tmp_path / "photos.csv").write_text("photo,px_per_mm\nmacro/a.jpg,62.5\n")
    (tmp_path / "regions.json").write_text('{"Macro\\\\b.jpg": [[0, 0], [9, 0], [9, 9]]}')
    (tmp_path / "hairdensity.toml").write_text("macro_px_per_mm = 70.0\n")
    asked = {}

    def observe(path: Path, *said: object) -> Observation:
        asked[path.name] = said
        return Observation("measured", "", (), "", (9, 9), None, (), None)

    monkeypatch.setattr("hairdensity.recipe.observe", observe)
    assert CliRunner().invoke(main, ["check", str(tmp_path)]).exit_code == 0
    settings = Settings(macro_px_per_mm=70.0)
    assert asked["a.jpg"] == ("macro", (), settings, 62.5)
    assert asked["b.jpg"] == ("macro", (((0, 0), (9, 0), (9, 9)),), settings, None)


def test_check_as_json(tmp_path: Path):
    result = CliRunner().invoke(main, ["check", "--json", str(save(head(), tmp_path / "good.jpg"))])
    (said,) = json.loads(result.stdout)
    assert said["usable"]
    assert all(flag["advice"] for flag in said["flags"] if flag["severity"] != "note")


def test_a_mistake_of_the_program_is_one_line_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a broken\nprogram")

    monkeypatch.setattr("hairdensity.analysis.find_photos", broken)
    words = ["analyze", str(tmp_path), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: unexpected RuntimeError: a broken?program")
    assert len(result.stderr.splitlines()) == 1
    assert isinstance(CliRunner().invoke(main, ["--debug", *words]).exception, RuntimeError)


def test_a_command_that_is_wrong_is_status_two(tmp_path: Path):
    assert CliRunner().invoke(main, ["analyze", str(tmp_path / "none"), "--out", str(tmp_path)]).exit_code == 2
    assert CliRunner().invoke(main, ["analyse"]).exit_code == 2
    missing = CliRunner().invoke(main, ["analyze", str(tmp_path)])
    assert missing.exit_code == 2
    assert "Missing option '--out'. Folder for the results." in missing.output


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_what_only_passes_for_a_number_is_a_wrong_command(number: str):
    result = CliRunner().invoke(main, ["plan", "--noise", number])
    assert result.exit_code == 2
    assert "--noise" in result.output


def test_options_of_all_commands_stand_before_or_behind_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    table = tmp_path / "table.csv"
    table.write_text("date,value,view\n2999-01-01,1,a\n2999-02-01,2,b\n2999-03-01,3,c\n", encoding="utf-8")
    words = ["progress", str(table)]
    plain = CliRunner().invoke(main, words)
    assert plain.stderr.startswith("Note: 3 rows are dated in the future")
    for quiet in (["--quiet", *words], [*words, "-q"]):
        result = CliRunner().invoke(main, quiet)
        assert (result.stderr, result.stdout) == ("", plain.stdout)
    assert "Probability of cannot tell: 1.000" in CliRunner().invoke(main, [*words, "--verbose"]).stderr

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("hairdensity.progress.read_series_table", broken)
    assert isinstance(CliRunner().invoke(main, [*words, "--debug"]).exception, RuntimeError)


def test_colour_on_a_terminal_only_and_never_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch):
    words = ["progress", "--today", "2026-03-01", __file__]
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert "\x1b" in CliRunner().invoke(main, words, color=True).stderr
    assert "\x1b" not in CliRunner().invoke(main, words).stderr
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in CliRunner().invoke(main, words, color=True).stderr


def test_a_folder_in_place_of_a_command_is_understood(tmp_path: Path):
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 2
    assert f"hairdensity analyze {tmp_path} --out RESULTS" in result.output


def test_heads_of_several_people_in_one_folder_are_told(tmp_path: Path):
    for person in range(3):
        part = head(2000, person=person)[40 * person : 300 + 40 * person, : 360 - 60 * person]
        name = f"2026-0{person + 1}-05.jpg" if person < 2 else "some_day.jpg"
        save(cv2.resize(part, (360, 420)), tmp_path / "photos" / "vertex" / name)
    words = [
        "analyze",
        str(tmp_path / "photos"),
        "--out",
        str(tmp_path / "out"),
        "--segmenter",
        "classical",
        "--jobs",
        "1",
    ]
    told = CliRunner().invoke(main, words).stderr
    assert "2 photos of 1/vertex could not be matched to the first" in told
    assert "subject" in told
    rows = {row["photo"]: row for row in read_rows(tmp_path / "out" / "measurements.csv")}
    assert [rows[f"vertex/{name}.jpg"]["status"] for name in ("2026-01-05", "2026-02-05", "some_day")] == [
        "measured", "rejected", "measured",
    ]  # fmt: skip
    labels = cv2.imread(str(tmp_path / "out" / "masks" / "vertex" / "some_day.png"), cv2.IMREAD_UNCHANGED)
    coverage = float(rows["vertex/some_day.jpg"]["coverage"])
    assert labels.shape == (420, 360)
    assert float((labels == 2).sum() / (labels > 0).sum()) == pytest.approx(coverage, abs=0.1)


def test_days_are_read_as_in_tables():
    for text in ("2026-03-01", "01.03.2026", "20260301"):
        assert DAY.convert(text, None, None) == date(2026, 3, 1)
    result = CliRunner().invoke(main, ["report", ".", "--since", "03/04/2026"])
    assert result.exit_code == 2
    assert "'--since': '03/04/2026' can be 2026-04-03 or 2026-03-04. Write the one you mean." in result.output


def test_a_letter_that_stdout_lacks_and_a_pipe_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "hairdensity.toml").write_text('title = "Ελένη"', encoding="utf-8")
    result = CliRunner(charset="cp1252").invoke(main, ["settings", str(tmp_path)])
    assert (result.exit_code, 'title = "?????"' in result.stdout) == (0, True)

    def closed(*_: object, **_named: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("hairdensity.preferences.listed", closed)
    assert CliRunner().invoke(main, ["settings"]).stderr == ""
