"""Serving the application: the port first, so that a taken one is known before any work; then the pages."""

import socket
import threading
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.error import HTTPError

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from delphi.commands import CommandProblem
from delphi.server.lanes import Lanes, is_for_short_lane

if TYPE_CHECKING:
    from delphi.jobs import Worker

THREADS = 8
CONNECTIONS = 500


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the port (0: a free one). Raises CommandProblem where the port is taken or not allowed."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        # Claims the port: two sockets may be bound to one, but only one of them may listen.
        door.listen(CONNECTIONS)
    except (OSError, OverflowError) as problem:
        door.close()
        reason = getattr(problem, "strerror", None) or str(problem)
        raise CommandProblem(
            f"Port {port} on {host} cannot be used ({reason}): stop what uses it, or choose another with --port."
        ) from problem
    return door


def serve(app: Flask, *, door: socket.socket, worker: "Worker | None", ready: Sequence[str]) -> None:
    """Serve until stopped, the worker in a thread beside it; print the lines of `ready` once pages are answered."""
    stop = threading.Event()
    server = create_server(
        app,
        sockets=[door],
        _dispatcher=_dispatcher(),
        connection_limit=CONNECTIONS,
        ident="",
        # Which forwarded headers are believed is decided once, in the application, by `trust_proxy_hops`.
        clear_untrusted_proxy_headers=not app.config["DELPHI"].trust_proxy_hops,
    )
    if worker is not None:
        threading.Thread(target=worker.run, args=(stop,), name="worker", daemon=True).start()
    threading.Thread(target=_announce, args=(door.getsockname()[:2], ready, stop), daemon=True).start()
    try:
        server.run()
    finally:
        stop.set()
        server.close()


def _dispatcher() -> ThreadedTaskDispatcher:
    """The threads of waitress, which take from two lanes in turn."""
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.queue = Lanes(_is_for_short_lane)
    dispatcher.set_thread_count(THREADS)
    return dispatcher


def _is_for_short_lane(channel: HTTPChannel) -> bool:
    return is_for_short_lane(channel.requests[0].path) if channel.requests else False


def _announce(address: tuple[str, int], lines: Sequence[str], stop: threading.Event) -> None:
    host = "127.0.0.1" if address[0] == "0.0.0.0" else address[0]  # noqa: S104
    while not stop.is_set():
        if _answers(f"http://{host}:{address[1]}/healthz"):
            for line in lines:
                print(line, flush=True)  # noqa: T201
            return
        stop.wait(0.05)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError):
        try:
            opener.open(url, timeout=5).close()
        except HTTPError as answer:
            answer.close()
        return True
    return False
