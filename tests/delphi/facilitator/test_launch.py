"""Launching, following, reminding, closing with advice, opening again; pilots and rehearsals from their pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from delphi.database import Database
from delphi.launches import launch_due
from delphi.mail.messages import compose
from delphi.rehearsals import play_on
from surveys.errors import RuleViolation
from surveys.models import (
    AuditEvent,
    College,
    OutboxMessage,
    Outcome,
    Panellist,
    Reopening,
    Round,
    RoundResult,
    Snapshot,
    Study,
    TaskForce,
)
from surveys.rules.forecast import forecast
from surveys.services.launching import UNDO_WINDOW, launch, undo_launch
from surveys.services.next_round import build_next_round
from surveys.services.outcomes import publish_outcomes
from surveys.services.reopening import reopen_round
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.services.synthesis import park_idea
from surveys.services.verification import verify
from surveys.vocabulary import (
    AuditAction,
    MessageKind,
    OutboxStatus,
    RoundStatus,
    StatementKind,
    StudyKind,
    ViolationCode,
)
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_planned_round,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    everything_stored,
    rate,
    said,
    staff_client,
    token_in,
)
from tests.delphi.mail.test_messages import FACTS

SOON = timedelta(minutes=5)
LATER = NOW + timedelta(days=14)


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["delphi_database"]
    return found


def digest_in(page: str) -> str:
    return page.split('name="digest" value="')[1].split('"')[0]


def refused(code: ViolationCode) -> pytest.RaisesExc[RuleViolation]:
    return pytest.RaisesExc(RuleViolation, check=lambda violation: violation.code is code)


def test_a_launch_can_be_undone_until_its_mails_leave(database: Database) -> None:
    with database.writing() as session:
        small, round_ = a_planned_round(session)
        actor = as_facilitator(small)
        launch(session, actor=actor, round_id=round_.id, deadline_at=LATER, now=NOW)
        due = session.exec(select(OutboxMessage.due_at)).all()
        assert set(due) == {NOW + UNDO_WINDOW}
        with refused(ViolationCode.UNDO_TOO_LATE):
            undo_launch(session, actor=actor, round_id=round_.id, now=NOW + UNDO_WINDOW)
        undo_launch(session, actor=actor, round_id=round_.id, now=NOW + SOON)
        assert (round_.status, round_.opened_at) == (RoundStatus.PLANNED, None)
        assert set(session.exec(select(OutboxMessage.status)).all()) == {OutboxStatus.CANCELLED}
        launch(session, actor=actor, round_id=round_.id, deadline_at=LATER, now=NOW + SOON)
        submit_answers(session, actor=as_expert(small, small.experts[0]), round_id=round_.id, now=NOW + SOON)
        with refused(ViolationCode.UNDO_ANSWERED):
            undo_launch(session, actor=actor, round_id=round_.id, now=NOW + SOON)


def test_the_checklist_leads_to_every_fix_and_a_launch_to_the_monitor(app_on_each: Flask) -> None:
    database = database_of(app_on_each)
    with database.writing() as session:
        small, round_ = a_planned_round(session)
    client = staff_client(app_on_each, small.facilitator_id)
    address = f"/facilitate/rounds/{round_.id}"
    page = client.get(f"{address}/open").text
    assert "No test mail has left this server yet" in page
    assert "No sample link was opened yet" in page
    assert page.count(f'href="{address}/pilot"') >= 3
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": "2031-07-01T18:00"}
    past = client.post(f"{address}/open", data={**data, "act": "schedule", "opens": "2031-07-02T08:00"})
    assert past.status_code == 422
    assert "The opening must lie in the future" in past.text
    later = client.post(f"{address}/open", data={**data, "act": "schedule", "opens": "2031-06-01T08:00"})
    assert later.status_code == 303
    assert "It will be opened by itself on Sunday 1 June 2031, 08:00 Paris" in client.get(f"{address}/open").text
    opens_at = datetime(2031, 6, 1, 6, 0, tzinfo=UTC)
    assert launch_due(database, now=opens_at - timedelta(seconds=1)) == 0
    assert launch_due(database, now=opens_at) == 1
    assert launch_due(database, now=opens_at) == 0
    with database.reading() as session:
        stored = session.get_one(Round, round_.id)
        assert (stored.status, stored.opened_at) == (RoundStatus.OPEN, opens_at)
        assert stored.deadline_at == datetime(2031, 7, 1, 16, 0, tzinfo=UTC)


def test_what_may_not_be_opened_at_its_time_stays_planned_and_says_why(lite: Database) -> None:
    with lite.writing() as session:
        small, round_ = a_planned_round(session)
        round_.opens_at, round_.deadline_at = NOW, LATER
        for panellist_id in small.panellists:
            session.delete(session.get_one(Panellist, panellist_id))
    assert launch_due(lite, now=NOW) == 0
    with lite.reading() as session:
        stored = session.get_one(Round, round_.id)
        assert (stored.status, stored.opens_at) == (RoundStatus.PLANNED, None)
        failed = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.LAUNCH_FAILED)).one()
        assert failed.details["problem"] == "no_panellists"


def test_launch_and_undo_through_the_pages(app: Flask) -> None:
    with database_of(app).writing() as session:
        small, round_ = a_planned_round(session)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/rounds/{round_.id}"
    page = client.get(f"{address}/open").text
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": "2031-07-01T18:00", "act": "now"}
    opened = client.post(f"{address}/open", data=data)
    assert opened.headers["Location"] == f"{address}/monitor"
    monitor = client.get(f"{address}/monitor").text
    assert "Undo the launch" in monitor
    undone = client.post(f"{address}/undo-launch", data={"csrf_token": token_in(monitor)})
    assert undone.headers["Location"] == f"{address}/open"
    with database_of(app).reading() as session:
        assert session.get_one(Round, round_.id).status is RoundStatus.PLANNED


def test_the_monitor_counts_people_and_names_no_small_college(app_on_each: Flask) -> None:
    with database_of(app_on_each).writing() as session:
        small = a_study(session, n_experts=12)
        research = College(study_id=small.study_id, code="research", name=said("Research"))
        lonely = College(study_id=small.study_id, code="lonely", name=said("Lonely"))
        session.add_all([research, lonely])
        session.flush()
        for number, panellist_id in enumerate(small.panellists):
            session.get_one(Panellist, panellist_id).college_id = lonely.id if number == 11 else research.id
        farmers = session.exec(select(College).where(College.code == "farmers")).one()
        for panellist_id in small.panellists[:5]:
            session.get_one(Panellist, panellist_id).college_id = farmers.id
        round_, statements = an_open_rating_round(session, small, n_statements=6)
        rate(session, small, round_id=round_.id, statements=statements, rows="|".join(["9 9 9 9 9 9"] * 7))
        for person_id in small.experts[:6]:
            submit_answers(session, actor=as_expert(small, person_id), round_id=round_.id, now=NOW)
    client = staff_client(app_on_each, small.facilitator_id)
    page = client.get(f"/facilitate/rounds/{round_.id}/monitor").text
    numbers = [part.split("</b>")[0] for part in page.split('<b class="num">')[1:]]
    assert numbers == ["12", "12", "7", "6"]
    assert "Farmers" in page and "Research" in page and "Lonely" not in page
    assert "1 college is not shown by itself" in page
    assert "edian" not in page and "9" not in numbers
    calls = client.get(f"/facilitate/rounds/{round_.id}/call-list.csv").data.decode("utf-8-sig")
    assert len(calls.splitlines()) == 7
    assert "expert.soil.a5.12@example.org" in calls and "expert.soil.a5.1@example.org" not in calls
    closing = client.get(f"/facilitate/rounds/{round_.id}/close").text
    assert "What the missing answers can still change" in closing
    assert "Counted from the answers that 5 people had sent." in closing


def test_a_reminder_is_looked_at_in_both_languages_and_takes_a_sentence_along(app_on_each: Flask) -> None:
    with database_of(app_on_each).writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
    client = staff_client(app_on_each, small.facilitator_id)
    address = f"/facilitate/rounds/{round_.id}/reminders"
    page = client.get(address).text
    assert "Start with one question" in page and "Commencez par une seule question" in page
    data = {"csrf_token": token_in(page), "note-en": "We meet on Friday.", "note-fr": "Réunion vendredi."}
    looked = client.post(address, data={**data, "act": "look"}).text
    assert looked.count("We meet on Friday.") == 3
    assert client.post(address, data={**data, "act": "send"}).status_code == 303
    with database_of(app_on_each).reading() as session:
        mails = session.exec(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.REMINDER)).all()
        assert len(mails) == 6
        assert mails[0].params["note"] == {"en": "We meet on Friday.", "fr": "Réunion vendredi."}
    again = client.post(address, data={**data, "act": "send"})
    assert again.status_code == 422
    assert "We meet on Friday." in again.text
    too_long = client.post(address, data={**data, "note-en": "x" * 700, "act": "look"})
    assert "x" * 700 in too_long.text


def test_a_day_more_counts_from_now_or_from_the_closing_time(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small, deadline_at=datetime.now(UTC) + timedelta(days=2))
    before = round_.deadline_at
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/rounds/{round_.id}/close").text
    assert client.post(f"/facilitate/rounds/{round_.id}/grace", data={"csrf_token": token_in(page)}).status_code == 303
    with database_of(app).reading() as session:
        assert before is not None
        assert session.get_one(Round, round_.id).deadline_at == before + timedelta(hours=24)


def a_closed_round(session: Session) -> tuple[SmallStudy, Round, list[int]]:
    small = a_study(session)
    round_, statements = an_open_rating_round(session, small)
    rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2 | 7 8 9 | 9 8 8 | 8 8 7")
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return small, round_, statements


def test_opening_again_keeps_the_snapshot_and_marks_what_rests_on_it(database: Database) -> None:
    with database.writing() as session:
        small, round_, statements = a_closed_round(session)
        actor = as_facilitator(small)
        following = build_next_round(session, actor=actor, task_force_id=small.task_force_id, decisions={}, now=NOW)
        first = session.exec(select(Snapshot)).one()
        kept = (first.digest, first.n_answered)
        results = session.exec(select(RoundResult.median).order_by(col(RoundResult.id))).all()
        reopen_round(
            session,
            actor=actor,
            round_id=round_.id,
            reason="A mail was late",
            deadline_at=LATER,
            now=NOW + timedelta(hours=47),
        )
        session.refresh(following)
        assert following.stale_since == NOW + timedelta(hours=47)
        assert session.exec(select(OutboxMessage.kind)).all() == [MessageKind.ROUND_REOPENED] * 6
        assert session.exec(select(Reopening)).one().snapshot_number == 1
        with refused(ViolationCode.PREVIOUS_ROUND_OPEN):
            launch(session, actor=actor, round_id=following.id, deadline_at=LATER, now=NOW + timedelta(hours=47))
        rate(session, small, round_id=round_.id, statements=statements, rows="1 1 1", now=NOW + timedelta(hours=47))
        close_round(session, actor=actor, round_id=round_.id, now=NOW + timedelta(hours=50))
        snapshots = session.exec(select(Snapshot).order_by(col(Snapshot.number))).all()
        assert [snapshot.number for snapshot in snapshots] == [1, 2]
        assert (snapshots[0].digest, snapshots[0].n_answered) == kept
        assert snapshots[1].digest != kept[0]
        again = session.exec(
            select(RoundResult.median).where(RoundResult.snapshot_id == first.id).order_by(col(RoundResult.id))
        ).all()
        assert again == results
        build_next_round(session, actor=actor, task_force_id=small.task_force_id, decisions={}, now=NOW)
        session.refresh(following)
        assert following.stale_since is None
    with database.reading() as session:
        assert verify(session) is not None


def test_published_outcomes_are_out_of_date_until_published_again(database: Database) -> None:
    with database.writing() as session:
        small, round_, _ = a_closed_round(session)
        actor = as_facilitator(small)
        publish_outcomes(session, actor=actor, task_force_id=small.task_force_id, now=NOW)
        reopen_round(session, actor=actor, round_id=round_.id, reason="Late", deadline_at=LATER, now=NOW)
        assert None not in session.exec(select(Outcome.stale_since)).all()
        close_round(session, actor=actor, round_id=round_.id, now=NOW + timedelta(hours=1))
        publish_outcomes(session, actor=actor, task_force_id=small.task_force_id, now=NOW + timedelta(hours=2))
        session.expire_all()
        assert set(session.exec(select(Outcome.stale_since)).all()) == {None}


def test_what_may_not_be_opened_again(lite: Database) -> None:
    with lite.writing() as session:
        small, round_, _ = a_closed_round(session)
        actor = as_facilitator(small)
        about = {"actor": actor, "round_id": round_.id, "deadline_at": LATER + timedelta(days=9)}
        with refused(ViolationCode.REASON_MISSING):
            reopen_round(session, reason=" ", now=NOW, **about)  # type: ignore[arg-type]
        with refused(ViolationCode.REOPEN_TOO_LATE):
            reopen_round(session, reason="x", now=NOW + timedelta(hours=48, seconds=1), **about)  # type: ignore[arg-type]
        following = build_next_round(session, actor=actor, task_force_id=small.task_force_id, decisions={}, now=NOW)
        launch(session, actor=actor, round_id=following.id, deadline_at=LATER, now=NOW)
        with refused(ViolationCode.LATER_ROUND_STARTED):
            reopen_round(session, reason="x", now=NOW, **about)  # type: ignore[arg-type]


def test_a_round_of_ideas_is_opened_again_only_before_the_synthesis(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, ideas = a_closed_ideas_round(session, small, ideas=[(0, StatementKind.ACTIVITY, "Prices", "en")])
        actor = as_facilitator(small)
        park_idea(session, actor=actor, task_force_id=small.task_force_id, idea_id=ideas[0], reason="No place", now=NOW)
        with refused(ViolationCode.IDEAS_WORKED_ON):
            reopen_round(session, actor=actor, round_id=round_.id, reason="Late", deadline_at=LATER, now=NOW)


def test_opening_again_through_the_page(app_on_each: Flask) -> None:
    now = datetime.now(UTC)
    with database_of(app_on_each).writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2 | 7 8 9")
        close_round(session, actor=None, round_id=round_.id, now=now)
    client = staff_client(app_on_each, small.facilitator_id)
    assert "Open again" in client.get(f"/facilitate/task-forces/{small.task_force_id}").text
    address = f"/facilitate/rounds/{round_.id}/reopen"
    page = client.get(address).text
    assert "6 people get a mail with your reason." in page
    data = {"csrf_token": token_in(page), "reason": "", "deadline": "2031-07-01T18:00"}
    assert client.post(address, data=data).status_code == 422
    done = client.post(address, data={**data, "reason": "Two mails bounced"})
    assert done.status_code == 303
    assert client.get(f"/facilitate/rounds/{round_.id}/board").status_code == 422
    assert client.post(address, data={**data, "reason": "again"}).status_code == 422
    log = client.get(f"/facilitate/task-forces/{small.task_force_id}/log").text
    assert "Opened round 1 again" in log and "Two mails bounced" in log


def test_a_pilot_from_its_page_leaves_the_study_alone(app: Flask) -> None:
    database = database_of(app)
    with database.writing() as session:
        small, round_ = a_planned_round(session)
    client = staff_client(app, small.facilitator_id)
    secretary = staff_client(app, small.secretary_id)
    shown = [f"/oversee/studies/{small.study_id}", f"/facilitate/rounds/{round_.id}/open"]
    programme = secretary.get(shown[0], follow_redirects=True).text.split("<main")[1]
    address = f"/facilitate/rounds/{round_.id}/pilot"
    token = token_in(client.get(address).text)
    assert client.post(f"{address}/start", data={"csrf_token": token}).status_code == 303
    bad = client.post(f"{address}/ask", data={"csrf_token": token, "name": "Eva", "email": "eva"})
    assert bad.status_code == 422 and 'value="Eva"' in bad.text
    ask = {"csrf_token": token, "name": "Eva", "email": "eva@example.org", "language": "fr"}
    assert client.post(f"{address}/ask", data=ask).status_code == 303
    page = client.get(address).text
    assert "Eva" in page and "Not opened yet" in page
    assert client.post(f"{address}/minutes", data={"csrf_token": token}).status_code == 422
    assert secretary.get(shown[0], follow_redirects=True).text.split("<main")[1] == programme
    with database.reading() as session:
        copy = session.exec(select(TaskForce).where(TaskForce.copy_of_id == small.task_force_id)).one()
        assert session.get_one(Study, copy.study_id).kind is StudyKind.PILOT
    assert "This is a pilot." in client.get(f"/facilitate/task-forces/{copy.id}").text
    assert client.post(f"{address}/discard", data={"csrf_token": token}).status_code == 303
    assert "Start the pilot" in client.get(address).text


def test_a_rehearsal_is_played_in_the_background_and_goes_on_after_a_crash(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = database_of(app)
    with database.writing() as session:
        small = a_study(session)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/rehearsal"
    token = token_in(client.get(address).text)
    for _ in range(2):
        assert client.post(f"{address}/play", data={"csrf_token": token}).status_code == 303
    with database.reading() as session:
        copy = session.exec(select(TaskForce).where(TaskForce.copy_of_id == small.task_force_id)).one()
    for _ in range(4):
        assert play_on(database)
    page = client.get(address).text
    assert "4 of 9 invented experts have answered." in page
    assert 'value="4" max="27"' in page
    assert "does not run now" in page
    stored = everything_stored(database)
    with monkeypatch.context() as patch:
        patch.setattr("surveys.services.rehearsal.submit_answers", power_cut)
        with pytest.raises(KeyboardInterrupt):
            play_on(database)
    assert everything_stored(database) == stored, "of the step that was cut off nothing is left"
    n_steps = 4
    while play_on(database):
        n_steps += 1
    assert n_steps > 3 * 9, "other writers wait for one answer at most, never for a round"
    page = client.get(address).text
    assert "mails held back" in page and "round_" not in page, "each kind of mail has its words"
    board = page.split('class="button" href="')[1].split('"')[0]
    assert "This is a rehearsal with invented experts." in client.get(board).text
    today = client.get("/facilitate/").text
    assert today.count("Plan round 1 with open questions") <= 2
    assert client.post(f"{address}/discard", data={"csrf_token": token}).status_code == 303
    assert client.get(board).status_code == 404
    with database.reading() as session:
        assert session.get(Study, copy.study_id) is None
        played = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.REHEARSAL_PLAYED)).one()
    assert (played.task_force_id, played.actor_id) == (small.task_force_id, small.facilitator_id)


def power_cut(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_rehearsal_that_cannot_go_on_leaves_nothing_and_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_of(app)
    with database.writing() as session:
        small = a_study(session)
    before = everything_stored(database)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/rehearsal"
    token = token_in(client.get(address).text)
    client.post(f"{address}/play", data={"csrf_token": token})
    monkeypatch.setattr("surveys.services.rehearsal.close_round", lambda *_, **__: 1 / 0)
    while play_on(database):
        pass
    assert "could not be played to its end" in client.get(address).text
    after = everything_stored(database)
    for told in ("audit_event", "sign_in"):
        del before[told], after[told]
    assert after == before


def test_forecast_carries_the_pace_on_and_promises_nothing() -> None:
    opened = NOW
    sent = [NOW + timedelta(days=day) for day in (1, 2, 3, 3.5)]
    found = forecast(
        sent, n_invited=20, opened_at=opened, deadline_at=NOW + timedelta(days=8), now=NOW + timedelta(days=4)
    )
    assert found is not None
    assert (found.expected, round(found.per_day, 2)) == (8, 1.0)
    early = forecast(sent, n_invited=20, opened_at=opened, deadline_at=LATER, now=NOW + timedelta(hours=3))
    assert early is None
    assert forecast(sent, n_invited=20, opened_at=opened, deadline_at=NOW, now=NOW) is None


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", [MessageKind.ROUND_REOPENED, MessageKind.REMINDER])
def test_what_the_sender_adds_stands_in_the_mail(kind: MessageKind, language: str) -> None:
    facts = replace(FACTS, language=language, note="Two mails bounced.")
    mail = compose(kind, facts)
    assert "\n\nTwo mails bounced.\n\n" in mail.text
    assert "Two mails" not in compose(kind, replace(facts, note="")).text
