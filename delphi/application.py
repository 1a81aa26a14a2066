"""The application, put together: reads as a checklist."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from delphi import (
    account,
    api,
    expert,
    facilitator,
    observer,
    operations,
    paper,
    preview,
    privacy,
    public,
    secretariat,
    voting,
)
from delphi.address_numbers import RowNumber
from delphi.compression import init_compression
from delphi.config import ROOT, Settings, load_settings, require_secret_key
from delphi.database import Database, close_reading_session
from delphi.errors import init_errors
from delphi.form_bodies import PageRequest
from delphi.i18n import init_languages
from delphi.pages import init_pages
from delphi.replica import REPLICA, Replica
from delphi.security import init_security
from delphi.server.second_try import init_second_try
from delphi.sign_in_cookie import CookieSessions

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_FIELDS = 5_000


class Application(Flask):
    request_class = PageRequest
    session_interface = CookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view here is asynchronous; Flask would look at each function of each request for it."""
        return func


def build(settings: Settings | None = None) -> Flask:
    settings = require_secret_key(settings or load_settings())
    app = Application("delphi", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "delphi" / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DELPHI=settings,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FIELDS,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_COOKIE_NAME="__Host-delphi" if settings.uses_https else "delphi",
        SESSION_COOKIE_SECURE=settings.uses_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        # The token lives as long as the sign-in: a tab left open over lunch must not lose its text.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_HOSTS=_trusted_hosts(settings),
    )
    app.extensions["delphi_database"] = Database(
        settings.effective_database_url, identity_key=settings.effective_identity_key
    )
    if settings.replica_url:
        app.extensions[REPLICA] = Replica(settings.replica_url, identity_key=settings.effective_identity_key)
    app.teardown_appcontext(close_reading_session)
    if settings.trust_proxy_hops:
        hops = settings.trust_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    init_compression(app)
    init_languages(app)
    init_pages(app)
    init_security(app)
    init_errors(app)
    app.url_map.converters["int"] = RowNumber
    staffed = (account, facilitator, observer, operations, preview, privacy, secretariat)
    for package in (public, api, expert, paper, voting, *staffed):
        app.register_blueprint(package.blueprint)
    if settings.demo:
        from delphi import demo_pages

        app.register_blueprint(demo_pages.blueprint)
    # The outermost: a second try begins with what the web server handed over.
    init_second_try(app, app.extensions["delphi_database"].engine)
    return app


def _trusted_hosts(settings: Settings) -> list[str]:
    host = urlsplit(settings.base_url).hostname or "localhost"
    local = {"127.0.0.1", "localhost"}
    return sorted(local | {host}) if host in local or settings.testing else [host]
