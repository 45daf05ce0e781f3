"""Segment: the share of each pixel that hair covers."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

from hairdensity.errors import MissingExtraError
from hairdensity.segment.base import Segmenter
from hairdensity.segment.classical import Classical
from hairdensity.segment.network import NetworkSegmenter

ONNXRUNTIME: Final = "network-onnxruntime"


def _by_onnxruntime() -> Segmenter:
    if find_spec("onnxruntime") is None:
        raise MissingExtraError(
            f"segmenter {ONNXRUNTIME} needs ONNX Runtime: pip install 'hairdensity[onnx]', or use --segmenter network"
        )
    return NetworkSegmenter(name=ONNXRUNTIME, runtime="onnxruntime")


_KNOWN: Final[dict[str, Callable[[], Segmenter]]] = {
    "classical": Classical,
    "network": NetworkSegmenter,
    ONNXRUNTIME: _by_onnxruntime,
}


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
    MissingExtraError
        If it needs a package that is not installed.
    """
    if name not in _KNOWN:
        raise ValueError(f"no segmenter is called {name!r}; known: {', '.join(_KNOWN)}")
    return _KNOWN[name]()
