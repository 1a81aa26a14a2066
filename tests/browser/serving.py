"""The application of a test behind a real socket, and a bad line in front of it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random

from flask import Flask
from werkzeug.serving import make_server

ASKED_TO_STOP_S = 0.02
"""How often the server looks whether it is to stop; half a second if nothing is said."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Its address on the loopback interface."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(ASKED_TO_STOP_S,), daemon=True)
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


class _Relay:
    """All connections share the two wires, up and down."""

    def __init__(self, port: int, line: Line) -> None:
        self.port, self.line, self.n_connections = port, line, 0
        self.wires = {"up": asyncio.Lock(), "down": asyncio.Lock()}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        number = self.n_connections
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await asyncio.gather(
                self._carry(reader, server_writer, direction="up", number=number),
                self._carry(server_reader, writer, direction="down", number=number),
            )
        finally:
            for each in (writer, server_writer):
                each.close()
                with suppress(ConnectionError):
                    await each.wait_closed()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, direction: str, number: int
    ) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        random, now = Random(f"{self.line.seed}:{number}:{direction}"), asyncio.get_running_loop().time

        async def send() -> None:
            packet = b"-"
            while packet:
                try:
                    packet = await reader.read(self.line.packet)
                except ConnectionError:
                    packet = b""
                async with self.wires[direction]:
                    await asyncio.sleep(8 * len(packet) / self.line.bits_per_s)
                lost = random.random() < self.line.loss
                under_way.put_nowait((now() + self.line.latency_s + lost * self.line.resend_s, packet))

        async def deliver() -> None:
            packet = b"-"
            with suppress(ConnectionError):
                while packet:
                    arrival, packet = await under_way.get()
                    await asyncio.sleep(max(0.0, arrival - now()))
                    writer.write(packet)
                    await writer.drain()
            # The other direction goes on until it ends by itself.
            with suppress(OSError):
                writer.write_eof()

        await asyncio.gather(send(), deliver())


@contextmanager
def through(line: Line, address: str) -> Iterator[str]:
    """The same pages at another address, at the far end of a bad line."""
    relay = _Relay(int(address.rpartition(":")[2]), line)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(asyncio.start_server(relay.serve, "127.0.0.1", 0), loop)
    server = starting.result(timeout=60)
    port = server.sockets[0].getsockname()[1]

    async def end() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)

    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
