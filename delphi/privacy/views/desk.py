"""The front of the desk: requests, searching for a person, texts to read over."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.privacy import blueprint
from delphi.privacy.pages.desk import desk_page, found_page, texts_page
from delphi.security import current_actor, requires
from surveys.queries.people_desk import find_people
from surveys.services.data_protection import note_search, review_text
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.PROTECT_DATA)
def desk() -> Any:
    """Open requests, the search, and where else to go."""
    return render_template("privacy/desk.html", view=desk_page(reading_session(), actor=current_actor()))


@blueprint.post("/find")
@requires(Permission.PROTECT_DATA)
def find() -> Any:
    """People by address or name. Posted, so that no name stands in an address or a server's log; each is logged."""
    words = request.form.get("words", "")[:254]
    with transaction() as session:
        people = find_people(session, actor=current_actor(), words=words)
        note_search(session, actor=current_actor(), n=len(people), now=clock.now())
    page = request.form.get("page", 1, type=int)
    return render_template("privacy/found.html", view=found_page(people, words=words, page=page))


@blueprint.get("/texts")
@requires(Permission.PROTECT_DATA)
def texts() -> Any:
    """Free texts whose author is unlinked."""
    return render_template("privacy/texts.html", view=texts_page(reading_session(), actor=current_actor()))


@blueprint.post("/texts/<int:review_id>")
@requires(Permission.PROTECT_DATA)
def read_over(review_id: int) -> Any:
    """A text was read over: kept, or removed because it gives its author away."""
    blanks = request.form.get("outcome") == "remove"
    with transaction() as session:
        review_text(session, actor=current_actor(), review_id=review_id, blanks=blanks, now=clock.now())
    flash(gettext("The text is removed.") if blanks else gettext("The text is kept."))
    return redirect(url_for("privacy.texts"), 303)
