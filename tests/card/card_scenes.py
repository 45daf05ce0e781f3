"""Photos of the card with known truth: drawn, seen by a pinhole camera, lit, creased, covered, blurred, compressed."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Matrix, Rgb
from hairdensity.card import layout

DRAWN: float = 16.0
"""Pixels to the millimetre of the drawing that is photographed."""


@dataclass(frozen=True)
class Scene:
    """How the card is photographed."""

    px_per_mm: float = 4.0
    tilt_deg: float = 0.0
    tilt_axis_deg: float = 0.0
    turn_deg: float = 0.0
    middle: tuple[float, float] = (0.5, 0.5)
    shape: tuple[int, int] = (720, 960)
    focal: float = 1.1
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 0.0
    slope: float = 0.0
    blur: float = 0.6
    noise: float = 2.0
    quality: int = 90
    glare: float = 0.0
    crease_mm: float = 0.0
    covered: tuple[float, float, float, float] | None = None
    mirrored: bool = False
    print_scale: float = 1.0
    seed: int = 0


@cache
def drawing() -> Rgb:
    return layout.draw(DRAWN)


def camera(scene: Scene) -> Matrix:
    """Return the transform from mm on the card as printed to pixels; its scale in the middle is exact."""
    rows, columns = scene.shape
    focal = scene.focal * max(rows, columns)
    distance = focal / scene.px_per_mm
    axis = np.radians(scene.tilt_axis_deg)
    vector = np.radians(scene.tilt_deg) * np.array([np.cos(axis), np.sin(axis), 0.0])
    tilted = cv2.Rodrigues(vector)[0]
    turned = cv2.Rodrigues(np.array([0, 0, np.radians(scene.turn_deg)]))[0]
    rotation = np.asarray(tilted @ turned, float)
    middle = np.array(
        [(scene.middle[0] * columns - columns / 2) / focal * distance,
         (scene.middle[1] * rows - rows / 2) / focal * distance, distance]
    )  # fmt: skip
    width, height = layout.CARD_MM
    # A card printed smaller has shorter millimetres.
    printed = np.diag([scene.print_scale, scene.print_scale, 1.0])
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]], float)
    place = np.column_stack([rotation[:, 0], rotation[:, 1], middle]) @ printed @ to_middle
    inner = np.array([[focal, 0, columns / 2 - 0.5], [0, focal, rows / 2 - 0.5], [0, 0, 1]])
    matrix = inner @ place
    return np.asarray(matrix / matrix[2, 2])


def photograph(scene: Scene, background: Rgb | None = None) -> Rgb:
    """Return the photo."""
    random = np.random.default_rng(scene.seed)
    rows, columns = scene.shape
    if background is None:
        texture = imaging.blur(random.standard_normal((rows, columns, 3), np.float32), 3.0) * 5
        background = np.clip(120 + 30 * texture + np.array([30, 0, -20], np.float32), 0, 255).astype(np.uint8)
    card = drawing()
    if scene.crease_mm:
        card = _creased(card, scene.crease_mm, random)
    if scene.covered:
        card = card.copy()
        left, top, right, bottom = (np.array(scene.covered) * DRAWN).astype(int)
        card[top:bottom, left:right] = (196, 146, 122)
    from_drawing = np.array([[1 / DRAWN, 0, 0.5 / DRAWN], [0, 1 / DRAWN, 0.5 / DRAWN], [0, 0, 1]])
    # Only where the card is, and finer than the photo, so that it is averaged as a sensor does.
    matrix = camera(scene) @ from_drawing
    edges = matrix @ np.array(
        [[0, card.shape[1], card.shape[1], 0], [0, 0, card.shape[0], card.shape[0]], [1, 1, 1, 1]]
    )
    edges = edges[:2] / edges[2]
    left, top = np.clip(np.floor(edges.min(axis=1)) - 2, 0, [columns, rows]).astype(int)
    right, bottom = np.clip(np.ceil(edges.max(axis=1)) + 3, 0, [columns, rows]).astype(int)
    small, finer = (int(bottom - top), int(right - left)), 3
    enlarge = np.array(
        [[finer, 0, (finer - 1) / 2 - finer * left], [0, finer, (finer - 1) / 2 - finer * top], [0, 0, 1]]
    )
    large = (small[1] * finer, small[0] * finer)
    fine = cv2.warpPerspective(imaging.blur(card, 0.3 * DRAWN / scene.px_per_mm), enlarge @ matrix, large)
    inside = cv2.warpPerspective(np.ones(card.shape[:2], np.float32), enlarge @ matrix, large)
    seen, share = np.zeros((rows, columns, 3), np.float32), np.zeros((rows, columns), np.float32)
    seen[top:bottom, left:right] = imaging.resize(np.asarray(fine), small)
    share[top:bottom, left:right] = imaging.resize(np.asarray(inside), small)
    mixed = seen * share[..., None] + background * (1 - share[..., None])
    light = cv2.pow(mixed * np.float32(1 / 255), 2.2) * np.float32(0.85)
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :, None]
    gains = np.array(scene.gains, np.float32) * np.float32(2.0**scene.exposure)
    light = light * (gains * np.exp(np.float32(scene.slope) * x))
    if scene.glare:
        spot = np.zeros((rows, columns), np.float32)
        at = camera(scene) @ np.array([30.0 + 20 * random.random(), 15.0 + 15 * random.random(), 1])
        cv2.circle(spot, (int(at[0] / at[2]), int(at[1] / at[2])), int(6 * scene.px_per_mm), 1.0, -1)
        light = light + np.float32(scene.glare) * gains * imaging.blur(spot, 2.5 * scene.px_per_mm)[..., None]
    shown = imaging.blur(np.asarray(cv2.pow(np.clip(light, 0, 1), 1 / 2.2)), scene.blur)
    noise = np.float32(scene.noise) * random.standard_normal(shown.shape, np.float32)
    noisy = np.clip(255 * shown + noise, 0, 255).astype(np.uint8)
    photo = imaging.decode_rgb(imaging.encode_jpeg(noisy, scene.quality))
    return np.ascontiguousarray(photo[:, ::-1]) if scene.mirrored else photo


def _creased(card: Rgb, depth: float, random: np.random.Generator) -> Rgb:
    """Fold the card along a line: each side is pushed along by up to `depth` mm, and the fold catches light."""
    rows, columns = card.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    fold = columns * random.uniform(0.3, 0.7) + (y - rows / 2) * random.uniform(-0.5, 0.5)
    away = (x - fold) / columns
    shift = (2 * depth * DRAWN * away * np.abs(away)).astype(np.float32)
    shade = np.where(away > 0, 0.9, 1.05) * (1 - 0.3 * np.exp(-((away * columns / DRAWN) ** 2)))
    bent = cv2.remap(card, x + shift, y + 0.5 * shift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(bent * shade[..., None], 0, 255).astype(np.uint8)


def random_scene(seed: int) -> Scene:
    """Return the circumstances of a random photo."""
    random = np.random.default_rng(seed)
    covered: tuple[float, float, float, float] | None = None
    if random.random() < 0.4:
        left, top = random.choice([0.0, 50.0]), random.choice([-5.0, 25.0])
        covered = (left, max(0.0, top), left + random.uniform(15, 40), top + 30)
    return Scene(
        px_per_mm=float(random.uniform(2.5, 6)),
        tilt_deg=float(random.uniform(0, 35)),
        tilt_axis_deg=float(random.uniform(0, 360)),
        turn_deg=float(random.uniform(0, 360)),
        middle=(float(random.uniform(0.35, 0.65)), float(random.uniform(0.4, 0.6))),
        focal=float(random.uniform(0.75, 1.4)),
        gains=(float(np.exp(random.normal(0, 0.2))), 1.0, float(np.exp(random.normal(0, 0.2)))),
        exposure=float(random.normal(-0.3, 0.5)),
        slope=float(random.normal(0, 0.3)),
        blur=float(random.uniform(0.3, 1.6)),
        noise=float(random.uniform(0, 8)),
        quality=int(random.integers(40, 96)),
        glare=float(random.choice([0.0, 0.5, 1.0])),
        crease_mm=float(random.choice([0.0, 0.0, 0.6])),
        covered=covered,
        mirrored=bool(random.random() < 0.25),
        seed=seed,
    )


def outline(scene: Scene) -> NDArray[np.float64]:
    """Return the true corners of the card in the photo, (4, 2)."""
    width, height = layout.CARD_MM
    there = camera(scene) @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], float)
    points = (there[:2] / there[2]).T
    return points * [-1, 1] + [scene.shape[1] - 1, 0] if scene.mirrored else points
