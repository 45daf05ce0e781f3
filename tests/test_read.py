import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from hairdensity import imaging
from hairdensity.errors import UnreadablePhotoError
from hairdensity.read import read_photo, read_taken


def scene(rows: int = 40, columns: int = 60) -> np.ndarray:
    """Return a picture that is unlike itself however it is turned or mirrored."""
    y, x = np.mgrid[:rows, :columns]
    return np.stack([4 * x % 256, 6 * y % 256, (x + y) % 256], axis=2).astype(np.uint8)


def encoded(picture: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int):
    upright = scene()
    # How a camera held that way stores it, from the Exif specification: where row 0 and column 0 of the file lie.
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: np.rot90(upright, 1), 7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = write(tmp_path, "a.png", encoded(np.ascontiguousarray(stored), "PNG", exif=exif))
    assert (read_photo(path).rgb == upright).all()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_large_jpeg_decoded_smaller_is_the_same_picture(tmp_path: Path, orientation: int, subsampling: int):
    # Strands three pixels wide, as sharp as cameras draw them.
    lines = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 80, (1280, 1)), (1, 9), sigmaX=0, sigmaY=1.5)
    strands = lines[:, :, None] + np.full((1280, 960, 3), (200, 150, 120))
    exif = Image.Exif()
    exif[0x0112] = orientation
    large = np.clip(strands, 0, 255).astype(np.uint8)
    path = write(tmp_path, "a.jpg", encoded(large, "JPEG", quality=92, subsampling=subsampling, exif=exif))
    whole, smaller = read_photo(path), read_photo(path, enough_px=208)
    assert smaller.shape == whole.shape == whole.rgb.shape[:2]
    assert max(smaller.rgb.shape) == 320
    shape = (round(whole.shape[0] * 208 / 1280), round(whole.shape[1] * 208 / 1280))
    difference = imaging.resize(whole.rgb, shape).astype(float) - imaging.resize(smaller.rgb, shape)
    assert abs(difference.mean()) < 0.3
    assert difference.std() < 6


@pytest.mark.parametrize(("rows", "columns", "enough"), [(60, 40, 21), (61, 40, 8)])
def test_what_is_not_much_larger_or_cannot_be_divided_is_decoded_whole(
    tmp_path: Path, rows: int, columns: int, enough: int
):
    path = write(tmp_path, "a.jpg", encoded(scene(rows, columns), "JPEG"))
    assert read_photo(path, enough_px=enough).rgb.shape == (rows, columns, 3)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("BMP", {})])
def test_lossless_formats_come_back_exactly(tmp_path: Path, kind: str, options: dict[str, object]):
    path = write(tmp_path, "a.xyz", encoded(scene(), kind, **options))
    if kind == "BMP":
        with pytest.raises(UnreadablePhotoError, match="is a BMP file, which is not read"):
            read_photo(path)
        return
    assert (read_photo(path).rgb == scene()).all()


def test_jpeg_and_heic_are_near(tmp_path: Path):
    soft = cv2.GaussianBlur(np.roll(scene(64, 96), 3, axis=1) // 2 + 60, (0, 0), 3)
    photo = read_photo(write(tmp_path, "a.jpg", encoded(soft, "JPEG", quality=95)))
    assert np.abs(photo.rgb.astype(int) - soft).mean() < 2
    assert len(photo.digest) == 64
    assert photo.notes == ()


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_the_same_picture_as_eight(tmp_path: Path, ending: str, channels: int):
    eight = scene()
    deep = eight.astype(np.uint16) * 257
    bgr = deep[:, :, ::-1]
    opaque = np.full(deep.shape[:2], 65535, np.uint16)
    stored = {1: deep[:, :, 0], 3: bgr, 4: np.dstack([bgr, opaque])}[channels]
    path = tmp_path / f"a{ending}"
    assert cv2.imwrite(str(path), np.ascontiguousarray(stored))
    got = read_photo(path).rgb.astype(int)
    want = eight if channels > 1 else eight[:, :, :1]
    assert np.abs(got - want).max() <= 1


def test_grey_palette_cmyk_and_transparent(tmp_path: Path):
    grey = scene()[:, :, 0]
    assert (read_photo(write(tmp_path, "g.png", encoded(grey, "PNG"))).rgb == grey[:, :, None]).all()
    flat = np.zeros((20, 20, 3), np.uint8)
    flat[:, 10:] = (200, 30, 90)
    palette = io.BytesIO()
    Image.fromarray(flat).quantize(4).save(palette, "PNG")
    assert np.abs(read_photo(write(tmp_path, "p.png", palette.getvalue())).rgb.astype(int) - flat).max() <= 1
    cmyk = io.BytesIO()
    Image.fromarray(flat).convert("CMYK").save(cmyk, "JPEG", quality=100)
    photo = read_photo(write(tmp_path, "c.jpg", cmyk.getvalue()))
    assert np.abs(photo.rgb[:, 12:].astype(int) - flat[:, 12:]).mean() < 6
    assert photo.notes == ("CMYK to RGB",)
    see_through = np.dstack([flat, np.full((20, 20), 255, np.uint8)])
    see_through[:10, :, 3] = 0
    photo = read_photo(write(tmp_path, "t.png", encoded(see_through, "PNG")))
    assert (photo.rgb[:10] == 255).all()
    assert (photo.rgb[10:] == flat[10:]).all()


def display_p3() -> bytes:
    """Return a Display P3 profile: ICC v4 matrix profile with the primaries of SMPTE RP 431-2 and sRGB's curve."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(*values)

    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    text = "Display P3".encode("utf-16-be")
    named = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    tags = {
        b"desc": named, b"cprt": named, b"wtpt": xyz(0.9642, 1.0, 0.8249),
        # Columns of the P3 to XYZ matrix, adapted to D50 by Bradford.
        b"rXYZ": xyz(0.51512, 0.2412, -0.00105), b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.1571, 0.06657, 0.78407), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        padded = value + b"\0" * (-len(value) % 4)
        table += name + struct.pack(">II", at + len(body), len(value))
        body += padded
    size = 128 + 4 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def test_display_p3_comes_as_srgb(tmp_path: Path):
    # Worked out by the matrices of both spaces: P3 (200, 120, 90) is (213, 117, 83) in sRGB.
    linear = lambda v: np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)  # noqa: E731
    p3_to_srgb = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
    want = np.clip(p3_to_srgb @ linear(np.array([200, 120, 90]) / 255), 0, 1)
    want = 255 * np.where(want <= 0.0031308, 12.92 * want, 1.055 * want ** (1 / 2.4) - 0.055)
    patch = np.full((16, 16, 3), (200, 120, 90), np.uint8)
    photo = read_photo(write(tmp_path, "p3.png", encoded(patch, "PNG", icc_profile=display_p3())))
    assert np.abs(photo.rgb[8, 8] - want).max() <= 2
    assert photo.notes == ("colours from Display P3 to sRGB",)


def test_a_broken_profile_does_not_cost_the_photo(tmp_path: Path):
    photo = read_photo(write(tmp_path, "a.png", encoded(scene(), "PNG", icc_profile=b"nonsense" * 40)))
    assert (photo.rgb == scene()).all()
    assert photo.notes == ("broken colour profile ignored",)


def test_of_exif_only_the_date_is_kept(tmp_path: Path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Phone 7"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 09:15:00"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-12345"
    path = write(tmp_path, "a.jpg", encoded(scene(), "JPEG", exif=exif))
    taken = read_taken(path)
    assert taken is not None
    assert taken.isoformat() == "2026-03-01T09:15:00"
    said = repr(read_photo(path))
    assert not any(word in said for word in ("Maker", "Phone", "SERIAL"))


@pytest.mark.parametrize("said", ["", "0000:00:00 00:00:00", "2026-03-01", "1889:01:01 00:00:00", "9999:12:31 0:0:0"])
def test_a_date_that_no_photo_can_have_is_none(tmp_path: Path, said: str):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = said
    assert read_taken(write(tmp_path, "a.jpg", encoded(scene(), "JPEG", exif=exif))) is None


def test_a_broken_later_frame_is_told_in_a_line(tmp_path: Path):
    path = tmp_path / "two.tif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    # Tag 256, the width, of the second frame becomes one that says nothing.
    first, width, rest = path.read_bytes().rpartition(b"\x00\x01\x03\x00\x01\x00")
    path.write_bytes(first + b"\xf0\xff" + width[2:] + rest)
    with pytest.raises(UnreadablePhotoError, match="is broken"):
        read_photo(path)


def test_first_of_several_frames(tmp_path: Path):
    buffer = io.BytesIO()
    first, second = Image.fromarray(scene()), Image.fromarray(255 - scene())
    first.save(buffer, "TIFF", save_all=True, append_images=[second])
    photo = read_photo(write(tmp_path, "a.tif", buffer.getvalue()))
    assert (photo.rgb == scene()).all()
    assert photo.notes == ("first of 2 frames",)


def png_header(columns: int, rows: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + empty


def animation() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(scene()).save(buffer, "GIF", save_all=True, append_images=[Image.fromarray(255 - scene())])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.jpg", b"", "is empty"),
        ("a.jpg", encoded(scene(), "JPEG")[:700], "ends too early"),
        ("a.png", encoded(scene(), "PNG")[:-60], "(ends too early|is broken)"),
        ("a.jpg", b"Dear diary, today I photographed my head.", "is not a photo"),
        ("bomb.png", png_header(60000, 60000), "has 60000 x 60000 pixels, more than 200 million"),
        ("a.gif", animation(), "is an animation or drawing"),
        ("a.dng", b"II*\0", "is a raw photo"),
        ("a\nb.jpg", b"x", "is not a photo"),
    ],
)
def test_bad_files_get_one_line_with_name_and_remedy(tmp_path: Path, name: str, data: bytes, says: str):
    with pytest.raises(UnreadablePhotoError, match=says) as caught:
        read_photo(write(tmp_path, name, data))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(name.replace("\n", "?"))
    assert str(caught.value).count(". ") >= 1


def test_a_folder_and_a_missing_file(tmp_path: Path):
    (tmp_path / "x.jpg").mkdir()
    for name in ("x.jpg", "gone.jpg"):
        with pytest.raises(UnreadablePhotoError, match=f"{name} cannot be read"):
            read_photo(tmp_path / name)


def test_one_pixel_is_a_picture(tmp_path: Path):
    assert read_photo(write(tmp_path, "a.png", encoded(scene(1, 1), "PNG"))).rgb.shape == (1, 1, 3)


VALID = {
    "JPEG": encoded(scene(), "JPEG"), "PNG": encoded(scene(), "PNG"), "TIFF": encoded(scene(), "TIFF"),
    "WEBP": encoded(scene(), "WEBP"), "profile": encoded(scene(), "PNG", icc_profile=display_p3()),
}  # fmt: skip


@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    st.integers(0, 4000),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_gives_a_picture_or_a_line(tmp_path: Path, kind: str, changes: list[tuple[int, int]], length: int):
    data = bytearray(VALID[kind])
    for at, value in changes:
        data[at % len(data)] = value
    path = write(tmp_path, "a.jpg", bytes(data[: max(1, length)]))
    try:
        photo = read_photo(path, max_pixels=1_000_000)
    except UnreadablePhotoError as error:
        assert "\n" not in str(error)
    else:
        assert photo.rgb.dtype == np.uint8
        assert photo.rgb.shape[2] == 3


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_a_line(tmp_path: Path, data: bytes):
    with pytest.raises(UnreadablePhotoError):
        read_photo(write(tmp_path, "a.jpg", data))


def test_half_a_photo_is_none_whatever_else_tells_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(UnreadablePhotoError, match="ends too early"):
        read_photo(write(tmp_path, "a.jpg", encoded(scene(), "JPEG")[:700]))
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_what_pillow_logs_of_a_broken_file_does_not_reach_the_terminal(tmp_path: Path):
    whole = io.BytesIO()
    Image.new("RGB", (32, 32)).save(whole, "TIFF")
    samples_each = bytes([0x15, 1, 3, 0, 1, 0, 0, 0])
    assert samples_each in whole.getvalue()
    head, _, rest = whole.getvalue().partition(samples_each)
    (tmp_path / "a.tiff").write_bytes(head + samples_each + bytes([0, 8]) + rest[2:])
    command = [sys.executable, "-m", "hairdensity", "check", tmp_path / "a.tiff"]
    assert not subprocess.run(command, check=False, capture_output=True).stderr
