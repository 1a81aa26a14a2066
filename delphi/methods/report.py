"""The methods report as a document: how many, two flows, rules and deviations, who left, and the three checklists."""

from collections.abc import Iterator
from datetime import datetime

from babel.numbers import format_decimal
from flask_babel import gettext, ngettext

from delphi.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Grid,
    Heading,
    Line,
    Note,
    PageBreak,
    Paragraph,
    Picture,
    plain,
    soft,
    strong,
)
from delphi.documents.days import day
from delphi.exports.language import speaking
from delphi.i18n import in_language, language, percent
from delphi.methods.facts import said_on
from delphi.methods.filled import CHECKLISTS, FilledChecklist, FilledItem, MethodsContents, filled
from delphi.methods.flows import Flow, participant_flow, statement_flow
from delphi.methods.written import in_groups
from delphi.sentences.protocol import protocol_sentences
from delphi.version import __version__
from surveys.queries.methods import MethodsRecord

DRAWING = 120.0


def methods_document(contents: MethodsContents, *, in_language_of: str, made_at: datetime) -> Document:
    """The report in one language."""
    with speaking(in_language_of):
        record = contents.record
        lists = [filled(one, contents) for one in CHECKLISTS.values()]
        return Document(
            language=language(),
            title=gettext("Methods report"),
            place=in_language(record.name),
            lead=(
                plain(
                    gettext(
                        "Filled from the study’s own record: what was set, asked, answered and frozen. What only a "
                        "person can say is a marked blank until somebody has written it."
                    )
                ),
                soft(
                    gettext(
                        "Made on %(day)s with Delphi %(version)s. Protocol: %(fingerprint)s.",
                        day=day(made_at, record.time_zone),
                        version=__version__,
                        fingerprint=in_groups(record.protocol.fingerprint),
                    )
                ),
            ),
            foot=gettext("%(study)s · methods report", study=in_language(record.name)),
            contents=gettext("Contents"),
            blocks=tuple(_blocks(record, lists)),
        )


def _blocks(record: MethodsRecord, lists: list[FilledChecklist]) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, "1", plain(gettext("Who took part")))
    yield Bullets(tuple(plain(line) for line in said_on(("participants",), record)))
    if record.n_open:
        yield Note(strong(gettext("Not finished")), (plain(gettext("Rounds are open; they are not in this report.")),))
    yield _rounds(record)
    yield from _drawing(participant_flow(record))
    yield Heading(1, "2", plain(gettext("What became of the statements")))
    yield Bullets(tuple(plain(line) for line in said_on(("statements", "settled", "outcomes"), record)))
    yield from _drawing(statement_flow(record))
    yield Heading(1, "3", plain(gettext("Rules and deviations")))
    yield Paragraph(plain(said_on(("protocol",), record)[0]))
    names = {one.code: one.name for one in record.criteria}
    yield Bullets(tuple(plain(line) for line in protocol_sentences(record.protocol.settings, names=names)))
    yield Heading(2, "3.1", plain(gettext("Deviations")))
    yield Bullets(tuple(plain(line) for line in said_on(("amendments",), record)))
    yield Heading(1, "4", plain(gettext("Those who left, and those who stayed")))
    yield Bullets(tuple(plain(line) for line in said_on(("attrition",), record)))
    if any(one.n_left for one in record.attrition):
        yield _attrition(record)
        yield Paragraph(
            soft(
                gettext(
                    "Ratings of the first rating round on the criterion that decides, leavers against stayers: Cliff’s "
                    "delta by statement (Mann-Whitney, Holm), its median size, and the mean effect in standard "
                    "deviations."
                )
            ),
            is_small=True,
        )
    for place, one in enumerate(lists, start=5):
        yield from _checklist(one, chapter=place)


def _rounds(record: MethodsRecord) -> Grid:
    def cells(*words: str) -> tuple[Cell, ...]:
        return tuple((plain(word),) for word in words)

    columns = (
        (gettext("Round"), 0.1),
        (gettext("Panels"), 0.12),
        (gettext("Asked"), 0.13),
        (gettext("Started"), 0.13),
        (gettext("Answered"), 0.15),
        (gettext("Submitted"), 0.15),
        (gettext("Submitted of asked"), 0.22),
    )
    return Grid(
        plain(gettext("Seats by round: asked when the round was closed; saved something; sent their answers in.")),
        tuple(Column(plain(heading), width, is_number=True) for heading, width in columns),
        tuple(
            cells(
                *(
                    str(n)
                    for n in (one.number, one.n_panels, one.n_asked, one.n_started, one.n_answered, one.n_submitted)
                ),
                percent(one.n_submitted / one.n_asked) if one.n_asked else "–",
            )
            for one in record.rounds
        ),
    )


def _drawing(flow: Flow) -> Iterator[Block]:
    """The drawing, and the same numbers as a table for those who do not see it."""
    yield Picture(flow.svg, flow.alt, DRAWING, plain(flow.title))
    yield Grid(
        plain(gettext("The numbers of the drawing")),
        (
            Column(plain(gettext("Step")), 0.5),
            Column(plain(gettext("Of these")), 0.25),
            Column(plain(gettext("Left at this step")), 0.25),
        ),
        tuple(
            (
                (plain(step.heading),),
                tuple(plain(line) for line in step.lines) or (plain("–"),),
                tuple(plain(line) for line in step.beside) or (plain("–"),),
            )
            for step in flow.steps
        ),
    )


def _attrition(record: MethodsRecord) -> Grid:
    headings = (
        (gettext("Panel"), 0.12, False),
        (gettext("Stayed"), 0.14, True),
        (gettext("Left the study"), 0.14, True),
        (gettext("Median |delta|"), 0.2, True),
        (gettext("Mean effect"), 0.2, True),
        (gettext("Marked difference"), 0.2, False),
    )

    def words(biased: bool) -> str:
        return gettext("yes") if biased else gettext("no")

    return Grid(
        plain(gettext("Leavers and stayers in each panel that somebody left")),
        tuple(Column(plain(heading), width, is_number=is_number) for heading, width, is_number in headings),
        tuple(
            tuple(
                (plain(text),)
                for text in (
                    one.task_force,
                    str(one.n_stayed),
                    str(one.n_left),
                    _two_decimals(None if one.found is None else one.found.median_abs_delta),
                    _two_decimals(None if one.found is None else one.found.effect),
                    gettext("cannot be compared") if one.found is None else words(one.found.is_biased),
                )
            )
            for one in record.attrition
            if one.n_left
        ),
    )


def _two_decimals(value: float | None) -> str:
    """Figures that stand below each other: all with as many decimals, by the reader's conventions."""
    if value is None:
        return "–"
    return str(format_decimal(value, format="0.00", locale=language())).replace("-", "−")


def _checklist(one: FilledChecklist, *, chapter: int) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, str(chapter), plain(one.checklist.name))
    yield Paragraph(
        soft(gettext("Numbers follow %(source)s. Items are worded here in our own words.", source=one.checklist.source))
    )
    yield Paragraph(
        plain(
            ngettext(
                "%(num)s of %(all)s items is filled.",
                "%(num)s of %(all)s items are filled.",
                one.n_filled,
                all=len(one.items),
            )
        )
    )
    for place, section in enumerate(one.sections, start=1):
        yield Heading(2, f"{chapter}.{place}", plain(section.heading))
        yield Grid(
            plain(gettext("%(checklist)s: %(section)s", checklist=one.checklist.name, section=section.heading)),
            (
                Column(plain(gettext("Item")), 0.09),
                Column(plain(gettext("What it asks")), 0.29),
                Column(plain(gettext("What this study says")), 0.52),
                Column(plain(gettext("Page")), 0.1),
            ),
            tuple(
                ((strong(item.item.number),), (plain(str(item.item.asks)),), _answer(item), (plain(""),))
                for item in section.items
            ),
        )


def _answer(item: FilledItem) -> Cell:
    lines: list[Line] = [plain(line) for line in item.said]
    lines += [plain(line) for line in item.written.splitlines() if line.strip()]
    if item.is_blank:
        lines.append(soft(gettext("[ To be written ]")))
    return tuple(lines)
