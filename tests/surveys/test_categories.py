"""Categories are made, renamed and merged without losing what is in them."""

from collections.abc import Sequence

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Category, Rating, Statement
from surveys.services.categories import (
    assign_category,
    create_category,
    merge_categories,
    preview_merge,
    rename_category,
)
from surveys.vocabulary import AuditAction, ViolationCode
from tests.builders import NOW, a_study, as_secretary
from tests.published import PublishedStudy, a_published_study

BOTH = ("en", "fr")


def made(session: Session, study: PublishedStudy, english: str, french: str) -> Category:
    return create_category(
        session,
        actor=as_secretary(study.small),
        study_id=study.study_id,
        name=LocalizedText(en=english, fr=french),
        languages=BOTH,
        now=NOW,
    )


def assign(session: Session, study: PublishedStudy, codes: Sequence[str], category: str | None) -> int:
    return assign_category(
        session,
        actor=as_secretary(study.small),
        study_id=study.study_id,
        statement_ids=[study.statements[code] for code in codes],
        category_id=None if category is None else study.categories[category],
        now=NOW,
    )


def categories_of(session: Session, study: PublishedStudy) -> dict[str, int | None]:
    rows = session.exec(
        select(Statement.code, Statement.category_id).where(col(Statement.id).in_(study.statements.values()))
    ).all()
    return {code: category_id for code, category_id in rows if category_id is not None}


def refused(session: Session, study: PublishedStudy, english: str, french: str) -> ViolationCode:
    with pytest.raises(RuleViolation) as caught:
        made(session, study, english, french)
    return caught.value.code


def test_create_category_stores_both_names_and_a_code_of_its_own(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        first = made(session, study, "Éducation & advice ", "Formation et conseil")
        second = made(session, study, "Education, advice", "Autre")
    assert (first.name, first.code, second.code) == (
        LocalizedText(en="Éducation & advice", fr="Formation et conseil"),
        "education-advice",
        "education-advice-2",
    )
    assert first.position < second.position


def test_create_category_refuses_a_name_that_is_taken_in_either_language(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        assert refused(session, study, "MARKETS", "Autre") is ViolationCode.CATEGORY_TAKEN
        assert refused(session, study, "Other", "marchés") is ViolationCode.CATEGORY_TAKEN
        assert refused(session, study, "Other", " ") is ViolationCode.TEXT_EMPTY
        assert refused(session, study, "O" * 121, "Autre") is ViolationCode.TEXT_TOO_LONG


def test_rename_category_keeps_code_and_statements_and_logs_the_earlier_name(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        assign(session, study, ["A5-01"], "markets")
        renamed = rename_category(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            category_id=study.categories["markets"],
            name=LocalizedText(en="Value chains", fr="Filières"),
            languages=BOTH,
            now=NOW,
        )
        assert (renamed.code, renamed.name["fr"]) == ("markets", "Filières")
        assert categories_of(session, study) == {"A5-01": study.categories["markets"]}
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.CATEGORY_CHANGED)).one()
        assert (event.details["before"]["en"], event.details["name"]["en"]) == ("Markets", "Value chains")
        assert event.actor_id == study.small.secretary_id


def test_merge_moves_every_statement_and_keeps_the_merged_category(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
        assign(session, study, ["A5-01", "B1-05"], "markets")
        assign(session, study, ["A5-02"], "training")
        source, target = study.categories["markets"], study.categories["training"]
        ratings = len(session.exec(select(Rating)).all())
        preview = preview_merge(session, study_id=study.study_id, source_id=source, target_id=target)
        moved = merge_categories(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            source_id=source,
            target_id=target,
            digest=preview.digest,
            now=NOW,
        )
    with database.reading() as session:
        assert moved == 2
        assert categories_of(session, study) == {"A5-01": target, "A5-02": target, "B1-05": target}
        kept = session.get_one(Category, source)
        assert (kept.merged_into_id, kept.name["en"]) == (target, "Markets")
        assert len(session.exec(select(Rating)).all()) == ratings
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.CATEGORY_CHANGED)).one()
        assert sorted(event.details["statement_ids"]) == sorted([study.statements["A5-01"], study.statements["B1-05"]])


def test_merge_refuses_what_changed_since_the_preview(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        source, target = study.categories["markets"], study.categories["training"]
        digest = preview_merge(session, study_id=study.study_id, source_id=source, target_id=target).digest
        assign(session, study, ["A5-01"], "markets")
        with pytest.raises(RuleViolation) as caught:
            merge_categories(
                session,
                actor=None,
                study_id=study.study_id,
                source_id=source,
                target_id=target,
                digest=digest,
                now=NOW,
            )
        assert caught.value.code is ViolationCode.PREVIEW_OUTDATED
        assert session.get_one(Category, source).merged_into_id is None


def test_a_merged_category_takes_nothing_any_more_and_frees_its_name(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        source, target = study.categories["markets"], study.categories["training"]
        third = made(session, study, "Third", "Troisième").id
        for source_id, target_id in ((source, target), (target, third)):
            preview = preview_merge(session, study_id=study.study_id, source_id=source_id, target_id=target_id)
            merge_categories(
                session,
                actor=None,
                study_id=study.study_id,
                source_id=source_id,
                target_id=target_id,
                digest=preview.digest,
                now=NOW,
            )
        with pytest.raises(RuleViolation) as caught:
            assign(session, study, ["A5-01"], "markets")
        assert caught.value.code is ViolationCode.CATEGORY_MERGED
        assert session.get_one(Category, source).merged_into_id == third
        assert made(session, study, "Markets", "Marchés").id not in (source, target)


def test_assign_category_logs_only_what_changed(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        assert assign(session, study, ["A5-01", "A5-02"], "markets") == 2
        assert assign(session, study, ["A5-01", "A5-02", "A5-03"], "markets") == 1
        assert assign(session, study, ["A5-01"], None) == 1
        events = session.exec(
            select(AuditEvent.details)
            .where(AuditEvent.action == AuditAction.STATEMENT_CATEGORISED)
            .order_by(col(AuditEvent.id))
        ).all()
        assert [event["code"] for event in events] == ["A5-01", "A5-02", "A5-03", "A5-01"]
        assert events[-1]["before_id"] == study.categories["markets"]


def test_nothing_of_another_study_can_be_touched(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        foreign = a_study(session, slug="foreign", code="C1")
        with pytest.raises(NotFound):
            assign_category(
                session,
                actor=None,
                study_id=foreign.study_id,
                statement_ids=[study.statements["A5-01"]],
                category_id=study.categories["markets"],
                now=NOW,
            )
        with pytest.raises(RuleViolation) as caught:
            assign_category(
                session,
                actor=None,
                study_id=foreign.study_id,
                statement_ids=[study.statements["A5-01"]],
                category_id=None,
                now=NOW,
            )
        assert caught.value.code is ViolationCode.UNKNOWN_STATEMENT
        with pytest.raises(NotFound):
            preview_merge(
                session,
                study_id=foreign.study_id,
                source_id=study.categories["markets"],
                target_id=study.categories["training"],
            )
