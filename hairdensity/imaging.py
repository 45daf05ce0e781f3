"""The few OpenCV calls that the package needs, typed and told apart by what they are for.

OpenCV's own stubs return arrays of any type, and its shapes differ between versions 4 and 5; both end here.
Arrays follow `hairdensity.arrays`: channels are RGB.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Gray, Mask, Matrix, Plane, Rgb

Picture = TypeVar("Picture", bound=NDArray[Any])
_SMALL: Final = (cv2.IMWRITE_PNG_COMPRESSION, 9)
_FAST: Final = (
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    # One filter instead of the best of five for each line: a third of the time, and for our smooth planes and labels,
    # whose lines resemble each other, fewer bytes. Versions of OpenCV that do not know it choose themselves.
    *((cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP) if hasattr(cv2, "IMWRITE_PNG_FILTER") else ()),
)


def shrunk_shape(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Return (rows, columns) of a picture once its longer side is at most `longest` pixels."""
    factor = min(1.0, longest / max(shape[0], shape[1]))
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def shrink(picture: Picture, longest: int) -> Picture:
    """Return the picture with its longer side at most `longest` pixels, averaged by area; never enlarged."""
    return resize(picture, shrunk_shape(picture.shape, longest))


def resize(picture: Picture, shape: tuple[int, int]) -> Picture:
    """Return the picture at (rows, columns) = `shape`: by area where it shrinks, bilinear where it grows."""
    if picture.shape[:2] == shape:
        return picture
    smaller = shape[0] <= picture.shape[0] and shape[1] <= picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cast("Picture", cv2.resize(picture, (shape[1], shape[0]), interpolation=how))


def resized(shape: tuple[int, ...], target: tuple[int, ...]) -> Matrix:
    """Return the transform from (x, y, 1) of a picture to the same picture resized; pixel centres are whole numbers."""
    fx, fy = target[1] / shape[1], target[0] / shape[0]
    return np.array([[fx, 0, 0.5 * fx - 0.5], [0, fy, 0.5 * fy - 0.5], [0, 0, 1]], np.float64)


def resize_labels(labels: Gray, shape: tuple[int, int]) -> Gray:
    """Return labels at (rows, columns) = `shape`, each pixel taking its nearest label."""
    return cast("Gray", cv2.resize(labels, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST))


def resize_mask(mask: Mask, shape: tuple[int, int]) -> Mask:
    """Return a mask at (rows, columns) = `shape`; a pixel is inside where at least half of it was."""
    if mask.shape == shape:
        return mask
    inside: Mask = resize(mask.astype(np.float32), shape) >= 0.5
    return inside


def blur(picture: Picture, sigma: float) -> Picture:
    """Return the picture blurred by a Gaussian of `sigma` pixels."""
    return cast("Picture", cv2.GaussianBlur(picture, (0, 0), sigma))


def gray(rgb: Rgb) -> Gray:
    """Return brightness as displayed (Rec. 601 luma), uint8."""
    return cast("Gray", cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def lab(rgb: Rgb) -> Plane:
    """Return CIE L*a*b* (D65), float32 (rows, columns, 3): L 0..100, a and b about -127..127."""
    return cast("Plane", cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB))


def disc(radius: float) -> Gray:
    """Return a round structuring element of this radius in pixels."""
    size = 2 * max(1, round(radius)) + 1
    return cast("Gray", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def grow(mask: Mask, radius: float) -> Mask:
    """Return the mask grown by `radius` pixels."""
    inside: Mask = cv2.dilate(mask.view(np.uint8), disc(radius)) > 0
    return inside


def erode(mask: Mask, radius: float) -> Mask:
    """Return the mask shrunk by `radius` pixels; the picture's border does not count as outside."""
    inside: Mask = cv2.erode(mask.view(np.uint8), disc(radius)) > 0
    return inside


def mean_in(plane: Plane, mask: Mask) -> float:
    """Return the mean of a plane inside a mask, added up in double precision; 0 for an empty mask."""
    return float(cv2.mean(plane, mask.view(np.uint8))[0])


def middle(mask: Mask) -> tuple[float, float]:
    """Return the mean (x, y) of the pixels of a mask that is not empty."""
    moments = cv2.moments(np.ascontiguousarray(mask).view(np.uint8), binaryImage=True)
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]


def polygons_mask(polygons: Sequence[Sequence[tuple[float, float]]], shape: tuple[int, int]) -> Mask:
    """Return the union of polygons, each a run of (x, y) pixel corners, as a mask of (rows, columns) = `shape`."""
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        points = np.rint(np.asarray(polygon, np.float64)).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillPoly(mask, [points], 1)
    return mask > 0


def carried(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (n, 2) carried by a homogeneous transform (3, 3)."""
    there = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(there[:, :2] / there[:, 2:], np.float64)


def warp(picture: Picture, matrix: Matrix, shape: tuple[int, int]) -> Picture:
    """Carry a picture by a homogeneous point transform.

    Parameters
    ----------
    picture : ndarray
        (rows, columns[, channels]), uint8 or float32.
    matrix : ndarray
        (3, 3): where a point (x, y, 1) of `picture` lies in the result.
    shape : tuple of int
        (rows, columns) of the result; what `picture` does not reach is 0.
    """
    return cast(
        "Picture",
        cv2.warpPerspective(
            picture, matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        ),
    )


def warp_mask(mask: Mask, matrix: Matrix, shape: tuple[int, int]) -> Mask:
    """Carry a mask by a homogeneous point transform; as `warp`, and inside where at least half is."""
    inside: Mask = warp(mask.astype(np.float32), matrix, shape) >= 0.5
    return inside


def draw_line(picture: Rgb, points: NDArray[np.float64], colour: tuple[int, int, int], width: int) -> None:
    """Draw a line through (points, 2) x, y into a picture, which is changed."""
    fine = np.rint(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [fine], False, colour, width, cv2.LINE_AA, 4)


def encode_png(picture: NDArray[np.uint8], *, small: bool = False) -> bytes:
    """Return a PNG of a grey (rows, columns) or RGB (rows, columns, 3) uint8 picture.

    Parameters
    ----------
    picture : ndarray
        What to store.
    small : bool
        Whether a few per cent less in size are worth ten times the work.
    """
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".png", stored, _SMALL if small else _FAST)
    if not done:
        raise ValueError(f"OpenCV could not write a PNG of shape {picture.shape}")
    return bytes(data)


def encode_jpeg(rgb: Rgb, quality: int = 88) -> bytes:
    """Return a JPEG of an RGB picture, without any metadata."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV could not write a JPEG of shape {rgb.shape}")
    return bytes(data)


def decode_gray(data: bytes) -> Gray:
    """Return the grey uint8 picture of a PNG written by `encode_png`."""
    return cast("Gray", cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE))


def decode_rgb(data: bytes) -> Rgb:
    """Return the RGB uint8 picture of a JPEG or PNG written by this module."""
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("not a picture that this module wrote")
    return cast("Rgb", cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def correlate(plane: Plane, kernel: NDArray[np.float32]) -> Plane:
    """Return a plane correlated with a small kernel; the border is mirrored."""
    return cast("Plane", cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101))


def grab_cut(rgb: Rgb, guess: Gray, rounds: int) -> Gray:
    """Return a guess of foreground and background, refined by colour (GrabCut, Rother et al. 2004).

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8.
    guess : Gray
        (rows, columns) uint8 of cv2.GC_BGD, GC_FGD, GC_PR_BGD, GC_PR_FGD; left as it is.
    rounds : int
        How often colours and cut are found in turn.

    Notes
    -----
    OpenCV's start of the colour mixtures is random; a fixed seed makes the same picture give the same result.
    """
    found = guess.copy()
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(rgb, found, cast("Any", None), models[0], models[1], rounds, cv2.GC_INIT_WITH_MASK)
    return found


def warp_affine(picture: Picture, matrix: NDArray[np.float32]) -> Picture:
    """Return the picture carried by a (2, 3) affine point transform, at its own shape; what comes in is 0."""
    return cast("Picture", cv2.warpAffine(picture, matrix, (picture.shape[1], picture.shape[0])))


def look_up(picture: NDArray[np.uint8], table: Picture) -> Picture:
    """Return a picture whose values are those of a table: (256,) for all channels, or (256, channels)."""
    return cast("Picture", cv2.LUT(picture, table if table.ndim == 1 else table[None]))


def mirrored(picture: Picture) -> Picture:
    """Return the picture with left and right exchanged."""
    return cast("Picture", cv2.flip(picture, 1))


def as_channels(plane: Plane) -> Plane:
    """Return a plane as each of the three channels of a picture."""
    return cast("Plane", cv2.merge([plane] * 3))


def at_most(picture: Plane, most: float) -> Plane:
    """Return a picture whose values above `most` are that."""
    # As a plane: of a picture OpenCV would take the bound for that of its first channel.
    return cast("Plane", cv2.min(picture.reshape(len(picture), -1), cast("Any", most)).reshape(picture.shape))


def exp(plane: Plane) -> Plane:
    """Return e to the power of each value, to six digits; a tenth of the time of NumPy."""
    return cast("Plane", cv2.exp(plane))


def rounded(picture: Plane) -> NDArray[np.uint8]:
    """Return a picture of values that are not below 0 in whole levels; what is above 255 is 255."""
    return cast("NDArray[np.uint8]", cv2.convertScaleAbs(picture))


def sample(picture: Picture, places: Plane, *, wrap: bool) -> Picture:
    """Return a picture's values at (..., 2) float32 places (x, y), bilinear; the border repeats or mirrors."""
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REFLECT
    return cast("Picture", cv2.remap(picture, places, cast("Any", None), cv2.INTER_LINEAR, borderMode=border))


def slopes(plane: Plane) -> tuple[Plane, Plane]:
    """Return how a plane changes to the right and downwards, per pixel (Sobel, averaged over three lines)."""
    right, down = (cv2.Sobel(plane, cv2.CV_32F, dx, 1 - dx, scale=1 / 8) for dx in (1, 0))
    return cast("Plane", right), cast("Plane", down)
