"""Strands: the course of each hair through space, from its root along wisps that share a way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hairdensity.simulate import anatomy
from hairdensity.simulate.follicles import Follicles
from hairdensity.simulate.model import Head, Points, Shot

STEPS = 20
"""Steps along a guide."""
_GUIDES = 2600


@dataclass(frozen=True, slots=True)
class Guides:
    """Ways that wisps of hair take.

    Parameters
    ----------
    root : ndarray
        (g, 3) float32 on the skull.
    way : ndarray
        (g, STEPS + 1, 3) float32: offsets from the root, mm.
    reach : float
        Length of each, mm.
    """

    root: Points
    way: NDArray[np.float32]
    reach: float


def guides(head: Head, shot: Shot) -> Guides:
    """Return the ways that hair takes on this head: up from the skin, then bent over along the flow of the hair."""
    rng = np.random.default_rng([head.seed, 2])
    index = np.arange(_GUIDES, dtype=np.float64) + 0.5
    height = 1 - 2 * index / _GUIDES
    around = index * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    ball = np.stack([flat * np.cos(around), flat * np.sin(around), height], -1)
    ball += rng.normal(0, 0.4 * np.sqrt(4 * np.pi / _GUIDES), ball.shape)
    ball = ball[ball[:, 2] > -0.8]
    root = anatomy.on_skull(head, anatomy.unit(ball.astype(np.float32)))
    count = len(root)
    reach = float(max(head.hair_mm, head.sides_mm) * shot.length_scale)
    step = np.float32(reach / STEPS)
    own = rng.normal(0, 1, (count, 4)).astype(np.float32)
    normal = anatomy.skull_normal(head, root)
    along = anatomy.flow(head, root)
    along = anatomy._turned(along, normal, own[:, 0] * np.float32(0.10 + 0.25 * head.untidy))
    rise = np.radians(18 + 52 * head.lift) * (1 + 0.18 * own[:, 1])
    rise = np.where(rise < 0.1, 0.1, rise).astype(np.float32)
    way = anatomy.unit(along * np.cos(rise)[:, None] + normal * np.sin(rise)[:, None])
    # Stiff, lifted or curly hair bends late; wet hair at once.
    bend_mm = (7.0 + 26.0 * head.lift**2 + 10 * head.curl) * (1 - 0.6 * shot.wet)
    bend = np.float32(1 - np.exp(-step / bend_mm))
    layer = (0.3 + 1.6 * rng.random(count, np.float32) * (0.4 + head.lift)).astype(np.float32)
    twist = own[:, 2] * np.float32(0.02 + 0.05 * head.untidy)
    here = root.copy()
    out = np.zeros((count, STEPS + 1, 3), np.float32)
    down = np.array([0, 0, -1], np.float32)
    for k in range(1, STEPS + 1):
        here = here + way * step
        normal = anatomy.skull_normal(head, here)
        norm = anatomy.skull_norm(head, here)
        above = np.sqrt(np.einsum("ij,ij->i", here, here)) * (1 - 1 / norm)
        short = np.maximum(np.minimum(layer, 0.25 * k * step) - above, 0)
        here = here + normal * short[:, None]
        out[:, k] = here - root
        wish = anatomy.flow(head, here)
        # Where the head falls away, hair hangs.
        steepness = np.clip(1 - normal[:, 2], 0, 1)[:, None]
        wish = anatomy.unit(wish + down * 0.5 * steepness)
        settle = np.clip((above - layer) / 14.0, -0.3, 1.0)[:, None] * normal * np.float32(0.55 * (1 - 0.5 * head.lift))
        way = anatomy.unit(way * (1 - bend) + (wish - settle) * bend)
        way = anatomy._turned(way, normal, twist)
    return Guides(root, out, reach)


def courses(head: Head, shot: Shot, hairs: Follicles, lead: Guides, points: int) -> Points:
    """Return (n, points, 3) float32: points along each hair from root to tip, mm, in the head's frame."""
    tree = cKDTree(lead.root)
    near = np.asarray(tree.query(hairs.root, k=2)[1])
    chance = hairs.chance
    mine = np.where(chance[:, 3] < 0.72, near[:, 0], near[:, 1])
    share = np.linspace(0, 1, points, dtype=np.float32)
    length = hairs.length_mm * np.float32(shot.length_scale)
    at = np.minimum(length / np.float32(lead.reach), 1.0)[:, None] * share * STEPS
    low = np.minimum(at.astype(np.int32), STEPS - 1)
    part = (at - low)[..., None]
    flat = lead.way.reshape(-1, 3)
    base = (mine * (STEPS + 1))[:, None] + low
    way = flat[base] * (1 - part) + flat[base + 1] * part
    normal = anatomy.skull_normal(head, hairs.root)
    along = anatomy.flow(head, hairs.root)
    across = np.cross(normal, along)
    run = (length[:, None] * share)[..., None]
    # Wisps: tips draw together around their guide, more so when wet; a few hairs go their own way.
    stray = (chance[:, 4] > 0.93).astype(np.float32)
    gather = np.float32(min(0.97, head.clump + 0.45 * shot.wet)) * (1 - stray)
    apart = hairs.root - lead.root[mine]
    pull = gather[:, None] * (1 - np.exp(-run[..., 0] / np.float32(14.0 + 8 * head.lift)))
    way -= pull[..., None] * apart[:, None, :]
    # Each hair's own lean and bow.
    angle = chance[:, 5] * np.float32(2 * np.pi)
    lean = np.float32(0.10 + 0.30 * head.untidy) * (1 + 1.8 * stray) * (1 - np.float32(0.6 * shot.wet))
    amount = lean * (0.3 + np.sqrt(chance[:, 2]))
    side = (along * np.cos(angle)[:, None] + across * np.sin(angle)[:, None]) * amount[:, None]
    up = normal * (amount * (chance[:, 1] - 0.35))[:, None]
    # Long hair lies with its neighbours: what sets a hair apart does not grow for ever.
    bow = np.float32(22) * (1 - np.exp(-run / np.float32(22))) * (0.45 + 0.55 * share[:, None])
    way += bow * (side + up)[:, None, :]
    if head.curl > 0.02:
        way += _curls(head, shot, chance, run[..., 0], normal, along, across)
    return np.asarray(hairs.root[:, None, :] + way, np.float32)


def curl_shape(head: Head) -> tuple[float, float]:
    """Return radius and wavelength of curls, mm: straight hair waves wide and flat, coils are tight."""
    wavelength = 60.0 * (1 - head.curl) ** 2 + 5.0
    radius = min(0.05 + 3.2 * head.curl**1.3, 0.30 * wavelength)
    return radius, wavelength


def _curls(
    head: Head,
    shot: Shot,
    chance: NDArray[np.float32],
    run: NDArray[np.float32],
    normal: Points,
    along: Points,
    across: Points,
) -> Points:
    radius, wavelength = curl_shape(head)
    radius *= 1 - 0.5 * shot.wet
    phase = (chance[:, 3] * 2 + (chance[:, 5] if head.curl > 0.6 else chance[:, 5] * 0.4)) * np.float32(2 * np.pi)
    turns = run * (np.float32(2 * np.pi / wavelength) * (0.8 + 0.4 * chance[:, 4]))[:, None] + phase[:, None]
    grown = np.float32(radius) * np.minimum(run / np.float32(wavelength * 0.35), 1.0)
    wave = np.cos(turns) - np.cos(phase)[:, None]
    coil = np.sin(turns) - np.sin(phase)[:, None]
    second = normal * np.float32(0.8) + along * np.float32(0.45)
    return np.asarray(
        (grown * wave)[..., None] * across[:, None, :] + (grown * coil)[..., None] * second[:, None, :], np.float32
    )
