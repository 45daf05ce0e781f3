import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairdensity.errors import TableError
from hairdensity.regions import Outlines, of_photos, outlined, read_regions


def write(path: Path, content: object) -> Path:
    file = path / "regions.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_one_polygon_or_several(tmp_path: Path):
    triangle = [[0, 0], [10, 0], [0, 10.5]]
    drawn = read_regions(write(tmp_path, {"a.jpg": triangle, "b/c.jpg": [triangle, triangle]}))
    assert drawn["a.jpg"] == Outlines((((0.0, 0.0), (10.0, 0.0), (0.0, 10.5)),))
    assert len(drawn["b/c.jpg"].region) == 2


def test_zones_have_names_and_the_region_may_be_left_to_the_program(tmp_path: Path):
    triangle = [[0, 0], [10, 0], [0, 10]]
    zones = {" whorl": triangle, "temples": [triangle, triangle]}
    drawn = read_regions(write(tmp_path, {"a.jpg": {"zones": zones}, "b.jpg": {"region": triangle, "zones": {}}}))
    assert [(name, len(polygons)) for name, polygons in drawn["a.jpg"].zones] == [("whorl", 1), ("temples", 2)]
    assert drawn["a.jpg"].region == ()
    assert outlined(drawn) == {"b.jpg"}


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    (tmp_path / "regions.json").write_bytes(b"\xef\xbb\xbf{}")
    assert read_regions(tmp_path / "regions.json") == {}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ([1], "must be an object"),
        ({"a.jpg": []}, "'a.jpg' must be a list of polygons"),
        ({"a.jpg": [[0, 0], [1, 1]]}, "three or more"),
        ({"a.jpg": [[0, 0], [1, 1], ["x", 2]]}, "'a.jpg'"),
        ({"a.jpg": {"x": 1}}, "'a.jpg' has 'x', but only region and zones"),
        ({"a.jpg": {}}, "'a.jpg' is empty"),
        ({"a.jpg": {"zones": []}}, "zones of 'a.jpg' must be an object"),
        ({"a.jpg": {"zones": {"whorl": [[0, 0], [1, 1]]}}}, "zone 'whorl' of 'a.jpg' must be a list of polygons"),
        ({"a.jpg": {"zones": {" ": [[0, 0], [1, 1], [2, 0]]}}}, "Write a name"),
        ({"a.jpg": {"zones": {"a": [[0, 0], [1, 1], [2, 0]], "a ": [[0, 0], [1, 1], [2, 0]]}}}, "two zones called 'a'"),
        ('{"a.jpg": [[0, 0], [1, 1], [NaN, 2]]}', "'a.jpg'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, content: object, says: str):
    with pytest.raises(TableError, match=says) as caught:
        read_regions(write(tmp_path, content))
    assert "regions.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_regions_or_a_clear_error(data: bytes):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "regions.json")
        file.write_bytes(data)
        try:
            read_regions(file)
        except TableError as error:
            assert "\n" not in str(error)


def test_very_long_names_are_not_repeated_whole(tmp_path: Path):
    zone = {"w" * 9000: [[0, 0], [1, 0], [1, 1]]}
    for content in ({"a.jpg": {"zones": zone}}, {"a.jpg": zone}, {"a" * 9000: 5}):
        (tmp_path / "regions.json").write_text(json.dumps(content))
        with pytest.raises(TableError) as error:
            read_regions(tmp_path / "regions.json")
        assert len(str(error.value)) < 400


def test_outlines_are_those_of_the_photo_that_is_meant():
    one, other = Outlines((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)),)), Outlines()
    drawn = of_photos({"vertex\\A.JPG": one, "gone.jpg": other}, ["vertex/a.jpg"])
    assert drawn == {"vertex/a.jpg": one, "gone.jpg": other}
    with pytest.raises(TableError, match=r"'vertex/a\.jpg' is listed twice"):
        of_photos({"vertex\\A.JPG": one, "vertex/a.jpg": other}, ["vertex/a.jpg"])
