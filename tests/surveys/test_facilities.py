"""Decisions on facilities are dated rows; a later one keeps the earlier."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import AuditEvent, FacilityDecision
from surveys.queries.assignments import decisions_about, facility_choices
from surveys.services.facilities import decide_facility
from surveys.vocabulary import AuditAction, ViolationCode
from tests.builders import NOW, a_study, as_secretary
from tests.published import PublishedStudy, a_published_study

LATER = NOW + timedelta(days=3)


def decide(
    session: Session,
    study: PublishedStudy,
    *codes: str,
    facility: str = "CF.I",
    source: str = "Roadmap 2023",
    reason: str = "Led by the secretariat",
    later: bool = False,
) -> int:
    return decide_facility(
        session,
        actor=as_secretary(study.small),
        study_id=study.study_id,
        statement_ids=[study.statements[code] for code in codes],
        facility_id=study.facilities[facility],
        source=source,
        reason=reason,
        now=LATER if later else NOW,
    )


def test_a_later_decision_supersedes_the_earlier_and_keeps_it(database: Database) -> None:
    with database.writing() as session:
        study = a_published_study(session)
        assert decide(session, study, "A5-01", "A5-02") == 2
        assert (
            decide(session, study, "A5-01", facility="GF.1", source="Bureau, 4 May", reason="An alliance", later=True)
            == 1
        )
    with database.reading() as session:
        now = facility_choices(session, study_id=study.study_id)
        assert {code: [one.code for one in now[study.statements[code]]] for code in ("A5-01", "A5-02")} == {
            "A5-01": ["GF.1"],
            "A5-02": ["CF.I"],
        }
        history = decisions_about(session, statement_id=study.statements["A5-01"])
        assert [
            (one.code, one.source, one.reason, one.author, one.decided_at, one.superseded_at) for one in history
        ] == [
            ("GF.1", "Bureau, 4 May", "An alliance", "Paula Secretary", LATER, None),
            ("CF.I", "Roadmap 2023", "Led by the secretariat", "Paula Secretary", NOW, LATER),
        ]
        decided = select(AuditEvent).where(AuditEvent.action == AuditAction.FACILITY_DECIDED)
        events = session.exec(decided.order_by(col(AuditEvent.id))).all()
        assert [(event.details["code"], event.details["facility"]) for event in events] == [
            ("A5-01", "CF.I"),
            ("A5-02", "CF.I"),
            ("A5-01", "GF.1"),
        ]


@pytest.mark.parametrize(
    ("codes", "source", "reason", "expected"),
    [
        ((), "s", "r", ViolationCode.NOTHING_CHOSEN),
        (("A5-01", "A5-05"), "s", "r", ViolationCode.NOT_AN_ACTIVITY),
        (("A5-01",), " ", "r", ViolationCode.TEXT_EMPTY),
        (("A5-01",), "s", " \n", ViolationCode.REASON_MISSING),
        (("A5-01",), "s" * 201, "r", ViolationCode.TEXT_TOO_LONG),
    ],
)
def test_decide_facility_refuses_incomplete_decisions(
    lite: Database, codes: tuple[str, ...], source: str, reason: str, expected: ViolationCode
) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        with pytest.raises(RuleViolation) as caught:
            decide(session, study, *codes, source=source, reason=reason)
        assert caught.value.code is expected
        assert session.exec(select(FacilityDecision)).all() == []


def test_a_facility_of_another_study_does_not_exist(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        foreign = a_study(session, slug="foreign", code="C1")
        with pytest.raises(NotFound):
            decide_facility(
                session,
                actor=None,
                study_id=foreign.study_id,
                statement_ids=[],
                facility_id=study.facilities["CF.I"],
                source="s",
                reason="r",
                now=NOW,
            )
