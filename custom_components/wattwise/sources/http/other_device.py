"""Another device answers where ours did: what the user is told."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN, LOGGER
from ...dialects.contract.dialect import DeviceIdentity
from ..device_errors import DeviceError


class OtherDeviceError(DeviceError):
    """Another device than ours has the address now."""

    def __init__(self, identity: DeviceIdentity) -> None:
        """Say which one."""
        self.name = identity.name or identity.key
        super().__init__(f"{self.name} answers")


@callback
def async_report_other_device(
    hass: HomeAssistant, device: str, meters: str, host: str, other: str
) -> None:
    """Tell the user once, in the log and as a repair, which device answers now."""
    if ir.async_get(hass).async_get_issue(DOMAIN, _issue_id(device)) is None:
        LOGGER.warning(
            "%s answers at %s, where %s was; it is not read", other, host, meters
        )
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(device),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="other_device",
        translation_placeholders={"meter": meters, "host": host, "other": other},
    )


@callback
def async_forget_other_device(hass: HomeAssistant, device: str) -> None:
    """Delete the repair: our device answers again, or nobody asks it any more."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(device))


def _issue_id(device: str) -> str:
    return f"other_device_{device}"
