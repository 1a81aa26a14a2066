"""Where an expert goes on: one redirect to the page itself, because each costs a journey on a slow line."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from delphi.database import reading_session
from delphi.expert.pages.further import questions_line
from delphi.expert.pages.ideas import PARTS
from delphi.expert.pages.sections import worksheet
from delphi.expert.sitting import detour, sit_down
from surveys.queries.my_answers import own_ideas
from surveys.vocabulary import RoundKind


def go_on(round_id: int) -> Response:
    """To the first page of a round with an open question, or to the last look."""
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=sitting.asked.kind):
        return elsewhere
    session = reading_session()
    if sitting.asked.kind is RoundKind.IDEAS:
        ideas = own_ideas(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
        kinds = {idea.kind for idea in ideas.values()}
        empty = next((part for part, wanted in PARTS.items() if not kinds.intersection(wanted)), None)
        if empty is not None:
            return redirect(url_for("expert.ideas", round_id=round_id, part=empty), 303)
    else:
        sheet = worksheet(session, sitting=sitting)
        for number, section in enumerate(sheet.sections, start=1):
            if not sheet.n_blank.keys().isdisjoint(section):
                return redirect(url_for("expert.rate", round_id=round_id, number=number), 303)
    questions = questions_line(session, sitting=sitting)
    if questions.n_done < questions.n_asked:
        return redirect(url_for("expert.questions", round_id=round_id), 303)
    return redirect(url_for("expert.check", round_id=round_id), 303)
