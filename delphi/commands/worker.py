"""`worker`: the process that sends mails."""

import argparse

DESCRIPTION = (
    "Send the mails that wait in the outbox, until stopped. Several workers may run; each mail is held by one of them "
    "at a time. Without DELPHI_SMTP_URL mails stay in the outbox."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="send what is due now, then stop")
    parser.add_argument("--release-mail", action="store_true", help="let a restored copy send mail again, then go on")


def run(arguments: argparse.Namespace) -> int:
    import signal
    import threading

    from delphi import backups
    from delphi.commands.storage import open_database
    from delphi.config import load_settings, require_secret_key
    from delphi.jobs import Worker, worker_name
    from delphi.logs import start_logging

    settings = require_secret_key(load_settings())
    start_logging(settings)
    database = open_database(settings)
    if arguments.release_mail:
        backups.release_mail(settings)
    worker = Worker(database, settings=settings, name=worker_name())
    if reason := worker.why_mail_waits():
        print(reason, flush=True)
    if arguments.once:
        print(f"{worker.send_due()} mails handled.")
        return 0
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        worker.run(stop)
    finally:
        database.engine.dispose()
    return 0
