"""What a closed round says by group, by formula and against the round before; only of groups large enough."""

import pytest
from sqlalchemy import event, update
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import College, Panellist, Rating, Snapshot
from surveys.queries.findings import findings_of
from surveys.queries.leavers import compare_leavers
from surveys.rules.anonymity import groups_to_show
from surveys.services.next_round import build_next_round
from surveys.services.rounds import close_round, open_round
from surveys.vocabulary import ViolationCode
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_study,
    an_open_rating_round,
    as_facilitator,
    rate,
    said,
)

HIGH, LOW = "9 9", "2 9"


def two_colleges(session: Session, *, n_farmers: int = 6, n_experts: int = 12) -> SmallStudy:
    """Farmers, who write French, and researchers, who write English."""
    small = a_study(session, n_experts=n_experts)
    farmers = session.exec(select(College.id).where(College.code == "farmers")).one()
    college = College(study_id=small.study_id, code="research", name=said("Research", "Recherche"))
    session.add(college)
    session.flush()
    for number, panellist_id in enumerate(small.panellists):
        one = session.get_one(Panellist, panellist_id)
        one.college_id, one.language = (farmers, "fr") if number < n_farmers else (college.id, "en")
        session.add(one)
    session.flush()
    return small


def a_divided_round(session: Session, small: SmallStudy, *, n_farmers: int = 6) -> tuple[int, list[int]]:
    round_, statements = an_open_rating_round(session, small, n_statements=2)
    rows = " | ".join([HIGH] * n_farmers + [LOW] * (len(small.experts) - n_farmers))
    rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return round_.id, statements


def test_colleges_and_languages_that_differ_are_told_with_an_exact_test(database: Database) -> None:
    with database.writing() as session:
        small = two_colleges(session)
        round_id, (divided, alike) = a_divided_round(session, small)
    with database.reading() as session:
        found = findings_of(session, round_id=round_id)
    finding = found.cells[divided, small.importance_id]
    assert [(g.code, g.n, g.k, g.median) for g in finding.colleges.groups] == [
        ("farmers", 6, 6, 9.0),
        ("research", 6, 0, 2.0),
    ]
    # Two of the 924 ways to deal twelve ratings into two sixes are as far apart as this.
    assert finding.languages.p == pytest.approx(2 / 924)
    assert finding.languages.fisher_p == pytest.approx(2 / 924)
    assert (finding.colleges.higher, finding.colleges.lower) == ("farmers", "research")
    assert finding.languages.differs
    assert not found.cells[alike, small.importance_id].languages.differs
    assert finding.decisive_colleges == ("farmers", "research")
    assert {verdict for _, verdict in finding.by_quantile} == {"none"}


def test_groups_below_the_minimum_are_shown_nowhere(lite: Database) -> None:
    with lite.writing() as session:
        small = two_colleges(session, n_farmers=4, n_experts=12)
        round_id, (divided, _) = a_divided_round(session, small, n_farmers=4)
        finding = findings_of(session, round_id=round_id).cells[divided, small.importance_id]
    assert (finding.colleges.groups, finding.languages.groups) == ((), ())
    assert finding.colleges.p is None
    assert (finding.decisive_colleges, finding.n_decisive_unnamed) == ((), 2)


@pytest.mark.parametrize(
    ("sizes", "n_total", "shown"),
    [
        ({"a": 5, "b": 5}, 10, ("a", "b")),
        ({"a": 5, "b": 4}, 9, ()),
        ({"a": 6, "b": 5, "c": 2}, 13, ("a",)),
        ({"a": 6, "b": 5, "c": 5, "d": 1}, 17, ("a", "c")),
        ({"a": 7}, 7, ("a",)),
        ({"a": 7}, 9, ()),
        ({}, 3, ()),
    ],
)
def test_what_is_left_over_is_never_a_small_group(sizes: dict[str, int], n_total: int, shown: tuple[str, ...]) -> None:
    assert groups_to_show(sizes, n_total=n_total, min_group_size=5) == shown
    rest = n_total - sum(sizes[name] for name in shown)
    assert not shown or rest == 0 or rest >= 5


def test_a_gain_is_split_into_minds_changed_leavers_and_joiners(lite: Database) -> None:
    with lite.writing() as session:
        small = two_colleges(session)
        _, (divided, _) = a_divided_round(session, small)
        round_ = build_next_round(
            session, actor=as_facilitator(small), task_force_id=small.task_force_id, decisions={}, now=NOW
        )
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False)
        rate(session, small, round_id=round_.id, statements=[divided], rows=" | ".join(["9"] * 7))
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        change = findings_of(session, round_id=round_.id).cells[divided, small.importance_id].change
        before, after = session.exec(select(Snapshot).order_by(col(Snapshot.id))).all()
        leavers = compare_leavers(session, before=before, after=after)
    assert (leavers.n_stayed, leavers.n_left) == (7, 5)
    assert leavers.may_be_told(min_group_size=5)
    assert not leavers.may_be_told(min_group_size=6)
    assert leavers.found is not None
    assert leavers.found.is_biased, "none of the five who left had agreed, six of the seven who stayed had"
    assert change is not None
    share = change.share
    assert (share.n_stayed, share.n_left, share.n_joined, change.round_number) == (7, 5, 0, 1)
    # Twelve stood at 6 of 12; of the seven who stayed 6 agreed before and 7 do now.
    assert share.persuasion == pytest.approx(1 / 7)
    assert share.leavers == pytest.approx(6 / 7 - 1 / 2)
    assert share.change == pytest.approx(1 / 2)
    assert share.is_alarming
    assert change.may_be_split(min_group_size=5)
    assert not change.may_be_split(min_group_size=6)


def test_findings_are_of_frozen_answers_and_worked_out_once(lite: Database) -> None:
    with lite.writing() as session:
        small = two_colleges(session)
        round_id, _ = a_divided_round(session, small)
        before = findings_of(session, round_id=round_id)
        session.connection().execute(update(Rating).values(value=1).where(col(Rating.value) == 9))
    sent: list[str] = []
    event.listen(lite.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with lite.reading() as session:
        assert findings_of(session, round_id=round_id) is before
    assert not [statement for statement in sent if "rating" in statement]


def test_a_round_closed_before_languages_were_frozen_has_no_language_effect(lite: Database) -> None:
    with lite.writing() as session:
        small = two_colleges(session)
        round_id, (divided, _) = a_divided_round(session, small)
        snapshot = session.exec(select(Snapshot)).one()
        snapshot.audience = {name: ids for name, ids in snapshot.audience.items() if name != "languages"}
        snapshot.digest = "0" * 64
        session.add(snapshot)
        found = findings_of(session, round_id=round_id)
        assert not found.has_languages
        assert found.cells[divided, small.importance_id].languages.groups == ()


def test_open_rounds_and_rounds_of_questions_have_no_findings(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        ideas_round, _ = a_closed_ideas_round(session, small)
        with pytest.raises(NotFound):
            findings_of(session, round_id=ideas_round.id)
        other = a_study(session, slug="other", code="B1")
        round_, _ = an_open_rating_round(session, other)
        with pytest.raises(RuleViolation) as caught:
            findings_of(session, round_id=round_.id)
        assert caught.value.code is ViolationCode.ROUND_NOT_CLOSED
