"""What is too much, too strange or out of order gets a sentence in good time; what somebody typed is never lost."""

import io
import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, select

from delphi import database as database_module
from delphi.database import Database
from surveys import panel_files, study_files, tabular_files
from surveys.file_problems import FileProblem
from surveys.models import Comment, Rating
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
def room(app_on_each: Flask) -> Room:
    return Room(app_on_each)


@pytest.mark.parametrize(
    ("name", "status"), [("evil.example", 400), ("localhost.evil.example", 400), ("localhost", 200)]
)
def test_a_request_for_another_name_is_refused(app: Flask, name: str, status: int) -> None:
    answer = app.test_client().get("/", headers={"Host": name})
    assert answer.status_code == status
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.slow
def test_ten_thousand_guesses_find_nothing_and_lock_nobody_out(room: Room) -> None:
    client = room.app.test_client()
    statuses = [client.get(f"/r/{secrets.token_urlsafe(32)}").status_code for _ in range(10_000)]
    assert statuses[:15] == [404] * 15
    assert set(statuses[15:]) == {429}
    with room.database.writing() as session:
        doors = [
            invitation_path(session, person_id=person, study_id=room.small.study_id) for person in room.small.experts
        ]
    assert [room.app.test_client().post(door).status_code for door in doors] == [303, 303]


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
def test_what_a_database_or_spreadsheet_cannot_hold_is_left_out_at_the_gate(room: Room, text: str) -> None:
    write = {
        "field": f"c-{room.statements[0]}",
        "value": text,
        "client": "test",
        "sequence": 1,
    }
    answer = room.client.post(room.field, json=write, headers={"X-CSRFToken": room.token})
    assert answer.status_code == 200
    assert room.stored()[1] == ["ab"]


def test_two_spellings_of_one_letter_are_stored_as_one(room: Room) -> None:
    assert room.send(comment="cafe\u0301")[0] == 303
    assert room.stored()[1] == ["caf\u00e9"]


def test_ten_megabytes_of_text_are_refused_at_once(room: Room) -> None:
    began = time.monotonic()
    status, page = room.send(comment="a" * 10_000_000)
    assert status == 413 and "Send it in parts." in page
    assert time.monotonic() - began < 2
    assert room.stored() == ([], [])


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
    held = threading.Event()

    def hold() -> None:
        with other.writing() as session:
            take_the_lock(session)
            held.set()
            time.sleep(3)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    began = time.monotonic()
    assert room.send()[0] == 303
    assert 2 < time.monotonic() - began < 15
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

    event.listen(engine, "checkout", limit)
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
    assert room.send(value="9", comment=TEXT)[0] == 303
    assert room.stored() == ([9], [TEXT]) and n_changes >= 1
    event.remove(engine, "checkout", limit)


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


def a_bomb(megabytes: int) -> bytes:
    """A workbook of few kilobytes that unpacks to many megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (megabytes * 1_000_000))
    return packed.getvalue()


def a_lie() -> bytes:
    """A packed file whose header says that it unpacks to one byte."""
    content = bytearray(a_bomb(3))
    start = content.rindex(b"PK\x01\x02")
    content[start + 24 : start + 28] = (1).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: a_bomb(305), "workbook_too_big"),
        (lambda: a_bomb(20), "workbook_too_dense"),
        (a_lie, "workbook_broken"),
        (lambda: b"a;b\n" + b"1;2\n" * 1_000_000, "too_many_rows"),
        (lambda: b"a;b\n" + b"1;2\n" * 13_000_000, "too_large"),
        (lambda: b"a,b\n" + b"x" * 20_000 + b",1\n", "cell_too_long"),
        (lambda: b"PK\x03\x04" + b"\x00" * 100, "workbook_broken"),
    ],
    ids=["bomb", "dense", "lie", "million-rows", "large", "long-cell", "no-zip"],
)
def test_a_hostile_file_is_refused_by_its_name_in_good_time(made: Callable[[], bytes], code: str) -> None:
    content = made()
    began = time.process_time()  # what the reader needs, not how busy the machine is
    with pytest.raises(FileProblem) as caught:
        tabular_files.read_table(content)
    assert caught.value.code == code
    assert time.process_time() - began < 5


@pytest.mark.slow
@settings(max_examples=400, deadline=2_000, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(
        st.binary(max_size=2_000),
        st.text(alphabet='abé"\n\r;,\t\x00=+@1\u202e\ufeff', max_size=500).map(str.encode),
        st.binary(max_size=500).map(lambda rest: b"PK\x03\x04" + rest),
    )
)
def test_no_table_makes_the_reader_stumble(content: bytes) -> None:
    for read in (tabular_files.read_table, tabular_files.read_loose_rows):
        try:
            read(content)
        except FileProblem as problem:
            assert str(problem)


@pytest.mark.slow
@settings(max_examples=200, deadline=2_000, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=1_000), st.text(alphabet='[]{}="\n.:,1ae#', max_size=300).map(str.encode)))
@pytest.mark.parametrize("name", ["framework.toml", "framework.json", "framework.csv", "panel.csv"])
def test_no_study_file_makes_the_reader_stumble(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / f"fuzzed-{name}"
    path.write_bytes(content)
    read = panel_files.read_panel if name.startswith("panel") else study_files.read_framework
    try:
        read(path)
    except FileProblem as problem:
        assert str(problem)
