"""The pictures of the page: which are shown, how large they are, and what on them cannot be recognised."""

import dataclasses

from made_up_report import MakeSeries, frame, row

from hairdensity import imaging
from hairdensity.report import build_report
from hairdensity.report.pictures import encode_frame
from hairdensity.report.shots import Shown
from hairdensity.report.show import ALL_BYTES, MOST_PICTURES, size_for


def test_the_best_photo_of_each_day_is_shown(make_series: MakeSeries) -> None:
    loaded: list[str] = []
    poor = row("vertex/0_poor.jpg", date="2025-02-03", flags="soft")
    better = row("vertex/1_better.jpg", date="2025-02-03", flags="aligned_by_outline")
    series = make_series((0.5, 0.52, 0.58, 0.51, 0.5), loaded=loaded, flags={0: ("soft",)}, more_rows=(poor, better))
    (page,) = build_report([series]).series
    assert len(loaded) == 5
    assert loaded[0] == "vertex/1_better.jpg"
    assert [picture.date for picture in page.pictures] == [session.date for session in series.progress.sessions]
    assert [page.pictures[place].label for place in (0, 1, -1)] == ["First session", "Session 2", "Last session"]


def test_pictures_that_are_kept_are_not_made_again(make_series: MakeSeries) -> None:
    asked: list[tuple[str, int, int]] = []
    series = make_series((0.5, 0.6))

    def kept(photo: str, longest: int, most_bytes: int) -> Shown | None:
        asked.append((photo, longest, most_bytes))
        return encode_frame(frame(photo, None), longest=longest)

    (page,) = build_report([dataclasses.replace(series, load_frame=None, load_shown=kept)]).series
    assert [photo for photo, _, _ in asked] == [picture.photo for picture in page.pictures]


def test_pictures_keep_to_the_bytes_that_they_are_given() -> None:
    large = encode_frame(frame("a", None), longest=400)
    small = encode_frame(frame("a", None), longest=400, most_bytes=len(large.jpeg) // 2)
    assert len(small.jpeg) <= len(large.jpeg) // 2
    assert (small.width, small.height) == (large.width, large.height)
    longest = [size_for(count)[0] for count in (1, 10, 24, 50, 100, 1000)]
    assert longest == sorted(longest, reverse=True)
    # However many there are, together they are no heavier than a page may be.
    assert all(count * size_for(count)[1] <= ALL_BYTES for count in range(1, MOST_PICTURES + 1))


def test_what_lies_outside_the_region_cannot_be_recognised() -> None:
    picture = frame("a", None)
    shown = imaging.decode_rgb(encode_frame(picture, longest=200).jpeg).astype(float)
    assert shown[:20, :20].std() < 0.15 * picture.picture[:20, :20].std()
    assert shown[90:110, 90:110].std() > 20


def test_map_shows_the_change_it_was_given_and_nothing_where_there_is_none(make_series: MakeSeries) -> None:
    (page,) = build_report([make_series((0.5, 0.7, 0.5))]).series
    last, best = page.changes
    assert (last.gained, last.lost) == (0, 0)
    assert (best.gained, best.lost) == (1, 0)
    (page,) = build_report([make_series((0.5, 0.3))]).series
    assert (page.changes[0].gained, page.changes[0].lost) == (0, 1)
    assert build_report([make_series(smallest_detectable_change=None)]).series[0].changes == ()
