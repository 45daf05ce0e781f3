"""Write the pictures of the guide to docs/pictures: `python docs/draw_pictures.py`."""

from pathlib import Path

from hairdensity.report.guide import TOPICS
from hairdensity.report.guide_pictures import drawing


def main() -> None:
    """Write one SVG for each topic."""
    folder = Path(__file__).parent / "pictures"
    folder.mkdir(exist_ok=True)
    for topic in TOPICS:
        (folder / f"{topic.name}.svg").write_text(drawing(topic.name) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
