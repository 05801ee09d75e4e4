"""What the caller of an action is told when the history cannot be reached."""

from collections.abc import Generator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..history.errors import HistoryError


@contextmanager
def history_needed() -> Generator[None]:
    """Turn a HistoryError into words for people."""
    try:
        yield
    except HistoryError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="history_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
