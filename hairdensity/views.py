"""Views: the words for where a camera looked, and what stands where nobody says whose head it is, and from where."""

import re
from typing import Final

MACRO: Final = "macro"
"""The view of close-up photos, in which single hairs are counted."""
DEFAULT_SUBJECT: Final = "1"
DEFAULT_VIEW: Final = "scalp"
VIEWS: Final = {
    "vertex": "vertex", "crown": "vertex", "whorl": "vertex", "top": "top", "frontal": "frontal", "front": "frontal",
    "hairline": "frontal", "parting": "parting", "part": "parting", "left": "left", "right": "right", "back": "back",
    "nape": "back", "macro": MACRO, "scalp": DEFAULT_VIEW,
}  # fmt: skip
"""Words for views as people write them, and the word used here."""
WORD: Final = re.compile(r"[^\W\d_]+")


def view_in(text: str) -> str | None:
    """Return the view that a word of the name means, or None."""
    return next((VIEWS[word] for word in WORD.findall(text.lower()) if word in VIEWS), None)
