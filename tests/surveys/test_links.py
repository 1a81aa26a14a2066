"""Activities of different task forces: proposed as alike, split between facilities, linked with a reason."""

import pytest
from sqlmodel import col, select

from delphi.database import Database
from surveys.errors import RuleViolation
from surveys.models import AuditEvent, FacilityDecision, StatementLink
from surveys.queries.activities import ranked_statements
from surveys.rules.duplicates import Candidate, similar_pairs
from surveys.rules.selection import Selection
from surveys.services.facilities import Part, decide_facility, decide_parts
from surveys.services.links import link_statements
from surveys.vocabulary import AuditAction, LinkKind, ViolationCode
from tests.builders import NOW, as_secretary
from tests.published import a_published_study


def test_pairs_of_different_task_forces_are_proposed_in_any_language() -> None:
    found = similar_pairs(
        [
            Candidate(1, 1, {"en": "Train farm advisers in soil carbon sampling"}),
            Candidate(2, 1, {"en": "Train farm advisers in soil carbon sampling every year"}),
            Candidate(3, 2, {"en": "Train advisers of farms in sampling soil carbon"}),
            Candidate(4, 3, {"en": "Open a fund for markets"}),
        ]
    )
    assert [(pair.first, pair.second) for pair in found] == [(1, 3), (2, 3)]
    assert found[0].likeness >= found[1].likeness


def test_a_pair_of_which_one_speaks_against_may_conflict() -> None:
    for against in ("Stop ploughing of permanent pasture soils", "Plough permanent pasture soils without limits"):
        (pair,) = similar_pairs(
            [
                Candidate(1, 1, {"en": "Ploughing of permanent pasture soils"}),
                Candidate(2, 2, {"en": against}),
            ]
        )
        assert pair.may_conflict


def test_order_of_the_candidates_changes_nothing() -> None:
    candidates = [Candidate(at, at % 3, {"fr": f"Former des conseillers agricoles {at % 2}"}) for at in range(1, 9)]
    assert similar_pairs(candidates) == similar_pairs(candidates[::-1])


def test_a_link_is_seen_from_both_sides_and_a_dismissed_one_from_none(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
        first, second = study.statements["A5-01"], study.statements["B1-01"]

        def linked(kind: LinkKind) -> dict[str, list[str]]:
            link_statements(
                session,
                actor=as_secretary(study.small),
                study_id=study.study_id,
                first_id=second,
                second_id=first,
                kind=kind,
                reason="Both train advisers.",
                now=NOW,
            )
            rows = ranked_statements(session, study_id=study.study_id)
            return {row.code: [link.other_code for link in row.links] for row in rows if row.links}

        assert linked(LinkKind.DUPLICATE) == {"A5-01": ["B1-01"], "B1-01": ["A5-01"]}
        assert linked(LinkKind.DISMISSED) == {}
        assert len(session.exec(select(StatementLink)).all()) == 1
        acts = select(AuditEvent).where(AuditEvent.action == AuditAction.STATEMENTS_LINKED)
        logged = session.exec(acts.order_by(col(AuditEvent.id))).all()
        assert [one.details["kind"] for one in logged] == ["duplicate", "dismissed"]


def test_an_activity_is_split_between_core_and_global(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
        chosen = {
            "actor": as_secretary(study.small),
            "study_id": study.study_id,
            "statement_ids": [study.statements["A5-01"]],
            "source": "Meeting",
            "reason": "Two parts.",
            "now": NOW,
        }
        decide_facility(session, facility_id=study.facilities["CF.I"], **chosen)  # type: ignore[arg-type]
        parts = (
            Part(study.facilities["CF.I"], "What the secretariat does"),
            Part(study.facilities["GF.1"], "What regions do"),
        )
        decide_parts(session, parts=parts, leader="Awa Diop", partners="FAO", **chosen)  # type: ignore[arg-type]
        row = next(row for row in ranked_statements(session, study_id=study.study_id) if row.code == "A5-01")
        assert row.is_split
        assert [(one.code, one.part, one.leader) for one in row.facilities] == [
            ("CF.I", "What the secretariat does", "Awa Diop"),
            ("GF.1", "What regions do", "Awa Diop"),
        ]
        for code in ("CF.I", "GF.1"):
            assert Selection(facility=code).admits(row.facts)
        assert len(session.exec(select(FacilityDecision)).all()) == 3
        for wrong, code in (
            ((parts[0], Part(study.facilities["CF.I"], "x")), ViolationCode.FACILITY_TWICE),
            ((parts[0], Part(study.facilities["GF.1"])), ViolationCode.PART_MISSING),
        ):
            with pytest.raises(RuleViolation) as problem:
                decide_parts(session, parts=wrong, leader="", partners="", **chosen)  # type: ignore[arg-type]
            assert problem.value.code is code
