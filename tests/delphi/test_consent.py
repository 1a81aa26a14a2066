"""What people agree to: the study's lines, and the number of the protocol that is in force, whatever it is."""

from dataclasses import replace

import pytest
from flask import Flask

from analysis.types import Scale
from delphi.consent import consent_text
from delphi.documents.questionnaire import paper_questionnaire, questionnaire_data
from surveys.localized import LocalizedText
from surveys.queries.asked_round import asked_round
from surveys.rules.protocol import ProtocolSettings, default_settings
from tests.builders import a_study, an_expert, an_open_rating_round, expert_client


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (3, "Figures are shown from 3 answers on. For fewer, nothing is shown."),
        (4, "Figures are shown from 4 answers on. For three or more you see one sentence, below three nothing."),
        (10, "Figures are shown from 10 answers on. For three or more you see one sentence, below three nothing."),
    ],
)
def test_the_welcome_states_the_group_size_of_the_protocol(app: Flask, n: int, sentence: str) -> None:
    nine = Scale(1, 9)
    settings: ProtocolSettings = default_settings({"importance": nine, "feasibility": nine})
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=0, settings=replace(settings, min_group_size=n))
        person, _ = an_expert(session, task_force_id=small.task_force_id, slug="new", consented=False)
        round_, _ = an_open_rating_round(session, small)
        person_id, round_id = person.id, round_.id
    page = expert_client(app, small, person_id).get(f"/my/{small.task_force_id}/welcome").text
    assert f" {sentence}</li>" in page
    assert "sees by name who has answered, to send reminders, but your answers under a code" in page
    with app.test_request_context(), app.extensions["delphi_database"].reading() as session:
        asked = asked_round(session, round_id=round_id)
        paper = paper_questionnaire(session, asked=asked, code="7K3-Q9M", needs_consent=True)
        assert questionnaire_data(paper)["terms"][-1] == sentence
        assert questionnaire_data(replace(paper, needs_consent=False))["terms"] == []


def test_the_study_s_own_lines_stand_before_the_number(app: Flask) -> None:
    text = LocalizedText(en="Taking part is your choice.\n1. Without your name.\n2. Leave at any time.")
    with app.test_request_context("/?language=fr"):
        found = consent_text(text, min_group_size=5)
        assert found.intro == ("Taking part is your choice.",)
        assert found.points == ("Without your name.", "Leave at any time.")
        assert found.language == "en"
