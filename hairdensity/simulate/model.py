"""What is rendered: a person's head, the circumstances of a photo, and the photo with its truth.

All three are plain values. A head and a shot say everything: the same two give the same photo, byte for byte.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hairdensity.arrays import Mask, Plane, Rgb, Share

View = Literal["vertex", "top", "frontal", "parting", "back", "left", "right"]
Style = Literal["natural", "forward", "side", "parted", "back"]
HairColour = Literal["black", "dark brown", "brown", "light brown", "blond", "red", "grey", "white"]
Background = Literal["wall", "floor", "tiles", "fabric", "busy"]
Clothing = Literal["none", "plain", "stripes", "checks", "towel"]

VIEWS: tuple[View, ...] = ("vertex", "top", "frontal", "parting", "back", "left", "right")
STYLES: tuple[Style, ...] = ("natural", "forward", "side", "parted", "back")
HAIR_COLOURS: tuple[HairColour, ...] = (
    "black", "dark brown", "brown", "light brown", "blond", "red", "grey", "white",
)  # fmt: skip
BACKGROUNDS: tuple[Background, ...] = ("wall", "floor", "tiles", "fabric", "busy")
CLOTHING: tuple[Clothing, ...] = ("none", "plain", "stripes", "checks", "towel")

Patch = tuple[float, float, float, float]
"""A patch of loss: canonical x and y of its centre in mm, radius in mm, share of the hairs lost there (0..1)."""


@dataclass(frozen=True, slots=True)
class Head:
    """Everything about a person that a photo can show.

    Parameters
    ----------
    seed : int
        Where each follicle, mole and freckle sits, and which hairs are the first to go. Heads that differ in anything
        but the seed share all of that, which is what makes a series.
    breadth_mm, length_mm, height_mm : float
        Half axes of the skull: to the side, to the front, and upwards from a point between the ears.
    boxiness : float
        Exponent of the skull's superquadric: 2 an ellipsoid, above it squarer.
    fitzpatrick : float
        Skin type, 1 (very fair) to 6 (very dark); fractions lie between.
    redness, tan : float
        0..1: how red the scalp is; how much darker sun has made it than skin under hair.
    oiliness : float
        0..1: strength of glare on skin.
    moles, freckles : int
        How many on the head.
    hair_colour : str
        Pigmented hair's colour; one of `HAIR_COLOURS`.
    grey_share : float
        0..1: share of hairs without pigment.
    density : float
        Hairs per cm2 where nothing is lost.
    shaft_um : float
        Mean thickness of a terminal hair where nothing is lost, micrometres.
    hair_mm, sides_mm : float
        Length of hair on the top, and on the sides and the back.
    lift : float
        0..1: how steeply hair leaves the skin.
    curl : float
        0 straight, 0.4 wavy, 0.7 curly, 1 tight coils.
    clump : float
        0..1: how far strands gather in wisps.
    untidy : float
        0..1: how much strands differ from their neighbours.
    style : str
        Which way hair is combed; one of `STYLES`.
    parting_mm : float
        Where the parting runs, mm to the right of the middle ("parted" and "side").
    whorl_mm : tuple of float
        Canonical (x, y) of the whorl.
    whorl_turn : float
        Spiral of the whorl: -1..1, the sign is its sense.
    stage : float
        Pattern baldness on a scale like Norwood's: 0 none, 3 temples, 5 temples and vertex, 7 a fringe.
    vertex_only : bool
        The pattern spares the front.
    diffuse : float
        0..1: share of hairs lost evenly over the top.
    patches : tuple of Patch
        Round patches of loss (areata).
    vigour : float
        Moves density and thickness together, everywhere where there is loss: 0 as described by the rest, above it
        more hairs and thicker ones, below it fewer and thinner. Hairs come and go in a fixed order.
    clothing : str
        One of `CLOTHING`.
    """

    seed: int = 0
    breadth_mm: float = 77.0
    length_mm: float = 97.0
    height_mm: float = 98.0
    boxiness: float = 2.25
    fitzpatrick: float = 2.5
    redness: float = 0.3
    tan: float = 0.2
    oiliness: float = 0.35
    moles: int = 6
    freckles: int = 20
    hair_colour: HairColour = "dark brown"
    grey_share: float = 0.03
    density: float = 180.0
    shaft_um: float = 70.0
    hair_mm: float = 22.0
    sides_mm: float = 14.0
    lift: float = 0.5
    curl: float = 0.1
    clump: float = 0.5
    untidy: float = 0.3
    style: Style = "natural"
    parting_mm: float = -30.0
    whorl_mm: tuple[float, float] = (6.0, -48.0)
    whorl_turn: float = 0.8
    stage: float = 0.0
    vertex_only: bool = False
    diffuse: float = 0.05
    patches: tuple[Patch, ...] = ()
    vigour: float = 0.0
    clothing: Clothing = "plain"


@dataclass(frozen=True, slots=True)
class Shot:
    """The circumstances of one photo. The default is neutral: even light, sharp, no noise to speak of.

    Parameters
    ----------
    seed : int
        Noise of the sensor, the background, and what the wind did to single strands.
    view : str
        Where the camera looks: one of `VIEWS`.
    size : int
        Longer side, pixels.
    aspect : float
        Width over height.
    distance_mm : float
        From the camera to the middle of the head: less means stronger perspective.
    rotation, turn, tilt : float
        Degrees: in the picture plane (clockwise); the camera moved around the head sideways; and upwards.
    scale : float
        Size of the head in the frame against the default.
    shift : tuple of float
        Where the head is moved to, right and down, as a share of the longer side.
    exposure : float
        Stops; 0 is right.
    warmth, tint : float
        White balance off neutral: above 0 warmer (redder), greener; 0.1 is a strong cast.
    light_from, light_height : float
        Degrees: direction of the main light in the picture (0 right, 90 top), and its height above the picture plane
        (90 is from the camera).
    light_share : float
        0..1: share of the main light; the rest comes from everywhere.
    unevenness : float
        Fall-off of the light across the picture towards `light_from`, natural logarithm of bright over dark side.
    blur : float
        Sigma of the focus blur in pixels of a 1000-pixel photo.
    motion : float
        Length of the motion blur in pixels of a 1000-pixel photo.
    noise : float
        Grain: standard deviation of the noise at mid grey, 0..1 as displayed.
    sharpening : float
        What the phone adds: 0 none, 1 strong.
    jpeg_quality : int
        1..100.
    background : str
        One of `BACKGROUNDS`.
    background_seed : int
        Which one of that kind: the same room in all photos of a series.
    wet : float
        0..1: wet hair gathers in strands, darkens and shines.
    length_scale : float
        Length of the hair against the head's: a haircut.
    """

    seed: int = 0
    view: View = "vertex"
    size: int = 1000
    aspect: float = 0.75
    distance_mm: float = 480.0
    rotation: float = 0.0
    turn: float = 0.0
    tilt: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    exposure: float = 0.0
    warmth: float = 0.0
    tint: float = 0.0
    light_from: float = 100.0
    light_height: float = 55.0
    light_share: float = 0.5
    unevenness: float = 0.0
    blur: float = 0.5
    motion: float = 0.0
    noise: float = 0.004
    sharpening: float = 0.3
    jpeg_quality: int = 93
    background: Background = "wall"
    background_seed: int = 0
    wet: float = 0.0
    length_scale: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the photo."""
        if self.aspect <= 1:
            return self.size, max(1, round(self.size * self.aspect))
        return max(1, round(self.size / self.aspect)), self.size


@dataclass(frozen=True, slots=True)
class Rendered:
    """One photo and the truth about it. All arrays are of the photo's size.

    Parameters
    ----------
    rgb : ndarray
        The photo after the camera, uint8 sRGB.
    alpha : ndarray
        Share of each pixel's area that scalp hair covers, float32 0..1, before blur and noise. These are the very
        weights that hair was blended with over skin and background.
    region : ndarray
        bool: visible scalp where hair grows or grew, bald skin included, and the mass of hair that stands above it;
        no ears, face, neck, clothes or background.
    coverage : float
        Mean of `alpha` over `region`.
    hair_count : int
        Hairs on the head that this photo's camera could see: rooted where the skin faces it within the frame.
    px_per_mm : float
        Scale at the middle of the region: median over the visible scalp.
    canonical : ndarray
        (rows, columns, 2) float32: where on the head the skin under each pixel lies, as canonical (x, y) in mm: x to
        the person's right, y to the front, 0 at the top of the head, distances measured over the skull and true along
        lines through the top. NaN off the head.
    """

    rgb: Rgb
    alpha: Share
    region: Mask
    coverage: float
    hair_count: int
    px_per_mm: float
    canonical: Plane


Points = NDArray[np.float32]
"""(..., 3) float32: points or directions in the head's frame, mm: x to the person's right, y forward, z up."""
