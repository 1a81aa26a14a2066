"""The language of a file: the reader asks for it, whatever language the page or the machine is in."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, has_app_context
from flask_babel import Babel, force_locale

from delphi.catalogues import compiled_catalogues


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, `gettext` and every lazy text answer in `language`; works in a request and on the command line."""
    if has_app_context():
        with force_locale(language):
            yield
        return
    words = Flask("delphi.exports", template_folder=None, static_folder=None)
    Babel(words, default_translation_directories=str(compiled_catalogues()))
    with words.app_context(), force_locale(language):
        yield
