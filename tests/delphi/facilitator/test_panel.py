"""The panel's pages: pasted lines mended on screen, states, bounces, single changes, people who register themselves."""

import io
import re
from html import unescape

import pytest
from flask import Flask
from sqlmodel import col, select

from delphi.database import Database
from surveys.models import (
    AuditEvent,
    College,
    Invitation,
    OutboxMessage,
    Panellist,
    Person,
    Region,
    TaskForce,
    WalkIn,
)
from surveys.services.outbox import mark_failed, mark_sent, queue_message
from surveys.services.rounds import plan_round
from surveys.vocabulary import MembershipStatus, MessageKind, OutboxStatus, RoundKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_person,
    a_study,
    an_expert,
    an_open_rating_round,
    expert_client,
    said,
    staff_client,
    token_in,
)

GIVEN = ("Awa", "Kofi", "Ida", "Luc", "Mei", "Omar", "Ana", "Jon", "Noor", "Eva")
FAMILY = ("Diarra", "Mensah", "Berg", "Martin", "Chen", "Haddad")


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["delphi_database"]
    return found


def sixty_lines() -> list[str]:
    """A pasted sheet with French headings: sixty people, five of them with something wrong."""
    lines = ["Nom\tPrénom\tCourriel\tLangue\tCollège\tRégion"]
    for number in range(60):
        given, family = GIVEN[number % 10], FAMILY[number // 10]
        language = "français" if number % 2 else "EN"
        lines.append(f"{family}\t{given}\t{given}.{family}@example.org\t{language}\tAgriculteurs\tAfrique")
    lines[7] = lines[7].replace("@example.org", " at example.org")
    lines[12] = lines[11]
    lines[20] = lines[20].replace("\tEN\t", "\t\t").replace("\tfrançais\t", "\t\t")
    lines[33] = lines[33].replace("Agriculteurs", "")
    lines[41] = lines[41].replace("Afrique", "Mars")
    return lines


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send back of the import form, without buttons and empty ticks."""
    form = page[page.index('class="whole"') :]
    found = dict(re.findall(r'<input type="(?:hidden|text)"[^>]*? name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else first[1] if first else ""
    return {name: unescape(value) for name, value in found.items()}


def test_sixty_pasted_people_of_whom_five_are_mended_on_screen(app_on_each: Flask) -> None:
    database = database_of(app_on_each)
    with database.writing() as session:
        small = a_study(session, n_experts=0)
    client = staff_client(app_on_each, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    data = {"csrf_token": token_in(client.get(address).text), "text": "\n".join(sixty_lines())}
    page = client.post(f"{address}/import", data=data).text
    assert "55 lines are fine." in page
    assert "5 lines need you." in page
    for words in (
        "This is no mail address.",
        "The same address stands on line 12",
        "The language is missing.",
        "The college is missing.",
        "The study has no such region.",
    ):
        assert page.count(words) == 1, words
    with database.reading() as session:
        assert session.exec(select(Panellist)).all() == []
    fields = fields_of(page)
    assert " at example.org" in fields["cell-8-email"]
    fields["cell-8-email"] = fields["cell-8-email"].replace(" at ", "@")
    fields["cell-13-name"], fields["cell-13-email"] = "Awa Mensah-Two", "second@example.org"
    fields["cell-21-language"] = "fr"
    fields["cell-34-college"] = "-"
    # One is mended wrongly first: what was typed stays, and the others are not asked for again.
    fields["cell-42-region"] = ""
    checked = client.post(f"{address}/import", data={**fields, "cell-42-email": "broken", "act": "check"}).text
    assert "59 lines are fine." in checked
    assert "1 line needs you." in checked
    assert 'value="broken"' in checked
    again = fields_of(checked)
    again["cell-42-email"] = "last@example.org"
    done = client.post(f"{address}/import", data={**again, "act": "import"})
    assert done.status_code == 303
    shown = client.get(address).text
    assert "60 people were added to the panel." in shown
    assert "60 people sit in the panel." in shown
    with database.reading() as session:
        people = {person.email: person for person in session.exec(select(Person)).all()}
        assert people["second@example.org"].name == "Awa Mensah-Two"
        seats = session.exec(select(Panellist)).all()
        assert len(seats) == 60
        assert sum(seat.college_id is None for seat in seats) == 1
        assert {seat.status for seat in seats} == {MembershipStatus.INVITED}
        assert session.exec(select(OutboxMessage)).all() == []


def test_good_lines_go_in_and_faulty_ones_stay_on_the_page(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session, n_experts=1)
        an_open_rating_round(session, small)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    text = (
        "name,email,language,college\n"
        "Awa,awa@example.org,fr,farmers\n"
        "Kofi,kofi,en,farmers\n"
        "Known,expert.soil.a5.1@example.org,en,farmers\n"
    )
    page = client.post(f"{address}/import", data={"csrf_token": token_in(client.get(address).text), "text": text}).text
    assert "1 sits on the panel already" in page
    fields = {**fields_of(page), "act": "import", "invites": "yes"}
    left = client.post(f"{address}/import", data=fields)
    assert left.status_code == 200
    assert "1 person was added to the panel." in left.text
    assert 'value="kofi"' in left.text
    assert "awa@example.org" not in left.text
    fields = {**fields_of(left.text), "cell-3-email": "kofi@example.org", "act": "import"}
    assert client.post(f"{address}/import", data=fields).status_code == 303
    with database_of(app).reading() as session:
        invited = session.exec(
            select(Person.email).join(OutboxMessage).where(OutboxMessage.kind == MessageKind.INVITATION)
        ).all()
        assert invited == ["awa@example.org"]
        assert len(session.exec(select(Panellist)).all()) == 3


def test_a_workbook_without_headings_is_matched_by_hand(app: Flask) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["x1", "Awa Diarra", "awa@example.org", "FR", "Farmers"])
    book.active.append(["x2", "Kofi Mensah", "kofi@example.org", "EN", "Farmers"])
    stream = io.BytesIO()
    book.save(stream)
    with database_of(app).writing() as session:
        small = a_study(session, n_experts=0)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    data = {
        "csrf_token": token_in(client.get(address).text),
        "text": "",
        "file": (io.BytesIO(stream.getvalue()), "panel.xlsx"),
    }
    page = client.post(f"{address}/import", data=data, content_type="multipart/form-data").text
    fields = fields_of(page)
    assert (fields["map-1"], fields["map-2"], fields["heading"]) == ("name", "email", "no")
    assert "2 lines need you." in page
    fields = {name: value for name, value in fields.items() if not name.startswith("cell-")}
    fields |= {"map-3": "language", "map-4": "college", "act": "check"}
    matched = client.post(f"{address}/import", data=fields).text
    assert "2 lines are fine." in matched
    done = client.post(f"{address}/import", data={**fields_of(matched), "act": "import"})
    assert done.status_code == 303


@pytest.mark.parametrize(("text", "words"), [("", "There is nothing in it."), ('a,"b\nc', "quotation marks")])
def test_what_cannot_be_read_keeps_the_pasted_text(app: Flask, text: str, words: str) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    response = client.post(f"{address}/import", data={"csrf_token": token_in(client.get(address).text), "text": text})
    assert response.status_code == 422
    assert words in response.text
    assert f">{text.replace(chr(34), '&#34;')}</textarea>" in response.text


def a_bounce(app: Flask) -> tuple[SmallStudy, int]:
    """A panel of three: one came in, one mail was sent, one was refused."""
    with database_of(app).writing() as session:
        small = a_study(session, n_experts=1)
        for number, consented in ((2, False), (3, False)):
            person, panellist = an_expert(
                session, task_force_id=small.task_force_id, slug=f"soil.a5.{number}", consented=consented
            )
            small.experts.append(person.id)
            small.panellists.append(panellist.id)
        plan_round(
            session,
            actor=None,
            task_force=session.get_one(TaskForce, small.task_force_id),
            kind=RoundKind.IDEAS,
            now=NOW,
        )
    return small, small.panellists[2]


def test_a_bounce_is_a_task_until_the_corrected_address_got_its_mail(app_on_each: Flask) -> None:
    small, panellist_id = a_bounce(app_on_each)
    database = database_of(app_on_each)
    with database.writing() as session:
        for person_id in small.experts[1:]:
            person = session.get_one(Person, person_id)
            queue_message(
                session, kind=MessageKind.NEW_LINK, person=person, study_id=small.study_id, params={}, now=NOW
            )
        session.flush()
        sent, failed = session.exec(select(OutboxMessage.id).order_by(OutboxMessage.id)).all()  # type: ignore[arg-type]
        mark_sent(session, message_id=sent, now=NOW)
        mark_failed(session, message_id=failed, problem="550 no such user <x>", permanent=True, now=NOW)
    client = staff_client(app_on_each, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    page = client.get(address).text
    assert "1 address was not reached" in page
    assert "550 no such user &lt;x&gt;" in page
    assert [page.count(f'class="seat {state}"') for state in ("joined", "sent", "failed")] == [1, 1, 1]
    token = token_in(page)
    taken = client.post(
        f"{address}/{panellist_id}/address", data={"csrf_token": token, "email": "expert.soil.a5.1@example.org"}
    )
    assert taken.status_code == 422
    assert "cannot be used for this person here" in taken.text
    done = client.post(f"{address}/{panellist_id}/address", data={"csrf_token": token, "email": "Right@example.org"})
    assert done.status_code == 303
    page = client.get(address).text
    assert "was not reached" not in page
    with database.reading() as session:
        person = session.get_one(Person, small.experts[2])
        assert person.email == "right@example.org"
        theirs = select(OutboxMessage).where(OutboxMessage.person_id == person.id)
        newest = session.exec(theirs.order_by(col(OutboxMessage.id))).all()[-1]
        assert (newest.kind, newest.status) == (MessageKind.NEW_LINK, OutboxStatus.QUEUED)


def test_nobody_takes_over_the_seat_of_somebody_who_came_in(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
    expert_client(app, small, small.experts[0])
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    data = {"csrf_token": token_in(client.get(address).text), "email": "mine@example.org"}
    refused = client.post(f"{address}/{small.panellists[0]}/address", data=data)
    assert refused.status_code == 422
    assert "only they can have their address changed" in refused.text


def test_taking_out_needs_a_reason_and_can_be_taken_back(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
    expert = expert_client(app, small, small.experts[0])
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel/{small.panellists[0]}"
    token = token_in(client.get(address).text)
    assert client.post(f"{address}/remove", data={"csrf_token": token, "reason": " "}).status_code == 422
    data = {"csrf_token": token, "reason": "Changed jobs"}
    assert client.post(f"{address}/remove", data=data).status_code == 303
    assert "Changed jobs" in client.get(address).text
    assert expert.get(f"/my/task-forces/{small.task_force_id}/welcome").status_code == 404
    assert client.post(f"{address}/restore", data={"csrf_token": token}).status_code == 303
    with database_of(app).reading() as session:
        assert session.get_one(Panellist, small.panellists[0]).status is MembershipStatus.JOINED
        log = [event.details.get("reason") for event in session.exec(select(AuditEvent)).all()]
        assert "Changed jobs" in log


def test_a_new_link_goes_by_mail_and_the_old_one_ends(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
    expert = expert_client(app, small, small.experts[0])
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel/{small.panellists[0]}"
    page = client.get(address).text
    assert client.post(f"{address}/renew", data={"csrf_token": token_in(page)}).status_code == 303
    assert expert.get("/my/").status_code == 401
    with database_of(app).reading() as session:
        assert session.exec(select(Invitation)).one().revoked_at is not None
        assert session.exec(select(OutboxMessage.kind)).all() == [MessageKind.NEW_LINK]
    assert "/r/" not in client.get(address).text


def walk_in_address(app: Flask, small: SmallStudy, *, seats: int) -> str:
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    assert client.get(f"{address}/walk-in.svg").status_code == 404
    data = {"csrf_token": token_in(client.get(address).text), "act": "open", "seats": str(seats)}
    assert client.post(f"{address}/walk-in", data=data).status_code == 303
    code = client.get(f"{address}/walk-in.svg")
    assert code.mimetype == "image/svg+xml"
    assert b"<svg" in code.data
    found = re.search(r'href="http://localhost(/w/[^"]+)"', client.get(address).text)
    assert found is not None
    return found[1]


FORM = {"name": "Noor Haddad", "email": "noor@example.org", "language": "fr", "college": "farmers", "agree": "yes"}


def test_people_register_themselves_and_nobody_learns_who_is_on_the_panel(app_on_each: Flask) -> None:
    database = database_of(app_on_each)
    with database.writing() as session:
        small = a_study(session, n_experts=1)
    link = walk_in_address(app_on_each, small, seats=2)
    stranger = app_on_each.test_client()
    assert "Take part" in stranger.get(link).text
    unticked = stranger.post(link, data={**FORM, "agree": ""})
    assert unticked.status_code == 422
    assert 'value="noor@example.org"' in unticked.text
    empty = stranger.post(link, data={"name": " ", "email": "noor", "college": "farmers"})
    assert empty.status_code == 422
    summary = empty.text.partition('class="error-summary"')[2].partition("</div>")[0]
    assert [summary.count(f'href="#{name}"') for name in ("name", "email", "agree", "college")] == [1, 1, 1, 0]
    assert [empty.text.count(f'id="{name}-error"') for name in ("name", "email", "agree")] == [1, 1, 1]
    assert "<title>Error:" in empty.text
    new = stranger.post(link, data={**FORM, "expertise": "4", "interest": "5"})
    known = stranger.post(link, data={**FORM, "name": "Anybody", "email": "expert.soil.a5.1@example.org"})
    assert (new.status_code, known.status_code) == (200, 200)
    assert new.text == known.text
    full = stranger.post(link, data={**FORM, "email": "third@example.org"})
    assert full.status_code == 410
    assert "All places of this panel are taken." in full.text
    with database.reading() as session:
        seat = next(one for one in session.exec(select(Panellist)).all() if one.walked_in_at is not None)
        assert (seat.status, seat.consented_at, seat.expertise, seat.interest) == (
            MembershipStatus.INVITED,
            None,
            4,
            5,
        )
        assert len(session.exec(select(Panellist)).all()) == 2
        assert session.exec(select(OutboxMessage.kind)).all() == [MessageKind.NEW_LINK] * 2
        first = session.get_one(Person, small.experts[0])
        assert first.name != "Anybody"
        assert session.exec(select(WalkIn)).one().n_used == 2


def test_a_closed_or_replaced_walk_in_link_takes_nobody(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
        a_person(session, name="Somebody else", email="else@example.org")
    link = walk_in_address(app, small, seats=5)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}/panel"
    token = token_in(client.get(address).text)
    client.post(f"{address}/walk-in", data={"csrf_token": token, "act": "renew", "seats": "5"})
    assert app.test_client().get(link).status_code == 404
    newer = re.search(r'href="http://localhost(/w/[^"]+)"', client.get(address).text)
    assert newer is not None
    client.post(f"{address}/walk-in", data={"csrf_token": token, "act": "close"})
    assert app.test_client().get(newer[1]).status_code == 410
    assert app.test_client().post(newer[1], data=FORM).status_code == 410
    bad = client.post(f"{address}/walk-in", data={"csrf_token": token, "act": "open", "seats": "9999"})
    assert bad.status_code == 422


def test_balance_shows_where_nobody_is(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session, n_experts=2)
        session.add(College(study_id=small.study_id, code="research", name=said("Research", "Recherche")))
        college = session.exec(select(College).where(College.code == "farmers")).one()
        region = session.exec(select(Region)).one()
        for panellist_id in small.panellists:
            seat = session.get_one(Panellist, panellist_id)
            seat.college_id, seat.region_id, seat.expertise, seat.interest = college.id, region.id, 2, 5
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/task-forces/{small.task_force_id}/panel").text
    assert "Nobody yet from: Research." in page
    assert "Expertise and interest" in page
