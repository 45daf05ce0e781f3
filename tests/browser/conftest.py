"""A real browser without a window; tests skip, and say why, where there is none."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "report"))

playwright_api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")


@pytest.fixture(scope="session")
def browser() -> Iterator["playwright_api.Browser"]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no browser: install Debian's chromium, or set CHROMIUM to one")
    with playwright_api.sync_playwright() as playwright:
        # No sandbox: where tests run as root, Chromium refuses to start with it. The pages are the project's own.
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()
