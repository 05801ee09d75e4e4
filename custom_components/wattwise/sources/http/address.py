"""Devices get other addresses now and then: their meters follow."""

from collections.abc import Collection
from dataclasses import replace

from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant, callback

from ...const import (
    CONF_DEVICE,
    CONF_DIALECT,
    CONF_SOURCE,
    DOMAIN,
    LOGGER,
    SOURCE_HTTP,
    SUBENTRY_TYPE_METER,
)
from ..device_settings import HttpEndpoint
from .hub import async_wake


@callback
def async_follow_address(
    hass: HomeAssistant,
    device_key: str,
    endpoint: HttpEndpoint,
    dialects_of_port: Collection[str] = (),
) -> bool:
    """Read the meters of a device at this host from now on.

    Those that speak one of the dialects are read at the port, too. Returns whether
    the device has meters over HTTP. One that announces itself at the address it
    always had is asked at once: it may have been away.
    """
    known = False
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
            data = subentry.data
            if data[CONF_SOURCE] != SOURCE_HTTP or data[CONF_DEVICE] != device_key:
                continue
            known = True
            known_at = HttpEndpoint.from_data(data)
            moved = replace(known_at, host=endpoint.host)
            if data[CONF_DIALECT] in dialects_of_port:
                moved = replace(moved, port=endpoint.port)
            if moved == known_at:
                continue
            LOGGER.info(
                "Meter %s moved from %s to %s",
                subentry.title,
                _place(known_at),
                _place(moved),
            )
            rest = {k: v for k, v in data.items() if k != CONF_PORT}
            hass.config_entries.async_update_subentry(
                entry, subentry, data={**rest, **moved.as_data()}
            )
    if known:
        async_wake(hass, device_key)
    return known


def _place(endpoint: HttpEndpoint) -> str:
    if endpoint.port is None:
        return endpoint.host
    return f"{endpoint.host}:{endpoint.port}"
