"""Every step at the desk can be undone: what stood before stands again, and nothing is deleted."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import Category, DeskStep, Idea, IdeaPlacement, IdeaTag, Statement, StatementVersion
from surveys.queries.desk import desk_of
from surveys.queries.desk_company import steps_that_stand, tags_of
from surveys.rules.protocol import canonical_digest
from surveys.rules.wordings import wording_digest
from surveys.services.desk_sorting import categorise, tag_idea, untag_idea
from surveys.services.next_round import build_next_round
from surveys.services.rounds import open_round
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.undo_steps import undo_step
from surveys.services.undoing import take_idea_back, undo_placement
from surveys.services.wording import edit_wording, link_statement
from surveys.vocabulary import DeskStepKind, StatementKind, ViolationCode
from tests.builders import NOW, SmallStudy, a_closed_ideas_round, a_study, as_facilitator, said
from tests.conftest import SECRET_KEY

PROBLEM, CAUSE = StatementKind.PROBLEM, StatementKind.CAUSE
IDEAS = [
    (0, PROBLEM, "Soils erode", "en"),
    (1, PROBLEM, "Les sols s’érodent", "fr"),
    (2, PROBLEM, "Prices are secret", "en"),
    (0, CAUSE, "Bare fields", "en"),
    (1, CAUSE, "Champs nus", "fr"),
    (2, CAUSE, "No registry", "en"),
]
TABLES = (Idea, IdeaPlacement, Statement, StatementVersion, IdeaTag)
slugs = count()


class DeskOfOne:
    """A small desk in a database of its own, with every step by name."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.small: SmallStudy = a_study(session, slug=f"desk-{next(slugs)}")
        _, self.ideas = a_closed_ideas_round(session, self.small, ideas=IDEAS)
        self.categories = [None]
        for name in ("first", "second"):
            category = Category(study_id=self.small.study_id, code=name, name=said(name))
            session.add(category)
            session.flush()
            self.categories.append(category.id)
        self.who = {"actor": as_facilitator(self.small), "now": NOW}
        self.at = {**self.who, "task_force_id": self.small.task_force_id}

    def digest(self) -> str:
        """Everything the desk shows."""
        desk = desk_of(self.session, task_force_id=self.small.task_force_id)
        tags = tags_of(self.session, task_force_id=self.small.task_force_id)
        return canonical_digest(
            {
                "ideas": sorted(
                    [
                        one.id,
                        one.status,
                        one.parked_reason,
                        [p.id for p in one.placements],
                        [t.id for t in tags[one.id]],
                    ]
                    for one in desk.ideas
                ),
                "statements": sorted(
                    [one.id, dict(one.text), one.parent_id or 0, one.category_id or 0, sorted(one.idea_ids)]
                    for one in desk.statements
                ),
            }
        )

    def steps(self) -> list[DeskStep]:
        """Those that stand, in the order they were made."""
        query = select(DeskStep).where(
            DeskStep.task_force_id == self.small.task_force_id, col(DeskStep.undone_at).is_(None)
        )
        return list(self.session.exec(query.order_by(col(DeskStep.id))).all())

    def undo(self, step: DeskStep) -> None:
        undo_step(self.session, step_id=step.id, **self.at)

    def take(self, chance: Random) -> None:
        """One step of a kind drawn by chance; one that the rules refuse is no step."""
        session, at = self.session, self.at
        desk = desk_of(session, task_force_id=self.small.task_force_id)
        idea, statement = chance.choice(desk.ideas), chance.choice(desk.statements or (None,))
        tags = [tag for found in tags_of(session, task_force_id=self.small.task_force_id).values() for tag in found]
        words = said(f"Words {chance.randrange(1000)}")
        moves: list[Callable[[], object]] = [
            lambda: place_as_new(session, idea_id=idea.id, text=words, is_split=bool(idea.placements), **at),
            lambda: park_idea(session, idea_id=idea.id, reason=f"Reason {chance.randrange(9)}", **at),
            lambda: take_idea_back(session, idea_id=idea.id, **at),
            lambda: tag_idea(session, idea_id=idea.id, tag=chance.choice("abc"), **at),
        ]
        if tags:
            moves.append(lambda: untag_idea(session, tag_id=chance.choice(tags).id, **at))
        if idea.placements:
            moves.append(lambda: undo_placement(session, placement_id=chance.choice(idea.placements).id, **at))
        if statement is not None:
            split = bool(idea.placements)
            moves += [
                lambda: merge_idea(session, idea_id=idea.id, statement_id=statement.id, is_split=split, **at),
                lambda: edit_wording(
                    session,
                    statement_id=statement.id,
                    text=words,
                    seen=statement.seen,
                    as_new_version=chance.random() < 0.5,
                    **self.who,
                ),
                lambda: link_statement(
                    session,
                    statement_id=statement.id,
                    parent_id=chance.choice([None, *(one.id for one in desk.statements)]),
                    **self.who,
                ),
                lambda: categorise(
                    session, statement_id=statement.id, category_id=chance.choice(self.categories), **at
                ),
            ]
        # What is refused has changed nothing: every rule is asked before the first write.
        try:
            with session.begin_nested():
                chance.choice(moves)()
        except (RuleViolation, NotFound):
            return


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Database:
    path = tmp_path_factory.mktemp("undo") / "desk.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return Database(f"sqlite:///{path}", identity_key=SECRET_KEY)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), n_steps=st.integers(1, 16))
def test_undoing_random_steps_one_after_the_other_restores_every_digest(
    one_database: Database, seed: int, n_steps: int
) -> None:
    chance = Random(seed)
    with one_database.writing() as session:
        desk = DeskOfOne(session)
        digests = [desk.digest()]
        for _ in range(n_steps):
            n_before = len(desk.steps())
            desk.take(chance)
            made = len(desk.steps()) - n_before
            assert made in (0, 1), "one act is one step"
            if made:
                digests.append(desk.digest())
            else:
                assert desk.digest() == digests[-1], "what is no step changes nothing"
        n_rows = {table: len(session.exec(select(table)).all()) for table in TABLES}
        for step in reversed(desk.steps()):
            assert desk.digest() == digests.pop()
            desk.undo(step)
        assert [desk.digest()] == digests
        for table, n in n_rows.items():
            assert len(session.exec(select(table)).all()) >= n, "undoing deletes nothing"
        session.rollback()


def test_every_kind_of_step_is_undone_on_either_database(database: Database) -> None:
    with database.writing() as session:
        desk = DeskOfOne(session)
        first, second, third, cause, *_ = desk.ideas
        before = desk.digest()
        problem = place_as_new(session, idea_id=first, text=said("Erosion"), **desk.at)
        hangs = place_as_new(session, idea_id=cause, text=said("Bare"), **desk.at)
        link_statement(session, statement_id=hangs.id, parent_id=problem.id, **desk.who)
        placement = merge_idea(session, idea_id=second, statement_id=problem.id, **desk.at)
        undo_placement(session, placement_id=placement.id, **desk.at)
        park_idea(session, idea_id=third, reason="Out of scope", **desk.at)
        take_idea_back(session, idea_id=third, **desk.at)
        newest = session.exec(select(StatementVersion).where(StatementVersion.statement_id == problem.id)).one()
        seen = wording_digest(version_id=newest.id, text=newest.text)
        edit_wording(session, statement_id=problem.id, text=said("Other"), seen=seen, as_new_version=True, **desk.who)
        categorise(session, statement_id=problem.id, category_id=desk.categories[1], **desk.at)
        tag = tag_idea(session, idea_id=first, tag=" Urgent ", **desk.at)
        assert tag.tag == "urgent"
        untag_idea(session, tag_id=tag.id, **desk.at)
        undo_placement(
            session,
            placement_id=session.exec(select(IdeaPlacement.id).where(IdeaPlacement.idea_id == first)).one(),
            **desk.at,
        )
        assert session.get_one(Statement, hangs.id).parent_id is None, "its problem was taken back"
        assert {step.kind for step in desk.steps()} == set(DeskStepKind)
        names = [step.kind for step in steps_that_stand(session, task_force_id=desk.small.task_force_id)]
        assert names[0] is DeskStepKind.TAKEN_OUT
        steps = list(reversed(desk.steps()))
        desk.undo(steps[0])
        assert session.get_one(Statement, hangs.id).parent_id == problem.id, "and hangs on it again"
        for step in steps[1:]:
            desk.undo(step)
        assert desk.digest() == before


def test_a_step_that_somebody_built_on_is_not_undone_over_their_head(lite: Database) -> None:
    with lite.writing() as session:
        desk = DeskOfOne(session)
        problem = place_as_new(session, idea_id=desk.ideas[0], text=said("Erosion"), **desk.at)
        version = session.exec(select(StatementVersion)).one()
        for words in ("Mine", "Theirs"):
            seen = wording_digest(version_id=version.id, text=version.text)
            edit_wording(
                session, statement_id=problem.id, text=said(words), seen=seen, as_new_version=False, **desk.who
            )
        mine = desk.steps()[1]
        with pytest.raises(RuleViolation) as caught:
            desk.undo(mine)
        assert caught.value.code is ViolationCode.CHANGED_SINCE
        assert session.exec(select(StatementVersion)).one().text == said("Theirs")
        desk.undo(desk.steps()[-1])
        desk.undo(mine)
        assert session.exec(select(StatementVersion)).one().text == said("Erosion")
        with pytest.raises(RuleViolation) as caught:
            desk.undo(mine)
        assert caught.value.code is ViolationCode.NOTHING_TO_UNDO


def test_an_idea_is_not_put_back_where_it_has_another_place_by_now(lite: Database) -> None:
    with lite.writing() as session:
        desk = DeskOfOne(session)
        place_as_new(session, idea_id=desk.ideas[0], text=said("One"), **desk.at)
        placement = session.exec(select(IdeaPlacement)).one()
        undo_placement(session, placement_id=placement.id, **desk.at)
        taken_out = desk.steps()[-1]
        place_as_new(session, idea_id=desk.ideas[0], text=said("Two"), **desk.at)
        with pytest.raises(RuleViolation) as caught:
            desk.undo(taken_out)
        assert caught.value.code is ViolationCode.CHANGED_SINCE


def test_old_words_that_come_back_after_a_round_ask_what_they_asked(lite: Database) -> None:
    """Undone rewording of an asked statement: a version of its own, comparable with what was rated."""
    with lite.writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(session, small, ideas=[(0, StatementKind.ACTIVITY, "Publish prices", "en")])
        at = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        statement = place_as_new(session, idea_id=ideas[0], text=said("Publish prices"), **at)
        round_ = build_next_round(session, decisions={}, **at)
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)
        asked = session.exec(select(StatementVersion)).one()
        edit_wording(
            session,
            actor=at["actor"],
            statement_id=statement.id,
            text=said("Publish all"),
            seen=wording_digest(version_id=asked.id, text=asked.text),
            as_new_version=True,
            reason="Clearer",
            now=NOW,
        )
        step = session.exec(select(DeskStep).where(DeskStep.kind == DeskStepKind.REWORDED)).one()
        undo_step(session, step_id=step.id, **at)
        versions = session.exec(select(StatementVersion).order_by(col(StatementVersion.number))).all()
        assert [(one.number, one.meaning) for one in versions] == [(1, 1), (2, 2), (3, 1)]
        assert versions[2].text == asked.text


def test_a_step_of_another_task_force_is_not_found(lite: Database) -> None:
    with lite.writing() as session:
        desk, other = DeskOfOne(session), DeskOfOne(session)
        place_as_new(session, idea_id=other.ideas[0], text=said("Theirs"), **other.at)
        with pytest.raises(NotFound):
            undo_step(session, step_id=other.steps()[0].id, **desk.at)
        tag = tag_idea(session, idea_id=other.ideas[0], tag="x", **other.at)
        with pytest.raises(NotFound):
            untag_idea(session, tag_id=tag.id, **desk.at)
        with pytest.raises(NotFound):
            categorise(
                session,
                statement_id=session.exec(select(Statement.id)).one(),
                category_id=None,
                **desk.at,
            )
