"""Files are downloaded with the right name and type, and only those that exist."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.builders import token_in
from tests.published import PublishedStudy


def test_every_file_of_the_page_comes_in_each_of_its_forms(desk: FlaskClient, study: PublishedStudy) -> None:
    root = f"/secretariat/studies/{study.study_id}/exports"
    text = unescape(desk.get(root).get_data(as_text=True))
    n_files = 0
    for form in re.findall(r"<form method=\"post\" class=\"facets\">.*?</form>", text, re.S):
        fields = {
            name: re.findall(r'<option value="([^"]+)"', options)
            for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.S)
        }
        what = re.findall(r'name="what" value="(\w+)"', form)[0]
        for format in fields["format"]:
            language = fields.get("in_language", ["en"])[-1]
            chosen = {"what": what, "format": format, "in_language": language, "csrf_token": token_in(text)}
            answer = desk.post(root, data=chosen)
            assert answer.status_code == 303
            response = desk.get(answer.headers["Location"])
            assert response.status_code == 200
            assert response.headers["Content-Disposition"].startswith(f"attachment; filename=soil-{what}")
            assert response.headers["Cache-Control"] == "no-store"
            assert len(response.data) > 300
            n_files += 1
    assert n_files == 15


def test_choices_are_remembered(desk: FlaskClient, study: PublishedStudy) -> None:
    root = f"/secretariat/studies/{study.study_id}/exports"
    before = desk.get(root).get_data(as_text=True)
    french = desk.get(f"{root}?language=fr").get_data(as_text=True)
    assert (before.count('value="en" selected'), french.count('value="fr" selected')) == (7, 7)
    chosen = {"what": "plan", "format": "docx", "in_language": "en-fr", "chapters": "goal"}
    answer = desk.post(root, data={**chosen, "csrf_token": token_in(before)})
    assert answer.headers["Location"].endswith("/exports/plan-en-fr.docx?chapters=goal")
    after = desk.get(root).get_data(as_text=True)
    assert '<option value="docx" selected>' in after
    assert '<option value="goal" selected>' in after
    assert '<option value="goal" selected>' not in before


def test_the_language_of_the_file_is_that_of_its_address(desk: FlaskClient, study: PublishedStudy) -> None:
    root = f"/secretariat/studies/{study.study_id}/exports"
    french = desk.get(f"{root}/activities-fr.csv?language=en").data.decode("utf-8-sig")
    english = desk.get(f"{root}/activities-en.csv?language=fr").data.decode("utf-8-sig")
    assert ("Objectif A5" in french, "Objectif A5" in english) == (True, False)


@pytest.mark.parametrize("name", ["activities-de.csv", "data-en.pdf", "ratings-en.xlsx", "people-en.csv"])
def test_other_files_do_not_exist(desk: FlaskClient, study: PublishedStudy, name: str) -> None:
    assert desk.get(f"/secretariat/studies/{study.study_id}/exports/{name}").status_code == 404
