"""What every template may use: words of the domain, the visitor, addresses of static files."""

import hashlib
from functools import cache
from typing import Any

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from delphi import sentences
from delphi.config import ROOT
from delphi.security import current_actor

STATIC = ROOT / "delphi" / "static"


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def static_file(name: str) -> str:
    """The address of a static file with its fingerprint, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_fingerprint(name))


def is_demo() -> bool:
    return bool(current_app.config["DELPHI"].demo)


def init_pages(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    shared: dict[str, Any] = {
        "static_file": static_file,
        "is_demo": is_demo,
        "actor": current_actor,
        "kinds": sentences.KINDS,
        "kinds_plural": sentences.KINDS_PLURAL,
        "classes": sentences.CLASSES,
        "outcomes": sentences.OUTCOMES,
        "round_statuses": sentences.ROUND_STATUSES,
        "memberships": sentences.MEMBERSHIPS,
        "idea_statuses": sentences.IDEA_STATUSES,
        "stances": sentences.STANCES,
        "links": sentences.LINKS,
        "in_path": lambda prefix: request.path.startswith(prefix),
        "no_break": lambda text: Markup("<span class='no-break'>{}</span>").format(text),
    }
    app.jinja_env.globals.update(shared)
