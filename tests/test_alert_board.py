"""What is told of alerts: when they start, worsen and end, over restarts, too."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.alerts.alert import (
    Alert,
    AlertKind,
    AlertSeverity,
)
from custom_components.wattwise.alerts.telling.kept_alerts import KeptAlerts
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STARTED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .alert_meters import (
    FAR_TOO_HIGH,
    FINE,
    HIGH,
    VOLTAGE,
    alerts_of,
    phases,
    tell,
)
from .homes import async_add_household, push_meter
from .test_meters import pass_time

STARTED = ("started", "warning")
WORSENED = ("worsened", "critical")


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


def shown(hass: HomeAssistant, entity_id: str = VOLTAGE) -> str:
    """Return the state of an alert."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def test_an_alert_and_its_end(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each change is told once, with what explains it."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 20, FINE)
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert phases(told) == [STARTED]
    data = told[0].data
    assert data["kind"] == "voltage_problem"
    assert data["entity_id"] == VOLTAGE
    assert (data["household"], data["meter"], data["name"]) == ("Home", "Grid", "Grid")
    assert data["message"] == "The voltage is high (250 V)"
    assert data["details"] == {"voltage_l1_state": "high_warning", "voltage_l1": 250.0}
    assert "duration" not in data

    await tell(wattwise, freezer, entry, 120, HIGH)
    await tell(wattwise, freezer, entry, 100, FINE)
    assert phases(told) == [STARTED, ("ended", "warning")]
    data = told[1].data
    # The last that was said while it was there.
    assert data["details"] == {"voltage_l1_state": "high_warning", "voltage_l1": 230.0}
    lasted = told[1].time_fired - dt_util.parse_datetime(
        data["since"], raise_on_error=True
    )
    assert data["duration"] == lasted.total_seconds()
    assert data["message"] == "Voltage problem, over after 3 min"


async def test_what_gets_worse_is_told_once(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert that swings between grave and graver is told to worsen only once."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    for _ in range(3):
        await tell(wattwise, freezer, entry, 30, FAR_TOO_HIGH)
        state = wattwise.states.get(VOLTAGE)
        assert state
        assert state.attributes["severity"] == "critical"
        await tell(wattwise, freezer, entry, 80, HIGH)
        (alert,) = entry.runtime_data.alerts.active.values()
        assert alert.severity is AlertSeverity.WARNING
        assert alert.worst is AlertSeverity.CRITICAL
    assert phases(told) == [STARTED, WORSENED]
    assert told[1].data["severity_before"] == "warning"
    assert told[1].data["message"] == "The voltage is far too high (256 V)"
    await tell(wattwise, freezer, entry, 80, FINE)
    assert phases(told)[2:] == [("ended", "critical")]


async def test_what_an_alert_shows(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While it is on, it says how grave it is and why; that is not recorded."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    state = wattwise.states.get(VOLTAGE)
    assert state
    assert state.attributes["severity"] == "warning"
    assert state.attributes["details"]["voltage_l1"] == 250.0
    assert state.state_info
    assert "details" in state.state_info["unrecorded_attributes"]
    await tell(wattwise, freezer, entry, 80, FINE)
    state = wattwise.states.get(VOLTAGE)
    assert state
    assert not {"severity", "details"} & state.attributes.keys()


async def test_what_flaps_is_told_each_time(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The board hides nothing: who wants a cool-down asks a trigger for it."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    for _ in range(3):
        await tell(wattwise, freezer, entry, 80, HIGH)
        await tell(wattwise, freezer, entry, 240, FINE)
    assert phases(told) == [STARTED, ("ended", "warning")] * 3


async def test_a_restart_in_the_middle(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What was told before a restart and still is there is not told again."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_unload(entry.entry_id)
    await pass_time(wattwise, freezer, 600)
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done()
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert shown(wattwise) == STATE_ON
    assert phases(told) == [STARTED]
    await tell(wattwise, freezer, entry, 80, FINE)
    assert phases(told) == [STARTED, ("ended", "warning")]
    assert told[1].data["duration"] > 600
    assert told[1].data["since"] == told[0].data["since"]


async def test_what_ended_while_nobody_looked_is_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An entity that shows after a restart that all is well ends the alert of before."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_unload(entry.entry_id)
    # Entities that restore nothing begin with what is true then.
    kept = KeptAlerts(wattwise, entry.unique_id or "")
    alerts = await kept.async_load()
    (key,) = alerts
    other = key.replace("voltage_problem", "frequency_problem")
    alerts[other] = Alert(
        AlertKind.FREQUENCY_PROBLEM,
        AlertSeverity.WARNING,
        AlertSeverity.WARNING,
        "binary_sensor.grid_frequency_problem",
        "Grid",
        dt_util.utcnow(),
        {"frequency": 52.0},
    )
    await kept.async_save(alerts)
    registry = er.async_get(wattwise)
    registry.async_get_or_create(
        "binary_sensor",
        "wattwise",
        other,
        suggested_object_id="grid_frequency_problem",
        config_entry=entry,
    )
    await pass_time(wattwise, freezer, 600)
    await wattwise.config_entries.async_setup(entry.entry_id)
    await tell(wattwise, freezer, entry, 10, {"frequency": 50.0})
    assert phases(told) == [STARTED, ("ended", "warning")]
    assert told[1].data["kind"] == "frequency_problem"
    assert told[1].data["message"] == "Frequency problem, over after 10 min"


async def test_nothing_is_told_before_automations_listen(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What begins while Home Assistant starts is told when it has started."""
    told = alerts_of(wattwise)
    wattwise.set_state(CoreState.starting)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert shown(wattwise) == STATE_ON
    assert told == []
    wattwise.set_state(CoreState.running)
    wattwise.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await wattwise.async_block_till_done()
    assert phases(told) == [STARTED]


async def test_silence_ends_no_alert(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While the meter is silent, nobody knows; the alert goes on."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await pass_time(wattwise, freezer, 1_000)
    assert shown(wattwise) == STATE_UNAVAILABLE
    assert len(entry.runtime_data.alerts.active) == 1
    await tell(wattwise, freezer, entry, 20, HIGH)
    assert shown(wattwise) == STATE_ON
    assert phases(told) == [STARTED]
    await tell(wattwise, freezer, entry, 80, FINE)
    assert phases(told) == [STARTED, ("ended", "warning")]


async def test_a_renamed_entity_keeps_its_alert(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert goes on under the new name of its entity."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    renamed = "binary_sensor.my_voltage"
    er.async_get(wattwise).async_update_entity(VOLTAGE, new_entity_id=renamed)
    await wattwise.async_block_till_done()
    await tell(wattwise, freezer, entry, 20, HIGH)
    assert shown(wattwise, renamed) == STATE_ON
    assert phases(told) == [STARTED]
    await tell(wattwise, freezer, entry, 80, FINE)
    assert shown(wattwise, renamed) == STATE_OFF
    assert phases(told) == [STARTED, ("ended", "warning")]
    assert told[1].data["entity_id"] == renamed


@pytest.mark.parametrize("removed", [True, False])
async def test_an_alert_ends_silently_with_its_entity(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, removed: bool
) -> None:
    """Who disables an alert does not want to be told that it is over."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    registry = er.async_get(wattwise)
    if removed:
        registry.async_remove(VOLTAGE)
    else:
        registry.async_update_entity(VOLTAGE, disabled_by=er.RegistryEntryDisabler.USER)
    await wattwise.async_block_till_done()
    assert entry.runtime_data.alerts.active == {}
    await tell(wattwise, freezer, entry, 80, FINE)
    assert phases(told) == [STARTED]


async def test_an_entity_that_was_disabled_during_a_restart(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is kept of an entity that is disabled meanwhile is forgotten."""
    told = alerts_of(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_unload(entry.entry_id)
    er.async_get(wattwise).async_update_entity(
        VOLTAGE, disabled_by=er.RegistryEntryDisabler.USER
    )
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done()
    assert entry.runtime_data.alerts.active == {}
    assert phases(told) == [STARTED]


async def test_what_cannot_be_read_is_left_out(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A broken file costs what is broken of it, not the household."""
    alert = Alert(
        AlertKind.OVERLOAD,
        AlertSeverity.CRITICAL,
        AlertSeverity.CRITICAL,
        "binary_sensor.home_overload",
        None,
        dt_util.utcnow() - timedelta(minutes=5),
        {"power": 9_000.0, "contracted_power": None},
    )
    kept = KeptAlerts(wattwise, "some home")
    await kept.async_save({"good": alert})
    text = await kept._store.async_load()
    assert text
    text |= {
        "no kind": {**text["good"], "kind": "earthquake"},
        "no time": {**text["good"], "since": "yesterday"},
        "no zone": {**text["good"], "since": "2026-06-17T10:00:00"},
        "no details": {**text["good"], "details": 5},
        "no alert": "gone",
    }
    await kept._store.async_save(text)
    assert await KeptAlerts(wattwise, "some home").async_load() == {"good": alert}
    for key in ("no kind", "no time", "no zone", "no details", "no alert"):
        assert f"The alert of {key} cannot be read" in caplog.text


async def test_nothing_is_kept_of_a_home_that_is_gone(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Whoever removes a home and adds it again begins anew."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done()
    assert await KeptAlerts(wattwise, entry.unique_id or "").async_load() == {}
