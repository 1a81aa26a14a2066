"""Round 1: one idea a card, what it hangs on, and room for more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from delphi.expert.forms.ideas import CARDS_AT_MOST, ON_CARD, PostedIdeas, is_vague, kind_and_number, slot_of
from delphi.expert.pages.further import QuestionsLine, questions_line
from delphi.expert.pages.minutes import MinutesLeft, minutes_left
from delphi.expert.pages.opened import Opened, opened
from delphi.expert.pages.rating import saved_words
from delphi.expert.sitting import Problem, Sitting
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.drafts import own_drafts
from surveys.queries.my_answers import OwnIdea, own_ideas
from surveys.rules.effort import PROBLEMS_MINUTES, PROPOSALS_MINUTES, minutes_for_ideas
from surveys.rules.glossary import Term, terms_in, terms_of
from surveys.rules.texts import IDEA_LIMIT, clean_text
from surveys.services.field_saving import PARENT
from surveys.vocabulary import StatementKind

PARTS: dict[str, tuple[StatementKind, ...]] = {
    "problems": (StatementKind.PROBLEM, StatementKind.CAUSE, StatementKind.CONSEQUENCE),
    "proposals": (StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR),
}
CARDS_AT_FIRST = {
    StatementKind.PROBLEM: 3,
    StatementKind.ACTIVITY: 3,
    StatementKind.OBSTACLE: 2,
    StatementKind.SUCCESS_FACTOR: 2,
}
MORE_CARDS = 2
MINUTES = {"problems": PROBLEMS_MINUTES, "proposals": PROPOSALS_MINUTES}
CHOICE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class IdeaField:
    """One text box; `parent_slot` is what its pick list says."""

    slot: str
    kind: StatementKind
    number: int
    text: str
    parent_slot: str
    problem: str
    is_vague: bool


@dataclass(frozen=True, slots=True)
class IdeaCard:
    """One idea with the fields that belong to it on the same card."""

    fields: tuple[IdeaField, ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """The cards of one kind, and what their pick lists offer: (slot, kind, number, beginning of the text)."""

    kind: StatementKind
    cards: tuple[IdeaCard, ...]
    parent_kind: StatementKind | None
    choices: tuple[tuple[str, int, str], ...]
    can_add: bool
    next_card: int
    """The first one behind those that hold a text: where somebody goes who wants to write another."""


@dataclass(frozen=True, slots=True)
class IdeasPage:
    sitting: Sitting
    part: str
    groups: tuple[CardGroup, ...]
    n_ideas: int
    n_by_part: dict[str, int]
    minutes: dict[str, int]
    """Of each part that is not begun."""
    minutes_left: int
    questions: QuestionsLine
    terms: tuple[Term, ...]
    """Of the study's glossary, those that stand in the objective."""
    saved: str
    opened: Opened
    problems: tuple[Problem, ...]
    limit: int = IDEA_LIMIT
    parent_prefix: str = PARENT


def ideas_page(
    session: Session,
    *,
    sitting: Sitting,
    part: str,
    more: str = "",
    posted: PostedIdeas | None = None,
    problems: Sequence[Problem] = (),
) -> IdeasPage:
    """One part of the ideas round; `more` is the kind of which further empty cards are wanted."""
    round_id, panellist_id = sitting.asked.id, sitting.seat.panellist_id
    stored = own_ideas(session, round_id=round_id, panellist_id=panellist_id)
    shown = ideas_now(session, sitting=sitting, stored=stored)
    texts, parents = texts_and_parents(shown)
    if posted is not None:
        texts, parents = {**texts, **posted.texts}, {**parents, **posted.parents}
    shown_problems = [*problems, *too_long(texts)] if posted is None else problems
    panel = sitting.asked.panel
    minutes = minutes_of_parts(
        stored.values(), questions=questions_line(session, sitting=sitting), measured=sitting.asked.minutes
    )
    return IdeasPage(
        sitting=sitting,
        part=part,
        groups=_groups(part, texts=texts, parents=parents, stored=stored, more=more, problems=shown_problems),
        n_ideas=len(stored),
        n_by_part={name: sum(idea.kind in kinds for idea in stored.values()) for name, kinds in PARTS.items()},
        minutes=dict(zip(PARTS, minutes.parts, strict=True)),
        minutes_left=minutes.total,
        questions=minutes.questions,
        terms=terms_in(terms_of(panel.glossary), panel.title, panel.description, panel.target_2030, panel.target_2050),
        saved=saved_words(sitting),
        opened=opened(sitting, shown=of_part(shown, part)),
        problems=tuple(problems),
    )


def minutes_of_parts(ideas: Iterable[OwnIdea], *, questions: QuestionsLine, measured: int | None) -> MinutesLeft:
    """Minutes for each part, none for one that is begun, and for the further questions."""
    kinds = {idea.kind for idea in ideas}
    return minutes_left(
        [0 if kinds.intersection(wanted) else 60 * MINUTES[part] for part, wanted in PARTS.items()],
        left=minutes_for_ideas(kinds),
        whole=minutes_for_ideas(()),
        questions=questions,
        measured=measured,
    )


def ideas_now(session: Session, *, sitting: Sitting, stored: Mapping[str, OwnIdea]) -> dict[str, str]:
    """What a page opened now would show, by field: the stored ideas and what they hang on, and drafts before them."""
    links = {PARENT + slot: idea.parent_slot or "" for slot, idea in stored.items()}
    drafts = own_drafts(session, round_id=sitting.asked.id, panellist_id=sitting.seat.panellist_id)
    return {**{slot: idea.text for slot, idea in stored.items()}, **links, **drafts}


def stored_texts(session: Session, *, sitting: Sitting) -> dict[str, str]:
    """`ideas_now` of what is stored at this moment."""
    stored = own_ideas(session, round_id=sitting.asked.id, panellist_id=sitting.seat.panellist_id)
    return ideas_now(session, sitting=sitting, stored=stored)


def texts_and_parents(shown: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Slot to text, and slot to what it hangs on."""
    parents = {name.removeprefix(PARENT): value for name, value in shown.items() if name.startswith(PARENT)}
    return {name: value for name, value in shown.items() if kind_and_number(name)}, parents


def of_part(shown: Mapping[str, str], part: str) -> dict[str, str]:
    """The fields of one part; what stands on one card has no field for what it hangs on."""
    fields = {}
    for name, value in shown.items():
        found = kind_and_number(name.removeprefix(PARENT))
        if found is not None and found[0] in PARTS[part] and not (name.startswith(PARENT) and found[0] in ON_CARD):
            fields[name] = value
    return fields


def too_long(texts: Mapping[str, str]) -> list[Problem]:
    """What keeps a kept text from being an answer, beside its field."""
    problems = []
    for slot, text in texts.items():
        try:
            clean_text(text, limit=IDEA_LIMIT)
        except RuleViolation as violation:
            problems.append(Problem(slot, violation_sentence(violation)))
    return problems


def _groups(
    part: str,
    *,
    texts: Mapping[str, str],
    parents: Mapping[str, str],
    stored: Mapping[str, OwnIdea],
    more: str,
    problems: Sequence[Problem],
) -> tuple[CardGroup, ...]:
    sentences = {problem.anchor: problem.sentence for problem in problems}

    def field(kind: StatementKind, number: int) -> IdeaField:
        slot = slot_of(kind, number)
        text = texts.get(slot, "")
        return IdeaField(
            slot=slot,
            kind=kind,
            number=number,
            text=text,
            parent_slot=parents.get(slot, ""),
            problem=sentences.get(slot, ""),
            is_vague=slot in stored and is_vague(kind, text),
        )

    together = PARTS["problems"] if part == "problems" else ()
    groups = []
    for kind in PARTS[part][:1] if together else PARTS[part]:
        kinds = together or (kind,)
        n_cards = _n_cards(kinds, texts=texts, more=more)
        parent_kind = None if together else kind.parent_kind
        groups.append(
            CardGroup(
                kind=kind,
                cards=tuple(IdeaCard(tuple(field(each, number) for each in kinds)) for number in range(1, n_cards + 1)),
                parent_kind=parent_kind,
                choices=_choices(parent_kind, texts=texts, more=more) if parent_kind else (),
                can_add=n_cards < CARDS_AT_MOST,
                next_card=min(n_cards, _used(kinds, texts) + 1),
            )
        )
    return tuple(groups)


def _used(kinds: Sequence[StatementKind], texts: Mapping[str, str]) -> int:
    """The highest number of a card of `kinds` that holds a text."""
    found = [kind_and_number(slot) for slot, text in texts.items() if text.strip()]
    return max((each[1] for each in found if each and each[0] in kinds), default=0)


def _n_cards(kinds: Sequence[StatementKind], *, texts: Mapping[str, str], more: str) -> int:
    used = _used(kinds, texts)
    wanted = max(CARDS_AT_FIRST[kinds[0]], used + (MORE_CARDS if more == kinds[0].value else 1))
    if more == kinds[0].value and wanted == CARDS_AT_FIRST[kinds[0]]:
        wanted += MORE_CARDS
    return min(CARDS_AT_MOST, wanted)


def _choices(kind: StatementKind, *, texts: Mapping[str, str], more: str) -> tuple[tuple[str, int, str], ...]:
    """What may be picked as the parent: written ones with their beginning; activities also while still unwritten."""
    last = _used((kind,), texts)
    if kind is StatementKind.ACTIVITY:
        last = _n_cards((kind,), texts=texts, more=more)
    choices = []
    for number in range(1, last + 1):
        text = " ".join(texts.get(slot_of(kind, number), "").split())
        if text or kind is StatementKind.ACTIVITY:
            short = text if len(text) <= CHOICE_LENGTH else text[: CHOICE_LENGTH - 1].rstrip() + "…"
            choices.append((slot_of(kind, number), number, short))
    return tuple(choices)
