"""Two photos of one spot are laid on each other, hair by hair; another spot is refused."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hairdensity.hairs import Found, Hair
from hairdensity.hairs.figures import figures
from hairdensity.hairs.pairs import Matched, NotSame, match_hairs

SHAPE = (900, 1200)


def hair_at(x: float, y: float, um: float = 80.0, unit: int = 0) -> Hair:
    line = ((x, y), (x + 20, y + 5), (x + 40, y + 10))
    return Hair(x, y, x + 40, y + 10, x, y, 41.2, um * 0.18, 0.23, um, "terminal", line, 0.6, False, unit)


def found_of(hairs: tuple[Hair, ...]) -> Found:
    share = np.zeros(SHAPE, np.float32)
    for hair in hairs:
        for x, y in np.linspace(hair.line[0], hair.line[-1], 40):
            if 0 <= x < SHAPE[1] and 0 <= y < SHAPE[0]:
                share[int(y), int(x)] = 1
    depth = np.zeros(SHAPE, np.uint8)
    for hair in hairs:
        cv2.polylines(depth, [np.rint(hair.line).astype(np.int32)], False, (100,), max(1, round(hair.thickness_px)))
    return Found(hairs, share, np.ones(SHAPE, np.bool_), 180.0, 14.0, depth.astype(np.float32) / np.float32(255))


def roots(seed: int, count: int = 50) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform((60, 60), (SHAPE[1] - 60, SHAPE[0] - 60), (count, 2))


def moved(points: np.ndarray, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(SHAPE[::-1]) / 2
    return (points - middle) @ turn.T + middle + shift


def photo_of(points: np.ndarray, um: float = 80.0) -> Found:
    inside = ((points > 2) & (points < np.array(SHAPE[::-1]) - 2)).all(axis=1)
    return found_of(tuple(hair_at(float(x), float(y), um, n) for n, (x, y) in enumerate(points[inside])))


@pytest.mark.parametrize(("degrees", "shift"), [(0, (0, 0)), (12, (60, -40)), (-95, (20, 30))])
def test_the_same_spot_is_known_again(degrees: float, shift: tuple[float, float]) -> None:
    points = roots(1)
    noise = np.random.default_rng(2).normal(0, 2, points.shape)
    result = match_hairs(photo_of(points), photo_of(moved(points, degrees, shift) + noise))
    assert isinstance(result, Matched)
    assert result.count("lost") == result.count("new") == 0
    assert result.change == 0
    angle = np.degrees(np.arctan2(result.matrix[1, 0], result.matrix[0, 0]))
    assert angle == pytest.approx(degrees, abs=0.6)


def test_lost_and_new_hairs_are_told() -> None:
    points = roots(3)
    inside = np.abs(points - np.array(SHAPE[::-1]) / 2).max(axis=1) < 320
    gone = np.flatnonzero(inside)[:3]
    later = np.vstack([np.delete(points, gone, axis=0), [[600.0, 450.0]]])
    result = match_hairs(photo_of(points), photo_of(moved(later, 5, (10, 10))))
    assert isinstance(result, Matched)
    assert (result.count("lost"), result.count("new")) == (3, 1)
    assert result.change == pytest.approx(-2 / result.common)
    assert result.change_low < result.change < result.change_high


def test_thicker_hairs_are_told() -> None:
    points = roots(4)
    result = match_hairs(photo_of(points, 70), photo_of(points, 90))
    assert isinstance(result, Matched)
    assert result.count("thicker") == len(points)
    assert result.thickness_um == pytest.approx(20)


def test_a_hair_that_was_not_told_apart_is_not_lost() -> None:
    points = roots(5)
    before = photo_of(points)
    after = replace(before, hairs=before.hairs[1:])
    result = match_hairs(before, after)
    assert isinstance(result, Matched)
    assert result.count("lost") == 0
    assert result.change == 0


def test_a_root_seen_further_along_is_the_same_hair_and_one_further_across_is_not() -> None:
    points = roots(8)
    points[0] = 600, 450
    points = points[np.r_[True, np.hypot(*(points[1:] - points[0]).T) > 120]]
    way = np.array([40, 10]) / np.hypot(40, 10)
    for step, what in ((30 * way, 0), (np.array([-way[1], way[0]]) * 22, 1)):
        later = points.copy()
        later[0] += step
        result = match_hairs(photo_of(points), photo_of(later))
        assert isinstance(result, Matched)
        assert (result.count("lost"), result.count("new")) == (what, what)


@pytest.mark.parametrize("seed", range(8))
def test_another_spot_is_refused(seed: int) -> None:
    assert isinstance(match_hairs(photo_of(roots(100 + seed)), photo_of(roots(200 + seed))), NotSame)


def test_too_few_hairs_are_refused() -> None:
    few = photo_of(roots(6, 5))
    assert isinstance(match_hairs(few, few), NotSame)


def test_the_counting_frame_has_no_bias() -> None:
    counts = [figures(photo_of(roots(seed, 60) * 1.4 - np.array(SHAPE[::-1]) * 0.2)).density for seed in range(40)]
    area_cm2 = (SHAPE[1] - 120) * (SHAPE[0] - 120) * 1.96 / 180**2 / 100
    values = [c.value for c in counts if c is not None]
    assert np.mean(values) == pytest.approx(60 / area_cm2, rel=0.06)


def test_without_scale_there_is_no_density_and_a_reason() -> None:
    report = figures(replace(photo_of(roots(7)), px_per_mm=None))
    assert report.density is None
    assert "scale" in report.reason
    assert report.counted > 0


def test_a_hair_that_was_missed_is_not_lost() -> None:
    points = roots(8)
    before = photo_of(points)
    middle = int(np.abs(points - np.array(SHAPE[::-1]) / 2).max(axis=1).argmin())
    missed = photo_of(np.delete(points, middle, axis=0))
    # Not found, and no share of a pixel is hair, but it is there to be seen, paler than before.
    faint = replace(missed, depth=np.maximum(missed.depth, 0.6 * before.depth))
    result = match_hairs(before, faint)
    assert isinstance(result, Matched)
    assert result.count("lost") == result.count("new") == 0
    result = match_hairs(before, missed)
    assert isinstance(result, Matched)
    assert result.count("lost") == 1


def test_a_lost_hair_is_not_its_neighbour() -> None:
    points = roots(9)
    near = points[np.abs(points - np.array(SHAPE[::-1]) / 2).max(axis=1).argmin()]
    apart = np.hypot(*(points - near).T)
    points = points[(apart > 60) | (apart == 0)]
    # The neighbour's share reaches over the line, where bare skin shows.
    after = photo_of(points)
    x, y = near.astype(int)
    after.share[y + 6 : y + 26, x - 2 : x + 45] = 1
    result = match_hairs(photo_of(np.vstack([points, near + np.array((0, 20))])), after)
    assert isinstance(result, Matched)
    assert result.count("lost") == 1
