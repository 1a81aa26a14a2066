"""Files in English and French: texts of the study and words of the program, with and without a request."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import gettext

from delphi.database import Database
from delphi.exports.language import speaking
from tests.delphi.exports.files import export_activities
from tests.published import PublishedStudy, a_published_study


@pytest.fixture
def published(lite: Database) -> PublishedStudy:
    with lite.writing() as session:
        return a_published_study(session)


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small catalogue of our own, so that the test does not wait for the real one."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="fr")
    for english, words in (("Activity", "Activité"), ("Agreed", "Accord"), ("Median", "Médiane"), ("yes", "oui")):
        catalogue.add(english, words)
    with (folder / "messages.mo").open("wb") as target:
        write_mo(target, catalogue)
    monkeypatch.setattr("delphi.exports.language.compiled_catalogues", lambda: tmp_path)
    yield


def test_heads_words_and_texts_follow_the_language(lite: Database, published: PublishedStudy, french: None) -> None:
    with lite.reading() as session:
        files = {
            language: export_activities(session, study_id=published.study_id, format="csv", language=language).decode(
                "utf-8-sig"
            )
            for language in ("en", "fr")
        }
    heads = {language: text.splitlines()[0].split(",") for language, text in files.items()}
    first = {language: text.splitlines()[1].split(",") for language, text in files.items()}
    assert ("Median" in heads["en"], "Médiane" in heads["fr"], "Median" in heads["fr"]) == (True, True, False)
    assert (first["en"][0], first["fr"][0]) == ("Activity", "Activité")
    assert (first["en"][5], first["fr"][5]) == ("A activity 1", "A activity 1 (fr)")
    assert ("Agreed" in first["en"], "Accord" in first["fr"]) == (True, True)


def test_json_keeps_codes_and_gives_their_words(lite: Database, published: PublishedStudy, french: None) -> None:
    with lite.reading() as session:
        document = json.loads(export_activities(session, study_id=published.study_id, format="json", language="fr"))
    assert document["language"] == "fr"
    assert document["study"]["name"] == "Étude des sols"
    assert document["activities"][0]["outcome"] == "agreed"
    assert document["words"]["outcome"]["agreed"] == "Accord"
    assert document["words"]["iqr_within"]["true"] == "oui"


def test_the_language_asked_for_wins_over_that_of_the_page(app: Flask) -> None:
    with app.test_request_context("/?language=fr"), speaking("en"):
        assert gettext("Median") == "Median"
        from delphi.i18n import language

        assert language() == "en"


def test_outside_a_request_the_language_is_known_too() -> None:
    from delphi.i18n import language

    with speaking("fr"):
        assert language() == "fr"
