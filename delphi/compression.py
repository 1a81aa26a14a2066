"""Text goes over the line compressed: many experts sit behind a slow one.

Compressing a page that holds a secret beside words an attacker chose lets the attacker guess the secret by the length
of the answers (BREACH: Gluck, Harris and Prado, 2013). Here the secret would be the form token. Its signature is new
every second, sign-in cookies are SameSite=Lax, and the attack needs many requests that another site makes in the
visitor's browser: what a signed-in browser asks for on behalf of another site is therefore sent uncompressed.
"""

import gzip

from flask import Flask, Response, request, session

from delphi.security import SIGN_IN_KEY

SMALLEST = 500
"""Bytes; below it the compressed answer would hardly be smaller."""
LEVEL = 6
TEXTUAL = ("text/", "image/svg+xml", "application/json", "application/javascript")
WITHOUT_WHOLE_BODY = (204, 206, 304)


def compress(response: Response) -> Response:
    """The same answer in gzip where the browser takes it, it is text of some length, and nobody can be spied on."""
    if not (response.mimetype or "").startswith(TEXTUAL):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    length = response.content_length
    if (
        (length is not None and length < SMALLEST)
        or response.status_code in WITHOUT_WHOLE_BODY
        or "Content-Encoding" in response.headers
        or not request.accept_encodings.quality("gzip")
        or (response.is_streamed and not response.direct_passthrough)
        or _is_asked_for_by_another_site()
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    # A fixed time: the same body gives the same bytes.
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        # The bytes differ from the uncompressed ones, the meaning does not.
        response.set_etag(etag, weak=True)
    return response


def _is_asked_for_by_another_site() -> bool:
    return SIGN_IN_KEY in session and request.headers.get("Sec-Fetch-Site") == "cross-site"


def init_compression(app: Flask) -> None:
    app.after_request(compress)
