"""Devices get other addresses now and then: their meters follow."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from ...const import (
    CONF_DEVICE,
    CONF_SOURCE,
    DOMAIN,
    LOGGER,
    SOURCE_HTTP,
    SUBENTRY_TYPE_METER,
)
from .hub import async_wake


@callback
def async_follow_address(hass: HomeAssistant, device_key: str, host: str) -> bool:
    """Read the meters of a device at this host from now on.

    Returns whether the device has meters over HTTP. One that announces itself at
    the address it always had is asked at once: it may have been away.
    """
    known = False
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
            data = subentry.data
            if data[CONF_SOURCE] != SOURCE_HTTP or data[CONF_DEVICE] != device_key:
                continue
            known = True
            if data[CONF_HOST] == host:
                continue
            LOGGER.info(
                "Meter %s moved from %s to %s", subentry.title, data[CONF_HOST], host
            )
            hass.config_entries.async_update_subentry(
                entry, subentry, data={**data, CONF_HOST: host}
            )
    if known:
        async_wake(hass, device_key)
    return known
