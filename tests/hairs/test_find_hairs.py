"""Hairs are found where they are, as thick as they are, and nothing else is."""

import csv
import io
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest

from hairdensity.hairs import COLUMNS, Found, find_hairs, hairs_csv, look
from hairdensity.hairs.contrast import without_glare
from hairdensity.hairs.doubts import without_doubtful
from hairdensity.hairs.figures import figures
from hairdensity.hairs.find import shafts
from hairdensity.hairs.roots import emerged, from_roots
from hairdensity.hairs.shafts import Shaft
from hairdensity.hairs.short import short
from hairdensity.simulate.macro import Look, MacroPhoto, macro_photo
from hairdensity.simulate.spot import Spot, SpotHair

SMALL = Look(px_per_mm=180.0, shape=(300, 400), glare=0.1)


def spot_of(*hairs: tuple[float, float, float, float, float]) -> Spot:
    """Return a spot with hairs given as x, y (mm), direction, length (mm) and thickness (um)."""
    return Spot(
        tuple(SpotHair(n, n, (x, y), lean, length, um, 0.0, 0.75) for n, (x, y, lean, length, um) in enumerate(hairs)),
        5.0,
        3,
    )


@cache
def three() -> tuple[MacroPhoto, Found]:
    photo = macro_photo(
        spot_of((-0.6, -0.4, 0.4, 0.6, 80.0), (0.2, 0.3, 2.0, 0.5, 60.0), (0.3, -0.45, 0.2, 0.45, 28.0)), SMALL, 1
    )
    return photo, look(photo.rgb, 180.0)


def test_three_hairs_are_three_and_lie_where_they_are() -> None:
    photo, found = three()
    assert len(found.hairs) == 3
    for truth in photo.hairs:
        root, tip = truth.line[0], truth.line[-1]
        nearest = min(found.hairs, key=lambda hair: np.hypot(hair.root_x - root[0], hair.root_y - root[1]))
        assert np.hypot(nearest.root_x - root[0], nearest.root_y - root[1]) < 12
        assert np.hypot(*(np.array(nearest.line[-1]) - tip)) < 12


def test_thickness_is_right_to_a_few_micrometres() -> None:
    photo, found = three()
    real = sorted(hair.thickness_um for hair in photo.hairs)
    measured = sorted(hair.thickness_um or 0.0 for hair in found.hairs)
    assert measured == pytest.approx(real, abs=6.0)
    assert sorted(hair.kind for hair in found.hairs) == ["terminal", "terminal", "vellus"]


def test_bare_skin_has_no_hair() -> None:
    photo = macro_photo(spot_of(), SMALL, 1)
    found = look(photo.rgb, 180.0)
    assert found.hairs == ()
    assert found.share.max() < 0.5
    report = figures(found)
    assert report.density is not None
    assert report.density.value == 0
    assert report.density.high > 0


def test_a_crossing_is_two_hairs() -> None:
    photo = macro_photo(spot_of((-0.5, -0.3, 0.6, 1.1, 70.0), (-0.5, 0.35, -0.6, 1.1, 70.0)), SMALL, 1)
    assert len(look(photo.rgb, 180.0).hairs) == 2


def test_a_bundle_is_its_hairs() -> None:
    photo = macro_photo(
        spot_of((-0.4, -0.1, 0.1, 0.7, 75.0), (-0.4, 0.02, 0.15, 0.6, 75.0), (0.1, 0.45, 0.3, 0.5, 75.0)), SMALL, 1
    )
    hairs = look(photo.rgb, 180.0).hairs
    assert len(hairs) == 3
    assert len({hair.unit for hair in hairs}) == 2


def test_a_burnt_in_bar_and_bubbles_are_no_hairs() -> None:
    photo = macro_photo(spot_of((-0.4, -0.1, 0.1, 0.7, 75.0)), SMALL, 1)
    rgb = photo.rgb.copy()
    rgb[280, 40:200] = 0
    for x, y, radius in ((320, 80, 58), (110, 225, 46), (300, 220, 19)):
        cv2.circle(rgb, (x, y), radius, (110, 95, 85), 2, cv2.LINE_AA)
    (hair,) = look(cv2.GaussianBlur(rgb, (0, 0), 1.2), 180.0).hairs
    assert hair.thickness_um == pytest.approx(75, abs=6)


def test_straight_pieces_of_a_ring_are_no_hairs_and_a_hair_beside_it_is_one() -> None:
    depth = np.zeros((200, 260), np.float32)
    cv2.circle(depth, (90, 100), 58, (0.3,), 4)
    depth[92:106, 180:240] = 0.7
    turns = np.linspace(0, 2 * np.pi, 9)
    corners = np.column_stack([90 + 58 * np.cos(turns), 100 + 58 * np.sin(turns)])
    arcs = [Shaft(np.linspace(a, b, 45), 5.0, 0.3) for a, b in pairwise(corners)]
    hair = Shaft(np.column_stack([np.arange(181.0, 239.0), np.full(58, 98.5)]), 14.0, 0.7)
    assert without_doubtful([*arcs, hair], cv2.GaussianBlur(depth, (0, 0), 1.0), np.zeros((200, 260), np.bool_)) == [
        hair
    ]


def test_an_arc_of_a_ring_that_hairs_and_the_edge_hide_is_no_hair_and_a_curved_hair_is_one() -> None:
    depth = np.zeros((200, 260), np.float32)
    cv2.circle(depth, (45, 100), 58, (0.3,), 4)
    # Wide shade lies over a third of the ring, and the left edge cuts a tenth of it off.
    depth[140:200, 10:100] = 0.7
    turns = np.linspace(-1.9, -0.7, 60)
    # Traced a little too flat, as a blurred arc is.
    middle = np.array([45 - 8 * np.cos(1.3), 100 + 8 * np.sin(1.3)])
    arc = Shaft(middle + 66 * np.column_stack([np.cos(turns), np.sin(turns)]), 5.0, 0.3)
    bent = Shaft(np.array([170.0, 150.0]) + 58 * np.column_stack([np.cos(turns), np.sin(turns)]), 5.0, 0.3)
    cv2.polylines(depth, [np.rint(bent.points).astype(np.int32).reshape(-1, 1, 2)], False, (0.3,), 5)
    assert without_doubtful([arc, bent], cv2.GaussianBlur(depth, (0, 0), 1.0), np.zeros((200, 260), np.bool_)) == [bent]


def test_a_piece_by_itself_is_a_hair_and_a_spot_or_a_piece_of_shade_is_not() -> None:
    depth = np.zeros((120, 240), np.float32)
    depth[30:36, 30:52] = 0.5
    cv2.circle(depth, (100, 33), 7, (0.5,), -1)
    depth[30:36, 150:172] = 0.5
    depth[36:60, 140:182] = 0.3
    soft = cv2.GaussianBlur(depth, (0, 0), 1.0)
    (piece,) = short(soft, [], 14.0, 180.0)
    assert piece.points.mean(axis=0) == pytest.approx([40.5, 32.5], abs=0.5)
    assert (piece.length, piece.width) == pytest.approx((22, 6), abs=2)
    assert short(soft, [piece], 14.0, 180.0) == []


def test_a_plain_border_does_not_matter() -> None:
    photo, found = three()
    framed = np.vstack([photo.rgb, np.full((12, 400, 3), 225, np.uint8)])
    again = look(framed, 180.0)
    assert len(again.hairs) == len(found.hairs)
    assert not again.sharp[-10:].any()


def test_scale_of_the_photo_does_not_matter() -> None:
    spot = spot_of((-0.6, -0.4, 0.4, 0.6, 80.0), (0.2, 0.3, 2.0, 0.5, 60.0))
    larger = macro_photo(spot, Look(px_per_mm=320.0, shape=(420, 560), glare=0.1), 1)
    hairs = look(larger.rgb, 320.0).hairs
    assert sorted(hair.thickness_um or 0 for hair in hairs) == pytest.approx([60, 80], abs=6)


def test_without_scale_there_are_hairs_but_no_lengths() -> None:
    photo, _ = three()
    hairs = find_hairs(photo.rgb, None)
    assert len(hairs) >= 2
    assert all(hair.length_mm is None and hair.thickness_um is None and hair.kind == "unknown" for hair in hairs)


def test_a_box_has_room_for_a_level_hair() -> None:
    _, found = three()
    for hair in found.hairs:
        assert min(hair.x_max - hair.x_min, hair.y_max - hair.y_min) >= 0.5 * hair.thickness_px - 1e-6


def test_glare_on_a_hair_is_filled_and_a_gap_between_two_is_not() -> None:
    depth = np.zeros((80, 120), np.float32)
    depth[30:44, 20:100] = 0.7
    depth[52:66, 20:100] = 0.7
    speckled = depth.copy()
    speckled[35:38, 40:45] = 0.1
    filled = without_glare(speckled, 14.0)
    assert np.array_equal(filled, depth)


def test_what_lies_under_the_skin_is_no_part_of_a_hair() -> None:
    depth = np.zeros((60, 160), np.float32)
    depth[24:36, 60:140] = 0.8
    depth[24:36, 30:60] = np.linspace(0.05, 0.5, 30, dtype=np.float32)
    line = np.column_stack([np.arange(35.0, 139.0), np.full(104, 29.5)])
    shaft = emerged(Shaft(line, 12.0, 0.8), depth)
    assert shaft.points[0, 0] == pytest.approx(60, abs=4)
    assert shaft.points[-1, 0] == 138


def test_a_root_is_where_the_shade_is_or_where_neighbours_have_theirs() -> None:
    depth = np.zeros((200, 200), np.float32)
    lines = []
    for y in (30, 80, 130, 170):
        depth[y - 6 : y + 7, 60:140] = 0.8
        if y != 130:
            depth[y - 6 : y + 7, 35:60] = np.linspace(0.05, 0.5, 25, dtype=np.float32)
        x = np.arange(61.0, 139.0)
        lines.append(np.column_stack([x, np.full(len(x), float(y))])[:: 1 if y != 80 else -1])
    depth[124:137, 140:150] = 0.3  # glare took the shade of one; beyond its tip lies a fleck
    found = from_roots([Shaft(line, 12.0, 0.8) for line in lines], depth, 180.0)
    assert [item.points[0, 0] for item in found] == [61, 61, 61, 61]
    alone = from_roots([Shaft(lines[2], 12.0, 0.8)], depth, 180.0)
    assert alone[0].points[0, 0] == 138
    assert from_roots([], depth, 180.0) == []


def test_the_share_covers_the_hair() -> None:
    photo, found = three()
    got = found.share >= 0.5
    assert found.share.shape == photo.hair.shape
    assert 2 * (got & photo.hair).sum() / (got.sum() + photo.hair.sum()) > 0.85


def test_the_same_photo_gives_the_same_hairs() -> None:
    photo, found = three()
    assert look(photo.rgb, 180.0).hairs == found.hairs


def test_the_table_has_the_columns_of_the_contract() -> None:
    _, found = three()
    rows = list(csv.DictReader(io.StringIO(hairs_csv(found.hairs))))
    assert len(rows) == 3
    assert tuple(rows[0]) == COLUMNS
    assert all(float(row["x_min"]) <= float(row["x_max"]) for row in rows)
    assert hairs_csv(()) == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("shape", [(9, 9, 3), (30, 400, 3), (64, 64, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_empty_pictures_do_no_harm(shape: tuple[int, int, int], value: int) -> None:
    assert look(np.full(shape, value, np.uint8), 180.0).hairs == ()
    assert look(np.full(shape, value, np.uint8), None).hairs == ()


def test_a_faint_hair_is_found_and_the_shade_of_a_root_is_not_one() -> None:
    depth = np.zeros((200, 260), np.float32)
    depth[40:54, 60:200] = 0.7
    depth[120:125, 60:160] = 0.13
    depth[44:50, 20:60] = 0.13
    # A broad dark patch has no skin on both sides.
    depth[150:190, 60:200] = 0.13
    found = shafts(cv2.GaussianBlur(depth, (0, 0), 1.0))
    assert sorted(round(float(item.points[:, 1].mean())) for item in found) == [46, 122]
