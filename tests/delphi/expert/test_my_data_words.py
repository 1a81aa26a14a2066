"""The download of my data: answers to further questions can be read without knowing the codes of their options."""

import json

from flask import Flask

from surveys.vocabulary import QuestionKind
from tests.delphi.expert.test_questions import Asked

K = QuestionKind


def test_answers_that_name_options_by_codes_stand_there_in_words_too(app: Flask) -> None:
    asked = Asked(app, kinds=(K.RANKING, K.SORT_GROUPS, K.YES_NO))
    asked.answer(K.RANKING, {"o1": "2", "o2": "1", "o3": "3"})
    asked.answer(K.SORT_GROUPS, {"o1": "g2"})
    asked.answer(K.YES_NO, {"way": "yes"})
    asked.answer(K.YES_NO, {"way": "outside"})
    content = json.loads(asked.client.get("/my/data.json").text)
    words = {row["question_id"]: row.get("in_words") for row in content["question_answer"]}
    assert words == {
        asked.ids[K.RANKING]: ["1. Private money", "2. Public money", "3. A levy"],
        asked.ids[K.SORT_GROUPS]: ["Public money: Later"],
        asked.ids[K.YES_NO]: None,
    }
    assert [row["in_words"] for row in content["question_answer_change"]] == [["Yes"]]
    french = json.loads(asked.client.get("/my/data.json?language=fr").text)
    assert "Private money (fr)" in french["question_answer"][0]["in_words"][0]
