"""The whole study through HTTP alone, and every figure on the way compared with what was typed."""

import re

import pytest

from tests.journeys.acts import DESK_WORDS
from tests.journeys.arithmetic import AGREED, DROPPED, TOO_FEW, Expected, expected, kendall_w, ranks
from tests.journeys.exports import activity_rows
from tests.journeys.play import CATEGORY, FACILITY_REASON, Seen
from tests.journeys.script import (
    CLASSES_AFTER_2,
    COMMENTS,
    KIND_OF,
    LATE_COMER,
    LINKED_BY_HAND,
    N_EXPERTS,
    PARENTS,
    ROUND_2,
    ROUND_3,
    SETTLED_AFTER_2,
    WORDINGS,
)
from tests.journeys.visitor import Table

pytestmark = pytest.mark.slow

AFTER_2 = {key: expected(row) for key, row in ROUND_2["importance"].items()}
AFTER_3 = {key: expected(row) for key, row in ROUND_3["importance"].items()}
FINAL = {**AFTER_2, **AFTER_3}
FEASIBILITY = {key: expected(row) for key, row in {**ROUND_2["feasibility"], **ROUND_3["feasibility"]}.items()}
CLASS_OF = {AGREED: "Agreed high", DROPPED: "Agreed low", TOO_FEW: "Too few answers"}
STATEMENT_HEADINGS = ("Statement", "Activity", "Obstacle", "Success factor")


def by_kind(rows: dict[str, Expected]) -> dict[str, int | None]:
    """Ranks among statements of the same kind."""
    found: dict[str, int | None] = {}
    for kind in ("activity", "obstacle", "success_factor"):
        found |= ranks({key: row for key, row in rows.items() if KIND_OF[key] == kind})
    return found


def lines_of(seen: Seen, tables: list[Table]) -> dict[str, dict[str, str]]:
    """Key of each statement in some tables to its cells by heading."""
    lines = {}
    for table in tables:
        # A row of one cell heads a group of statements with one outcome.
        for row in (row for row in table[1:] if len(row) > 1):
            line = dict(zip(table[0], row, strict=True))
            named = next(cell for heading, cell in line.items() if heading in STATEMENT_HEADINGS)
            key = next(key for key, words in DESK_WORDS.items() if named.startswith(words))
            assert seen.study.codes[key] in named
            lines[key] = line
    return lines


def first_number(cell: str) -> int | None:
    found = re.match(r"\d+", cell)
    return int(found.group()) if found else None


def test_closing_is_previewed_without_a_result(seen: Seen) -> None:
    assert "7 of 8 people answered" in seen.previews["round 1"]
    assert "8 of 8 people answered" in seen.previews["round 2"]
    n_stored = sum(cell != "." for rows in ROUND_2.values() for row in rows.values() for cell in row.split())
    assert f"{n_stored} answers stored" in seen.previews["round 2"]
    assert "7 of 8 people answered" in seen.previews["round 3"]
    for preview in seen.previews.values():
        assert not re.search(r"\bmedian\b|\bspread\b|of \d agree", preview, re.IGNORECASE)


def test_every_idea_is_in_a_statement_or_set_aside(seen: Seen) -> None:
    assert set(seen.study.codes) == set(WORDINGS)
    page = seen.study.open_statement("advisers").text
    assert "kept as it was" in page
    assert "Train advisers of the villages in taking soil samples" in page
    assert "merged" in page
    assert "edited" in seen.study.open_statement("no-money").text
    assert WORDINGS["compost"].french in seen.study.open_statement("compost").text
    desk = seen.study.to_task_force().follow("Synthesis").follow("Activities")
    assert "Thank you for this fine study" in desk.text
    assert "It proposes nothing." in desk.text


@pytest.mark.parametrize(("key", "parent"), [*PARENTS.items(), LINKED_BY_HAND])
def test_statements_hang_on_each_other(seen: Seen, key: str, parent: str) -> None:
    page = seen.study.open_statement(key)
    assert re.search(rf"What it belongs to \w+ ?\w*: {seen.study.codes[parent]} {DESK_WORDS[parent]}", page.text)


def test_only_what_has_a_scale_is_rated_and_only_what_is_open_is_asked_again(seen: Seen) -> None:
    assert f"{len(KIND_OF)} statements to ask" in seen.proposals[2]
    assert f"{len(AFTER_3)} statements to ask {len(SETTLED_AFTER_2)} settled" in seen.proposals[3]
    assert {key for key, row in AFTER_2.items() if row.status in (AGREED, DROPPED)} == SETTLED_AFTER_2
    for questionnaire in seen.questionnaires.values():
        assert set(questionnaire) == set(AFTER_3)


@pytest.mark.parametrize("number", [2, 3])
def test_board_shows_what_was_typed(seen: Seen, number: int) -> None:
    text, tables = seen.boards[number]
    rows = AFTER_2 if number == 2 else AFTER_3
    sheet = (ROUND_2 if number == 2 else ROUND_3)["feasibility"]
    lines = lines_of(seen, tables)
    in_order = by_kind(rows)
    assert set(lines) == set(rows)
    for key, row in rows.items():
        line = lines[key]
        assert first_number(line["Rank"]) == in_order[key], key
        assert line["Agree"] == f"{row.k} of {row.n}", key
        assert (float(line["Median"]), float(line["Spread"])) == (row.median, row.iqr), key
        assert f"{row.n} answers. {row.counts} " in line["Importance 1–9"], key
        if key in sheet:
            other = expected(sheet[key])
            assert f"{other.n} answers. {other.counts} " in line["Feasibility 1–9"], key
            assert f"median {other.median:g}, {other.k} of {other.n} agree" in line["Feasibility 1–9"], key
        if row.status in CLASS_OF:
            assert line["Verdict"] == CLASS_OF[row.status], key
        elif number == 2:
            assert line["Verdict"] == CLASSES_AFTER_2[key], key
    n_agreed = sum(row.status == AGREED for row in rows.values())
    assert f"{n_agreed} of {len(rows)} statement" in text
    assert f"{N_EXPERTS if number == 2 else LATE_COMER} of {N_EXPERTS} people answered" in text


def test_board_shows_how_far_experts_agree_on_the_order(seen: Seen) -> None:
    text, _ = seen.boards[2]
    for first, second in (("distance", "transport"), ("pay", "trust")):
        w = kendall_w([ROUND_2["importance"][first], ROUND_2["importance"][second]])
        assert f"Kendall's W {w:.2f} " in text


def test_round_3_shows_the_own_answer_beside_the_counts_of_the_group(seen: Seen) -> None:
    for number, questionnaire in seen.questionnaires.items():
        for key in ("compost", "map", "transport"):
            row = AFTER_2[key]
            words = questionnaire[key].replace(" ,", ",").replace(" .", ".")
            bands = f"{row.between(1, 3)} at 1–3, {row.between(4, 6)} at 4–6, {row.between(7, 9)} at 7–9"
            assert f"{row.n} answers: {bands}. The middle answer is {row.median:g}." in words
            assert f"You answered {ROUND_2['importance'][key].split()[number]}." in words
            assert f"Answers per point: {row.counts.replace(';', ',')}." in words


def test_too_few_answers_are_told_in_a_sentence_without_counts(seen: Seen) -> None:
    words = seen.questionnaires[0]["laboratory"]
    assert "A few people answered, from 3 to 9. The middle answer is 5." in words
    assert "Answers per point" not in words
    assert "In round 2 you said: outside my expertise." in seen.questionnaires[1]["laboratory"]
    assert "You did not answer this in round 2." in seen.questionnaires[2]["laboratory"]


def test_reviewed_comments_are_read_by_others_as_the_facilitator_decided(seen: Seen) -> None:
    for number, questionnaire in seen.questionnaires.items():
        for written in COMMENTS:
            if written.key not in questionnaire or written.expert == number:
                continue
            words = questionnaire[written.key]
            assert (written.text in words) == (written.decision == "share")
            if written.decision == "paraphrase":
                assert written.paraphrase[0] in words


def test_outcomes_are_ranked_by_their_last_round(seen: Seen) -> None:
    lines = lines_of(seen, seen.outcomes)
    in_order = by_kind(FINAL)
    assert set(lines) == set(FINAL)
    for key, row in FINAL.items():
        line = lines[key]
        assert first_number(line["Rank"]) == in_order[key], key
        assert line["Outcome"] == row.status, key
        assert line["Agree"] == f"{row.k} of {row.n}", key
        assert (float(line["Median"]), float(line["Spread"])) == (row.median, row.iqr), key
        assert f"round {3 if key in AFTER_3 else 2}" in line["Statement"]


def test_secretariat_lists_the_same_figures(seen: Seen) -> None:
    in_order = by_kind(FINAL)
    lines: dict[str, dict[str, str]] = {}
    for tables in seen.lists.values():
        lines |= lines_of(seen, tables)
    for key, row in FINAL.items():
        line = lines[key]
        assert first_number(line.get("Rank", "–")) == in_order[key], key
        assert (line["n"], line["Agree"]) == (str(row.n), f"{row.k} of {row.n}"), key
        assert (float(line["Median"]), float(line["IQR"])) == (row.median, row.iqr), key
    for key in ("distance", "pay"):
        assert DESK_WORDS[key] in lines["advisers"]["Obstacles and success factors"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_every_file_holds_the_same_figures(seen: Seen, format: str, language: str) -> None:
    rows = activity_rows(seen.files, format=format, language=language)
    in_order = by_kind(FINAL)
    assert set(rows) == {seen.study.codes[key] for key in FINAL}
    for key, row in FINAL.items():
        cells = rows[seen.study.codes[key]]
        assert (int(cells["rank"]) if cells["rank"] else None) == in_order[key], key
        assert (int(cells["n"]), int(cells["k"]), int(cells["of"])) == (row.n, row.k, row.n), key
        assert (float(cells["median"]), float(cells["iqr"])) == (row.median, row.iqr), key
        assert cells["text"] == (WORDINGS[key].english if language == "en" else WORDINGS[key].french)
        if key in FEASIBILITY:
            assert float(cells["feasibility"]) == FEASIBILITY[key].median, key
    sorted_one = rows[seen.study.codes["advisers"]]
    assert sorted_one["category"] == CATEGORY[language == "fr"]
    assert sorted_one["facility"]
    assert FACILITY_REASON.encode() in seen.files[f"activities-{language}.json"]
