"""The texts of a task force that experts read, and how far each is in each language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Question, Round, RoundStatement, Statement, StatementVersion, Study, TaskForce, Translation
from surveys.queries.questions import asked_from
from surveys.queries.statements import current_versions
from surveys.rules.questions.asked import AskedQuestion
from surveys.rules.translating import Checked, source_language_of, state_of, text_mark
from surveys.vocabulary import RoundStatus, TranslationState

STUDY_TEXTS = ("purpose", "consent", "perspective")
OPEN_STATES = (TranslationState.MISSING, TranslationState.STALE, TranslationState.TO_CHECK)


@dataclass(frozen=True, slots=True)
class DeskText:
    """One text in all its languages. `subject` names it: `statement:12`, `question:3:option:o1`, `study:1:consent`."""

    subject: str
    code: str
    text: LocalizedText
    source_language: str
    states: Mapping[str, TranslationState]
    is_fixed: bool
    """It stands where it is: a text of the study, or a question of a round that has opened."""

    def mark(self, language: str) -> str:
        """The mark of its text in a language as it is now."""
        return text_mark(self.text.get(language, ""))

    def is_open(self, language: str) -> bool:
        return self.states[language] in OPEN_STATES


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """How many texts of a task force or round are in which state in one language."""

    language: str
    n_missing: int
    n_stale: int
    n_to_check: int
    n_approved: int

    @property
    def n_texts(self) -> int:
        return self.n_missing + self.n_stale + self.n_to_check + self.n_approved

    @property
    def is_complete(self) -> bool:
        """Nothing is missing: a round may open in this language."""
        return self.n_missing == 0


def texts_of_task_force(session: Session, *, task_force_id: int) -> tuple[DeskText, ...]:
    """Texts of the study, statements in their newest wording and questions of the round that is not open yet.

    Seven statements to the database, however many texts there are.
    """
    study = _study(session, task_force_id=task_force_id)
    versions = current_versions(session, task_force_id=task_force_id)
    codes = dict(
        session.exec(
            select(Statement.id, Statement.code).where(
                Statement.task_force_id == task_force_id, col(Statement.retired_at).is_(None)
            )
        ).all()
    )
    planned = session.exec(
        select(Round.id).where(Round.task_force_id == task_force_id, Round.status == RoundStatus.PLANNED)
    ).first()
    raw = [
        *_study_texts(study),
        *((f"statement:{id_}", codes[id_], versions[id_].text) for id_ in sorted(codes, key=lambda one: codes[one])),
        *(_question_texts(session, round_id=planned) if planned is not None else ()),
    ]
    return _with_states(session, raw, study=study)


def texts_of_round(session: Session, *, round_id: int) -> tuple[DeskText, ...]:
    """What an expert of this round would read: texts of the study, its statements in their wordings, its questions."""
    task_force_id = session.exec(select(Round.task_force_id).where(Round.id == round_id)).one()
    study = _study(session, task_force_id=task_force_id)
    rows = session.exec(
        select(Statement.id, Statement.code, StatementVersion.text)
        .join(RoundStatement, col(RoundStatement.statement_id) == Statement.id)
        .join(StatementVersion, col(StatementVersion.id) == RoundStatement.version_id)
        .where(RoundStatement.round_id == round_id)
        .order_by(col(Statement.code))
    ).all()
    raw = [
        *_study_texts(study),
        *((f"statement:{id_}", code, LocalizedText(text)) for id_, code, text in rows),
        *_question_texts(session, round_id=round_id),
    ]
    return _with_states(session, raw, study=study)


def count_by_language(texts: Sequence[DeskText], *, languages: Sequence[str]) -> tuple[LanguageCount, ...]:
    """The states of texts, counted for each language in the order of the study."""
    found = []
    for language in languages:
        states = Counter(text.states[language] for text in texts)
        found.append(
            LanguageCount(
                language=language,
                n_missing=states[TranslationState.MISSING],
                n_stale=states[TranslationState.STALE],
                n_to_check=states[TranslationState.TO_CHECK],
                n_approved=states[TranslationState.APPROVED],
            )
        )
    return tuple(found)


def translations_of_round(session: Session, *, round_id: int) -> tuple[LanguageCount, ...]:
    """For the checklist of a round: how far its texts are in each language of the study."""
    task_force_id = session.exec(select(Round.task_force_id).where(Round.id == round_id)).one()
    languages = _study(session, task_force_id=task_force_id).languages
    return count_by_language(texts_of_round(session, round_id=round_id), languages=languages)


def ready_languages(session: Session, *, round_id: int) -> tuple[str, ...]:
    """The languages of the study in which no text of the round is missing."""
    counts = translations_of_round(session, round_id=round_id)
    return tuple(one.language for one in counts if one.is_complete)


def translations_of_task_force(session: Session, *, task_force_id: int) -> tuple[LanguageCount, ...]:
    """How far everything on the translation desk of a task force is, by language."""
    languages = _study(session, task_force_id=task_force_id).languages
    return count_by_language(texts_of_task_force(session, task_force_id=task_force_id), languages=languages)


def _study(session: Session, *, task_force_id: int) -> Study:
    return session.exec(
        select(Study).join(TaskForce, col(TaskForce.study_id) == Study.id).where(TaskForce.id == task_force_id)
    ).one()


def _study_texts(study: Study) -> Iterable[tuple[str, str, LocalizedText]]:
    for name in STUDY_TEXTS:
        text: LocalizedText = getattr(study, name)
        if text:
            yield f"study:{study.id}:{name}", name, text


def _question_texts(session: Session, *, round_id: int) -> Iterable[tuple[str, str, LocalizedText]]:
    rows = session.exec(
        select(Question).where(Question.round_id == round_id).order_by(col(Question.position), col(Question.id))
    ).all()
    for question in map(asked_from, rows):
        for part, text in parts_of(question):
            yield f"question:{question.id}:{part}", question.code, text


def parts_of(question: AskedQuestion) -> tuple[tuple[str, LocalizedText], ...]:
    """The texts of a question with their names: `text`, `hint`, `option:o1`, `group:g1`."""
    parts = [("text", question.text), ("hint", question.hint)]
    parts += [(f"option:{option.code}", option.text) for option in question.options]
    parts += [(f"group:{group.code}", group.text) for group in question.groups]
    return tuple((name, text) for name, text in parts if text)


def _with_states(
    session: Session, raw: Sequence[tuple[str, str, LocalizedText]], *, study: Study
) -> tuple[DeskText, ...]:
    checks: dict[str, dict[str, Checked]] = {}
    for row in session.exec(select(Translation).where(Translation.study_id == study.id)).all():
        checks.setdefault(row.subject, {})[row.language] = Checked(
            source_language=row.source_language,
            source_mark=row.source_digest,
            text_mark=row.text_digest,
            is_approved=row.is_approved,
        )
    found = []
    for subject, code, text in raw:
        own = checks.get(subject, {})
        source = source_language_of(text, languages=study.languages, checks=own)
        found.append(
            DeskText(
                subject=subject,
                code=code,
                text=text,
                source_language=source,
                states={
                    language: state_of(text, language=language, source_language=source, check=own.get(language))
                    for language in study.languages
                },
                is_fixed=subject.startswith("study:"),
            )
        )
    return tuple(found)
