import pickle

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity import imaging
from hairdensity.align import ITSELF, Alignment, NotAligned, align, align_prepared, prepare
from hairdensity.align.models import fit
from hairdensity.align.result import jacobian
from hairdensity.arrays import Mask, Matrix, Rgb
from hairdensity.imaging import carried

SIZE = 500


def head(seed: int, size: int = SIZE) -> tuple[Rgb, Mask]:
    """Draw an ellipse textured coarsely and finely, as scalps are, on a plain wall."""
    random = np.random.default_rng(seed)
    texture = sum(
        strength * imaging.blur(random.normal(0, sigma, (size, size)).astype(np.float32), sigma)
        for sigma, strength in ((2.0, 60.0), (8.0, 60.0), (25.0, 60.0))
    )
    picture = np.clip(120 + np.asarray(texture)[..., None] + np.array([20, 0, -20], np.float32), 0, 255).astype(
        np.uint8
    )
    mask = np.zeros((size, size), np.uint8)
    cv2.ellipse(mask, ((size // 2, size // 2), (int(0.6 * size), int(0.8 * size)), 0), 1, -1)
    picture = np.where(mask[..., None] > 0, picture, np.uint8(200))
    return np.ascontiguousarray(picture), mask > 0


def similarity(degrees: float, zoom: float, shift: tuple[float, float], size: int = SIZE) -> Matrix:
    turned = cv2.getRotationMatrix2D((size / 2, size / 2), degrees, zoom)
    turned[:, 2] += shift
    return np.vstack([turned, [0, 0, 1]])


def photographed(baseline: Rgb, mask: Mask, move: Matrix) -> tuple[Rgb, Mask]:
    return imaging.warp(baseline, move, baseline.shape[:2]), imaging.warp_mask(mask, move, mask.shape)


def error_px(found: Alignment, move: Matrix, mask: Mask) -> float:
    """Return the mean distance of the head's pixels from where they came from."""
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(float)[::50]
    return float(np.linalg.norm(carried(found.matrix @ move, points) - points, axis=1).mean())


@pytest.mark.parametrize(
    ("degrees", "zoom", "shift"),
    [(0, 1.0, (0, 0)), (8, 0.9, (12, -7)), (-25, 1.2, (-20, 10)), (90, 1.0, (0, 0)), (180, 0.7, (5, 5)),
     (133, 0.6, (40, -30)), (-77, 1.6, (10, 0))],
)  # fmt: skip
def test_a_known_move_is_found_again(degrees: float, zoom: float, shift: tuple[float, float]):
    baseline, baseline_mask = head(1)
    move = similarity(degrees, zoom, shift)
    found = align(*photographed(baseline, baseline_mask, move), baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.method == "features"
    assert error_px(found, move, baseline_mask) < 0.5  # of a head 300 to 400 px wide
    assert found.magnification == pytest.approx(zoom, rel=0.01)
    assert found.zoom((SIZE, SIZE), baseline.shape) == pytest.approx(zoom, rel=0.01)
    assert (found.rotation_deg - degrees + 180) % 360 - 180 == pytest.approx(0, abs=0.5)
    assert found.squeeze == pytest.approx(1, abs=0.02)
    assert found.residual < 1.5
    assert found.head_px == pytest.approx(0.8 * SIZE, abs=3)
    assert found.residual_fraction == pytest.approx(found.residual / found.head_px)
    assert found.overlap > 0.9
    assert found.inliers <= found.places


def test_a_tilted_camera_is_followed_by_a_freer_transform():
    baseline, baseline_mask = head(2)
    move = similarity(4, 0.9, (5, 5))
    tilt = np.array([[0.93, 0.02, 20], [0.0, 1.0, 0], [2e-4, -1e-4, 1]])
    found = align(*photographed(baseline, baseline_mask, tilt @ move), baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.model == "homography"
    assert error_px(found, tilt @ move, baseline_mask) < 0.6
    assert found.squeeze > 1.04


def test_size_of_the_file_is_not_size_of_the_head():
    baseline, baseline_mask = head(2)
    small = imaging.shrink(baseline, 250)
    found = align(small, imaging.resize_mask(baseline_mask, (250, 250)), baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.zoom(small.shape, baseline.shape) == pytest.approx(1.0, abs=0.02)


def test_light_and_noise_do_not_move_it():
    baseline, baseline_mask = head(3)
    move = similarity(15, 0.9, (10, 20))
    photo, mask = photographed(baseline, baseline_mask, move)
    slope = np.linspace(0.5, 1.3, SIZE, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 8, photo.shape)
    relit = np.clip(photo * slope * np.array([1.1, 1.0, 0.8]) + noise, 0, 255).astype(np.uint8)
    found = align(relit, mask, baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert error_px(found, move, baseline_mask) < 1.0


@pytest.mark.parametrize("seed", range(4))
def test_another_head_of_the_same_shape_is_refused_with_a_reason(seed: int):
    baseline, baseline_mask = head(10 + seed)
    other, other_mask = head(20 + seed)
    found = align(other, other_mask, baseline, baseline_mask)
    assert isinstance(found, NotAligned)
    assert not found
    assert "places" in found.reason


def test_another_shape_is_refused():
    baseline, baseline_mask = head(5)
    other, _ = head(6)
    bar = np.zeros((SIZE, SIZE), np.bool_)
    bar[240:260, 10:490] = True
    assert not align(other, bar, baseline, baseline_mask)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("inside", [False, True])
def test_plain_pictures_are_refused(value: int, inside: bool):
    plain = np.full((64, 80, 3), value, np.uint8)
    region = np.full((64, 80), inside)
    assert not align(plain, region, plain, region)


def test_half_of_the_head_combed_otherwise_still_aligns():
    baseline, mask = head(7)
    other, _ = head(8)
    combed = baseline.copy()
    combed[:, : SIZE // 2 - 30] = other[:, : SIZE // 2 - 30]
    move = similarity(20, 1.1, (3, 4))
    found = align(*photographed(combed, mask, move), baseline, mask)
    assert isinstance(found, Alignment)
    assert error_px(found, move, mask) < 2.0
    assert found.inliers < 0.8 * found.places


def test_a_baseline_prepared_once_gives_the_same():
    baseline, mask = head(9)
    photo, photo_mask = photographed(baseline, mask, similarity(5, 1.0, (4, 4)))
    one = align(photo, photo_mask, baseline, mask)
    prepared = pickle.loads(pickle.dumps(prepare(baseline, mask)))  # noqa: S301 - our own
    two = align_prepared(prepare(photo, photo_mask), prepared)
    assert isinstance(one, Alignment)
    assert isinstance(two, Alignment)
    assert np.array_equal(one.matrix, two.matrix)
    assert one.residual == two.residual


def alignment(matrix: Matrix, residual: float = 1.0, inliers: int = 20) -> Alignment:
    return Alignment(matrix, "features", residual, 0.9, inliers, 30, 400.0, (200.0, 250.0))


def test_through_a_neighbour():
    first, second = alignment(similarity(10, 0.8, (3, 4)), 3.0), alignment(similarity(-30, 0.5, (9, -4)), 4.0, 15)
    both = first.then(second)
    assert both.matrix == pytest.approx(second.matrix @ first.matrix)
    # The first error is halved on its way to the baseline.
    assert both.residual == pytest.approx(np.hypot(1.5, 4.0))
    assert both.inliers == 15
    assert both.magnification == pytest.approx(first.magnification * second.magnification)
    assert both.rotation_deg == pytest.approx(first.rotation_deg + second.rotation_deg)
    assert both.method == "features"


def test_through_the_baseline_itself_nothing_changes():
    only = alignment(similarity(10, 0.8, (3, 4)))
    for same in (only.then(ITSELF), ITSELF.then(only)):
        assert same.matrix == pytest.approx(only.matrix)
        assert same.residual == pytest.approx(only.residual)
        assert (same.method, same.inliers) == (only.method, only.inliers)


@given(
    st.floats(-180, 180),
    st.floats(0.7, 1.4),
    st.floats(-5, 5),
    st.floats(-5, 5),
    st.integers(0, 10),
    st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_false_matches_do_not_move_the_fit(degrees: float, zoom: float, dx: float, dy: float, wrong: int, seed: int):
    random = np.random.default_rng(seed)
    source = random.uniform(20, 230, (40, 2))
    move = similarity(degrees, zoom, (dx, dy), 256)
    target = carried(move, source) + random.normal(0, 0.2, source.shape)
    target[:wrong] += random.choice([-1, 1], (wrong, 2)) * random.uniform(10, 60, (wrong, 2))
    found = fit(source, target, 2.5, ("similarity", "affine", "homography"))
    assert found is not None
    assert found.inliers[wrong:].all()
    assert not found.inliers[:wrong].any()
    assert np.linalg.norm(carried(found.matrix, source) - carried(move, source), axis=1).max() < 0.6


def test_nothing_is_folded():
    source = np.random.default_rng(0).uniform(0, 250, (60, 2))
    mirrored = source * [-1, 1] + [250, 0]
    assert fit(source, mirrored, 2.5, ("similarity", "affine", "homography")) is None


def test_the_derivative_is_that_of_the_transform():
    matrix = np.array([[1.1, 0.1, 5], [-0.2, 0.9, 3], [1e-3, -2e-3, 1.0]])
    point, step = np.array([40.0, 60.0]), 1e-5
    rises = [
        (carried(matrix, (point + step * axis)[None]) - carried(matrix, (point - step * axis)[None]))[0] / (2 * step)
        for axis in np.eye(2)
    ]
    assert jacobian(matrix, (40.0, 60.0)) == pytest.approx(np.array(rises).T, rel=1e-6)
