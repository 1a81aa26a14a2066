"""The synthesis desk as a page: one idea in hand, where it could go, and the statements beside it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from delphi.facilitator.pages.desk_extras import Extras, extras_of
from delphi.facilitator.pages.place import Place, place_of
from surveys.queries.desk import Desk, DeskIdea, DeskStatement, desk_of
from surveys.queries.idea_flags import Remark, remarks_of_task_force
from surveys.rules.permissions import Actor
from surveys.rules.similarity import PAIR_BY_WORDS, KnownText, most_similar
from surveys.services.similar_ideas import known_vectors
from surveys.vocabulary import IdeaStatus, StatementKind

ALIKE_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Source:
    """An idea in a statement, with the placement that can be undone."""

    idea: DeskIdea
    placement_id: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    statement: DeskStatement
    parent: DeskStatement | None
    sources: tuple[Source, ...]
    missing: tuple[str, ...]
    """Languages it has no text in yet."""
    is_holder: bool
    """The idea in hand is in it already."""


@dataclass(frozen=True, slots=True)
class KindChoice:
    kind: StatementKind
    n_waiting: int
    n_statements: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class InHand:
    """The idea to be placed now. `is_split`: it has a place already and gets a second one."""

    idea: DeskIdea
    parent: DeskIdea | None
    is_split: bool
    languages: tuple[str, ...]
    """Those of the study, the idea's own first."""
    texts: Mapping[str, str]
    reason: str
    suggestions: tuple[DeskStatement, ...]
    alike: tuple[DeskIdea, ...]
    targets: tuple[DeskStatement, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused form held, to be shown again."""

    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    problem: str = ""
    remark_id: int | None = None
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """An expert says that an idea is missing or distorted; they are known here by the idea's display code alone."""

    remark: Remark
    idea: DeskIdea
    codes: tuple[str, ...]
    """The statements the idea went into."""
    typed: str
    problem: str


@dataclass(frozen=True, slots=True)
class SynthesisPage:
    place: Place
    n_ideas: int
    n_placed: int
    n_parked: int
    n_statements: int
    kinds: tuple[KindChoice, ...]
    kind: StatementKind | None
    in_hand: InHand | None
    waiting: tuple[DeskIdea, ...]
    parked: tuple[DeskIdea, ...]
    statements: tuple[StatementLine, ...]
    extras: Extras
    remarks: tuple[RemarkLine, ...]
    problem: str

    @property
    def n_open_remarks(self) -> int:
        return sum(line.remark.resolved_at is None for line in self.remarks)

    @property
    def is_done(self) -> bool:
        return self.n_placed + self.n_parked == self.n_ideas


def synthesis_page(
    session: Session,
    *,
    task_force_id: int,
    actor: Actor,
    idea_id: int | None,
    kind: StatementKind | None,
    typed: Typed,
    statement_id: int | None,
    now: datetime,
) -> SynthesisPage:
    """The desk with `idea_id` in hand; without one, the first idea of `kind` that waits, or of any kind."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    desk = desk_of(session, task_force_id=task_force_id)
    asked = desk.idea(idea_id)
    edited = next((one for one in desk.statements if one.id == statement_id), None)
    asked_kind = asked.kind if asked is not None else edited.kind if edited is not None else None
    kind = asked_kind or kind or _first_waiting_kind(desk)
    of_kind = [idea for idea in desk.ideas if idea.kind is kind]
    waiting = tuple(idea for idea in of_kind if idea.status is IdeaStatus.WAITING)
    idea = asked if asked is not None and asked.status is not IdeaStatus.PARKED else next(iter(waiting), None)
    statuses = [one.status for one in desk.ideas]
    return SynthesisPage(
        place=place,
        n_ideas=len(desk.ideas),
        n_placed=statuses.count(IdeaStatus.PLACED),
        n_parked=statuses.count(IdeaStatus.PARKED),
        n_statements=len(desk.statements),
        kinds=_kinds(desk, current=kind),
        kind=kind,
        in_hand=_in_hand(session, desk, idea, place=place, typed=typed) if idea is not None else None,
        waiting=tuple(one for one in waiting if one is not idea),
        parked=tuple(one for one in of_kind if one.status is IdeaStatus.PARKED),
        statements=_lines(desk, kind=kind, idea=idea, languages=place.languages),
        extras=extras_of(
            session,
            desk,
            task_force_id=task_force_id,
            study_id=place.study_id,
            person_id=actor.person_id,
            of_kind=of_kind,
            languages=place.languages,
            statement_id=statement_id,
            now=now,
        ),
        remarks=_remarks(session, desk, task_force_id=task_force_id, typed=typed),
        problem=typed.problem,
    )


def _remarks(session: Session, desk: Desk, *, task_force_id: int, typed: Typed) -> tuple[RemarkLine, ...]:
    codes = {statement.id: statement.code for statement in desk.statements}
    lines = []
    for remark in remarks_of_task_force(session, task_force_id=task_force_id):
        idea = desk.idea(remark.idea_id)
        if idea is None:
            continue
        is_typed = typed.remark_id == remark.id
        went = (codes.get(placement.statement_id) for placement in idea.placements)
        lines.append(
            RemarkLine(
                remark=remark,
                idea=idea,
                codes=tuple(code for code in went if code),
                typed=typed.resolution if is_typed else "",
                problem=typed.problem if is_typed else "",
            )
        )
    return tuple(lines)


def _first_waiting_kind(desk: Desk) -> StatementKind | None:
    waiting = (idea.kind for idea in desk.ideas if idea.status is IdeaStatus.WAITING)
    return next(waiting, desk.statements[0].kind if desk.statements else None)


def _kinds(desk: Desk, *, current: StatementKind | None) -> tuple[KindChoice, ...]:
    waiting = [idea.kind for idea in desk.ideas if idea.status is IdeaStatus.WAITING]
    made = [statement.kind for statement in desk.statements]
    present = {idea.kind for idea in desk.ideas} | set(made)
    return tuple(
        KindChoice(kind=kind, n_waiting=waiting.count(kind), n_statements=made.count(kind), is_current=kind is current)
        for kind in StatementKind
        if kind in present
    )


def _in_hand(session: Session, desk: Desk, idea: DeskIdea, *, place: Place, typed: Typed) -> InHand:
    held = {placement.statement_id for placement in idea.placements}
    targets = tuple(one for one in desk.statements if one.kind is idea.kind and one.id not in held)
    by_id = {one.id: one for one in targets}
    ideas = {one.id: one for one in desk.ideas}
    vectors = known_vectors(
        session,
        task_force_id=place.task_force_id,
        texts=[idea.text, *(words for one in targets for words in one.text.values())],
    )
    texts_of = {
        one.id: [KnownText(words, language, vectors.get(words)) for language, words in one.text.items()]
        + [KnownText(ideas[source].text, ideas[source].language) for source in one.idea_ids]
        for one in targets
    }
    alike = {
        one.id: [KnownText(one.text, one.language)]
        for one in desk.ideas
        if one.kind is idea.kind
        and one.language == idea.language
        and one.status is IdeaStatus.WAITING
        and one.id != idea.id
    }
    texts = dict.fromkeys(place.languages, "") | {idea.language: idea.text} | dict(typed.texts)
    return InHand(
        idea=idea,
        parent=desk.idea(idea.parent_id),
        is_split=bool(held),
        languages=tuple(sorted(texts, key=lambda language: language != idea.language)),
        texts=texts,
        reason=typed.reason,
        suggestions=tuple(
            by_id[found]
            for found in most_similar(KnownText(idea.text, idea.language, vectors.get(idea.text)), candidates=texts_of)
        ),
        alike=tuple(
            ideas[found]
            for found in most_similar(
                KnownText(idea.text, idea.language), candidates=alike, limit=ALIKE_AT_MOST, least=PAIR_BY_WORDS
            )
        ),
        targets=targets,
    )


def _lines(
    desk: Desk, *, kind: StatementKind | None, idea: DeskIdea | None, languages: tuple[str, ...]
) -> tuple[StatementLine, ...]:
    ideas = {one.id: one for one in desk.ideas}
    statements = {one.id: one for one in desk.statements}
    sources: dict[int, list[Source]] = defaultdict(list)
    for one in desk.ideas:
        for placement in one.placements:
            sources[placement.statement_id].append(Source(idea=one, placement_id=placement.id))
    held = {placement.statement_id for placement in idea.placements} if idea is not None else set()
    return tuple(
        StatementLine(
            statement=one,
            parent=statements.get(one.parent_id) if one.parent_id is not None else None,
            sources=tuple(source for source in sources[one.id] if source.idea.id in ideas),
            missing=tuple(language for language in languages if language not in one.text),
            is_holder=one.id in held,
        )
        for one in desk.statements
        if one.kind is kind
    )
