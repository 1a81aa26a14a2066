"""Files are downloaded with the right name and type, and only those that exist."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.published import PublishedStudy


def test_every_link_of_the_page_gives_its_file(desk: FlaskClient, study: PublishedStudy) -> None:
    text = unescape(desk.get(f"/secretariat/studies/{study.study_id}/exports").get_data(as_text=True))
    links = re.findall(r'href="([^"]+)" download="([^"]+)"', text)
    assert len(links) == 14
    for address, name in links:
        response = desk.get(address)
        assert response.status_code == 200
        assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert response.headers["Cache-Control"] == "no-store"
        assert len(response.data) > 300
    assert {name.rsplit(".")[-1] for _, name in links} == {"csv", "xlsx", "json"}


def test_the_language_of_the_file_is_that_of_its_address(desk: FlaskClient, study: PublishedStudy) -> None:
    root = f"/secretariat/studies/{study.study_id}/exports"
    french = desk.get(f"{root}/activities-fr.csv?language=en").data.decode("utf-8-sig")
    english = desk.get(f"{root}/activities-en.csv?language=fr").data.decode("utf-8-sig")
    assert ("Objectif A5" in french, "Objectif A5" in english) == (True, False)


@pytest.mark.parametrize("name", ["activities-de.csv", "data-en.pdf", "ratings-en.xlsx", "people-en.csv"])
def test_other_files_do_not_exist(desk: FlaskClient, study: PublishedStudy, name: str) -> None:
    assert desk.get(f"/secretariat/studies/{study.study_id}/exports/{name}").status_code == 404
