"""The second look: one's own frozen answer, the group's frozen counts as far as they may be shown, and the reasons."""

import re

import pytest
from flask import Flask
from sqlmodel import Session, select, update

from surveys.localized import LocalizedText
from surveys.models import Comment, Rating, Round, Statement, StatementVersion
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.services.comments import share_comment
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import CommentReview, RatingState, Stance, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_rating_round_on,
    a_second_look,
    a_statement,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
    rate,
    token_in,
)


def second_look_page(app: Flask, *, rows: str, n_experts: int = 12) -> tuple[SmallStudy, str, int, int, list[int]]:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=n_experts)
        closed_id, open_id, statements = a_second_look(session, small, rows=rows)
    client = expert_client(app, small, small.experts[0])
    page = client.get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    return small, page, closed_id, open_id, statements


def bars(page: str) -> list[int]:
    """The counts that stand on the buttons, in the order of the page."""
    return [int(count) for count in re.findall(r'class="bar" aria-hidden="true">(\d+)<i', page)]


@pytest.mark.parametrize("n", range(13))
def test_the_privacy_table_holds_on_the_page(app: Flask, n: int) -> None:
    rows = " | ".join(str(1 + number % 9) for number in range(n)) or "."
    _, page, *_ = second_look_page(app, rows=rows)
    counts = bars(page)
    if n < 3:
        assert (counts, "Too few answers to show" in page, "middle answer" in page) == ([], True, False)
    elif n < 5:
        assert (counts, "middle answer is" in page, "A few people answered, from 1 to" in page) == ([], True, True)
        assert f"{n} answers" not in page
    else:
        assert sum(counts) == n
        assert f"{n} answers:" in page
    assert ("You answered 1." in page) is (n >= 1)


def test_own_earlier_answer_is_framed_and_comes_from_the_frozen_copy(app: Flask) -> None:
    small, page, closed_id, open_id, (statement,) = second_look_page(app, rows="5 | 3 | 7 | 7 | 8 | 9")
    field = f"r-{statement}-{small.importance_id}"
    assert "You answered 5." in page
    assert re.search(rf'name="{field}" value="5" aria-label="5 \(your answer before\)" id="{field}-own">', page)
    assert f'<button class="button quiet small keep" name="then" value="keep {field} 5">Keep 5</button>' in page
    assert "6 answers: 1 at" in page
    assert " checked" not in page, "nothing is chosen for the expert"

    database = app.extensions["delphi_database"]
    with database.writing() as session:
        session.exec(update(Rating).where(Rating.round_id == closed_id).values(value=1))  # type: ignore[arg-type]
    again = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert _without_tokens(again) == _without_tokens(page)


def _without_tokens(page: str) -> str:
    return re.sub(r'name="(csrf_token|client)" value="[^"]*"', "", page)


def test_an_earlier_outside_my_expertise_can_be_kept_too(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        first, (statement,) = an_open_rating_round(session, small, n_statements=1)
        for person_id in small.experts[:2]:
            save_ratings(
                session,
                actor=as_expert(small, person_id),
                round_id=first.id,
                answers=[RatingAnswer(statement, small.importance_id, RatingState.OUTSIDE_EXPERTISE)],
                language="en",
                now=NOW,
            )
        open_id = _next(session, small, first.id, [statement])
    page = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert "In round 1 you said: outside my expertise." in page
    field = f"r-{statement}-{small.importance_id}"
    assert re.search(rf'value="outside" id="{field}-own">', page)
    assert f'value="keep {field} outside">Keep “outside my expertise”</button>' in page


def _next(session: Session, small: SmallStudy, first_id: int, statements: list[int]) -> int:
    close_round(session, actor=None, round_id=first_id, now=NOW)
    return a_rating_round_on(session, small, statements=statements).id


def test_a_reworded_statement_is_not_compared(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        first, (statement,) = an_open_rating_round(session, small, n_statements=1)
        rate(session, small, round_id=first.id, statements=[statement], rows="5 | 3 | 7 | 7 | 8 | 9")
        session.add(
            StatementVersion(
                statement_id=statement, number=2, text=LocalizedText(en="New words", fr="Autres mots"), created_at=NOW
            )
        )
        session.flush()
        open_id = _next(session, small, first.id, [statement])
    page = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert "New words" in page
    assert "earlier answers are not compared" in page
    assert bars(page) == []
    assert "You answered" not in page


def test_a_round_without_feedback_shows_own_answer_only(app: Flask) -> None:
    small, _, _, open_id, _ = second_look_page(app, rows="5 | 3 | 7 | 7 | 8 | 9")
    with app.extensions["delphi_database"].writing() as session:
        session.get_one(Round, open_id).shows_feedback = False
    page = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert "You answered 5." in page
    assert bars(page) == []
    assert "answers:" not in page


def test_nothing_of_the_open_round_is_shown_to_anybody_else(app: Flask) -> None:
    small, _, _, open_id, (statement,) = second_look_page(app, rows="5 | 3 | 7 | 7 | 8 | 9")
    reader = expert_client(app, small, small.experts[0])
    addresses = [
        "/my/?all=1",
        f"/my/{small.task_force_id}/",
        f"/my/{small.task_force_id}/results",
        f"/my/{small.task_force_id}/ideas",
        *(f"/my/rounds/{open_id}/{page}" for page in ("rate/1", "check", "answers", "receipt")),
    ]
    before = [_without_tokens(reader.get(address).get_data(as_text=True)) for address in addresses]
    with app.extensions["delphi_database"].writing() as session:
        for person_id in small.experts[1:]:
            save_ratings(
                session,
                actor=as_expert(small, person_id),
                round_id=open_id,
                answers=[RatingAnswer(statement, small.importance_id, RatingState.RATED, 4)],
                comments=[CommentAnswer(statement, "a secret reason")],
                language="en",
                now=NOW,
            )
    after = [_without_tokens(reader.get(address).get_data(as_text=True)) for address in addresses]
    assert after == before


def commented(app: Flask, *, n_raters: int, language: str = "en") -> tuple[SmallStudy, int, int]:
    """A second look at one statement that `n_raters` rated and the second expert commented."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=12)
        first, (statement,) = an_open_rating_round(session, small, n_statements=1)
        rate(session, small, round_id=first.id, statements=[statement], rows=" | ".join(["7"] * n_raters))
        for number, (stance, text) in enumerate([(Stance.FOR, "Cheap <i>enough</i>"), (Stance.AGAINST, "Too slow")]):
            save_ratings(
                session,
                actor=as_expert(small, small.experts[number + 1]),
                round_id=first.id,
                answers=[],
                comments=[CommentAnswer(statement, text, stance)],
                language=language,
                now=NOW,
            )
        open_id = _next(session, small, first.id, [statement])
    return small, first.id, open_id


def test_only_reviewed_comments_travel_and_without_a_mark_of_their_author(app: Flask) -> None:
    small, closed_id, open_id = commented(app, n_raters=6)
    client = expert_client(app, small, small.experts[0])
    assert "Cheap" not in client.get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    with app.extensions["delphi_database"].writing() as session:
        for comment in session.exec(select(Comment)).all():
            share_comment(session, actor=as_facilitator(small), round_id=closed_id, comment_id=comment.id, now=NOW)
    page = client.get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    found = re.search(r'<div class="sides">.*?</details>', page, re.DOTALL)
    assert found is not None
    sides = found[0]
    assert "<li>Cheap &lt;i&gt;enough&lt;/i&gt;</li>" in sides
    assert sides.index("For") < sides.index("Cheap") < sides.index("Against") < sides.index("Too slow")
    assert not re.search(r"P-\d|2026|data-|<li [^>]*(?:id|class)=", sides)
    own = expert_client(app, small, small.experts[1]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert "You wrote before:" in own
    assert "You wrote before:" not in page


@pytest.mark.parametrize(("n_raters", "shown"), [(2, False), (4, True), (5, True)])
def test_comments_of_small_groups_are_shown_paraphrased_or_not_at_all(app: Flask, n_raters: int, shown: bool) -> None:
    small, closed_id, open_id = commented(app, n_raters=n_raters)
    with app.extensions["delphi_database"].writing() as session:
        first, second = session.exec(select(Comment).order_by(Comment.id)).all()  # type: ignore[arg-type]
        share_comment(
            session,
            actor=as_facilitator(small),
            round_id=closed_id,
            comment_id=first.id,
            paraphrase=LocalizedText(en="It costs little", fr="Peu coûteux"),
            now=NOW,
        )
        share_comment(session, actor=as_facilitator(small), round_id=closed_id, comment_id=second.id, now=NOW)
    page = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
    assert ("It costs little" in page) is shown
    assert ("Too slow" in page) is (n_raters >= 5)
    assert "Cheap" not in page
    assert ("Some comments are not shown" in page) is (n_raters < 5)


def test_no_threshold_verdict_or_spread_is_on_the_page(app: Flask) -> None:
    _, page, *_ = second_look_page(app, rows="9 | 9 | 9 | 9 | 9 | 9")
    words = re.sub(r"<[^>]+>", " ", page).lower()
    for word in ("consensus", "agreed", "threshold", "quartile", "iqr", "75", "settled", "outlier", "%"):
        assert word not in words


def test_a_statement_shows_the_problem_it_hangs_on(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=1)
        problem = a_statement(
            session, task_force_id=small.task_force_id, number=90, kind=StatementKind.PROBLEM, text="Bare soils"
        )
        round_, (statement,) = an_open_rating_round(session, small, n_statements=1)
        session.get_one(Statement, statement).parent_id = problem.id
        round_id = round_.id
    page = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{round_id}/rate/1").get_data(as_text=True)
    assert "Problem: Bare soils 90" in page


def test_keep_saves_the_page_with_one_s_earlier_answer_and_comes_back_to_the_question(app: Flask) -> None:
    small, _, _, open_id, statements = second_look_page(app, rows="5 3 | 9 9 | 9 9 | 9 9 | 9 9 | 9 9")
    first, second = (f"r-{statement}-{small.importance_id}" for statement in statements)
    client = expert_client(app, small, small.experts[0])
    address = f"/my/rounds/{open_id}/rate/1"
    token = token_in(client.get(address).get_data(as_text=True))
    data = {"csrf_token": token, first: "8", second: "9", "then": f"keep {second} 3"}
    response = client.post(address, data=data)
    assert response.headers["Location"] == f"{address}#{second}"
    with app.extensions["delphi_database"].reading() as session:
        stored = session.exec(select(Rating).where(Rating.round_id == open_id)).all()
        assert {f"r-{one.statement_id}-{one.criterion_id}": one.value for one in stored} == {first: 8, second: 3}


def test_one_s_own_shared_comment_is_not_among_what_others_said(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        first, (statement,) = an_open_rating_round(session, small, n_statements=1)
        rate(session, small, round_id=first.id, statements=[statement], rows="7 | 7 | 7 | 7 | 7 | 7")
        for number, person_id in enumerate(small.experts[:2]):
            save_ratings(
                session,
                actor=as_expert(small, person_id),
                round_id=first.id,
                answers=[],
                comments=[CommentAnswer(statement, f"Words of {number}", Stance.FOR)],
                language="en",
                now=NOW,
            )
        close_round(session, actor=None, round_id=first.id, now=NOW)
        for comment in session.exec(select(Comment)).all():
            comment.review = CommentReview.SHARED
            session.add(comment)
        open_id = a_rating_round_on(session, small, statements=[statement]).id
    for mine, other in ((0, 1), (1, 0)):
        client = expert_client(app, small, small.experts[mine])
        page = client.get(f"/my/rounds/{open_id}/rate/1").get_data(as_text=True)
        assert f"<li>Words of {other}</li>" in page and f"<li>Words of {mine}</li>" not in page
        assert f"You wrote before: <q>Words of {mine}</q>" in page
        assert "Some comments are not shown" not in page
