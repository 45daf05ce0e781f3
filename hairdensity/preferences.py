"""hairdensity.toml: what a person sets once instead of on every command line.

The file is optional. It lies in the photo folder or where the program is started; what the command line says goes
before it. Every setting stands in `Preferences`, from which the file's errors and its list are made.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from hairdensity.errors import TableError
from hairdensity.settings import Settings

FILE: Final = "hairdensity.toml"
TITLE: Final = "Hair coverage report"


class Preferences(Settings):
    """All settings: those of the measurement, and those of a run and its page, which no number depends on."""

    jobs: int | None = Field(None, ge=1, le=512, description="worker processes; none: all cores")
    maps: bool = Field(False, description="whether to write the share of hair of each pixel to OUT/maps as well")
    title: str = Field(TITLE, min_length=1, max_length=200, description="heading of the page")
    pdf: bool = Field(False, description="whether to write the page as PDF as well (needs the extra pdf)")
    paper: Literal["a4", "letter"] = Field("a4", description="paper that the scale card is printed on")

    def measuring(self) -> Settings:
        """Return those settings that numbers depend on."""
        return Settings(**{name: getattr(self, name) for name in Settings.model_fields})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings in force.

    Parameters
    ----------
    values : Preferences
        Every setting.
    file : Path or None
        The file that was used.
    sources : dict of str to {"default", "file", "command line"}
        Where each setting comes from.
    """

    values: Preferences
    file: Path | None
    sources: dict[str, str]


def choose(photos: Path | None = None, file: Path | None = None, given: dict[str, Any] | None = None) -> Chosen:
    """Return the settings in force: the command line's before the file's before the defaults.

    Parameters
    ----------
    photos : Path, optional
        The photo folder, where `hairdensity.toml` is looked for first; then in the folder the program is started in.
    file : Path, optional
        The file, where it is named.
    given : dict, optional
        What the command line says, by name of the setting; None: it says nothing.

    Raises
    ------
    TableError
        If the file cannot be used: one line with all that is wrong in it, and what to write.
    """
    found = file or next((path for path in _places(photos) if path.is_file()), None)
    read = _read(found) if found else {}
    said = {name: value for name, value in (given or {}).items() if value is not None}
    sources = dict.fromkeys(Preferences.model_fields, "default")
    sources |= dict.fromkeys(read, "file") | dict.fromkeys(said, "command line")
    try:
        return Chosen(Preferences.model_validate(read | said), found, sources)
    except ValidationError as error:
        raise TableError(f"{found or 'settings'}: {'; '.join(_mistakes(error))}.") from error


def listed(chosen: Chosen | None = None) -> str:
    """Return all settings as the text of a file: what each means, its default, and what is in force.

    Parameters
    ----------
    chosen : Chosen, optional
        What is in force; a setting that is at its default stands there behind #.
    """
    values = chosen.values if chosen else Preferences()
    lines = [
        f"# All settings of hairdensity. Save this as {FILE} in the photo folder, or where you start the program;",
        "# take the # away from a line and change it. What a command line says goes before this file.",
    ]
    for name, field in Preferences.model_fields.items():
        value = getattr(values, name)
        lines += ["", f"# {field.description}{_choices(field.annotation)}"]
        if value == field.default:
            lines.append(f"# {name} = {_written(value)}".rstrip())
        else:
            lines.append(f"{name} = {_written(value)}  # default: {_written(field.default)}")
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """Return all settings as the table of the README."""
    rows = [
        f"| `{name}` | {'' if field.default is None else f'`{_written(field.default)}`'} "
        f"| {field.description}{_choices(field.annotation)} |"
        for name, field in Preferences.model_fields.items()
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _places(photos: Path | None) -> Iterator[Path]:
    if photos:
        yield photos / FILE
    yield Path(FILE)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: is not a text file in UTF-8. `hairdensity settings` writes one.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TableError(
            f'{path}: is not TOML ({error}). Write one setting a line, such as title = "Of a friend"; '
            "`hairdensity settings` lists them."
        ) from error


def _mistakes(error: ValidationError) -> Iterator[str]:
    """Yield each mistake of a file in a phrase."""
    for mistake in error.errors():
        name = str(mistake["loc"][0])
        if mistake["type"] == "extra_forbidden":
            close = difflib.get_close_matches(name, Preferences.model_fields, 1)
            hint = f"did you mean {close[0]}?" if close else "`hairdensity settings` lists those there are"
            yield f"{name} is no setting ({hint})"
        else:
            yield f"{name} = {_written(mistake['input'])}: {mistake['msg'][:1].lower()}{mistake['msg'][1:]}"


def _choices(kind: Any) -> str:  # noqa: ANN401 - a type, as pydantic keeps it
    names = [json.dumps(name) for name in getattr(kind, "__args__", ()) if isinstance(name, str)]
    return f": {', '.join(names[:-1])} or {names[-1]}" if names else ""


def _written(value: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    """Return a value as TOML has it; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    # TOML writes text as JSON does, but for one character that only TOML forbids.
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")
