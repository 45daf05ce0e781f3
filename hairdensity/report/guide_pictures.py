"""The pictures of the guide to photographing, drawn.

Drawn here rather than stored, so that the guide in docs/ and the page cannot disagree; `docs/draw_pictures.py` writes
them as files. Every picture stands on a white card of its own, and right and wrong differ by sign and word, not by
colour alone.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from hairdensity.report.guide import TOPICS, Topic

PANEL: Final = 200
"""Width and height of the drawing in one panel; its words stand below."""
FOOT: Final = 52
GAP: Final = 14
SKIN, SKIN_EDGE, HAIR, STRAND = "#e9bf9f", "#a9744f", "#5a4535", "#3f2f24"
GOOD, BAD, INK, QUIET, PHONE, LIGHT, WATER = "#00664c", "#a33b00", "#1d2329", "#4a545e", "#2b3640", "#f6c945", "#2f7fb8"
GOLDEN: Final = math.pi * (3 - math.sqrt(5))
"""Angle by which sunflower seeds are turned against each other: spreads strands evenly without chance."""


@cache
def drawing(name: str) -> str:
    """Return one picture of the guide as SVG.

    Parameters
    ----------
    name : str
        Name of a topic.

    Raises
    ------
    KeyError
        For a name that is no topic.
    """
    topic = next((topic for topic in TOPICS if topic.name == name), None)
    if topic is None:
        raise KeyError(name)
    return _DRAWINGS[name](topic)


def _sheet(topic: Topic, panels: Iterable[tuple[str, str, str]], columns: int) -> str:
    """Return panels, each (sign, words, drawing), side by side on a card; sign is "right", "wrong" or ""."""
    listed = list(panels)
    rows = math.ceil(len(listed) / columns)
    width = columns * PANEL + (columns + 1) * GAP
    height = rows * (PANEL + FOOT) + (rows + 1) * GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="14" aria-labelledby="guide-{topic.name}-alt">'
        f'<title id="guide-{topic.name}-alt">{topic.alt}</title>'
        f'<rect width="{width}" height="{height}" rx="12" fill="#ffffff"/>'
    ]
    for place, (sign, words, inside) in enumerate(listed):
        x, y = GAP + place % columns * (PANEL + GAP), GAP + place // columns * (PANEL + FOOT + GAP)
        clip = f"guide-{topic.name}-{place}"
        parts.append(
            f'<g transform="translate({x} {y})"><clipPath id="{clip}"><rect width="{PANEL}" height="{PANEL}" rx="10"/>'
            f'</clipPath><g clip-path="url(#{clip})"><rect width="{PANEL}" height="{PANEL}" fill="#e8ecef"/>'
            f"{inside}</g>"
            f'<rect width="{PANEL}" height="{PANEL}" rx="10" fill="none" stroke="#aab4bd" stroke-width="1.5"/>'
            f"{_words(sign, words)}</g>"
        )
    return "".join(parts) + "</svg>"


def _words(sign: str, words: str) -> str:
    lines = words.split("|")
    if not sign:
        return _text(PANEL / 2, PANEL + 24, lines[0], weight="600", anchor="middle") + "".join(
            _text(PANEL / 2, PANEL + 43, line, colour=QUIET, anchor="middle") for line in lines[1:]
        )
    colour, mark = (GOOD, "M-6 0l4 5 8-10") if sign == "right" else (BAD, "M-5-5l10 10M5-5l-10 10")
    return (
        f'<g transform="translate(13 {PANEL + 20})"><circle r="12" fill="{colour}"/><path d="{mark}" fill="none" '
        'stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></g>'
        + "".join(_text(32, PANEL + 25 + 18 * n, line) for n, line in enumerate(lines))
    )


def _text(
    x: float, y: float, words: str, *, weight: str = "400", colour: str = INK, anchor: str = "start", size: int = 14
) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}" '
        f'font-size="{size}">{words}</text>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _at(inside: str, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> str:
    spun = f" rotate({_n(turn)})" if turn else ""
    return f'<g transform="translate({_n(x)} {_n(y)}) scale({scale:.2f}){spun}">{inside}</g>'


def _ellipse(x: float, y: float, rx: float, ry: float, fill: str, more: str = "") -> str:
    return f'<ellipse cx="{_n(x)}" cy="{_n(y)}" rx="{_n(rx)}" ry="{_n(ry)}" fill="{fill}" {more}/>'


def _path(d: str, *, stroke: str = STRAND, width: float = 1.6, fill: str = "none", more: str = "") -> str:
    return (
        f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round" '
        f'stroke-linejoin="round" {more}/>'
    )


def _from_above(*, thin: float = 0.45, parting: float | None = None, length: float = 15.0) -> str:
    """Return a head from above, nose up, about 120 wide and 150 high: strands run outward from the whorl.

    `thin` is the radius of the thin patch as a share of the head's; `parting` the place of a parting, from -1 to 1.
    """
    skin = (
        _ellipse(-62, 6, 8, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _ellipse(62, 6, 8, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _path("M-9-70Q0-90 9-70", stroke=SKIN_EDGE, fill=SKIN)
        + _ellipse(0, 0, 60, 75, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
    )
    strands = []
    for number in range(260):
        radius, angle = math.sqrt((number + 0.5) / 260), number * GOLDEN
        x, y = 56 * radius * math.cos(angle), 70 * radius * math.sin(angle)
        away = math.hypot(x / 60, (y - 12) / 72)
        if away < thin and number % 3:
            continue
        if y < -52:
            continue
        if parting is not None and abs(x - parting * 40) < 4 and y < 40:
            continue
        dx, dy = (x, y - 12) if parting is None else (math.copysign(30.0, x - parting * 40), 12.0)
        norm = math.hypot(dx, dy) or 1.0
        ex, ey = x + length * dx / norm, y + length * dy / norm
        if math.hypot(ex / 62, ey / 77) > 1:
            ex, ey = x + 0.3 * length * dx / norm, y + 0.3 * length * dy / norm
        strands.append(f"M{_n(x)} {_n(y)}L{_n(ex)} {_n(ey)}")
    return skin + _path("".join(strands), stroke=HAIR, width=2.6)


def _from_side(*, facing: int = -1) -> str:
    """Return a head from the side, about 130 wide and 150 high, its nose at the left for `facing` -1."""
    face = (
        "M-18-62C-52-58-56-30-54-14L-64 8Q-66 14-56 15L-54 30Q-53 40-44 42L-34 44Q-28 46-28 58L-28 78L30 78L34 48"
        "C56 34 62 4 52-24C42-52 14-66-18-62Z"
    )
    hair = "M-30-58C4-74 44-58 55-22C62 6 56 34 36 50C30 30 34 18 24 8C14 2 6-6 2-18C-12-22-28-30-40-48Z"
    ear = _ellipse(6, 8, 10, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
    strands = "".join(
        f"M{_n(-26 + 9 * k)} {_n(-56 + 0.8 * (k - 4) ** 2 - 8)}q{_n(8 + k)} {_n(6 + 2 * k)} {_n(10 + k)} {20 + 3 * k}"
        for k in range(8)
    )
    drawn = (
        _path(face, stroke=SKIN_EDGE, fill=SKIN)
        + _path(hair, stroke=HAIR, fill=HAIR)
        + _path(strands, stroke="#7d6450", width=1.4)
        + ear
    )
    return drawn if facing < 0 else f'<g transform="scale(-1 1)">{drawn}</g>'


def _from_front() -> str:
    """Return a head bent forward: the hairline in the middle, the forehead below it."""
    strands = "".join(
        f"M{_n(52 * math.sin(a) * r)} {_n(-16 - 26 * math.cos(a) * r)}l{_n(7 * math.sin(a))} {_n(-8 * math.cos(a))}"
        for r in (0.35, 0.6, 0.85)
        for a in (math.radians(degrees) for degrees in range(-80, 81, 10 if r > 0.5 else 20))
    )
    hairline = "M-60 10C-62-70 62-70 60 10C54-4 46-6 40-10C26-24 18-22 0-18C-18-22-26-24-40-10C-46-6-54-4-60 10Z"
    return (
        _ellipse(-62, 30, 7, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _ellipse(62, 30, 7, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _path("M-60 0C-62-74 62-74 60 0L58 40C54 78-54 78-58 40Z", stroke=SKIN_EDGE, fill=SKIN)
        + _path(hairline, stroke=HAIR, fill=HAIR, more='fill-opacity="0.85"')
        + _path(strands, stroke="#8d735d", width=1.4)
        + _path("M-38 42q14-9 26 0M12 42q12-9 26 0M-6 56q6 8 12 0", stroke=SKIN_EDGE, width=2)
    )


def _from_behind() -> str:
    strands = "".join(
        f"M{_n(x)} {_n(y)}q{_n(x / 12)} 8 {_n(x / 9)} 15" for y in range(-52, 40, 15) for x in range(-48, 49, 8)
        if math.hypot(x / 58, (y + 2) / 66) < 0.98
    )  # fmt: skip
    return (
        _path("M-30 50L-32 90L32 90L30 50Z", stroke=SKIN_EDGE, fill=SKIN)
        + _ellipse(-62, 12, 7, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _ellipse(62, 12, 7, 16, SKIN, f'stroke="{SKIN_EDGE}" stroke-width="1.5"')
        + _path("M-60 0C-62-86 62-86 60 0C58 36 40 60 30 62L-30 62C-40 60-58 36-60 0Z", stroke=HAIR, fill=HAIR)
        + _path(strands, stroke="#7d6450", width=1.4)
    )


def _phone(x: float, y: float, turn: float = 0.0) -> str:
    return _at(
        f'<rect x="-11" y="-20" width="22" height="40" rx="4" fill="{PHONE}"/>'
        '<rect x="-8" y="-15" width="16" height="30" fill="#8fa3b5"/><circle cy="-17.5" r="1.4" fill="#fff"/>',
        x, y, turn=turn,
    )  # fmt: skip


def _frame(x: float, y: float, width: float, height: float) -> str:
    """Return the corners of what the camera sees."""
    right, bottom, leg = x + width, y + height, 16
    corners = (
        f"M{_n(x)} {_n(y + leg)}V{_n(y)}H{_n(x + leg)}M{_n(right - leg)} {_n(y)}H{_n(right)}V{_n(y + leg)}"
        f"M{_n(right)} {_n(bottom - leg)}V{_n(bottom)}H{_n(right - leg)}"
        f"M{_n(x + leg)} {_n(bottom)}H{_n(x)}V{_n(bottom - leg)}"
    )
    return _path(corners, stroke="#ffffff", width=6) + _path(corners, stroke=PHONE, width=3)


def _views(topic: Topic) -> str:
    return _sheet(
        topic,
        (
            ("", "vertex|from above and behind", _at(_from_above(), 100, 100, turn=180)),
            ("", "frontal|head bent forward", _at(_from_front(), 100, 106)),
            ("", "parting|from above", _at(_from_above(thin=0, parting=0.0), 100, 104)),
            ("", "left", _at(_from_side(), 100, 106)),
            ("", "right", _at(_from_side(facing=1), 100, 106)),
            ("", "back", _at(_from_behind(), 100, 104)),
        ),
        3,
    )


def _light(topic: Topic) -> str:
    rays = "".join(f"M{x} 34L{_n(100 + (x - 100) * 0.6)} 58" for x in range(30, 171, 20))
    window = (
        '<rect x="20" y="8" width="160" height="22" rx="2" fill="#cfe6f7" stroke="#6b7f8e" stroke-width="2"/>'
        '<path d="M73 8v22M127 8v22" stroke="#6b7f8e" stroke-width="2"/>'
    )
    even = window + _path(rays, stroke="#d9a400", width=2.4) + _at(_from_above(), 100, 126, 0.82)
    lamp = f'<circle cx="186" cy="100" r="16" fill="{LIGHT}" stroke="#a37a00" stroke-width="2"/>' + _path(
        "M164 84L150 78M162 100L148 100M164 116L150 122", stroke="#d9a400", width=2.4
    )
    shade = '<path d="M8-75C-80-75-80 75 8 75C-14 40-14-40 8-75Z" fill="#0b1620" fill-opacity="0.68"/>'
    side = _at(_from_above() + shade, 92, 100, 0.9) + lamp
    spot = f'<circle cx="100" cy="112" r="26" fill="#ffffff" fill-opacity="0.85"/>{_phone(100, 28)}' + _path(
        "M100 44l0 24M88 46l-12 20M112 46l12 20", stroke="#d9a400", width=2.6
    )
    return _sheet(
        topic,
        (
            ("right", "facing a window,|both sides equally bright", even),
            ("wrong", "lamp or sun|at one side", side),
            ("wrong", "flash: the white spot|hides hair", _at(_from_above(), 100, 112, 0.9) + spot),
        ),
        3,
    )


def _distance(topic: Topic) -> str:
    seen = _frame(24, 14, 152, 172)
    return _sheet(
        topic,
        (
            ("right", "fills the frame,|a little room around", _at(_from_above(), 100, 102, 0.95) + seen),
            ("wrong", "too far away", _at(_from_above(), 108, 92, 0.36) + seen),
            ("wrong", "too close,|or cut off", _at(_from_above(), 128, 132, 1.45) + seen),
        ),
        3,
    )  # fmt: skip


def _pair(left: str, right: str) -> str:
    """Return two small heads with an arrow of time between them."""
    arrow = _path("M92 100H108M103 94L109 100L103 106", stroke=PHONE, width=3)
    words = _text(46, 186, "before", colour=QUIET, anchor="middle") + _text(
        154, 186, "after", colour=QUIET, anchor="middle"
    )
    return _at(left, 46, 96, 0.6) + _at(right, 154, 96, 0.6) + arrow + words


def _parting(topic: Topic) -> str:
    middle, side = _from_above(thin=0, parting=0.0), _from_above(thin=0, parting=0.7)
    return _sheet(
        topic,
        (
            ("right", "the same line each time", _pair(middle, middle)),
            ("wrong", "another line|shows other skin", _pair(middle, side)),
        ),
        2,
    )


def _lock(wet: bool) -> str:
    """Return strands on skin, seen from near: evenly spread, or stuck together."""
    strands = []
    for number in range(45):
        middle = 20 + 40 * (number // 9)
        x = middle + (number % 9 - 4) * 1.5 if wet else 2 + number * 4.45
        bend = 1.2 * math.sin(number * 1.7) if wet else 5 * math.sin(number * 0.35) + math.sin(number * 2.4)
        tip = middle if wet else x + bend
        strands.append(f"M{_n(x)} -4C{_n(x + bend)} 60 {_n(x - bend)} 140 {_n(tip)} 204")
    drops = "".join(
        f'<path d="M{x} {y}q-7 12 0 16q7-4 0-16Z" fill="{WATER}"/>'
        for x, y in ((40, 60), (118, 34), (80, 128), (162, 110))
    )
    return (
        f'<rect width="200" height="200" fill="{SKIN}"/>' + _path("".join(strands), width=2.4) + (drops if wet else "")
    )


def _dry(topic: Topic) -> str:
    return _sheet(
        topic,
        (
            ("right", "dry and clean", _lock(False)),
            ("wrong", "wet, oily or gelled:|strands stick together", _lock(True)),
        ),
        2,
    )


def _length(topic: Topic) -> str:
    short, long = _from_above(length=8), _from_above(length=26, thin=0.3)
    return _sheet(
        topic,
        (
            ("right", "the same length", _pair(short, short)),
            ("wrong", "longer hair|looks like more hair", _pair(short, long)),
        ),
        2,
    )


def _card(topic: Topic) -> str:
    spot = f'<rect width="200" height="200" fill="{SKIN}"/>' + _path(
        "".join(
            f"M{_n(8 + 180 * ((n * 0.7549) % 1))} {_n(4 + 86 * ((n * 0.5698) % 1))}l{_n(9 * math.cos(n))} 13"
            for n in range(60)
        ),
        width=2.4,
    )
    lines = "".join(f"M{x} 112v{9 if (x - 22) % 39 else 14}" for x in range(22, 179, 13))
    flat = (
        '<rect x="20" y="112" width="160" height="58" rx="6" fill="#f4f6f8" stroke="#46525d" stroke-width="2"/>'
        + _path(lines, stroke=PHONE, width=1.6)
        + _text(100, 150, "85.6 mm", weight="600", anchor="middle")
        + _path("M20 184H180M27 178L20 184L27 190M173 178L180 184L173 190", stroke=PHONE, width=2)
    )
    tilted = (
        '<path d="M30 118L166 132L160 172L46 158Z" fill="#cfd6dc" stroke="#46525d" stroke-width="2"/>'
        '<path d="M30 118L166 132L164 138L32 124Z" fill="#7a8894"/>'
        + _path("M36 186H170", stroke=BAD, width=2, more='stroke-dasharray="5 5"')
    )
    return _sheet(
        topic,
        (
            ("right", "flat on the scalp,|beside the spot", spot + flat),
            ("wrong", "tilted: looks shorter|than it is", spot + tilted),
        ),
        2,
    )


_DRAWINGS: Final[dict[str, Callable[[Topic], str]]] = {
    "views": _views, "light": _light, "distance": _distance, "parting": _parting, "dry": _dry, "length": _length,
    "card": _card,
}  # fmt: skip
