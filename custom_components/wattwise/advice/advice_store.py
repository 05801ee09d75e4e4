"""A household's advice and what people said to it, kept over restarts."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from .advice_book import AdviceBook

_VERSION: Final = 1


class AdviceStore:
    """Keeps the book of a household."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep it under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.advice.{household_id}"
        )

    async def async_load(self) -> AdviceBook:
        """Return what was kept; an empty book if that cannot be read."""
        kept = await self._store.async_load()
        if kept is None:
            return AdviceBook()
        try:
            return AdviceBook.from_dict(kept)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            LOGGER.warning("The advice of before cannot be read: %r", err)
            return AdviceBook()

    async def async_save(self, book: AdviceBook) -> None:
        """Keep a book."""
        await self._store.async_save(book.as_dict())

    async def async_remove(self) -> None:
        """Forget it."""
        await self._store.async_remove()
