"""Every page of the secretariat answers on SQLite and on PostgreSQL with the same words."""

import re
from html import unescape

from flask import Flask

from tests.builders import staff_client
from tests.published import a_published_study

HEADINGS = {
    "": "2 task forces need you",
    "?show=needs-me": "2 task forces need you",
    "activities": "Ranked activities of all task forces",
    "activities?order=overall": "Ranked activities of all task forces",
    "categories": "Categories",
    "categories/sort": "0 of 8 statements have a category",
    "categories/sort?kind=": "0 of 14 statements have a category",
    "facilities": "0 of 8 activities have a facility",
    "exports": "Files to download",
    "log": "Who did what",
}


def test_pages_answer_on_each_database(app_on_each: Flask) -> None:
    with app_on_each.extensions["delphi_database"].writing() as session:
        study = a_published_study(session)
    client = staff_client(app_on_each, study.small.secretary_id)
    found = {}
    for path in HEADINGS:
        text = unescape(client.get(f"/secretariat/studies/{study.study_id}/{path}").get_data(as_text=True))
        found[path] = "".join(re.findall(r"<h1>([^<]+)</h1>", text))
    assert found == HEADINGS
    statement = client.get(f"/secretariat/statements/{study.statements['B1-01']}")
    assert "<h1>A activity 1</h1>" in unescape(statement.get_data(as_text=True))
