"""Every page that an expert can meet, each in a state that fills it: where it is, and what is sent to see it.

Pages that only a refused or late form shows are among them. `test_expert_pages` proves the list complete.
"""

from dataclasses import dataclass

from flask import Flask
from sqlmodel import Session, select

from surveys.models import Comment, Idea, Panellist, Question, RoundStatement, Scale, Study
from surveys.queries.questions import asked_from
from surveys.rules.answers import CommentAnswer
from surveys.rules.questions.fields import answer_in
from surveys.rules.tokens import walk_in_token
from surveys.services.idea_flags import flag_idea
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.services.synthesis import park_idea, place_as_new
from surveys.services.walk_in import open_walk_in
from surveys.vocabulary import CommentReview, QuestionKind, Stance, StatementKind
from tests.browser.visiting import State
from tests.builders import (
    EVERY_KIND,
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_question,
    a_rating_round_on,
    a_study,
    an_expert,
    an_open_ideas_round,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    invitation_path,
    rate,
    said,
)
from tests.conftest import SECRET_KEY
from tests.delphi.expert.test_afterwards import divided_study
from tests.delphi.expert.test_questions_again import TYPED

EXPERT, INVITED, FACILITATOR = "expert", "invited", "facilitator"
GLOSSARY = [{"term_en": "soil testing", "term_fr": "soil testing", "en": "Looking at soil.", "fr": "Regarder le sol."}]
LONG = "Rémunérer l’enregistrement des pratiques agroforestières dans un cadastre communal. "


@dataclass(frozen=True)
class World:
    """The pages, and for each kind of visitor the link or token that lets them in."""

    states: list[State]
    links: dict[str, str]
    facilitator_id: int


def build(app: Flask) -> World:
    """A person in five task forces, each of a study of its own and in another state, and one who was just invited."""
    with app.extensions["delphi_database"].writing() as session:
        me, again_id, first_id = _in_the_second_look(session)
        ideas = _with_ideas(session, me)
        finished = _finished(session, me)
        wide_id = _on_a_hundred_points(session, me)
        late_id = _closed(session, me)
        newcomer, _ = an_expert(session, task_force_id=me.task_force_id, slug="newcomer", consented=False)
        door = _walk_in_path(session, me)
        invited = invitation_path(session, person_id=newcomer.id, study_id=me.study_id)
        link = invitation_path(session, person_id=me.experts[0], study_id=me.study_id)
        seat = me.panellists[-1]
        cell = f"r-{_statement(session, again_id)}-{me.importance_id}"
        first_question = session.exec(select(Question.id).where(Question.round_id == again_id)).first()
        flagged = session.exec(select(Idea.id).where(Idea.panellist_id == ideas[1])).first()
    rounds = f"/my/rounds/{again_id}"
    task_force = f"/my/{me.task_force_id}"
    paper = f"/facilitate/rounds/{again_id}/paper"
    too_long = "x" * 9_000
    states = [
        State("public.front", "/"),
        State("public.lost_link", "/link"),
        State("public.ask_link", "/link", sent={"email": "nobody@example.org"}),
        State("public.invitation", invited, who=INVITED),
        State("public.invitation", "/r/" + "z" * 43, status=404),
        State("public.walk_in", door),
        State("public.walk_in", "/w/" + "z" * 43, status=404),
        State("public.walk_in_register", door, sent={"name": ""}, status=422),
        State("expert.home", "/my/?all=1"),
        State("expert.panel", f"{task_force}/"),
        State("expert.panel", f"/my/{finished.task_force_id}/"),
        State("expert.welcome", f"{task_force}/welcome"),
        State("expert.welcome", f"{task_force}/welcome", who=INVITED),
        State("expert.start", f"{task_force}/welcome", who=INVITED, sent={"agree": ""}, status=422),
        State("expert.decline", f"{task_force}/decline", who=INVITED),
        State("expert.confirm_decline", f"{task_force}/decline", who=INVITED, sent={"reason": too_long}, status=422),
        State("expert.leave", f"{task_force}/leave"),
        State("expert.confirm_leave", f"{task_force}/leave", sent={"reason": too_long}, status=422),
        State("expert.leave_study", f"/my/studies/{me.study_id}/leave"),
        State("expert.confirm_leave_study", f"/my/studies/{me.study_id}/leave", sent={"reason": too_long}, status=422),
        State("expert.rate", f"{rounds}/rate/1"),
        State("expert.rate", f"/my/rounds/{first_id}/rate/1"),
        State("expert.rate", f"/my/rounds/{wide_id}/rate/1"),
        State("expert.keep_ratings", f"{rounds}/rate/1", sent={cell: "12"}, status=422),
        State("expert.keep_ratings", f"/my/rounds/{late_id}/rate/1", sent={"then": "next"}, status=409),
        State("expert.questions", f"{rounds}/questions"),
        State("expert.keep_questions", f"{rounds}/questions", sent={f"q-{first_question}-o1": "2"}, status=422),
        State("expert.ideas", f"/my/rounds/{ideas[2]}/ideas/problems"),
        State("expert.ideas", f"/my/rounds/{ideas[2]}/ideas/proposals"),
        State("expert.keep_ideas", f"/my/rounds/{ideas[2]}/ideas/problems", sent={"problem-1": too_long}, status=422),
        State("expert.check", f"{rounds}/check"),
        State("expert.check", f"/my/rounds/{ideas[2]}/check"),
        State("expert.send", f"/my/rounds/{late_id}/check", status=409, sent={"then": "next"}),
        State("expert.answers", f"{rounds}/answers"),
        State("expert.answers", f"/my/rounds/{late_id}/answers"),
        State("expert.receipts", f"/my/rounds/{late_id}/receipts"),
        State("expert.idea_fates", f"/my/{ideas[0]}/ideas"),
        State("expert.idea_fates", f"/my/{finished.task_force_id}/ideas"),
        State("expert.remark", f"/my/{ideas[0]}/ideas/{flagged}/remark", sent={"text": ""}, status=422),
        State("expert.results", f"/my/{finished.task_force_id}/results"),
        State("expert.results", f"{task_force}/results"),
        State("expert.stay", f"/my/{finished.task_force_id}/results", sent={"stays": ""}, status=422),
        State("expert.my_data", "/my/data"),
        State("expert.receipt", f"{rounds}/check", sent={"then": "send"}),
        State("paper.sheets", paper, who=FACILITATOR),
        State("paper.entry", f"{paper}/{seat}", who=FACILITATOR),
        State("paper.enter", f"{paper}/{seat}", who=FACILITATOR, sent={cell: "12"}, status=422),
    ]
    return World(states, {EXPERT: link, INVITED: invited}, me.facilitator_id)


REDIRECT_ONLY = {
    "expert.ask_for_erasure": "notes the request and leads back to My data",
    "expert.resume": "leads on to the page where somebody stopped",
    "public.enter": "signs in and leads on",
}
NO_PAGES = {
    "expert.answers_document": "PDF",
    "expert.certificate": "PDF",
    "expert.sheet": "PDF",
    "paper.sheet": "PDF",
    "expert.my_data_file": "JSON",
    "expert.next_round_file": "calendar",
    "expert.keep_field": "JSON for the script",
    "expert.keep_question_field": "JSON for the script",
    "expert.kept_file": "plain text",
    "public.health": "for machines",
}


def _in_the_second_look(session: Session) -> tuple[SmallStudy, int, int]:
    """Answers, arguments, all kinds of further questions, asked again; and another open first round."""
    small = a_study(session, n_experts=12)
    study = session.get_one(Study, small.study_id)
    study.perspective = said("Answer from your own experience.", "Répondez d’après votre expérience.")
    study.purpose = said("Twelve people look for what to do.", "Douze personnes cherchent que faire.")
    _reachable(session, small)
    study.glossary = GLOSSARY
    first, statements = an_open_rating_round(session, small, n_statements=4)
    rows = " | ".join(f"{1 + number % 9} 9 {9 - number % 5} 5" for number in range(12))
    rate(session, small, round_id=first.id, statements=statements, rows=rows)
    asked = {
        kind: a_question(session, round_id=first.id, kind=kind, settings=EVERY_KIND[kind]) for kind in QuestionKind
    }
    for number, person_id in enumerate(small.experts):
        sides = (Stance.FOR, Stance.AGAINST, Stance.NEUTRAL)
        given = []
        for kind, typed in TYPED.items():
            question = asked_from(session.get_one(Question, asked[kind]))
            state, answer = answer_in(question, typed, stored=None)
            given.append(AnswerGiven(question.id, state, answer))
        save_question_answers(
            session, actor=as_expert(small, person_id), round_id=first.id, answers=given, language="en", now=NOW
        )
        save_ratings(
            session,
            actor=as_expert(small, person_id),
            round_id=first.id,
            answers=[],
            comments=[CommentAnswer(statements[0], f"{LONG}{number}", sides[number % 3])],
            language="en",
            now=NOW,
        )
    _share_all(session)
    close_round(session, actor=None, round_id=first.id, now=NOW)
    second = a_rating_round_on(session, small, statements=statements)
    for kind, question_id in asked.items():
        again = a_question(session, round_id=second.id, kind=kind, settings=EVERY_KIND[kind])
        session.get_one(Question, again).repeats_id = question_id
    rate(session, small, round_id=second.id, statements=statements[:1], rows="7")
    other = _mine(session, small, slug="first-look")
    round_, _ = an_open_rating_round(session, other, n_statements=3)
    return small, second.id, round_.id


def _with_ideas(session: Session, me: SmallStudy) -> tuple[int, int, int]:
    """What became of one's ideas in one task force, cards to fill in another: task force, seat, open round."""
    done = _mine(session, me, slug="ideas-done")
    texts = [(0, StatementKind.PROBLEM, LONG, "fr"), (0, StatementKind.ACTIVITY, "Pay for records", "en")]
    _, ids = a_closed_ideas_round(session, done, ideas=texts)
    actor = as_facilitator(done)
    where = {"task_force_id": done.task_force_id, "actor": actor, "now": NOW}
    placed = place_as_new(session, idea_id=ids[1], text=said(LONG), **where)
    park_idea(session, idea_id=ids[0], reason="Said elsewhere", **where)
    a_rating_round_on(session, done, statements=[placed.id])
    flag_idea(
        session,
        actor=as_expert(done, me.experts[0]),
        task_force_id=done.task_force_id,
        idea_id=ids[0],
        text="The land register is missing.",
        now=NOW,
    )
    open_ = _mine(session, me, slug="ideas-open")
    return done.task_force_id, done.panellists[0], an_open_ideas_round(session, open_).id


def _finished(session: Session, me: SmallStudy) -> SmallStudy:
    small = divided_study(session, slug="finished")
    session.get_one(Panellist, small.panellists[0]).person_id = me.experts[0]
    session.get_one(Study, small.study_id).name = said("Finished study", "Étude terminée")
    _reachable(session, small)
    return small


def _on_a_hundred_points(session: Session, me: SmallStudy) -> int:
    small = _mine(session, me, slug="wide")
    scale = session.exec(select(Scale).where(Scale.study_id == small.study_id)).one()
    scale.lower, scale.upper = 0, 100
    scale.labels = {"0": {"en": "impossible", "fr": "impossible"}, "100": {"en": "certain", "fr": "certain"}}
    return an_open_rating_round(session, small, n_statements=1)[0].id


def _closed(session: Session, me: SmallStudy) -> int:
    small = _mine(session, me, slug="closed")
    round_, statements = an_open_rating_round(session, small, n_statements=2)
    rate(session, small, round_id=round_.id, statements=statements, rows="7 8")
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return round_.id


def _mine(session: Session, me: SmallStudy, *, slug: str) -> SmallStudy:
    """Another study, in which the same person has the first seat."""
    small = a_study(session, n_experts=6, slug=slug)
    session.get_one(Panellist, small.panellists[0]).person_id = me.experts[0]
    small.experts[0] = me.experts[0]
    session.get_one(Study, small.study_id).name = said(f"Study {slug}", f"Étude {slug}")
    _reachable(session, small)
    return small


def _reachable(session: Session, small: SmallStudy) -> None:
    study = session.get_one(Study, small.study_id)
    study.contact_name, study.contact_email = "Lukas", "lukas@example.org"


def _share_all(session: Session) -> None:
    for comment in session.exec(select(Comment)).all():
        comment.review = CommentReview.SHARED
        session.add(comment)


def _statement(session: Session, round_id: int) -> int:
    return session.exec(select(RoundStatement.statement_id).where(RoundStatement.round_id == round_id)).first() or 0


def _walk_in_path(session: Session, me: SmallStudy) -> str:
    opened = open_walk_in(
        session,
        actor=as_facilitator(me),
        task_force_id=me.task_force_id,
        seats=5,
        renews=False,
        secret_key=SECRET_KEY,
        now=NOW,
    )
    token = walk_in_token(secret_key=SECRET_KEY, task_force_id=me.task_force_id, generation=opened.generation)
    return f"/w/{token}"
