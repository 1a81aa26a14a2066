"""The application of a test behind a real socket, and a bad line in front of it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Its address on the loopback interface."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Line:
    """A line as a phone far from the mast has it.

    A relay of TCP streams cannot lose a packet; what a lost one costs is the wait until it is sent again. So a share
    `loss` of the packets is held for `resend_s` seconds, and all behind it with it, as TCP does.
    """

    bits_per_s: int = 50_000
    latency_s: float = 0.2
    """One way."""
    loss: float = 0.1
    resend_s: float = 0.6
    packet: int = 1_400
    seed: int = 1


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, line: Line, seed: str) -> None:
    random = Random(seed)
    with suppress(ConnectionError):
        await asyncio.sleep(line.latency_s)
        while packet := await reader.read(line.packet):
            wait = 8 * len(packet) / line.bits_per_s
            await asyncio.sleep(wait + (line.resend_s if random.random() < line.loss else 0))
            writer.write(packet)
            await writer.drain()
    writer.close()


class _Relay:
    def __init__(self, port: int, line: Line) -> None:
        self.port, self.line, self.n_connections = port, line, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        seed = f"{self.line.seed}:{self.n_connections}"
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            _relay(reader, server_writer, line=self.line, seed=f"{seed}:up"),
            _relay(server_reader, writer, line=self.line, seed=f"{seed}:down"),
        )


@contextmanager
def through(line: Line, address: str) -> Iterator[str]:
    """The same pages at another address, at the far end of a bad line."""
    relay = _Relay(int(address.rpartition(":")[2]), line)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(relay.serve, "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
