"""Makes the pictures of README.md from the demo: `python docs/make_screenshots.py` (needs Chromium)."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM_ARGUMENTS, RunningDemo, start_demo, stop  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PHONE, DESK = (390, 980), (1280, 900)
MOST_BYTES = 200_000


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    executable = os.environ.get("DELPHI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium, or set DELPHI_CHROMIUM")
    with tempfile.TemporaryDirectory() as folder:
        process, demo = start_demo(Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
                expert(browser, demo)
                facilitator(browser, demo)
                secretariat(browser, demo)
                browser.close()
        finally:
            stop(process)


def enter(browser: Browser, address: str, *, size: tuple[int, int]) -> Page:
    """A window in which the button behind `address` was pressed."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB", color_scheme="light")
    page.goto(address)
    page.locator("main button").first.click()
    return page


def expert(browser: Browser, demo: RunningDemo) -> None:
    """Round 3 on a phone: a statement with the group's answers and the arguments of others."""
    page = enter(browser, demo.expert, size=PHONE)
    page.goto(f"{demo.base}/my/?all=1&language=en")
    page.locator("main a.button").first.click()
    argued = page.locator("fieldset.block", has=page.locator(".sides > div:nth-child(2)"))
    argued.first.evaluate("block => window.scrollTo(0, block.getBoundingClientRect().top + window.scrollY - 8)")
    take(page, "expert")


def facilitator(browser: Browser, demo: RunningDemo) -> None:
    """The desk in the middle of its work, and the board of a closed round."""
    page = enter(browser, demo.facilitator, size=DESK)
    page.locator("a.act", has_text="Place").first.click()
    page.get_by_role("link", name="Activities").first.click()
    take(page, "synthesis")
    page.goto(f"{demo.base}/facilitate/")
    page.locator("tr", has_text="A5").locator("th a").click()
    page.get_by_role("link", name="Consensus", exact=True).first.click()
    take(page, "board")


def secretariat(browser: Browser, demo: RunningDemo) -> None:
    """The ranked activities of all task forces."""
    page = enter(browser, demo.secretariat, size=DESK)
    page.get_by_role("link", name="Activities", exact=True).click()
    take(page, "activities")


def take(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes; at most {MOST_BYTES} are wanted")
    sys.stderr.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
