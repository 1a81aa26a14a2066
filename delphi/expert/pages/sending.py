"""Before and after sending: what is there, what is missing, the receipt, and one's own answers to keep."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from delphi.expert.pages.further import QuestionsLine, line_of
from delphi.expert.pages.opened import Opened, opened
from delphi.expert.pages.questions import AnsweredQuestion, answered_questions
from delphi.expert.pages.rating import saved_words
from delphi.expert.pages.sections import Worksheet, worksheet
from delphi.expert.pages.unfinished import Unfinished, unfinished_texts
from delphi.expert.sitting import Sitting
from surveys.localized import LocalizedText
from surveys.models import Submission
from surveys.queries.drafts import own_drafts
from surveys.queries.my_answers import (
    Cell,
    OwnComment,
    OwnIdea,
    OwnRating,
    own_comments,
    own_frozen_ratings,
    own_ideas,
    own_ratings,
)
from surveys.queries.questionnaire import AskedCriterion, Questionnaire, questionnaire_of
from surveys.queries.questions import (
    Progress,
    own_frozen_question_answers,
    own_question_answers,
    questions_of,
)
from surveys.rules.questions.fields import all_fields
from surveys.services.receipts import is_receipt_current
from surveys.vocabulary import RatingState, RoundKind, RoundStatus, Stance, StatementKind


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement with an open question, and where to answer it."""

    statement_id: int
    section: int
    kind: StatementKind
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A further question that is still blank, or whose fields are no answer yet."""

    question_id: int
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class Counts:
    """What is stored of one expert in one round."""

    n_statements: int
    n_done: int
    n_rated: int
    n_outside: int
    n_information: int
    n_comments: int
    ideas: dict[StatementKind, int]
    questions: QuestionsLine

    @property
    def n_ideas(self) -> int:
        return sum(self.ideas.values())

    @property
    def is_empty(self) -> bool:
        rated = self.n_rated or self.n_outside or self.n_information
        return not (rated or self.n_comments or self.n_ideas or self.questions.n_done)


@dataclass(frozen=True, slots=True)
class CheckPage:
    """The last look before sending; also the receipt page once it is sent."""

    sitting: Sitting
    counts: Counts
    gaps: tuple[Gap, ...]
    open_questions: tuple[OpenQuestion, ...]
    saved: str
    submitted_at: datetime | None
    receipt: str
    is_receipt_current: bool
    unfinished: tuple[Unfinished, ...]
    opened: Opened

    @property
    def is_complete(self) -> bool:
        """Whether the page would tell of nothing that is open."""
        return not (self.counts.is_empty or self.gaps or self.open_questions or self.unfinished)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One question about a statement with the answer given; `state` is None where it was left blank."""

    criterion: LocalizedText
    state: RatingState | None
    value: int | None
    word: LocalizedText | None


@dataclass(frozen=True, slots=True)
class AnsweredStatement:
    code: str
    kind: StatementKind
    text: LocalizedText
    answers: tuple[GivenAnswer, ...]
    comment: str
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class AnswersPage:
    sitting: Sitting
    statements: tuple[AnsweredStatement, ...]
    ideas: tuple[tuple[OwnIdea, OwnIdea | None], ...]
    """Each idea with the one it hangs on."""
    questions: tuple[AnsweredQuestion, ...]
    submitted_at: datetime | None
    receipt: str


def counts_of(
    *,
    ratings: Mapping[Cell, OwnRating],
    n_comments: int,
    ideas: Mapping[str, OwnIdea],
    sheet: Worksheet | None,
    questions: QuestionsLine,
) -> Counts:
    states = Counter(rating.state for rating in ratings.values())
    kinds = Counter(idea.kind for idea in ideas.values())
    return Counts(
        n_statements=len(sheet.questionnaire.statements) if sheet else 0,
        n_done=sheet.n_done if sheet else 0,
        n_rated=states[RatingState.RATED],
        n_outside=states[RatingState.OUTSIDE_EXPERTISE],
        n_information=states[RatingState.NEED_INFORMATION],
        n_comments=n_comments,
        ideas={kind: kinds[kind] for kind in StatementKind if kinds[kind]},
        questions=questions,
    )


def check_page(session: Session, *, sitting: Sitting) -> CheckPage:
    """Counts and gaps of the round as it is stored now."""
    round_id, panellist_id = sitting.asked.id, sitting.seat.panellist_id
    is_rating = sitting.asked.kind is RoundKind.RATING
    sheet = worksheet(session, sitting=sitting) if is_rating else None
    ideas = {} if is_rating else own_ideas(session, round_id=round_id, panellist_id=panellist_id)
    gaps = (
        [
            Gap(statement.id, number, statement.kind, statement.text)
            for number in range(1, len(sheet.sections) + 1)
            for statement in sheet.statements_of(number)
            if not sheet.is_done(statement)
        ]
        if sheet
        else []
    )
    asked = questions_of(session, round_id=round_id)
    answered = own_question_answers(session, round_id=round_id, panellist_id=panellist_id)
    drafts = sheet.own.drafts if sheet else own_drafts(session, round_id=round_id, panellist_id=panellist_id)
    submission = _submission(session, sitting)
    return CheckPage(
        sitting=sitting,
        counts=counts_of(
            ratings=sheet.own.ratings if sheet else {},
            n_comments=len(sheet.own.comments) if sheet else 0,
            ideas=ideas,
            sheet=sheet,
            questions=line_of(Progress(len(asked), len(answered))),
        ),
        gaps=tuple(gaps),
        open_questions=tuple(
            OpenQuestion(question.id, question.text)
            for question in asked
            if question.id not in answered or not drafts.keys().isdisjoint(all_fields(question))
        ),
        saved=saved_words(sitting),
        submitted_at=submission.submitted_at if submission else None,
        receipt=submission.receipt if submission else "",
        is_receipt_current=submission is not None and is_receipt_current(session, submission=submission),
        unfinished=unfinished_texts(drafts, sitting=sitting, sheet=sheet),
        opened=opened(sitting, shown={}),
    )


def answers_page(session: Session, *, sitting: Sitting) -> AnswersPage:
    """One's own answers: as they stand while the round is open, as they were counted once it is closed."""
    round_id, panellist_id = sitting.asked.id, sitting.seat.panellist_id
    is_closed = sitting.asked.status is RoundStatus.CLOSED
    own = own_frozen_ratings if is_closed else own_ratings
    own_answers = own_frozen_question_answers if is_closed else own_question_answers
    ratings = own(session, round_id=round_id, panellist_id=panellist_id)
    comments = own_comments(session, round_id=round_id, panellist_id=panellist_id)
    ideas = own_ideas(session, round_id=round_id, panellist_id=panellist_id)
    submission = _submission(session, sitting)
    return AnswersPage(
        sitting=sitting,
        statements=answered_statements(
            questionnaire_of(session, round_id=round_id), ratings=ratings, comments=comments
        ),
        ideas=tuple((idea, ideas.get(idea.parent_slot or "")) for idea in ideas.values()),
        questions=answered_questions(
            questions_of(session, round_id=round_id),
            own_answers(session, round_id=round_id, panellist_id=panellist_id),
        ),
        submitted_at=submission.submitted_at if submission else None,
        receipt=submission.receipt if submission else "",
    )


def answered_statements(
    questionnaire: Questionnaire, *, ratings: Mapping[Cell, OwnRating], comments: Mapping[int, OwnComment]
) -> tuple[AnsweredStatement, ...]:
    """Every statement of the round with what this expert answered to it."""
    statements = []
    for statement in questionnaire.statements:
        comment = comments.get(statement.id)
        statements.append(
            AnsweredStatement(
                code=statement.code,
                kind=statement.kind,
                text=statement.text,
                answers=tuple(
                    _given(criterion, ratings.get((statement.id, criterion.id)))
                    for criterion in questionnaire.criteria_of(statement.kind)
                ),
                comment=comment.text if comment else "",
                stance=comment.stance if comment else None,
            )
        )
    return tuple(statements)


def _given(criterion: AskedCriterion, rating: OwnRating | None) -> GivenAnswer:
    value = rating.value if rating else None
    return GivenAnswer(
        criterion=criterion.name,
        state=rating.state if rating else None,
        value=value,
        word=criterion.labels.get(value) if value is not None else None,
    )


def _submission(session: Session, sitting: Sitting) -> Submission | None:
    return session.exec(
        select(Submission).where(
            Submission.round_id == sitting.asked.id, Submission.panellist_id == sitting.seat.panellist_id
        )
    ).first()
