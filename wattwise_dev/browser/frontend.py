"""Home Assistant's frontend as a person sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Final, Self

from playwright.async_api import Browser, Page

from .conversation import Conversation

_TIMEOUT_MS: Final = 60_000
# Longer than a dialog takes to slide in.
_SETTLED_S: Final = 0.6
_POLL_S: Final = 0.1

_LOADED: Final = """() =>
  document.querySelector("home-assistant")?.hass?.panels
  && !document.getElementById("ha-launch-screen")
"""

# The frontend is a tree of shadow roots; what is slotted or drawn outside the layout
# (menus that are closed, dialogs that are gone) is not seen and not returned.
_VISIBLE_TEXT: Final = """() => {
  const seen = [];
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.trim();
      if (text) seen.push(text);
      return;
    }
    if (node instanceof Element) {
      if (["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT"].includes(node.tagName)) return;
      if (!node.checkVisibility({ visibilityProperty: true })
          && getComputedStyle(node).display !== "contents") return;
    }
    if (node.tagName === "SLOT") {
      const assigned = node.assignedNodes();
      (assigned.length ? assigned : [...node.childNodes]).forEach(visit);
      return;
    }
    [...(node.shadowRoot ?? node).childNodes].forEach(visit);
  };
  visit(document.body);
  return seen.join("\\n");
}"""


@dataclass(frozen=True, slots=True)
class Screen:
    """The size of a screen in CSS pixels."""

    name: str
    width: int
    height: int
    scale: float = 1.0
    touch: bool = False


DESKTOP: Final = Screen("desktop", 1440, 1000)
PHONE: Final = Screen("phone", 390, 844, scale=2.0, touch=True)


class Frontend:
    """One browser tab, logged in."""

    def __init__(
        self, page: Page, url: str, screen: Screen, conversation: Conversation
    ) -> None:
        """Drive this tab; `Frontend.open` makes one."""
        self.page = page
        self.screen = screen
        self._url = url
        self._conversation = conversation

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        browser: Browser,
        url: str,
        username: str,
        password: str,
        screen: Screen = DESKTOP,
    ) -> AsyncIterator[Self]:
        """Log in through the login form and close the tab afterwards."""
        context = await browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            device_scale_factor=screen.scale,
            has_touch=screen.touch,
            is_mobile=screen.touch,
            locale="en-GB",
        )
        context.set_default_timeout(_TIMEOUT_MS)
        try:
            page = await context.new_page()
            conversation = Conversation(page)
            await page.goto(url)
            await page.locator("input[name='username']").fill(username)
            await page.locator("input[name='password']").fill(password)
            await page.keyboard.press("Enter")
            await page.wait_for_function(_LOADED)
            yield cls(page, url, screen, conversation)
        finally:
            await context.close()

    async def visit(self, path: str) -> None:
        """Open a page and wait until it has stopped changing."""
        await self.page.goto(self._url + path)
        await self.page.wait_for_function(_LOADED)
        await self.settle()

    async def settle(self, timeout_s: float = 20.0) -> None:
        """Wait until the page has its answers and its words stay the same for a moment.

        Numbers may change all the time on a live dashboard: they do not count.
        """
        deadline = time.monotonic() + timeout_s
        words, since = "", time.monotonic()
        while time.monotonic() < deadline:
            now = "".join(c for c in await self.visible_text() if c.isalpha())
            if now != words or not self._conversation.is_over:
                words, since = now, time.monotonic()
            elif words and time.monotonic() - since >= _SETTLED_S:
                return
            await asyncio.sleep(_POLL_S)

    async def visible_text(self) -> str:
        """Return all text on the page that a person could see, scrolled or not."""
        return str(await self.page.evaluate(_VISIBLE_TEXT))

    async def screenshot(self, path: Path, *, height: int | None = None) -> None:
        """Save a picture of the page, as high as asked for, else as the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if height is not None:
            await self.page.set_viewport_size(
                {"width": self.screen.width, "height": height}
            )
            await self.settle()
        await self.page.screenshot(path=path)
        if height is not None:
            await self.page.set_viewport_size(
                {"width": self.screen.width, "height": self.screen.height}
            )
