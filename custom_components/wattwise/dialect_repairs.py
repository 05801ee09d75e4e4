"""What the user is told of a meter whose dialect this version does not know."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN, LOGGER

_PROBLEM = "unknown_dialect"


@callback
def async_report_dialect(
    hass: HomeAssistant, meter_id: str, name: str, dialect: str
) -> None:
    """Tell that a meter is not read, in the log and as a repair."""
    LOGGER.error("Meter %s speaks %s, which this version does not know", name, dialect)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{_PROBLEM}_{meter_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=_PROBLEM,
        translation_placeholders={"meter": name, "dialect": dialect},
    )


@callback
def async_forget_dialect(hass: HomeAssistant, meter_id: str) -> None:
    """Delete the repair about a meter's dialect."""
    ir.async_delete_issue(hass, DOMAIN, f"{_PROBLEM}_{meter_id}")
