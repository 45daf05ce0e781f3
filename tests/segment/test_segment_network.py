"""Hair by the network: what it owes every caller, then coverage of rendered heads with known truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairdensity import imaging
from hairdensity.arrays import Mask, Rgb
from hairdensity.errors import MissingExtraError
from hairdensity.region import find_region
from hairdensity.segment import segmenter
from hairdensity.segment.network import DOUBT_APART, DOUBT_LEAST, NetworkSegmenter, doubt
from hairdensity.simulate import random_head, random_shot, render


def disc(rows: int, columns: int) -> Mask:
    down, across = np.mgrid[0:rows, 0:columns]
    mask: Mask = np.hypot(across - columns / 2, down - rows / 2) <= 0.35 * min(rows, columns)
    return mask


def test_it_goes_by_its_name() -> None:
    assert segmenter("network").name == "network"


def test_what_is_not_installed_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hairdensity.segment.find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"hairdensity\[onnx\]"):
        segmenter("network-onnxruntime")


def test_by_onnx_runtime_it_finds_the_same_hair() -> None:
    pytest.importorskip("onnxruntime")
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    one, other = (segmenter(name)(rgb, disc(120, 160)) for name in ("network", "network-onnxruntime"))
    np.testing.assert_allclose(one.share, other.share, atol=1e-3)
    assert find_region(rgb, "top", "network-onnxruntime").flags == find_region(rgb, "top", "network").flags


@settings(max_examples=6, deadline=None)
@given(rows=st.integers(4, 120), columns=st.integers(4, 120), seed=st.integers(0, 1000))
def test_any_picture_gets_shares_and_doubts_within_their_bounds(rows: int, columns: int, seed: int) -> None:
    rgb: Rgb = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    seen = NetworkSegmenter()(rgb, disc(rows, columns))
    for plane, most in ((seen.share, 1.0), (seen.unsure, 0.5)):
        assert plane.shape == (rows, columns)
        assert plane.dtype == np.float32
        assert plane.min() >= 0
        assert plane.max() <= most


def test_without_a_region_there_is_no_hair_and_no_certainty() -> None:
    seen = NetworkSegmenter()(np.zeros((50, 60, 3), np.uint8), np.zeros((50, 60), np.bool_))
    assert not seen.share.any()
    assert (seen.unsure == 0.5).all()


def test_doubt_is_least_at_all_or_nothing() -> None:
    shares = [np.full((40, 40), value, np.float32) for value in (0, 0.2, 0.5, 0.8, 1)]
    none, little, half, much, all_of_it = (float(doubt(share, share, 400).mean()) for share in shares)
    assert none == pytest.approx(DOUBT_LEAST, abs=1e-6)
    assert all_of_it == pytest.approx(none, abs=1e-6)
    assert none < little < half
    assert little == pytest.approx(much, abs=1e-6)


def test_doubt_grows_where_the_looks_differ_and_only_there() -> None:
    far = np.full((200, 200), 0.5, np.float32)
    near = far.copy()
    near[:, 150:] = 0.8
    agreed, differed = doubt(far, far, 100), doubt(far, near, 100)
    np.testing.assert_allclose(differed[:, :100], agreed[:, :100], atol=1e-3)
    assert differed[:, 180:].mean() > agreed[:, 180:].mean() + 0.5 * 0.3 * DOUBT_APART


@pytest.mark.slow
def test_coverage_follows_the_truth_of_rendered_heads() -> None:
    true, got = [], []
    for seed in range(60, 72):
        made = render(random_head(seed), random_shot(seed, size=480, view="top"))
        true.append(made.coverage)
        got.append(float(NetworkSegmenter()(made.rgb, made.region).share[made.region].mean()))
    assert np.corrcoef(true, got)[0, 1] > 0.8, list(zip(true, got, strict=True))


@pytest.mark.slow
def test_same_photo_at_another_size_has_the_same_coverage() -> None:
    for seed in (80, 81):
        made = render(random_head(seed), random_shot(seed, size=1200, view="top", noise=0.0))
        values = []
        for size in (1200, 700, 400):
            rgb = np.ascontiguousarray(imaging.shrink(made.rgb, size))
            region = imaging.resize_mask(made.region, rgb.shape[:2])
            values.append(float(NetworkSegmenter()(rgb, region).share[region].mean()))
        assert np.ptp(values) < 0.02, values


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(
            80,
            marks=pytest.mark.xfail(
                strict=True, reason="wavy red hair drawn at 400 px is read 8 points thinner than at 1200 px"
            ),
        ),
        81,
    ],
)
def test_same_head_drawn_at_another_size_has_the_same_coverage(seed: int) -> None:
    values = []
    for size in (400, 1200):
        made = render(random_head(seed), random_shot(seed, size=size, view="top", noise=0.0))
        values.append(float(NetworkSegmenter()(made.rgb, made.region).share[made.region].mean()))
    assert abs(values[0] - values[1]) < 0.05, values
