"""Small groups: whatever pages an expert lays side by side, they tell counts from five answers on and nobody's answer.

Two panels are built that differ only in who gave which answer, or in answers that may not be shown; every page of the
first expert must be the same in both, byte for byte. What is the same in both cannot tell them apart, and no
subtraction of one page from another can.
"""

import itertools
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from delphi.database import Database
from surveys.rules.answers import RatingAnswer
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import RatingState
from tests.builders import (
    NOW,
    SmallStudy,
    a_rating_round_on,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
)
from tests.conftest import SECRET_KEY, an_app

Answers = tuple[int | None, ...]
"""One answer of each expert, the reader's first; None is a blank."""
PANEL = 13
QUESTIONS = ("importance", "feasibility", "importance again", "feasibility again")


@dataclass(frozen=True)
class Panel:
    """The answers to both criteria of one statement, in two rounds."""

    first: Mapping[str, Answers]
    second: Mapping[str, Answers]

    @classmethod
    def of(cls, *columns: Sequence[int | None]) -> "Panel":
        full = [(*column, *[None] * (PANEL - len(column))) for column in columns]
        return cls(
            dict(zip(("importance", "feasibility"), full[:2], strict=True)),
            dict(zip(("importance", "feasibility"), full[2:], strict=True)),
        )


@dataclass(frozen=True)
class Pages:
    """What the first expert reads: round 2 with the feedback on round 1, and what stands there after the end."""

    second_look: str
    afterwards: dict[str, str]


Reader = Callable[[Panel], Pages]


def neutral(page: str) -> str:
    """A page without what is drawn by lot for every visit."""
    return re.sub(r'name="(csrf_token|client)" value="[^"]*"', "", page)


def answer(session: Session, small: SmallStudy, *, round_id: int, statement: int, given: Mapping[str, Answers]) -> None:
    criteria = {"importance": small.importance_id, "feasibility": small.feasibility_id}
    for number, person_id in enumerate(small.experts):
        answers = [
            RatingAnswer(statement, criteria[name], RatingState.RATED, column[number])
            for name, column in given.items()
            if column[number] is not None
        ]
        if answers:
            save_ratings(
                session, actor=as_expert(small, person_id), round_id=round_id, answers=answers, language="en", now=NOW
            )


def page_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return neutral(response.get_data(as_text=True))


@pytest.fixture
def read(sqlite_template: Path, tmp_path: Path) -> Iterator[Reader]:
    """Builds a panel in a database of its own, plays two rounds, publishes; the ids are the same every time."""
    numbers = itertools.count()
    opened: list[Database] = []

    def build(panel: Panel) -> Pages:
        path = tmp_path / f"{next(numbers)}.sqlite"
        shutil.copy(sqlite_template, path)
        app = an_app(Database(f"sqlite:///{path}", identity_key=SECRET_KEY))
        database: Database = app.extensions["delphi_database"]
        opened.append(database)
        with database.writing() as session:
            small = a_study(session, n_experts=PANEL)
            first, (statement,) = an_open_rating_round(session, small, n_statements=1)
            answer(session, small, round_id=first.id, statement=statement, given=panel.first)
            close_round(session, actor=None, round_id=first.id, now=NOW)
            second_id = a_rating_round_on(session, small, statements=[statement]).id
        client = expert_client(app, small, small.experts[0])
        second_look = re.sub(r"<time.*?</time>", "", page_of(client, f"/my/rounds/{second_id}/rate/1"), flags=re.DOTALL)
        with database.writing() as session:
            answer(session, small, round_id=second_id, statement=statement, given=panel.second)
            close_round(session, actor=None, round_id=second_id, now=NOW)
            publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
        addresses = [
            "/my/?all=1",
            *(f"/my/{small.task_force_id}/{page}" for page in ("", "results", "ideas")),
            f"/my/rounds/{first.id}/answers",
            f"/my/rounds/{second_id}/answers",
        ]
        return Pages(second_look, {address: page_of(client, address) for address in addresses})

    yield build
    for database in opened:
        database.engine.dispose()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


SLOW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
POINTS = st.integers(1, 9)
OTHERS = st.lists(st.none() | POINTS, min_size=PANEL - 1, max_size=PANEL - 1)


@pytest.mark.slow
@SLOW
@given(own=st.tuples(POINTS, POINTS, POINTS, POINTS), columns=st.tuples(OTHERS, OTHERS, OTHERS, OTHERS), data=st.data())
def test_no_page_tells_who_gave_which_answer_nor_ties_two_answers_together(
    read: Reader, own: tuple[int, ...], columns: tuple[list[int | None], ...], data: st.DataObject
) -> None:
    """Each question's answers are dealt anew among the others, independently of the other three questions.

    So neither importance beside feasibility nor round 2 beside round 3 can give back one person's answers, and no
    page says who left a question blank.
    """
    dealt = [data.draw(st.permutations(column)) for column in columns]
    one = Panel.of(*([mine, *column] for mine, column in zip(own, columns, strict=True)))
    other = Panel.of(*([mine, *column] for mine, column in zip(own, dealt, strict=True)))
    assert read(one) == read(other)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(3))
def test_below_three_answers_the_pages_are_the_same_whatever_others_answered(read: Reader, n: int) -> None:
    """Also beside a question of which everything may be shown, and beside the other round."""
    many = [5, 2, 9, 9, 4, 6]
    mine: list[int | None] = [5] if n else [None]
    low, high = [*mine, *[1] * (n - 1)], [*mine, *[9] * (n - 1)]
    for place in range(4):
        columns: list[list[int | None]] = [[*many] for _ in QUESTIONS]
        columns[place] = low
        one = read(Panel.of(*columns))
        columns[place] = high
        assert read(Panel.of(*columns)) == one, QUESTIONS[place]
        page = one.second_look if place < 2 else one.afterwards[next(a for a in one.afterwards if "results" in a)]
        if place != 3:
            assert "Too few answers to show." in words(page)


@pytest.mark.parametrize("own_rating", [2, 5, 8])
def test_three_and_four_answers_give_middle_and_range_and_not_even_their_number(read: Reader, own_rating: int) -> None:
    """Panels with the same middle, lowest and highest answer look the same, whether three or four people answered."""
    many = [5, 2, 9, 9, 4, 6]
    three = [own_rating, *(point for point in (2, 5, 8) if point != own_rating)]
    shown = [read(Panel.of(column, many, column, many)) for column in (three, [*three, 5])]
    assert shown[0] == shown[1]
    sentence = "A few people answered, from 2 to 8. The middle answer is 5. They are too few to show more."
    assert sentence in words(shown[0].second_look)
    assert sentence in words(shown[0].afterwards[next(a for a in shown[0].afterwards if "results" in a)])


@pytest.mark.slow
@pytest.mark.parametrize("n", range(13))
def test_the_table_holds_on_both_pages_for_every_number_of_answers(read: Reader, n: int) -> None:
    column = [1 + 2 * number % 9 for number in range(n)]
    pages = read(Panel.of(column, column, column, column))
    for page in (pages.second_look, pages.afterwards[next(a for a in pages.afterwards if a.endswith("results"))]):
        said = words(page)
        assert ("Too few answers to show." in said) is (n < 3)
        assert ("A few people answered" in said) is (3 <= n < 5)
        assert (f"{n} answers:" in said) is (n >= 5)
        assert len(re.findall(r"\d+ answers:", said)) <= 2
    assert ("Answers per point" in words(pages.second_look)) is (n >= 5)
    assert (sum(map(int, re.findall(r'aria-hidden="true">(\d+)<i', pages.second_look))) > 0) is (n >= 5)
