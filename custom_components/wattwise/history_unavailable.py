"""What a coordinator says when the history cannot be asked."""

from homeassistant.helpers.update_coordinator import UpdateFailed

from .const import DOMAIN
from .history.errors import HistoryError


def history_unavailable(err: HistoryError) -> UpdateFailed:
    """Return what to raise from a HistoryError, in words for people."""
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key="history_unavailable",
        translation_placeholders={"error": str(err)},
    )
