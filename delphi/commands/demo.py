"""`demo`: the whole program with an invented study, on this machine, from one command."""

import argparse

STAGES = ("setup", "round-1-open", "round-1-closed", "round-2-open", "round-2-closed", "round-3-open", "plan")
DEFAULT_STAGE = "round-3-open"
DEFAULT_SEED = 1
DESCRIPTION = (
    "Fill a database with the demo study and serve it on this machine, with one link each for an expert, a facilitator "
    "and the secretariat. A demo database of the same stage and seed is kept with what was done in it; another one is "
    "made anew. A database that holds anything else is never touched. No mail leaves this machine: /demo/outbox shows "
    "what would have been sent."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stage", choices=STAGES, default=DEFAULT_STAGE, help=f"phase the study is in (default {DEFAULT_STAGE})"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N",
        help=f"seed of all invented answers: the same seed gives the same study (default {DEFAULT_SEED})",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=8000, help="port to listen on, 0 for a free one (default 8000)")
    parser.add_argument("--database", metavar="URL", help="database to fill (default: instance/delphi.sqlite)")
    parser.add_argument("--fresh", action="store_true", help="make the demo anew even if it is there already")
    parser.add_argument("--no-serve", action="store_true", help="fill the database and print the links, then stop")


def run(arguments: argparse.Namespace) -> int:
    from delphi import clock, create_app
    from delphi.commands.demo_database import ensure_demo
    from delphi.config import ensure_config_file, load_settings
    from delphi.jobs import Worker
    from delphi.server.serving import listen, serve

    if not load_settings().secret_key:
        ensure_config_file(load_settings().instance)
    with listen("127.0.0.1", arguments.port) as door:
        settings = load_settings(
            demo=True,
            # People of the demo are invented, their addresses may not be.
            smtp_url="",
            base_url=f"http://127.0.0.1:{door.getsockname()[1]}",
            database_url=arguments.database,
        )
        made = ensure_demo(
            settings, stage=arguments.stage, seed=arguments.seed, is_fresh=arguments.fresh, now=clock.now()
        )
        if made.is_kept:
            print(
                f"Kept the demo of {made.built_at:%d %B %Y} with what was done in it; --fresh starts over.", flush=True
            )
        links = [f"{role}: {settings.base_url}{path}" for role, path in made.paths.items()]
        if arguments.no_serve:
            print("\n".join(links))
            return 0
        app = create_app(settings)
        worker = Worker(app.extensions["delphi_database"], settings=settings, name="demo")
        serve(app, door=door, worker=worker, ready=links)
    return 0
