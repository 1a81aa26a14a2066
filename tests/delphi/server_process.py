"""The real server in a process of its own, for tests that talk to it over HTTP or kill it."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from delphi.config import ROOT
from tests.conftest import SECRET_KEY

FORM_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


@dataclass
class ServerProcess:
    process: "subprocess.Popen[str]"
    lines: list[str]

    @property
    def address(self) -> str:
        found = re.search(r"http://[0-9.]+:[0-9]+", self.lines[-1])
        assert found is not None, self.lines
        return found.group()

    def kill(self) -> None:
        """As a power cut or the kernel would: no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=60)


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment with no settings of ours but the given ones; compiled modules are kept for the next."""
    dropped = ("DELPHI_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "DELPHI_SECRET_KEY": SECRET_KEY, **settings}


@contextmanager
def a_server(*arguments: str, instance: Path, n_lines: int = 1, **settings: str) -> Iterator[ServerProcess]:
    """`python -m delphi ARGUMENTS`, once it has printed `n_lines` lines; ended (if it still runs) afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "delphi", *arguments],
        cwd=ROOT,
        env=environment(DELPHI_INSTANCE=str(instance), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        lines = [process.stdout.readline().rstrip("\n") for _ in range(n_lines)]
        if not all(lines):
            process.kill()
            raise AssertionError(f"the server did not start: {process.stderr.read()}")
        yield ServerProcess(process=process, lines=lines)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=60)
        process.stdout.close()
        process.stderr.close()


class StayHere(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        return None


class Browser:
    """What a browser does without scripts: cookies, redirects, forms."""

    def __init__(self, *, follows: bool = True) -> None:
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(CookieJar()),
            *([] if follows else [StayHere()]),
        )
        self.page = ""
        self.address = ""

    def get(self, url: str) -> int:
        return self._open(urllib.request.Request(url))  # noqa: S310

    def post(self, url: str, fields: dict[str, Any] | list[tuple[str, Any]] | None = None) -> int:
        body = urlencode(fields or {}, doseq=True).encode()
        return self._open(urllib.request.Request(url, data=body, method="POST"))  # noqa: S310

    @property
    def form_token(self) -> str:
        found = FORM_TOKEN.search(self.page)
        assert found is not None, "the page has no form token"
        return found.group(1) or found.group(2)

    def _open(self, request: urllib.request.Request) -> int:
        try:
            with self._opener.open(request, timeout=60) as answer:
                self.page, self.address = answer.read().decode(), answer.geturl()
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            with answer:
                # A redirect's head is the whole answer to a browser, even when the server dies before the text.
                self.page = "" if answer.code == HTTPStatus.SEE_OTHER else answer.read().decode()
                self.address = answer.geturl()
            return answer.code
