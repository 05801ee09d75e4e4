"""Chromium without a window, as the system's package brings it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import shutil
from typing import Final

from playwright.async_api import Browser, async_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserMissingError(Exception):
    """No Chromium on the path."""


def find_chromium() -> str:
    """Return the path of the system's Chromium; raises BrowserMissingError."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserMissingError(
        f"None of {', '.join(_NAMES)} is on the path (apt-get install chromium)"
    )


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """Run a browser with a profile of its own, gone afterwards."""
    executable = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            await browser.close()
