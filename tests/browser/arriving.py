"""Whoever clicks or presses a key goes on when the page that follows is whole, as people do.

Playwright returns from a click, and from a key pressed on an element, as soon as the browser has *begun* to receive
the next page: what is counted or read then is what happens to be there. With `whole_pages` in force these calls return
after the `load` event of that page; where no page follows they return at once. Two things it cannot know of, since
nobody can tell from the act that a page will follow: a key pressed on the keyboard itself, for which there is
`press_to_next_page`, and what a script sends after a while, which is awaited by `page.expect_navigation()`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response

ACTS = ("click", "dblclick", "press", "tap")


def whole_pages(patch: pytest.MonkeyPatch) -> None:
    """Let every act on an element wait for the page it leads to."""
    for owner in (Locator, Page):
        for name in ACTS:
            patch.setattr(owner, name, _with_arrival(getattr(owner, name)))


def _with_arrival(act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def act_and_arrive(self: Locator | Page, *arguments: Any, **options: Any) -> None:
        act(self, *arguments, **options)
        (self.page if isinstance(self, Locator) else self).wait_for_load_state()

    return act_and_arrive


def press_to_next_page(page: Page, key: str) -> Response:
    """Press a key that leads to another page, and wait until that page is whole."""
    with page.expect_navigation() as arrival:
        page.keyboard.press(key)
    return arrival.value
