"""What was rated keeps its wording; two editors do not overwrite each other unseen."""

import pytest
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, RoundStatement, StatementVersion
from surveys.queries.statements import current_versions
from surveys.rules.wordings import wording_digest
from surveys.services.next_round import build_next_round
from surveys.services.synthesis import place_as_new
from surveys.services.wording import edit_wording, link_statement
from surveys.vocabulary import AuditAction, StatementKind, ViolationCode
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_statement,
    a_study,
    an_open_rating_round,
    as_facilitator,
    said,
)


def a_made_statement(session: Session, small: SmallStudy) -> int:
    _, ideas = a_closed_ideas_round(session, small, ideas=[(0, StatementKind.ACTIVITY, "Old words", "en")])
    return place_as_new(
        session,
        actor=as_facilitator(small),
        task_force_id=small.task_force_id,
        idea_id=ideas[0],
        text=LocalizedText(en="Old words", fr="Anciens mots"),
        now=NOW,
    ).id


def seen(session: Session, small: SmallStudy, statement_id: int) -> str:
    version = current_versions(session, task_force_id=small.task_force_id)[statement_id]
    return wording_digest(version_id=version.id, text=version.text)


def edit(
    session: Session, small: SmallStudy, statement_id: int, text: LocalizedText, **given: object
) -> StatementVersion:
    arguments = {"seen": seen(session, small, statement_id), "as_new_version": False, **given}
    return edit_wording(
        session,
        actor=as_facilitator(small),
        statement_id=statement_id,
        text=text,
        now=NOW,
        **arguments,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("as_new_version", "numbers"), [(False, [1]), (True, [1, 2])])
def test_before_a_round_asks_it_a_wording_is_corrected_or_versioned(
    database: Database, as_new_version: bool, numbers: list[int]
) -> None:
    with database.writing() as session:
        small = a_study(session)
        statement_id = a_made_statement(session, small)
    with database.writing() as session:
        edit(session, small, statement_id, said("New words"), as_new_version=as_new_version)
    with database.reading() as session:
        versions = session.exec(select(StatementVersion).order_by(StatementVersion.number)).all()
        assert [version.number for version in versions] == numbers
        assert versions[-1].text == said("New words")
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.STATEMENT_EDITED)).one()
        assert event.details["before"] == {"en": "Old words", "fr": "Anciens mots"}


def test_an_open_round_keeps_the_wording_it_asked(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        _, statements = an_open_rating_round(session, small, n_statements=1)
        asked = session.exec(select(RoundStatement.version_id)).one()
    with database.writing() as session, pytest.raises(RuleViolation) as caught:
        edit(session, small, statements[0], said("New words"))
    assert caught.value.code is ViolationCode.REASON_MISSING
    with database.writing() as session:
        version = edit(session, small, statements[0], said("New words"), reason="Clearer")
        assert (version.number, version.reason) == (2, "Clearer")
    with database.reading() as session:
        assert session.exec(select(RoundStatement.version_id)).one() == asked
        first = session.get_one(StatementVersion, asked)
        assert first.text == said("Train advisers in soil testing 1")


def test_a_planned_round_takes_the_new_wording(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        statement_id = a_made_statement(session, small)
        build_next_round(session, actor=as_facilitator(small), task_force_id=small.task_force_id, decisions={}, now=NOW)
        version = edit(session, small, statement_id, said("New words"), as_new_version=True)
        session.expire_all()
        assert session.exec(select(RoundStatement.version_id)).one() == version.id


def test_the_second_of_two_editors_is_told(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        statement_id = a_made_statement(session, small)
        before = seen(session, small, statement_id)
    with lite.writing() as session:
        edit(session, small, statement_id, said("First"), seen=before)
    with lite.writing() as session, pytest.raises(RuleViolation) as caught:
        edit(session, small, statement_id, said("Second"), seen=before)
    assert caught.value.code is ViolationCode.EDITED_MEANWHILE
    with lite.reading() as session:
        assert current_versions(session, task_force_id=small.task_force_id)[statement_id].text == said("First")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LocalizedText(en=" ", fr="\n"), ViolationCode.TEXT_EMPTY),
        (LocalizedText(en="x" * 601), ViolationCode.TEXT_TOO_LONG),
    ],
)
def test_a_wording_is_not_empty_and_fits(lite: Database, text: LocalizedText, code: ViolationCode) -> None:
    with lite.writing() as session:
        small = a_study(session)
        statement_id = a_made_statement(session, small)
        with pytest.raises(RuleViolation) as caught:
            edit(session, small, statement_id, text)
    assert caught.value.code is code


def test_an_unchanged_wording_makes_nothing_new(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        statement_id = a_made_statement(session, small)
        edit(session, small, statement_id, LocalizedText(en=" Old words ", fr="Anciens mots"), as_new_version=True)
    with lite.reading() as session:
        assert session.exec(select(StatementVersion.number)).all() == [1]
        assert not session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.STATEMENT_EDITED)).all()


def test_a_link_stays_within_the_task_force(lite: Database) -> None:
    with lite.writing() as session:
        small, other = a_study(session), a_study(session, slug="other", code="B1")
        activity = a_statement(session, task_force_id=small.task_force_id)
        obstacle = a_statement(session, task_force_id=small.task_force_id, number=2, kind=StatementKind.OBSTACLE)
        foreign = a_statement(session, task_force_id=other.task_force_id)
        actor = as_facilitator(small)
        linked = link_statement(session, actor=actor, statement_id=obstacle.id, parent_id=activity.id, now=NOW)
        assert linked.parent_id == activity.id
        with pytest.raises(NotFound):
            link_statement(session, actor=actor, statement_id=obstacle.id, parent_id=foreign.id, now=NOW)
        assert linked.parent_id == activity.id
