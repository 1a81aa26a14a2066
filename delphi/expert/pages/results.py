"""After closing: the published ranks of the task force, and what became of one's own ideas."""

from dataclasses import dataclass
from datetime import datetime

from surveys.localized import LocalizedText
from surveys.queries.asked_round import PanelContext
from surveys.queries.my_answers import OwnRating
from surveys.queries.my_ideas import IdeaFate
from surveys.queries.my_results import PublishedStatement
from surveys.rules.anonymity import Disclosure
from surveys.rules.feedback import GroupView, group_view
from surveys.vocabulary import OutcomeStatus, StatementKind


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


@dataclass(frozen=True, slots=True)
class ResultsPage:
    panel: PanelContext
    published_at: datetime | None
    """None while nothing is published."""
    by_kind: dict[StatementKind, tuple[ResultLine, ...]]


@dataclass(frozen=True, slots=True)
class IdeasFatePage:
    panel: PanelContext
    is_out: bool
    """Whether statements were made and put to the panel."""
    fates: tuple[IdeaFate, ...]


def results_page(*, panel: PanelContext, published: list[PublishedStatement]) -> ResultsPage:
    lines = {
        kind: tuple(_line(each) for each in published if each.kind is kind)
        for kind in (StatementKind.ACTIVITY, StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR)
    }
    others = {kind: tuple(_line(each) for each in published if each.kind is kind) for kind in StatementKind}
    return ResultsPage(
        panel=panel,
        published_at=max((each.published_at for each in published), default=None),
        by_kind={kind: found for kind, found in {**lines, **others}.items() if found},
    )


def _line(published: PublishedStatement) -> ResultLine:
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
    )
