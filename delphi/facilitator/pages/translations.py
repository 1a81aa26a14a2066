"""The translation desk: source and translation side by side, with the terms of both glossaries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from delphi.facilitator.pages.place import Place, place_of
from surveys.models import Study
from surveys.queries.translations import DeskText, LanguageCount, count_by_language, texts_of_task_force
from surveys.rules.house_terms import HOUSE_TERMS
from surveys.rules.permissions import Actor
from surveys.rules.translating import TermHit, term_hits, terms_of_study
from surveys.vocabulary import TranslationState

AT_ONCE = 30
OPEN = "open"
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Refused:
    """What somebody typed for one text, and why it was not saved."""

    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class TextLine:
    found: DeskText
    name: str
    """The subject as a part of field names."""
    source_language: str
    source: str
    target: str
    """What the field shows: what was typed and refused, else the text as it is."""
    state: TranslationState
    hits: tuple[TermHit, ...]
    problem: str
    now: str
    """Where the text was refused: how it reads now."""
    source_mark: str
    target_mark: str


@dataclass(frozen=True, slots=True)
class TranslationsPage:
    place: Place
    counts: tuple[LanguageCount, ...]
    target: str
    show: str
    lines: tuple[TextLine, ...]
    n_found: int
    page: int
    n_pages: int
    n_refused: int
    notice: str


def translations_page(
    session: Session,
    *,
    task_force_id: int,
    actor: Actor,
    target: str | None,
    show: str,
    page: int,
    refused: Mapping[str, Refused],
    notice: str = "",
) -> TranslationsPage:
    """One page of texts in the language `target`, by default the one with most left to do."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    study = session.get_one(Study, place.study_id)
    texts = texts_of_task_force(session, task_force_id=task_force_id)
    counts = count_by_language(texts, languages=study.languages)
    target = target if target in study.languages else _most_to_do(counts)
    found = [one for one in texts if one.subject in refused or _is_shown(one, target=target, show=show)]
    n_pages = max(-(-len(found) // AT_ONCE), 1)
    page = min(max(page, 1), n_pages)
    terms = (*terms_of_study(study.glossary), *HOUSE_TERMS)
    lines = []
    for one in found[(page - 1) * AT_ONCE : page * AT_ONCE]:
        source_language = one.source_language if one.source_language != target else _another(one, target)
        source, typed = one.text.get(source_language, ""), refused.get(one.subject)
        now = one.text.get(target, "")
        shown = typed.text if typed is not None else now
        lines.append(
            TextLine(
                found=one,
                name=one.subject,
                source_language=source_language,
                source=source,
                target=shown,
                state=one.states[target],
                hits=term_hits(source, shown, terms=terms, languages=(source_language, target)),
                problem=typed.problem if typed is not None else "",
                now=now if typed is not None and typed.text != now else "",
                source_mark=one.mark(source_language),
                target_mark=one.mark(target),
            )
        )
    return TranslationsPage(
        place=place,
        counts=counts,
        target=target,
        show=show,
        lines=tuple(lines),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        n_refused=len(refused),
        notice=notice,
    )


def _most_to_do(counts: Sequence[LanguageCount]) -> str:
    """The language with most left to do; the last of the study's where all are alike, since the first is the source."""
    return max(reversed(counts), key=lambda one: one.n_texts - one.n_approved).language


def _is_shown(text: DeskText, *, target: str, show: str) -> bool:
    if show == EVERYTHING:
        return True
    return text.is_open(target) if show == OPEN else text.states[target].value == show


def _another(text: DeskText, language: str) -> str:
    return next((one for one in text.text if one != language), language)
