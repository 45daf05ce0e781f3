"""Look at a report in a real browser: pictures of the page, its weight, and what axe-core finds.

    python benchmarks/look_at_report.py RESULTS/report.html --to pictures [--axe axe.min.js]
    python benchmarks/look_at_report.py out/demo/report.html --to docs/pictures --looks readme

Needs Debian's `chromium` (or CHROMIUM set to a browser) and the Python package playwright. axe-core is an npm package:
`npm pack axe-core` and unpack axe.min.js.
"""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

LOOKS = (
    ("phone", 360, 780, "light", "screen"),
    ("desktop", 1200, 900, "light", "screen"),
    ("dark", 1200, 900, "dark", "screen"),
    ("print", 794, 1123, "light", "print"),
    ("readme", 1000, 900, "light", "screen"),
)
"""(name, width, height, colours, medium); "readme" is the picture of README.md, down to the slider."""


def main() -> None:
    """Write pictures and print figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--to", type=Path, default=Path("out/pictures"))
    parser.add_argument("--axe", type=Path, help="axe.min.js of the npm package axe-core")
    parser.add_argument("--looks", nargs="*", default=[name for name, *_ in LOOKS[:-1]])
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    print(f"{given.page}: {given.page.stat().st_size / 1e6:.2f} MB")
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for look in LOOKS:
            if look[0] in given.looks:
                _look(browser, given.page, given.to, given.axe, *look)
        browser.close()


def _look(
    browser: Browser,
    file: Path,
    to: Path,
    axe: Path | None,
    name: str,
    width: int,
    height: int,
    scheme: Any,  # noqa: ANN401 - one of Playwright's words
    media: Any,  # noqa: ANN401 - one of Playwright's words
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=bool(axe)
    )
    page = context.new_page()
    page.on("console", lambda message: print(f"{name}: console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: print(f"{name}: {error}"))
    page.emulate_media(media=media, color_scheme=scheme)
    page.goto(file.resolve().as_uri())
    if name == "readme":
        _picture_for_readme(page, to / "report.png")
        context.close()
        return
    page.screenshot(path=to / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    print(f"{name}: {width} px, content {wide} px wide{' TOO WIDE' if wide > width else ''}")
    if axe and media == "screen":
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")["violations"]
        print(f"{name}: axe-core {len(found)} kinds of violation")
        for one in found:
            print(f"  {one['impact']}: {one['id']}: {one['help']} ({len(one['nodes'])})")
            print(f"    {one['nodes'][0]['html'][:160]}")
    context.close()


def _picture_for_readme(page: Page, path: Path) -> None:
    """Write the top of the first section, in few enough colours to be small."""
    # The session with the most hair: there is something to see.
    values = page.locator("#series-1 .strip figure").evaluate_all(
        "(all) => all.map((one) => Number(one.dataset.value))"
    )
    page.locator("#series-1 select.after").select_option(str(values.index(max(values))))
    page.locator("#series-1 canvas").wait_for()
    section, stage = (page.locator(name).first.bounding_box() for name in ("#series-1", "#series-1 .stage"))
    if section is None or stage is None:
        raise SystemExit("the page has no section with a slider")
    height = stage["y"] + stage["height"] - section["y"] - 6
    page.screenshot(path=path, full_page=True, clip={**section, "height": height})
    with Image.open(path) as image:
        few = image.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
        few.save(path, optimize=True)


if __name__ == "__main__":
    main()
