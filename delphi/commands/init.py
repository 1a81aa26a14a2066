"""`init`: settings, database and first account; may be run again, and then only adds what is missing."""

import argparse
from typing import Any

from delphi.commands.accounts import add_account_options

DESCRIPTION = (
    "Set an installation up: write instance/config.toml with a fresh secret key, make the database, and make the first "
    "account (administrator, and secretariat of every study there is). What is not given as an option is asked for. "
    "May be run again: an existing config.toml and existing data are kept. Where DELPHI_SECRET_KEY is set in the "
    "environment, the other settings are taken from there too, and no config.toml is written."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_account_options(parser)
    parser.add_argument("--base-url", metavar="URL", help="address people will use, such as https://delphi.example.org")
    parser.add_argument(
        "--database", metavar="URL", help="sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    )
    parser.add_argument("--smtp", metavar="URL", help="mail server, such as smtp://user:password@mail.example.org:587")
    parser.add_argument(
        "--sender", metavar="ADDRESS", help="sender of all mails, such as 'Delphi <delphi@example.org>'"
    )
    parser.add_argument("--no-account", action="store_true", help="settings and database only")


def run(arguments: argparse.Namespace) -> int:
    from sqlmodel import select

    from delphi import clock
    from delphi.commands.accounts import answer, mail_address, password_hash
    from delphi.commands.storage import reach_database
    from delphi.config import Settings, ensure_config_file, load_settings
    from surveys import migrations
    from surveys.models import Study
    from surveys.services.staff import ensure_staff
    from surveys.vocabulary import Role

    settings = load_settings()
    path = settings.instance / "config.toml"
    if path.exists():
        print(f"Settings kept as they are: {path}")
    elif settings.secret_key and not any((arguments.base_url, arguments.database, arguments.smtp, arguments.sender)):
        print(f"Settings are those of the environment: {path} is not needed and not written.")
    else:
        usual = Settings()
        asked: dict[str, Any] = {
            "base_url": answer(arguments.base_url, question="Address people will use", option="--base-url",
                               default=settings.base_url),
            "database_url": answer(arguments.database, question="Database (empty: SQLite in instance/)",
                                   option="--database", default=settings.database_url),
            "smtp_url": answer(arguments.smtp, question="Mail server (empty: mails stay in the outbox)",
                               option="--smtp", default=settings.smtp_url),
            "mail_sender": answer(arguments.sender, question="Sender of mails", option="--sender",
                                  default=settings.mail_sender),
        }  # fmt: skip
        load_settings(instance=settings.instance, **asked)
        changed = {name: value for name, value in asked.items() if value != getattr(usual, name)}
        # One that the environment gives stays the one in use: links made with another would not open.
        changed |= {"secret_key": settings.secret_key} if settings.secret_key else {}
        ensure_config_file(settings.instance, **changed)
        print(f"Settings written: {path}")
    settings = load_settings()
    database = reach_database(settings)
    migrations.upgrade(database.engine)
    print(f"Database ready: {database.url}")
    if arguments.no_account:
        return 0
    email = mail_address(answer(arguments.email, question="E-mail address of the first account", option="--email"))
    name = answer(arguments.name, question="Name", option="--name", default=email.partition("@")[0])
    hashed = password_hash(arguments)
    account = {"name": name, "email": email, "language": arguments.language, "actor": None, "now": clock.now()}
    with database.writing() as session:
        ensure_staff(session, role=Role.ADMINISTRATOR, password_hash=hashed, **account)
        for study in session.exec(select(Study)).all():
            ensure_staff(session, role=Role.SECRETARIAT, study=study, password_hash=None, **account)
    database.engine.dispose()
    print(f"Account ready: {email}. Next: python -m delphi import framework FILE, then python -m delphi run")
    return 0
