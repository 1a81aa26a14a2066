"""The preview: a page of the facilitator with a frame for each language, and what stands in a frame."""

from typing import Any

from flask import abort, make_response, render_template, request

from delphi import clock
from delphi.database import reading_session
from delphi.expert.rendering import page_of
from delphi.exports.language import speaking
from delphi.preview import blueprint
from delphi.preview.pages import Profile, expert_page, frames_page
from delphi.security import CONTENT_SECURITY_POLICY, current_actor, requires
from surveys.localized import LANGUAGES
from surveys.vocabulary import Permission

MAY_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
MAY_BE_FRAMED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@blueprint.get("/rounds/<int:round_id>/preview")
@requires(Permission.FACILITATE)
def frames(round_id: int) -> Any:
    """The round as an expert will see it, in each language at the width of a small phone."""
    view = frames_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        profile=_profile(),
        section=request.args.get("section", 1, type=int),
        now=clock.now(),
    )
    response = make_response(render_template("preview/frames.html", view=view))
    response.headers["Content-Security-Policy"] = MAY_FRAME
    return response


@blueprint.get("/rounds/<int:round_id>/preview/<reader>")
@requires(Permission.FACILITATE)
def as_expert(round_id: int, reader: str) -> Any:
    """One section by the expert's own template, in the language `reader`; nothing on it can be sent."""
    if reader not in LANGUAGES:
        abort(404)
    with speaking(reader):
        found = expert_page(
            reading_session(),
            round_id=round_id,
            profile=_profile(),
            section=request.args.get("section", 1, type=int),
            now=clock.now(),
        )
        page = page_of(found, template="preview/rating.html")
    response = make_response(page)
    response.headers["Content-Security-Policy"] = MAY_BE_FRAMED
    return response


def _profile() -> Profile:
    asked = request.args.get("profile", "")
    return Profile(asked) if asked in list(Profile) else Profile.MIDDLE
