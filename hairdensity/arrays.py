"""The array types that the modules hand to each other, named once.

Axis order is (row, column[, channel]); channels are red, green, blue; colours are sRGB as displayed unless a name
says linear. Pixel (x, y) of a file format is array element [y, x], its centre at whole numbers.
"""

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""(rows, columns, 3) uint8, sRGB as displayed."""
Gray = NDArray[np.uint8]
"""(rows, columns) uint8, brightness as displayed."""
Mask = NDArray[np.bool_]
"""(rows, columns) bool, true inside."""
Plane = NDArray[np.float32]
"""(rows, columns) float32; what it holds and its unit are said where it is used."""
Share = NDArray[np.float32]
"""(rows, columns) float32, 0..1: share of each pixel's area that hair covers."""
Matrix = NDArray[np.float64]
"""(3, 3) float64: homogeneous transform of points (x, y, 1)."""
