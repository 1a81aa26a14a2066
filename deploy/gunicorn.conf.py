"""Settings of gunicorn: `gunicorn --config deploy/gunicorn.conf.py "delphi:create_app()"`."""

import gc
import os
from typing import Any

from delphi.logs import start_logging
from delphi.server.starting import set_aside

# The application is loaded right after this file; `on_starting` looks for garbage again.
gc.disable()

bind = os.environ.get("DELPHI_BIND", "127.0.0.1:8000")
# SQLite has one writer: one process, whose threads queue fairly for it. PostgreSQL: about one process a core.
workers = int(os.environ.get("DELPHI_WEB_PROCESSES", "1"))
# Threads, as "gthread"; staff who close a round do not stand behind a burst of answers.
worker_class = "delphi.server.gunicorn_worker.LanedWorker"
threads = 8
# A whole burst may wait in line: refused connections would look like lost answers.
backlog = 2048
# Longer than the 20 seconds for which a request may wait for the database, so that it can still say what happened.
timeout = 60
graceful_timeout = 30
keepalive = 15
# Loaded before the port is opened: a server that starts again takes no request that it cannot answer yet.
preload_app = True
# Which forwarded headers are believed is decided once, by DELPHI_TRUST_PROXY_HOPS.
forwarded_allow_ips = "127.0.0.1"
# The web server in front keeps the access log, without the secret part of personal links (deploy/nginx.conf).
accesslog = None
errorlog = "-"
# A process that has served this many requests is replaced, a few at a time.
max_requests = 20_000
max_requests_jitter = 2_000
# No second door into the server, in a folder that several of them share.
control_socket_disable = True
limit_request_line = 4094
limit_request_fields = 60


def on_starting(server: Any) -> None:
    """The application is loaded: what it is made of stays, here and in each process."""
    set_aside()


def post_fork(server: Any, worker: Any) -> None:
    """Each process opens database connections of its own; none is shared across the fork."""
    app = worker.app.wsgi()
    start_logging(app.config["DELPHI"])
    app.extensions["delphi_database"].engine.dispose(close=False)
