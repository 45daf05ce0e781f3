"""Average the weights of runs that went on from each other: `average.py OUT/weights.pt RUN/weights.pt ...`."""

import sys
from pathlib import Path

import torch


def main() -> None:
    """Write the mean."""
    out, *runs = (Path(argument) for argument in sys.argv[1:])
    states = [torch.load(run, map_location="cpu", weights_only=True) for run in runs]
    mean = {k: (sum(s[k].double() for s in states) / len(states)).to(v.dtype) for k, v in states[0].items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean, out)


if __name__ == "__main__":
    main()
