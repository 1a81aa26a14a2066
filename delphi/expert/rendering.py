"""Writes the blocks of a rating page: what looks the same for everybody is written once, and pages are joined of it.

A page of 160 statements has 4,000 radios. What a macro writes follows from its template, the language and its
arguments, and under exactly these it is kept: a changed wording is another argument, hence another part. There is
nothing to throw away when something changes, and nothing to tell other servers. What a person chose is put into the
gaps of the parts, what a person wrote is written anew for each page (decision 7).

Parts are kept as the bytes that are sent: a page of half a megabyte is put together once and not copied again by the
template around it, by escaping and by encoding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from operator import getitem

from flask import current_app
from jinja2 import Template

from delphi.expert.pages.rating import BLANK, FirstLook, Heading, RatingPage, Scale, blank_block
from delphi.expert.pages.scales import Look, places_of, question_of
from delphi.expert.surroundings import surrounded
from delphi.i18n import language
from surveys.queries.asked_round import PanelContext
from surveys.queries.questionnaire import AskedStatement, Questionnaire

GAP = "\0"
"""Marks where a page fills something in. No stored text holds this character, see `surveys.rules.texts`."""
CHECKED = b" checked"
MOST_PARTS = 8_192
"""Of each kind, of two kilobytes; of a scale there is one for each answer that somebody has given."""
MOST_QUESTIONNAIRES = 256
"""Each in a language and with one number of blocks to the page."""

Parts = tuple[bytes, ...]
Piece = bytes | memoryview


class Answers(dict[str | None, tuple[Piece, ...]]):
    """One question in pieces, by the radio that is chosen in it; cut when somebody first answers so."""

    def __init__(self, text: bytes, *, behind: Mapping[str, int]) -> None:
        super().__init__({None: (text,)})
        self._text = memoryview(text)
        self._behind = behind

    def __missing__(self, choice: str | None) -> tuple[Piece, ...]:
        place = self._behind.get(choice) if choice is not None else None
        if place is None:
            # Of a radio that the scale does not have any more, and as many as somebody may invent: not kept.
            return self[None]
        pieces = self[choice] = (self._text[:place], CHECKED, self._text[place:])
        return pieces


@dataclass(frozen=True, slots=True)
class Stencil:
    """A block that nobody answered before, without its number and its answers."""

    before: bytes
    """What stands before the number."""
    after: bytes
    questions: tuple[Answers, ...]
    comment: bytes

    def filled(self, block: FirstLook) -> tuple[Piece, ...]:
        """The pieces of the block as one person has it."""
        answered = chain.from_iterable(map(getitem, self.questions, block.chosen))
        return self.before, b"%d" % block.number, self.after, *answered, self.comment


def page_of(rating: RatingPage, *, template: str = "expert/rating.html") -> bytes:
    """The page as it is sent."""
    reader = language()
    return surrounded(rating, b"".join(_written(rating, reader)), reader=reader, template_name=template)


def _written(rating: RatingPage, reader: str) -> list[Piece]:
    """The blocks one after the other, in `reader`, the language of this page."""
    block_template = current_app.jinja_env.get_template("expert/_block.html")
    scale_template = current_app.jinja_env.get_template("expert/_scale.html")
    panel = rating.frame.asked.panel
    stencils = _stencils(block_template, scale_template, reader, rating.questionnaire, panel, len(rating.blocks))
    pieces: list[Piece] = []
    for block in rating.blocks:
        if isinstance(block, FirstLook):
            pieces += stencils[block.statement].filled(block)
            continue
        before, after = _heading(block_template, reader, block.heading)
        pieces += (before, b"%d" % block.number, after)
        for scale in block.scales:
            behind = places_of(scale.look.criterion).get(scale.chosen)
            if scale.problem:
                parts = _cut(scale_template, "scale", question_of(scale.look, problem=scale.problem), GAP)
                pieces.append(_checked(parts, behind=behind))
            else:
                pieces.append(_scale(scale_template, reader, scale.look, behind))
        if block.arguments or block.hides_arguments:
            pieces += _cut(block_template, "arguments", block)
        statement_id = block.heading.statement.id
        if block.remark is BLANK:
            pieces.append(_blank_comment(block_template, reader, statement_id, block.is_second_look))
        else:
            pieces += _cut(block_template, "comment", statement_id, block.is_second_look, block.remark)
    return pieces


def _cut(template: Template, macro: str, *arguments: object) -> Parts:
    """What `macro` writes, cut at its gaps."""
    made = str(getattr(template.module, macro)(*arguments))
    return tuple(part.encode() for part in made.split(GAP))


class Stencils(dict[AskedStatement, Stencil]):
    """Each statement's stencil, made when it is first needed."""

    def __init__(self, make: Callable[[AskedStatement], Stencil]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, statement: AskedStatement) -> Stencil:
        made = self[statement] = self._make(statement)
        return made


# The language is that of the page, which macros know by themselves: here it only tells what is kept apart.


@lru_cache(maxsize=MOST_QUESTIONNAIRES)
def _stencils(
    block_template: Template,
    scale_template: Template,
    language: str,
    questionnaire: Questionnaire,
    panel: PanelContext,
    n_blocks: int,
) -> Stencils:
    """The stencils of a page of `n_blocks`: one look-up, instead of a dozen for each statement of a long page."""

    def stencil(statement: AskedStatement) -> Stencil:
        asked = questionnaire.criteria_of(statement.kind)
        block = blank_block(statement, asked=asked, panel=panel, n_blocks=n_blocks)
        before, after = _heading(block_template, language, block.heading)
        comment = _blank_comment(block_template, language, statement.id, block.is_second_look)
        return Stencil(before, after, tuple(answers(scale) for scale in block.scales), comment)

    def answers(scale: Scale) -> Answers:
        parts = _scale_parts(scale_template, language, scale.look)
        behind = list(accumulate(map(len, parts)))
        places = {choice: behind[place] for choice, place in places_of(scale.look.criterion).items()}
        return Answers(b"".join(parts), behind=places)

    return Stencils(stencil)


@lru_cache(maxsize=MOST_PARTS)
def _heading(template: Template, language: str, heading: Heading) -> Parts:
    return _cut(template, "heading", heading, GAP)


@lru_cache(maxsize=MOST_PARTS)
def _scale(template: Template, language: str, look: Look, behind: int | None) -> bytes:
    """A scale with nothing chosen, or with the radio behind that gap."""
    return _checked(_scale_parts(template, language, look), behind=behind)


@lru_cache(maxsize=MOST_PARTS)
def _scale_parts(template: Template, language: str, look: Look) -> Parts:
    """Cut once for all that can be chosen in it: the first to give an answer need not wait for a macro."""
    return _cut(template, "scale", question_of(look), GAP)


def _checked(parts: Parts, *, behind: int | None) -> bytes:
    return b"".join(parts if behind is None else (*parts[: behind + 1], CHECKED, *parts[behind + 1 :]))


@lru_cache(maxsize=MOST_PARTS)
def _blank_comment(template: Template, language: str, statement_id: int, is_second_look: bool) -> bytes:
    return b"".join(_cut(template, "comment", statement_id, is_second_look, BLANK))
