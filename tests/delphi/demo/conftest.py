"""Demo studies, each stage built once for all tests that only read it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delphi.database import Database
from delphi.demo.build import DemoLinks, build_demo
from delphi.demo.stages import DemoStage
from tests.conftest import SECRET_KEY

DEMO_NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class BuiltDemo:
    database: Database
    links: DemoLinks


@pytest.fixture(scope="session")
def build_stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., BuiltDemo]:
    """A fresh demo in a database of its own: `build_stage("plan", seed=1)`."""

    def build(stage: str, *, seed: int = 1, now: datetime = DEMO_NOW) -> BuiltDemo:
        path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
        links = build_demo(database, stage=DemoStage(stage), seed=seed, secret_key=SECRET_KEY, now=now)
        return BuiltDemo(database, links)

    return build


@pytest.fixture(scope="session")
def demo_at(build_stage: Callable[..., BuiltDemo]) -> Iterator[Callable[[str], BuiltDemo]]:
    """The demo at a stage, built at the first call; read only."""
    built: dict[str, BuiltDemo] = {}

    def at(stage: str) -> BuiltDemo:
        if stage not in built:
            built[stage] = build_stage(stage)
        return built[stage]

    yield at
    for demo in built.values():
        demo.database.engine.dispose()
