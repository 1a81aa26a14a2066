"""Comments, the next round, publishing, the outcomes, the log: what follows a closed round."""

from sqlmodel import col, select

from surveys.models import Comment, Outcome, Round, RoundStatement
from surveys.vocabulary import CommentReview, OutcomeStatus, RoundStatus
from tests.builders import everybody, token_in
from tests.delphi.facilitator.closed_rounds import ClosedRound


def test_comments_are_shared_paraphrased_or_withheld(closed: ClosedRound) -> None:
    address = f"/facilitate/rounds/{closed.round_id}/comments"
    page = closed.page(address)
    assert "2 of 2 wait for you." in page
    token = token_in(page)
    with closed.database.reading() as session:
        first, second = session.exec(select(Comment.id).order_by(col(Comment.id))).all()
    half = {"csrf_token": token, "decision": "paraphrase", "text-en": "It pays", "text-fr": ""}
    refused = closed.facilitator.post(f"{address}/{first}", data=half)
    assert refused.status_code == 422
    assert ">It pays</textarea>" in refused.text
    whole = {**half, "text-fr": "C'est rentable"}
    assert closed.facilitator.post(f"{address}/{first}", data=whole).status_code == 303
    withhold = {"csrf_token": token, "decision": "withhold"}
    assert closed.facilitator.post(f"{address}/{second}", data=withhold).status_code == 303
    assert closed.facilitator.post(f"{address}/{second}", data={"csrf_token": token}).status_code == 400
    assert closed.facilitator.post(f"{address}/999", data=withhold).status_code == 404
    with closed.database.reading() as session:
        assert session.get_one(Comment, first).shared_text == {"en": "It pays", "fr": "C'est rentable"}
        assert session.get_one(Comment, second).review is CommentReview.WITHHELD
    assert "All 2 are reviewed." in closed.page(address)


def test_the_next_round_follows_the_rule_unless_a_reason_is_given(closed: ClosedRound) -> None:
    address = f"{closed.base}/next-round"
    page = closed.page(address)
    assert "2 statements to ask" in page
    assert "Agreed in round 1." in page
    agreed = closed.statements[0]
    data = {"csrf_token": token_in(page), f"choice-{agreed}": "ask", f"reason-{agreed}": ""}
    refused = closed.facilitator.post(address, data=data)
    assert refused.status_code == 422
    assert "Please give a reason" in refused.text
    built = closed.facilitator.post(address, data={**data, f"reason-{agreed}": "One voice decided"})
    assert built.status_code == 303
    with closed.database.reading() as session:
        round_ = session.exec(select(Round).where(Round.status == RoundStatus.PLANNED)).one()
        asked = session.exec(select(RoundStatement.statement_id).where(RoundStatement.round_id == round_.id)).all()
        assert sorted(asked) == [agreed, closed.statements[1], closed.statements[3]]
    assert built.headers["Location"] == f"/facilitate/rounds/{round_.id}/open"
    assert "otherwise than the rule proposes: “One voice decided”" in closed.page(f"{closed.base}/log")


def test_publishing_stores_what_the_preview_counted(closed: ClosedRound) -> None:
    assert "Nothing is published yet." in closed.page(f"{closed.base}/outcomes")
    address = f"{closed.base}/publish"
    page = closed.page(address)
    digest = page.split('name="digest" value="')[1].split('"')[0]
    stale = closed.facilitator.post(address, data={"csrf_token": token_in(page), "digest": "other"})
    assert stale.status_code == 409
    done = closed.facilitator.post(address, data={"csrf_token": token_in(page), "digest": digest})
    assert (done.status_code, done.headers["Location"]) == (303, f"{closed.base}/outcomes")
    with closed.database.reading() as session:
        statuses = session.exec(select(Outcome.status).order_by(col(Outcome.statement_id))).all()
    assert statuses == [
        OutcomeStatus.AGREED,
        OutcomeStatus.UNRESOLVED,
        OutcomeStatus.DROPPED,
        OutcomeStatus.INSUFFICIENT,
    ]
    shown = closed.page(f"{closed.base}/outcomes")
    assert [shown.index(f"A5-0{number}") for number in (1, 2, 3, 4)] == sorted(
        shown.index(f"A5-0{number}") for number in (1, 2, 3, 4)
    )
    assert "In the study" in shown, "the only task force completes the study"
    assert closed.secretary.get(f"{closed.base}/outcomes").status_code == 200
    assert closed.secretary.get(address).status_code == 404


def test_the_log_reads_as_sentences_and_names_no_expert(closed: ClosedRound) -> None:
    page = closed.page(f"{closed.base}/log")
    assert "Closed round 1 with answers from 6 people; results frozen." in page
    assert "Lukas A5" in page
    with closed.database.reading() as session:
        experts = [person for person in everybody(session) if person.id in closed.small.experts]
    assert not [person.name for person in experts if person.name in page]


def test_today_lists_what_is_due(closed: ClosedRound) -> None:
    page = closed.page("/facilitate/")
    assert "Review 2 comments" in page
    assert f'href="/facilitate/rounds/{closed.round_id}/comments"' in page
    overview = closed.page(closed.base)
    assert "Objective A5" in overview
    assert "at least 75\u00a0% rate it 7 to 9" in overview
    assert "6 of 6" in overview
