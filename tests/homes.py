"""Households and meters for tests, as the flows would have made them."""

from types import MappingProxyType
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_KEY_HASH,
    CONF_NOMINAL_VOLTAGE,
    CONF_PHASES,
    CONF_ROLE,
    CONF_SOURCE,
    CONF_TARIFF,
    DOMAIN,
    SOURCE_ENTITIES,
    SOURCE_HTTP,
    SOURCE_PUSH,
    SUBENTRY_TYPE_METER,
    TARIFF_NONE,
)
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from custom_components.wattwise.sources.push_keys import hash_key
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

KEY = "key-of-the-grid-meter"


def push_meter(
    key: str = KEY,
    name: str = "Grid",
    role: MeterRole = MeterRole.GRID,
    energy_kind: EnergyKind = EnergyKind.COUNTER,
    interval: float = 10,
) -> ConfigSubentry:
    """Return a meter that pushes with a key."""
    return ConfigSubentry(
        data=MappingProxyType(
            {
                CONF_SOURCE: SOURCE_PUSH,
                CONF_ROLE: role.value,
                CONF_KEY_HASH: hash_key(key),
                CONF_ENERGY_KIND: energy_kind.value,
                CONF_INTERVAL: interval,
            }
        ),
        subentry_type=SUBENTRY_TYPE_METER,
        title=name,
        unique_id=f"meter-{key}",
    )


def entity_meter(
    entities: dict[str, str],
    name: str = "Heat pump",
    role: MeterRole = MeterRole.APPLIANCE,
    energy_kind: EnergyKind = EnergyKind.COUNTER,
) -> ConfigSubentry:
    """Return a meter made of entities."""
    return ConfigSubentry(
        data=MappingProxyType(
            {
                CONF_SOURCE: SOURCE_ENTITIES,
                CONF_ROLE: role.value,
                CONF_ENTITIES: entities,
                CONF_ENERGY_KIND: energy_kind.value,
                CONF_INTERVAL: 60,
            }
        ),
        subentry_type=SUBENTRY_TYPE_METER,
        title=name,
        unique_id=f"entities-{name}",
    )


def http_meter(
    endpoint: HttpEndpoint,
    settings: DeviceSettings,
    name: str = "Plug",
    role: MeterRole = MeterRole.APPLIANCE,
    energy_kind: EnergyKind = EnergyKind.COUNTER,
) -> ConfigSubentry:
    """Return a meter that is asked over HTTP."""
    return ConfigSubentry(
        data=MappingProxyType(
            {
                CONF_SOURCE: SOURCE_HTTP,
                CONF_ROLE: role.value,
                CONF_ENERGY_KIND: energy_kind.value,
                CONF_INTERVAL: 10,
            }
            | settings.as_data()
            | endpoint.as_data()
        ),
        subentry_type=SUBENTRY_TYPE_METER,
        title=name,
        unique_id=settings.meter_id,
    )


async def async_add_household(
    hass: HomeAssistant,
    *meters: ConfigSubentry,
    name: str = "Home",
    options: dict[str, Any] | None = None,
    country: str = "DE",
) -> MockConfigEntry:
    """Add a household with meters and set it up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=name,
        unique_id=f"household-{name}",
        data={
            "name": name,
            CONF_COUNTRY: country,
            CONF_CURRENCY: "EUR",
            CONF_NOMINAL_VOLTAGE: 230.0,
            CONF_PHASES: 1,
        },
        options={CONF_TARIFF: TARIFF_NONE, CONF_CONTRACTED_POWER: 20.0}
        | (options or {}),
    )
    entry.add_to_hass(hass)
    for meter in meters:
        hass.config_entries.async_add_subentry(entry, meter)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def only_meter(entry: MockConfigEntry) -> Meter:
    """Return the one meter of a household."""
    (meter,) = entry.runtime_data.meters.values()
    return meter
