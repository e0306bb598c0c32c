"""The pictures of demo posts."""

from xml.etree import ElementTree as ET

import pytest

from subgraphs.shared.demo import RANGES
from subgraphs.social.pictures import SIZE, draw

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("range_", RANGES)
def test_each_range_has_a_picture_that_shows_the_words(range_):
    words = "Pots & pans <for nine people> out of a single pot."
    picture = ET.fromstring(draw(range_, words, 1))
    assert picture.get("width") == str(SIZE)
    lines = [line.text or "" for line in picture.iter(f"{SVG}tspan")]
    assert " ".join(lines) == words
    assert len(lines) > 1


def test_the_same_post_has_the_same_picture_and_another_another():
    assert draw("lamps", "Dimmed.", 7) == draw("lamps", "Dimmed.", 7)
    assert draw("lamps", "Dimmed.", 7) != draw("lamps", "Dimmed.", 8)
