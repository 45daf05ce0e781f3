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
    # The same page gives the same bytes: no time of making, no random identifier.
    made: Any = weasyprint.HTML(string=render_report(data, paper=True), url_fetcher=_nothing_from_outside)
    content = made.write_pdf(pdf_identifier=b"hairdensity")
    write_whole(path, bytes(content))
    return path


def _nothing_from_outside(url: str, *_: object, **__: object) -> Any:  # noqa: ANN401 - as WeasyPrint has it
    import weasyprint

    if not url.startswith("data:"):
        raise ValueError("the report loads nothing from outside")
    return weasyprint.default_url_fetcher(url)
