"""The command `card`."""

import json
from pathlib import Path

import click

from hairdensity.commands.options import Number, settings_here_option
from hairdensity.commands.printing import Command, note, one_line, written


@click.command(cls=Command, short_help="Print a scale card, for hairs per cm².")
@click.argument("photos", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("scale_card.pdf"),
              show_default=True, help="Where to write the card, without PHOTOS.")  # fmt: skip
@click.option("--paper", type=click.Choice(["a4", "letter"]), help="Paper to print on [default: a4].")
@click.option("--ruler-mm", type=Number(40, 160),
              help="Length of the ruler on your printed card, measured; 80 where it was printed at 100 %.")  # fmt: skip
@settings_here_option
@click.option("--json", "as_json", is_flag=True, help="Print what was found in PHOTOS as JSON.")
def card(photos: tuple[Path, ...], out: Path, settings_file: Path | None, as_json: bool, **given: object) -> None:
    """Write the scale card for printing, or say what it tells in PHOTOS.

    The card is as large as a bank card. Laid beside the hair it gives millimetres, and the colour of the light. Print
    it at 100 %, and measure its ruler. Exit status 1: no card was found in one of PHOTOS.

    \b
    Examples:
      hairdensity card --paper letter
      hairdensity card IMG_1234.jpg --ruler-mm 79.5
    """
    from hairdensity.preferences import choose

    values = choose(file=settings_file, given=given).values
    if photos:
        _read(photos, values.ruler_mm, as_json)
        return
    from hairdensity.card import RULER_MM, card_pdf
    from hairdensity.files import write_whole

    write_whole(out, card_pdf(values.paper))
    written(out)
    note(f"Print it at 100 %, then measure the ruler: it must be {RULER_MM:.0f} mm long.")
    if values.ruler_mm is not None:
        note(_about_ruler(values.ruler_mm))


def _read(photos: tuple[Path, ...], ruler_mm: float | None, as_json: bool) -> None:
    from hairdensity.card import Card, find_card
    from hairdensity.errors import UnreadablePhotoError
    from hairdensity.read import read_photo

    results: list[dict[str, object]] = []
    for path in photos:
        try:
            found = find_card(read_photo(path).rgb, ruler_mm)
        except UnreadablePhotoError as error:
            results.append({"photo": str(path), "card": False, "reason": error.reason})
            continue
        if not isinstance(found, Card):
            results.append({"photo": str(path), "card": False, "reason": found.reason})
            continue
        results.append(
            {
                "photo": str(path), "card": True, "reason": "",
                "px_per_mm": round(found.px_per_mm, 4),
                "px_per_mm_low": round(found.px_per_mm_low, 4), "px_per_mm_high": round(found.px_per_mm_high, 4),
                "tilt_deg": round(found.tilt_deg, 1), "mirrored": found.mirrored, "markers": found.markers,
                "gains": [round(gain, 4) for gain in found.gains] if found.gains_known else None,
                "exposure": round(found.exposure, 3) if found.gains_known else None,
            }
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(results, indent=2))
    else:
        for result in results:
            click.echo(one_line(_line(result)))
    if ruler_mm is not None:
        note(_about_ruler(ruler_mm))
    if not all(result["card"] for result in results):
        click.get_current_context().exit(1)


def _line(result: dict[str, object]) -> str:
    if not result["card"]:
        return f"{result['photo']}: {result['reason']}"
    text = (
        f"{result['photo']}: {result['px_per_mm']:.2f} px/mm "
        f"({result['px_per_mm_low']:.2f} to {result['px_per_mm_high']:.2f}), tilt {result['tilt_deg']:.0f} degrees"
    )
    if result["gains"] is None:
        return f"{text}; colour of the light not readable (glare, shadow, or too little of the card is seen)"
    return f"{text}; exposure {result['exposure']:+.1f} stops"


def _about_ruler(ruler_mm: float) -> str:
    from hairdensity.card import RULER_MM

    share = ruler_mm / RULER_MM
    if abs(share - 1) <= 0.006:
        return "The card was printed at the right size."
    return (
        f"The card was printed at {100 * share:.1f} % of its size. Give --ruler-mm {ruler_mm:g} whenever it is used, "
        "or print it again at 100 %."
    )
