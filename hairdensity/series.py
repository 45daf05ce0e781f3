"""Series: the photos of one subject and view, in order, and the one that is their baseline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hairdensity import flags as flag_registry
from hairdensity.find import FoundPhoto
from hairdensity.ledger import ledger_name
from hairdensity.recipe import Observation
from hairdensity.views import MACRO
from hairdensity.written import note_flags


@dataclass(frozen=True, slots=True)
class Member:
    """One photo of a series.

    Parameters
    ----------
    found : FoundPhoto
        File, subject, view, date.
    observation : Observation
        What it says by itself (facts only).
    entry : str
        Name of its kept observation.
    flags : tuple of str
        All that is known before it is laid on the baseline: the photo's own flags, its date, being a duplicate.
    """

    found: FoundPhoto
    observation: Observation
    entry: str
    flags: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it may have a number."""
        return self.observation.status == "measured" and not flag_registry.is_rejected(self.flags)


@dataclass(frozen=True, slots=True)
class Series:
    """All photos of one subject and view.

    Parameters
    ----------
    subject, view : str
        As in the table.
    members : tuple of Member
        By date, then name; those without a date last.
    baseline : Member or None
        The photo that the others are aligned to; None where no photo is usable.
    """

    subject: str
    view: str
    members: tuple[Member, ...]
    baseline: Member | None

    @property
    def ledger(self) -> str:
        """Name of what is kept of its numbers; empty where there is no baseline."""
        return ledger_name(self.baseline.entry) if self.baseline else ""

    def base_of(self, member: Member) -> Member:
        """Return what a usable photo is laid on: the baseline, but a macro photo on itself."""
        return member if self.view == MACRO or self.baseline is None else self.baseline


def group(
    photos: Iterable[tuple[FoundPhoto, Observation, str]], drawn: Iterable[str], today: date
) -> tuple[Series, ...]:
    """Sort photos into series, mark duplicates, and choose each baseline.

    Parameters
    ----------
    photos : iterable
        (photo, observation, name of the kept observation).
    drawn : iterable of str
        Photos whose region a person drew.
    today : date
        Photos dated later are flagged.

    Notes
    -----
    The baseline is of the first session with a usable photo: the one that a person drew a region in, else the one
    with the fewest warnings, else the first by name. Without any date it is the first usable photo by name.
    """
    by_series: dict[tuple[str, str], list[tuple[FoundPhoto, Observation, str]]] = {}
    for photo in photos:
        by_series.setdefault((photo[0].subject, photo[0].view), []).append(photo)
    outlined = frozenset(drawn)
    series = []
    for (subject, view), listed in sorted(by_series.items()):
        listed.sort(key=lambda photo: (photo[0].date is None, photo[0].date or today, photo[0].name))
        seen: set[str] = set()
        members = []
        for found, observation, entry in listed:
            twice = bool(observation.digest) and observation.digest in seen
            seen.add(observation.digest)
            members.append(Member(found, observation, entry, _flags_before(found, observation, twice, today)))
        series.append(Series(subject, view, tuple(members), _baseline(members, outlined)))
    return tuple(series)


def pairs_of(series: Series) -> tuple[tuple[Member, tuple[Member, ...]], ...]:
    """Return each later macro photo with the photos of the first session, of which one may show the same spot."""
    base = series.baseline
    if series.view != MACRO or base is None or base.found.date is None:
        return ()
    usable = [member for member in series.members if member.usable and member.observation.hairs]
    first = tuple(member for member in usable if member.found.date == base.found.date)
    later = (member for member in usable if member.found.date and member.found.date > base.found.date)
    return tuple((member, first) for member in later) if first else ()


def _flags_before(found: FoundPhoto, observation: Observation, twice: bool, today: date) -> tuple[str, ...]:
    names = list(observation.flags)
    if found.date is None:
        names.append("no_date")
    elif found.date > today:
        names.append("date_in_future")
    names += note_flags(found.notes)
    if twice:
        names.append("duplicate")
    return tuple(names)


def _baseline(members: Sequence[Member], outlined: frozenset[str]) -> Member | None:
    usable = [member for member in members if member.usable]
    if not usable:
        return None
    first = usable[0].found.date
    session = [member for member in usable if member.found.date == first] if first else usable[:1]

    def order(member: Member) -> tuple[bool, int, str]:
        warnings = sum(flag_registry.FLAGS[name].severity == "warn" for name in member.flags)
        return member.found.name not in outlined, warnings, member.found.name

    return min(session, key=order)
