"""Writes the blocks of a rating page: what looks the same for everybody is written once, and pages are joined of it.

A page of 160 statements has 4,000 radios. What a macro writes follows from its template, the language and its
arguments, and under exactly these it is kept: a changed wording is another argument, hence another part. There is
nothing to throw away when something changes, and nothing to tell other servers. What a person chose is put into the
gaps of the parts, what a person wrote is written anew for each page (decision 7).

Parts are kept as the bytes that are sent: a page of half a megabyte is put together once and not copied again by the
template around it, by escaping and by encoding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from flask import current_app
from jinja2 import Template

from delphi.expert.pages.rating import BLANK, Block, FirstLook, Heading, RatingPage, blank_block
from delphi.expert.pages.scales import Look, places_of, question_of
from delphi.expert.surroundings import surrounded
from delphi.i18n import language
from surveys.queries.asked_round import PanelContext
from surveys.queries.questionnaire import AskedCriterion, AskedStatement

GAP = "\0"
"""Marks where a page fills something in. No stored text holds this character, see `surveys.rules.texts`."""
CHECKED = b" checked"
MOST_PARTS = 8_192
"""Of each kind, of two kilobytes; of a scale there is one for each answer that somebody has given."""

Parts = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Stencil:
    """A block of which nothing is chosen, in one piece, and where in it something is filled in."""

    text: memoryview
    number_at: int
    radios: tuple[dict[str | None, int], ...]
    """Of each question: the value of a radio to the place behind it."""

    def filled(self, block: FirstLook) -> list[bytes | memoryview]:
        """The pieces of the block as one person has it."""
        at = self.number_at
        pieces: list[bytes | memoryview] = [self.text[:at], b"%d" % block.number]
        for radios, choice in zip(self.radios, block.chosen, strict=True):
            place = radios.get(choice)
            if place is not None:
                pieces += (self.text[at:place], CHECKED)
                at = place
        pieces.append(self.text[at:])
        return pieces


def page_of(rating: RatingPage, *, template: str = "expert/rating.html") -> bytes:
    """The page as it is sent."""
    reader = language()
    return surrounded(rating, b"".join(_written(rating.blocks, reader)), reader=reader, template_name=template)


def _written(blocks: Sequence[Block | FirstLook], reader: str) -> list[bytes | memoryview]:
    """The blocks one after the other, in `reader`, the language of this page."""
    block_template = current_app.jinja_env.get_template("expert/_block.html")
    scale_template = current_app.jinja_env.get_template("expert/_scale.html")
    pieces: list[bytes | memoryview] = []
    for block in blocks:
        if isinstance(block, FirstLook):
            stencil = _first_look(
                block_template, scale_template, reader, block.statement, block.asked, block.panel, block.n_blocks
            )
            pieces += stencil.filled(block)
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


# The language is that of the page, which macros know by themselves: here it only tells what is kept apart.


@lru_cache(maxsize=MOST_PARTS)
def _first_look(
    block_template: Template,
    scale_template: Template,
    language: str,
    statement: AskedStatement,
    asked: tuple[AskedCriterion, ...],
    panel: PanelContext,
    n_blocks: int,
) -> Stencil:
    """The whole block at once: four look-ups instead of a dozen for each statement of a long page."""
    block = blank_block(statement, asked=asked, panel=panel, n_blocks=n_blocks)
    before, after = _heading(block_template, language, block.heading)
    text = before + after
    radios: list[dict[str | None, int]] = []
    for scale in block.scales:
        parts = _scale_parts(scale_template, language, scale.look)
        behind = list(accumulate(map(len, parts), initial=len(text)))[1:]
        radios.append({choice: behind[place] for choice, place in places_of(scale.look.criterion).items()})
        text += b"".join(parts)
    text += _blank_comment(block_template, language, statement.id, block.is_second_look)
    return Stencil(memoryview(text), len(before), tuple(radios))


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
