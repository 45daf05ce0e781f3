"""Tell from ordinary photos whether hair is getting denser, by how much, how sure that is, and whether it lasts.

The way of one photo is the list of modules: find, read, check, region, normalise, segment, align, measure, table;
the table then goes to progress and report. `recipe` and `placing` compose them, `analysis` arranges the calls.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from hairdensity.analysis import Analysis, analyze
    from hairdensity.explore import chart, follow
    from hairdensity.recipe import measure_photo
    from hairdensity.report.words import Quantity
    from hairdensity.settings import Settings
    from hairdensity.table import read_frame

_HOME = {
    "Analysis": "hairdensity.analysis",
    "Quantity": "hairdensity.report.words",
    "Settings": "hairdensity.settings",
    "analyze": "hairdensity.analysis",
    "chart": "hairdensity.explore",
    "follow": "hairdensity.explore",
    "measure_photo": "hairdensity.recipe",
    "read_frame": "hairdensity.table",
}
__all__ = [
    "Analysis",
    "Quantity",
    "Settings",
    "__version__",
    "analyze",
    "chart",
    "follow",
    "measure_photo",
    "read_frame",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    # Loaded when asked for: the command line's --help would otherwise wait for OpenCV.
    if name not in _HOME:
        raise AttributeError(f"module 'hairdensity' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
