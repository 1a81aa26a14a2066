"""The plan put together: in one language or in two, with the same numbers in each."""

from collections.abc import Callable, Sequence

from flask_babel import gettext

from delphi.documents.blocks import Block, Document, Heading, PageBreak, bilingual, plain, soft
from delphi.documents.days import day
from delphi.exports.header import Header
from delphi.exports.language import speaking
from delphi.i18n import in_language, language
from delphi.plan.annex import annexes
from delphi.plan.chapters import Chapters, chapters
from delphi.plan.contents import PlanContents
from delphi.plan.overview import in_figures, introduction
from delphi.plan.rows import list_grid
from delphi.sentences import KINDS_PLURAL
from surveys.queries.activities import of_kind
from surveys.vocabulary import StatementKind

BILINGUAL = "en-fr"
FACTORS = (StatementKind.OBSTACLE, StatementKind.SUCCESS_FACTOR)


def plan_document(plan: PlanContents, *, header: Header, languages: Sequence[str], by: Chapters) -> Document:
    """The plan in the given languages; two stand one below the other, text by text."""
    return _in_each(languages, lambda: _plan(plan, header=header, by=by))


def factors_document(plan: PlanContents, *, header: Header, languages: Sequence[str]) -> Document:
    """Obstacles and success factors as two ranked lists."""
    return _in_each(languages, lambda: _factors(plan, header=header))


def _in_each(languages: Sequence[str], make: Callable[[], Document]) -> Document:
    made = []
    for code in languages:
        with speaking(code):
            made.append(make())
    return made[0] if len(made) == 1 else bilingual(made[0], made[1])


def _plan(plan: PlanContents, *, header: Header, by: Chapters) -> Document:
    blocks: list[Block] = [
        *introduction(plan, by=by, chapter=1),
        *in_figures(plan, chapter=2),
        *chapters(plan, by=by, first=3),
        *annexes(plan, header=header),
    ]
    return _document(plan, title=gettext("Implementation plan"), contents=gettext("Contents"), blocks=blocks)


def _factors(plan: PlanContents, *, header: Header) -> Document:
    blocks: list[Block] = []
    for number, kind in enumerate(FACTORS, start=1):
        rows = of_kind(plan.statements, kind)
        blocks += [PageBreak(), Heading(1, str(number), plain(str(KINDS_PLURAL[kind])))]
        for place, objective in enumerate(plan.objectives, start=1):
            own = [row for row in rows if row.objective.id == objective.id]
            if own:
                blocks.append(
                    Heading(2, f"{number}.{place}", plain(f"{objective.code} {in_language(objective.title)}"))
                )
                blocks.append(list_grid(own, caption=""))
    blocks += annexes(plan, header=header)
    return _document(plan, title=gettext("Obstacles and success factors"), contents=gettext("Contents"), blocks=blocks)


def _document(plan: PlanContents, *, title: str, contents: str, blocks: list[Block]) -> Document:
    is_draft = not plan.is_final
    made = day(plan.made_at, plan.time_zone)
    state = gettext("Draft of %(day)s", day=made) if is_draft else gettext("State of %(day)s", day=made)
    return Document(
        language=language(),
        title=title,
        place=in_language(plan.study),
        lead=(
            plain(state),
            soft(
                gettext(
                    "Protocol version %(version)s, fingerprint %(fingerprint)s",
                    version=plan.protocol_version,
                    fingerprint=plan.fingerprint,
                )
            ),
        ),
        foot=f"{title} · {state} · {plan.fingerprint[:12]}",
        contents=contents,
        blocks=tuple(blocks),
    )
