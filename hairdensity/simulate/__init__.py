"""Renders scalps with exact truth, for tests, training and demonstrations. What measures never imports this package."""

from hairdensity.simulate.chance import random_head, random_shot
from hairdensity.simulate.course import Planned, coverage_curve, render_series, save_photo, with_coverage
from hairdensity.simulate.draw import render, true_coverage
from hairdensity.simulate.model import Head, Rendered, Shot

__all__ = [
    "Head",
    "Planned",
    "Rendered",
    "Shot",
    "coverage_curve",
    "random_head",
    "random_shot",
    "render",
    "render_series",
    "save_photo",
    "true_coverage",
    "with_coverage",
]
