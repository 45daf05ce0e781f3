"""Report: the page for people, and its charts as files.

`build_report` gathers what is to be said and loads the few pictures that are shown, `render_report` makes one HTML
file of it, `write_charts` the charts as SVG and PNG. Matplotlib is imported only where something is drawn.
"""

from hairdensity.report.build import build_report
from hairdensity.report.data import Frame, Lane, LoadFrame, ReportData, SeriesInput

__all__ = ["Frame", "Lane", "LoadFrame", "ReportData", "SeriesInput", "build_report"]
