"""Every frozen result, recomputed from the frozen answers and compared with seal, stored figures and live answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isclose
from typing import Any

from sqlmodel import Session, col, select

from analysis.types import Quantile
from surveys.models import AuditEvent, QuestionResult, Round, RoundResult, Snapshot, TaskForce
from surveys.queries.questions import live_question_answers
from surveys.queries.rating_matrix import Cell, live_cells
from surveys.services.freezing import Frozen, frozen_of, reports_of, result_rows
from surveys.services.question_freezing import question_result_rows
from surveys.vocabulary import AuditAction

# The same figures on another processor or library version may differ in the last bits.
TOLERANCE = 1e-9


class DifferenceKind(StrEnum):
    """What does not fit together."""

    SEAL = "seal"
    """The digest of what is frozen is not the one that was stored."""
    LOG = "log"
    """The digest that was stored is not the one in the log."""
    ANSWER = "answer"
    """An answer of the closed round is not the one that was frozen."""
    FIGURE = "figure"
    """A stored figure is not the one that the frozen answers give."""
    MISSING_RESULT = "missing_result"
    EXTRA_RESULT = "extra_result"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not fit; `stored` is what was found, `expected` what it should be."""

    kind: DifferenceKind
    task_force: str
    round_number: int
    snapshot_number: int
    statement: str = ""
    criterion: str = ""
    panellist_id: int | None = None
    figure: str = ""
    stored: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was checked, and every difference in the order found."""

    n_snapshots: int
    n_answers: int
    n_figures: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A snapshot with what is needed to check it."""

    snapshot: Snapshot
    round_: Round
    task_force: TaskForce
    is_latest: bool
    frozen: Frozen

    def difference(self, kind: DifferenceKind, **details: Any) -> Difference:
        return Difference(
            kind=kind,
            task_force=self.task_force.code,
            round_number=self.round_.number,
            snapshot_number=self.snapshot.number,
            **details,
        )

    def names(self, statement_id: int, criterion_id: int) -> dict[str, str]:
        """The codes of a cell; the bare id where the questionnaire does not have it."""
        statements = {statement.id: statement.code for statement in self.frozen.questionnaire.statements}
        criteria = {criterion.id: criterion.code for criterion in self.frozen.questionnaire.criteria}
        return {
            "statement": statements.get(statement_id, f"statement {statement_id}"),
            "criterion": criteria.get(criterion_id, f"criterion {criterion_id}"),
        }

    def question_names(self, question_id: int) -> dict[str, str]:
        """The code and kind of a question; the bare id where the round does not have it."""
        asked = {question.id: question for question in self.frozen.questions.questions}
        if question_id not in asked:
            return {"statement": f"question {question_id}", "criterion": "question"}
        return {"statement": asked[question_id].code, "criterion": asked[question_id].kind.value}


def verify(session: Session, *, study_id: int | None = None) -> Verified:
    """Check every snapshot of one study, or of all. Reads only."""
    differences: list[Difference] = []
    n_snapshots = n_answers = n_figures = 0
    for sealed in _sealed_snapshots(session, study_id=study_id):
        results = session.exec(select(RoundResult).where(RoundResult.snapshot_id == sealed.snapshot.id)).all()
        of_questions = session.exec(
            select(QuestionResult).where(QuestionResult.snapshot_id == sealed.snapshot.id)
        ).all()
        n_snapshots += 1
        n_answers += len(sealed.frozen.cells) + len(sealed.frozen.questions.answers)
        n_figures += len(results) + len(of_questions)
        differences += _check_seal(session, sealed=sealed)
        if sealed.is_latest:
            live = live_cells(session, round_id=sealed.round_.id)
            differences += _compare_answers(sealed, live=live)
            differences += _compare_question_answers(session, sealed)
        differences += _compare_results(sealed, stored=list(results))
        differences += _compare_question_results(sealed, stored=list(of_questions))
    return Verified(n_snapshots=n_snapshots, n_answers=n_answers, n_figures=n_figures, differences=tuple(differences))


def _sealed_snapshots(session: Session, *, study_id: int | None) -> Iterator[_Sealed]:
    query = (
        select(Snapshot, Round, TaskForce)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .order_by(col(TaskForce.study_id), col(TaskForce.code), col(Round.number), col(Snapshot.number))
    )
    if study_id is not None:
        query = query.where(TaskForce.study_id == study_id)
    rows = session.exec(query).all()
    latest = {snapshot.round_id: snapshot.id for snapshot, _, _ in rows}
    for snapshot, round_, task_force in rows:
        frozen = frozen_of(session, snapshot=snapshot)
        yield _Sealed(snapshot, round_, task_force, latest[round_.id] == snapshot.id, frozen)


def _check_seal(session: Session, *, sealed: _Sealed) -> Iterator[Difference]:
    stored, found = sealed.snapshot.digest, sealed.frozen.digest
    if stored != found:
        yield sealed.difference(DifferenceKind.SEAL, stored=stored, expected=found)
    events = session.exec(
        select(AuditEvent.details).where(
            AuditEvent.action == AuditAction.ROUND_CLOSED, AuditEvent.subject == f"round:{sealed.round_.id}"
        )
    ).all()
    logged = {str(event["digest"]) for event in events if event.get("snapshot") == sealed.snapshot.number}
    if logged and stored not in logged:
        yield sealed.difference(DifferenceKind.LOG, stored=stored, expected=", ".join(sorted(logged)))


def _compare_answers(sealed: _Sealed, *, live: list[Cell]) -> Iterator[Difference]:
    now = {cell[:3]: cell[3:] for cell in live}
    then = {cell[:3]: cell[3:] for cell in sealed.frozen.cells}
    for key in sorted(now.keys() | then.keys()):
        if now.get(key) != then.get(key):
            statement_id, criterion_id, panellist_id = key
            yield sealed.difference(
                DifferenceKind.ANSWER,
                **sealed.names(statement_id, criterion_id),
                panellist_id=panellist_id,
                stored=_answer_words(now.get(key)),
                expected=_answer_words(then.get(key)),
            )


def _answer_words(answer: tuple[Any, ...] | None) -> str:
    if answer is None:
        return "nothing"
    state, value = answer
    return str(state) if value is None else str(value)


def _compare_results(sealed: _Sealed, *, stored: list[RoundResult]) -> Iterator[Difference]:
    expected = {
        (row["statement_id"], row["criterion_id"]): row
        for reported in reports_of(sealed.frozen)
        for row in result_rows(reported, snapshot_id=sealed.snapshot.id)
    }
    found = {(result.statement_id, result.criterion_id): result for result in stored}
    for key in sorted(expected.keys() | found.keys()):
        yield from _compare_figures(sealed, sealed.names(*key), found.get(key), expected.get(key))


def _compare_question_answers(session: Session, sealed: _Sealed) -> Iterator[Difference]:
    live = {given[:2]: given[2:] for given in live_question_answers(session, round_id=sealed.round_.id)}
    then = {given[:2]: given[2:] for given in sealed.frozen.questions.answers}
    for key in sorted(live.keys() | then.keys()):
        if live.get(key) != then.get(key):
            question_id, panellist_id = key
            yield sealed.difference(
                DifferenceKind.ANSWER,
                **sealed.question_names(question_id),
                panellist_id=panellist_id,
                stored=_given_words(live.get(key)),
                expected=_given_words(then.get(key)),
            )


def _given_words(given: tuple[Any, ...] | None) -> str:
    if given is None:
        return "nothing"
    state, answer, _ = given
    return str(state) if answer is None else _shortly(answer)


def _compare_question_results(sealed: _Sealed, *, stored: list[QuestionResult]) -> Iterator[Difference]:
    quantile = Quantile(sealed.frozen.settings.quantile)
    rows = question_result_rows(sealed.frozen.questions, snapshot_id=sealed.snapshot.id, quantile=quantile)
    expected = {row["question_id"]: row for row in rows}
    found = {result.question_id: result for result in stored}
    for key in sorted(expected.keys() | found.keys()):
        yield from _compare_figures(sealed, sealed.question_names(key), found.get(key), expected.get(key))


def _compare_figures(
    sealed: _Sealed, names: dict[str, str], found: Any | None, expected: dict[str, Any] | None
) -> Iterator[Difference]:
    if found is None:
        yield sealed.difference(DifferenceKind.MISSING_RESULT, **names)
    elif expected is None:
        yield sealed.difference(DifferenceKind.EXTRA_RESULT, **names)
    else:
        for figure, value in expected.items():
            if not _is_same(getattr(found, figure), value):
                yield sealed.difference(
                    DifferenceKind.FIGURE,
                    **names,
                    figure=figure,
                    stored=_shortly(getattr(found, figure)),
                    expected=_shortly(value),
                )


def _is_same(stored: Any, expected: Any) -> bool:
    if isinstance(stored, dict) and isinstance(expected, dict):
        return stored.keys() == expected.keys() and all(_is_same(stored[key], expected[key]) for key in stored)
    if isinstance(stored, list | tuple) and isinstance(expected, list | tuple):
        return len(stored) == len(expected) and all(map(_is_same, stored, expected))
    if isinstance(stored, float) or isinstance(expected, float):
        if stored is None or expected is None:
            return stored is expected
        return isclose(stored, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stored == expected)


def _shortly(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
