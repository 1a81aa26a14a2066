"""The annexes: where documents disagree, who took part, what every word and figure means."""

from collections.abc import Iterator

from flask_babel import gettext

from delphi.documents.blocks import Block, Column, Grid, Heading, PageBreak, Paragraph, plain, strong
from delphi.exports.header import Header, definition_lines
from delphi.i18n import number
from delphi.plan.chapters import conflict
from delphi.plan.contents import PlanContents


def annexes(plan: PlanContents, *, header: Header) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, "A", plain(gettext("Where the documents disagree")))
    if not plan.disputed:
        yield Paragraph(plain(gettext("The documents that the framework quotes agree on every objective.")))
    for objective in plan.disputed:
        yield conflict(objective)
    yield Heading(1, "B", plain(gettext("How many experts")))
    yield _experts(plan)
    yield Heading(1, "C", plain(gettext("Definitions and method")))
    yield Grid(
        caption=(),
        columns=(Column(plain(gettext("Term")), 30), Column(plain(gettext("Meaning")), 70)),
        rows=tuple(((strong(line.term),), (plain(line.meaning),)) for line in definition_lines(header)),
    )


def _experts(plan: PlanContents) -> Grid:
    heads = (
        (gettext("Invited"), gettext("Had a seat in a panel at any time."), plan.experts.invited),
        (gettext("Joined"), gettext("Agreed to take part, also if they left later."), plan.experts.joined),
        (gettext("Started"), gettext("Saved an answer in at least one round."), plan.experts.started),
        (
            gettext("Answered once"),
            gettext("Sent the answers of at least one closed round."),
            plan.experts.submitted_once,
        ),
        (
            gettext("Answered always"),
            gettext("Sent the answers of every closed round of the panel."),
            plan.experts.submitted_every,
        ),
    )
    return Grid(
        caption=plain(gettext("Experts by fixed definitions; somebody in two panels is one person with two seats.")),
        columns=(
            Column(plain(gettext("Experts")), 20),
            Column(plain(gettext("Meaning")), 52),
            Column(plain(gettext("People")), 14, is_number=True),
            Column(plain(gettext("Seats")), 14, is_number=True),
        ),
        rows=tuple(
            ((strong(term),), (plain(meaning),), (plain(number(head.people)),), (plain(number(head.seats)),))
            for term, meaning, head in heads
        ),
    )
