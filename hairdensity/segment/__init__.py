"""Segment: the share of each pixel that hair covers."""

from collections.abc import Callable
from typing import Final

from hairdensity.segment.base import Segmenter
from hairdensity.segment.classical import Classical
from hairdensity.segment.network import NetworkSegmenter

_KNOWN: Final[dict[str, Callable[[], Segmenter]]] = {"classical": Classical, "network": NetworkSegmenter}


def names() -> tuple[str, ...]:
    """Return the names of all methods."""
    return tuple(_KNOWN)


def segmenter(name: str) -> Segmenter:
    """Return the method of this name.

    Parameters
    ----------
    name : str
        One of `names()`.

    Raises
    ------
    ValueError
        For a name that is not known.
    """
    if name not in _KNOWN:
        raise ValueError(f"no segmenter is called {name!r}; known: {', '.join(_KNOWN)}")
    return _KNOWN[name]()
