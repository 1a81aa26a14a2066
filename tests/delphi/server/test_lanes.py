"""Staff who close a round do not stand behind a burst of answers, and cannot keep the experts waiting either."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from delphi.server.gunicorn_worker import LanedPool
from delphi.server.lanes import Lanes, is_for_short_lane
from delphi.server.serving import _dispatcher

ANSWER, CLOSE, HEALTH = "/my/rounds/1/rate/1", "/facilitate/rounds/1/close", "/healthz"


def taken(*paths: str) -> list[str]:
    lanes: Lanes[str] = Lanes(is_for_short_lane)
    for path in paths:
        lanes.append(path)
    return [lanes.popleft() for _ in range(len(lanes))]


def test_the_short_lane_goes_first_and_each_lane_in_its_turn() -> None:
    assert taken(ANSWER, ANSWER, CLOSE) == [CLOSE, ANSWER, ANSWER]
    assert taken(ANSWER, CLOSE, HEALTH, CLOSE, ANSWER) == [CLOSE, ANSWER, HEALTH, ANSWER, CLOSE]
    assert taken(CLOSE, HEALTH) == [CLOSE, HEALTH]
    assert taken("/r/facilitate/", CLOSE) == [CLOSE, "/r/facilitate/"]
    with pytest.raises(IndexError):
        Lanes(is_for_short_lane).popleft()


@dataclass
class Connection:
    """What gunicorn hands over: a connection from which nothing was read yet."""

    sock: socket.socket


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    made = [socket.socketpair() for _ in range(4)]
    yield made
    for pair in made:
        for end in pair:
            end.close()


def test_gunicorn_serves_whoever_closes_before_those_who_wait(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    paths = (None, ANSWER, ANSWER, CLOSE)
    for (_, client), path in zip(pairs, paths, strict=True):
        if path is not None:
            client.sendall(f"POST {path} HTTP/1.1\r\n".encode())
    is_free, served = threading.Event(), []

    def serve(connection: Connection) -> bytes:
        number = next(index for index, (server, _) in enumerate(pairs) if server is connection.sock)
        if number == 0:
            assert is_free.wait(30)
        served.append(number)
        return b"" if number == 0 else connection.sock.recv(4)

    pool = LanedPool(1)
    answers = [pool.submit(serve, Connection(server)) for server, _ in pairs]
    is_free.set()
    # Nothing was taken away by looking where it goes.
    assert [answer.result(timeout=30) for answer in answers] == [b"", b"POST", b"POST", b"POST"]
    assert served in ([0, 3, 1, 2], [3, 0, 1, 2])
    pool.shutdown()
    with pytest.raises(RuntimeError):
        pool.submit(serve, Connection(pairs[0][0]))


def test_a_problem_in_one_request_is_handed_back_and_the_thread_goes_on(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    pool = LanedPool(1)
    connection = Connection(pairs[0][0])
    failed = pool.submit(lambda _: 1 // 0, connection)
    assert isinstance(failed.exception(timeout=30), ZeroDivisionError)
    assert pool.submit(lambda _: "well", connection).result(timeout=30) == "well"
    pool.shutdown()


def test_waitress_takes_from_the_same_lanes() -> None:
    dispatcher = _dispatcher()
    assert isinstance(dispatcher.queue, Lanes)
    assert len(dispatcher.threads) == 8
    dispatcher.shutdown()
