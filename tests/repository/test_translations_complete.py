"""Every entity has a name of its own in English, and no name is left over.

How texts must be written, and those of flows, errors and actions, are tested in
tests/test_translations.py.
"""

from datetime import UTC, datetime
import re
from typing import Any, Final

import pytest

from custom_components.wattwise.const import (
    CONF_AWAY,
    CONF_FORECAST_METERS,
    CONF_INFLUX,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    TARIFF_ENTITY,
)
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import METER_CHANNELS, Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..homes import async_add_household, push_meter
from .tree import INTEGRATION, load_json, modules

ENGLISH: Final[dict[str, Any]] = load_json(INTEGRATION / "translations" / "en.json")
ICONS: Final[dict[str, Any]] = load_json(INTEGRATION / "icons.json")

# An export has entities, whether or not anybody takes what it sends.
_NOBODY: Final = InfluxSettings(
    url="http://127.0.0.1:9",
    database="none",
    username=None,
    password=None,
    token=None,
    org=None,
    verify_tls=True,
    version=InfluxVersion.V1,
)
# A number every channel takes for plausible.
_VALUE: Final = 1.0
_OTHER_PHASES: Final = {
    Channel.VOLTAGE_L2,
    Channel.VOLTAGE_L3,
    Channel.CURRENT_L2,
    Channel.CURRENT_L3,
}


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let the export find out that nobody is there."""


async def entities_of_all_kinds(hass: HomeAssistant) -> dict[str, er.RegistryEntry]:
    """Set up meters of all roles that measure all there is, and return their entities.

    The grid is measured twice: names of voltages differ with the number of phases.
    """
    meters = [push_meter(f"of {role}", role.title(), role) for role in MeterRole]
    single = push_meter("single phase", "Single phase")
    entry = await async_add_household(
        hass,
        *meters,
        single,
        # With a capacity tariff.
        country="BE",
        options={
            CONF_TARIFF: TARIFF_ENTITY,
            CONF_PRICE_ENTITY: "sensor.price",
            CONF_INFLUX: _NOBODY.as_data(),
            CONF_AWAY: "input_boolean.away",
            CONF_FORECAST_METERS: [meter.subentry_id for meter in meters],
        },
    )
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    for meter in entry.runtime_data.meters.values():
        channels = set(METER_CHANNELS)
        if meter.name == single.title:
            channels -= _OTHER_PHASES
        else:
            assert meter.profile.role.title() == meter.name
        values = {
            channel: 50.0 if channel is Channel.FREQUENCY else _VALUE
            for channel in channels
        }
        receipt = await meter.history.append(
            meter.profile, [Reading(c, now_ms, value) for c, value in values.items()]
        )
        assert receipt.accepted == len(channels)
        await meter.coordinator.async_refresh()
    await hass.async_block_till_done()
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.entity_id: entity for entity in entries}


async def test_every_entity_has_a_name(wattwise: HomeAssistant) -> None:
    """The names in the texts are exactly those in use, and icons are for them."""
    entities = await entities_of_all_kinds(wattwise)
    used: dict[str, set[str]] = {}
    for entity_id, entity in entities.items():
        assert entity.translation_key, entity_id
        used.setdefault(entity.domain, set()).add(entity.translation_key)

    named = {platform: set(names) for platform, names in ENGLISH["entity"].items()}
    assert used == named
    with_icon = {platform: set(icons) for platform, icons in ICONS["entity"].items()}
    for platform, icons in with_icon.items():
        assert icons <= used[platform], platform


async def test_names_are_complete(wattwise: HomeAssistant) -> None:
    """No name is missing, and none has a gap where a word should stand."""
    for entity_id, entity in (await entities_of_all_kinds(wattwise)).items():
        assert entity.original_name, entity_id
        assert "{" not in entity.original_name, entity_id
        # Made of the name of the device and that of the entity, in English.
        assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", entity_id)
        if entity.disabled_by is None:
            assert wattwise.states.get(entity_id) is not None, entity_id


def test_choices_of_flows_have_names() -> None:
    """Each list of choices that is used is named, and no names are left over."""
    written = "\n".join(
        path.read_text()
        for path in [*modules(INTEGRATION), *INTEGRATION.glob("*.yaml")]
    )
    for key, selector in ENGLISH["selector"].items():
        assert selector.keys() <= {"fields", "options"}
        constant = f"CONF_{key.upper()}"
        assert re.search(rf"translation_key(=|: )\"?({key}|{constant})\b", written), key
