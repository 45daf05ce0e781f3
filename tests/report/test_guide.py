"""The guide: every flag that a person can do something about has a picture, and the files are what is drawn."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hairdensity.flags import FLAGS
from hairdensity.report.guide import TOPIC_OF_FLAG, TOPICS, Topic
from hairdensity.report.guide_pictures import drawing

DOCS = Path(__file__).parents[2] / "docs"
ABOUT_FILES = {"duplicate", "no_date", "date_in_future"}


def test_every_flag_about_the_picture_has_a_topic() -> None:
    assert set(TOPIC_OF_FLAG) == set(FLAGS) - ABOUT_FILES
    assert set(TOPIC_OF_FLAG.values()) <= {topic.name for topic in TOPICS}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_picture_is_sound_says_what_it_shows_and_is_the_one_in_the_guide(topic: Topic) -> None:
    text = drawing(topic.name)
    root = ElementTree.fromstring(text)  # noqa: S314
    assert root[0].text == topic.alt
    assert "style=" not in text, "the page's policy forbids it"
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert (DOCS / "pictures" / f"{topic.name}.svg").read_text(encoding="utf-8") == text + "\n"
    assert f"![{topic.alt}](pictures/{topic.name}.svg)" in (DOCS / "photographing.md").read_text(encoding="utf-8")


def test_no_other_picture() -> None:
    with pytest.raises(KeyError):
        drawing("none")
