"""PDFs for the expert: own answers to keep, the questionnaire on paper, the certificate of participation."""

from flask import Response, abort

from delphi import clock
from delphi.database import reading_session
from delphi.documents.certificate import certificate_pdf
from delphi.documents.own_answers import own_answers_pdf
from delphi.documents.questionnaire import paper_questionnaire, questionnaire_pdf
from delphi.documents.typesetting import download
from delphi.expert import blueprint
from delphi.expert.pages.documents import answers_sheet, certificate_of
from delphi.expert.pages.on_paper import paper_feedback
from delphi.expert.pages.sending import answers_page
from delphi.expert.sitting import sit_down
from delphi.security import current_actor, requires
from surveys.queries.asked_round import panel_context
from surveys.queries.my_panels import my_panels
from surveys.queries.paper import entered_by
from surveys.rules.paper import paper_code
from surveys.vocabulary import Permission, RoundStatus


@blueprint.get("/rounds/<int:round_id>/answers.pdf")
@requires(Permission.ANSWER)
def answers_document(round_id: int) -> Response:
    """One's own answers of a round, to keep."""
    sitting, session = sit_down(round_id), reading_session()
    if sitting.asked.status is RoundStatus.PLANNED:
        abort(404)
    by = entered_by(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    sheet = answers_sheet(answers_page(session, sitting=sitting), entered_by=by)
    return download(own_answers_pdf(sheet), name=f"{sitting.asked.panel.code}-{sitting.asked.number}")


@blueprint.get("/rounds/<int:round_id>/questionnaire.pdf")
@requires(Permission.ANSWER)
def sheet(round_id: int) -> Response:
    """The questionnaire of an open round, to fill in by hand."""
    sitting = sit_down(round_id)
    asked = sitting.asked
    if not sitting.takes_answers:
        abort(404)
    code = paper_code(round_id=asked.id, order_seed=asked.order_seed, panellist_id=sitting.seat.panellist_id)
    needs_consent = sitting.seat.consented_at is None
    session = reading_session()
    paper = paper_questionnaire(
        session,
        asked=asked,
        code=code,
        needs_consent=needs_consent,
        feedback=paper_feedback(session, asked=asked, now=sitting.now),
    )
    return download(questionnaire_pdf(paper), name=f"{asked.panel.code}-{asked.number}-{code}")


@blueprint.get("/<int:task_force_id>/certificate.pdf")
@requires(Permission.ANSWER)
def certificate(task_force_id: int) -> Response:
    """That this person took part; there is none before the first closed round with answers of theirs."""
    session, actor = reading_session(), current_actor()
    mine = next(one for one in my_panels(session, person_id=actor.person_id) if one.task_force_id == task_force_id)
    context = panel_context(session, task_force_id=task_force_id)
    found = certificate_of(mine, context=context, name=actor.name, now=clock.now())
    if found is None:
        abort(404)
    return download(certificate_pdf(found), name=f"{mine.code}-certificate")
