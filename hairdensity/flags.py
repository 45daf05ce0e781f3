"""The one registry of quality flags: table, command line, report and README all read it.

A flag is a fact about a photo that a person should know. `reject` means that no number is given for the photo;
`warn` that the number may mislead; `note` that nothing need be done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warn", "reject"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that can be said of a photo.

    Parameters
    ----------
    name : str
        Word used in the `flags` column.
    meaning : str
        What was found, as the rest of a sentence that begins with "This photo ...".
    severity : {"note", "warn", "reject"}
        What it does to the photo's number.
    advice : str
        One line: what to do differently next time. Empty where there is nothing to do.
    scatter : float
        How much more the numbers of photos with a warning scatter than those of others.
    """

    name: str
    meaning: str
    severity: Severity
    advice: str
    scatter: float = 1.5


_FLAGS = (
    # the file
    Flag("duplicate", "is the same file as another one of this series", "reject", "Keep one copy; it is counted once."),
    Flag("no_date", "has no date, so it has no place on the time axis", "note",
         "Put the date into the file name (2026-03-01.jpg) or into photos.csv."),
    Flag("date_in_future", "is dated in the future", "warn",
         "Check the camera's clock, or give the date in photos.csv."),
    # the picture
    Flag("too_small", "has too few pixels to tell hair from skin", "reject",
         "Send the original from the phone, not a thumbnail or a messenger's copy."),
    Flag("low_resolution", "has few pixels on the scalp", "warn", "Go closer, or use the camera's full resolution."),
    Flag("blurred", "is too blurred to measure", "reject",
         "Tap on the scalp to focus, hold still or use the timer, and take it again."),
    Flag("soft", "is a little blurred", "warn", "Tap on the scalp to focus, and hold still or use the timer."),
    Flag("too_dark", "is too dark to measure", "reject",
         "Use daylight from a window or the room's lamp, and take it again."),
    Flag("dark", "is darker than it should be", "warn", "Use more light: daylight from a window, no backlight."),
    Flag("too_bright", "is so overexposed that the scalp is white", "reject",
         "Tap on the scalp to set the exposure, turn the flash off, and take it again."),
    Flag("bright", "is brighter than it should be", "warn",
         "Tap on the scalp to set the exposure; turn the flash off."),
    Flag("clipped", "has parts of the scalp that are pure white or black", "warn", "Use softer, more even light."),
    Flag("glare", "has glare on the scalp", "warn", "Turn the flash off, and photograph dry hair in soft light."),
    Flag("noisy", "is grainy", "warn", "Use more light; the camera had to guess."),
    Flag("side_light", "is lit from one side", "warn",
         "Face the window or lamp so that both sides are equally bright."),
    Flag("colour_cast", "has a strong colour cast", "warn", "Use daylight or a white lamp, and always the same one."),
    Flag("no_contrast", "shows nothing but one even colour", "reject",
         "Check that the file shows a scalp, and take it again."),
    # close-ups
    Flag("no_scale", "has no known scale, so its hairs are counted, but not per cm\u00b2, nor is their thickness told",
         "warn", "Write px_per_mm into photos.csv, or photograph the scale card beside the spot.", 1.0),
    Flag("little_in_focus", "is in focus on too little skin for a number of hairs per cm\u00b2", "warn",
         "Hold the lens flat on the skin and focus, and take it again."),
    Flag("other_spot", "shows another spot than the first session, or one that changed too much; most others of the "
         "series do show it", "reject",
         "Mark the spot by a mole or by distances from hairline and ears, or give other spots a view of their own."),
    Flag("own_spot", "could not be laid on the first session hair by hair, and was counted by itself", "warn",
         "Photograph the same spot: mark it by a mole, or by distances from hairline and ears.", 2.0),
    # the scalp
    Flag("no_scalp", "shows no scalp that the program can find", "reject",
         "Fill the frame with the top of the head, or draw the region in regions.json."),
    Flag("region_unsure", "shows a scalp whose outline is uncertain", "warn",
         "Use a plain background unlike hair and skin, or draw the region in regions.json."),
    Flag("region_cut", "cuts off part of the scalp", "warn",
         "Step back a little: the whole scalp should be in the picture."),
    # against the baseline
    Flag("not_aligned", "could not be matched to the first session", "reject",
         "Photograph from the same side and distance as the first time; the report shows that photo."),
    Flag("own_skin", "could not be matched to the first photo and, having no date, was measured by itself", "warn",
         "Photograph from the same side and distance as the first time. Give each person a folder."),
    Flag("own_frame", "shows too little of the scalp of the first photo and, having no date, was measured by itself",
         "warn", "Frame it as in the first photo."),
    Flag("aligned_by_outline", "was matched to the first session only roughly", "note",
         "Use the same background, distance and angle as the first time."),
    Flag("aligned_through", "was matched to the first session through another photo of the series", "note", ""),
    Flag("shows_too_little", "shows too little of the scalp that the first session showed", "reject",
         "Frame it as in the first session."),
    Flag("shows_less", "shows less of the scalp than the first session", "warn", "Frame it as in the first session."),
    Flag("other_pose", "was taken from another distance or angle than the first session", "warn",
         "Use the same distance and angle as the first time."),
    Flag("other_light", "was taken in other light than the first session", "warn",
         "Use the same room, lamp and time of day as the first time."),
    Flag("other_style", "shows hair that is combed or parted otherwise than in the first session", "warn",
         "Comb it the same way each time, with the parting in the same place.", 2.0),
    Flag("other_colour", "shows hair of another colour than the first session", "warn",
         "Write colouring into treatments.csv; compare with photos of the same colour.", 2.0),
    Flag("other_length", "shows hair of another length than the first session, by its look or treatments.csv", "warn",
         "Photograph the same number of days after a haircut each time.", 2.0),
    Flag("wet", "shows hair that is wet or has product in it, by its look or its notes", "warn",
         "Wash, dry, and use nothing in the hair before a photo.", 2.0),
)  # fmt: skip

FLAGS: dict[str, Flag] = {flag.name: flag for flag in _FLAGS}


def severity_of(names: Iterable[str]) -> Severity | None:
    """Return the gravest severity among the named flags, or None where there is none.

    Raises
    ------
    KeyError
        For a name that is not in the registry.
    """
    order: tuple[Severity, ...] = ("reject", "warn", "note")
    found = {FLAGS[name].severity for name in names}
    return next((severity for severity in order if severity in found), None)


def is_rejected(names: Iterable[str]) -> bool:
    """Return whether any of the named flags forbids a number."""
    return severity_of(names) == "reject"


def reason_for(names: Iterable[str]) -> str:
    """Return the text of the `reason` column: what the rejecting flags mean, each with its advice."""
    rejecting = [FLAGS[name] for name in names if FLAGS[name].severity == "reject"]
    return " ".join(f"It {flag.meaning}. {flag.advice}".strip() for flag in rejecting)
