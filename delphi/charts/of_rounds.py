"""The pictures of a closed round and of a whole task force, from frozen figures; used by pages, files and documents."""

from collections.abc import Sequence
from fractions import Fraction

from flask_babel import gettext

from analysis.types import ConsensusClass, Verdict
from delphi import sentences
from delphi.charts.convergence import Course, convergence_picture
from delphi.charts.distributions import distribution_picture
from delphi.charts.picture import Picture
from delphi.charts.statements import ChangeRow, StatementRow, answers_picture, change_picture
from delphi.charts.two_criteria import Axis, MapPoint, map_picture
from delphi.i18n import in_language, moment
from surveys.queries.board import Board, BoardRow, Figures
from surveys.queries.courses import Stage, courses_of
from surveys.vocabulary import StatementKind


def source_note(board: Board, *, code: str, time_zone: str) -> str:
    """Where the figures of a picture come from, for the line below it. `code`: of the task force."""
    mark = f"{board.settings.fingerprint[:4]}·{board.settings.fingerprint[4:8]}"
    return gettext(
        "Task force %(code)s, round %(number)s, closed %(at)s; %(k)s of %(n)s people answered; rule %(mark)s.",
        code=code,
        number=board.round_number,
        at=moment(board.closed_at, time_zone),
        k=board.n_answered,
        n=board.n_eligible,
        mark=mark,
    )


def answers_of(board: Board, *, kind: StatementKind, note: str) -> Picture | None:
    """Every answer to every statement of one kind on the criterion that decides; None where none was rated."""
    rows = [row for row in board.rows if row.kind is kind]
    if not rows:
        return None
    criterion = rows[0].primary.criterion
    return answers_picture(
        [_statement_row(row) for row in rows],
        lower=criterion.lower,
        upper=criterion.upper,
        name=f"answers-{kind.value}-round-{board.round_number}",
        title=gettext(
            "%(kinds)s: %(criterion)s in round %(number)s",
            kinds=sentences.KINDS_PLURAL[kind],
            criterion=in_language(criterion.name),
            number=board.round_number,
        ),
        note=note,
    )


def map_of(board: Board, *, kind: StatementKind, note: str) -> Picture | None:
    """The criterion that decides upwards, the first other one across; None where the kind has only one criterion."""
    rows = [row for row in board.rows if row.kind is kind and row.others]
    if not rows:
        return None
    points = [
        MapPoint(
            code=row.code,
            text=row.text,
            across=row.others[0].result.median,
            up=row.primary.result.median,
            is_agreed=row.primary.result.verdict == Verdict.IN,
            has_camps=row.primary.result.consensus_class == ConsensusClass.TWO_CAMPS,
            class_words=str(sentences.CLASSES[row.primary.result.consensus_class]),
        )
        for row in rows
        if row.others[0].result.median is not None and row.primary.result.median is not None
    ]
    if not points:
        return None
    across, up = _axis(board, rows[0].others[0]), _axis(board, rows[0].primary)
    return map_picture(
        points,
        across=across,
        up=up,
        n_left_out=len(rows) - len(points),
        name=f"map-{kind.value}-round-{board.round_number}",
        title=gettext(
            "%(kinds)s: %(up)s and %(across)s", kinds=sentences.KINDS_PLURAL[kind], up=up.name, across=across.name
        ),
        note=note,
    )


def change_of(before: Board, after: Board, *, kind: StatementKind, note: str) -> Picture | None:
    """Two rounds side by side, of what both asked in the same wording; None where there is nothing such."""
    pairs = compared_rows(before, after, kind=kind)
    rows = [
        ChangeRow(
            code=now.code,
            text=now.text,
            before=then.primary.report["agreement"]["share"],
            after=now.primary.report["agreement"]["share"],
            before_words=share_words(then.primary),
            after_words=share_words(now.primary),
            is_agreed=now.primary.result.verdict == Verdict.IN,
        )
        for then, now in pairs
        if then.primary.report["agreement"]["share"] is not None
        and now.primary.report["agreement"]["share"] is not None
    ]
    if not rows:
        return None
    rule = after.settings.criteria[pairs[0][1].primary.criterion.code]
    return change_picture(
        sorted(rows, key=lambda one: (-one.after, -one.before, one.code)),
        before=before.round_number,
        after=after.round_number,
        threshold=float(Fraction(rule.agreement)),
        name=f"change-{kind.value}-rounds-{before.round_number}-{after.round_number}",
        title=gettext(
            "%(kinds)s: agreement in rounds %(before)s and %(after)s",
            kinds=sentences.KINDS_PLURAL[kind],
            before=before.round_number,
            after=after.round_number,
        ),
        note=note,
    )


def convergence_of(stages: Sequence[Stage], *, kind: StatementKind, note: str) -> Picture | None:
    """The share in agreement from round to round, of one kind; None where no statement of it was rated."""
    own = [stage for stage in stages if stage.kind is kind]
    courses = []
    for course in courses_of(own):
        rated = [(stage, stage.share) for stage in course if stage.share is not None]
        if rated:
            courses.append(
                Course(
                    code=course[-1].code,
                    text=course[-1].text,
                    shares=tuple((stage.round_number, share) for stage, share in rated if share is not None),
                    words=tuple(
                        (stage.round_number, gettext("%(k)s of %(n)s", k=stage.agreement_k, n=stage.agreement_n))
                        for stage, _ in rated
                    ),
                    is_agreed=rated[-1][0].verdict == Verdict.IN,
                )
            )
    if not courses:
        return None
    rounds = sorted({number for course in courses for number, _ in course.shares})
    return convergence_picture(
        courses,
        rounds=rounds,
        threshold=float(Fraction(own[-1].rule.agreement)),
        name=f"convergence-{kind.value}",
        title=gettext("%(kinds)s: agreement from round to round", kinds=sentences.KINDS_PLURAL[kind]),
        note=note,
    )


def distribution_of(row: BoardRow, figures: Figures, *, round_number: int, note: str) -> Picture:
    """The answers to one statement on one criterion."""
    result = figures.result
    return distribution_picture(
        result.frequency,
        lower=figures.criterion.lower,
        q1=result.q1,
        median=result.median,
        q3=result.q3,
        name=f"{row.code}-{figures.criterion.code}-round-{round_number}",
        title=f"{row.code}, {in_language(figures.criterion.name)}: {in_language(row.text)}",
        note=note,
    )


def compared_rows(before: Board, after: Board, *, kind: StatementKind) -> list[tuple[BoardRow, BoardRow]]:
    """What both rounds asked in the same wording, in the order of the later board."""
    then = {(row.statement_id, row.primary.result.version_id): row for row in before.rows}
    pairs = ((then.get((row.statement_id, row.primary.result.version_id)), row) for row in after.rows)
    return [(one, other) for one, other in pairs if one is not None and other.kind is kind]


def share_words(figures: Figures) -> str:
    return gettext("%(k)s of %(n)s", k=figures.result.agreement_k, n=figures.result.agreement_n)


def _statement_row(row: BoardRow) -> StatementRow:
    result = row.primary.result
    return StatementRow(
        code=row.code,
        text=row.text,
        frequency=tuple(result.frequency),
        n=result.n,
        agreement_k=result.agreement_k,
        agreement_n=result.agreement_n,
        median=result.median,
        q1=result.q1,
        q3=result.q3,
        is_agreed=result.verdict == Verdict.IN,
        class_words=str(sentences.CLASSES[result.consensus_class]),
        rank=result.rank,
    )


def _axis(board: Board, figures: Figures) -> Axis:
    criterion = figures.criterion
    return Axis(
        name=in_language(criterion.name),
        lower=criterion.lower,
        upper=criterion.upper,
        agree_from=board.settings.criteria[criterion.code].agree_from,
    )
