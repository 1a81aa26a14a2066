"""After closing: the published ranks with both sides of what stayed divided, and what became of one's own ideas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.asked_round import PanelContext
from surveys.queries.my_answers import OwnRating
from surveys.queries.my_ideas import Gathered, IdeaFate
from surveys.queries.my_results import PublishedStatement, SharedReasons
from surveys.rules.anonymity import Disclosure
from surveys.rules.feedback import Argument, GroupView, group_view, readable_arguments
from surveys.rules.glossary import Term, terms_in, terms_of
from surveys.vocabulary import OutcomeStatus, Stance, StatementKind

TWO_CAMPS = "two_camps"


@dataclass(frozen=True, slots=True)
class MinorityView:
    """Both sides of a statement on which two groups stayed apart, each in its own shared words."""

    sides: dict[Stance, tuple[Argument, ...]]
    hides_some: bool


@dataclass(frozen=True, slots=True)
class ResultLine:
    code: str
    text: LocalizedText
    rank: int | None
    status: OutcomeStatus
    round_number: int
    criterion: LocalizedText
    group: GroupView
    own: OwnRating | None
    minority: MinorityView | None
    objections: tuple[Argument, ...]
    """Dissent on principle, carried with the statement whatever its outcome."""
    holds_own_idea: bool


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one expert gave to the study; counts and codes of statements only."""

    n_rounds: int
    n_ideas: int
    codes: tuple[str, ...]
    """Statements into which an idea of theirs went."""


@dataclass(frozen=True, slots=True)
class ResultsPage:
    panel: PanelContext
    published_at: datetime | None
    """None while nothing is published."""
    by_kind: dict[StatementKind, tuple[ResultLine, ...]]
    terms: tuple[Term, ...]
    """Of the study's glossary, those that stand in the statements."""
    contribution: Contribution
    stays_on: bool | None
    problem: str


@dataclass(frozen=True, slots=True)
class TypedRemark:
    """A remark that was refused: on which idea, the text, and why."""

    idea_id: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class IdeasFatePage:
    panel: PanelContext
    is_out: bool
    """Whether statements were made and put to the panel."""
    fates: tuple[IdeaFate, ...]
    together: Gathered | None
    """Of the whole panel; None where too few wrote ideas."""
    typed: TypedRemark | None


def results_page(
    *,
    panel: PanelContext,
    published: Sequence[PublishedStatement],
    reasons: SharedReasons,
    fates: Sequence[IdeaFate],
    n_rounds: int,
    panellist_id: int,
    stays_on: bool | None,
    problem: str = "",
) -> ResultsPage:
    codes = {statement.code for fate in fates for statement in fate.became}
    lines = [
        (each.kind, _line(each, reasons=reasons, panellist_id=panellist_id, own_codes=codes)) for each in published
    ]
    first = (StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR)
    order = (*first, *(kind for kind in StatementKind if kind not in first))
    found = {kind: tuple(line for own, line in lines if own is kind) for kind in order}
    return ResultsPage(
        panel=panel,
        published_at=max((each.published_at for each in published), default=None),
        by_kind={kind: of_kind for kind, of_kind in found.items() if of_kind},
        terms=terms_in(terms_of(panel.glossary), *(line.text for lines in found.values() for line in lines)),
        contribution=Contribution(n_rounds=n_rounds, n_ideas=len(fates), codes=tuple(sorted(codes))),
        stays_on=stays_on,
        problem=problem,
    )


def divided_rounds(published: Sequence[PublishedStatement]) -> list[int]:
    """The rounds whose reasons the page needs: those in which a statement ended with two camps."""
    return sorted({each.round_id for each in published if each.consensus_class == TWO_CAMPS})


def _line(
    published: PublishedStatement, *, reasons: SharedReasons, panellist_id: int, own_codes: set[str]
) -> ResultLine:
    group = group_view(
        frequency=published.frequency,
        median=published.median,
        lower=published.lower,
        min_group_size=published.min_group_size,
    )
    return ResultLine(
        code=published.code,
        text=published.text,
        # A rank among others would say something of answers that are too few to show.
        rank=published.rank if group.disclosure is not Disclosure.NOTHING else None,
        status=published.status,
        round_number=published.round_number,
        criterion=published.criterion,
        group=group,
        own=published.own,
        minority=_minority(published, group=group, reasons=reasons, panellist_id=panellist_id),
        objections=_objections(published, group=group, reasons=reasons),
        holds_own_idea=published.code in own_codes,
    )


def _objections(published: PublishedStatement, *, group: GroupView, reasons: SharedReasons) -> tuple[Argument, ...]:
    """Under the same rules as any other comment: some are not shown where they could tell who wrote them."""
    readable = [
        argument
        for round_id, written in reasons.objections.get(published.statement_id, [])
        for argument in readable_arguments(
            [written],
            level=group.disclosure,
            language=language(),
            writers=reasons.writers.get(round_id, {}),
            seed="",
        )
    ]
    # The order of writing would say something of the author.
    return tuple(sorted(readable, key=lambda one: one.text))


def _minority(
    published: PublishedStatement, *, group: GroupView, reasons: SharedReasons, panellist_id: int
) -> MinorityView | None:
    """None unless two camps remained and the counts may be shown: to fewer, "two camps" would say who stood where."""
    if published.consensus_class != TWO_CAMPS or group.disclosure is not Disclosure.FULL:
        return None
    shared = reasons.comments.get((published.round_id, published.statement_id), [])
    readable = readable_arguments(
        shared,
        level=group.disclosure,
        language=language(),
        writers=reasons.writers.get(published.round_id, {}),
        seed=f"results:{published.round_id}:{panellist_id}:{published.statement_id}",
    )
    sides = {side: tuple(one for one in readable if one.stance is side) for side in Stance}
    return MinorityView(
        sides={side: said for side, said in sides.items() if said}, hides_some=len(readable) < len(shared)
    )
