"""Names of the methods that find the scalp and tell hair from skin, for settings, command line and modules."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Method = Literal["network", "network-onnxruntime", "classical"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
Runtime = Literal["opencv", "onnxruntime"]
"""What computes the network's answer."""
RUNTIMES: Final[Mapping[str, Runtime]] = {"network": "opencv", "network-onnxruntime": "onnxruntime"}
"""By the name of a method that goes by the network. Any other needs no trained weights."""
