"""The notebooks are stored without outputs, and every one runs from top to bottom."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
SECONDS = 1800
"""Far more than the minute that a notebook takes: a busy machine is no error."""
FONTS = "Matplotlib is building the font cache"
"""Said once on a new machine, if that is slow."""


def test_the_notebooks_are_there():
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("name", NAMES)
def test_is_stored_without_outputs(name: str):
    book = nbformat.read(NOTEBOOKS / name, as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert book.cells[0].cell_type == "markdown"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
# The runner's own: its event loop, and sockets that it leaves to the garbage collector.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from nbclient import NotebookClient

    for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = sorted(NOTEBOOKS.rglob("*"))
    book = nbformat.read(NOTEBOOKS / name, as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(book, timeout=SECONDS, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    told = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert [text for text in told if not text.startswith(FONTS)] == []
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert sorted(NOTEBOOKS.rglob("*")) == before
