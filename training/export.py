"""Write a trained network as ONNX, and prove that OpenCV reads from it what PyTorch computes.

    python training/export.py RUN/weights.pt hairdensity/weights/scalp.onnx

The graph is written node by node: normalisation folded into the convolutions, opset 13, and only operations that every
reader of ONNX knows. The sides are written down as 288, since OpenCV 4 does not read open ones; it and OpenCV 5 take
other multiples of 32 all the same. Weights are stored with half precision and widened on reading, which halves the
file; what that changes is printed.

The logit of the share is exported `SHARE_GAIN` times as large.
"""

import copy
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from model import TAPS, Network
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

SHARE_GAIN = 1.15
"""Averaged weights, and views in which little can be seen, leave the network too cautious: squares of men not learned
from were 4 to 5 points too high where bare and as much too low where dense. So much surer, half of that is gone, at the
same rms: see README.md."""


class Graph:
    """Nodes and weights, as they are added; each method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Store an array."""
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, inputs: list[str], **attributes: object) -> str:
        """Add a node."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def conv(self, into: str, conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> str:
        """Add a convolution with its normalisation folded in."""
        weight = conv.weight.detach().double()
        bias = torch.zeros(weight.shape[0], dtype=torch.double) if conv.bias is None else conv.bias.detach().double()
        if norm is not None:
            factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
            weight, bias = weight * factor[:, None, None, None], norm.bias + (bias - norm.running_mean) * factor
        key = f"{len(self.nodes)}"
        stored = self.constant(f"w{key}", weight.detach().numpy().astype(np.float16))
        widened = self.add("Cast", [stored], to=TensorProto.FLOAT)
        names = [into, widened, self.constant(f"b{key}", bias.detach().numpy().astype(np.float32))]
        return self.add(
            "Conv", names, kernel_shape=list(conv.kernel_size), strides=list(conv.stride), group=conv.groups,
            pads=[*conv.padding, *conv.padding],
        )  # fmt: skip

    def clip(self, into: str) -> str:
        """Add a ReLU6."""
        return self.add("Clip", [into, "zero", "six"])


def graph_of(network: Network) -> onnx.ModelProto:
    """Return the network as an ONNX model: input "rgb" 0..255, output "answer": scalp probability and hair share."""
    graph = Graph()
    graph.constant("zero", np.array(0, np.float32))
    graph.constant("six", np.array(6, np.float32))
    graph.constant("mean", np.full((1, 1, 1, 1), 127, np.float32))
    graph.constant("scale", np.full((1, 1, 1, 1), 1 / 128, np.float32))
    graph.constant("twice", np.array([1, 1, 2, 2], np.float32))
    x = graph.add("Mul", [graph.add("Sub", ["rgb", "mean"]), "scale"])
    x = graph.clip(graph.conv(x, network._conv_stem, network._bn0))
    skips = []
    for i, block in enumerate(network._blocks):
        y = x
        if block.expands:
            y = graph.clip(graph.conv(y, block._expand_conv, block._bn0))
        y = graph.clip(graph.conv(y, block._depthwise_conv, block._bn1))
        y = graph.conv(y, block._project_conv, block._bn2)
        x = graph.add("Add", [x, y]) if block.joins else y
        if i in TAPS:
            skips.append(x)
    x = graph.add("Relu", [graph.conv(x, network.deep, network.deep_bn)])
    for joint, skip in zip(reversed(network.joints), reversed(skips), strict=True):
        x = graph.add("Resize", [x, "", "twice"], mode="nearest", nearest_mode="floor",
                      coordinate_transformation_mode="asymmetric")  # fmt: skip
        x = graph.add("Relu", [graph.conv(graph.add("Concat", [x, skip], axis=1), joint.conv, joint.bn)])
    mid = graph.add("Relu", [graph.conv(x, network.mid, None)])
    both = [graph.conv(x, network.region, None), graph.conv(mid, network.share, None)]
    last = helper.make_node("Sigmoid", [graph.add("Concat", both, axis=1)], ["answer"], name="answer")
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        [*graph.nodes, last],
        "hairdensity",
        [value("rgb", TensorProto.FLOAT, [1, 3, 288, 288])],
        [value("answer", TensorProto.FLOAT, [1, 2, 144, 144])],
        graph.weights,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], producer_name="hairdensity")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def as_stored(network: Network) -> Network:
    """Return the network as it is stored: normalisation folded into convolutions, weights of half precision."""
    network = copy.deepcopy(network)
    pairs = [(network._conv_stem, network._bn0), (network.deep, network.deep_bn)]
    pairs += [(joint.conv, joint.bn) for joint in network.joints]
    for block in network._blocks:
        pairs += [(block._expand_conv, block._bn0)] if block.expands else []
        pairs += [(block._depthwise_conv, block._bn1), (block._project_conv, block._bn2)]
    for conv, norm in pairs:
        factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        conv.weight.data = (conv.weight.double() * factor[:, None, None, None]).half().float()
        norm.bias.data = (norm.bias - norm.running_mean.double() * factor).float()
        norm.weight.data, norm.running_mean = torch.ones_like(norm.weight), torch.zeros_like(norm.running_mean)
        norm.running_var = torch.full_like(norm.running_var, 1 - norm.eps)
    for conv in (network.region, network.mid, network.share):
        conv.weight.data = conv.weight.half().float()
    return network


def largest_difference(network: Network, path: Path) -> float:
    """Return how far OpenCV's outputs are from PyTorch's, on random pictures of several sizes."""
    net = cv2.dnn.readNetFromONNX(str(path))
    worst = 0.0
    for rows, columns in ((288, 288), (224, 352), (448, 416)):
        small = np.random.default_rng(rows).uniform(0, 255, (rows // 16, columns // 16, 3)).astype(np.float32)
        rgb = np.clip(cv2.resize(small, (columns, rows)), 0, 255)
        blob = np.ascontiguousarray(rgb.transpose(2, 0, 1)[None])
        net.setInput(blob)
        with torch.no_grad():
            wanted = network(torch.from_numpy(blob)).sigmoid().numpy()
        worst = max(worst, float(np.abs(net.forward() - wanted).max()))
    return worst


def main() -> None:
    """Export and check."""
    weights, path = Path(sys.argv[1]), Path(sys.argv[2])
    network = Network()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    network.eval()
    with torch.no_grad():
        network.share.weight *= SHARE_GAIN
        network.share.bias *= SHARE_GAIN
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(graph_of(network), path)
    stored, rounding = largest_difference(as_stored(network), path), largest_difference(network, path)
    size = path.stat().st_size / 1e6
    print(
        f"{path}: {size:.2f} MB; OpenCV {cv2.__version__} differs by at most {stored:.1e}, by rounding {rounding:.1e}"
    )
    if stored > 1e-3:
        sys.exit("OpenCV does not compute what PyTorch does")


if __name__ == "__main__":
    main()
