"""Charts say in words and in a table what they draw, and become files that stand alone."""

import xml.etree.ElementTree as ElementTree

import pytest
from flask import Flask
from flask_babel import force_locale

from delphi.charts.convergence import Course, convergence_picture
from delphi.charts.files import as_png, as_svg
from delphi.charts.picture import Picture
from delphi.charts.statements import ChangeRow, StatementRow, answers_picture, change_picture
from delphi.charts.two_criteria import Axis, MapPoint, map_picture
from tests.builders import said

SVG = "{http://www.w3.org/2000/svg}"
TEXT = said("Train <advisers> & others in soil testing", "Former des conseillers")


@pytest.fixture(autouse=True)
def english(app: Flask) -> object:
    with app.test_request_context():
        yield


def point(code: str, across: float, up: float, *, is_agreed: bool = False) -> MapPoint:
    return MapPoint(
        code=code, text=TEXT, across=across, up=up, is_agreed=is_agreed, has_camps=False, class_words="Leaning"
    )


def a_map(points: list[MapPoint]) -> Picture:
    return map_picture(
        points,
        across=Axis(name="Feasibility", lower=1, upper=9, agree_from=7),
        up=Axis(name="Importance", lower=1, upper=9, agree_from=7),
        n_left_out=1,
        name="map",
        title="Activities",
        note="Round 2.",
    )


def an_answers_chart(n: int = 3) -> Picture:
    row = StatementRow(
        code="A5-01", text=TEXT, frequency=(0, 0, 0, 0, 0, 1, 0, 4, 1), n=6, agreement_k=5, agreement_n=6, median=8.0,
        q1=8.0, q3=8.0, is_agreed=True, class_words="Agreed high", rank=1,
    )  # fmt: skip
    return answers_picture([row] * n, lower=1, upper=9, name="answers", title="Activities", note="Round 2.")


def drawn(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(picture))  # noqa: S314


def test_statements_with_the_same_two_medians_share_a_mark_and_a_label() -> None:
    picture = a_map([point("A5-01", 8, 8, is_agreed=True), point("A5-04", 8, 8, is_agreed=True), point("A5-02", 3, 6)])
    page = ElementTree.fromstring(str(picture.svg()))  # noqa: S314
    assert len(list(page.iter("circle"))) == 2
    texts = [text.text for text in page.iter("text")]
    assert "A5-01, 04" in texts
    assert "A5-02" in texts
    assert picture.sentence.startswith("2 of 3 lie in the shaded corner")
    assert picture.sentence.endswith("1 statement is not on the map: nobody rated it on both.")
    assert [row[0] for row in picture.rows] == ["A5-01", "A5-04", "A5-02"]


def test_a_crowded_map_names_every_statement_in_its_table() -> None:
    points = [point(f"A5-{n:03d}", 1 + (n * 7 % 17) / 2, 1 + (n * 5 % 17) / 2) for n in range(162)]
    picture = a_map(points)
    assert len(picture.rows) == 162
    assert picture.headings[0] == "Code"


def test_counts_stand_in_the_bubbles_and_the_table_has_every_point() -> None:
    picture = an_answers_chart(1)
    page = ElementTree.fromstring(str(picture.svg()))  # noqa: S314
    assert [text.text for text in page.iter("text") if text.get("class") == "on"] == ["4"]
    assert picture.rows[0][-9:] == (0, 0, 0, 0, 0, 1, 0, 4, 1)
    assert len(picture.headings) == len(picture.rows[0])


def test_a_scale_of_a_hundred_points_has_its_band_and_its_median_only() -> None:
    row = StatementRow(
        code="A5-01", text=TEXT, frequency=(0,) * 50 + (3,) + (0,) * 50, n=3, agreement_k=0, agreement_n=3, median=50.0,
        q1=50.0, q3=50.0, is_agreed=False, class_words="Leaning",
    )  # fmt: skip
    picture = answers_picture([row], lower=0, upper=100, name="answers", title="Activities", note="")
    page = ElementTree.fromstring(str(picture.svg()))  # noqa: S314
    assert list(page.iter("circle")) == []
    assert [text.text for text in page.iter("text")][:3] == ["0", "50", "100"]


def test_a_settled_statement_goes_on_as_a_dotted_line() -> None:
    courses = [
        Course(code="A5-01", text=TEXT, shares=((2, 1.0),), words=((2, "6 of 6"),), is_agreed=True),
        Course(
            code="A5-02", text=TEXT, shares=((2, 0.5), (3, 1.0)), words=((2, "3 of 6"), (3, "6 of 6")), is_agreed=True
        ),
        Course(
            code="A5-03", text=TEXT, shares=((2, 0.5), (3, 0.5)), words=((2, "3 of 6"), (3, "3 of 6")), is_agreed=False
        ),
    ]
    picture = convergence_picture(courses, rounds=[2, 3], threshold=0.75, name="c", title="Activities", note="")
    page = ElementTree.fromstring(str(picture.svg()))  # noqa: S314
    assert len([one for one in page.iter("line") if one.get("class") == "rest"]) == 1
    labels = [text.text for text in page.iter("text")]
    assert "A5-01, A5-02" in labels
    assert "A5-03" in labels
    assert picture.rows[0][2:] == ("6 of 6", None)
    assert "75" in picture.sentence


def test_two_rounds_have_a_hollow_and_a_filled_mark() -> None:
    row = ChangeRow(
        code="A5-01", text=TEXT, before=0.5, after=1.0, before_words="3 of 6", after_words="6 of 6", is_agreed=True
    )
    picture = change_picture([row], before=2, after=3, threshold=0.75, name="c", title="Activities", note="")
    page = ElementTree.fromstring(str(picture.svg()))  # noqa: S314
    assert [mark.get("class") for mark in page.iter("circle")] == ["open", "agreed"]
    assert picture.rows == (("A5-01", TEXT["en"], "3 of 6", "6 of 6"),)


def test_a_file_stands_alone_with_the_marks_of_the_page() -> None:
    picture = an_answers_chart()
    svg = as_svg(picture)
    assert str(picture.marks) in svg
    assert "var(" not in svg
    assert "light-dark" not in svg
    root = drawn(picture)
    assert root.findtext(f"{SVG}title") == "Activities"
    assert root.findtext(f"{SVG}desc") == picture.sentence
    assert "Round 2." in [text.text for text in root.iter(f"{SVG}text")]
    assert not [one for one in root.iter() if "style" in one.attrib]


def test_a_picture_is_drawn_at_twice_its_size() -> None:
    picture = an_answers_chart()
    png = as_png(picture)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(png[16:20], "big")
    assert width == pytest.approx(2 * (picture.width + 48), abs=2)


def test_texts_are_those_of_the_language_in_force() -> None:
    with force_locale("fr"):
        picture = an_answers_chart(1)
    assert picture.rows[0][2] == "Former des conseillers"
    assert "Former des" in str(picture.marks)
