"""Drawn scalps whose hair, light and colour are known exactly, for tests of check, normalise and region."""

import numpy as np
from numpy.typing import NDArray

from hairdensity import imaging
from hairdensity.arrays import Mask, Plane, Rgb, Share
from hairdensity.light import displayed

SIZE = 320
SKINS = {"pale": (0.55, 0.36, 0.28), "tanned": (0.36, 0.20, 0.13), "dark": (0.12, 0.062, 0.040)}
HAIRS = {"black": (0.012, 0.011, 0.011), "brown": (0.060, 0.035, 0.022), "grey": (0.30, 0.29, 0.28)}


def place() -> tuple[Plane, Plane, Mask]:
    """Return x and y in -0.5..0.5, and a round scalp that fills most of the picture."""
    down, right = np.mgrid[0:SIZE, 0:SIZE]
    x = (right - (SIZE - 1) / 2) / SIZE
    y = (down - (SIZE - 1) / 2) / SIZE
    return x.astype(np.float32), y.astype(np.float32), np.hypot(x, y) < 0.45


def texture(seed: int, sigma: float) -> Plane:
    """Return noise of this grain, mean 0 and deviation 1."""
    plain = np.random.default_rng(seed).normal(size=(SIZE, SIZE)).astype(np.float32)
    plane = imaging.blur(plain, sigma)
    return np.asarray((plane - plane.mean()) / plane.std(), np.float32)


def scalp(
    skin: str = "pale",
    hair: str = "black",
    density: float | Plane = 0.0,
    light: float | Plane = 1.0,
    noise: float = 0.002,
    seed: int = 0,
) -> tuple[Rgb, Share]:
    """Draw strands over skin.

    Parameters
    ----------
    skin, hair : str
        Keys of `SKINS` and `HAIRS`.
    density : float or Plane
        Share of the area that hair covers.
    light : float or Plane
        Factor in linear light.
    noise : float
        Standard deviation of the noise, linear.

    Returns
    -------
    rgb, share
        The picture, and what hair covers of each pixel.
    """
    strands = texture(seed, 1.5)
    # Ranks are even between 0 and 1, so that a share `density` of them lies below `density`.
    rank = strands.ravel().argsort().argsort().reshape(strands.shape).astype(np.float32) / strands.size
    share = imaging.blur(np.clip((density - rank) * 12 + 0.5, 0, 1).astype(np.float32), 0.6)
    bare = np.array(SKINS[skin]) * (1 + 0.03 * texture(seed + 1, 6) + 0.01 * texture(seed + 2, 0.8))[..., None]
    hairy = np.array(HAIRS[hair]) * (1 + 0.2 * texture(seed + 3, 1.0))[..., None]
    colour: NDArray[np.float64] = share[..., None] * hairy + (1 - share[..., None]) * bare
    lit = colour * (np.zeros((SIZE, SIZE)) + light)[..., None]
    lit += np.random.default_rng(seed + 4).normal(0, noise, lit.shape)
    return displayed(np.clip(lit, 0, 1).astype(np.float32)), share
