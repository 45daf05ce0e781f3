"""How to photograph: what to do, and which of it helps against which flag. `guide_pictures` draws it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Topic:
    """One piece of advice with its picture.

    Parameters
    ----------
    name : str
        Name for links and files.
    title : str
        Heading.
    advice : str
        What to do, in a sentence or two.
    alt : str
        What the picture shows, for those who cannot see it.
    """

    name: str
    title: str
    advice: str
    alt: str


TOPICS: Final = (
    Topic(
        "views", "The same view",
        "Choose one or two views and keep to them: the vertex (crown) and the frontal view show most. Put each into a "
        "folder of its name: vertex, frontal, parting, left, right, back.",
        "Six heads as the photo should show them: vertex from above, frontal with the hairline, parting, left, right "
        "and back.",
    ),
    Topic(
        "light", "Even, soft light",
        "Stand facing a window in daylight, or under a large lamp, so that both sides are equally bright. No flash, no "
        "sun, no lamp at one side. The same place and hour each time.",
        "Right: a head in front of a window with the light even. Wrong: a lamp at one side leaves half the head "
        "dark. Wrong: a flash makes a white spot on the scalp.",
    ),
    Topic(
        "distance", "The same distance",
        "The head fills the frame with a little room around it. Use the main camera without zoom, at arm's length or "
        "on a stand, and mark the place on the floor. Tap on the scalp to focus, and hold still or use the timer.",
        "Right: the head fills three quarters of the frame. Wrong: it is small in the frame. Wrong: the frame cuts it "
        "off.",
    ),
    Topic(
        "parting", "The same parting",
        "Comb the hair the same way each time. For the parting view, draw the line from the middle of the hairline to "
        "the whorl, with the comb flat on the scalp.",
        "Right: a straight parting in the same place both times. Wrong: the second parting lies at another place.",
    ),
    Topic(
        "dry", "Clean, dry hair",
        "Photograph dry hair without gel, spray, powder or fibres. Wet or oily strands stick together and show more "
        "scalp, which looks like loss.",
        "Right: dry strands lie side by side and cover the skin. Wrong: wet strands stick together in a few clumps "
        "with skin between them.",
    ),
    Topic(
        "length", "The same length",
        "Longer hair covers more. Photograph as long after each haircut as the last time, and write haircuts into "
        "treatments.csv.",
        "Right: hair of the same length in both photos. Wrong: short hair before, long hair after.",
    ),
    Topic(
        "card", "A scale for close-ups",
        "Hairs per square centimetre need a scale. Print the scale card at 100 % (hairdensity card), and lay it flat "
        "beside the hair, at the same height as the skin. Or lay a ruler there, count its pixels, and write px_per_mm "
        "into photos.csv.",
        "Right: a card lies flat beside a spot of scalp, with 85.6 mm marked along its long side. Wrong: the card is "
        "tilted, so that it looks shorter than it is.",
    ),
)  # fmt: skip

TOPIC_OF_FLAG: Final = {
    "too_small": "distance", "low_resolution": "distance", "blurred": "distance", "soft": "distance",
    "too_dark": "light", "dark": "light", "too_bright": "light", "bright": "light", "clipped": "light",
    "glare": "light", "noisy": "light", "side_light": "light", "colour_cast": "light", "no_contrast": "distance",
    "no_scalp": "distance", "region_unsure": "distance", "region_cut": "distance", "not_aligned": "views",
    "own_skin": "views", "aligned_by_outline": "views", "aligned_through": "views", "shows_too_little": "distance",
    "own_frame": "distance", "no_scale": "card", "little_in_focus": "distance", "other_spot": "views",
    "own_spot": "views", "shows_less": "distance", "other_pose": "views", "other_light": "light",
    "other_style": "parting",
    "other_colour": "light", "other_length": "length", "wet": "dry",
}  # fmt: skip
"""Which picture helps against which flag; flags about files have none."""
