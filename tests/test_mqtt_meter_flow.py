"""Finding meters on a real broker, adding them, and changing them."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CHANNELS,
    CONF_DEVICE,
    CONF_DIALECT,
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_ROLE,
    CONF_SOURCE,
    SOURCE_MQTT,
    SUBENTRY_TYPE_METER,
)
from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .meter_flows import (
    add_household,
    begin,
    default,
    field,
    household,
    meter_named,
    placeholders,
    reconfigure,
    submit,
    suggested,
    until_form,
)
from .mqtt_broker import Broker, Publisher
from .sources.conftest import broker, connect, device, home
from .translated_flows import translated_flows

__all__ = ["broker", "connect", "device", "home", "household", "translated_flows"]

SEARCH = "search for MQTT meters"
ANNOUNCED = {
    "id": "A0:B1:C2:D3:E4:F5",
    "name": "Cellar",
    "model": "Pulse reader",
    "topic": "cellar/meter",
}
VALUES = {"power": 412, "energy_import": 1234.5, "voltage_l1": 230.1}


@pytest.fixture(autouse=True)
def _short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not listen for long: devices here are quick."""
    for module in ("mqtt_meter", "device_meter"):
        monkeypatch.setattr(
            f"custom_components.wattwise.flows.{module}.LISTEN_SECONDS", 1.5
        )


@pytest.fixture
async def meter_sends(device: Publisher) -> AsyncGenerator[None]:
    """Have a meter announce itself and send its values all the time."""
    device.publish("wattwise/discovery/a0b1c2d3e4f5", ANNOUNCED, retain=True)

    async def send() -> None:
        while True:
            device.publish("cellar/meter", VALUES, qos=0)
            await asyncio.sleep(0.2)

    task = asyncio.create_task(send())
    yield
    task.cancel()


async def search(hass: HomeAssistant, household: MockConfigEntry) -> SubentryFlowResult:
    """Listen for meters until the search is over."""
    result = await begin(hass, household, "mqtt")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "search"
    return await until_form(hass, result)


async def test_found_meter(
    home: HomeAssistant, household: MockConfigEntry, meter_sends: None
) -> None:
    """A meter that was heard is chosen by its values."""
    result = await search(home, household)

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "mqtt_found"
    assert field(result, "found_device").config["options"] == [
        {
            "value": "a0b1c2d3e4f5",
            "label": "Cellar (Pulse reader) · Power: 412 W,"
            " Energy used or imported: 1,234.5 kWh, Voltage L1: 230.1 V",
        },
        {"value": "again", "label": "again"},
        {"value": "none", "label": "none"},
    ]
    # Who opens the window anew sees the same.
    flow_id = result["flow_id"]
    result = await home.config_entries.subentries.async_configure(flow_id)
    assert result["step_id"] == "mqtt_found"
    result = await submit(home, result, found_device="a0b1c2d3e4f5")
    assert result["step_id"] == "found_meter"
    assert suggested(result, CONF_NAME) == "Cellar"
    result = await submit(home, result, name="Main", role="grid", adjust=False)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Main")
    assert meter.unique_id == "a0b1c2d3e4f5"
    data = dict(meter.data)
    assert set(data.pop(CONF_CHANNELS)) == set(VALUES)
    assert data == {
        CONF_SOURCE: SOURCE_MQTT,
        CONF_ROLE: "grid",
        CONF_DEVICE: "a0b1c2d3e4f5",
        CONF_DIALECT: "wattwise_mqtt",
        "address": {"topic": "cellar/meter", "status": "wattwise/a0b1c2d3e4f5/status"},
        "circuit": "",
        CONF_ENERGY_KIND: "counter",
        CONF_INTERVAL: 60.0,
    }

    # It is not offered again, in no household.
    other = await add_household(home, "Lake Road")
    result = await search(home, other)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "mqtt_nothing"


async def test_nothing_heard(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """Who hears nothing learns what to check, and can listen again."""
    result = await search(home, household)
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["mqtt", "mqtt_topic"]

    device.publish("wattwise/discovery/a0b1c2d3e4f5", ANNOUNCED, retain=True)
    device.publish("cellar/meter", VALUES, retain=True)
    result = await submit(home, result, next_step_id="mqtt")
    result = await until_form(home, result)

    assert result["step_id"] == "mqtt_found"


async def test_topic(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """A topic is enough for a device of no known kind."""
    device.publish("home/words", "no numbers at all", retain=True)
    device.publish("home/meter", {"P": 0.412, "total": 1234.5}, retain=True)
    result = await search(home, household)
    result = await submit(home, result, next_step_id="mqtt_topic")
    assert result["step_id"] == "mqtt_topic"
    result = await submit(home, result, topic="home/#")
    assert result["errors"] == {"topic": "invalid_topic"}
    for topic in ("home/nobody", "home/words"):
        result = await submit(home, result, topic=topic)
        assert result["progress_action"] == "listen"
        result = await until_form(home, result)
        assert result["errors"] == {"topic": "nothing_on_topic"}
        assert suggested(result, "topic") == topic
    result = await submit(home, result, topic=" home/meter ")
    result = await until_form(home, result)

    assert result["step_id"] == "found_meter"
    result = await submit(home, result, name="Main", role="grid", adjust=True)
    rows = {str(key): key.default() for key in result["data_schema"].schema}
    assert set(rows) == {"P · 0.412", "total · 1234.5"}
    answers = {"P · 0.412": "power:kW", "total · 1234.5": "energy_import:kWh"}
    result = await submit(home, result, **answers)
    assert placeholders(result)["values"] == (
        "- Power: 412 W\n- Energy used or imported: 1,234.5 kWh"
    )
    result = await submit(home, result, name="Main", role="grid", adjust=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Main")
    assert meter.data[CONF_DIALECT] == "generic_json"

    again = await begin(home, household, "mqtt")
    again = await until_form(home, again)
    again = await submit(home, again, next_step_id="mqtt_topic")
    again = await submit(home, again, topic="home/meter")
    again = await until_form(home, again)
    assert again["errors"] == {"topic": "already_a_meter"}

    result = await reconfigure(home, household, meter)
    result = await until_form(home, result)
    assert result["step_id"] == "known_meter"
    assert placeholders(result)["values"].startswith("- Power: 412 W")


async def test_listening_once_more(
    home: HomeAssistant,
    household: MockConfigEntry,
    device: Publisher,
    meter_sends: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who misses a meter listens for the whole time."""
    search_module = "custom_components.wattwise.sources.mqtt.search"
    monkeypatch.setattr(f"{search_module}._SHORTEST_SECONDS", 1.5)
    monkeypatch.setattr(f"{search_module}._QUIET_SECONDS", 0.5)
    flow = "custom_components.wattwise.flows.mqtt_meter.LISTEN_SECONDS"
    monkeypatch.setattr(flow, 20)
    began = home.loop.time()
    result = await search(home, household)
    assert home.loop.time() - began < 10
    monkeypatch.setattr(flow, 4)
    began = home.loop.time()
    result = await submit(home, result, found_device="again")
    assert result["progress_action"] == "search"
    result = await until_form(home, result)

    assert result["step_id"] == "mqtt_found"
    assert home.loop.time() - began >= 4


async def test_without_choosing_one(
    home: HomeAssistant, household: MockConfigEntry, meter_sends: None
) -> None:
    """None of the meters that were heard may be the right one."""
    result = await search(home, household)
    result = await submit(home, result, found_device="none")

    assert result["step_id"] == "mqtt_topic"


async def test_changing_a_meter(
    home: HomeAssistant, household: MockConfigEntry, meter_sends: None
) -> None:
    """The values of the moment are read again."""
    result = await search(home, household)
    result = await submit(home, result, found_device="a0b1c2d3e4f5")
    await submit(home, result, name="Main", role="grid", adjust=False)

    result = await reconfigure(home, household, meter_named(household, "Main"))
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "read_again"
    result = await until_form(home, result)
    assert result["step_id"] == "known_meter"
    result = await submit(home, result, name="Main", role="grid", adjust=True)
    assert default(result, "power · 412 W") == "power:W"
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    result = await submit(home, result, **answers | {"power · 412 W": "unused"})
    result = await submit(home, result, name="Main", role="grid", adjust=False)

    assert result["reason"] == "reconfigure_successful"
    channels = meter_named(household, "Main").data[CONF_CHANNELS]
    assert set(channels) == {"energy_import", "voltage_l1"}


async def test_changing_a_silent_meter(
    home: HomeAssistant,
    household: MockConfigEntry,
    device: Publisher,
    broker: Broker,
    meter_sends: None,
) -> None:
    """A meter that nothing is heard of, or a broker, can still be renamed."""
    result = await search(home, household)
    result = await submit(home, result, found_device="a0b1c2d3e4f5")
    await submit(home, result, name="Main", role="grid", adjust=False)
    device.publish("wattwise/discovery/a0b1c2d3e4f5", "", retain=True)
    result = await reconfigure(home, household, meter_named(household, "Main"))
    result = await until_form(home, result)
    assert result["step_id"] == "silent_meter"
    broker.kill()

    result = await reconfigure(home, household, meter_named(household, "Main"))
    result = await until_form(home, result)
    assert result["step_id"] == "silent_meter"
    result = await submit(home, result, name="Grid", role="grid", adjust=False)

    assert result["reason"] == "reconfigure_successful"
    assert set(meter_named(household, "Grid").data[CONF_CHANNELS]) == set(VALUES)


async def test_no_broker(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """Without MQTT the user learns what to add first."""
    result = await begin(hass, household, "mqtt")
    result = await until_form(hass, result)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "mqtt_unavailable"


async def test_broker_lost_while_listening_to_a_topic(
    home: HomeAssistant, household: MockConfigEntry, broker: Broker
) -> None:
    """The text says what is wrong: not the topic."""
    result = await search(home, household)
    result = await submit(home, result, next_step_id="mqtt_topic")
    broker.kill()
    await asyncio.sleep(0.2)
    result = await submit(home, result, topic="home/meter")
    result = await until_form(home, result)

    assert result["errors"] == {"topic": "mqtt_unavailable"}


async def test_user_leaves(
    home: HomeAssistant, household: MockConfigEntry, meter_sends: None
) -> None:
    """Closing the window ends the search."""
    flows = home.config_entries.subentries
    result = await flows.async_init(
        (household.entry_id, SUBENTRY_TYPE_METER), context={"source": SOURCE_USER}
    )
    result = await flows.async_configure(result["flow_id"], {"next_step_id": "mqtt"})
    await asyncio.sleep(0.1)
    (task,) = (t for t in asyncio.all_tasks() if t.get_name() == SEARCH)

    flows.async_abort(result["flow_id"])

    with pytest.raises(asyncio.CancelledError):
        await task
