"""What a closed round says beyond its frozen results, worked out from its frozen answers once and kept."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from sqlmodel import Session, col, select

from analysis.consensus import at_least_three
from analysis.decomposition import ShareChange, decompose_change
from analysis.stability import ItemStability, compare_rounds
from analysis.types import Ratings
from surveys.errors import NotFound, RuleViolation
from surveys.models import Round, Snapshot
from surveys.queries.group_findings import GroupFinding, GroupTable, compare_by, decisive_groups, quantile_verdicts
from surveys.queries.questionnaire import AskedCriterion, AskedStatement, Questionnaire, questionnaire_of
from surveys.queries.rating_matrix import Cell, frozen_cells, matrix_of
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import RoundKind, RoundStatus, StatementKind, ViolationCode

KEPT = 64
"""Rounds whose findings stay in memory; a snapshot never changes, so its digest is the key."""

CellKey = tuple[int, int]
"""(statement id, criterion id)"""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one cell since the round before, on the same wording."""

    round_number: int
    share: ShareChange
    stability: ItemStability

    def may_be_split(self, *, min_group_size: int) -> bool:
        """Whether leavers and joiners are none or enough: the part of one person alone would be their answer."""
        small = range(1, min_group_size)
        return (
            self.share.n_stayed >= min_group_size
            and self.share.n_left not in small
            and self.share.n_joined not in small
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement on one criterion, beyond its frozen result."""

    colleges: GroupFinding
    languages: GroupFinding
    decisive_colleges: tuple[str, ...]
    """Colleges without which the verdict turns, among those that may be named."""
    n_decisive_unnamed: int
    """Further colleges of which the same is true but which are too small to name."""
    by_quantile: tuple[tuple[str, str], ...]
    """(quartile method, verdict under it)"""
    change: Change | None


@dataclass(frozen=True, slots=True)
class RoundFindings:
    """Every cell of a closed round, and what its leavers did to the round as a whole."""

    min_group_size: int
    cells: dict[CellKey, Finding]
    has_languages: bool
    """False for rounds closed before the language of each panellist was frozen with them."""

    def changes(self, criterion_id: int) -> list[Change]:
        """Of one criterion, those statements that were asked before in the same wording."""
        return [
            finding.change
            for (_, criterion), finding in self.cells.items()
            if criterion == criterion_id and finding.change is not None
        ]


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A snapshot as it is read back."""

    questionnaire: Questionnaire
    cells: list[Cell]
    eligible: tuple[int, ...]
    answered: tuple[int, ...]
    groups: dict[str, dict[int, str | None]]
    """`colleges` and `languages`: panellist id to the group."""


_kept: OrderedDict[tuple[str, str, int], RoundFindings] = OrderedDict()
_lock = Lock()


def findings_of(session: Session, *, round_id: int) -> RoundFindings:
    """The findings of a round's newest snapshot: worked out at the first call, read from memory afterwards.

    Raises
    ------
    NotFound
        A round of open questions has none.
    RuleViolation
        `round_not_closed`: an open round shows no results to anyone.
    """
    round_ = session.get_one(Round, round_id)
    if round_.kind is not RoundKind.RATING:
        raise NotFound
    taken = _snapshots(session, round_=round_)
    if round_.status is not RoundStatus.CLOSED or round_.number not in taken:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    now = taken[round_.number]
    earlier_number = max((number for number in taken if number < round_.number), default=None)
    before = taken[earlier_number] if earlier_number is not None else None
    key = (now.digest, before.digest if before is not None else "", round_.min_group_size)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = _worked_out(session, now=now, before=before, round_=round_, earlier_number=earlier_number or 0)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _snapshots(session: Session, *, round_: Round) -> dict[int, Snapshot]:
    """Round number to the newest snapshot of every closed rating round up to this one."""
    rows = session.exec(
        select(Round.number, Snapshot)
        .join(Snapshot, col(Snapshot.round_id) == Round.id)
        .where(
            Round.task_force_id == round_.task_force_id,
            Round.number <= round_.number,
            Round.kind == RoundKind.RATING,
            Round.status == RoundStatus.CLOSED,
        )
        .order_by(col(Snapshot.number))
    ).all()
    return dict(rows)


def _worked_out(
    session: Session, *, now: Snapshot, before: Snapshot | None, round_: Round, earlier_number: int
) -> RoundFindings:
    frozen = _read(session, snapshot=now)
    earlier = _read(session, snapshot=before) if before is not None else None
    settings = ProtocolSettings.from_json(now.rule)
    cells: dict[CellKey, Finding] = {}
    for criterion in frozen.questionnaire.criteria:
        for kind in StatementKind:
            asked = _asked(frozen.questionnaire, criterion=criterion, kind=kind)
            if asked:
                changes = _changes(
                    frozen, earlier, criterion=criterion, asked=asked, settings=settings, round_=round_,
                    earlier_number=earlier_number,
                )  # fmt: skip
                cells |= _findings(
                    frozen, criterion=criterion, asked=asked, settings=settings, round_=round_, changes=changes
                )
    return RoundFindings(
        min_group_size=round_.min_group_size, cells=cells, has_languages=bool(frozen.groups["languages"])
    )


def _findings(
    frozen: _Frozen,
    *,
    criterion: AskedCriterion,
    asked: Sequence[AskedStatement],
    settings: ProtocolSettings,
    round_: Round,
    changes: dict[int, Change],
) -> dict[CellKey, Finding]:
    rule = at_least_three(settings.rule_for(criterion.code))
    people = frozen.eligible
    ratings = _ratings(frozen, criterion=criterion, asked=asked, people=people)
    tables = {
        name: GroupTable(ratings=ratings, groups=[frozen.groups[name].get(one) for one in people], rule=rule)
        for name in ("colleges", "languages")
    }
    compared = {name: compare_by(table, min_group_size=round_.min_group_size) for name, table in tables.items()}
    decisive = decisive_groups(tables["colleges"])
    quantiles = quantile_verdicts(ratings, rule=rule)
    found = {}
    for item, statement in enumerate(asked):
        named = {group.code for group in compared["colleges"][item].groups}
        found[statement.id, criterion.id] = Finding(
            colleges=compared["colleges"][item],
            languages=compared["languages"][item],
            decisive_colleges=tuple(code for code in decisive[item] if code in named),
            n_decisive_unnamed=sum(code not in named for code in decisive[item]),
            by_quantile=quantiles[item],
            change=changes.get(statement.id),
        )
    return found


def _changes(
    frozen: _Frozen,
    earlier: _Frozen | None,
    *,
    criterion: AskedCriterion,
    asked: Sequence[AskedStatement],
    settings: ProtocolSettings,
    round_: Round,
    earlier_number: int,
) -> dict[int, Change]:
    """Statement id to its change, for those that the round before asked in the same wording."""
    if earlier is None:
        return {}
    wordings = {statement.id: statement.meaning for statement in earlier.questionnaire.of_criterion(criterion)}
    both = [statement for statement in asked if wordings.get(statement.id) == statement.meaning]
    if not both:
        return {}
    people = tuple(sorted({*frozen.eligible, *earlier.eligible}))
    after = _ratings(frozen, criterion=criterion, asked=both, people=people)
    before = _ratings(earlier, criterion=criterion, asked=both, people=people)
    rule = settings.rule_for(criterion.code)
    shares = decompose_change(before, after, rule=rule)
    stable = compare_rounds(before, after, rule=rule, round_number=round_.number, max_rounds=settings.max_rounds)
    return {
        statement.id: Change(round_number=earlier_number, share=share, stability=stability)
        for statement, share, stability in zip(both, shares, stable, strict=True)
    }


def _read(session: Session, *, snapshot: Snapshot) -> _Frozen:
    eligible = tuple(snapshot.audience["eligible"])
    return _Frozen(
        questionnaire=questionnaire_of(session, round_id=snapshot.round_id),
        cells=frozen_cells(session, snapshot_id=snapshot.id),
        eligible=eligible,
        answered=tuple(snapshot.audience["answered"]),
        groups={
            name: dict(zip(eligible, snapshot.audience.get(name, ()), strict=False))
            for name in ("colleges", "languages")
        },
    )


def _asked(questionnaire: Questionnaire, *, criterion: AskedCriterion, kind: StatementKind) -> list[AskedStatement]:
    """Statements of one kind by id: the order of the columns of every matrix."""
    return sorted((s for s in questionnaire.of_criterion(criterion) if s.kind is kind), key=lambda one: one.id)


def _ratings(
    frozen: _Frozen, *, criterion: AskedCriterion, asked: Sequence[AskedStatement], people: Sequence[int]
) -> Ratings:
    return matrix_of(
        frozen.cells,
        criterion=criterion,
        statement_ids=[statement.id for statement in asked],
        eligible=people,
        answered=frozen.answered,
    ).ratings
