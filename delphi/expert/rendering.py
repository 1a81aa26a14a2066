"""What looks the same many times on a page is rendered once: a page of 160 statements has 4,000 radios."""

from typing import Any

from flask import g
from markupsafe import Markup

GAP = "\ue002"
"""Stands behind each radio of what is rendered once; a character that is for private use and in no text."""
CHECKED = Markup(" checked")


def once(checked: tuple[int, ...], macro: Any, *arguments: object) -> Markup:
    """`macro(*arguments)`, rendered at its first call in this request; pages and their parts count by identity.

    The radios at the places `checked` are chosen.
    """
    rendered: dict[tuple[Any, ...], tuple[list[Markup], tuple[object, ...]]] = g.setdefault("rendered_once", {})
    key = (macro.name, *(each if isinstance(each, str | int) else id(each) for each in arguments))
    if key not in rendered:
        # The arguments are kept, so that no other object can get the identity of one of them.
        rendered[key] = (macro(*arguments).split(GAP), arguments)
    parts = list(rendered[key][0])
    for place in checked:
        parts[place] = parts[place] + CHECKED
    return Markup("").join(parts)
