import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "late"),
    [
        ("hairdensity.analysis", {"scipy", "matplotlib", "pandas", "jinja2", "distributed", "pyarrow"}),
        ("hairdensity.cli", {"numpy", "cv2", "PIL", "pydantic", "scipy", "skimage", "matplotlib", "pandas"}),
    ],
)
def test_nobody_waits_for_what_is_not_needed_yet(module: str, late: set[str]):
    show = f"import {module}, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", show], check=True, capture_output=True, text=True).stdout.split()
    assert not late & set(loaded)
