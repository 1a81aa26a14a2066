"""What a page says of itself in a browser: width, accessibility, requests, console, bytes on the line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

NARROWEST = 320
OVERHANGING = """() => {
    const width = document.documentElement.clientWidth;
    const boxed = (element) => {
        for (let up = element.parentElement; up; up = up.parentElement) {
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
        }
        return false;
    };
    return [...document.body.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > width + 0.5 && !boxed(element))
        .map((element) => `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.slice(0, 40)}`)
        .slice(0, 3);
}"""
# Only what is wrong leaves the page: all that is right is a thousand times as much.
VIOLATIONS = """async options => (await axe.run(options)).violations.map(
    one => `${one.id}: ${one.nodes[0].html.slice(0, 120)} (${one.nodes.length})`)"""
NUMBER_OR_CODE = re.compile(r"[A-Z]?\d+|r-.*")
LINKS = "links => links.map(link => link.href)"


@dataclass
class Watch:
    """Everything a browser context did that it should not have done."""

    base: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda problem: self.complaints.append(str(problem.error)))

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "about:")):
            self.foreign.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")


def shape_of(address: str) -> str:
    """An address without its numbers, codes and filters: pages of one shape are made by one template."""
    return "/".join("#" if NUMBER_OR_CODE.fullmatch(part) else part for part in urlsplit(address).path.split("/"))


def walk_by_links(page: Page, *, starts: list[str], base: str, of_each_shape: int, language: str) -> Iterator[str]:
    """Follow links from some addresses until no page of a new shape turns up; each is open in `page` when it is named.

    At most `of_each_shape` pages of one shape are visited: a hundred statements have the same page.
    """
    waiting = list(starts)
    known, seen = set(waiting), set[str]()
    counts: dict[str, int] = {}
    while waiting:
        page.goto(in_language(waiting.pop(0), language))
        address = without_language(page.url)
        for found in page.eval_on_selector_all("a[href]", LINKS):
            target = urljoin(address, found).partition("#")[0]
            if not is_page(target, base=base) or target in known:
                continue
            known.add(target)
            shape = shape_of(target)
            counts[shape] = counts.get(shape, 0) + 1
            if counts[shape] <= of_each_shape:
                waiting.append(target)
        if address not in seen:
            seen.add(address)
            yield address


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}language={language}"


def without_language(address: str) -> str:
    """The address as links give it: without the language that was asked for last."""
    return re.sub(r"[?&]language=\w+$", "", address)


def is_page(address: str, *, base: str) -> bool:
    """Whether an address is a page of the application, not a file, a mail address or a language switch."""
    parts = urlsplit(address)
    is_file = parts.path.rpartition(".")[2] in ("csv", "xlsx", "json", "pdf", "docx", "zip", "txt", "svg", "png", "ics")
    return address.startswith(f"{base}/") and not is_file and "language=" not in parts.query


def axe_problems(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """Every violation axe finds (of the rules `only`, if given), with the first place it stands at."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": "rule", "values": list(only)}} if only else {}
    found: list[str] = page.evaluate(VIOLATIONS, {**options, "resultTypes": ["violations"]})
    return found


def overhang(page: Page) -> list[str]:
    """What sticks out of the window; empty where the page itself does not scroll sideways."""
    page.wait_for_load_state()
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return (page.evaluate(OVERHANGING) or ["something"]) if too_wide else []


def bytes_on_the_line(requests: Iterable[Request]) -> int:
    """Body and headers of all answers as they were sent."""
    total = 0
    for request in requests:
        try:
            sizes = request.sizes()
        except Error:
            continue
        total += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return total
