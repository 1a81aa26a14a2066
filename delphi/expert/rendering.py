"""Writes the blocks of a rating page: what looks the same for everybody is written once, and pages are joined of it.

A page of 160 statements has 4,000 radios. What a macro writes follows from its template, the language and its
arguments, and under exactly these it is kept: a changed wording is another argument, hence another part. There is
nothing to throw away when something changes, and nothing to tell other servers. What a person chose is put into the
gaps of the parts, what a person wrote is written anew for each page (decision 7).
"""

from collections.abc import Sequence
from functools import lru_cache

from flask import current_app
from jinja2 import Template
from markupsafe import Markup

from delphi.expert.pages.rating import BLANK, Block, Heading
from delphi.expert.pages.scales import Look, places_of, question_of
from delphi.i18n import language

GAP = "\0"
"""Marks where a page fills something in. No stored text holds this character, see `surveys.rules.texts`."""
CHECKED = Markup(" checked")
MOST_PARTS = 8_192
"""Of two kilobytes each; of a scale there is one for each answer that somebody has given."""

Parts = tuple[Markup, ...]


def written(blocks: Sequence[Block]) -> Markup:
    """The blocks one after the other, in the language of this page."""
    block_template = current_app.jinja_env.get_template("expert/_block.html")
    scale_template = current_app.jinja_env.get_template("expert/_scale.html")
    reader = language()
    pieces: list[Markup | str] = []
    for block in blocks:
        before, after = _heading(block_template, reader, block.heading)
        pieces += (before, str(block.number), after)
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
    return Markup("").join(pieces)


def _cut(template: Template, macro: str, *arguments: object) -> Parts:
    """What `macro` writes, cut at its gaps."""
    made: Markup = getattr(template.module, macro)(*arguments)
    return tuple(made.split(GAP))


# The language is that of the page, which macros know by themselves: here it only tells what is kept apart.


@lru_cache(maxsize=MOST_PARTS)
def _heading(template: Template, language: str, heading: Heading) -> Parts:
    return _cut(template, "heading", heading, GAP)


@lru_cache(maxsize=MOST_PARTS)
def _scale(template: Template, language: str, look: Look, behind: int | None) -> Markup:
    """A scale with nothing chosen, or with the radio behind that gap."""
    return _checked(_cut(template, "scale", question_of(look), GAP), behind=behind)


def _checked(parts: Parts, *, behind: int | None) -> Markup:
    return Markup("").join(parts if behind is None else (*parts[: behind + 1], CHECKED, *parts[behind + 1 :]))


@lru_cache(maxsize=MOST_PARTS)
def _blank_comment(template: Template, language: str, statement_id: int, is_second_look: bool) -> Markup:
    return Markup("").join(_cut(template, "comment", statement_id, is_second_look, BLANK))
