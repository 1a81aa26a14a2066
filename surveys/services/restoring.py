"""An archived study made readable again: closed rounds, frozen answers and figures, people under the archive's codes.

What an archive does not tell cannot come back: who somebody was, who wrote which text, mails, drafts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    AnswerReview,
    FacilityDecision,
    FrozenQuestionAnswer,
    FrozenRating,
    Outcome,
    Panellist,
    Question,
    QuestionAnswer,
    Rating,
    Reopening,
    Round,
    RoundResult,
    RoundStatement,
    Snapshot,
    Statement,
    StatementVersion,
    Study,
)
from surveys.rules.questions.reading import words_of
from surveys.services.audit import record
from surveys.services.freezing import seal_snapshot
from surveys.services.restoring_framework import (
    LANGUAGE,
    ArchivedStudy,
    Ids,
    added,
    moment_of,
    restore_framework,
    restore_rules,
)
from surveys.services.restoring_texts import restore_texts, restored_answer
from surveys.vocabulary import AuditAction, MembershipStatus, RoundStatus, ViolationCode


def restore_study(session: Session, *, archived: ArchivedStudy, now: datetime) -> int:
    """Store an archived study and seal its rounds again; the id of the study.

    Figures are computed from the answers, not copied: comparing them with the archive's is the proof of the restore.
    Every round is closed, nobody can sign in as a panellist, and nothing is sent to anybody.

    Raises
    ------
    RuleViolation
        `study_exists` where a study of that name is there already.
    """
    study, ids = archived.study, Ids()
    if session.exec(select(Study.id).where(Study.slug == study["slug"])).first() is not None:
        raise RuleViolation(ViolationCode.STUDY_EXISTS, name=study["slug"])
    texts: dict[str, Any] = {name: LocalizedText(study[name]) for name in ("name", "purpose", "consent", "perspective")}
    row = Study(
        slug=study["slug"],
        languages=list(study["languages"]),
        glossary=list(study["glossary"]),
        time_zone=study["time_zone"],
        created_at=moment_of(study["created_at"]),
        **texts,
    )
    session.add(row)
    session.flush()
    restore_framework(session, archived, study_id=row.id, ids=ids)
    restore_rules(session, archived, study_id=row.id, ids=ids)
    _restore_statements(session, archived, ids=ids)
    _restore_rounds(session, archived, ids=ids)
    _restore_answers(session, archived, ids=ids)
    restore_texts(session, archived, ids=ids)
    for snapshot in ids.snapshots.values():
        seal_snapshot(session, snapshot=snapshot)
    _restore_decisions(session, archived, ids=ids)
    record(
        session,
        AuditAction.STUDY_RESTORED,
        actor=None,
        now=now,
        study_id=row.id,
        subject=f"study:{row.id}",
        seal=archived.seal,
        n_rounds=len(ids.rounds),
    )
    session.flush()
    return row.id


def _restore_statements(session: Session, archived: ArchivedStudy, *, ids: Ids) -> None:
    rows = archived.tables["statements"]
    for one in rows:
        made = moment_of(one["created_at"])
        statement = Statement(
            task_force_id=ids.task_forces[one["task_force"]],
            code=one["statement"],
            kind=one["kind"],
            category_id=ids.categories.get(one["category"]),
            created_at=made,
            retired_at=made if one["is_retired"] else None,
        )
        ids.statements[one["statement"]] = added(session, statement)
    for one in rows:
        if one["parent"]:
            session.get_one(Statement, ids.statements[one["statement"]]).parent_id = ids.statements[one["parent"]]
    for one in archived.tables["wordings"]:
        version = StatementVersion(
            statement_id=ids.statements[one["statement"]],
            number=one["version"],
            text=LocalizedText(en=one["en"], fr=one["fr"]),
            reason=one["reason"],
            created_at=moment_of(one["created_at"]),
        )
        ids.versions[one["statement"], one["version"]] = added(session, version)


def _restore_rounds(session: Session, archived: ArchivedStudy, *, ids: Ids) -> None:
    for one in archived.tables["members"]:
        seat = Panellist(task_force_id=ids.task_forces[one["task_force"]], language=LANGUAGE, status=one["membership"])
        ids.experts[one["expert"]] = added(session, seat)
    for one in archived.tables["rounds"]:
        key = one["task_force"], one["round"]
        panel = [row for row in archived.tables["panel"] if (row["task_force"], row["round"]) == key]
        round_ = Round(
            task_force_id=ids.task_forces[one["task_force"]],
            number=one["round"],
            kind=one["kind"],
            status=RoundStatus.CLOSED,
            opened_at=moment_of(one["opened_at"]),
            closed_at=moment_of(one["closed_at"]),
            min_group_size=one["min_group_size"],
            shows_feedback=one["shows_feedback"],
        )
        ids.rounds[key] = added(session, round_)
        asked = sorted(ids.experts[row["expert"]] for row in panel)
        snapshot = Snapshot(
            round_id=round_.id,
            number=one["snapshot"],
            taken_at=moment_of(one["closed_at"]),
            digest="",
            rule=dict(archived.protocol["applied"][one["rule_fingerprint"]]),
            engine={name: one[name] for name in ("rows", "numpy", "scipy")},
            audience={
                "eligible": asked,
                "answered": sorted(ids.experts[row["expert"]] for row in panel if row["answered"]),
                "colleges": [None] * len(asked),
            },
            **{name: one[name] for name in ("n_eligible", "n_answered", "n_submitted")},
        )
        added(session, snapshot)
        ids.snapshots[key] = snapshot
    for one in archived.tables["earlier_closings"]:
        session.add(
            Reopening(
                round_id=ids.rounds[one["task_force"], one["round"]],
                snapshot_number=one["snapshot"],
                reason=one["reason"],
                reopened_at=moment_of(one["reopened_at"]),
            )
        )
    for one in archived.tables["questionnaires"]:
        session.add(
            RoundStatement(
                round_id=ids.rounds[one["task_force"], one["round"]],
                statement_id=ids.statements[one["statement"]],
                version_id=ids.versions[one["statement"], one["version"]],
                position=one["position"],
            )
        )
    session.flush()


def _restore_answers(session: Session, archived: ArchivedStudy, *, ids: Ids) -> None:
    ratings: list[dict[str, Any]] = []
    for one in archived.tables["ratings"]:
        cell = {
            "statement_id": ids.statements[one["statement"]],
            "criterion_id": ids.criteria[one["criterion"]],
            "panellist_id": ids.experts[one["expert"]],
            "state": one["state"],
            "value": one["value"],
        }
        key = one["task_force"], one["round"]
        ratings.append({**cell, "round_id": ids.rounds[key], "snapshot_id": ids.snapshots[key].id})
    _insert(session, Rating, ratings, without="snapshot_id")
    _insert(session, FrozenRating, ratings, without="round_id")
    questions: dict[tuple[str, int, int], int] = {}
    for one in archived.tables["questions"]:
        question = Question(
            round_id=ids.rounds[one["task_force"], one["round"]],
            position=one["position"],
            kind=one["kind"],
            text=LocalizedText(one["text"]),
            hint=LocalizedText(one["hint"]),
            options=one["options"],
            settings=one["settings"],
        )
        questions[one["task_force"], one["round"], one["position"]] = added(session, question)
    answers: list[dict[str, Any]] = []
    reviews: dict[tuple[int, str], dict[str, Any]] = {}
    for one in archived.tables["question_answers"]:
        key = one["task_force"], one["round"]
        if one["expert"] not in ids.experts:
            # A text under a code of its own: its author is known to nobody, so it gets a seat nobody sits in.
            seat = Panellist(task_force_id=ids.task_forces[key[0]], language=LANGUAGE, status=MembershipStatus.LEFT)
            ids.experts[one["expert"]] = added(session, seat)
        question_id = questions[(*key, one["position"])]
        answer, decision = restored_answer(one["answer"])
        if answer is not None and decision is not None:
            words = words_of(answer)
            reviews[question_id, words] = {"question_id": question_id, "words": words, **decision}
        answers.append(
            {
                "question_id": question_id,
                "panellist_id": ids.experts[one["expert"]],
                "round_id": ids.rounds[key],
                "snapshot_id": ids.snapshots[key].id,
                "state": one["state"],
                "answer": answer,
                "language": LANGUAGE,
            }
        )
    _insert(session, QuestionAnswer, answers, without="snapshot_id")
    _insert(session, FrozenQuestionAnswer, answers, without="round_id")
    _insert(session, AnswerReview, list(reviews.values()), without="")


def _restore_decisions(session: Session, archived: ArchivedStudy, *, ids: Ids) -> None:
    for one in archived.tables["outcomes"]:
        result = session.exec(
            select(RoundResult.id).where(
                RoundResult.snapshot_id == ids.snapshots[one["task_force"], one["round"]].id,
                RoundResult.statement_id == ids.statements[one["statement"]],
                RoundResult.criterion_id == ids.criteria[one["criterion"]],
            )
        ).one()
        session.add(
            Outcome(
                task_force_id=ids.task_forces[one["task_force"]],
                statement_id=ids.statements[one["statement"]],
                result_id=result,
                status=one["status"],
                rank=one["rank"],
                overall_rank=one["overall_rank"],
                published_at=moment_of(one["published_at"]),
            )
        )
    for one in archived.tables["facility_decisions"]:
        session.add(
            FacilityDecision(
                statement_id=ids.statements[one["statement"]],
                facility_id=ids.facilities[one["facility"]],
                part=one["part"],
                source=one["source"],
                reason=one["reason"],
                decided_at=moment_of(one["decided_at"]),
                superseded_at=moment_of(one["superseded_at"]),
            )
        )
    session.flush()


def _insert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]], *, without: str) -> None:
    if rows:
        kept = [{name: value for name, value in row.items() if name != without} for row in rows]
        session.connection().execute(insert(table), kept)
