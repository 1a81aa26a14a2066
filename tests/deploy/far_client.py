"""A client over HTTPS for `Visitor`, where that of Flask would call the program directly: cookies, redirects, 502."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from werkzeug.datastructures import MultiDict

NAME = "delphi.example.org"
AWAY = (502, 504)


@dataclass(frozen=True, slots=True)
class Asked:
    full_path: str


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    text: str
    request: Asked


class FarClient:
    """What Flask's test client offers to `Visitor`, spoken to a port of this machine under the site's public name."""

    def __init__(self, port: int, *, trusted: ssl.SSLContext) -> None:
        self._port = port
        self._trusted = trusted
        self._cookies: dict[str, str] = {}

    def get(self, path: str, *, query_string: MultiDict[str, str] | None = None, follow_redirects: bool) -> Answer:
        query = f"?{urlencode(list(query_string.items(multi=True)))}" if query_string else ""
        return self._ask("GET", path + query, body="", follows=follow_redirects)

    def post(self, path: str, *, data: MultiDict[str, str], follow_redirects: bool) -> Answer:
        return self._ask("POST", path, body=urlencode(list(data.items(multi=True))), follows=follow_redirects)

    def _ask(self, method: str, path: str, *, body: str, follows: bool) -> Answer:
        for _ in range(10):
            status, text, target = self._exchange(method, path, body=body)
            if not follows or not target:
                return Answer(status, text, Asked(path))
            parts = urlsplit(urljoin(f"https://{NAME}{path}", target))
            assert (parts.scheme, parts.netloc) == ("https", NAME), target
            method, path, body = "GET", parts.path + (f"?{parts.query}" if parts.query else ""), ""
        raise AssertionError(f"too many redirects to {path}")

    def _exchange(self, method: str, path: str, *, body: str) -> tuple[int, str, str]:
        """Status, text and address to go on to (empty: none)."""
        connection = http.client.HTTPConnection(NAME)
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.sock = self._trusted.wrap_socket(plain, server_hostname=NAME)
        headers = {"Host": NAME, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            for line in answer.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(line).items():
                    self._cookies[name] = morsel.value
            return answer.status, text, answer.headers.get("Location", "") if answer.status in (301, 302, 303) else ""
        finally:
            connection.close()
