"""What can go wrong, as a person should read it: which file, what is wrong, what to do.

Every exception that reaches a user derives from `HairdensityError`, and its text is one line that stands alone.
"""

from typing import Final

LONGEST_QUOTED: Final = 80
"""Letters."""


class HairdensityError(Exception):
    """Base of all errors that are meant for a person; `str(error)` is the line to print."""


class UnreadablePhotoError(HairdensityError):
    """A photo cannot be decoded: broken, not an image, unsupported, or too large to be opened safely.

    Parameters
    ----------
    name : str
        Of the file.
    what : str
        What is wrong with it, as the rest of a sentence that begins with its name.
    advice : str
        What to do, a sentence.
    """

    def __init__(self, name: str, what: str, advice: str) -> None:
        super().__init__(name, what, advice)

    def __str__(self) -> str:
        """Return the line to print, with the name of the file."""
        name, what, advice = self.args
        return f"{name} {what}. {advice}"

    @property
    def reason(self) -> str:
        """The same where the photo is named already, as it stands in the table."""
        _, what, advice = self.args
        return f"It {what}. {advice}"


class TableError(HairdensityError):
    """A table or settings file written by the user (photos.csv, treatments.csv, regions.json) cannot be used."""


class OutputError(HairdensityError):
    """Results cannot be written or read back: missing folder, no permission, no space, another run at work."""


class MissingExtraError(HairdensityError):
    """Something was asked for that needs a package which is not installed."""


def printable(name: str) -> str:
    """Return the name of a file as a message shows it: what a terminal could take for a command is a question mark."""
    return "".join(char if char.isprintable() else "?" for char in name)


def quoted(text: str) -> str:
    """Return what somebody wrote as a message shows it: in quotation marks, its end left out where it is very long."""
    return repr(text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…")
