import cv2
import numpy as np
import pytest

from hairdensity import imaging
from hairdensity.align import Alignment, NotAligned, align
from hairdensity.arrays import Mask, Matrix, Rgb


def head(seed: int, size: int = 500) -> tuple[Rgb, Mask]:
    """Draw a textured ellipse on a plain wall."""
    random = np.random.default_rng(seed)
    texture = imaging.blur(random.normal(0, 1, (size, size, 1)).astype(np.float32), 2.0).reshape(size, size, 1)
    picture = np.clip(120 + 300 * texture + np.array([20, 0, -20], np.float32), 0, 255).astype(np.uint8)
    mask = np.zeros((size, size), np.uint8)
    cv2.ellipse(mask, ((size // 2, size // 2), (int(0.6 * size), int(0.8 * size)), 0), 1, -1)
    picture = np.where(mask[..., None] > 0, picture, np.uint8(200))
    return np.ascontiguousarray(picture), mask > 0


def similarity(degrees: float, zoom: float, shift: tuple[float, float], size: int = 500) -> Matrix:
    turned = cv2.getRotationMatrix2D((size / 2, size / 2), degrees, zoom)
    turned[:, 2] += shift
    return np.vstack([turned, [0, 0, 1]])


@pytest.mark.parametrize(
    ("degrees", "zoom", "shift"),
    [(0, 1.0, (0, 0)), (8, 0.9, (12, -7)), (-25, 1.2, (-20, 10)), (90, 1.0, (0, 0)), (180, 0.8, (5, 5))],
)
def test_a_known_move_is_found_again(degrees: float, zoom: float, shift: tuple[float, float]):
    baseline, baseline_mask = head(1)
    move = similarity(degrees, zoom, shift)
    photo = imaging.warp(baseline, move, baseline.shape[:2])
    mask = imaging.warp_mask(baseline_mask, move, baseline.shape[:2])
    found = align(photo, mask, baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.method == "features"
    # Where points of the head land, against where they came from: within a fifth of a pixel.
    points = np.array([[250, 250, 1], [150, 250, 1], [250, 400, 1]], float).T
    there = found.matrix @ move @ points
    assert np.abs(there[:2] - points[:2]).max() < 0.2
    assert found.magnification == pytest.approx(zoom, rel=0.01)
    assert found.zoom(photo.shape, baseline.shape) == pytest.approx(zoom, rel=0.01)
    assert found.residual < 1.0
    assert found.overlap > 0.9


def test_size_of_the_file_is_not_size_of_the_head():
    baseline, baseline_mask = head(2)
    small = imaging.shrink(baseline, 250)
    found = align(small, imaging.resize_mask(baseline_mask, (250, 250)), baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.zoom(small.shape, baseline.shape) == pytest.approx(1.0, abs=0.02)


def test_changed_texture_falls_back_on_the_outline_and_says_so():
    baseline, baseline_mask = head(3)
    other, other_mask = head(4)
    found = align(other, other_mask, baseline, baseline_mask)
    assert isinstance(found, Alignment)
    assert found.method == "outline"
    assert found.inliers == 0
    assert found.overlap > 0.95


def test_another_shape_is_refused_with_a_reason():
    baseline, baseline_mask = head(5)
    other, _ = head(6)
    bar = np.zeros((500, 500), np.bool_)
    bar[240:260, 10:490] = True
    found = align(other, bar, baseline, baseline_mask)
    assert isinstance(found, NotAligned)
    assert not found
    assert "overlap" in found.reason


@pytest.mark.parametrize("value", [0, 255])
def test_plain_pictures_do_not_crash(value: int):
    plain = np.full((64, 80, 3), value, np.uint8)
    nothing = np.zeros((64, 80), np.bool_)
    assert not align(plain, nothing, plain, nothing)
