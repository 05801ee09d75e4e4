"""What a household makes of its meters: remainder, grid, shares and load."""

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_NETS_PHASES,
    CONF_PARENT,
    CONF_PHASES,
    CONF_PRICE,
    CONF_TARIFF,
    DOMAIN,
)
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .test_meters import pass_time, report, state


def appliance(name: str, parent: ConfigSubentry | None = None) -> ConfigSubentry:
    """Return an appliance's meter, perhaps a part of another one."""
    meter = push_meter(name.lower(), name, MeterRole.APPLIANCE)
    if parent is None:
        return meter
    data = {**meter.data, CONF_PARENT: parent.subentry_id}
    return replace(meter, data=MappingProxyType(data))


def phases() -> list[ConfigSubentry]:
    """Return a grid meter for each of three phases."""
    return [push_meter(name.lower(), name) for name in ("L1", "L2", "L3")]


async def three_phases(hass: HomeAssistant, **options: Any) -> MockConfigEntry:
    """Add a household of three phases with a grid meter for each."""
    entry = await async_add_household(hass, *phases(), options=options)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PHASES: 3})
    await hass.async_block_till_done()
    return entry


def sensor(hass: HomeAssistant, key: str, owner: str = "household-Home") -> Any:
    """Return the state of a sensor of the household, or of a meter."""
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{owner}_{key}"
    )
    assert entity_id, key
    return state(hass, entity_id)


def exists(hass: HomeAssistant, key: str) -> bool:
    """Whether the household has a sensor, be it switched off."""
    return bool(
        er.async_get(hass).async_get_entity_id(
            "sensor", DOMAIN, f"household-Home_{key}"
        )
    )


async def enable_all(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Switch on what is disabled at first."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


async def tell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    **powers: float,
) -> None:
    """Let meters report power, and wait until entities show it."""
    await pass_time(hass, freezer, 6)
    for name, power in powers.items():
        await report(hass, entry, name, power=power)
    await pass_time(hass, freezer, 6)


async def test_untracked(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The remainder of the home and of a floor; nested meters count once."""
    await wattwise.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-01 12:00:00+00:00")
    floor = appliance("Floor")
    entry = await async_add_household(
        wattwise, push_meter(), floor, appliance("Oven", floor), appliance("Boiler")
    )
    await tell(wattwise, freezer, entry, Grid=3_000, Floor=1_200, Oven=1_000)
    assert sensor(wattwise, "consumption_power") == 3_000
    # The boiler has not been heard of yet.
    assert sensor(wattwise, "untracked_power") == STATE_UNAVAILABLE
    assert sensor(wattwise, "untracked_power", "meter-floor") == 200
    await tell(wattwise, freezer, entry, Boiler=1_500)
    assert sensor(wattwise, "untracked_power") == 300
    assert not er.async_get(wattwise).async_get_entity_id(
        "sensor", DOMAIN, "meter-oven_untracked_power"
    )

    for name in ("Grid", "Floor", "Oven", "Boiler"):
        await report(wattwise, entry, name, energy_import=10_000)
    freezer.tick(300)
    await report(wattwise, entry, "Grid", energy_import=10_250)
    await report(wattwise, entry, "Floor", energy_import=10_100)
    await report(wattwise, entry, "Oven", energy_import=10_080)
    await report(wattwise, entry, "Boiler", energy_import=10_120)
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "untracked_today") == pytest.approx(0.03)
    await pass_time(wattwise, freezer, 31)
    assert sensor(wattwise, "untracked_today", "meter-floor") == pytest.approx(0.02)

    # The oven falls silent: the home's remainder needs the floor's meter only.
    await pass_time(wattwise, freezer, 120)
    await tell(wattwise, freezer, entry, Grid=3_000, Floor=1_200, Boiler=1_500)
    assert sensor(wattwise, "untracked_power") == 300
    assert sensor(wattwise, "untracked_power", "meter-floor") == STATE_UNAVAILABLE
    # Energy stays when meters fall silent.
    await pass_time(wattwise, freezer, 120)
    assert sensor(wattwise, "untracked_power") == STATE_UNAVAILABLE
    assert sensor(wattwise, "untracked_today") == pytest.approx(0.03)

    freezer.move_to("2026-06-02 00:00:10+00:00")
    await pass_time(wattwise, freezer, 31)
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "untracked_today") == 0.0
    assert sensor(wattwise, "untracked_today", "meter-floor") == 0.0


async def test_phases_are_netted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Three meters of single phases are one connection, for its cost too."""
    await wattwise.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-01 12:00:00+00:00")
    entry = await three_phases(
        wattwise,
        **{CONF_TARIFF: "flat", CONF_PRICE: 0.30, CONF_CONTRACTED_POWER: 10.0},
    )
    await tell(wattwise, freezer, entry, L1=-2_000, L2=500, L3=4_500)
    assert sensor(wattwise, "grid_import_power") == 3_000
    assert sensor(wattwise, "grid_export_power") == 0
    assert sensor(wattwise, "connection_load") == 30.0
    await tell(wattwise, freezer, entry, L1=-6_000, L2=500, L3=4_500)
    assert sensor(wattwise, "grid_import_power") == 0
    assert sensor(wattwise, "grid_export_power") == 1_000
    assert sensor(wattwise, "connection_load") == 0.0
    # More than the contract says is shown as it is.
    await tell(wattwise, freezer, entry, L1=3_000, L2=4_500, L3=5_000)
    assert sensor(wattwise, "connection_load") == 125.0

    freezer.move_to("2026-06-01 12:10:00+00:00")
    for name in ("L1", "L2", "L3"):
        await report(wattwise, entry, name, energy_import=10_000, energy_export=0)
    freezer.move_to("2026-06-01 12:15:00+00:00")
    await report(wattwise, entry, "L1", energy_import=10_000, energy_export=150)
    await report(wattwise, entry, "L2", energy_import=10_250, energy_export=0)
    await report(wattwise, entry, "L3", energy_import=10_000, energy_export=0)
    await pass_time(wattwise, freezer, 31)
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "imported_today") == pytest.approx(0.1)
    assert sensor(wattwise, "exported_today") == 0.0
    assert sensor(wattwise, "consumption_today") == pytest.approx(0.1)
    assert sensor(wattwise, "cost_today") == pytest.approx(0.03)

    # Of the meters' coordinators and the netting, some are at midnight first.
    freezer.move_to("2026-06-02 00:00:10+00:00")
    await entry.runtime_data.grid_netting.async_refresh()
    await pass_time(wattwise, freezer, 6)
    for key in ("imported_today", "consumption_today", "cost_today"):
        assert sensor(wattwise, key) == 0.0, key
    await pass_time(wattwise, freezer, 31)
    await pass_time(wattwise, freezer, 6)
    for key in ("imported_today", "consumption_today", "cost_today"):
        assert sensor(wattwise, key) == 0.0, key

    # One clamp is silent: nothing is known of the connection.
    assert sensor(wattwise, "grid_import_power") == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, L1=-2_000, L2=500)
    for key in ("grid_import_power", "consumption_power", "connection_load"):
        assert sensor(wattwise, key) == STATE_UNAVAILABLE


async def test_midnight_first_for_a_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Netted sums of yesterday are not shown as of the day a meter is in already."""
    await wattwise.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-01 23:50:00+00:00")
    entry = await three_phases(wattwise, **{CONF_TARIFF: "flat", CONF_PRICE: 0.30})
    for name in ("L1", "L2", "L3"):
        await report(wattwise, entry, name, energy_import=0)
    freezer.move_to("2026-06-01 23:58:00+00:00")
    for name in ("L1", "L2", "L3"):
        await report(wattwise, entry, name, energy_import=100)
    home = entry.runtime_data
    await home.grid_netting.async_refresh()
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "imported_today") == pytest.approx(0.3)
    yesterday = home.grid_netting.data
    freezer.move_to("2026-06-02 00:00:01+00:00")
    await next(iter(home.meters.values())).coordinator.async_refresh()
    home.grid_netting.async_set_updated_data(yesterday)
    energy = home.grid_energy_today()
    assert (energy.imported, energy.exported) == (0.0, 0.0)
    assert home.cost_today() == 0.0


async def test_history_that_cannot_be_asked(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What was netted last stays while the history is away."""
    entry = await three_phases(wattwise)
    for name in ("L1", "L2", "L3"):
        await report(wattwise, entry, name, energy_import=0)
    freezer.tick(60)
    await report(wattwise, entry, "L1", energy_import=40)
    home = entry.runtime_data
    await home.grid_netting.async_refresh()
    with patch.object(home.history, "netted_grid_today", side_effect=HistoryError):
        await home.grid_netting.async_refresh()
    assert not home.grid_netting.last_update_success
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "imported_today") == pytest.approx(0.04)


async def test_phases_that_are_not_netted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """With a bill for each meter, each counts by itself."""
    entry = await three_phases(
        wattwise,
        **{CONF_TARIFF: "flat", CONF_PRICE: 0.30, CONF_NETS_PHASES: False},
    )
    assert entry.runtime_data.grid_netting is None
    await tell(wattwise, freezer, entry, L1=-2_000, L2=500, L3=4_500)
    assert sensor(wattwise, "grid_import_power") == 5_000
    assert sensor(wattwise, "grid_export_power") == 2_000
    assert sensor(wattwise, "consumption_power") == 3_000
    for name in ("L1", "L2", "L3"):
        await report(wattwise, entry, name, energy_import=0, energy_export=0)
    freezer.tick(60)
    await report(wattwise, entry, "L1", energy_export=50)
    await report(wattwise, entry, "L2", energy_import=60)
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "imported_today") == pytest.approx(0.06)
    assert sensor(wattwise, "exported_today") == pytest.approx(0.05)
    assert sensor(wattwise, "cost_today") == pytest.approx(0.018)


async def test_shares(wattwise: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Self-consumption and self-sufficiency through a day with a roof."""
    await wattwise.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-01 20:00:00+00:00")
    entry = await async_add_household(
        wattwise, push_meter(), push_meter("roof", "Roof", MeterRole.PRODUCTION)
    )
    await enable_all(wattwise, entry)
    assert sensor(wattwise, "self_sufficiency") == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, Grid=-1_500, Roof=2_000)
    assert sensor(wattwise, "self_consumption") == 25.0
    assert sensor(wattwise, "self_sufficiency") == 100.0
    assert sensor(wattwise, "grid_import_power") == 0
    assert sensor(wattwise, "grid_export_power") == 1_500
    await tell(wattwise, freezer, entry, Grid=600, Roof=200)
    assert sensor(wattwise, "self_consumption") == 100.0
    assert sensor(wattwise, "self_sufficiency") == 25.0
    # Nothing is produced: there is no share of it, and that is known.
    await tell(wattwise, freezer, entry, Grid=600, Roof=0)
    assert sensor(wattwise, "self_consumption") == STATE_UNKNOWN
    assert sensor(wattwise, "self_sufficiency") == 0.0

    await report(wattwise, entry, "Grid", energy_import=0, energy_export=0)
    await report(wattwise, entry, "Roof", energy_export=0)
    freezer.tick(60)
    await report(wattwise, entry, "Grid", energy_import=200, energy_export=120)
    await report(wattwise, entry, "Roof", energy_export=480)
    await pass_time(wattwise, freezer, 6)
    # 480 Wh produced, 120 of them fed in; 200 + 480 - 120 = 560 Wh used.
    assert sensor(wattwise, "self_consumption_today") == 75.0
    assert sensor(wattwise, "self_sufficiency_today") == 64.3
    freezer.move_to("2026-06-02 00:00:10+00:00")
    await pass_time(wattwise, freezer, 31)
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "self_consumption_today") == STATE_UNKNOWN
    assert sensor(wattwise, "self_sufficiency_today") == STATE_UNKNOWN


async def test_inverter_that_sleeps(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One that fell silent at dusk gives nothing; one that did at noon is missed."""
    entry = await async_add_household(
        wattwise, push_meter(), push_meter("roof", "Roof", MeterRole.PRODUCTION)
    )
    await tell(wattwise, freezer, entry, Grid=490, Roof=10)
    assert sensor(wattwise, "consumption_power") == 500
    await pass_time(wattwise, freezer, 300)
    await tell(wattwise, freezer, entry, Grid=480)
    assert sensor(wattwise, "consumption_power") == 480
    assert sensor(wattwise, "production_power") == 0
    # What is fed in comes from somewhere: it was no sleep.
    await tell(wattwise, freezer, entry, Grid=-300)
    assert sensor(wattwise, "consumption_power") == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, Grid=480, Roof=1_000)
    await pass_time(wattwise, freezer, 300)
    await tell(wattwise, freezer, entry, Grid=480)
    assert sensor(wattwise, "consumption_power") == STATE_UNAVAILABLE


async def test_meters_that_tell_neither_power_nor_energy(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter of voltages takes no part; one never heard of may yet."""
    watched = appliance("Socket")
    entry = await async_add_household(
        wattwise, push_meter(), watched, appliance("Lamp", watched)
    )
    await tell(wattwise, freezer, entry, Lamp=40)
    # The lamp is not the home, though nothing is heard of the grid.
    assert sensor(wattwise, "consumption_power") == STATE_UNAVAILABLE
    await report(wattwise, entry, "Socket", voltage_l1=230)
    await tell(wattwise, freezer, entry, Grid=500, Lamp=40)
    assert sensor(wattwise, "untracked_power") == 460


async def test_which_sensors_there_are(wattwise: HomeAssistant) -> None:
    """Only those that can tell something; what one meter shows is not repeated."""
    await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: None}
    )
    for key in (
        "connection_load",
        "imported_today",
        "exported_today",
        "production_power",
        "self_consumption",
        "self_sufficiency_today",
        "untracked_power",
        "untracked_today",
    ):
        assert not exists(wattwise, key), key
    registry = er.async_get(wattwise)
    for key in ("grid_import_power", "grid_export_power"):
        entity_id = registry.async_get_entity_id(
            "sensor", DOMAIN, f"household-Home_{key}"
        )
        assert entity_id
        assert wattwise.states.get(entity_id) is None


async def test_busy_meters_do_not_flood_the_recorder(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """However many meters report, a household's sensors change every five seconds."""
    entry = await async_add_household(
        wattwise, push_meter(), appliance("Oven"), appliance("Boiler")
    )
    await tell(wattwise, freezer, entry, Grid=3_000, Oven=1_000, Boiler=500)
    events = async_capture_events(wattwise, EVENT_STATE_CHANGED)
    for second in range(30):
        freezer.tick(1)
        for name in ("Grid", "Oven", "Boiler"):
            await report(wattwise, entry, name, power=3_000 + second)
    times = [
        event.time_fired.timestamp()
        for event in events
        if event.data["entity_id"] == "sensor.home_power_consumption"
    ]
    assert 5 <= len(times) <= 7
    assert all(later - time >= 5 for time, later in pairwise(times))
    await pass_time(wattwise, freezer, 6)
    assert sensor(wattwise, "consumption_power") == 3_029
    # Nothing is told to a household that is gone.
    await report(wattwise, entry, "Grid", power=1)
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    events.clear()
    await pass_time(wattwise, freezer, 6)
    assert events == []
