"""The activity list as tables: activities, obstacles, success factors, and the statistics behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from delphi.exports.figure_columns import main_columns, statistics_columns, trace_columns
from delphi.exports.tables import SEPARATOR, Cell, Column, Reference, Table, Word, stacked, table_of
from delphi.exports.words import class_word, kind_word, outcome_word, yes_or_no
from delphi.i18n import in_language
from delphi.sentences import KINDS_PLURAL, LINKS
from delphi.sentences.facility import documented
from surveys.queries.activities import RankedStatement, of_kind
from surveys.queries.frozen_figures import Figures
from surveys.vocabulary import StatementKind

LISTED = {
    StatementKind.ACTIVITY: "activities",
    StatementKind.OBSTACLE: "obstacles",
    StatementKind.SUCCESS_FACTOR: "success_factors",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A published statement on one of its criteria."""

    row: RankedStatement
    figures: Figures


def activity_tables(rows: Sequence[RankedStatement]) -> tuple[Table, ...]:
    """Activities, obstacles and success factors in rank order, then the statistics of all three."""
    lists = tuple(
        table_of(key, str(KINDS_PLURAL[kind]), _columns(kind, rows), of_kind(rows, kind))
        for kind, key in LISTED.items()
    )
    return (*lists, _statistics(rows))


def all_in_one(tables: Iterable[Table]) -> Table:
    """Activities, obstacles and success factors in one table, for CSV."""
    wanted = [table for table in tables if table.key in LISTED.values()]
    return stacked("statements", gettext("Statements"), wanted)


def _columns(kind: StatementKind, rows: Sequence[RankedStatement]) -> tuple[Column[RankedStatement], ...]:
    is_activity = kind is StatementKind.ACTIVITY
    return (
        Column("kind", gettext("Kind"), lambda row: kind_word(row.kind), 12),
        Column("objective", gettext("Objective"), lambda row: row.objective.code, 9),
        Column("rank", gettext("Rank within the objective"), lambda row: row.rank, 9),
        Column("overall_rank", gettext("Rank over all objectives"), lambda row: row.overall_rank, 9),
        Column("code", gettext("Code"), lambda row: row.code, 9),
        Column("text", gettext("Text"), lambda row: in_language(row.text), 60),
        Column("objective_title", gettext("Title of the objective"), lambda row: in_language(row.objective.title), 30),
        Column("goal", gettext("Goal"), _goal, 24),
        *(() if is_activity else (Column("activity", gettext("Concerns the activity"), lambda r: r.parent_code, 11),)),
        Column("category", gettext("Category"), _category, 20),
        *(_facility_columns() if is_activity else ()),
        Column("rank_shared", gettext("Rank shared"), lambda row: yes_or_no(row.is_tied) if row.rank else None, 9),
        Column("rank_low", gettext("Rank: best likely"), lambda row: row.figures.rank_low, 9),
        Column("rank_high", gettext("Rank: worst likely"), lambda row: row.figures.rank_high, 9),
        Column("outcome", gettext("Outcome"), lambda row: outcome_word(row.status), 14),
        Column("class", gettext("Class"), lambda row: class_word(row.figures.consensus_class), 16),
        Column("reopened", gettext("Round reopened since"), lambda row: yes_or_no(row.stale_since is not None), 9),
        Column("unranked_reason", gettext("Why it has no rank"), unranked_reason, 24),
        *main_columns(lambda row: row.figures),
        *_other_criteria(rows),
        *(_chain_columns() if is_activity else ()),
        Column("objections", gettext("Principled objections"), _objections, 40),
        Column("round", gettext("Decided in round"), lambda row: row.figures.sealed.number, 9),
        Column("version", gettext("Wording"), lambda row: row.version_number, 9),
        Column("n_ideas", gettext("Made from ideas"), lambda row: row.n_ideas, 9),
        *trace_columns(lambda row: row.figures),
    )


def _facility_columns() -> tuple[Column[RankedStatement], ...]:
    return (
        Column("facility", gettext("Facility decided"), _facility, 24),
        Column("facility_type", gettext("Type of facility"), _facility_type, 9),
        Column("facility_parts", gettext("Part of each facility"), _parts, 24),
        Column("owner", gettext("Owner"), lambda row: _each(row, "leader"), 20),
        Column("partners", gettext("Partners"), lambda row: _each(row, "partners"), 20),
        Column("facility_source", gettext("Source of the decision"), lambda r: r.facility and r.facility.source, 20),
        Column("facility_reason", gettext("Reason of the decision"), lambda r: r.facility and r.facility.reason, 24),
        Column("facility_decided", gettext("Date of the decision"), _decided_on, 12),
        Column("facility_default", gettext("Default of the objective"), _default, 24),
        Column("linked", gettext("Belongs together with"), _links, 24),
    )


def _chain_columns() -> tuple[Column[RankedStatement], ...]:
    return (
        Column("obstacles", gettext("Obstacles"), lambda row: _listed(row.obstacles), 50),
        Column("success_factors", gettext("Success factors"), lambda row: _listed(row.success_factors), 50),
    )


def _other_criteria(rows: Sequence[RankedStatement]) -> tuple[Column[RankedStatement], ...]:
    """A median and a spread for each criterion besides the deciding one, such as feasibility."""
    names = {other.criterion_code: other.criterion_name for row in rows for other in row.others}
    columns: list[Column[RankedStatement]] = []
    for code, name in names.items():
        said = in_language(name)
        columns.append(
            Column(
                f"{code}_median",
                gettext("%(criterion)s: median", criterion=said),
                lambda row, code=code: getattr(_on(row, code), "median", None),  # type: ignore[misc]
                11,
            )
        )
        columns.append(
            Column(
                f"{code}_iqr",
                gettext("%(criterion)s: IQR", criterion=said),
                lambda row, code=code: getattr(_on(row, code), "iqr", None),  # type: ignore[misc]
                11,
            )
        )
    return tuple(columns)


def _on(row: RankedStatement, criterion_code: str) -> Figures | None:
    return next((other for other in row.others if other.criterion_code == criterion_code), None)


def unranked_reason(row: RankedStatement) -> str | None:
    """Why a statement has no rank, in one short sentence; None for a ranked one."""
    if row.is_ranked:
        return None
    figures = row.figures
    needed = figures.sealed.settings.min_n
    if figures.n == 0:
        return str(gettext("Nobody rated it."))
    if figures.n < needed:
        return str(gettext("%(n)s of the %(needed)s ratings needed.", n=figures.n, needed=needed))
    return str(gettext("Only %(n)s of %(asked)s people rated it.", n=figures.n, asked=figures.sealed.n_eligible))


def _statistics(rows: Sequence[RankedStatement]) -> Table:
    judged = [Judged(row, figures) for row in rows for figures in (row.figures, *row.others)]
    columns = (
        Column[Judged]("code", gettext("Code"), lambda one: one.row.code, 9),
        Column[Judged]("kind", gettext("Kind"), lambda one: kind_word(one.row.kind), 12),
        Column[Judged]("round", gettext("Decided in round"), lambda one: one.figures.sealed.number, 9),
        *statistics_columns(_figures_of),
        *trace_columns(_figures_of),
    )
    return table_of("statistics", gettext("Statistics"), columns, judged)


def _figures_of(judged: Judged) -> Figures:
    return judged.figures


def _goal(row: RankedStatement) -> Word:
    code = row.objective.goal_code
    return Word(code, f"{code} {in_language(row.objective.goal_name)}".strip())


def _category(row: RankedStatement) -> Word | None:
    return None if row.category is None else Word(row.category.code, in_language(row.category.name))


def _facility(row: RankedStatement) -> Cell:
    """One facility, or all that share a split activity."""
    words = tuple(Word(choice.code, f"{choice.code} {in_language(choice.name)}") for choice in row.facilities)
    return words if len(words) > 1 else next(iter(words), None)


def _facility_type(row: RankedStatement) -> Cell:
    types = tuple(dict.fromkeys(choice.type for choice in row.facilities))
    words = tuple(Word(one.value, documented(one.value)) for one in types)
    return words if len(words) > 1 else next(iter(words), None)


def _default(row: RankedStatement) -> Word | None:
    default = row.objective.default_facility
    return Word(default, documented(default)) if default else None


def _parts(row: RankedStatement) -> str | None:
    return SEPARATOR.join(f"{choice.code}: {choice.part}" for choice in row.facilities if choice.part) or None


def _each(row: RankedStatement, name: str) -> str | None:
    """What the decisions say under this name, each once."""
    return SEPARATOR.join(dict.fromkeys(getattr(one, name) for one in row.facilities if getattr(one, name))) or None


def _links(row: RankedStatement) -> str | None:
    return SEPARATOR.join(f"{LINKS[one.kind]} {one.other_code}: {one.reason}" for one in row.links) or None


def _objections(row: RankedStatement) -> str | None:
    return SEPARATOR.join(in_language(one.text) for one in row.objections) or None


def _decided_on(row: RankedStatement) -> str | None:
    return None if row.facility is None else row.facility.decided_at.date().isoformat()


def _listed(rows: Sequence[RankedStatement]) -> tuple[Word, ...]:
    return tuple(Reference(row.code, f"{row.code} {in_language(row.text)}") for row in rows)
