"""The dialog in which the frontend shows a config flow."""

import json
from pathlib import Path
import re
from typing import Any

from wattwise_dev.browser import Frontend

SCREENSHOTS = Path(__file__).resolve().parents[2] / ".wattwise" / "screenshots"

# A text that was forgotten shows as its key: "component.wattwise..." or "name_needed".
_KEY = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
# What a device is told is no text of the frontend, nor is the key of a meter.
_NO_KEYS = ("energy_import",)
_SECRET = re.compile(r"[\w-]{32}")
_NO_VALUE = re.compile(r"\b(?:unknown|unavailable|undefined|null|NaN)\b", re.IGNORECASE)


_TRANSLATIONS: dict[str, Any] = json.loads(
    (
        Path(__file__).resolve().parents[2]
        / "custom_components"
        / "wattwise"
        / "translations"
        / "en.json"
    ).read_text(encoding="utf-8")
)


def said(path: str) -> str:
    """Return the English text of a translation key."""
    found: Any = _TRANSLATIONS
    for part in path.split("."):
        found = found[part]
    return str(found)


class FlowDialog:
    """What stands in the dialog, and what a person can do there."""

    def __init__(self, frontend: Frontend) -> None:
        """Work in the dialog of this tab."""
        self._frontend = frontend
        self._root = frontend.page.locator("dialog-data-entry-flow")

    async def look(self, name: str) -> str:
        """Save a picture, check the words, and return all text on the screen."""
        await self._frontend.settle()
        await self._root.locator("ha-dialog").wait_for(state="attached")
        await self._frontend.screenshot(SCREENSHOTS / f"{name}.png", height=1300)
        text = await self._frontend.visible_text()
        assert_readable(text)
        return text

    async def fill(self, selector: str, text: str) -> None:
        """Type into the field of a kind of selector, such as `ha-selector-text`."""
        await self._root.locator(f"{selector} input").first.fill(text)

    async def choose(self, text: str) -> None:
        """Click on an option, a radio button or an entry of a menu."""
        await self._root.get_by_text(text, exact=True).first.click()
        await self._frontend.settle()

    async def close(self) -> None:
        """Give up."""
        await self._root.get_by_role("button", name="Close").first.click()
        await self._root.locator("ha-dialog").wait_for(state="detached")

    async def submit(self) -> None:
        """Go to the next step."""
        await self._root.locator("ha-dialog-footer ha-button").last.click()
        await self._frontend.settle()


def assert_readable(text: str, *, values: bool = False) -> None:
    """Find no translation key and, where values are shown, no missing one."""
    assert "component." not in text
    keys = _KEY.findall(_SECRET.sub("", text))
    assert [key for key in keys if key not in _NO_KEYS] == []
    if values:
        assert _NO_VALUE.findall(text) == []
