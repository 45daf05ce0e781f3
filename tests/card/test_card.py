from pathlib import Path

import numpy as np
import pytest
from card_scenes import Scene, outline, photograph, random_scene
from click.testing import CliRunner

from hairdensity import imaging
from hairdensity.card import PAPERS, Card, NoCard, card_pdf, find_card, layout
from hairdensity.card.light import linear
from hairdensity.commands.card import card as command

SKIN = np.full((480, 640, 3), (190, 140, 115), np.uint8)


def found_in(scene: Scene, ruler_mm: float | None = 80.0) -> Card:
    found = find_card(photograph(scene), ruler_mm)
    assert isinstance(found, Card), found
    return found


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_any_orientation(quarter: int, mirrored: bool):
    scene = Scene(px_per_mm=5.0, mirrored=mirrored)
    photo = np.ascontiguousarray(np.rot90(photograph(scene), quarter))
    found = find_card(photo, 80.0)
    assert isinstance(found, Card)
    assert found.px_per_mm == pytest.approx(5.0, rel=0.003)
    assert found.mirrored == mirrored
    assert found.tilt_deg < 4
    assert found.markers == 9


@pytest.mark.parametrize(
    "scene",
    [
        Scene(px_per_mm=4, tilt_deg=20, tilt_axis_deg=30, turn_deg=77),
        Scene(px_per_mm=4, tilt_deg=35, tilt_axis_deg=120, turn_deg=200, focal=0.75),
        Scene(px_per_mm=3, blur=1.5, noise=6, quality=45, turn_deg=10),
        Scene(px_per_mm=6, slope=0.5, exposure=-1.5, gains=(1.3, 1, 0.7)),
        Scene(px_per_mm=5, exposure=1.5),
        Scene(px_per_mm=5, glare=1.0, turn_deg=45),
        Scene(px_per_mm=5, covered=(0, 25, 40, 54), tilt_deg=10),
        Scene(px_per_mm=5, covered=(45, 0, 86, 30), tilt_deg=10, turn_deg=130),
        Scene(px_per_mm=5, crease_mm=0.4),
        Scene(px_per_mm=2.5),
        Scene(px_per_mm=9),
    ],
)
def test_the_scale_is_right_within_a_per_cent(scene: Scene):
    found = found_in(scene)
    assert found.px_per_mm == pytest.approx(scene.px_per_mm, rel=0.01)
    assert found.px_per_mm_low < scene.px_per_mm < found.px_per_mm_high
    assert np.abs(found.corners - outline(scene)).max() < 0.6 * scene.px_per_mm  # a crease moves them by up to 0.4 mm
    assert found.tilt_deg == pytest.approx(scene.tilt_deg, abs=6)


@pytest.mark.slow
def test_random_photos_of_the_card():
    errors, inside = [], []
    for seed in range(60):
        scene = random_scene(seed)
        found = find_card(photograph(scene), 80.0)
        if isinstance(found, Card):
            errors.append(abs(found.px_per_mm / scene.px_per_mm - 1))
            inside.append(found.px_per_mm_low < scene.px_per_mm < found.px_per_mm_high)
    assert len(errors) >= 55
    assert np.median(errors) < 0.003
    assert np.quantile(errors, 0.95) < 0.01
    assert np.mean(inside) > 0.85


def test_a_card_of_the_wrong_size_is_put_right_by_the_ruler():
    # The printer fitted the page: everything is 4 % smaller, and so is the ruler.
    scene = Scene(px_per_mm=5.0, print_scale=0.96)
    taken_at_its_word = found_in(scene, None)
    assert taken_at_its_word.px_per_mm == pytest.approx(4.8, rel=0.003)
    assert not taken_at_its_word.wrong_size
    measured = found_in(scene, 76.8)
    assert measured.px_per_mm == pytest.approx(5.0, rel=0.003)
    assert measured.wrong_size
    assert not found_in(Scene(px_per_mm=5.0), 80.0).wrong_size
    # Where nobody measured, the interval allows for printers.
    spans = [found.px_per_mm_high - found.px_per_mm_low for found in (taken_at_its_word, measured)]
    assert spans[0] > 2 * spans[1]


@pytest.mark.parametrize("gains", [(1.0, 1.0, 1.0), (1.25, 1.0, 0.75), (0.85, 1.0, 1.3)])
@pytest.mark.parametrize("exposure", [-1.0, 0.0])
def test_the_light_is_read(gains: tuple[float, float, float], exposure: float):
    found = found_in(Scene(px_per_mm=5, gains=gains, exposure=exposure - 0.4, noise=1))
    assert found.gains_known
    assert np.array(found.gains) * np.array(gains) == pytest.approx([1, 1, 1], abs=0.03)
    luminance = float(np.dot(gains, (0.2126, 0.7152, 0.0722)))
    assert found.exposure == pytest.approx(exposure - 0.4 + np.log2(luminance), abs=0.1)


def test_overexposed_paper_does_not_hide_the_colour():
    found = found_in(Scene(px_per_mm=5, gains=(1.2, 1.0, 0.8), exposure=0.8))
    assert found.gains_known
    assert np.array(found.gains) * (1.2, 1.0, 0.8) == pytest.approx([1, 1, 1], abs=0.06)


def test_unreadable_light_is_said_and_changes_nothing():
    found = found_in(Scene(px_per_mm=5, exposure=4))
    assert not found.gains_known
    assert found.gains == (1.0, 1.0, 1.0)
    assert found.exposure == 0.0


def test_the_mask_covers_the_card():
    scene = Scene(px_per_mm=4, tilt_deg=15, turn_deg=33)
    found = found_in(scene)
    true = imaging.polygons_mask([[(float(x), float(y)) for x, y in outline(scene)]], scene.shape)
    mask = found.mask(scene.shape)
    assert (mask & true).sum() / (mask | true).sum() > 0.97
    assert found.mask(scene.shape, margin_mm=3).sum() > mask.sum()


def test_a_larger_photo_gives_the_scale_of_that_photo():
    photo = photograph(Scene(px_per_mm=4, turn_deg=20))
    large = imaging.resize(photo, (photo.shape[0] * 3, photo.shape[1] * 3))
    found = find_card(large, 80.0)
    assert isinstance(found, Card)
    assert found.px_per_mm == pytest.approx(12, rel=0.005)


@pytest.mark.parametrize("seed", range(3))
def test_no_card_no_scale(seed: int):
    random = np.random.default_rng(seed)
    clutter = imaging.resize(random.integers(0, 2, (60, 80, 3)).astype(np.uint8) * np.uint8(255), (480, 640))
    for photo in (SKIN, clutter, random.integers(0, 256, (480, 640, 3)).astype(np.uint8)):
        found = find_card(photo)
        assert isinstance(found, NoCard)
        assert not found
        assert "card" in found.reason


def test_one_marker_is_not_a_card():
    card = layout.draw(8)
    x, y = layout.marker_corner(layout.squares()[4])
    photo = SKIN.copy()
    cut = card[int((y - 1.4) * 8) : int((y + 10.4) * 8), int((x - 1.4) * 8) : int((x + 10.4) * 8)]
    photo[100 : 100 + cut.shape[0], 100 : 100 + cut.shape[1]] = cut
    found = find_card(photo)
    assert isinstance(found, NoCard)
    assert "Too little" in found.reason


def test_too_small_and_too_oblique_are_refused():
    assert not find_card(photograph(Scene(px_per_mm=1.0, blur=0.3, noise=0)))
    assert not find_card(photograph(Scene(px_per_mm=6, tilt_deg=68)))


@pytest.mark.parametrize("ruler", [0.0, 8.0, 800.0])
def test_an_impossible_ruler_is_an_error(ruler: float):
    with pytest.raises(ValueError, match="80 mm"):
        find_card(SKIN, ruler)


def test_markers_differ_however_they_are_turned_and_mirrored():
    def seen(code: int) -> list[np.ndarray]:
        return [np.rot90(form, k) for form in (layout.bits(code), layout.bits(code)[:, ::-1]) for k in range(4)]

    for i, one in enumerate(layout.CODES):
        for j, other in enumerate(layout.CODES):
            distances = [int((layout.bits(one) != form).sum()) for form in seen(other)]
            assert min(distances[1:] if i == j else distances) >= layout.APART


def test_the_card_has_the_size_of_a_bank_card_and_nothing_sticks_out():
    assert layout.CARD_MM == (85.6, 54.0)
    boxes = [*layout.black_squares(), *layout.patch_boxes(), *layout.paper_boxes()]
    for x, y, width, height in boxes:
        assert x >= 0
        assert y >= 0
        assert x + width <= 85.6
        assert y + height <= 54.0
    ticks = [x for x, _ in layout.ruler_ticks()]
    assert ticks[-1] - ticks[0] == pytest.approx(80.0)
    # Paper, patches and board lie apart.
    taken = np.zeros((540, 856), int)
    for x, y, width, height in [*layout.patch_boxes(), *layout.paper_boxes()]:
        taken[round(10 * y) : round(10 * (y + height)), round(10 * x) : round(10 * (x + width))] += 1
    assert taken.max() == 1


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_pdf_is_whole_and_true_to_size(paper: str):
    data = card_pdf("letter" if paper == "letter" else "a4")
    assert data.startswith(b"%PDF-1.4")
    assert data.endswith(b"%%EOF\n")
    width, height = (side * 72 / 25.4 for side in PAPERS[paper])
    assert f"[0 0 {width:.4f} {height:.4f}]".encode() in data
    # Each object stands where the table says.
    start = int(data.split(b"startxref\n")[1].split(b"\n")[0])
    entries = data[start:].split(b"\n")[3:8]
    for number, entry in enumerate(entries, start=1):
        assert data[int(entry[:10]) :].startswith(b"%d 0 obj" % number)
    stream = data[data.index(b"stream\n") + 7 : data.index(b"\nendstream")]
    assert int(data.split(b"/Length ")[1].split(b" ")[0]) == len(stream)
    # One unit is a millimetre; a card's ruler, drawn as a box, is 80 of them long.
    assert stream.startswith(b"2.834646 0 0 2.834646 0 0 cm")
    assert b" 80.1200 0.1200 re f" in stream
    for line in stream.split(b"\n"):
        if line.endswith(b"re f"):
            x, y, across, down = (float(word) for word in line.split()[:4])
            assert x >= 4
            assert x + across <= PAPERS[paper][0] - 4
            assert y >= 4
            assert y + down <= PAPERS[paper][1] - 4


def test_what_is_printed_is_what_is_found():
    """The PDF's boxes, drawn by hand here, are read as a card: drawing and PDF cannot disagree."""
    stream = card_pdf("a4").split(b"stream\n")[1].split(b"\nendstream")[0].decode()
    scale = 5.0
    page = np.full((round(297 * scale), round(210 * scale), 3), 255, np.uint8)
    colour = (0, 0, 0)
    for line in stream.split("\n"):
        words = line.split()
        if words and words[-1] in ("g", "rg"):
            values = [round(255 * float(word)) for word in words[:-1]]
            colour = (values[0],) * 3 if len(values) == 1 else (values[0], values[1], values[2])
        elif words[:1] == ["0.6"]:
            colour = (0, 0, 0)
        elif line.endswith("re f"):
            if words[2:4] == ["0.1200", "0.1200"]:
                continue
            x, y, across, down = (float(word) for word in words[:4])
            top, left = 297 - y - down, x
            rows = slice(round(top * scale), round((top + down) * scale))
            page[rows, round(left * scale) : round((left + across) * scale)] = colour
    # The first card alone: several cards on one page are not a photo of one.
    first = page[: page.shape[0] // 3 + 30, : page.shape[1] // 2]
    found = find_card(np.ascontiguousarray(first), 80.0)
    assert isinstance(found, Card)
    assert found.px_per_mm == pytest.approx(5.0, rel=0.005)
    assert found.markers == 9


def test_light_is_linear():
    assert linear(np.array([0.0, 255.0])) == pytest.approx([0, 1])
    assert linear(np.array([188.0])) == pytest.approx([0.5], abs=0.005)


def test_the_command_writes_and_reads(tmp_path: Path):
    out = tmp_path / "card.pdf"
    written = CliRunner().invoke(command, ["--out", str(out), "--paper", "letter", "--ruler-mm", "77"])
    assert written.exit_code == 0, written.output
    assert out.read_bytes() == card_pdf("letter")
    assert "96.2 %" in written.stderr
    photo = tmp_path / "photo.png"
    photo.write_bytes(imaging.encode_png(photograph(Scene(px_per_mm=5))))
    read = CliRunner().invoke(command, [str(photo), "--ruler-mm", "80"])
    assert read.exit_code == 0, read.output
    assert "px/mm" in read.stdout
    empty = tmp_path / "empty.png"
    empty.write_bytes(imaging.encode_png(SKIN))
    none = CliRunner().invoke(command, [str(empty), str(photo), "--json"])
    assert none.exit_code == 1
    assert '"card": false' in none.stdout


HEADS = Path(__file__).parents[2] / ".." / "shared" / "data"


@pytest.mark.slow
@pytest.mark.skipif(not HEADS.exists(), reason="the development photos are not here")
def test_no_card_is_found_where_there_is_none():
    photos = [*HEADS.glob("heads/photos/*.jpg"), *HEADS.glob("backs/photos/*.jpg")]
    assert photos
    for photo in photos:
        assert not find_card(imaging.decode_rgb(photo.read_bytes())), photo.name
