"""The close advisor: true for every completion of a panel, told in numbers of verdicts, moved by enough people only."""

from datetime import timedelta
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from analysis.consensus import at_least_three, judge
from analysis.types import ConsensusRule, Denominator, Quantile, Scale
from delphi.database import Database
from surveys.models import OutlookStep, Round
from surveys.rules.close_advice import CloseAdvice, SentAnswers, advise_on_closing, least_to_change
from surveys.services.outlook import advice_of
from surveys.services.submissions import submit_answers
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, as_expert, rate

NINE = Scale(1, 9)


def verdict(counts: np.ndarray, *, rule: ConsensusRule, scale: Scale, n_returned: int, n_eligible: int) -> int:
    n = {
        Denominator.RATED: int(counts.sum()),
        Denominator.RETURNED: n_returned,
        Denominator.ELIGIBLE: n_eligible,
    }[rule.denominator]
    judged = judge(
        counts[None],
        rule=at_least_three(rule),
        scale=scale,
        n_denominator=np.array([n]),
        n_eligible=np.array([n_eligible]),
    )
    return int(judged.codes[0])


def by_enumeration(
    counts: np.ndarray, *, rule: ConsensusRule, scale: Scale, n_submitted: int, n_outstanding: int
) -> int | None:
    """The least number of further people that changes the verdict: every way to rate, to skip and to stay away."""
    n_eligible = n_submitted + n_outstanding
    now = verdict(counts, rule=rule, scale=scale, n_returned=n_submitted, n_eligible=n_eligible)
    for n_people in range(1, n_outstanding + 1):
        for n_rating in range(n_people + 1):
            for points in combinations_with_replacement(range(scale.points), n_rating):
                completed = counts + np.bincount(np.array(points, dtype=np.int64), minlength=scale.points)
                later = verdict(
                    completed, rule=rule, scale=scale, n_returned=n_submitted + n_people, n_eligible=n_eligible
                )
                if later != now:
                    return n_people
    return None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_settled_holds_over_every_completion_of_a_small_panel(data: st.DataObject) -> None:
    points = data.draw(st.integers(3, 5))
    scale = Scale(1, points)
    box = sorted(data.draw(st.tuples(st.integers(1, points), st.integers(1, points))))
    rule = ConsensusRule(
        agree_from=box[0],
        agree_to=box[1],
        agreement=data.draw(st.sampled_from([Fraction(3, 4), Fraction(2, 3), Fraction(1, 4)])),
        iqr=data.draw(st.sampled_from([0.0, 1.0, 2.0])),
        quantile=data.draw(st.sampled_from(Quantile)),
        denominator=data.draw(st.sampled_from(Denominator)),
        min_n=data.draw(st.integers(3, 5)),
    )
    counts = np.array(data.draw(st.lists(st.integers(0, 2), min_size=points, max_size=points)), dtype=np.int64)
    n_submitted = int(counts.sum()) + data.draw(st.integers(0, 2))
    n_outstanding = data.draw(st.integers(0, 3))
    sent = SentAnswers(counts=counts[None], rule=rule, scale=scale)
    (found,) = least_to_change(sent, n_submitted=n_submitted, n_outstanding=n_outstanding)
    assert found == by_enumeration(counts, rule=rule, scale=scale, n_submitted=n_submitted, n_outstanding=n_outstanding)


def test_somebody_who_sends_without_rating_can_lower_a_share_of_all_who_sent() -> None:
    rule = ConsensusRule(agree_from=4, agree_to=5, agreement=Fraction(1), iqr=2.0, denominator=Denominator.RETURNED)
    counts = np.array([[0, 0, 0, 0, 6]], dtype=np.int64)
    sent = SentAnswers(counts=counts, rule=rule, scale=Scale(1, 5))
    assert least_to_change(sent, n_submitted=6, n_outstanding=1) == [1]


def test_few_verdicts_are_not_counted() -> None:
    counts = np.array([[0, 0, 0, 0, 0, 0, 0, 0, 6]] * 4, dtype=np.int64)
    sent = [SentAnswers(counts=counts, rule=ConsensusRule.default_for(NINE), scale=NINE)]
    assert advise_on_closing(sent, n_submitted=6, n_eligible=7, min_verdicts=5) is None
    five = [SentAnswers(counts=np.repeat(counts[:1], 5, axis=0), rule=sent[0].rule, scale=NINE)]
    assert advise_on_closing(five, n_submitted=6, n_eligible=7, min_verdicts=5) == CloseAdvice(
        n_submitted=6, n_outstanding=1, n_verdicts=5, n_settled=5, n_flipped_by_few=0, least=None
    )


def a_round_of_twelve(session: Session) -> tuple[SmallStudy, Round, list[int]]:
    small = a_study(session, n_experts=12)
    round_, statements = an_open_rating_round(session, small, n_statements=6)
    rate(session, small, round_id=round_.id, statements=statements, rows="|".join(["9 9 9 8 8 8"] * 12))
    return small, round_, statements


def send(session: Session, small: SmallStudy, *, round_id: int, experts: list[int]) -> None:
    for number in experts:
        actor = as_expert(small, small.experts[number])
        submit_answers(session, actor=actor, round_id=round_id, now=NOW + timedelta(minutes=number))


def test_advice_moves_only_with_five_more_people(database: Database) -> None:
    with database.writing() as session:
        small, round_, _ = a_round_of_twelve(session)
        seen = []
        for number in range(11):
            send(session, small, round_id=round_.id, experts=[number])
            advice = advice_of(session, round_=round_)
            seen.append(None if advice is None else advice.n_submitted)
        assert seen == [None] * 4 + [5] * 5 + [10] * 2
        steps = session.exec(select(OutlookStep.n_submitted)).all()
        assert sorted(steps) == [5, 10]


def test_a_changed_answer_moves_nothing(database: Database) -> None:
    with database.writing() as session:
        small, round_, statements = a_round_of_twelve(session)
        send(session, small, round_id=round_.id, experts=[0, 1, 2, 3, 4])
        before = advice_of(session, round_=round_)
        rate(session, small, round_id=round_.id, statements=statements, rows="1 1 1 1 1 1 | 1 1 1 1 1 1")
        send(session, small, round_id=round_.id, experts=[0, 1])
        assert advice_of(session, round_=round_) == before is not None


def test_saved_answers_that_were_not_sent_are_not_looked_at(database: Database) -> None:
    with database.writing() as session:
        small, round_, _ = a_round_of_twelve(session)
        send(session, small, round_id=round_.id, experts=[0, 1, 2, 3, 4])
        step = session.exec(select(OutlookStep)).one()
        counts = step.counts[str(small.importance_id)]
        assert {sum(row) for row in counts.values()} == {5}
        advice = advice_of(session, round_=round_)
        assert advice is not None
        assert (advice.n_outstanding, advice.n_verdicts) == (7, 12)
