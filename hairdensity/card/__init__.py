"""The scale card: printed, laid beside the head, and found again in the photo.

It gives pixels to the millimetre, the tilt of the camera, the white balance and the exposure. `layout` says what is on
it, `pdf` writes it for the printer, `find` reads it in a photo.
"""

from hairdensity.card.find import Card, NoCard, find_card
from hairdensity.card.layout import RULER_MM
from hairdensity.card.pdf import PAPERS, card_pdf

__all__ = ["PAPERS", "RULER_MM", "Card", "NoCard", "card_pdf", "find_card"]
