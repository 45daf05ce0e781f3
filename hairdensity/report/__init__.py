"""Report: the page for people, and its charts as files.

`build_report` gathers what is to be said and loads the few pictures that are shown, `render_report` makes one HTML
file of it, `write_charts` the charts as SVG and PNG. Matplotlib is imported only where something is drawn.
"""

from hairdensity.report.build import build_report
from hairdensity.report.course import Lane
from hairdensity.report.data import ReportData, SeriesInput
from hairdensity.report.shots import Frame, LoadFrame

__all__ = ["Frame", "Lane", "LoadFrame", "ReportData", "SeriesInput", "build_report"]
