"""Writes what stands around the blocks of a rating page: once for everybody who has come as far, with named gaps.

As with the blocks, what is kept follows from the template, the language and the page's content (decision 7). What is
one person's own stands in none of it: their tokens, what their page showed, when they saved, what they are told once.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from flask import current_app, render_template, session
from jinja2 import Template
from markupsafe import escape

from delphi.expert.pages.opened import Opened
from delphi.expert.pages.rating import Frame, RatingPage
from delphi.expert.sitting import Problem
from delphi.form_tokens import form_token
from delphi.security import current_actor
from surveys.vocabulary import Audience

MOST_KEPT = 1_024
"""Pages of some five kilobytes: one for each section and how far somebody is with it."""
GAP = re.compile("\0([a-z]+)\0")
"""A gap by its name. No stored text holds the character, see `surveys.rules.texts`."""
FLASHES = "_flashes"
"""Where Flask keeps in the session what the next page says."""

Kept = tuple[bytes, ...]
"""What is written, and between two of it the name of a gap."""


def gap(name: str) -> str:
    return f"\0{name}\0"


BLOCKS = gap("blocks")
TOKEN = gap("token")


def surrounded(rating: RatingPage, blocks: bytes, *, reader: str, template_name: str) -> bytes:
    """The page as it is sent: what the template writes around its gap `blocks`, and the blocks.

    `reader` is the language of this page.
    """
    template = current_app.jinja_env.get_template(template_name)
    if rating.problems or session.get(FLASHES):
        # The last gap: what was typed a moment ago may stand above the blocks, and be anything.
        above, _, below = _page(
            template, rating.frame, opened=rating.opened, saved=rating.saved, problems=rating.problems
        ).rpartition(BLOCKS)
        return b"".join((above.encode(), blocks, below.encode()))
    kept = _around(template, reader, current_actor().audience, rating.frame, bool(rating.saved))
    own = {
        "token": form_token(),
        "client": rating.opened.client,
        "seen": rating.opened.seen,
        "shelf": rating.opened.shelf,
        "saved": rating.saved,
    }
    return _filled(kept, {"blocks": blocks, **{name: escape(value).encode() for name, value in own.items()}})


@lru_cache(maxsize=MOST_KEPT)
def _around(template: Template, language: str, audience: Audience | None, frame: Frame, has_saved: bool) -> Kept:
    # The language is that of the page, and the audience that of the reader: here they only tell what is kept apart.
    anybodys = Opened(client=gap("client"), seen=gap("seen"), round_id=frame.asked.id, shelf=gap("shelf"))
    saved = gap("saved") if has_saved else ""
    written = _page(template, frame, opened=anybodys, saved=saved, problems=()).replace(form_token(), TOKEN)
    return tuple(part.encode() for part in GAP.split(written))


def _page(template: Template, frame: Frame, *, opened: Opened, saved: str, problems: tuple[Problem, ...]) -> str:
    return render_template(template, rating=frame, opened=opened, saved=saved, problems=problems, blocks=BLOCKS)


def _filled(kept: Kept, values: Mapping[str, bytes]) -> bytes:
    pieces = list(kept)
    pieces[1::2] = [values[name.decode()] for name in pieces[1::2]]
    return b"".join(pieces)
