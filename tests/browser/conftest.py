"""A real browser on the real demo: `python -m delphi demo` in a process of its own, Chromium beside it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.architecture.checks import ROOT
from tests.browser.arriving import whole_pages
from tests.conftest import IN_CI

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
"""How long the browser may take to start, or a page to show what is expected: a busy machine is not wrong."""


@dataclass(frozen=True)
class RunningDemo:
    """The three addresses that the demo printed."""

    expert: str
    facilitator: str
    secretariat: str

    @property
    def base(self) -> str:
        return self.facilitator.split("/demo/")[0]


def start_demo(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], RunningDemo]:
    """Start the demo with its instance in `folder`; returns once it has printed its links."""
    environment = {**os.environ, "DELPHI_INSTANCE": str(folder)}
    for name in ("DELPHI_DATABASE_URL", "DELPHI_SECRET_KEY", "DELPHI_BASE_URL", "DELPHI_SMTP_URL"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "delphi", "demo", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    links: dict[str, str] = {}
    for line in process.stdout:
        name, _, address = line.strip().partition(": ")
        if address.startswith("http"):
            links[name] = address
        if len(links) == 3:
            break
    assert set(links) == {"expert", "facilitator", "secretariat"}, f"the demo ended early: {links}"
    return process, RunningDemo(**links)


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="session")
def filled_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance of the demo at its default stage, filled once for all processes of a run of the tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    filled = shared / "filled-demo"
    with (shared / "filled-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not filled.exists():
            being_filled = shared / "demo-being-filled"
            process, _ = start_demo(being_filled, "--no-serve")
            assert process.wait(timeout=600) == 0
            stop(process)
            being_filled.rename(filled)
    return filled


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, filled_demo: Path) -> Iterator[RunningDemo]:
    """The demo at its default stage, for tests that look and do not close rounds."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(filled_demo, instance)
    process, links = start_demo(instance)
    yield links
    stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; missing in CI is a failure, elsewhere a skip that says so."""
    executable = os.environ.get("DELPHI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        message = "Chromium is not installed: apt-get install chromium, or set DELPHI_CHROMIUM"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        whole_pages(patch)
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def phone_without_scripts(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone of 360 by 740 px whose browser runs no scripts and reads French."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="fr-FR", color_scheme="light"
    )
    yield context
    context.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[BrowserContext]:
    """A desktop window of 1280 by 900 px without scripts."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False, locale="en-GB")
    yield context
    context.close()
