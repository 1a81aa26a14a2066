"""Exploring: which verdicts would another rule give? In the address only; the protocol and its results stay."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlmodel import Session
from wtforms import DecimalField, IntegerField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, NumberRange

from analysis.chance import false_consensus_chance
from analysis.types import Denominator, Quantile, Scale, Verdict
from delphi.facilitator.pages.place import Place, place_of
from delphi.forms import BaseForm
from delphi.i18n import percent
from delphi.sentences import CLASSES
from delphi.sentences.protocol import QUARTILES, rule_sentence
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.board import Board, BoardRow, board_of
from surveys.queries.questionnaire import AskedCriterion
from surveys.rules.exploring import FrozenCounts, Tried, WhatIf, verdicts_under
from surveys.rules.permissions import Actor
from surveys.vocabulary import StatementKind

DENOMINATORS = {
    Denominator.RATED: _l("those who rated the statement"),
    Denominator.RETURNED: _l("those who answered the round"),
    Denominator.ELIGIBLE: _l("everybody who was asked"),
}


class WhatIfForm(BaseForm):
    """The parts of the rule that may be tried; sent by GET, so it needs no token and can be passed on as a link."""

    class Meta:
        csrf = False

    agreement = DecimalField(_l("Share in agreement (%)"), validators=[InputRequired(), NumberRange(1, 100)])
    iqr = DecimalField(_l("Middle half (points)"), validators=[InputRequired(), NumberRange(0, 100)])
    quantile = SelectField(
        _l("Quartiles"), choices=[SelectChoice(one.value, words) for one, words in QUARTILES.items()]
    )
    denominator = SelectField(
        _l("Share taken of"), choices=[SelectChoice(one.value, words) for one, words in DENOMINATORS.items()]
    )
    min_n = IntegerField(_l("Answers at least"), validators=[InputRequired(), NumberRange(3, 1000)])

    def what_if(self) -> WhatIf:
        """What was typed, once it is valid."""
        return WhatIf(
            agreement=Fraction(self.agreement.data or 100) / 100,
            iqr=float(self.iqr.data or 0),
            quantile=Quantile(self.quantile.data),
            denominator=Denominator(self.denominator.data),
            min_n=self.min_n.data or 3,
        )


@dataclass(frozen=True, slots=True)
class TriedLine:
    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    stored_class: str
    stored_words: str
    stored_agree: str
    tried_class: str
    tried_words: str
    tried_agree: str
    changes: bool


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    place: Place
    round_id: int
    round_number: int
    form: WhatIfForm
    is_explored: bool
    """False while the form says what the protocol says."""
    headline: str
    rule: str
    chance: str
    changed: tuple[TriedLine, ...]
    same: tuple[TriedLine, ...]


def what_if_page(session: Session, *, round_id: int, actor: Actor, form: WhatIfForm, is_asked: bool) -> WhatIfPage:
    """The verdicts as frozen beside those of the rule in `form`; an invalid form changes nothing."""
    place = place_of(session, task_force_id=session.get_one(Round, round_id).task_force_id, actor=actor)
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    criterion = next((row.primary.criterion for row in board.rows), None)
    protocol = WhatIf.of_rule(board.settings.rule_for(criterion.code)) if criterion is not None else None
    if protocol is not None and not is_asked:
        _fill(form, protocol)
    tried = form.what_if() if is_asked and not form.errors else protocol
    lines = _lines(board, tried=tried) if tried is not None else []
    changed = tuple(line for line in lines if line.changes)
    return WhatIfPage(
        place=place,
        round_id=round_id,
        round_number=board.round_number,
        form=form,
        is_explored=tried != protocol,
        headline=_headline(len(changed), n=len(lines), is_explored=tried != protocol),
        rule=rule_sentence(board.settings.criteria[criterion.code], settings=board.settings) if criterion else "",
        chance=_chance(board, criterion=criterion, tried=tried) if criterion and tried and tried != protocol else "",
        changed=changed,
        same=tuple(line for line in lines if not line.changes),
    )


def _fill(form: WhatIfForm, rule: WhatIf) -> None:
    form.agreement.data = Decimal(rule.agreement.numerator * 100) / rule.agreement.denominator
    form.iqr.data = Decimal(str(rule.iqr))
    form.quantile.data, form.denominator.data = rule.quantile.value, rule.denominator.value
    form.min_n.data = rule.min_n


def _lines(board: Board, *, tried: WhatIf) -> list[TriedLine]:
    found: dict[int, TriedLine] = {}
    for criterion in {row.primary.criterion.id: row.primary.criterion for row in board.rows}.values():
        rows = [row for row in board.rows if row.primary.criterion.id == criterion.id]
        verdicts = verdicts_under(
            tried.applied_to(board.settings.rule_for(criterion.code)),
            counts=[_counts(row) for row in rows],
            scale=Scale(criterion.lower, criterion.upper),
        )
        found |= {row.statement_id: _line(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)}
    return [found[row.statement_id] for row in board.rows]


def _counts(row: BoardRow) -> FrozenCounts:
    report = row.primary.report
    return FrozenCounts(
        frequency=tuple(row.primary.result.frequency),
        n_returned=report["n"] + report["n_dont_know"] + report["n_missing"],
        n_eligible=report["n_eligible"],
    )


def _line(row: BoardRow, tried: Tried) -> TriedLine:
    result = row.primary.result
    return TriedLine(
        statement_id=row.statement_id,
        code=row.code,
        kind=row.kind,
        text=row.text,
        stored_class=result.consensus_class,
        stored_words=str(CLASSES[result.consensus_class]),
        stored_agree=gettext("%(k)s of %(n)s", k=result.agreement_k, n=result.agreement_n),
        tried_class=tried.consensus_class.value,
        tried_words=str(CLASSES[tried.consensus_class.value]),
        tried_agree=gettext("%(k)s of %(n)s", k=tried.agreement_k, n=tried.agreement_n),
        changes=tried.verdict != Verdict(result.verdict),
    )


def _headline(n_changed: int, *, n: int, is_explored: bool) -> str:
    if not is_explored:
        return gettext("What if the rule were another one?")
    if not n_changed:
        return gettext("No verdict would change")
    return ngettext("%(num)d of %(n)s verdicts would change", "%(num)d of %(n)s verdicts would change", n_changed, n=n)


def _chance(board: Board, *, criterion: AskedCriterion, tried: WhatIf) -> str:
    """How often random answers would pass the tried rule, beside the frozen figure of the protocol's rule."""
    n = board.n_answered
    frozen = (row.primary.report.get("false_consensus_chance") for row in board.rows if row.primary.result.n == n)
    own = next((chance for chance in frozen if chance is not None), None)
    rule = tried.applied_to(board.settings.rule_for(criterion.code))
    other = false_consensus_chance(rule=rule, scale=Scale(criterion.lower, criterion.upper), n=n)
    if other is None:
        return ""
    said = gettext(
        "With %(n)s people, answers given at random would pass this rule %(chance)s of the time.",
        n=n,
        chance=percent(other, digits=1),
    )
    if own is None:
        return said
    protocol = gettext("The rule of the protocol: %(chance)s.", chance=percent(own, digits=1))
    return f"{said} {protocol}"
