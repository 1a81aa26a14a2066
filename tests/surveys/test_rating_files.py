"""Rating files: what is read, what every blank means; each mistake is named with file, line, column and value."""

import re
from pathlib import Path

import numpy as np
import pytest

from analysis.types import CellState, Scale
from surveys.file_problems import FileProblem
from surveys.rating_files import Column, RatingTable, natural, read_ratings

NINE = Scale(lower=1, upper=9)
DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"


def table(text: str, **options: object) -> RatingTable:
    return read_ratings(text.encode(), scale=NINE, name="r.csv", **options)  # type: ignore[arg-type]


def problem(text: str) -> str:
    with pytest.raises(FileProblem) as caught:
        table(text)
    return str(caught.value)


def state(read: RatingTable, expert: str, item: str, round_: int = 1) -> CellState:
    at = (read.rounds.index(round_), read.experts.index(expert), read.items.index(item))
    return CellState(int(read.states[at]))


TWICE = "was already answered on line 2 by the same expert for the same item and round"
LONG = "expert,item,rating\nE1,Q1,7\nE1,Q2,8\nE2,Q1,9\nE2,Q2,\n"
WIDE = "expert,Q1,Q2\nE1,7,8\nE2,9,\n"


def test_long_file_becomes_arrays_of_experts_by_columns() -> None:
    read = table(LONG)
    assert (read.experts, read.items, read.rounds, read.criteria) == (("E1", "E2"), ("Q1", "Q2"), (1,), (None,))
    assert read.values.tolist() == [[[7, 8], [9, 0]]]
    assert read.states.tolist() == [[[0, 0], [0, CellState.MISSING]]]


def test_wide_file_says_the_same_as_the_long_one() -> None:
    wide, long = table(WIDE), table(LONG)
    assert wide.values.tolist() == long.values.tolist()
    assert wide.digest() == long.digest()


def test_digest_ignores_the_order_of_rows_and_columns() -> None:
    assert table("rating,item,expert\n,Q2,E2\n9,Q1,E2\n8,Q2,E1\n7,Q1,E1\n").digest() == table(LONG).digest()


@pytest.mark.parametrize("old, new", [("E1,Q1,7", "E1,Q1,6"), ("E2,Q2,\n", "E2,Q2,abstain\n"), ("Q2", "Q3")])
def test_digest_sees_every_change(old: str, new: str) -> None:
    assert table(LONG.replace(old, new)).digest() != table(LONG).digest()


def test_optional_columns_are_read_whatever_their_case() -> None:
    read = table("Expert,Round,Group,Language,Criterion,Item,Rating\nE1,2,north,fr,use,Q1,7\nE2,1,,en,use,Q1,6\n")
    assert read.groups == ("north", None)
    assert read.languages == ("fr", "en")
    assert read.columns == (Column("Q1", "use"),)
    assert read.rounds == (1, 2)


def test_each_item_and_criterion_is_a_column_of_its_own() -> None:
    read = table("expert,item,criterion,rating\nE1,Q1,use,7\nE1,Q1,cost,2\nE1,Q2,use,5\n")
    assert read.columns == (Column("Q1", "cost"), Column("Q1", "use"), Column("Q2", "use"))
    assert read.first_seen == (1, 0, 2)
    assert read.criteria == ("cost", "use")


@pytest.mark.parametrize(
    "reason, expected",
    [
        ("dont_know", CellState.DONT_KNOW),
        ("Don't know", CellState.DONT_KNOW),
        ("no_opinion", CellState.DONT_KNOW),
        ("cannot_evaluate", CellState.DONT_KNOW),
        ("unable-to-score", CellState.DONT_KNOW),
        ("abstain", CellState.ABSTAINED),
        ("missing", CellState.MISSING),
        ("", CellState.MISSING),
        ("not_asked", CellState.NOT_ASKED),
        ("not_returned", CellState.NOT_RETURNED),
    ],
)
def test_reason_names_the_state_of_a_blank(reason: str, expected: CellState) -> None:
    read = table(f"expert,item,rating,na_reason\nE1,Q1,,{reason}\nE2,Q1,5,\n")
    assert state(read, "E1", "Q1") is expected


def test_words_of_the_file_replace_the_usual_ones_but_not_dont_know() -> None:
    text = "expert,item,rating,na_reason\nE1,Q1,,sans_avis\nE2,Q1,,dont_know\n"
    read = table(text, dont_know=("sans avis",))
    assert [state(read, expert, "Q1") for expert in ("E1", "E2")] == [CellState.DONT_KNOW] * 2
    with pytest.raises(FileProblem, match='column na_reason: "no_opinion" is not a known reason'):
        table(text + "E3,Q1,,no_opinion\n", dont_know=("sans avis",))


def test_words_may_stand_in_place_of_a_rating() -> None:
    read = table("expert,Q1,Q2\nE1,no_opinion,abstain\nE2,NA,5\n")
    assert state(read, "E1", "Q1") is CellState.DONT_KNOW
    assert state(read, "E1", "Q2") is CellState.ABSTAINED
    assert state(read, "E2", "Q1") is CellState.MISSING


def test_rating_beside_a_reason_counts_and_is_reported() -> None:
    read = table("expert,item,rating,na_reason\nE1,Q1,7,no_opinion\nE2,Q1,7,no_opinion\n")
    assert read.values.tolist() == [[[7], [7]]]
    assert read.notices == tuple(f'line {line}: rated 7 and marked "no_opinion"; the rating counts' for line in (2, 3))


def test_who_answered_before_and_not_now_did_not_return() -> None:
    read = table("expert,round,item,rating\nA,1,Q1,5\nB,1,Q1,6\nB,2,Q1,6\nB,2,Q2,7\nC,2,Q1,4\nC,2,Q2,4\n")
    assert state(read, "A", "Q1", 2) is CellState.NOT_RETURNED
    assert state(read, "A", "Q2", 2) is CellState.NOT_RETURNED
    assert state(read, "C", "Q1", 1) is CellState.NOT_ASKED
    assert state(read, "B", "Q2", 1) is CellState.NOT_ASKED
    assert read.asked(1) == (0,)
    assert read.present(2).tolist() == [False, True, True]


def test_who_was_never_put_an_item_does_not_fail_to_return_it() -> None:
    read = table("expert,round,item,rating\nA,1,Q1,5\nB,1,Q2,6\nC,1,Q1,6\nC,2,Q1,6\nB,2,Q2,6\n")
    assert state(read, "A", "Q1", 2) is CellState.NOT_RETURNED
    assert state(read, "A", "Q2", 2) is CellState.NOT_ASKED


def test_ratings_of_a_round_keep_every_expert_of_the_file() -> None:
    read = table("expert,round,item,rating\nA,1,Q1,5\nB,1,Q1,6\nB,2,Q1,7\n")
    ratings = read.ratings(2, read.asked(2))
    assert ratings.n_eligible.tolist() == [2]
    assert ratings.counts.tolist() == [[0, 0, 0, 0, 0, 0, 1, 0, 0]]


@pytest.mark.parametrize("text, value", [("7.0", 7), ("7,00", 7), ("+7", 7), (" 7 ", 7)])
def test_whole_numbers_may_be_written_as_decimals(text: str, value: int) -> None:
    assert table(f'expert;item;rating\nE1;Q1;"{text}"\n').values.tolist() == [[[value]]]


def test_negative_scales_are_read() -> None:
    read = read_ratings(b"expert,Q1\nE1,-3\nE2,3\n", scale=Scale(lower=-3, upper=3))
    assert read.values.ravel().tolist() == [-3, 3]


@pytest.mark.parametrize(
    "line, expected",
    [
        ("E1,Q1,11,1,,x", 'r.csv, line 3, column rating: "11" is not on the scale 1-9'),
        ("E1,Q1,0,1,,x", 'r.csv, line 3, column rating: "0" is not on the scale 1-9'),
        ("E1,Q1,7.5,1,,x", 'r.csv, line 3, column rating: "7.5" is not a whole number of the scale 1-9'),
        ("E1,Q1,abc,1,,x", 'r.csv, line 3, column rating: "abc" is not a whole number of the scale 1-9'),
        ("E1,Q1,1e400,1,,x", 'r.csv, line 3, column rating: "1e400" is not a whole number of the scale 1-9'),
        ("E1,Q1,5,two,,x", 'r.csv, line 3, column round: "two" is not a round number (1, 2, 3 ...)'),
        ("E1,Q1,5,0,,x", 'r.csv, line 3, column round: "0" is not a round number (1, 2, 3 ...)'),
        (",Q1,5,1,,x", 'r.csv, line 3, column expert: "" must not be blank'),
        ("E1,,5,1,,x", 'r.csv, line 3, column item: "" must not be blank'),
        ("E0,Q1,5,1,,x", f'r.csv, line 3, column item: "Q1" {TWICE}'),
        ("E0,Q2,5,1,,y", 'r.csv, line 3, column group: "y": the same expert has x on line 2'),
    ],
)  # fmt: skip
def test_mistake_names_file_line_column_and_value(line: str, expected: str) -> None:
    assert problem(f"expert,item,rating,round,na_reason,group\nE0,Q1,5,1,,x\n{line}\n") == expected


def test_unknown_reason_lists_the_known_ones() -> None:
    message = problem("expert,item,rating,na_reason\nE1,Q1,,holiday\n")
    assert message.startswith('r.csv, line 2, column na_reason: "holiday" is not a known reason; known are abstain, ')
    assert "no_opinion" in message


@pytest.mark.parametrize("missing", ["expert", "item", "rating"])
def test_missing_column_is_named(missing: str) -> None:
    header = ["expert", "item", "rating", "round"]
    header.remove(missing)
    assert problem(f"{','.join(header)}\n1,2,3\n") == (
        f"r.csv, line 1: the column {missing} is missing; the header has: {', '.join(header)}"
    )


def test_file_without_an_expert_column_is_refused() -> None:
    assert problem("name,Q1\nE1,5\n") == "r.csv, line 1: the column expert is missing; the header has: name, Q1"


def test_wide_file_without_items_is_refused() -> None:
    assert problem("expert,group\nE1,x\n") == "r.csv, line 1: has no item column beside expert, group"


def test_header_alone_is_refused() -> None:
    assert problem("expert,item,rating\n") == "r.csv: has a header but no ratings"


def test_mistake_in_a_wide_file_names_the_item_column() -> None:
    assert problem("expert,Q1,Q2\nE1,5,12\n") == 'r.csv, line 2, column Q2: "12" is not on the scale 1-9'


def test_message_is_one_line_whatever_the_value() -> None:
    message = problem('expert,item,rating\nE1,Q1,"a\nb\x1b[31m' + "x" * 500 + '"\n')
    assert re.fullmatch(r"[^\x00-\x1f]{1,150}", message)


def test_columns_that_are_not_read_are_reported() -> None:
    assert table("expert,item,rating,grop\nE1,Q1,5,x\n").notices == ("columns not read: grop",)


def test_natural_order_puts_q2_before_q10_and_is_total() -> None:
    assert sorted(["Q10", "Q2", "Q02", "2", "Q"], key=natural) == ["2", "Q", "Q02", "Q2", "Q10"]


@pytest.mark.skipif(not DATASETS.exists(), reason="the published data sets are not beside the repository")
def test_published_file_is_read_as_its_authors_count_it() -> None:
    read = read_ratings(DATASETS / "unisante_ftd" / "ratings.csv", scale=NINE)
    assert (len(read.experts), len(read.items), read.rounds) == (26, 29, (2, 3))
    assert [int(read.present(round_).sum()) for round_ in read.rounds] == [23, 21]
    assert int(np.count_nonzero(read.states == CellState.DONT_KNOW)) == 7
