"""The page as PDF, by WeasyPrint where it is installed; any browser prints the page just as well."""

from pathlib import Path
from typing import Any, Final

from hairdensity.errors import HairdensityError
from hairdensity.files import write_whole
from hairdensity.report.data import ReportData
from hairdensity.report.render import render_report

MISSING: Final = (
    "PDF needs WeasyPrint: pip install 'hairdensity[pdf]'. Or open the report in any browser and print it to PDF."
)


def write_pdf(data: ReportData, path: Path) -> Path:
    """Write the page as PDF and return where.

    Parameters
    ----------
    data : ReportData
        What it says.
    path : Path
        The file.

    Raises
    ------
    HairdensityError
        If WeasyPrint, or a library of the system that it needs, is not installed.
    OutputError
        If the file cannot be written.
    """
    try:
        import weasyprint  # an extra
    except (ImportError, OSError) as error:
        raise HairdensityError(MISSING) from error
    # Pictures are inside the page: nothing is loaded from outside, whatever stands in it.
    inside: Any = weasyprint.URLFetcher(allowed_protocols=("data",))
    made: Any = weasyprint.HTML(string=render_report(data, paper=True), url_fetcher=inside)
    content = made.write_pdf(pdf_identifier=b"hairdensity")
    write_whole(path, bytes(content))
    return path
