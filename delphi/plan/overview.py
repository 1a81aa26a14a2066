"""The first chapters: what the plan holds, and its figures as drawings with their tables."""

from collections import Counter
from collections.abc import Iterator, Sequence

from flask_babel import gettext, ngettext, pgettext

from delphi.documents.blocks import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Note,
    PageBreak,
    Paragraph,
    Picture,
    plain,
    strong,
)
from delphi.documents.drawings import Bar, bars
from delphi.i18n import in_language, number
from delphi.plan.chapters import Chapters
from delphi.plan.contents import PlanContents
from delphi.sentences import OUTCOMES
from surveys.vocabulary import OutcomeStatus

CHART = 165.0


def introduction(plan: PlanContents, *, by: Chapters, chapter: int) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, str(chapter), plain(gettext("What this plan holds")))
    yield Paragraph(
        plain(
            gettext(
                "Panels of experts named activities for each objective, with the obstacles in their way and what makes "
                "them succeed, and rated them in rounds without knowing who said what. This plan lists the activities "
                "they agreed on, and those on which they did not agree, in rank order."
            )
        )
    )
    yield Bullets(
        tuple(
            plain(words)
            for words in (
                ngettext("%(num)s objective", "%(num)s objectives", len(plan.objectives)),
                ngettext("%(num)s activity", "%(num)s activities", len(plan.activities)),
                ngettext(
                    "%(num)s expert sent answers in at least one round",
                    "%(num)s experts sent answers in at least one round",
                    plan.experts.submitted_once.people,
                ),
            )
        )
    )
    how = (
        gettext("Chapters follow the facilities: who carries what. The objective stands in each row.")
        if by is Chapters.FACILITY
        else gettext("Chapters follow the goals and their objectives. Who carries an activity stands in its row.")
    )
    yield Paragraph(plain(how))
    yield Paragraph(
        plain(
            gettext(
                "Beside each activity: its obstacles and success factors, the ratings of its panel as a small chart (a "
                "bar for each point of the scale with the number of experts, the middle half as a band, the median as "
                "a mark), its rank, the median, the spread of the middle half (IQR), the number of ratings (n), and "
                "how many agree. The annex defines every word."
            )
        )
    )
    gaps = _gaps(plan)
    if gaps:
        yield Note(strong(gettext("Draft: this is still missing")), tuple(plain(one) for one in gaps))
    else:
        yield Paragraph(plain(gettext("Nothing is missing: every activity has a category, a facility and its texts.")))


def _gaps(plan: PlanContents) -> list[str]:
    gaps = []
    for rows, words in (
        ([row.code for row in plan.unassigned], gettext("Without a facility:")),
        ([row.code for row in plan.uncategorised], gettext("Without a category:")),
        (plan.untranslated, gettext("Without a text in every language:")),
        (plan.stale, gettext("Decided in a round that was reopened since, not published again yet:")),
    ):
        if rows:
            gaps.append(f"{words} {', '.join(rows)}")
    return gaps


def in_figures(plan: PlanContents, *, chapter: int) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, str(chapter), plain(gettext("The plan in figures")))
    for place, (heading, label, rows) in enumerate(
        (
            (gettext("Activities by category"), gettext("Category"), by_category(plan)),
            (gettext("Activities by facility"), gettext("Facility"), by_facility(plan)),
            (gettext("Activities by objective"), gettext("Objective"), by_objective(plan)),
        ),
        start=1,
    ):
        yield Heading(2, f"{chapter}.{place}", plain(heading))
        yield drawing(rows, heading=heading)
        yield _table(rows, label=label)


def drawing(rows: Sequence[Bar], *, heading: str) -> Picture:
    words = f"{heading}: " + "; ".join(f"{row.label}: {number(row.total)}" for row in rows)
    series = [str(OUTCOMES[status]) for status in OutcomeStatus]
    return Picture(svg=bars(rows, series=series, words=words), alt=words, width=CHART)


def _table(rows: Sequence[Bar], *, label: str) -> Grid:
    heads = [str(OUTCOMES[status]) for status in OutcomeStatus]
    return Grid(
        caption=(),
        columns=(
            Column(plain(label), 32),
            *(Column(plain(head), 15, is_number=True) for head in heads),
            Column(plain(pgettext("sum", "All")), 8, is_number=True),
        ),
        rows=tuple(
            ((plain(row.label),), *((plain(number(count)),) for count in row.parts), (plain(number(row.total)),))
            for row in rows
        ),
    )


def by_category(plan: PlanContents) -> list[Bar]:
    names = {row.category.code: in_language(row.category.name) for row in plan.activities if row.category is not None}
    cells = Counter((row.category.code if row.category else "", row.status) for row in plan.activities)
    rows = [_bar(names[code], code, cells) for code in sorted(names, key=lambda one: names[one].casefold())]
    none = _bar(gettext("no category yet"), "", cells)
    return sorted(rows, key=lambda row: -row.total) + ([none] if none.total else [])


def by_facility(plan: PlanContents) -> list[Bar]:
    """A split activity counts once at each facility that carries a part."""
    cells: Counter[tuple[str, OutcomeStatus]] = Counter()
    for row in plan.activities:
        cells.update((code, row.status) for code in ({choice.code for choice in row.facilities} or {""}))
    rows = [_bar(f"{one.code} {in_language(one.name)}", one.code, cells) for one in plan.facilities]
    none = _bar(gettext("not decided"), "", cells)
    return rows + ([none] if none.total else [])


def by_objective(plan: PlanContents) -> list[Bar]:
    cells = Counter((row.objective.code, row.status) for row in plan.activities)
    return [_bar(f"{one.code} {in_language(one.title)}", one.code, cells) for one in plan.objectives]


def _bar(label: str, key: str, cells: Counter[tuple[str, OutcomeStatus]]) -> Bar:
    return Bar(label, tuple(cells[key, status] for status in OutcomeStatus))
