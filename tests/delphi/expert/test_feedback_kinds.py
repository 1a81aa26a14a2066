"""What experts see of the group is what the protocol says: counts, comments, colleges, nothing."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlmodel import Session, select

from analysis.types import Scale
from surveys.models import College, Comment, Panellist
from surveys.rules.feedback import CollegeCounts, colleges_shown
from surveys.rules.protocol import default_settings
from surveys.services.rounds import close_round
from surveys.vocabulary import CommentReview, FeedbackKind, Stance
from tests.builders import NOW, SmallStudy, a_rating_round_on, a_study, an_open_rating_round, expert_client, rate, said

COMMENT = "Advisers are too few"
NINE = Scale(1, 9)


def a_second_round(session: Session, *, kind: FeedbackKind) -> tuple[SmallStudy, int]:
    """Twelve experts, five of them farmers, six researchers and one of neither; a comment shared; round 2 open."""
    shows = kind is not FeedbackKind.NONE
    settings = replace(
        default_settings({"importance": NINE, "feasibility": NINE}),
        shows_feedback=shows,
        feedback=(kind if shows else FeedbackKind.COUNTS).value,
    )
    small = a_study(session, n_experts=16, settings=settings)
    science = College(study_id=small.study_id, code="science", name=said("Science", "Recherche"))
    session.add(science)
    session.flush()
    farmers = session.exec(select(College).where(College.code == "farmers")).one()
    for number, panellist_id in enumerate(small.panellists):
        panellist = session.get_one(Panellist, panellist_id)
        panellist.college_id = farmers.id if number < 5 else science.id if number < 11 else None
        session.add(panellist)
    session.flush()
    first, statements = an_open_rating_round(session, small, n_statements=1)
    rows = " | ".join(["9"] * 4 + ["8"] + ["2"] * 6 + ["5"] * 5)
    rate(session, small, round_id=first.id, statements=statements, rows=rows)
    session.add(
        Comment(
            round_id=first.id,
            statement_id=statements[0],
            panellist_id=small.panellists[1],
            text=COMMENT,
            language="en",
            stance=Stance.FOR,
            review=CommentReview.SHARED,
            shared_text={"en": COMMENT, "fr": COMMENT},
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.flush()
    close_round(session, actor=None, round_id=first.id, now=NOW)
    return small, a_rating_round_on(session, small, statements=statements).id


@pytest.mark.parametrize(
    ("kind", "counts", "comment", "colleges"),
    [
        (FeedbackKind.COUNTS, True, False, False),
        (FeedbackKind.COUNTS_AND_COMMENTS, True, True, False),
        (FeedbackKind.BY_COLLEGE, True, True, True),
        (FeedbackKind.NONE, False, False, False),
    ],
)
def test_experts_see_what_the_protocol_says(
    app: Flask, kind: FeedbackKind, counts: bool, comment: bool, colleges: bool
) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small, round_id = a_second_round(session, kind=kind)
    client = expert_client(app, small, small.experts[0])
    page = client.get(f"/my/rounds/{round_id}/rate/1").text
    assert "Train advisers" in page
    assert ("2: 6" in page) is counts
    assert (COMMENT in page) is comment
    assert ("<b>Farmers</b> 8: 1, 9: 4" in page) is colleges
    assert ("<b>Science</b> 2: 6" in page) is colleges


def a_college(code: str, n: int) -> CollegeCounts:
    return CollegeCounts(code, said(code), ((7, n),))


@pytest.mark.parametrize(
    ("sizes", "n_total", "shown"),
    [
        ({"a": 5, "b": 6}, 11, ("a", "b")),
        ({"a": 5, "b": 6}, 12, ("b",)),
        ({"a": 5, "b": 6}, 16, ("a", "b")),
        ({"a": 5, "b": 6, "c": 2}, 13, ("b",)),
        ({"a": 4, "b": 8}, 12, ()),
        ({"a": 12}, 12, ()),
    ],
)
def test_colleges_are_shown_only_where_nobody_can_be_reckoned_out(
    sizes: dict[str, int], n_total: int, shown: tuple[str, ...]
) -> None:
    colleges = [a_college(code, n) for code, n in sizes.items()]
    found = colleges_shown(colleges, n_total=n_total, min_group_size=5)
    assert tuple(one.code for one in found) == shown
