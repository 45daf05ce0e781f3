"""Read: one file to one upright sRGB picture, or a line that says why not.

The result is 8 bits a channel. Hair against skin is a matter of whole display levels, JPEGs have no more, and the
noise of any camera exceeds the rounding; so 16-bit files are rounded, not kept.
"""

import hashlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError
from PIL.Image import DecompressionBombError
from PIL.JpegImagePlugin import JpegImageFile

from hairdensity.arrays import Rgb
from hairdensity.errors import UnreadablePhotoError, printable

LARGEST_FILE: Final = 500_000_000
"""Bytes. The largest phone photo is a tenth of this."""
FORMATS: Final = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "HEIF")
Fact = TypeVar("Fact")
RAW_ENDINGS: Final = frozenset((".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"))
HEIF_BRANDS: Final = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
# What Pillow logs of a broken file would else go to the terminal, without its name; a line of ours says what is wrong.
logging.getLogger("PIL").addHandler(logging.NullHandler())
EXIF_IFD, DATE_ORIGINAL, ORIENTATION = 0x8769, 0x9003, 0x0112

SPARE: Final = 1.5
"""A photo that is decoded at a reduced size has still so many pixels to one that is used: what its blocks leave of the
finest detail is then averaged away as it would be in the whole photo."""
SIDEWAYS: Final = (5, 6, 7, 8)
"""EXIF orientations that exchange rows and columns."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One decoded photo.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8, upright, sRGB as displayed; smaller than the photo where that was enough.
    shape : tuple of int
        (rows, columns) of the upright photo as it was taken.
    digest : str
        SHA-256 of the file's bytes, hex.
    notes : tuple of str
        What was done besides decoding.
    """

    rgb: Rgb
    shape: tuple[int, int]
    digest: str
    notes: tuple[str, ...]


def read_photo(path: Path, *, max_pixels: int = 200_000_000, enough_px: int | None = None) -> Photo:
    """Read JPEG, PNG, TIFF, WebP or (with the extra `heic`) HEIC.

    Turned upright by EXIF, converted from its ICC profile to sRGB; grey, palette, CMYK and 16 bits are converted;
    transparent parts become white; of several frames the first is taken.

    Parameters
    ----------
    path : Path
        The file.
    max_pixels : int
        Photos with more pixels are refused before they are decoded.
    enough_px : int, optional
        Longer side that will be used. A JPEG with at least three times as many pixels a side is decoded at a half, a
        quarter or an eighth of its size, as its blocks allow: nearly the same picture as decoded whole and then
        averaged, for a third of the time and a tenth of the memory. Without, every pixel is decoded.

    Raises
    ------
    UnreadablePhotoError
        Whatever is wrong with the file; one line that names it and says what to do.
    """
    data = _bytes_of(path)
    with _quiet():
        image = _open(path, data)
        _refuse_unusable(path, image, max_pixels)
        notes: list[str] = []
        size = image.size
        if enough_px:
            _decode_smaller(image, enough_px)
        frames = _load(path, image)
        rgb = _sixteen_bits(image, data, notes)
        if rgb is None:
            rgb = np.asarray(_decoded(image, frames, notes))
        orientation = _orientation(image)
    shape = size if orientation in SIDEWAYS else (size[1], size[0])
    return Photo(_turned(rgb, orientation), shape, hashlib.sha256(data).hexdigest(), tuple(notes))


def read_taken(path: Path) -> datetime | None:
    """Return when a photo was taken by its EXIF DateTimeOriginal, in the camera's own time; None where it does not say.

    No more than the header is read.
    """
    with _quiet():
        try:
            _register_heif()
            with path.open("rb") as file, Image.open(file) as image:
                return _taken(image)
        except Exception:
            return None


def _bytes_of(path: Path) -> bytes:
    ending = path.suffix.lower()
    if ending in RAW_ENDINGS:
        raise _unreadable(path, "is a raw photo, which is not read", "Export it as JPEG.")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _unreadable(path, f"has {size // 1_000_000} MB", "Export it as JPEG.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise _unreadable(
            path, "cannot be read (there is no such file)", "Is its name right? Else copy it again."
        ) from None
    except PermissionError:
        raise _unreadable(path, "may not be read", "Change its permissions.") from None
    except OSError as error:
        raise _unreadable(path, f"cannot be read ({error.strerror or error})", "Copy it again.") from None
    if not data:
        raise _unreadable(path, "is empty", "Copy it again from the phone.")
    return data


def _open(path: Path, data: bytes) -> Image.Image:
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS and not _register_heif():
        raise _unreadable(path, "is a HEIC photo", "Install the reader: pip install 'hairdensity[heic]'.")
    try:
        return Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, DecompressionBombError):
        pass
    except Exception as error:
        raise _unreadable(path, f"is broken ({type(error).__name__})", "Copy it again from the phone.") from None
    raise _unreadable(path, "is not a photo, or its beginning is broken", "Copy it again from the phone, as JPEG.")


def _refuse_unusable(path: Path, image: Image.Image, max_pixels: int) -> None:
    if image.format not in FORMATS:
        kind = "an animation or drawing (GIF)" if image.format == "GIF" else f"a {image.format} file"
        raise _unreadable(path, f"is {kind}, which is not read", "Save it as JPEG or PNG.")
    columns, rows = image.size
    if columns * rows > max_pixels:
        million = max_pixels // 1_000_000
        raise _unreadable(path, f"has {columns} x {rows} pixels, more than {million} million", "Send a smaller copy.")


def _decoded(image: Image.Image, frames: int, notes: list[str]) -> Image.Image:
    """Return the picture as 8-bit RGB in sRGB, still as the camera was held."""
    if frames > 1 and image.format != "MPO":
        notes.append(f"first of {frames} frames")
    image, profile = _flattened(image, notes), image.info.get("icc_profile")
    if profile:
        image = _to_srgb(image, profile, notes)
    if image.mode != "RGB":
        if image.mode not in ("L", "1"):
            notes.append(f"{image.mode} to RGB")
        image = image.convert("RGB")
    return image


def _decode_smaller(image: Image.Image, enough_px: int) -> None:
    """Ask a JPEG for the smallest of its sizes that leaves something to average; other formats have but one."""
    if isinstance(image, JpegImageFile):
        columns, rows = image.size
        # Only where the sides can be divided: else the last blocks are part empty, and the picture a little stretched.
        for factor in (8, 4, 2):
            if max(rows, columns) >= factor * SPARE * enough_px and rows % factor == columns % factor == 0:
                image.draft(None, (columns // factor, rows // factor))
                return


def _load(path: Path, image: Image.Image) -> int:
    """Decode the first frame and return how many there are."""
    try:
        # Some readers look at every frame to count them, and so may fail at any of them.
        frames = int(getattr(image, "n_frames", 1))
        image.load()
    except Exception as error:
        what = "ends too early" if "truncated" in str(error) else f"is broken ({type(error).__name__})"
        raise _unreadable(path, what, "Copy it again from the phone.") from None
    return frames


def _flattened(image: Image.Image, notes: list[str]) -> Image.Image:
    """Return the picture without palette and transparency."""
    if image.mode == "P" or (image.mode in ("RGB", "L", "1") and "transparency" in image.info):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("LA", "La", "PA", "RGBa"):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append("transparent parts made white")
            white = Image.new("RGBA", image.size, (255, 255, 255, 255))
            image = Image.alpha_composite(white, image)
        image = image.convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        image = Image.fromarray(np.rint(np.clip(values / top, 0, 1) * 255).astype(np.uint8))
        notes.append("deep grey to 8 bits")
    return image


def _sixteen_bits(image: Image.Image, data: bytes, notes: list[str]) -> Rgb | None:
    """Return a 16-bit colour PNG or TIFF, which Pillow cuts or refuses; None for any other file."""
    if image.format not in ("PNG", "TIFF") or image.mode.startswith("I") or not _says_sixteen(image, data):
        return None
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3 or deep.shape[2] not in (3, 4):
        return None
    notes.append("16 to 8 bits")
    colour = deep[:, :, :3].astype(np.float32) / np.float32(257)
    if deep.shape[2] == 4:
        alpha = deep[:, :, 3:].astype(np.float32) / np.float32(65535)
        colour = colour * alpha + 255 * (1 - alpha)
    eight = np.rint(colour[:, :, ::-1]).astype(np.uint8)
    profile = image.info.get("icc_profile")
    return np.asarray(_to_srgb(Image.fromarray(eight), profile, notes)) if profile else eight


def _says_sixteen(image: Image.Image, data: bytes) -> bool:
    if image.format == "PNG":
        return len(data) > 24 and data[24] == 16
    bits = cast("Any", image).tag_v2.get(258, (8,))
    return 16 in (bits if isinstance(bits, tuple) else (bits,))


def _to_srgb(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    """Return the picture with its colours as sRGB means them; as it is, with a note, where its profile is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = " ".join(ImageCms.getProfileDescription(source).split())
        if "srgb" in name.lower() and image.mode == "RGB":
            return image
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(
            image, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        notes.append("broken colour profile ignored")
        return image
    notes.append(f"colours from {name[:40] or 'its profile'} to sRGB")
    return cast("Image.Image", converted)


def _turned(rgb: NDArray[np.uint8], orientation: int) -> Rgb:
    """Return the picture upright, by the eight EXIF orientations (Exif 2.32, tag 0x0112)."""
    if orientation in SIDEWAYS:
        rgb = cast("Rgb", cv2.transpose(rgb))
    across, down = orientation in (2, 3, 6, 7), orientation in (3, 4, 7, 8)
    if across or down:
        rgb = cast("Rgb", cv2.flip(rgb, -1 if across and down else int(across)))
    return np.ascontiguousarray(rgb)


def _orientation(image: Image.Image) -> int:
    # pi-heif turns the picture itself and says so by orientation 1.
    value = _tolerant(lambda: image.getexif().get(ORIENTATION, 1), 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _taken(image: Image.Image) -> datetime | None:
    def said_by_exif() -> datetime | None:
        said = str(image.getexif().get_ifd(EXIF_IFD).get(DATE_ORIGINAL) or "")
        try:
            taken = datetime.strptime(said.strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the camera's own time
        except ValueError:
            return None
        return taken if 1990 <= taken.year <= 2100 else None

    return _tolerant(said_by_exif, None)


def _tolerant(ask: Callable[[], Fact], otherwise: Fact) -> Fact:
    """Return what EXIF says, or `otherwise` where it is broken: it matters less than the picture."""
    try:
        return ask()
    except Exception:
        return otherwise


def _register_heif() -> bool:
    try:
        import pi_heif
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings about broken tags and large pictures: this module judges both itself.

    Half a photo is none, also where something else in the process, such as WeasyPrint, told Pillow to fill it up.
    """
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    filled, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit
        ImageFile.LOAD_TRUNCATED_IMAGES = filled


def _unreadable(path: Path, what: str, advice: str) -> UnreadablePhotoError:
    return UnreadablePhotoError(printable(path.name), what, advice)
