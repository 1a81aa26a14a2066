"""gunicorn's worker with threads, whose waiting requests stand in two lanes."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from delphi.server.lanes import Lanes, is_for_short_lane

PEEKED = 64
"""Bytes: method and the beginning of the address."""


class LanedWorker(ThreadWorker):
    def get_thread_pool(self) -> Executor:
        return LanedPool(self.cfg.threads)


class _Task:
    """One request that waits; `connection` is what gunicorn hands over with it."""

    __slots__ = ("act", "connection", "future")

    def __init__(self, act: Callable[[Any], Any], connection: Any) -> None:
        self.act, self.connection = act, connection
        self.future: Future[Any] = Future()

    def is_for_short_lane(self) -> bool:
        """By the first bytes, which stay where they are; what has not sent any stands in the long lane."""
        try:
            first = self.connection.sock.recv(PEEKED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            return False
        return is_for_short_lane(first.partition(b" ")[2].decode("latin-1"))


class LanedPool(Executor):
    """A fixed number of threads that take from two lanes in turn."""

    def __init__(self, n_threads: int) -> None:
        self._lanes: Lanes[_Task] = Lanes(_Task.is_for_short_lane)
        self._changed = threading.Condition()
        self._is_over = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(n_threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        (connection,) = args
        task = _Task(fn, connection)
        with self._changed:
            if self._is_over:
                raise RuntimeError("the server is stopping")
            self._lanes.append(task)
            self._changed.notify()
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._changed:
            self._is_over = True
            while cancel_futures and self._lanes:
                self._lanes.popleft().future.cancel()
            self._changed.notify_all()
        if wait:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._lanes and not self._is_over:
                    self._changed.wait()
                if not self._lanes:
                    return
                task = self._lanes.popleft()
            if task.future.set_running_or_notify_cancel():
                try:
                    task.future.set_result(task.act(task.connection))
                except BaseException as problem:
                    task.future.set_exception(problem)
