"""Every idea reaches a statement or a recorded reason, and every statement its ideas, whatever was undone meanwhile."""

from typing import Any

from delphi.database import Database
from surveys.queries.desk import desk_of
from surveys.queries.lineage import lineage_of_idea, lineage_of_statement
from surveys.rules.translating import text_mark
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.services.translating import save_translation
from surveys.services.undoing import undo_placement
from surveys.vocabulary import StatementKind
from tests.builders import NOW, a_closed_ideas_round, a_study, as_facilitator, said

ACTIVITY = StatementKind.ACTIVITY
IDEAS = [(n % 6, ACTIVITY, f"Idea {n}", "en") for n in range(8)]


def test_the_way_leads_from_every_idea_on_and_from_every_statement_back(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(session, small, ideas=IDEAS)
        at: dict[str, Any] = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        first = place_as_new(session, idea_id=ideas[0], text=said("First"), **at)
        second = place_as_new(session, idea_id=ideas[1], text=said("Second"), **at)
        moved = merge_idea(session, idea_id=ideas[2], statement_id=first.id, **at)
        undo_placement(session, placement_id=moved.id, **at)
        merge_idea(session, idea_id=ideas[2], statement_id=second.id, **at)
        merge_idea(session, idea_id=ideas[1], statement_id=first.id, is_split=True, **at)
        for idea in ideas[3:]:
            park_idea(session, idea_id=idea, reason=f"Reason {idea}", **at)
        save_translation(
            session,
            subject=f"statement:{first.id}",
            language="fr",
            text="Le premier",
            seen=text_mark("First (fr)"),
            approve=True,
            **at,
        )
    with database.reading() as session:
        desk = desk_of(session, task_force_id=small.task_force_id)
        for idea in desk.ideas:
            lineage = lineage_of_idea(session, idea_id=idea.id)
            standing = {thread.statement_id for thread in lineage.threads if not thread.is_undone}
            own = next(one for one in lineage.ideas if one.id == idea.id)
            assert bool(standing) != bool(own.parked_reason), "a statement or a reason"
            assert standing == {placement.statement_id for placement in idea.placements}
            for statement_id in standing:
                back = lineage_of_statement(session, statement_id=statement_id)
                assert idea.id in {thread.idea_id for thread in back.threads if not thread.is_undone}
        back = lineage_of_statement(session, statement_id=first.id)
        assert {(one.idea_id, one.is_undone) for one in back.threads} == {
            (ideas[0], False),
            (ideas[1], False),
            (ideas[2], True),
        }
        assert back.statements[0].text["fr"] == "Le premier"
        assert all("@" not in one.code for one in back.ideas)
