"""My data: what is stored about one person, in plain words, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from delphi.expert.pages.home import contacts_of
from delphi.questions.words import answer_lines
from surveys.localized import LocalizedText
from surveys.queries.my_panels import MyPanel
from surveys.rules.questions import AskedQuestion
from surveys.vocabulary import MembershipStatus

WORDS: dict[str, Any] = {
    "panellist": _l("Task forces you were asked into, with your college, region and agreement"),
    "consent_version": _l("Wordings of the consent you agreed to"),
    "submission": _l("Rounds you opened, with the times of saving and sending and your receipts"),
    "idea": _l("Ideas you wrote"),
    "idea_flag": _l("Remarks you made on what became of your ideas"),
    "rating": _l("Ratings"),
    "rating_change": _l("Earlier values of ratings you changed"),
    "comment": _l("Comments"),
    "question_answer": _l("Answers to further questions"),
    "question_answer_change": _l("Earlier answers to further questions that you changed"),
    "text_change": _l("Earlier texts that you replaced"),
    "draft": _l("Texts you began and did not finish"),
    "field_write": _l("Times at which fields were saved"),
    "frozen_rating": _l("Copies of your ratings as they were counted when a round closed"),
    "frozen_question_answer": _l("Copies of your answers to further questions as they were counted"),
    "colleague_suggestion": _l("Colleagues you suggested"),
    "invitation": _l("Personal links made for you (the link itself is not stored)"),
    "sign_in": _l("Devices on which you opened your link"),
    "consultation_member": _l("Consultations in which you have a vote"),
    "vote": _l("Your votes in consultations, by name"),
    "export_job": _l("Files you asked for as staff"),
    "outbox_message": _l("Mails to you"),
    "name_lookup": _l("Times your name was looked up behind a code, or this was asked for, with the reason"),
    "account_link": _l("Links by which you may set a password as staff (the link itself is not stored)"),
    "authenticator": _l("The app that shows your codes as staff (its secret is not shown)"),
    "recovery_code": _l("Recovery codes of your staff account (the codes themselves are not stored)"),
    "passkey": _l("Passkeys of your staff account (only their public halves are stored)"),
    "erasure_request": _l("Times you asked for your name to be removed"),
    "staff_role": _l("Roles you hold in running studies"),
    "staff_password": _l("When your password as staff was changed (the password itself is not stored)"),
}
"""Table to what it holds, complete by test."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows of one kind are stored."""

    words: str
    n: int


@dataclass(frozen=True, slots=True)
class DataSeat:
    """One task force: since when, and the rounds whose answers can be read."""

    code: str
    title: LocalizedText
    membership: MembershipStatus
    agreed_at: datetime | None
    wording: str
    """Which wording of the consent they agreed to, such as "en 2"; empty before they had numbers."""
    answers: tuple[tuple[int, str], ...]
    """Round number and the address of one's own answers."""


@dataclass(frozen=True, slots=True)
class DataStudy:
    study_id: int
    name: LocalizedText
    seats: tuple[DataSeat, ...]
    leave_url: str
    """Empty where there is nothing left to leave."""


@dataclass(frozen=True, slots=True)
class MyDataPage:
    name: str
    email: str
    language: str
    since: datetime
    studies: tuple[DataStudy, ...]
    holdings: tuple[Holding, ...]
    contacts: tuple[MyPanel, ...]
    asked_at: datetime | None
    """When they asked for their name to be removed; None where nothing is open."""


ANSWER_OF = {
    "question_answer": "answer",
    "question_answer_change": "old_answer",
    "frozen_question_answer": "answer",
}
"""Tables of answers that name options by codes, and the column that holds them."""


def asked_questions(data: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[int]:
    """The ids of the questions that these rows answer."""
    return sorted({row["question_id"] for table in ANSWER_OF for row in data.get(table, ())})


def with_words(
    data: Mapping[str, Sequence[Mapping[str, Any]]], *, questions: Mapping[int, AskedQuestion]
) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The same rows; beside each answer to a further question its lines as people read them, in the page's language."""
    found = dict(data)
    for table, column in ANSWER_OF.items():
        if table in data:
            found[table] = [
                {**row, "in_words": list(answer_lines(questions[row["question_id"]], row[column]))}
                if row[column] is not None
                else row
                for row in data[table]
            ]
    return found


IN_IT = (MembershipStatus.INVITED, MembershipStatus.JOINED)


def my_data_page(*, data: Mapping[str, Sequence[Mapping[str, Any]]], panels: Sequence[MyPanel]) -> MyDataPage:
    person = data["person"][0]
    asked = [row["asked_at"] for row in data.get("erasure_request", ()) if row["settled_at"] is None]
    agreed = {
        row["task_force_id"]: _agreed(row, versions=data.get("consent_version", ()))
        for row in data.get("panellist", ())
    }
    return MyDataPage(
        name=person["name"],
        email=person["email"],
        language=person["language"],
        since=datetime.fromisoformat(person["created_at"]),
        studies=tuple(
            _study(panels, study_id, agreed=agreed) for study_id in sorted({panel.study_id for panel in panels})
        ),
        holdings=tuple(Holding(str(words), len(data[table])) for table, words in WORDS.items() if data.get(table)),
        contacts=contacts_of(panels),
        asked_at=datetime.fromisoformat(asked[0]) if asked else None,
    )


def _agreed(row: Mapping[str, Any], *, versions: Sequence[Mapping[str, Any]]) -> tuple[datetime | None, str]:
    """When somebody agreed in one seat, and to which wording."""
    wording = next(
        (f"{one['language']} {one['number']}" for one in versions if one["id"] == row["consent_version_id"]), ""
    )
    return (datetime.fromisoformat(row["consented_at"]) if row["consented_at"] else None), wording


def _study(panels: Sequence[MyPanel], study_id: int, *, agreed: Mapping[int, tuple[datetime | None, str]]) -> DataStudy:
    own = [panel for panel in panels if panel.study_id == study_id]
    stays = any(panel.membership in IN_IT for panel in own)
    return DataStudy(
        study_id=study_id,
        name=own[0].study_name,
        seats=tuple(
            DataSeat(
                code=panel.code,
                title=panel.title,
                membership=panel.membership,
                agreed_at=agreed[panel.task_force_id][0],
                wording=agreed[panel.task_force_id][1],
                answers=tuple(
                    (each.number, url_for("expert.answers", round_id=each.id))
                    for each in panel.rounds
                    if each.has_begun and panel.membership in IN_IT
                ),
            )
            for panel in own
        ),
        leave_url=url_for("expert.leave_study", study_id=study_id) if stays else "",
    )
