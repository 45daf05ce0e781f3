"""Segment: the share of each pixel that hair covers."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Final

from hairdensity.errors import MissingExtraError
from hairdensity.methods import METHODS, RUNTIMES, Method
from hairdensity.segment.base import Segmenter
from hairdensity.segment.classical import Classical
from hairdensity.segment.network import NetworkSegmenter


def _by_onnxruntime() -> Segmenter:
    name: Final = "network-onnxruntime"
    if find_spec("onnxruntime") is None:
        raise MissingExtraError(
            f"segmenter {name} needs ONNX Runtime: pip install 'hairdensity[onnx]', or use --segmenter network"
        )
    return NetworkSegmenter(name=name, runtime=RUNTIMES[name])


_MADE_BY: Final[Mapping[Method, Callable[[], Segmenter]]] = {
    "network": NetworkSegmenter,
    "network-onnxruntime": _by_onnxruntime,
    "classical": Classical,
}


def segmenter(name: Method) -> Segmenter:
    """Return the method of this name.

    Parameters
    ----------
    name : str
        One of `hairdensity.methods.METHODS`.

    Raises
    ------
    ValueError
        For a name that is not known.
    MissingExtraError
        If it needs a package that is not installed.
    """
    if name not in _MADE_BY:
        raise ValueError(f"no segmenter is called {name!r}; known: {', '.join(METHODS)}")
    return _MADE_BY[name]()
