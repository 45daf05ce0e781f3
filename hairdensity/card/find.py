"""The card in a photo: where it is, how large a millimetre is there, and in what light it lies.

Markers are found by OpenCV's ArUco detector and say which corner is which. The scale then rests on the corners of the
chessboard, which can be placed to a few hundredths of a pixel and do not move when the photo is blurred or overexposed,
as the markers' outlines do.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Gray, Mask, Matrix, Rgb
from hairdensity.card import layout
from hairdensity.card.light import CardLight, card_light
from hairdensity.card.pose import Points, pose
from hairdensity.intervals import Z95

FIND_PX: Final = 1280
"""Longer side of the picture in which markers are sought."""
FEWEST_MARKERS: Final = 2
"""One marker could be chance or clutter; two that fit one card could not."""
FEWEST_POINTS: Final = 6
"""Corners and middles of markers that a homography is trusted to."""
AGREE_MM: Final = 0.8
"""A point belongs to the card when it lies nearer to its place than this: creased cards are not flat."""
STRAYS: Final = 3.0
"""Points farther off than this many times the usual are left out."""
WORST_MM: Final = 0.45
"""Root mean square error beyond which the card is too crumpled to give a scale."""
STEEPEST_DEG: Final = 55.0
"""A card seen more obliquely gives no scale for the skin beside it."""
SMALLEST: Final = 1.2
"""Pixels of the photo to one millimetre below which nothing can be read."""
SCALE_FLOOR: Final = 0.003
"""No scale is better than this share: paper stretches and cards are not quite flat."""
UNMEASURED: Final = 0.01
"""Printers are off by about so much (standard deviation) where nobody measured the ruler."""
MISFIT: Final = "What looks like a scale card does not fit one card."


@dataclass(frozen=True, slots=True)
class Card:
    """A card found in a photo; all places are in pixels of that photo.

    Parameters
    ----------
    px_per_mm : float
        Pixels to one millimetre in the middle of the card, across the line of sight.
    px_per_mm_low, px_per_mm_high : float
        95 % interval; wide where the ruler was not measured.
    tilt_deg : float
        Angle between the card's normal and the line of sight, degrees.
    corners : ndarray
        (4, 2) float64: the card's corners (x, y), from its upper left, clockwise on the card.
    matrix : Matrix
        (3, 3): from (x, y, 1) on the card in mm (as printed) to the photo.
    mirrored : bool
        The photo shows the card as in a mirror.
    markers : int
        Markers found, of 9.
    residual_px : float
        Root mean square distance of the card's corners from where a flat card has them.
    gains : tuple of float
        Red, green, blue: factors in linear light that make the card's greys neutral; green is 1.
    exposure : float
        Stops by which the photo is too bright (above 0) for white paper to come out as such.
    gains_known : bool
        Whether enough of paper and greys is seen, free of glare and clipping; else the gains are 1 and exposure 0.
    ruler_mm : float or None
        Length of the printed ruler as a person measured it; None: taken to be 80.
    """

    px_per_mm: float
    px_per_mm_low: float
    px_per_mm_high: float
    tilt_deg: float
    corners: Points
    matrix: Matrix
    mirrored: bool
    markers: int
    residual_px: float
    gains: tuple[float, float, float]
    exposure: float
    gains_known: bool
    ruler_mm: float | None

    @property
    def wrong_size(self) -> bool:
        """Whether the measured ruler shows that the printer did not print at 100 %."""
        return self.ruler_mm is not None and abs(self.ruler_mm / layout.RULER_MM - 1) > SCALE_FLOOR * 2

    def mask(self, shape: tuple[int, ...], margin_mm: float = 0.0) -> Mask:
        """Return where the card lies in its photo, with a margin around it: (rows, columns) bool."""
        width, height = layout.CARD_MM
        m = margin_mm
        outline = np.array([[-m, -m], [width + m, -m], [width + m, height + m], [-m, height + m]], np.float64)
        polygon = [(float(x), float(y)) for x, y in imaging.carried(self.matrix, outline)]
        return imaging.polygons_mask([polygon], (shape[0], shape[1]))


@dataclass(frozen=True, slots=True)
class NoCard:
    """No card, or none that can be trusted; false where a `Card` is true.

    Parameters
    ----------
    reason : str
        Why, as a sentence a person understands.
    """

    reason: str

    def __bool__(self) -> bool:
        return False


def find_card(rgb: Rgb, ruler_mm: float | None = None) -> Card | NoCard:
    """Find the scale card in a photo.

    Parameters
    ----------
    rgb : Rgb
        (rows, columns, 3) uint8, sRGB as displayed; the full photo gives the best scale, a smaller one is faster.
    ruler_mm : float, optional
        Length of the card's printed ruler, measured; it is 80 where the printer printed at 100 %.

    Returns
    -------
    Card or NoCard
        The latter is false and says why.

    Raises
    ------
    ValueError
        If `ruler_mm` is not between 40 and 160: no printer is that far off.

    References
    ----------
    Garrido-Jurado et al., Automatic generation and detection of highly reliable fiducial markers under occlusion,
    Pattern Recognition 2014, doi:10.1016/j.patcog.2014.01.005.
    """
    if ruler_mm is not None and not layout.RULER_MM / 2 <= ruler_mm <= layout.RULER_MM * 2:
        raise ValueError(f"the ruler is {layout.RULER_MM:.0f} mm long as printed; {ruler_mm} mm cannot be right")
    gray = imaging.gray(rgb)
    found, mirrored = _markers(gray)
    if not found:
        return NoCard("There is no scale card in this photo, or too little of it is seen.")
    if len(found) < FEWEST_MARKERS:
        return NoCard("Too little of the scale card is seen: uncover it, or move it away from glare.")
    first = _first_matrix(found)
    if first is None:
        return NoCard("What looks like a scale card does not fit one card.")
    return _read(rgb, gray, found, first, mirrored, ruler_mm)


def _read(
    rgb: Rgb, gray: Gray, found: dict[int, Points], first: Matrix, mirrored: bool, ruler_mm: float | None
) -> Card | NoCard:
    places, seen = _points(gray, found, first)
    if len(places) < FEWEST_POINTS:
        return NoCard("Too little of the scale card is seen: uncover it, or move it away from glare.")
    width, height = layout.CARD_MM
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    inside = _agreeing(places, seen, _scale(first), outline)
    if isinstance(inside, NoCard):
        return inside
    posed = pose(places[inside], seen[inside], gray.shape, mirrored)
    if posed is None:
        return NoCard(MISFIT)
    matrix, scale, tilt = posed
    off = imaging.carried(matrix, places[inside]) - seen[inside]
    residual = float(np.sqrt(np.mean(np.sum(off**2, axis=1))))
    if scale < SMALLEST:
        return NoCard("The scale card is too small in this photo: go closer, or send the original.")
    if tilt > STEEPEST_DEG:
        return NoCard(f"The scale card is seen too obliquely ({tilt:.0f} degrees): lay it facing the camera.")
    if residual > WORST_MM * scale:
        return NoCard("The scale card is too crumpled to give a scale: glue it on cardboard, or print another.")
    # A card that the printer shrank has shorter millimetres: the same pixels are fewer true millimetres.
    true_mm = 1.0 if ruler_mm is None else ruler_mm / layout.RULER_MM
    px_per_mm = scale / true_mm
    spread = float(np.sqrt(np.mean(np.sum((places[inside] - places[inside].mean(axis=0)) ** 2, axis=1))))
    sd = np.hypot(residual / scale / (spread * np.sqrt(max(1, inside.sum() - 4))), SCALE_FLOOR)
    sd = float(np.hypot(sd, UNMEASURED if ruler_mm is None else 0.25 / layout.RULER_MM))
    light: CardLight = card_light(rgb, matrix)
    return Card(
        px_per_mm=px_per_mm,
        px_per_mm_low=px_per_mm * (1 - Z95 * sd),
        px_per_mm_high=px_per_mm * (1 + Z95 * sd),
        tilt_deg=tilt,
        corners=imaging.carried(matrix, outline),
        matrix=matrix,
        mirrored=mirrored,
        markers=len(found),
        residual_px=residual,
        gains=light.gains,
        exposure=light.exposure,
        gains_known=light.known,
        ruler_mm=ruler_mm,
    )


def _agreeing(places: Points, seen: Points, scale: float, outline: Points) -> NDArray[np.bool_] | NoCard:
    """Return which of the points lie on one flat card."""
    fitted: Any
    agreeing: Any  # both None where nothing fits, which OpenCV's stubs deny
    fitted, agreeing = cv2.findHomography(
        places.reshape(-1, 1, 2), seen.reshape(-1, 1, 2), cv2.RANSAC, AGREE_MM * scale, maxIters=500, confidence=0.99
    )
    if fitted is None or agreeing is None:
        return NoCard(MISFIT)
    inside: NDArray[np.bool_] = np.asarray(agreeing).reshape(-1) > 0
    if inside.sum() < max(FEWEST_POINTS, 0.6 * len(places)):
        return NoCard("The scale card is too crumpled, or too little of it is seen.")
    matrix = np.asarray(fitted, np.float64)
    matrix = matrix / matrix[2, 2]
    if np.any(np.column_stack([outline, np.ones(4)]) @ matrix[2] <= 0):
        return NoCard(MISFIT)
    # Corners beside a finger or a fold agree roughly; what lies far beyond the usual scatter is left out.
    off = np.linalg.norm(imaging.carried(matrix, places) - seen, axis=1)
    near: NDArray[np.bool_] = off <= max(STRAYS * float(np.median(off[inside])), 0.02 * scale)
    return inside & near


def _markers(gray: Gray) -> tuple[dict[int, Points], bool]:
    """Return the corners (4, 2) of each marker by its number, in pixels of `gray`, and whether it is mirrored."""
    small = imaging.shrink(gray, FIND_PX)
    listed, names = _detector().detectMarkers(small)[:2]
    count = len(layout.CODES)
    kinds: tuple[dict[int, Points], dict[int, Points]] = ({}, {})
    if names is not None:
        for corners, name in zip(listed, np.asarray(names).reshape(-1), strict=True):
            quad = np.asarray(corners, np.float64).reshape(4, 2)
            is_mirrored = int(name) >= count
            # A mirrored marker's corners run the other way round: its upper left is its mirror's upper right.
            kinds[is_mirrored][int(name) % count] = quad[[1, 0, 3, 2]] if is_mirrored else quad
    mirrored = len(kinds[1]) > len(kinds[0])
    fx, fy = gray.shape[1] / small.shape[1], gray.shape[0] / small.shape[0]
    scaled = {
        name: (quad + 0.5) * np.array([fx, fy]) - 0.5 for name, quad in kinds[mirrored].items()
    }  # fmt: skip
    return scaled, mirrored


def _detector() -> Any:  # noqa: ANN401 - OpenCV's own type
    """Return a detector of the card's markers and of their mirror images."""
    patterns = [layout.bits(code) for code in layout.CODES]
    patterns += [np.ascontiguousarray(pattern[:, ::-1]) for pattern in patterns]
    packed = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(pattern) for pattern in patterns])
    # Half of the distance between two markers can be put right; a third is, so that clutter is not taken for one.
    dictionary = cv2.aruco.Dictionary(packed, layout.BITS, (layout.APART - 1) // 2)
    settings = cv2.aruco.DetectorParameters()
    settings.adaptiveThreshWinSizeMin = 7
    settings.adaptiveThreshWinSizeMax = 27
    settings.adaptiveThreshWinSizeStep = 20
    settings.minMarkerPerimeterRate = 0.02
    settings.maxMarkerPerimeterRate = 1.5
    settings.errorCorrectionRate = 0.7
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    return cv2.aruco.ArucoDetector(dictionary, settings)


def _first_matrix(found: dict[int, Points]) -> Matrix | None:
    """Return the transform from mm to pixels by the markers' corners; None where they do not fit one card."""
    corners = layout.marker_corners()
    places = np.concatenate([corners[name] for name in found])
    seen = np.concatenate(list(found.values()))
    size = float(np.median([np.linalg.norm(quad[0] - quad[2]) for quad in found.values()]))
    fitted: Any
    agreeing: Any
    fitted, agreeing = cv2.findHomography(
        places.reshape(-1, 1, 2), seen.reshape(-1, 1, 2), cv2.RANSAC, 0.1 * size, maxIters=500, confidence=0.99
    )
    if fitted is None or agreeing is None or np.asarray(agreeing).sum() < 0.75 * len(places):
        return None
    return np.asarray(fitted / fitted[2, 2], np.float64)


def _points(gray: Gray, found: dict[int, Points], first: Matrix) -> tuple[Points, Points]:
    """Return places on the card in mm and where they are seen: chess corners, and the middles of markers."""
    scale = _scale(first)
    corners = layout.chess_corners()
    middles = layout.marker_corners().mean(axis=1)
    near = np.array([middles[name] for name in found])
    # Only corners beside a marker that is seen: the others may be covered.
    close = np.min(np.linalg.norm(corners[:, None] - near[None], axis=2), axis=1) < 0.75 * layout.SQUARE_MM
    places, seen = [], []
    guesses = imaging.carried(first, corners[close])
    reach = int(np.clip(round(1.3 * scale), 2, 30))
    inside = np.all((guesses > reach + 2) & (guesses < np.array(gray.shape[::-1]) - reach - 3), axis=1)
    if inside.any():
        start = guesses[inside].astype(np.float32).reshape(-1, 1, 2)
        criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.01)
        moved = np.asarray(cv2.cornerSubPix(gray, start.copy(), (reach, reach), (-1, -1), criteria), np.float64)
        moved = moved.reshape(-1, 2)
        near_enough = np.linalg.norm(moved - guesses[inside], axis=1) < max(2.0, 1.0 * scale)
        places += list(corners[close][inside][near_enough])
        seen += list(moved[near_enough])
    for name, quad in found.items():
        middle = _crossing(_sharpened(gray, quad, scale))
        if middle is not None:
            places.append(middles[name])
            seen.append(middle)
    if len(places) < FEWEST_POINTS:
        for name, quad in found.items():
            places += list(layout.marker_corners()[name])
            seen += list(quad)
    return np.array(places, np.float64).reshape(-1, 2), np.array(seen, np.float64).reshape(-1, 2)


def _sharpened(gray: Gray, quad: Points, scale: float) -> Points:
    """Return a marker's corners placed between the pixels; as they were where that goes astray."""
    reach = int(np.clip(round(scale), 2, 12))
    if np.any(quad < reach + 2) or np.any(quad > np.array(gray.shape[::-1]) - reach - 3):
        return quad
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.02)
    start = quad.astype(np.float32).reshape(-1, 1, 2)
    moved = np.asarray(cv2.cornerSubPix(gray, start, (reach, reach), (-1, -1), criteria), np.float64).reshape(4, 2)
    return moved if np.all(np.linalg.norm(moved - quad, axis=1) < max(2.0, 0.6 * scale)) else quad


def _crossing(quad: Points) -> Points | None:
    """Return where the diagonals cross: the middle of a square, however it is seen, and however thick its edges."""
    matrix = np.column_stack([quad[2] - quad[0], quad[1] - quad[3]])
    if abs(np.linalg.det(matrix)) < 1e-6:
        return None
    share = np.linalg.solve(matrix, quad[1] - quad[0])
    return np.asarray(quad[0] + share[0] * (quad[2] - quad[0]), np.float64)


def _linear(matrix: Matrix) -> NDArray[np.float64]:
    """Return the (2, 2) derivative of the transform in the middle of the card."""
    x, y, w = matrix @ np.array([layout.CARD_MM[0] / 2, layout.CARD_MM[1] / 2, 1.0])
    return np.asarray((matrix[:2, :2] - np.outer([x / w, y / w], matrix[2, :2])) / w, np.float64)


def _scale(matrix: Matrix) -> float:
    """Return pixels to the millimetre across the line of sight: tilt shortens the other direction only."""
    return float(np.linalg.svd(_linear(matrix), compute_uv=False)[0])
