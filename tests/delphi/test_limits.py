"""What is too much, too strange or out of order gets a sentence in good time; what somebody typed is never lost."""

import io
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, delete, select

from delphi import database as database_module
from delphi.application import MAX_FIELDS
from delphi.database import Database
from delphi.public.guessing import MOST_ADDRESSES, TRIES, WITHIN, Guesses
from surveys.errors import RuleViolation
from surveys.models import Comment, FailedProof, Rating
from surveys.rules.addresses import ADDRESS_LIMIT
from surveys.rules.questions.texts import LONG_LIMIT, SHORT_LIMIT
from surveys.rules.texts import COMMENT_LIMIT, IDEA_LIMIT, NAME_LIMIT, REASON_LIMIT, STATEMENT_LIMIT, clean_text
from surveys.services.proof_limits import FROM_ANYWHERE, OF_ALL_ACCOUNTS, ensure_may_try, note_wrong_try
from surveys.vocabulary import ViolationCode
from tests.builders import SmallStudy, a_study, an_open_rating_round, expert_client, invitation_path, token_in
from tests.conftest import an_app

TEXT = "A sentence that took me an hour to find"


class Room:
    """An expert in front of an open rating page."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database: Database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session, n_experts=2)
            round_, self.statements = an_open_rating_round(session, self.small, n_statements=2)
            self.page = f"/my/rounds/{round_.id}/rate/1"
            self.field = f"/my/rounds/{round_.id}/field"
        self.client: FlaskClient = expert_client(app, self.small, self.small.experts[0])
        self.token = token_in(self.client.get(self.page).get_data(as_text=True))

    def send(self, value: str = "7", comment: str = TEXT) -> tuple[int, str]:
        fields = {
            "csrf_token": self.token,
            f"r-{self.statements[0]}-{self.small.importance_id}": value,
            f"c-{self.statements[0]}": comment,
        }
        answer = self.client.post(self.page, data=fields)
        return answer.status_code, answer.get_data(as_text=True)

    def stored(self) -> tuple[list[int | None], list[str]]:
        with self.database.reading() as session:
            values = [rating.value for rating in session.exec(select(Rating)).all()]
            return values, [comment.text for comment in session.exec(select(Comment)).all()]


@pytest.fixture
def room(app: Flask) -> Room:
    return Room(app)


@pytest.fixture
def room_on_each(app_on_each: Flask) -> Room:
    return Room(app_on_each)


@pytest.mark.parametrize(
    ("name", "status"), [("evil.example", 400), ("localhost.evil.example", 400), ("localhost", 200)]
)
def test_a_request_for_another_name_is_refused(app: Flask, name: str, status: int) -> None:
    answer = app.test_client().get("/", headers={"Host": name})
    assert answer.status_code == status
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/nothing-of-this-name", "/healthz"])
def test_every_answer_says_what_a_browser_may_do_with_it(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")


@pytest.mark.slow
def test_a_thousand_guesses_find_nothing_and_lock_nobody_out(room: Room) -> None:
    client = room.app.test_client()
    statuses = [client.get(f"/r/{secrets.token_urlsafe(32)}").status_code for _ in range(1_000)]
    assert statuses[:15] == [404] * 15
    assert set(statuses[15:]) == {429}
    with room.database.writing() as session:
        doors = [
            invitation_path(session, person_id=person, study_id=room.small.study_id) for person in room.small.experts
        ]
    assert [room.app.test_client().post(door).status_code for door in doors] == [303, 303]


def test_ten_thousand_guesses_from_many_places_are_counted_in_little_memory() -> None:
    guesses, now = Guesses(), datetime.now(UTC)
    refused = [guesses.is_too_many(f"192.0.2.{n % 200}", now=now) for n in range(10_000)]
    assert refused == [False] * (200 * TRIES) + [True] * (10_000 - 200 * TRIES)
    for n in range(MOST_ADDRESSES + 100):
        guesses.is_too_many(f"place {n}", now=now)
    assert len(guesses._counts) == MOST_ADDRESSES
    assert not guesses.is_too_many(f"place {n}", now=now + WITHIN)


@pytest.mark.parametrize(
    "value",
    ["٥", "1_0", "nan", "inf", "1e1", "7.0", "0x7", "-1", "0", "10", "²", str(2**63), "9" * 400, "7\x00", "=1+1", "⁷"],
)
def test_a_value_that_is_no_point_of_the_scale_is_refused_and_the_text_kept(room: Room, value: str) -> None:
    status, page = room.send(value)
    assert status in (400, 422)
    assert TEXT in page
    assert room.stored()[0] == []


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x07b", "a\x1bb"])
def test_what_a_database_or_spreadsheet_cannot_hold_is_left_out_at_the_gate(room_on_each: Room, text: str) -> None:
    write = {
        "field": f"c-{room_on_each.statements[0]}",
        "value": text,
        "client": "test",
        "sequence": 1,
    }
    answer = room_on_each.client.post(room_on_each.field, json=write, headers={"X-CSRFToken": room_on_each.token})
    assert answer.status_code == 200
    assert room_on_each.stored()[1] == ["ab"]


def test_two_spellings_of_one_letter_are_stored_as_one(room_on_each: Room) -> None:
    assert room_on_each.send(comment="cafe\u0301")[0] == 303
    assert room_on_each.stored()[1] == ["caf\u00e9"]


def test_ten_megabytes_of_text_are_refused_unread(room: Room) -> None:
    class Unread(io.BytesIO):
        """What is sent after the head of the request; nobody asks for it."""

        def read(self, *_: object) -> bytes:
            raise AssertionError("ten megabytes are read")

        readinto = readline = read  # type: ignore[assignment]

    kind = "application/x-www-form-urlencoded"
    answer = room.client.post(room.page, input_stream=Unread(b"a" * 10_000_000), content_type=kind)
    assert answer.status_code == 413 and "Send it in parts." in answer.get_data(as_text=True)
    assert room.stored() == ([], [])


def test_more_fields_than_any_form_has_are_refused(room: Room) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    fields = part.format("csrf_token", room.token) + part.format("x", "1") * MAX_FIELDS + "--b--\r\n"
    answer = room.client.post(room.page, data=fields.encode(), content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413 and "Send it in parts." in answer.text


@pytest.mark.parametrize(
    "limit",
    [IDEA_LIMIT, COMMENT_LIMIT, STATEMENT_LIMIT, REASON_LIMIT, NAME_LIMIT, SHORT_LIMIT, LONG_LIMIT, ADDRESS_LIMIT],
)
def test_a_text_is_refused_whole_one_character_over_its_limit(limit: int) -> None:
    assert clean_text(" " + "é" * limit + "\n", limit=limit) == "é" * limit
    with pytest.raises(RuleViolation) as refused:
        clean_text("e\u0301" * (limit + 1), limit=limit)
    assert (refused.value.code, refused.value.params) == (ViolationCode.TEXT_TOO_LONG, {"limit": limit, "over": 1})


def test_the_limits_of_an_account_and_of_a_place_hold(lite: Database) -> None:
    now = datetime.now(UTC)
    for limit, accounts, places in ((FROM_ANYWHERE, 1, 50), (OF_ALL_ACCOUNTS, 300, 1)):
        with lite.writing() as session:
            session.exec(delete(FailedProof))
            for n in range(limit.n):
                tried = {"account": f"account {n % accounts}", "address": f"place {n % places}"}
                ensure_may_try(session, **tried, now=now)
                note_wrong_try(session, **tried, now=now)
            elsewhere = {
                "account": "account 0" if accounts == 1 else "new",
                "address": "place 0" if places == 1 else "new",
            }
            with pytest.raises(RuleViolation):
                ensure_may_try(session, **elsewhere, now=now)
            ensure_may_try(session, **elsewhere, now=now + limit.within)
            ensure_may_try(session, account="other", address="elsewhere", now=now)


@pytest.mark.parametrize("number", [2**31, 2**63, 2**64, 10**400], ids=["2^31", "2^63", "2^64", "10^400"])
@pytest.mark.parametrize("address", ["/my/rounds/{}/rate/1", "/my/{}/", "/facilitator/rounds/{}/close"])
def test_a_number_too_large_for_the_database_is_not_an_error_of_ours(room: Room, address: str, number: int) -> None:
    assert room.client.get(address.format(number)).status_code == 404


def test_a_number_too_long_for_python_is_not_an_error_of_ours(app: Flask) -> None:
    assert app.test_client().get(f"/my/rounds/{'9' * 5_000}/rate/1").status_code == 404


def take_the_lock(session: Session) -> None:
    """A session begins, and so locks, with its first statement only."""
    session.connection()


@pytest.fixture
def quick_to_give_up(monkeypatch: pytest.MonkeyPatch, lite: Database) -> Iterator[Room]:
    """SQLite whose writers wait for one second, not for twenty."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 1_000)
    built = an_app(lite)
    yield Room(built)
    built.extensions["delphi_database"].engine.dispose()


def test_a_lock_held_for_longer_than_anybody_waits_keeps_the_text_and_passes(quick_to_give_up: Room) -> None:
    room = quick_to_give_up
    other = Database(str(room.database.engine.url))
    with other.writing() as session:
        take_the_lock(session)
        status, page = room.send()
    other.engine.dispose()
    assert status == 503 and TEXT in page and "send it again" in page
    assert room.stored() == ([], [])
    assert room.send()[0] == 303
    assert room.stored() == ([7], [TEXT])


@pytest.mark.slow
def test_a_lock_held_for_three_seconds_only_delays(app: Flask) -> None:
    room = Room(app)
    other = Database(str(room.database.engine.url))
    held, asking = threading.Event(), threading.Event()
    released = []

    def hold() -> None:
        with other.writing() as session:
            take_the_lock(session)
            held.set()
            asking.wait(60)
            time.sleep(3)
            released.append(time.monotonic())

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    asking.set()
    assert room.send()[0] == 303
    assert time.monotonic() >= released[0], "the answer did not wait for the lock"
    thread.join()
    assert room.stored() == ([7], [TEXT])
    other.engine.dispose()


def test_a_full_disk_keeps_the_text_and_what_was_stored_and_passes(app: Flask) -> None:
    room = Room(app)
    assert room.send(value="6", comment="before")[0] == 303
    engine = room.database.engine
    is_full = True

    def limit(connection: object, *_: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages if is_full else 1_000_000}")
        cursor.close()

    event.listen(engine, "connect", limit)
    engine.dispose()
    statuses = []
    for turn in range(400):
        status, page = room.send(value=str(1 + turn % 9), comment=f"{TEXT} {turn} " + "x" * 1_900)
        statuses.append(status)
        if status == 503:
            break
    assert statuses[-1] == 503, "the disk never became full: the test shows nothing"
    assert TEXT in page
    assert room.client.get(room.page).status_code == 200
    n_changes = len(statuses)
    is_full = False
    engine.dispose()
    assert room.send(value="9", comment=TEXT)[0] == 303
    assert room.stored() == ([9], [TEXT]) and n_changes >= 1
    event.remove(engine, "connect", limit)


@pytest.mark.postgresql
def test_a_postgresql_that_restarts_between_two_requests_is_found_again(postgresql_url: str) -> None:
    database = Database(postgresql_url, identity_key="")
    built = an_app(database)
    room = Room(built)
    assert room.send()[0] == 303
    with database.engine.connect() as connection:
        # What a fast restart does to every session of the application.
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert room.send(value="8")[0] == 303
    assert room.stored()[0] == [8]
    built.extensions["delphi_database"].engine.dispose()
    database.engine.dispose()
