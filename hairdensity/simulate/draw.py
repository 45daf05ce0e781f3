"""From a head and a shot to a photo and its truth."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Share
from hairdensity.simulate import anatomy, hair, skin
from hairdensity.simulate.backdrop import background, clothes
from hairdensity.simulate.camera import Camera, camera, develop, light
from hairdensity.simulate.model import Head, Rendered, Shot
from hairdensity.simulate.solids import Surface, see_blobs, see_head

_NEUTRAL: Final = Shot()


def render(head: Head, shot: Shot = _NEUTRAL) -> Rendered:
    """Render a photo of a head, with the truth about it.

    Parameters
    ----------
    head : Head
        The person.
    shot : Shot
        The circumstances; the default is a neutral one of the vertex.

    Returns
    -------
    Rendered
        The same for the same arguments.

    Notes
    -----
    Hair is drawn strand by strand in layers from the outside in. Each piece of a strand adds its area to the pixels it
    lies on; within a layer strands lie beside each other, layers overlap at random below the pixel. `alpha` is the
    weight that hair was blended with, before blur, noise and JPEG.
    """
    eye = camera(shot)
    sun = light(shot, eye)
    skull = see_head(head, eye)
    ear_pair = see_blobs(anatomy.ears(head), eye, 1.0)
    shoulders = see_blobs(anatomy.torso(), eye, 45.0, 140)
    ear_share = ear_pair.share * ((ear_pair.depth < skull.depth) | (skull.share < 0.5))
    place = np.where((skull.share > 0)[..., None], anatomy.canonical(head, skull.place), np.float32(np.nan))
    zone = anatomy.hair_zone(head, skull.place)
    hairs = hair.seen_hairs(head, shot, eye)
    solid = _solid_depth(skull, ear_share, ear_pair)
    count = _rooted_in_view(hairs.root, eye, solid)
    pieces = hair.segments(head, shot, hairs, eye, sun, solid)
    strands = hair.paint(head, shot, pieces, eye, sun, count)
    scalp = (skull.share > 0.5) & (zone > 0) & (ear_share < 0.5)
    px_per_mm = _scale(scalp, skull, eye)
    under = _bodies(head, shot, sun, eye, skull, ear_pair, ear_share, shoulders, place, zone, px_per_mm, strands)
    linear = under * (1 - strands.alpha)[..., None] + strands.colour
    region = region_of(scalp, strands.alpha, px_per_mm)
    rng = np.random.default_rng([head.seed, shot.seed, 9])
    return Rendered(
        rgb=develop(linear.astype(np.float32), shot, rng),
        alpha=strands.alpha,
        region=region,
        coverage=float(strands.alpha[region].mean()) if region.any() else float("nan"),
        hair_count=count,
        px_per_mm=px_per_mm,
        canonical=place.astype(np.float32),
    )


def true_coverage(head: Head, shot: Shot) -> float:
    """Return the coverage that `render` would report, without making the picture."""
    eye = camera(shot)
    skull = see_head(head, eye)
    ear_pair = see_blobs(anatomy.ears(head), eye, 1.0)
    ear_share = ear_pair.share * ((ear_pair.depth < skull.depth) | (skull.share < 0.5))
    zone = anatomy.hair_zone(head, skull.place)
    solid = _solid_depth(skull, ear_share, ear_pair)
    hairs = hair.seen_hairs(head, shot, eye)
    pieces = hair.segments(head, shot, hairs, eye, light(shot, eye), solid)
    alpha = hair.cover(pieces, eye.shape)
    scalp = (skull.share > 0.5) & (zone > 0) & (ear_share < 0.5)
    return float(alpha[region_of(scalp, alpha, _scale(scalp, skull, eye))].mean())


def region_of(scalp: Mask, alpha: Share, px_per_mm: float) -> Mask:
    """Return the region: scalp in view, and the mass of hair joined to it.

    Parameters
    ----------
    scalp : ndarray
        bool: skin within the original hairline.
    alpha : ndarray
        float32: share of hair.
    px_per_mm : float
        Scale: single hairs beyond the mass do not count, so `alpha` is averaged over about 5 mm.
    """
    mass = imaging.blur(alpha, max(0.5, 2.0 * px_per_mm)) > 0.5
    joined = (scalp | mass).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    if len(stats) < 2:
        return np.zeros(scalp.shape, np.bool_)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.bool_)


def _solid_depth(skull: Surface, ear_share: Plane, ear_pair: Surface) -> Plane:
    depth = np.where(skull.share > 0.5, skull.depth, np.float32(1e5))
    return np.where(ear_share > 0.5, np.minimum(depth, ear_pair.depth), depth).astype(np.float32)


def _rooted_in_view(root: NDArray[np.float32], eye: Camera, solid: Plane) -> int:
    x, y, depth = eye.project(root)
    rows, columns = eye.shape
    inside = (x >= -0.5) & (x < columns - 0.5) & (y >= -0.5) & (y < rows - 0.5)
    x, y, depth = x[inside], y[inside], depth[inside]
    seen = solid[np.rint(y).astype(np.int64), np.rint(x).astype(np.int64)] > depth - 1.5
    return int(np.count_nonzero(seen))


def _scale(scalp: Mask, skull: Surface, eye: Camera) -> float:
    return float(eye.focal / np.median(skull.depth[scalp])) if scalp.any() else float("nan")


def _bodies(
    head: Head,
    shot: Shot,
    sun: NDArray[np.float32],
    eye: Camera,
    skull: Surface,
    ear_pair: Surface,
    ear_share: Plane,
    shoulders: Surface,
    place: Plane,
    zone: Plane,
    px_per_mm: float,
    strands: hair.Hair,
) -> Plane:
    """Return linear RGB of everything but hair."""
    room = background(shot)
    cloth = _lit(clothes(head, shoulders.place), shoulders.normal, sun, shot)
    # The head keeps light from the shoulders below it.
    gap = shoulders.depth - np.where(skull.share > 0.5, skull.depth, np.median(skull.depth))
    cloth *= (0.55 + 0.45 * np.clip(gap / 260, 0, 1) ** 0.5).astype(np.float32)[..., None]
    out = np.asarray(room * (1 - shoulders.share)[..., None] + cloth * shoulders.share[..., None], np.float32)
    seen_place = np.nan_to_num(place)
    colour, relief = skin.albedo(head, seen_place, zone, px_per_mm if np.isfinite(px_per_mm) else 3.0)
    brow, hollow = skin.face_marks(head, skull.place)
    tone = hair.hair_colour(head, shot.wet)[0]
    colour = (colour * (1 - 0.75 * hollow)[..., None]) * (1 - brow)[..., None] + tone * brow[..., None]
    shadow = strands.shadow * skull.share + 1 - skull.share
    hush = strands.hush * skull.share + 1 - skull.share
    flesh = _lit(colour, skull.normal, sun, shot, shadow, hush)
    flesh = flesh + _glare(head, shot, skull, sun, eye, relief, shadow)[..., None]
    out = out * (1 - skull.share)[..., None] + flesh * skull.share[..., None]
    ear_colour = skin.of_body(head, ear_pair.place) * np.array([1.0, 0.80, 0.78], np.float32)
    ear = _lit(ear_colour, ear_pair.normal, sun, shot)
    return np.asarray(out * (1 - ear_share)[..., None] + ear * ear_share[..., None], np.float32)


def _lit(
    colour: Plane,
    normal: Plane,
    sun: NDArray[np.float32],
    shot: Shot,
    shadow: Plane | None = None,
    hush: Plane | None = None,
) -> Plane:
    """Return the light that matt skin or cloth sends back; red light wanders further in skin and rounds the shadow."""
    cosine = normal @ sun
    wrap = np.array([0.35, 0.22, 0.18], np.float32)
    key = np.clip((cosine[..., None] + wrap) / (1 + wrap), 0, 1) * np.float32(1.6 * shot.light_share)
    sky = (0.72 + 0.28 * normal[..., 2]) * np.float32(1 - shot.light_share)
    if shadow is not None and hush is not None:
        key = key * shadow[..., None]
        # Light that has gone through hair and skin comes out redder.
        return np.asarray(
            colour * (key + sky[..., None] * hush[..., None] ** np.array([0.8, 1.0, 1.08], np.float32)), np.float32
        )
    return np.asarray(colour * (key + sky[..., None]), np.float32)


def _glare(
    head: Head, shot: Shot, skull: Surface, sun: NDArray[np.float32], eye: Camera, relief: Plane, shadow: Plane
) -> Plane:
    """Return light mirrored by the skin: a broad sheen and a sharper spot, broken by pores."""
    to_eye = anatomy.unit(eye.place - skull.place)
    half = anatomy.unit(to_eye + sun)
    cosine = np.clip(np.einsum("...i,...i->...", skull.normal, half), 0, 1)
    rough = 1 + 0.35 * relief
    oil = head.oiliness + 0.4 * shot.wet
    lobes = 0.10 * cosine**14 + 0.30 * oil * cosine**60 * rough + 0.55 * oil**2 * cosine**240 * rough
    grazing = 0.06 * (1 - np.clip(np.einsum("...i,...i->...", skull.normal, to_eye), 0, 1)) ** 3
    return np.asarray(
        np.clip(lobes, 0, None) * shadow * shot.light_share + grazing * (1 - shot.light_share), np.float32
    )
