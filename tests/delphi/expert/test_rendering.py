"""Parts of rating pages are written once: they are never stale, and never of somebody else."""

import re

from flask import Flask
from sqlmodel import select, update

from surveys.localized import LocalizedText
from surveys.models import Criterion, Scale, StatementVersion
from tests.builders import expert_client, token_in
from tests.delphi.expert.answering import Study

PRIVATE = re.compile(r' name="(csrf_token|client|seen)" value="[^"]*"| data-shelf="[^"]*"')


def test_an_edited_wording_is_on_the_next_page(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    assert "Train advisers in soil testing 1<" in study.page()
    with study.database.writing() as session:
        version = session.exec(
            select(StatementVersion).where(StatementVersion.statement_id == study.statements[0])
        ).one()
        version.text = LocalizedText(en="Train advisers in composting", fr="Former au compostage")
    page = study.page()
    assert "Train advisers in composting<" in page
    assert "Train advisers in soil testing 1<" not in page
    assert "Former au compostage<" in study.client.get(f"{study.address}?language=fr").get_data(as_text=True)


def test_an_edited_question_and_scale_are_on_the_next_page(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    assert "How important is this?" in study.page()
    with study.database.writing() as session:
        criterion = session.get_one(Criterion, study.small.importance_id)
        criterion.question = LocalizedText(en="How urgent is this?")
        session.exec(
            update(Scale)  # type: ignore[call-overload]
            .where(Scale.id == criterion.scale_id)
            .values(labels={"1": {"en": "can wait"}, "9": {"en": "at once"}})
        )
    page = study.page()
    assert "How urgent is this?" in page
    assert "How important is this?" not in page
    assert 'aria-label="9, at once"' in page
    assert 'aria-label="9, essential"' not in page


def test_nobody_meets_what_another_chose_or_wrote(app: Flask) -> None:
    study = Study(app, n_experts=2)
    other = expert_client(app, study.small, study.small.experts[1])
    before = PRIVATE.sub("", other.get(study.address).get_data(as_text=True))
    comment = f"c-{study.statements[0]}"
    answer = {study.field(): "7", comment: "Only I know this", comment.replace("c-", "s-"): "against"}
    study.send(answer)
    own = study.page()
    assert own.count(" checked") == 2
    assert "Only I know this" in own
    assert PRIVATE.sub("", other.get(study.address).get_data(as_text=True)) == before
    assert " checked" not in before


def test_what_was_taken_back_is_blank_again(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    blank = study.page()
    study.send({study.field(): "7"})
    assert re.search(rf'name="{study.field()}" value="7" aria-label="7" checked>', study.page())
    study.send({study.field(): "none"})
    assert study.page().count(" checked") == blank.count(" checked") == 0


def test_the_two_languages_are_kept_apart(app: Flask) -> None:
    study = Study(app)
    english = study.page()
    french = study.client.get(f"{study.address}?language=fr").get_data(as_text=True)
    again = study.client.get(f"{study.address}?language=en").get_data(as_text=True)
    assert "Outside my expertise" in english
    assert "Outside my expertise" not in french
    assert again.count("Outside my expertise") == english.count("Outside my expertise")


def test_values_off_the_scale_are_shown_as_chosen_nowhere(app: Flask) -> None:
    study = Study(app)
    page = study.client.post(study.address, data={"csrf_token": token_in(study.page()), study.field(): "77"}).get_data(
        as_text=True
    )
    assert f'id="{study.field()}-error"' in page
    assert " checked" not in page
    assert f'id="{study.field()}-error"' not in study.page(), "what one person has to mend is not kept"


def test_a_kept_page_gives_everybody_their_own_tokens_progress_and_notices(app: Flask) -> None:
    study = Study(app, n_experts=2)
    other = expert_client(app, study.small, study.small.experts[1])
    first, again, foreign = study.page(), study.page(), other.get(study.address).get_data(as_text=True)
    for name in ("csrf_token", "client"):
        values = [re.findall(rf'name="{name}" value="([^"]+)"', page) for page in (first, again, foreign)]
        assert all(values)
        assert len({each[0] for each in values}) == 3 if name == "client" else values[0][0] != values[2][0]
    shelves = [re.findall(r'data-shelf="([^"]+)"', page)[0] for page in (first, again, foreign)]
    assert shelves[0] == shelves[1] != shelves[2]
    assert "\0" not in first
    study.send({study.field(): "7", study.field(criterion="feasibility"): "7"})
    assert "1 of 3 done" in study.page()
    page = other.get(study.address).get_data(as_text=True)
    assert "0 of 3 done" in page
    assert "Not saved yet" in page
    with study.client.session_transaction() as kept:
        kept["_flashes"] = [("message", "Only once, only for me")]
    assert "Only once, only for me" in study.page()
    assert "Only once, only for me" not in study.page()
    assert "Only once, only for me" not in other.get(study.address).get_data(as_text=True)
