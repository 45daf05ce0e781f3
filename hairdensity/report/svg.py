"""SVG as matplotlib writes it, made fit for a page: no inline style, no links, colours that follow the page's theme.

A page with a strict content security policy may not hold `style` attributes, so they become presentation attributes;
each known colour also gets a class by which the page's style sheet can recolour it. Letters are the same in all
charts of a page, so they are taken out and kept once.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from hairdensity.report.words import clean

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")
_COORDINATES: Final = ("d", "x", "y", "width", "height", "points")


@dataclass(frozen=True, slots=True)
class Svg:
    """A drawing.

    Parameters
    ----------
    text : str
        The `svg` element; well formed, everything in it escaped.
    glyphs : Mapping[str, str]
        Outlines of the letters it uses, by id, where they were taken out; else empty.
    """

    text: str
    glyphs: Mapping[str, str]


def tidy(raw: str, *, title: str, description: str, prefix: str, colours: Mapping[str, str], inline: bool) -> Svg:
    """Return matplotlib's SVG made fit for a page, or for a file of its own.

    Parameters
    ----------
    raw : str
        The file as matplotlib wrote it.
    title, description : str
        What a screen reader says.
    prefix : str
        Letters and digits; makes ids unlike those of other charts on the page.
    colours : mapping
        Class name by colour (#rrggbb, lower case).
    inline : bool
        Whether it goes into a page (letters taken out, size from the page) or stands alone.
    """
    root = ElementTree.fromstring(raw)  # noqa: S314 - written by matplotlib a moment ago, with cleaned text
    renamed: dict[str, str] = {}
    glyphs: dict[str, str] = {}
    _drop(root, ("metadata", "style"))
    for node in root.iter():
        node.tag = node.tag.removeprefix(_SVG)
        name = node.attrib.get("id", "")
        if name.startswith("DejaVu"):
            # The number in matplotlib's name depends on the chart; the outline does not.
            digest = hashlib.sha256((node.get("d", "") + node.attrib.get("transform", "")).encode()).hexdigest()[:10]
            renamed[name] = f"glyph-{digest}"
            glyphs[renamed[name]] = re.sub(r"\s+", " ", node.get("d", "")).strip()
        elif name:
            renamed[name] = f"{prefix}-{name}"
    for node in root.iter():
        _plain_attributes(node, renamed, colours, inline)
    used = {node.attrib[key][1:] for node in root.iter() for key in ("href", "xlink:href") if key in node.attrib}
    used |= {name for node in root.iter() for text in node.attrib.values() for name in _REFERENCE.findall(text)}
    for node in root.iter():
        if node.attrib.get("id") not in used:
            node.attrib.pop("id", None)
    if inline:
        _take_out(root, glyphs)
    _head(root, title, description, prefix, inline)
    text = ElementTree.tostring(root, encoding="unicode")
    return Svg(re.sub(r">\s+<", "><", text), dict(sorted(glyphs.items())) if inline else {})


def sprite(glyphs: Mapping[str, str]) -> str:
    """Return one hidden drawing that holds the letters of all charts of a page."""
    root = ElementTree.Element("svg", {"class": "glyphs", "width": "0", "height": "0", "aria-hidden": "true"})
    defs = ElementTree.SubElement(root, "defs")
    for name, outline in sorted(glyphs.items()):
        ElementTree.SubElement(defs, "path", {"id": name, "d": outline, "transform": "scale(.015625)"})
    return ElementTree.tostring(root, encoding="unicode") if glyphs else ""


def _drop(node: ElementTree.Element, tags: tuple[str, ...]) -> None:
    for child in list(node):
        if child.tag.removeprefix(_SVG) in tags:
            node.remove(child)
        else:
            _drop(child, tags)


def _take_out(node: ElementTree.Element, glyphs: Mapping[str, str]) -> None:
    for child in list(node):
        if child.attrib.get("id") in glyphs:
            node.remove(child)
        else:
            _take_out(child, glyphs)
            if child.tag in ("defs", "g") and len(child) == 0:
                node.remove(child)


def _plain_attributes(
    node: ElementTree.Element, renamed: Mapping[str, str], colours: Mapping[str, str], inline: bool
) -> None:
    attributes = node.attrib
    if "id" in attributes:
        attributes["id"] = renamed[attributes["id"]]
    if _LINK in attributes:
        target = attributes.pop(_LINK)[1:]
        attributes["href" if inline else "xlink:href"] = f"#{renamed[target]}"
    for part in attributes.pop("style", "").split(";"):
        key, _, value = part.partition(":")
        if key.strip():
            attributes[key.strip()] = value.strip()
    classes = [
        f"{kind[0]}-{colours[attributes[kind].lower()]}"
        for kind in ("fill", "stroke")
        if attributes.get(kind, "").lower() in colours
    ]
    if classes:
        attributes["class"] = " ".join(classes)
    for key, value in attributes.items():
        if "url(" in value:
            attributes[key] = _REFERENCE.sub(lambda found: f"url(#{renamed[found[1]]})", value)
        elif (key in _COORDINATES and not attributes.get("id", "").startswith("glyph-")) or (
            key == "transform" and value.startswith("translate")
        ):
            moved, bracket, rest = value.partition(")") if key == "transform" else (value, "", "")
            attributes[key] = re.sub(r"\s+", " ", _LONG.sub(_short, moved)).strip() + bracket + rest


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _head(root: ElementTree.Element, title: str, description: str, prefix: str, inline: bool) -> None:
    for key in ("version", "width", "height"):
        size = root.attrib.pop(key, "")
        if not inline and key != "version":
            root.set(key, size)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    if not inline:
        root.set("xmlns:xlink", "http://www.w3.org/1999/xlink")
    # What matplotlib says in the style element that was dropped; both are inherited.
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = clean(text)
        root.insert(place, element)
