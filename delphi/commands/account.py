"""`account`: a staff account with a role, and its password."""

import argparse

from delphi.commands.accounts import add_account_options

DESCRIPTION = (
    "Make a staff account, or give an existing one a further role or a new password. The password is asked for, or "
    "read from standard input; it is never an option, because other users of the machine could see it there."
)
ROLES = ("administrator", "secretariat", "facilitator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_account_options(parser)
    parser.add_argument("--role", choices=ROLES, required=True, help="what the person may run")
    parser.add_argument("--study", metavar="SLUG", help="study of a secretariat or facilitator (default: the only one)")
    parser.add_argument("--task-force", metavar="CODE", help="task force of a facilitator, such as A5")
    parser.add_argument("--keep-password", action="store_true", help="give the role only, leave the password as it is")


def run(arguments: argparse.Namespace) -> int:
    from delphi import clock
    from delphi.commands import CommandProblem
    from delphi.commands.accounts import answer, mail_address, password_hash, study_called, task_force_called
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from surveys.services.staff import ensure_staff
    from surveys.vocabulary import Role

    role = Role(arguments.role)
    if (role is Role.FACILITATOR) != bool(arguments.task_force):
        raise CommandProblem("A facilitator, and nobody else, needs --task-force CODE.")
    database = open_database(load_settings())
    email = mail_address(answer(arguments.email, question="E-mail address", option="--email"))
    name = answer(arguments.name, question="Name", option="--name", default=email.partition("@")[0])
    hashed = None if arguments.keep_password else password_hash(arguments)
    with database.writing() as session:
        study = None if role is Role.ADMINISTRATOR else study_called(session, arguments.study)
        task_force = None
        if study is not None and role is Role.FACILITATOR:
            task_force = task_force_called(session, study=study, code=arguments.task_force)
        ensure_staff(
            session,
            name=name,
            email=email,
            language=arguments.language,
            role=role,
            study=study if role is Role.SECRETARIAT else None,
            task_force=task_force,
            password_hash=hashed,
            actor=None,
            now=clock.now(),
        )
    database.engine.dispose()
    print(f"{email} is {role.value}" + (f" of {arguments.task_force}" if task_force else "") + ".")
    return 0
