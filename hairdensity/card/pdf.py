"""The card as a PDF for the printer: vector, no fonts but those every reader has, written by hand.

The format is that of PDF 1.4 (Adobe 2001): one page, one content stream, Helvetica.
"""

from typing import Final, Literal

from hairdensity.card import layout

Paper = Literal["a4", "letter"]
PAPERS: Final[dict[str, tuple[float, float]]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height in mm."""
POINTS_PER_MM: Final = 72 / 25.4
SKIP_MM: Final = 8.0
"""Between the cards of a page."""
HOW_TO: Final = (
    "Scale card of hairdensity",
    "1. Print at 100 % (actual size), not fitted to the page, on matt white paper.",
    "2. Measure the ruler at the lower edge of a card: it is 80 mm long. If it is not, give what you measured as "
    "--ruler-mm.",
    "3. Cut along the thin line, glue it on cardboard, keep it flat and clean. The other cards are spares.",
    "4. Lay it beside the hair that is photographed, at the same height and facing the camera, in the same light.",
    "5. Use the same card in all photos: printers and papers differ in colour.",
)


def card_pdf(paper: Paper = "a4") -> bytes:
    """Return a PDF with scale cards.

    Parameters
    ----------
    paper : {"a4", "letter"}
        The printer's paper.

    Raises
    ------
    ValueError
        For another paper.
    """
    if paper not in PAPERS:
        raise ValueError(f"paper is a4 or letter, not {paper!r}")
    width, height = PAPERS[paper]
    lines = [f"{POINTS_PER_MM:.6f} 0 0 {POINTS_PER_MM:.6f} 0 0 cm"]  # from here on, one unit is a millimetre
    top = height - 18.0
    for index, text in enumerate(HOW_TO):
        lines.append(_text(15.0, top - 5.2 * index, 4.2 if index == 0 else 3.1, text))
    card_width, card_height = layout.CARD_MM
    left = (width - 2 * card_width - SKIP_MM) / 2
    first = top - 5.2 * len(HOW_TO) - 4.0
    rows = int((first - 12.0 + SKIP_MM) // (card_height + SKIP_MM))
    for row in range(rows):
        for column in range(2):
            x, y = left + column * (card_width + SKIP_MM), first - row * (card_height + SKIP_MM)
            lines += _card(x, y)
    return _document("\n".join(lines).encode("ascii"), width, height)


def _card(left: float, top: float) -> list[str]:
    """Return the drawing of one card whose upper left corner lies at (left, top) mm; y goes up in a PDF."""
    width, height = layout.CARD_MM

    def box(x: float, y: float, across: float, down: float) -> str:
        return f"{left + x:.4f} {top - y - down:.4f} {across:.4f} {down:.4f} re f"

    lines = ["0.6 G 0.1 w", f"{left:.4f} {top - height:.4f} {width:.4f} {height:.4f} re S", "0 g"]
    lines += [box(*place) for place in layout.black_squares()]
    for patch, place in zip(layout.PATCHES, layout.patch_boxes(), strict=True):
        # Greys as grey ink only: mixed from three inks they would have a hue.
        channels = [f"{value / 255:.4f}" for value in patch.rgb]
        colour = f"{channels[0]} g" if patch.neutral else f"{' '.join(channels)} rg"
        lines += [colour, box(*place)]
    lines += ["0 g"]
    x, y = layout.RULER_AT
    lines += [box(at - 0.06, y - tall, 0.12, tall) for at, tall in layout.ruler_ticks()]
    lines += [box(x - 0.06, y - 0.06, layout.RULER_MM + 0.12, 0.12)]
    lines.append(_text(left + x, top - y - 1.9, 1.6, f"{layout.RULER_MM:.0f} mm - measure this line"))
    return lines


def _text(x: float, y: float, size: float, text: str) -> str:
    safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size:.2f} Tf {x:.4f} {y:.4f} Td ({safe}) Tj ET"


def _document(content: bytes, width: float, height: float) -> bytes:
    """Return the file: header, numbered objects, their places in the file, trailer."""
    box = f"[0 0 {width * POINTS_PER_MM:.4f} {height * POINTS_PER_MM:.4f}]".encode()
    objects = (
        # PrintScaling None asks the reader's print dialogue for 100 %.
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox " + box
        + b" /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )  # fmt: skip
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
