"""An activity as a row of the plan: what it is, what hinders and helps it, how it was judged."""

from flask_babel import gettext, ngettext

from delphi.charts import distribution_words, figures_words
from delphi.documents.blocks import Cell, Column, Grid, Line, Look, Picture, Run, plain, soft, strong
from delphi.documents.drawings import histogram
from delphi.exports.activity_tables import unranked_reason
from delphi.i18n import in_language, number
from delphi.plan.typography import said
from delphi.sentences import CLASSES, KINDS_PLURAL, LINKS, OUTCOMES
from delphi.sentences.facility import documented
from surveys.queries.activities import RankedStatement
from surveys.queries.assignments import FacilityChoice
from surveys.vocabulary import StatementKind

CHART = 27.0
"""Width of the small chart in millimetres."""


def activities_grid(rows: list[RankedStatement], *, by_facility: bool, caption: str) -> Grid:
    """The activities in a table, obstacles and success factors beside each."""
    return Grid(
        caption=plain(caption),
        columns=(
            Column(plain(gettext("Activity")), 33),
            Column(plain(gettext("Obstacles and success factors")), 35),
            Column(plain(gettext("How it was judged")), 32),
        ),
        rows=tuple((_activity(row, by_facility=by_facility), _around(row), _judged(row)) for row in rows),
    )


def _activity(row: RankedStatement, *, by_facility: bool) -> Cell:
    lines: list[Line] = [(Run(f"{row.code}  ", Look.STRONG), *said(row.text))]
    if by_facility:
        lines.append((Run(f"{row.objective.code} ", Look.SOFT), *said(row.objective.title, Look.SOFT)))
    category = gettext("no category yet") if row.category is None else in_language(row.category.name)
    lines.append(soft(gettext("Category: %(name)s", name=category)))
    lines += _carried_by(row, by_facility=by_facility)
    if row.stale_since is not None:
        lines.append(strong(gettext("Its round was reopened since; this may change.")))
    for link in row.links:
        lines.append(
            soft(
                gettext(
                    "%(kind)s %(code)s: %(reason)s",
                    kind=str(LINKS[link.kind]),
                    code=link.other_code,
                    reason=link.reason,
                )
            )
        )
    return tuple(lines)


def _carried_by(row: RankedStatement, *, by_facility: bool) -> list[Line]:
    if not row.facilities:
        default = documented(row.objective.default_facility) if row.objective.default_facility else "–"
        return [soft(gettext("Facility not decided; default of the objective: %(default)s", default=default))]
    lines: list[Line] = []
    if row.is_split:
        lines.append(strong(gettext("Split between facilities:")))
    if row.is_split or not by_facility:
        lines += [_carrier(choice) for choice in row.facilities]
    for choice in row.facilities:
        if choice.leader:
            lines.append(soft(gettext("Owner: %(name)s", name=choice.leader)))
        if choice.partners:
            lines.append(soft(gettext("Partners: %(names)s", names=choice.partners)))
    return lines


def _carrier(choice: FacilityChoice) -> Line:
    words = f"{choice.code} {in_language(choice.name)}"
    if not choice.part:
        return (Run(words, Look.STRONG),)
    return (Run(gettext("%(label)s:", label=words), Look.STRONG), Run(f" {choice.part}"))


def _around(row: RankedStatement) -> Cell:
    lines: list[Line] = []
    for kind, found in ((StatementKind.OBSTACLE, row.obstacles), (StatementKind.SUCCESS_FACTOR, row.success_factors)):
        if found:
            lines.append(strong(str(KINDS_PLURAL[kind])))
            lines += [
                (Run(f"{one.code}  ", Look.SOFT), *said(one.text), Run(f" ({OUTCOMES[one.status]})", Look.SOFT))
                for one in found
            ]
    if row.objections:
        lines.append(strong(gettext("Principled objections")))
        lines += [
            (*said(one.text), Run(" " + gettext("(round %(number)s)", number=one.round_number), Look.SOFT))
            for one in row.objections
        ]
    return tuple(lines) or (soft(gettext("None was named.")),)


def _judged(row: RankedStatement) -> Cell:
    figures = row.figures
    words = distribution_words(figures.frequency, lower=figures.scale[0])
    middle = figures_words(median=figures.median, q1=figures.q1, q3=figures.q3)
    chart = Picture(
        svg=histogram(
            figures.frequency,
            lower=figures.scale[0],
            q1=figures.q1,
            median=figures.median,
            q3=figures.q3,
            # The drawing itself is the same in every language; its words stand in the alternative text.
            words=row.code,
        ),
        alt=f"{row.code}: {words} {middle}",
        width=CHART,
    )
    middle_words = (
        gettext("median %(median)s, IQR %(iqr)s", median=number(figures.median), iqr=number(figures.iqr))
        if figures.median is not None
        else gettext("too few for a median")
    )
    agree = ngettext(
        "%(k)s of %(num)s agrees", "%(k)s of %(num)s agree", figures.agreement_n, k=number(figures.agreement_k)
    )
    lines: list[Line] = [
        (Run(str(OUTCOMES[row.status]), Look.STRONG), Run(f", {CLASSES[figures.consensus_class]}", Look.SOFT)),
        *(plain(words) for words in rank_words(row)),
        plain(gettext("n = %(n)s", n=number(figures.n)) + ", " + middle_words),
        plain(agree),
    ]
    return (chart, *lines)


def rank_words(row: RankedStatement) -> list[str]:
    """Rank within the objective and overall, each with what ties and chance leave of it."""
    if row.rank is None:
        return [unranked_reason(row) or ""]
    shared = gettext("rank %(rank)s in %(code)s, shared", rank=row.rank, code=row.objective.code)
    alone = gettext("rank %(rank)s in %(code)s", rank=row.rank, code=row.objective.code)
    words = [shared if row.is_tied else alone]
    low, high = row.figures.rank_low, row.figures.rank_high
    if low is not None and high is not None and low != high:
        number_of_round = row.figures.sealed.number
        words.append(
            gettext("in round %(round)s likely %(low)s to %(high)s", round=number_of_round, low=low, high=high)
        )
    if row.overall_rank is not None:
        words.append(gettext("rank %(rank)s over all objectives", rank=row.overall_rank))
    return words


def apart_grid(rows: list[RankedStatement], *, caption: str) -> Grid:
    """Activities outside the chapters, each with the reason."""
    return Grid(
        caption=plain(caption),
        columns=(
            Column(plain(gettext("Activity")), 60),
            Column(plain(gettext("Why it stands apart")), 40),
        ),
        rows=tuple(
            (
                (
                    (Run(f"{row.code}  ", Look.STRONG), *said(row.text)),
                    (Run(f"{row.objective.code} ", Look.SOFT), *said(row.objective.title, Look.SOFT)),
                    soft(
                        gettext(
                            "Category: %(name)s",
                            name=gettext("no category yet") if row.category is None else in_language(row.category.name),
                        )
                    ),
                ),
                (
                    strong(str(OUTCOMES[row.status])),
                    plain(
                        unranked_reason(row)
                        or gettext(
                            "Median %(median)s, IQR %(iqr)s, n = %(n)s; %(k)s of %(of)s agree.",
                            median=number(row.figures.median),
                            iqr=number(row.figures.iqr),
                            n=number(row.figures.n),
                            k=number(row.figures.agreement_k),
                            of=number(row.figures.agreement_n),
                        )
                    ),
                ),
            )
            for row in rows
        ),
    )


def list_grid(rows: list[RankedStatement], *, caption: str) -> Grid:
    """Obstacles or success factors in rank order with the activity each belongs to."""
    return Grid(
        caption=plain(caption),
        columns=(
            Column(plain(gettext("Rank")), 9, is_number=True),
            Column(plain(gettext("Text")), 44),
            Column(plain(gettext("Concerns the activity")), 13),
            Column(plain(gettext("Outcome")), 15),
            Column(plain(gettext("n")), 5, is_number=True),
            Column(plain(gettext("Median")), 12, is_number=True),
            Column(plain(gettext("IQR")), 7, is_number=True),
        ),
        rows=tuple(
            (
                (plain("–" if row.rank is None else number(row.rank)),),
                ((Run(f"{row.code}  ", Look.STRONG), *said(row.text)),),
                (plain(row.parent_code or "–"),),
                (
                    plain(str(OUTCOMES[row.status])),
                    soft(unranked_reason(row) or str(CLASSES[row.figures.consensus_class])),
                ),
                (plain(number(row.figures.n)),),
                (plain(number(row.figures.median)),),
                (plain(number(row.figures.iqr)),),
            )
            for row in rows
        ),
    )
