"""What is said to be true of a rendered photo is true of it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hairdensity.simulate import Head, Rendered, Shot, random_head, random_shot, render, true_coverage
from hairdensity.simulate.anatomy import canonical, from_canonical, hair_zone
from hairdensity.simulate.camera import camera
from hairdensity.simulate.follicles import grow
from hairdensity.simulate.hair import LAYERS, Segments, cover
from hairdensity.simulate.skin import moles

SMALL = Shot(size=140)
SHORT = Head(hair_mm=5, sides_mm=5, density=120)
BALD = replace(SHORT, stage=7, diffuse=1.0, vigour=-8, moles=3, freckles=0)


@cache
def _rendered(head: Head, shot: Shot) -> Rendered:
    return render(head, shot)


def test_one_strand_covers_its_area() -> None:
    one = np.ones(1, np.float32)
    pieces = Segments(
        np.array([[10.2, 11.0]], np.float32), np.array([[70.7, 48.0]], np.float32), one * np.float32(0.3),
        one, one, one, np.array([3], np.uint8),
    )  # fmt: skip
    assert cover(pieces, (64, 96)).sum() == pytest.approx(np.hypot(60.5, 37) * 0.3, rel=0.01)


def test_strands_of_different_layers_hide_each_other_at_random() -> None:
    width = np.full(2, 0.5, np.float32)
    start, end = np.array([[10, 20], [10, 20]], np.float32), np.array([[60, 20], [60, 20]], np.float32)
    pieces = Segments(start, end, width, width, width, width, np.array([0, LAYERS - 1], np.uint8))
    area = cover(pieces, (40, 80)).sum()
    assert 25.0 < area < 50.0


def test_same_arguments_same_photo() -> None:
    head, shot = random_head(5), random_shot(5, size=120)
    first, second = render(head, shot), render(head, shot)
    assert np.array_equal(first.rgb, second.rgb)
    assert np.array_equal(first.alpha, second.alpha)
    assert random_head(5) == head
    assert random_head(6) != head


def test_shapes_and_ranges() -> None:
    seen = _rendered(SHORT, SMALL)
    assert seen.rgb.shape == (140, 105, 3)
    assert seen.rgb.dtype == np.uint8
    assert seen.alpha.shape == seen.region.shape == (140, 105)
    assert seen.alpha.dtype == np.float32
    assert seen.alpha.min() >= 0
    assert seen.alpha.max() <= 1
    assert seen.canonical.shape == (140, 105, 2)
    assert seen.coverage == pytest.approx(float(seen.alpha[seen.region].mean()))


def test_coverage_grows_with_density_thickness_and_length() -> None:
    few, many = (true_coverage(replace(SHORT, density=d), SMALL) for d in (60.0, 200.0))
    thin, thick = (true_coverage(replace(SHORT, shaft_um=s), SMALL) for s in (45.0, 95.0))
    short, long = (true_coverage(replace(SHORT, hair_mm=m, sides_mm=m), SMALL) for m in (2.0, 15.0))
    assert few < many
    assert thin < thick
    assert short < long


@pytest.mark.slow
def test_coverage_without_overlap_is_density_times_area() -> None:
    """Stubble that hardly overlaps covers hairs x length x width, foreshortened by its lean of about 18 degrees."""
    head = replace(SHORT, density=60, shaft_um=40, hair_mm=1.5, sides_mm=1.5, lift=0.0, untidy=0.0, diffuse=0.0)
    seen = _rendered(head, Shot(size=500))
    middle = seen.canonical[250, 187]
    near = np.hypot(*np.moveaxis(seen.canonical - middle, -1, 0)) < 25
    hairs = grow(head)
    close = np.linalg.norm(canonical(head, hairs.root) - middle, axis=1) < 25
    # Tips taper, which takes 8 %.
    most = 0.97 * 60 * float((hairs.width_mm * hairs.length_mm)[close].mean()) / 100
    assert 0.75 * most < float(seen.alpha[near].mean()) < 1.02 * most


def test_quick_and_full_coverage_agree() -> None:
    assert true_coverage(SHORT, SMALL) == pytest.approx(_rendered(SHORT, SMALL).coverage, abs=1e-6)


@pytest.mark.slow
def test_coverage_hardly_depends_on_the_size_of_the_photo() -> None:
    assert true_coverage(SHORT, SMALL) == pytest.approx(true_coverage(SHORT, replace(SMALL, size=360)), abs=0.02)


def test_light_and_camera_do_not_touch_the_truth() -> None:
    plain = _rendered(SHORT, SMALL)
    dim = _rendered(SHORT, replace(SMALL, exposure=-1, warmth=0.1, blur=3, noise=0.03, unevenness=0.5, seed=9))
    assert np.array_equal(plain.alpha, dim.alpha)
    assert not np.array_equal(plain.rgb, dim.rgb)


def test_region_is_on_the_head() -> None:
    seen = _rendered(BALD, SMALL)
    assert seen.region.any()
    assert np.isfinite(seen.canonical[seen.region]).all()
    # The corners show the room.
    assert not seen.region[:8, :8].any()
    assert not seen.region[:8, -8:].any()
    assert seen.coverage < 0.03


def test_forehead_is_no_scalp() -> None:
    seen = _rendered(BALD, Shot(size=200, view="frontal"))
    y = seen.canonical[..., 1]
    assert not seen.region[np.nan_to_num(y, nan=0) > 130].any()
    assert np.count_nonzero(np.nan_to_num(y, nan=0) > 130) > 300


def test_scale_is_that_of_the_picture() -> None:
    """The distance in pixels between two near places is px_per_mm times that on the skin, where it faces the camera."""
    head, shot = BALD, replace(SMALL, size=280)
    seen, eye = _rendered(head, shot), camera(shot)
    rows, columns = seen.region.shape
    middle = seen.canonical[rows // 2, columns // 2]
    here = from_canonical(head, np.stack([middle, middle + np.array([5, 0], np.float32)]))
    x, y, _ = eye.project(here)
    apart = float(np.hypot(x[1] - x[0], y[1] - y[0]))
    assert apart / float(np.linalg.norm(here[1] - here[0])) == pytest.approx(seen.px_per_mm, rel=0.08)


def test_twice_the_size_is_twice_the_scale() -> None:
    assert _rendered(BALD, replace(SMALL, size=280)).px_per_mm == pytest.approx(
        2 * _rendered(BALD, SMALL).px_per_mm, rel=0.01
    )


def test_canonical_places_survive_the_way_to_the_head_and_back() -> None:
    places = np.array([[0.5, 0.5], [40, -20], [-70, 60], [10, -110]], np.float32)
    assert canonical(SHORT, from_canonical(SHORT, places)) == pytest.approx(places, abs=0.05)


@pytest.mark.parametrize("view", ["vertex", "top", "back"])
def test_canonical_map_says_where_the_camera_sees_each_place(view: str) -> None:
    shot = replace(SMALL, view=view, turn=5.0, tilt=-4.0, rotation=12.0)  # type: ignore[arg-type]
    seen, eye = _rendered(BALD, shot), camera(shot)
    rows, columns = np.nonzero(seen.region)
    step = max(1, len(rows) // 60)
    rows, columns = rows[::step], columns[::step]
    x, y, _ = eye.project(from_canonical(BALD, seen.canonical[rows, columns]))
    # Near the outline a pixel is many millimetres of skin.
    assert np.median(np.hypot(x - columns, y - rows)) < 0.5


@pytest.mark.slow
def test_a_mole_keeps_its_place_on_the_head() -> None:
    head = replace(BALD, moles=12, redness=0.0, oiliness=0.0)
    found = 0
    for shot in (Shot(size=500, view="top"), Shot(size=500, view="top", turn=8, rotation=10, scale=1.1)):
        seen = _rendered(head, shot)
        gray = seen.rgb.astype(np.float32).mean(-1)
        for x, y, radius in moles(head):
            away = np.hypot(seen.canonical[..., 0] - x, seen.canonical[..., 1] - y)
            inside, around = away < 0.6 * radius, (away > 2.5 * radius) & (away < 4 * radius)
            if np.count_nonzero(inside) >= 3 and seen.region[inside].all():
                assert gray[inside].mean() < 0.8 * gray[around].mean()
                found += 1
    assert found >= 4


def test_hairs_come_and_go_in_a_fixed_order() -> None:
    head = replace(SHORT, stage=4, diffuse=0.3)
    less, more = grow(replace(head, vigour=-0.5)), grow(replace(head, vigour=0.5))
    assert 0 < len(less.root) < len(more.root)
    kept = {tuple(root) for root in more.root}
    assert all(tuple(root) in kept for root in less.root)


def test_density_is_hairs_per_square_centimetre() -> None:
    head = replace(SHORT, density=150, diffuse=0.0)
    hairs = grow(head)
    centre = from_canonical(head, np.array([[0, 0]], np.float32))[0]
    near = np.linalg.norm(hairs.root - centre, axis=1) < 30
    # A cap of radius 30 mm, nearly flat; 3 % of hairs are never there.
    assert near.sum() / (np.pi * 3.0**2) == pytest.approx(150 * 0.97, rel=0.07)


def test_no_hair_outside_the_hairline() -> None:
    hairs = grow(SHORT)
    assert (hair_zone(SHORT, hairs.root) > -2.0).all()


def test_count_is_of_the_side_in_view() -> None:
    head = SHORT
    everything = len(grow(head).root)
    assert 0.25 * everything < _rendered(head, SMALL).hair_count < 0.85 * everything


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_people_can_be_photographed(seed: int) -> None:
    seen = render(random_head(seed), random_shot(seed, size=120))
    assert 0 <= seen.coverage <= 1
    assert seen.region.mean() > 0.15
    assert seen.rgb.std() > 10
