"""Writing further questions: the list of a planned round, the form of one question, the preview, the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import LANGUAGE_NAMES
from delphi.questions.blocks import QuestionBlock, question_block
from delphi.questions.results import QuestionResult, question_result
from delphi.sentences import QUESTION_KINDS, violation_sentence
from surveys.errors import NotFound, RuleViolation
from surveys.models import Round
from surveys.queries.question_results import question_outcomes
from surveys.queries.questions import questions_of
from surveys.queries.repeated_questions import questions_to_repeat
from surveys.rules.permissions import Actor
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.drafts import USES, draft_fields
from surveys.vocabulary import QuestionKind, RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class QuestionLine:
    question: AskedQuestion
    kind: str
    missing: tuple[str, ...]
    """Names of the languages in which a text is missing."""
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    place: Place
    round_id: int
    number: int
    lines: tuple[QuestionLine, ...]
    kinds: tuple[tuple[str, str], ...]
    to_repeat: tuple[tuple[int, AskedQuestion], ...]
    """Round number and question for each of closed rounds that can be asked again."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the form of a question holds, and every problem in it: (field, sentence)."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionFormPage:
    place: Place
    round_id: int
    number: int
    question_id: int | None
    kind: QuestionKind
    kind_words: str
    uses: frozenset[str]
    languages: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    problems: tuple[tuple[str, str], ...]

    def problem_of(self, name: str) -> str:
        """What is wrong with one field; empty where nothing is."""
        return dict(self.problems).get(name, "")


@dataclass(frozen=True, slots=True)
class PreviewPage:
    place: Place
    round_id: int
    number: int
    blocks: tuple[QuestionBlock, ...]


@dataclass(frozen=True, slots=True)
class QuestionResultsPage:
    place: Place
    round_id: int
    round_number: int
    results: tuple[QuestionResult, ...]


def questions_page(session: Session, *, round_id: int, actor: Actor) -> QuestionsPage:
    """The questions of a planned round. Raises `round_already_open`, `round_closed`."""
    round_ = _planned(session, round_id=round_id)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    questions = questions_of(session, round_id=round_id)
    return QuestionsPage(
        place=place,
        round_id=round_id,
        number=round_.number,
        lines=tuple(
            QuestionLine(
                question=question,
                kind=str(QUESTION_KINDS[question.kind]),
                missing=_missing(question, languages=place.languages),
                is_first=at == 0,
                is_last=at == len(questions) - 1,
            )
            for at, question in enumerate(questions)
        ),
        kinds=tuple((kind.value, str(words)) for kind, words in QUESTION_KINDS.items()),
        to_repeat=tuple(questions_to_repeat(session, round_id=round_id, task_force_id=round_.task_force_id)),
    )


def question_form_page(
    session: Session,
    *,
    round_id: int,
    actor: Actor,
    kind: QuestionKind | None = None,
    question_id: int | None = None,
    written: Written | None = None,
) -> QuestionFormPage:
    """The form of a new question of `kind`, or of one that is there. Raises NotFound for one of another round."""
    round_ = _planned(session, round_id=round_id)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    values: Mapping[str, str] = {}
    if question_id is not None:
        question = find_question(session, round_id=round_id, question_id=question_id)
        kind, values = question.kind, draft_fields(question, languages=place.languages)
    if kind is None:
        raise NotFound
    return QuestionFormPage(
        place=place,
        round_id=round_id,
        number=round_.number,
        question_id=question_id,
        kind=kind,
        kind_words=str(QUESTION_KINDS[kind]),
        uses=USES[kind],
        languages=tuple((code, LANGUAGE_NAMES.get(code, code)) for code in place.languages),
        values=written.values if written else values,
        problems=written.problems if written else (),
    )


def find_question(session: Session, *, round_id: int, question_id: int) -> AskedQuestion:
    """A question of this round. Raises NotFound for another."""
    found = next((one for one in questions_of(session, round_id=round_id) if one.id == question_id), None)
    if found is None:
        raise NotFound
    return found


def problem_sentences(problems: Sequence[tuple[str, RuleViolation]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, violation_sentence(violation)) for name, violation in problems)


def preview_page(session: Session, *, round_id: int, actor: Actor) -> PreviewPage:
    """The questions as experts will see them."""
    round_ = session.get_one(Round, round_id)
    return PreviewPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        blocks=tuple(
            question_block(question, number=number, typed={})
            for number, question in enumerate(questions_of(session, round_id=round_id), start=1)
        ),
    )


def question_results(session: Session, *, round_id: int) -> tuple[QuestionResult, ...]:
    """The results of a closed round's questions; empty where it asked none."""
    return tuple(question_result(outcome) for outcome in question_outcomes(session, round_id=round_id))


def question_results_page(session: Session, *, round_id: int, actor: Actor) -> QuestionResultsPage:
    """The same as a page of its own, for rounds without a board. Raises `round_not_closed`."""
    round_ = session.get_one(Round, round_id)
    return QuestionResultsPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        round_number=round_.number,
        results=question_results(session, round_id=round_id),
    )


def _planned(session: Session, *, round_id: int) -> Round:
    round_ = session.get_one(Round, round_id)
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    return round_


def _missing(question: AskedQuestion, *, languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        LANGUAGE_NAMES.get(code, code) for code in languages if any(code not in text for text in question.texts())
    )
