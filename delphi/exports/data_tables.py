"""All frozen data of a study as tables: rounds, the statistics of every statement, the ratings themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from delphi.exports.figure_columns import statistics_columns, trace_columns
from delphi.exports.header import Header
from delphi.exports.pseudonyms import expert_codes
from delphi.exports.tables import Column, Table, table_of
from delphi.exports.words import kind_word, named, round_kind_word, state_word
from delphi.i18n import in_language
from surveys.localized import LocalizedText
from surveys.queries.frozen_data import FrozenAnswer, FrozenData, FrozenRound, FrozenStatement
from surveys.queries.frozen_figures import Figures
from surveys.vocabulary import RatingState, StatementKind


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W of one criterion and kind in one round; `block` is the frozen one."""

    round_: FrozenRound
    criterion: str
    kind: str
    block: dict[str, Any]


def statistics_table(data: FrozenData) -> Table:
    """A row for every round, statement and criterion."""
    columns = (
        Column[FrozenStatement]("task_force", gettext("Task force"), lambda one: one.task_force, 10),
        Column[FrozenStatement]("round", gettext("Round"), lambda one: one.figures.sealed.number, 8),
        Column[FrozenStatement]("statement", gettext("Statement"), lambda one: one.code, 12),
        Column[FrozenStatement]("kind", gettext("Kind"), lambda one: kind_word(one.kind), 12),
        Column[FrozenStatement]("text", gettext("Text"), lambda one: in_language(one.text), 60),
        Column[FrozenStatement]("version", gettext("Wording"), lambda one: one.version_number, 9),
        *statistics_columns(_figures_of),
        *trace_columns(_figures_of),
    )
    return table_of("statistics", gettext("Statistics"), columns, data.statements)


def rounds_table(data: FrozenData) -> Table:
    """A row for every closed round: who was asked, who answered, and how well they agree."""
    columns = (
        Column[FrozenRound]("task_force", gettext("Task force"), lambda one: one.task_force, 10),
        Column[FrozenRound]("round", gettext("Round"), lambda one: one.sealed.number, 8),
        Column[FrozenRound]("kind", gettext("Kind"), lambda one: round_kind_word(one.kind), 10),
        Column[FrozenRound]("closed_at", gettext("Closed (UTC)"), lambda one: _moment(one.sealed.closed_at), 20),
        Column[FrozenRound]("n_eligible", gettext("Asked"), lambda one: one.sealed.n_eligible, 9),
        Column[FrozenRound]("n_returned", gettext("Returned the round"), lambda one: one.sealed.n_returned, 10),
        Column[FrozenRound](
            "snapshot", gettext("Trace: digest of the frozen answers"), lambda one: one.sealed.digest, 18
        ),
        Column[FrozenRound]("rule", gettext("Trace: fingerprint of the rule"), lambda one: one.sealed.fingerprint, 18),
    )
    return table_of("rounds", gettext("Rounds"), columns, data.rounds)


def concordance_table(data: FrozenData, *, criteria: Mapping[str, LocalizedText]) -> Table:
    """Kendall's W of every closed round, criterion and kind of statement."""
    found = [
        Concordance(one, *name.partition(":")[::2], block["kendall_w"])
        for one in data.rounds
        for name, block in sorted(one.concordance.items())
    ]
    columns = (
        Column[Concordance]("task_force", gettext("Task force"), lambda one: one.round_.task_force, 10),
        Column[Concordance]("round", gettext("Round"), lambda one: one.round_.sealed.number, 8),
        Column[Concordance](
            "criterion", gettext("Criterion"), lambda one: named(one.criterion, criteria[one.criterion]), 14
        ),
        Column[Concordance]("kind", gettext("Kind"), lambda one: kind_word(StatementKind(one.kind)), 12),
        Column[Concordance]("kendall_w", gettext("Kendall's W"), lambda one: one.block["w"], 11),
        Column[Concordance]("chi2", gettext("Chi-squared"), lambda one: one.block["chi2"], 11),
        Column[Concordance]("df", gettext("Degrees of freedom"), lambda one: one.block["df"], 11),
        Column[Concordance]("p", gettext("p-value"), lambda one: one.block["p"], 11),
        Column[Concordance]("m_used", gettext("Experts used"), lambda one: one.block["m_used"], 11),
        Column[Concordance]("k_used", gettext("Statements used"), lambda one: one.block["k_used"], 11),
    )
    return table_of("concordance", gettext("Concordance"), columns, found)


def ratings_table(answers: Sequence[FrozenAnswer], *, study: str, key: str, header: Header) -> Table:
    """A row for every answer, by code of the expert; no name, address or database id."""
    codes = expert_codes({answer.panellist_id for answer in answers}, study=study, key=key)
    ordered = sorted(
        answers,
        key=lambda one: (one.task_force, one.round_number, codes[one.panellist_id], one.code, one.criterion_code),
    )
    states = {state: state_word(state) for state in RatingState}
    criteria = {code: named(code, name) for code, name in header.criteria.items()}
    columns = (
        Column[FrozenAnswer]("task_force", gettext("Task force"), lambda one: one.task_force, 10),
        Column[FrozenAnswer]("round", gettext("Round"), lambda one: one.round_number, 8),
        Column[FrozenAnswer]("expert", gettext("Expert (code)"), lambda one: codes[one.panellist_id], 15),
        Column[FrozenAnswer]("statement", gettext("Statement"), lambda one: one.code, 12),
        Column[FrozenAnswer](
            "criterion",
            gettext("Criterion"),
            lambda one: criteria[one.criterion_code],
            14,
        ),
        Column[FrozenAnswer]("state", gettext("Answer"), lambda one: states[one.state], 20),
        Column[FrozenAnswer]("rating", gettext("Rating"), lambda one: one.value, 8),
        Column[FrozenAnswer]("protocol", gettext("Fingerprint of the protocol"), lambda one: header.fingerprint, 18),
    )
    return table_of("ratings", gettext("Ratings"), columns, ordered)


def _figures_of(one: FrozenStatement) -> Figures:
    return one.figures


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.strftime("%Y-%m-%d %H:%M")
