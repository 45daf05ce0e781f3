"""What each pixel sees of the solid body: depth, place and normal of head, ears and shoulders.

Surfaces are smooth, so rays are traced on a coarse grid and the results carried to the photo's pixels; outlines stay
sharp, since what is carried is the signed distance by which a ray misses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Plane
from hairdensity.simulate import anatomy
from hairdensity.simulate.anatomy import Blob
from hairdensity.simulate.camera import Camera
from hairdensity.simulate.model import Head, Points

Distance = Callable[[Points], NDArray[np.float32]]
GRID: Final = 240
FAR: Final = np.float32(1e5)


@dataclass(frozen=True, slots=True)
class Surface:
    """A solid as the camera sees it, by pixel.

    Parameters
    ----------
    share : ndarray
        (rows, columns) float32 0..1: share of the pixel that it fills.
    depth : ndarray
        (rows, columns) float32: depth in mm; that of the closest approach where the ray misses.
    place, normal : ndarray
        (rows, columns, 3) float32: point of the surface, and its outward unit normal.
    """

    share: Plane
    depth: Plane
    place: Points
    normal: Points


def distance_to_blob(points: Points, blob: Blob) -> NDArray[np.float32]:
    """Return the approximate signed distance of points to an ellipsoid, mm."""
    rel = points - np.array(blob.centre, np.float32)
    if blob.lean:
        c, s = np.float32(np.cos(np.radians(blob.lean))), np.float32(np.sin(np.radians(blob.lean)))
        rel = np.stack([rel[..., 0], rel[..., 1] * c - rel[..., 2] * s, rel[..., 1] * s + rel[..., 2] * c], -1)
    axes = np.array(blob.axes, np.float32)
    scaled = rel / axes
    near = np.sqrt(np.einsum("...i,...i->...", scaled, scaled))
    steep = scaled / axes
    steepness = np.sqrt(np.einsum("...i,...i->...", steep, steep))
    return np.asarray(near * (near - 1) / np.maximum(steepness, 1e-6), np.float32)


def distance_to_head(head: Head, points: Points) -> NDArray[np.float32]:
    """Return the approximate signed distance of points to skull, face and neck, smoothly joined, mm."""
    norm = anatomy.skull_norm(head, points)
    reach = np.sqrt(np.einsum("...i,...i->...", points, points))
    distance = reach * (1 - 1 / np.maximum(norm, 1e-3))
    for blob, blend in zip(anatomy.body(head), (18.0, 22.0, 12.0, 20.0), strict=True):
        distance = _joined(distance, distance_to_blob(points, blob), blend)
    return np.asarray(distance, np.float32)


def see_head(head: Head, eye: Camera) -> Surface:
    """Return the head without ears as the camera sees it."""
    return _see(eye, lambda points: distance_to_head(head, points))


def see_blobs(blobs: Sequence[Blob], eye: Camera, blend: float, nodes: int = GRID) -> Surface:
    """Return blobs, joined over `blend` mm, as the camera sees them."""

    def distance(points: Points) -> NDArray[np.float32]:
        total = distance_to_blob(points, blobs[0])
        for blob in blobs[1:]:
            total = _joined(total, distance_to_blob(points, blob), blend)
        return total

    return _see(eye, distance, blobs, nodes)


def see_hull(head: Head, eye: Camera, above: float) -> Surface:
    """Return the skull grown by `above` mm as the camera sees it."""
    scale = np.float32(1 + above / anatomy.RADIUS_MM)

    def distance(points: Points) -> NDArray[np.float32]:
        norm = anatomy.skull_norm(head, points) / scale
        reach = np.sqrt(np.einsum("...i,...i->...", points, points))
        return np.asarray(reach * (1 - 1 / np.maximum(norm, 1e-3)), np.float32)

    # Only an order is read from it, so a coarse grid does.
    return _see(eye, distance, nodes=GRID // 2)


def _joined(a: NDArray[np.float32], b: NDArray[np.float32], blend: float) -> NDArray[np.float32]:
    """Return the smaller of two distances with the crease filled (polynomial smooth minimum)."""
    overlap = np.maximum(np.float32(blend) - np.abs(a - b), 0) / np.float32(blend)
    return np.asarray(np.minimum(a, b) - overlap * overlap * np.float32(blend / 4), np.float32)


def _see(eye: Camera, distance: Distance, bounds: Sequence[Blob] = (), nodes: int = GRID) -> Surface:
    rows, columns = eye.shape
    step = max(1.0, max(rows, columns) / nodes)
    grid = (int(np.ceil(rows / step)), int(np.ceil(columns / step)))
    # Grid nodes lie where bilinear enlargement puts them: half-pixel centres.
    y = ((np.arange(grid[0], dtype=np.float32) + 0.5) * rows / grid[0]) - 0.5
    x = ((np.arange(grid[1], dtype=np.float32) + 0.5) * columns / grid[1]) - 0.5
    xx, yy = np.meshgrid(x, y)
    rays = eye.rays(xx.ravel().astype(np.float32), yy.ravel().astype(np.float32))
    length = np.sqrt(np.einsum("ij,ij->i", rays, rays))
    best, miss = _nearest(eye, rays, length, distance, bounds)
    # A hit ends within 0.02 mm. How deep a ray goes below the surface tells how far inside the outline it is.
    hit = miss < 0.05
    place = eye.place + rays * best[:, None]
    normal = _gradient(distance, place)
    scale = eye.focal / best
    inside = -miss
    entered = np.flatnonzero(hit)
    for beyond in (1.0, 3.0, 8.0, 20.0, 50.0):
        ahead = eye.place + rays[entered] * (best[entered] + np.float32(beyond) / length[entered])[:, None]
        inside[entered] = np.maximum(inside[entered], -distance(ahead))
    inside = inside * scale
    fields = np.concatenate([inside[:, None], best[:, None], normal], 1).reshape(*grid, 5).astype(np.float32)
    full = imaging.resize(fields, (rows, columns)) if grid != (rows, columns) else fields
    share = np.clip(full[..., 0] / np.float32(max(step, 1.0)) ** np.float32(0.5) + np.float32(0.5), 0, 1)
    pixel_x, pixel_y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    full_rays = eye.rays(pixel_x, pixel_y)
    return Surface(
        share=share,
        depth=full[..., 1],
        place=np.asarray(eye.place + full_rays * full[..., 1][..., None], np.float32),
        normal=anatomy.unit(full[..., 2:5]),
    )


def _nearest(
    eye: Camera, rays: Points, length: NDArray[np.float32], distance: Distance, bounds: Sequence[Blob]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each ray the depth at which it comes nearest to the solid, and how near, by walking along it."""
    count = len(rays)
    depth = np.full(count, 150.0, np.float32)
    miss = np.full(count, np.inf, np.float32)
    best = depth.copy()
    alive = np.arange(count)
    if bounds:
        # Rays that pass far from the solid are only told how far.
        passing = np.full(count, np.inf, np.float32)
        for blob in bounds:
            rel = np.array(blob.centre, np.float32) - eye.place
            along = (rays @ rel) / length
            gap = np.sqrt(np.maximum(rel @ rel - along**2, 0)) - np.float32(max(blob.axes))
            nearer = gap < passing
            passing = np.where(nearer, gap, passing)
            best = np.where(nearer, along / length, best)
        miss = np.where(passing > 8, passing, miss).astype(np.float32)
        alive = np.flatnonzero(passing <= 8)
    for _ in range(80):
        gap = distance(eye.place + rays[alive] * depth[alive, None]).astype(np.float32)
        closer = gap < miss[alive]
        miss[alive] = np.where(closer, gap, miss[alive])
        best[alive] = np.where(closer, depth[alive], best[alive])
        # Rays that graze a surface must get past it.
        depth[alive] += np.where(gap > 0.02, np.maximum(gap, 0.4), gap) / length[alive]
        alive = alive[(np.abs(gap) > 0.02) & (depth[alive] < 1400)]
        if not len(alive):
            break
    return best, miss


def _gradient(distance: Distance, points: Points) -> Points:
    small = np.float32(0.5)
    here = distance(points)
    columns = []
    for axis in range(3):
        shifted = points.copy()
        shifted[:, axis] += small
        columns.append(distance(shifted) - here)
    return anatomy.unit(np.stack(columns, -1).astype(np.float32))
