"""What the report needs of a verdict, by shape: it can be drawn from any values that have it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol


class SessionLike(Protocol):
    """What the page needs of a session; `hairdensity.progress` has it."""

    @property
    def date(self) -> date:
        """The day."""
        ...

    @property
    def value(self) -> float:
        """The session's value."""
        ...

    @property
    def low(self) -> float:
        """Lower end of its 95 % interval."""
        ...

    @property
    def high(self) -> float:
        """Upper end of its 95 % interval."""
        ...

    @property
    def photos(self) -> int | Collection[str]:
        """Its photos, or how many."""
        ...

    @property
    def flags(self) -> Collection[str]:
        """Names of the flags of its photos."""
        ...


class CourseLike(Protocol):
    """What the page needs of a fitted course: one value a date."""

    @property
    def dates(self) -> Collection[date]:
        """The days."""
        ...

    @property
    def mean(self) -> Collection[float]:
        """The course."""
        ...

    @property
    def low(self) -> Collection[float]:
        """Lower end of its 95 % band."""
        ...

    @property
    def high(self) -> Collection[float]:
        """Upper end of its 95 % band."""
        ...

    @property
    def untreated(self) -> Collection[float] | None:
        """What is expected without treatment; None where it is not known."""
        ...


class ProgressLike(Protocol):
    """What the page needs of a verdict; `hairdensity.progress.ViewProgress` has it."""

    @property
    def subject(self) -> str:
        """Whose head."""
        ...

    @property
    def view(self) -> str:
        """Where the camera looked."""
        ...

    @property
    def verdict(self) -> str:
        """Name of the verdict."""
        ...

    @property
    def probability(self) -> Mapping[str, float]:
        """Probability of each verdict."""
        ...

    @property
    def gain(self) -> float | None:
        """What treatment added at its peak."""
        ...

    @property
    def gain_low(self) -> float | None:
        """Lower end of the gain's 95 % interval."""
        ...

    @property
    def gain_high(self) -> float | None:
        """Upper end of the gain's 95 % interval."""
        ...

    @property
    def retained(self) -> float | None:
        """Share of the gain that is left."""
        ...

    @property
    def retained_low(self) -> float | None:
        """Lower end of its 95 % interval."""
        ...

    @property
    def retained_high(self) -> float | None:
        """Upper end of its 95 % interval."""
        ...

    @property
    def smallest_detectable_change(self) -> float | None:
        """Change that noise alone exceeds once in twenty times."""
        ...

    @property
    def reason(self) -> str:
        """Why, and what would settle it."""
        ...

    @property
    def sessions(self) -> Sequence[SessionLike]:
        """By date."""
        ...

    @property
    def course(self) -> CourseLike | None:
        """What was fitted."""
        ...
