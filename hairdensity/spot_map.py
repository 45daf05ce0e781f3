"""Spot map: what became of each hair of a close-up from the first session to the last, as the page shows it."""

from typing import Final

from hairdensity import imaging
from hairdensity.keep import Keeper
from hairdensity.report.shots import SpotMap
from hairdensity.report.words import GAP, MINUS, clean
from hairdensity.rows import MeasuredSeries
from hairdensity.series import Member
from hairdensity.spoken import counted
from hairdensity.spots import Pair, draw_pair

LONGEST: Final = 900
"""Longer side of the picture in pixels."""
_WORDS: Final = {
    "matched": "in both, as thick as before",
    "thicker": "in both, thicker now",
    "thinner": "in both, thinner now",
    "new": "new",
    "lost": "gone",
}


def spot_map(measured: MeasuredSeries, keeper: Keeper) -> SpotMap | None:
    """Return the last photo of a macro series that was laid on the first session; why not, where none was.

    Parameters
    ----------
    measured : MeasuredSeries
        The series with its pairs.
    keeper : Keeper
        Where its photos are kept.
    """
    later = [member for member in measured.series.members if member.found.name in measured.pairs]
    if not later:
        return None
    # Members are by date.
    same = [one for one in later if not measured.pairs[one.found.name].reason]
    member = (same or later)[-1]
    pair = measured.pairs[member.found.name]
    row = next(row for row in measured.rows if row["photo"] == member.found.name)
    label = f"{clean(row.get('pair_photo') or '')} to {clean(member.found.name)}"
    if pair.reason:
        return SpotMap(label, b"", 0, 0, (), (f"These two were not compared hair by hair: {clean(pair.reason)}.",))
    jpeg, width, height = _picture(member, pair, keeper)
    lines = tuple((what, f"{counted(pair.counts[what], 'hair')} {words}") for what, words in _WORDS.items())
    refused = [clean(one.found.name) for one in later if measured.pairs[one.found.name].reason]
    told = _told(pair)
    if refused:
        told += (f"Not the same spot, or too much has changed to tell: {', '.join(refused)}.",)
    return SpotMap(label, jpeg, width, height, lines, told)


def _told(pair: Pair) -> tuple[str, ...]:
    told = []
    if pair.change is not None and pair.change_low is not None and pair.change_high is not None:
        low, high = pair.change_low, pair.change_high
        told.append(
            f"Number of hairs: {_signed(100 * pair.change)}{GAP}% ({_signed(100 * low)} to {_signed(100 * high)})."
        )
    if pair.thickness_um is not None and pair.thickness_low is not None and pair.thickness_high is not None:
        span = f"{_signed(pair.thickness_low)} to {_signed(pair.thickness_high)}"
        told.append(f"Thickness of the hairs in both: {_signed(pair.thickness_um)}{GAP}\u00b5m ({span}).")
    told.append("Counted hair by hair on the skin that both photos show, so that it needs no two counts to agree.")
    return tuple(told)


def _signed(value: float) -> str:
    text = f"{abs(value):.1f}"
    return text if float(text) == 0 else f"{'+' if value > 0 else MINUS}{text}"


def _picture(member: Member, pair: Pair, keeper: Keeper) -> tuple[bytes, int, int]:
    observation = keeper.load_observation(member.entry, pictures=True)
    if observation is None or observation.seen is None:
        return b"", 0, 0
    picture = imaging.shrink(observation.seen.picture, LONGEST)
    factor = picture.shape[1] / observation.shape[1]
    return imaging.encode_jpeg(draw_pair(picture, pair, factor), 82), picture.shape[1], picture.shape[0]
