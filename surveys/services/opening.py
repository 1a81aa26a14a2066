"""What opening a planned round would do, shown before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from surveys.models import Round, Study
from surveys.queries.held_languages import people_by_language
from surveys.queries.participation import eligible_panellists
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.questions import questions_of
from surveys.queries.translations import LanguageCount, translations_of_round
from surveys.rules.protocol import canonical_digest


@dataclass(frozen=True, slots=True)
class MissingText:
    """A statement without a text in one of the study's languages."""

    statement_id: int
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class MissingQuestionText:
    """A question that lacks its text, an option or another part in one of the study's languages."""

    question_id: int
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class OpenPreview:
    n_statements: int
    n_questions: int
    n_people: int
    """Everybody who may answer."""
    n_mailed: int
    """Those of them who get a mail at once: they read a language whose texts are complete."""
    counts: tuple[LanguageCount, ...]
    """How far the texts of the round are in each language."""
    n_waiting: Mapping[str, int]
    """People who read a language that lacks texts, by language."""
    missing: tuple[MissingText, ...]
    missing_in_questions: tuple[MissingQuestionText, ...]
    digest: str
    """Changes with the questionnaire and with the panel; the confirmation carries it back."""


def preview_open(session: Session, *, round_: Round, study: Study) -> OpenPreview:
    """What `rounds.open_round` would open now."""
    statements = questionnaire_of(session, round_id=round_.id).statements
    questions = questions_of(session, round_id=round_.id)
    people = eligible_panellists(session, task_force_id=round_.task_force_id)
    missing = tuple(
        MissingText(statement_id=statement.id, code=statement.code, language=language)
        for statement in statements
        for language in study.languages
        if language not in statement.text
    )
    counts = translations_of_round(session, round_id=round_.id)
    readers = people_by_language(session, task_force_id=round_.task_force_id)
    waiting = {one.language: readers.get(one.language, 0) for one in counts if not one.is_complete}
    state = {
        "status": round_.status.value,
        "statements": [[one.id, one.version_id, dict(one.text)] for one in statements],
        "questions": [question.as_json() for question in questions],
        "people": people,
        "waiting": sorted(waiting),
    }
    return OpenPreview(
        n_statements=len(statements),
        n_questions=len(questions),
        n_people=len(people),
        n_mailed=len(people) - sum(waiting.values()),
        counts=counts,
        n_waiting=waiting,
        missing=missing,
        missing_in_questions=tuple(
            MissingQuestionText(question_id=question.id, code=question.code, language=language)
            for question in questions
            for language in study.languages
            if any(language not in text for text in question.texts())
        ),
        digest=canonical_digest(state),
    )
