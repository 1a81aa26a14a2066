"""`run`: the application behind waitress, for one machine."""

import argparse

DESCRIPTION = (
    "Serve the application with waitress. Put a web server with HTTPS in front of it (docs/administrator.md). Mails "
    "are sent by `python -m delphi worker`, or by this process with --with-worker."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--with-worker", action="store_true", help="also send mails, in a thread of this process")


def run(arguments: argparse.Namespace) -> int:
    from delphi.server.starting import loading

    with loading():
        from delphi import create_app
        from delphi.commands.storage import open_database
        from delphi.config import load_settings, require_secret_key
        from delphi.jobs import Worker, worker_name
        from delphi.logs import start_logging
        from delphi.server.serving import listen, serve

        settings = require_secret_key(load_settings())
        start_logging(settings)
        open_database(settings).engine.dispose()
    with listen(arguments.host, arguments.port) as door:
        with loading():
            app = create_app(settings)
        # The app's own database: its threads and the worker then queue for one write lock, each in its turn.
        shared = app.extensions["delphi_database"]
        worker = Worker(shared, settings=settings, name=worker_name()) if arguments.with_worker else None
        host, port = door.getsockname()[:2]
        serve(app, door=door, worker=worker, ready=[f"Serving on http://{host}:{port}"])
    return 0
