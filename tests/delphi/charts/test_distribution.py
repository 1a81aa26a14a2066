"""Distributions as pictures with the same in words."""

import xml.etree.ElementTree as ElementTree

import pytest
from flask import Flask

from delphi.charts import distribution, distribution_words, figures_words
from delphi.charts.distributions import BARS, WIDTH


@pytest.fixture(autouse=True)
def english(app: Flask) -> object:
    with app.test_request_context():
        yield


def drawn(**figures: object) -> ElementTree.Element:
    given = {"lower": 1, "q1": None, "median": None, "q3": None, **figures}
    frequency = given.pop("frequency")
    return ElementTree.fromstring(str(distribution(frequency, **given)))  # type: ignore[arg-type]  # noqa: S314


def test_each_rated_point_has_a_bar_as_tall_as_its_share_of_the_largest() -> None:
    picture = drawn(frequency=[0, 0, 0, 0, 1, 0, 2, 4, 0])
    bars = [bar for bar in picture.iter("rect") if bar.get("class") == "bar"]
    assert [float(bar.get("height", 0)) for bar in bars] == [BARS / 4, BARS / 2, BARS]
    assert len({float(bar.get("y", 0)) + float(bar.get("height", 0)) for bar in bars}) == 1
    slot = WIDTH / 9
    assert [int(float(bar.get("x", 0)) // slot) + 1 for bar in bars] == [5, 7, 8]


def test_band_and_tick_stand_on_the_frozen_figures() -> None:
    picture = drawn(frequency=[0, 0, 0, 0, 0, 0, 1, 2, 1], q1=7.75, median=8.0, q3=8.25)
    slot = WIDTH / 9
    tick = next(line for line in picture.iter("line") if line.get("class") == "mid")
    assert float(tick.get("x1", 0)) == pytest.approx(7.5 * slot, abs=0.01)
    band = next(one for one in picture.iter("rect") if one.get("class") == "half")
    assert float(band.get("width", 0)) == pytest.approx(1.5 * slot, abs=0.01)


def test_the_picture_says_the_same_in_words_and_has_no_style() -> None:
    picture = drawn(frequency=[0, 2, 0, 0, 0, 0, 0, 0, 1])
    assert picture.get("aria-label") == "3 answers. 2: 2; 9: 1"
    assert picture.findtext("title") == picture.get("aria-label")
    assert not [element for element in picture.iter() if "style" in element.attrib]
    assert distribution_words([0] * 9, lower=1) == "No answers."


def test_a_long_scale_fits_the_same_width() -> None:
    frequency = [0] * 101
    frequency[0] = frequency[50] = frequency[100] = 3
    picture = drawn(frequency=frequency, lower=0)
    bars = [bar for bar in picture.iter("rect") if bar.get("class") == "bar"]
    right = max(float(bar.get("x", 0)) + float(bar.get("width", 0)) for bar in bars)
    assert len(bars) == 3
    assert right <= WIDTH
    assert [text.text for text in picture.iter("text")] == ["0", "50", "100"]


def test_figures_in_words() -> None:
    assert figures_words(median=7.5, q1=7, q3=8.25) == "Median 7.5, middle half from 7 to 8.25."
    assert figures_words(median=None, q1=None, q3=None) == "Too few answers for a median."
