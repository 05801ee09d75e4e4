"""Reading the device of a meter anew while the meter is changed."""

from dataclasses import replace

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from ..const import (
    CONF_ENERGY_KIND,
    CONF_ROLE,
    CONF_SOURCE,
    CONF_TURNED,
    SOURCE_HTTP,
    SOURCE_MQTT,
)
from ..dialects.contract.circuit import Circuit, Turned
from ..dialects.contract.dialect import DeviceIdentity
from ..metering.profile import EnergyKind, MeterRole
from ..sources.device_errors import DeviceError, UnknownDeviceError
from ..sources.device_settings import DeviceSettings, HttpEndpoint
from ..sources.found_device import FoundDevice
from ..sources.http.probe import GENERIC_DIALECT, async_probe
from ..sources.mqtt.listen import async_listen_topic
from ..sources.mqtt.search import async_search_mqtt
from .device_steps import async_dialects


class AnotherDeviceError(DeviceError):
    """The address belongs to another device now."""


async def async_read_again(
    hass: HomeAssistant, meter: ConfigSubentry, seconds: float
) -> FoundDevice:
    """Return the device of a meter, with what it tells within some time [s].

    Without fields if it does not answer. Its first circuit is the meter as it was
    set up, whatever the dialect would suppose today.
    """
    stored = stored_device(meter)
    settings = DeviceSettings.from_data(meter.data)
    try:
        if stored.source == SOURCE_MQTT:
            found = await _async_hear_again(hass, settings, seconds)
        else:
            endpoint = HttpEndpoint.from_data(meter.data)
            found = await async_probe_again(hass, settings, endpoint)
    except DeviceError:
        return stored
    others = [c for c in found.circuits if c.key != settings.circuit]
    return replace(
        stored,
        address=found.address,
        fields=found.fields,
        circuits=(*stored.circuits, *others),
    )


def stored_device(meter: ConfigSubentry) -> FoundDevice:
    """Return the device of a meter as it was set up."""
    settings = DeviceSettings.from_data(meter.data)
    source: str = meter.data[CONF_SOURCE]
    circuit = Circuit(
        settings.circuit,
        settings.channels,
        role=MeterRole(meter.data[CONF_ROLE]),
        energy_kind=EnergyKind(meter.data[CONF_ENERGY_KIND]),
        turned=Turned(turned) if (turned := meter.data.get(CONF_TURNED)) else None,
    )
    return FoundDevice(
        DeviceIdentity(settings.device, meter.title),
        source,
        settings.dialect,
        settings.address,
        {},
        (circuit,),
        HttpEndpoint.from_data(meter.data) if source == SOURCE_HTTP else None,
    )


async def async_probe_again(
    hass: HomeAssistant, settings: DeviceSettings, endpoint: HttpEndpoint
) -> FoundDevice:
    """Return a meter's device at an endpoint.

    Raises AnotherDeviceError where another one answers, and what a probe raises.
    """
    path = None
    if settings.dialect == GENERIC_DIALECT:
        dialect = (await async_dialects(hass))[settings.dialect]
        assert dialect.http is not None
        path = dialect.http.read_paths(settings.address)[0]
    found = await async_probe(hass, endpoint, (settings.dialect,), path)
    # Devices that speak no dialect may be known by nothing but their address.
    if path is None and found.identity.key != settings.device:
        raise AnotherDeviceError(endpoint.host)
    return found


async def _async_hear_again(
    hass: HomeAssistant, settings: DeviceSettings, seconds: float
) -> FoundDevice:
    """Return a meter's device as it speaks on the broker; raises DeviceError."""
    if settings.dialect == GENERIC_DIALECT:
        dialect = (await async_dialects(hass))[settings.dialect]
        assert dialect.mqtt is not None
        topic = dialect.mqtt.topics(settings.address)[0]
        return await async_listen_topic(hass, topic, seconds)
    devices = await async_search_mqtt(
        hass,
        seconds,
        (settings.dialect,),
        is_wanted=lambda found: found.identity.key == settings.device,
    )
    for found in devices:
        if found.identity.key == settings.device:
            return found
    raise UnknownDeviceError(settings.device)
