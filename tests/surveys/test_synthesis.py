"""From ideas to statements: every idea ends in a statement or a reason, and every step can be undone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Idea, IdeaPlacement, Statement, StatementVersion
from surveys.queries.desk import desk_of
from surveys.queries.statements import current_versions
from surveys.queries.trace import biography_of
from surveys.rules.protocol import canonical_digest
from surveys.services.next_round import build_next_round
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.undoing import take_idea_back, undo_placement
from surveys.services.wording import link_statement
from surveys.vocabulary import AuditAction, IdeaStatus, PlacementAction, StatementKind, ViolationCode
from tests.builders import NOW, SmallStudy, a_closed_ideas_round, a_study, as_facilitator, said

ACTIVITY, OBSTACLE, PROBLEM, CAUSE = (
    StatementKind.ACTIVITY,
    StatementKind.OBSTACLE,
    StatementKind.PROBLEM,
    StatementKind.CAUSE,
)
IDEAS = (
    (0, ACTIVITY, "Publish every price", "en"),
    (1, ACTIVITY, "Publier tous les prix", "fr"),
    (1, ACTIVITY, "Train advisers and pay them", "en"),
    (2, OBSTACLE, "Audits cost too much", "en"),
    (3, ACTIVITY, "asdf", "en"),
)


def state_digest(session: Session, small: SmallStudy) -> str:
    """Everything the desk shows as one digest: what stands, not what was undone."""
    desk = desk_of(session, task_force_id=small.task_force_id)
    return canonical_digest(
        {
            "ideas": sorted(
                [i.id, i.status, i.parked_reason, [p.statement_id for p in i.placements]] for i in desk.ideas
            ),
            "statements": sorted([s.id, s.code, dict(s.text), s.parent_id, list(s.idea_ids)] for s in desk.statements),
        }
    )


def do(database: Database, service: Any, small: SmallStudy, **arguments: Any) -> Any:
    with database.writing() as session:
        return service(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW, **arguments)


def a_desk(database: Database) -> tuple[SmallStudy, list[int]]:
    with database.writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(session, small, ideas=IDEAS)
    return small, ideas


def place_everything(database: Database, small: SmallStudy, ideas: list[int]) -> Statement:
    """Keep, merge, split, edit and set aside, until nothing waits; the first statement."""
    first = do(database, place_as_new, small, idea_id=ideas[0], text=said("Publish every price", "Publier chaque prix"))
    do(database, merge_idea, small, idea_id=ideas[1], statement_id=first.id)
    do(database, place_as_new, small, idea_id=ideas[2], text=said("Train advisers"))
    do(database, place_as_new, small, idea_id=ideas[2], text=said("Pay advisers"), is_split=True)
    do(database, place_as_new, small, idea_id=ideas[3], text=LocalizedText(en="Audits are dear"))
    do(database, park_idea, small, idea_id=ideas[4], reason="Not an idea")
    return first  # type: ignore[no-any-return]


def test_every_idea_ends_in_a_statement_or_a_reason(database: Database) -> None:
    small, ideas = a_desk(database)
    place_everything(database, small, ideas)
    with database.reading() as session:
        desk = desk_of(session, task_force_id=small.task_force_id)
        assert len(desk.ideas) == len(IDEAS)
        assert all(bool(idea.placements) != bool(idea.parked_reason) for idea in desk.ideas)
        assert [s.code for s in desk.statements] == ["A5-01", "A5-02", "A5-03", "A5-04"]
        actions = session.exec(select(IdeaPlacement.action).order_by(col(IdeaPlacement.id))).all()
        kept, merged, edited, split = (
            PlacementAction.KEPT,
            PlacementAction.MERGED,
            PlacementAction.EDITED,
            PlacementAction.SPLIT,
        )
        assert actions == [kept, merged, edited, split, edited]
        for statement in desk.statements:
            story = biography_of(session, statement_id=statement.id, study_id=small.study_id)
            assert {source.idea_id for source in story.sources} == set(statement.idea_ids) != set()


def test_undoing_each_step_restores_what_stood_before(database: Database) -> None:
    small, ideas = a_desk(database)
    steps: list[tuple[str, Any]] = []
    with database.reading() as session:
        digests = [state_digest(session, small)]

    def remember(what: str, key: Any) -> None:
        steps.append((what, key))
        with database.reading() as session:
            digests.append(state_digest(session, small))

    def last_placement() -> int:
        with database.reading() as session:
            return session.exec(select(IdeaPlacement.id).order_by(col(IdeaPlacement.id).desc())).first() or 0

    first = do(database, place_as_new, small, idea_id=ideas[0], text=said("Publish every price"))
    remember("placement", last_placement())
    do(database, merge_idea, small, idea_id=ideas[1], statement_id=first.id)
    remember("placement", last_placement())
    do(database, place_as_new, small, idea_id=ideas[1], text=said("Second half"), is_split=True)
    remember("placement", last_placement())
    do(database, park_idea, small, idea_id=ideas[4], reason="Not an idea")
    remember("idea", ideas[4])
    n_rows = _rows(database)

    for what, key in reversed(steps):
        digests.pop()
        if what == "placement":
            do(database, undo_placement, small, placement_id=key)
        else:
            do(database, take_idea_back, small, idea_id=key)
        with database.reading() as session:
            assert state_digest(session, small) == digests[-1]
    assert _rows(database) == n_rows, "undoing deletes nothing"
    with database.reading() as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.IDEA_PARKED)).one().details == {
            "reason": "Not an idea"
        }


def _rows(database: Database) -> list[int]:
    with database.reading() as session:
        return [len(session.exec(select(table)).all()) for table in (Idea, IdeaPlacement, Statement, StatementVersion)]


def test_a_code_that_was_taken_back_is_not_given_out_again(lite: Database) -> None:
    small, ideas = a_desk(lite)
    first = do(lite, place_as_new, small, idea_id=ideas[0], text=said("One"))
    with lite.reading() as session:
        placement = session.exec(select(IdeaPlacement.id)).one()
    do(lite, undo_placement, small, placement_id=placement)
    again = do(lite, place_as_new, small, idea_id=ideas[0], text=said("One"))
    assert (first.code, again.code) == ("A5-01", "A5-02")


def test_a_statement_stays_while_another_idea_is_in_it(lite: Database) -> None:
    small, ideas = a_desk(lite)
    first = do(lite, place_as_new, small, idea_id=ideas[0], text=said("One"))
    do(lite, merge_idea, small, idea_id=ideas[1], statement_id=first.id)
    with lite.reading() as session:
        made, merged = session.exec(select(IdeaPlacement.id).order_by(col(IdeaPlacement.id))).all()
    do(lite, undo_placement, small, placement_id=made)
    with lite.reading() as session:
        assert session.get_one(Statement, first.id).retired_at is None
    do(lite, undo_placement, small, placement_id=merged)
    with lite.reading() as session:
        assert session.get_one(Statement, first.id).retired_at == NOW


def test_an_idea_is_placed_once_unless_it_is_split(lite: Database) -> None:
    small, ideas = a_desk(lite)
    first = do(lite, place_as_new, small, idea_id=ideas[0], text=said("One"))
    for arguments in (
        {"idea_id": ideas[0], "statement_id": first.id},
        {"idea_id": ideas[0], "statement_id": first.id, "is_split": True},
        {"idea_id": ideas[1], "statement_id": first.id, "is_split": True},
    ):
        with pytest.raises(RuleViolation) as caught:
            do(lite, merge_idea, small, **arguments)
        assert caught.value.code is ViolationCode.IDEA_ALREADY_PLACED


def test_an_idea_only_joins_its_own_kind_and_task_force(lite: Database) -> None:
    small, ideas = a_desk(lite)
    first = do(lite, place_as_new, small, idea_id=ideas[0], text=said("One"))
    with pytest.raises(RuleViolation) as caught:
        do(lite, merge_idea, small, idea_id=ideas[3], statement_id=first.id)
    assert caught.value.code is ViolationCode.KIND_MISMATCH
    with lite.writing() as session:
        other = a_study(session, slug="other", code="B1")
        _, foreign = a_closed_ideas_round(session, other, ideas=[(0, ACTIVITY, "Theirs", "en")])
    with pytest.raises(NotFound):
        do(lite, merge_idea, small, idea_id=foreign[0], statement_id=first.id)
    with pytest.raises(NotFound):
        do(lite, place_as_new, small, idea_id=foreign[0], text=said("Theirs"))
    with pytest.raises(NotFound):
        do(lite, park_idea, small, idea_id=foreign[0], reason="Theirs")


@pytest.mark.parametrize(
    ("reason", "code"), [(" ", ViolationCode.REASON_MISSING), ("x" * 2001, ViolationCode.TEXT_TOO_LONG)]
)
def test_setting_aside_needs_a_reason_that_fits(lite: Database, reason: str, code: ViolationCode) -> None:
    small, ideas = a_desk(lite)
    with pytest.raises(RuleViolation) as caught:
        do(lite, park_idea, small, idea_id=ideas[0], reason=reason)
    assert caught.value.code is code
    with lite.reading() as session:
        assert session.get_one(Idea, ideas[0]).status is IdeaStatus.WAITING


def test_a_statement_on_a_questionnaire_is_not_taken_back(lite: Database) -> None:
    small, ideas = a_desk(lite)
    place_everything(lite, small, ideas)
    do(lite, build_next_round, small, decisions={})
    with lite.reading() as session:
        placements = session.exec(select(IdeaPlacement).order_by(col(IdeaPlacement.id))).all()
    only = [p for p in placements if p.idea_id == ideas[3]]
    with pytest.raises(RuleViolation) as caught:
        do(lite, undo_placement, small, placement_id=only[0].id)
    assert caught.value.code is ViolationCode.STATEMENT_ASKED
    with lite.reading() as session:
        assert session.get_one(IdeaPlacement, only[0].id).undone_at is None


def test_a_statement_inherits_the_link_of_its_idea(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(
            session, small, ideas=[(0, PROBLEM, "Soils erode", "en"), (0, CAUSE, "Bare fields", "en")]
        )
        session.get_one(Idea, ideas[1]).parent_id = ideas[0]
    problem = do(lite, place_as_new, small, idea_id=ideas[0], text=said("Soils erode"))
    cause = do(lite, place_as_new, small, idea_id=ideas[1], text=said("Bare fields"))
    assert cause.parent_id == problem.id
    with lite.writing() as session:
        actor = as_facilitator(small)
        link_statement(session, actor=actor, statement_id=cause.id, parent_id=None, now=NOW)
        with pytest.raises(RuleViolation) as caught:
            link_statement(session, actor=actor, statement_id=problem.id, parent_id=cause.id, now=NOW)
    assert caught.value.code is ViolationCode.PARENT_MISMATCH
    with lite.reading() as session:
        assert session.get_one(Statement, cause.id).parent_id is None
        assert len(current_versions(session, task_force_id=small.task_force_id)) == 2


def test_two_people_at_once_place_an_idea_once(database: Database) -> None:
    small, ideas = a_desk(database)
    start = Barrier(4)

    def place(number: int) -> str:
        start.wait()
        try:
            return str(do(database, place_as_new, small, idea_id=ideas[number % 2], text=said(f"From {number}")).code)
        except RuleViolation as violation:
            return violation.code

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(place, range(4)))
    assert found == ["A5-01", "A5-02", ViolationCode.IDEA_ALREADY_PLACED, ViolationCode.IDEA_ALREADY_PLACED]


def test_every_step_is_in_the_log_with_its_author(lite: Database) -> None:
    small, ideas = a_desk(lite)
    place_everything(lite, small, ideas)
    with lite.reading() as session:
        steps = session.exec(
            select(AuditEvent).where(col(AuditEvent.action).in_([AuditAction.IDEA_PLACED, AuditAction.IDEA_PARKED]))
        ).all()
    assert len(steps) == 6
    assert {step.actor_id for step in steps} == {small.facilitator_id}
    assert {step.task_force_id for step in steps} == {small.task_force_id}
