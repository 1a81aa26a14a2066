"""How agreement grew: a line for each statement, and for each round what it settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlmodel import Session

from analysis.types import Verdict
from delphi.charts.of_rounds import convergence_of, source_note
from delphi.facilitator.pages.charts import Figure, figure, stages_up_to
from delphi.facilitator.pages.place import Place, place_of
from surveys.models import Round
from surveys.queries.board import board_of
from surveys.queries.courses import Stage
from surveys.rules.permissions import Actor
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in figures. `share` is the mean share in agreement (0 to 1), `spread` the median width of the middle
    half, of what the round asked."""

    round_id: int
    number: int
    n_statements: int
    n_agreed: int
    n_dropped: int
    n_open: int
    n_settled: int
    """Agreed, or agreed to drop, in this round or before and not asked again."""
    share: float | None
    spread: float | None


@dataclass(frozen=True, slots=True)
class ConvergencePage:
    place: Place
    round_id: int
    round_number: int
    figures: tuple[Figure, ...]
    rounds: tuple[RoundLine, ...]


def convergence_page(session: Session, *, round_id: int, actor: Actor) -> ConvergencePage:
    """Every closed rating round up to this one."""
    place = place_of(session, task_force_id=session.get_one(Round, round_id).task_force_id, actor=actor)
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    stages = stages_up_to(session, board=board, task_force_id=place.task_force_id)
    note = source_note(board, code=place.code, time_zone=place.time_zone)
    return ConvergencePage(
        place=place,
        round_id=round_id,
        round_number=board.round_number,
        figures=tuple(
            figure(picture, round_id=round_id, chart="convergence", item=kind.value)
            for kind in StatementKind
            for picture in [convergence_of(stages, kind=kind, note=note)]
            if picture is not None
        ),
        rounds=tuple(_rounds(stages)),
    )


def _rounds(stages: Sequence[Stage]) -> list[RoundLine]:
    lines = []
    latest: dict[int, str] = {}
    for number in sorted({stage.round_number for stage in stages}):
        own = [stage for stage in stages if stage.round_number == number]
        latest |= {stage.statement_id: stage.verdict for stage in own}
        verdicts = [stage.verdict for stage in own]
        shares = [stage.share for stage in own if stage.share is not None]
        spreads = [stage.iqr for stage in own if stage.iqr is not None]
        n_agreed, n_dropped = verdicts.count(Verdict.IN), verdicts.count(Verdict.OUT)
        lines.append(
            RoundLine(
                round_id=own[0].round_id,
                number=number,
                n_statements=len(own),
                n_agreed=n_agreed,
                n_dropped=n_dropped,
                n_open=len(own) - n_agreed - n_dropped,
                n_settled=sum(verdict in (Verdict.IN, Verdict.OUT) for verdict in latest.values()),
                share=sum(shares) / len(shares) if shares else None,
                spread=median(spreads) if spreads else None,
            )
        )
    return lines
