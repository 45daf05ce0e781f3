"""Train the network on the hand-labelled photos.

    python training/train.py --photos PHOTOS --out RUN [--hold-out FOLD] [--steps N] [--rendered CACHE]

Same seed, same weights, on the same machine and version of PyTorch. `--hold-out` leaves out one third of the men (0, 1
or 2), for development figures; without it all men are learned from. Writes RUN/weights.pt: the moving average of the
weights over the steps.
"""

import argparse
import copy
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import labels
import numpy as np
import torch
from augment import View, view_of
from labels import Sample
from model import ENCODER, Network, with_imagenet_encoder
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; written beside its weights.

    Parameters
    ----------
    steps, warmup : int
        Optimiser steps, and those at the start in which the rate grows.
    batch, lights, size : int
        Views a step, lights in which each is shown, and their size in pixels.
    rate, encoder_rate, decay : float
        Peak learning rates of decoder and encoder, and weight decay (AdamW).
    average : float
        Factor of the moving average of the weights.
    w_region, w_squares, w_pixels, w_rendered, w_same : float
        Weights of the losses: outline; squares; points and areas; exact alpha; same answer in both lights.
    rendered_share : float
        Share of views that are of rendered scalps.
    rendered_heads : int
        So many of the cache's scalps are learned from, the first by their seeds; 0 for all.
    head_low, head_high : float
        Sizes of the head, in network pixels, in views that do not show the whole frame.
    thinned : float
        Share of views in which dense hair is thinned, of heads where some is known.
    frozen_blocks : int
        So many blocks of the encoder, from the first, are not changed: a quarter less work a step for three.
    seed : int
        Of everything random.
    """

    steps: int = 900
    warmup: int = 40
    batch: int = 4
    lights: int = 2
    size: int = 256
    rate: float = 2e-3
    encoder_rate: float = 6e-4
    decay: float = 0.02
    average: float = 0.99
    w_region: float = 1.0
    w_squares: float = 3.0
    w_pixels: float = 0.5
    w_rendered: float = 1.0
    w_same: float = 2.0
    rendered_share: float = 0.0
    rendered_heads: int = 0
    head_low: float = 280.0
    head_high: float = 460.0
    thinned: float = 0.0
    frozen_blocks: int = 0
    seed: int = 1


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", type=int, choices=(0, 1, 2))
    parser.add_argument("--rendered", type=Path, help="folder of rendered scalps, from render.py")
    parser.add_argument("--start", type=Path, help="weights to go on from, instead of ImageNet's")
    parser.add_argument("--threads", type=int, default=2)
    for name, value in _fields(Plan()):
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    plan = Plan(**{name: given[name] for name, _ in _fields(Plan())})
    men = [m for m in labels.all_men() if given["hold_out"] is None or labels.fold_of(m) != given["hold_out"]]
    torch.set_num_threads(given["threads"])
    cv2.setNumThreads(1)
    rendered = read_rendered(given["rendered"]) if given["rendered"] else []
    rendered = rendered[: plan.rendered_heads or None]
    network = train(labels.load(given["photos"], men), rendered, plan, given["out"], given["start"])
    given["out"].mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), given["out"] / "weights.pt")
    (given["out"] / "plan.json").write_text(
        json.dumps(
            {"plan": dict(_fields(plan)), "hold_out": given["hold_out"], "start": str(given["start"]), "men": len(men)},
            indent=1,
        )
    )


def _fields(plan: Plan) -> list[tuple[str, float]]:
    return [(name, getattr(plan, name)) for name in plan.__dataclass_fields__]


def read_rendered(cache: Path) -> list[Sample]:
    """Return the rendered scalps of a cache folder, as samples with exact alpha."""
    samples = []
    for path in sorted(cache.glob("*.npz")):
        stored = np.load(path)
        none = np.zeros((0, 3), np.float32)
        outline, alpha = stored["outline"].astype(np.float32), stored["alpha"]
        samples.append(
            Sample("rendered", str(stored["view"]), stored["rgb"], outline, exact_squares(outline, alpha), none, (), (),
                   alpha)
        )  # fmt: skip
    return samples


def exact_squares(outline: NDArray[np.float32], alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return squares of a rendered scalp as they are read by eye on photos, but exact: rows as in `Sample.squares`."""
    side = round(0.1 * float(np.ptp(outline, axis=0).max()))
    inside = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    rows = []
    for y in range(0, alpha.shape[0] - side, side + side // 2):
        for x in range(0, alpha.shape[1] - side, side + side // 2):
            part = np.s_[y : y + side, x : x + side]
            if inside[part].all():
                rows.append((x, y, side, alpha[part].mean() / 255, 2))
    return np.array(rows, np.float32).reshape(-1, 5)


def train(samples: list[Sample], rendered: list[Sample], plan: Plan, out: Path, start: Path | None) -> Network:
    """Return the trained network: the moving average over the steps."""
    network, optimiser = _begin(plan, start)
    average = copy.deepcopy(network)
    started, sums = time.time(), dict.fromkeys(("region", "squares", "pixels", "rendered", "same"), 0.0)
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(draw, samples, rendered, plan, 0)
        for step in range(plan.steps):
            views = coming.result()
            coming = ahead.submit(draw, samples, rendered, plan, step + 1)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * _schedule(step, plan)
            losses = _learn(network, optimiser, views, plan)
            _follow(average, network, min(plan.average, (step + 1) / (step + 10)))
            for name, value in losses.items():
                sums[name] += value
            if (step + 1) % 50 == 0:
                told = " ".join(f"{name} {value / 50:.4f}" for name, value in sums.items())
                print(f"{step + 1:5d} {time.time() - started:6.0f} s  {told}", flush=True)
                sums = dict.fromkeys(sums, 0.0)
            if (step + 1) % 200 == 0:
                out.mkdir(parents=True, exist_ok=True)
                torch.save(average.state_dict(), out / "weights.pt")
    return average.eval()


def _begin(plan: Plan, start: Path | None) -> tuple[Network, torch.optim.Optimizer]:
    """Return the network to train and what trains it: the encoder more slowly than the decoder."""
    torch.manual_seed(plan.seed)
    network = with_imagenet_encoder()
    if start is not None:
        network.load_state_dict(torch.load(start, map_location="cpu", weights_only=True))
    network = network.to(memory_format=torch.channels_last)
    if plan.frozen_blocks:
        for part in (network._conv_stem, network._bn0, network._blocks[: plan.frozen_blocks]):
            part.requires_grad_(False)
    encoder = [p for n, p in network.named_parameters() if p.requires_grad and n.startswith(ENCODER)]
    decoder = [p for n, p in network.named_parameters() if not n.startswith(ENCODER)]
    groups = [{"params": encoder, "peak": plan.encoder_rate}, {"params": decoder, "peak": plan.rate}]
    return network, torch.optim.AdamW(groups, weight_decay=plan.decay)


def _learn(network: Network, optimiser: torch.optim.Optimizer, views: list[View], plan: Plan) -> dict[str, float]:
    """Take one step down the sum of the losses; return them."""
    network.train()
    for norm in network.encoder_norms():
        norm.eval()
    pictures = np.stack([picture for view in views for picture in view.pictures])
    rgb = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
    losses = losses_of(network(rgb), views, plan.lights)
    total = sum(getattr(plan, f"w_{name}") * value for name, value in losses.items())
    optimiser.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    return {name: float(value.detach()) for name, value in losses.items()}


def _follow(average: Network, network: Network, keep: float) -> None:
    """Move the average of the weights towards the network's."""
    with torch.no_grad():
        for mean, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            mean.lerp_(new, 1 - keep) if mean.is_floating_point() else mean.copy_(new)


def draw(samples: list[Sample], rendered: list[Sample], plan: Plan, step: int) -> list[View]:
    """Return the views of one step; the same for the same seed and step."""
    views = []
    order = np.random.default_rng([plan.seed, step * plan.batch // len(samples)]).permutation(len(samples))
    for i in range(plan.batch):
        rng = np.random.default_rng([plan.seed, step, i])
        sample = samples[order[(step * plan.batch + i) % len(samples)]]
        if rendered and rng.random() < plan.rendered_share:
            sample = rendered[rng.integers(len(rendered))]
        heads = (plan.head_low, plan.head_high)
        views.append(view_of(sample, samples, plan.size, plan.lights, heads, plan.thinned, rng))
    return views


def losses_of(logits: Tensor, views: list[View], lights: int) -> dict[str, Tensor]:
    """Return the losses by name; `logits` are (views x lights, 2, rows, columns), lights of one view together."""
    region_logit, share_logit = logits[:, 0], logits[:, 1]
    share = share_logit.sigmoid()
    repeat = [view for view in views for _ in range(lights)]
    region = torch.from_numpy(np.stack([v.region for v in repeat]))
    weight = torch.from_numpy(np.stack([v.weight for v in repeat]))
    found = region_logit.sigmoid()
    crossed = functional.binary_cross_entropy_with_logits(region_logit, region, weight)
    overlap = 2 * (found * region * weight).sum((1, 2)) + 50
    dice = 1 - overlap / (((found + region) * weight).sum((1, 2)) + 50)
    losses = {"region": crossed + 0.5 * dice.mean()}

    means, wanted, weights = [], [], []
    for i, view in enumerate(repeat):
        flat = share[i].reshape(-1)
        for pixels, value, counts in view.squares:
            means.append(flat[torch.from_numpy(pixels)].mean())
            wanted.append(value)
            weights.append(counts)
    if means:
        got = torch.stack(means).clamp(1e-4, 1 - 1e-4)
        each = functional.binary_cross_entropy(got, torch.tensor(wanted), reduction="none")
        # What is left when every reading is met exactly: taken off, so that the figure can be read.
        floor = _entropy(torch.tensor(wanted))
        losses["squares"] = ((each - floor) * torch.tensor(weights)).sum() / (sum(weights) + 4)

    target = torch.from_numpy(np.stack([v.share for v in repeat]))
    counts = torch.from_numpy(np.stack([v.share_weight for v in repeat]))
    exact = torch.tensor([float(v.rendered) for v in repeat])[:, None, None]
    each = functional.binary_cross_entropy_with_logits(share_logit, target, reduction="none") - _entropy(target)
    hand, alpha = counts * (1 - exact), counts * exact
    losses["pixels"] = (each * hand).sum() / (hand.sum() + 500)
    if bool(exact.any()):
        losses["rendered"] = (each * alpha).sum() / (alpha.sum() + 500)

    if lights == 2:
        pairs = share.reshape(-1, 2, *share.shape[1:]), found.reshape(-1, 2, *found.shape[1:])
        inside = region.reshape(pairs[0].shape)[:, 0]
        apart = ((pairs[0][:, 0] - pairs[0][:, 1]).square() * inside).sum() / (inside.sum() + 1)
        losses["same"] = apart + 0.3 * (pairs[1][:, 0] - pairs[1][:, 1]).square().mean()
    return losses


def _entropy(share: Tensor) -> Tensor:
    inner = share.clamp(1e-4, 1 - 1e-4)
    return -(inner * inner.log() + (1 - inner) * (1 - inner).log())


def _schedule(step: int, plan: Plan) -> float:
    """Return the factor of the learning rate: a rise, then half a cosine down to a hundredth."""
    if step < plan.warmup:
        return (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))


if __name__ == "__main__":
    main()
