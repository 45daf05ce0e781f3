"""The page as PDF, by WeasyPrint where it is installed; any browser prints the page just as well."""

from pathlib import Path
from typing import Any, Final

from hairdensity.errors import MissingExtraError
from hairdensity.files import write_whole
from hairdensity.report.data import ReportData
from hairdensity.report.render import render_report

MISSING: Final = (
    "PDF needs WeasyPrint: pip install 'hairdensity[pdf]'. Or open the report in any browser and print it to PDF."
)


def require_pdf() -> None:
    """Refuse now rather than after hours of measuring.

    Raises
    ------
    MissingExtraError
        If WeasyPrint, or a library of the system that it needs, is not installed.
    """
    try:
        import weasyprint  # noqa: F401 - an extra
    except (ImportError, OSError) as error:
        raise MissingExtraError(MISSING) from error


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
    MissingExtraError
        As `require_pdf`.
    OutputError
        If the file cannot be written.
    """
    require_pdf()
    import weasyprint

    # Pictures are inside the page: nothing is loaded from outside, whatever stands in it.
    inside: Any = weasyprint.URLFetcher(allowed_protocols=("data",))
    made: Any = weasyprint.HTML(string=render_report(data, paper=True), url_fetcher=inside)
    content = made.write_pdf(pdf_identifier=b"hairdensity")
    write_whole(path, bytes(content))
    return path
