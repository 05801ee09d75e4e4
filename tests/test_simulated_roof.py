"""A roof to try things out with, beside a simulated grid meter."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.const import (
    ATTR_DEVICE_ID,
    CONF_NAME,
    STATE_ON,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .meter_flows import submit
from .test_actions import call
from .test_meters import pass_time
from .test_simulated_meter import device_of, last, shown, simulated
from .translated_flows import translated_flows

__all__ = ["simulated", "translated_flows"]

DROP = "binary_sensor.try_out_production_too_low"
STAGE = "sensor.try_out_anomaly_detection"
BERLIN = {"latitude": 52.5, "longitude": 13.4}


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Begin to add a meter."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "meter"), context=SubentryFlowContext(source="user")
    )


@pytest.fixture
async def roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> MockConfigEntry:
    """Return the simulated home with a roof, in the sun of a summer's noon."""
    await wattwise.config.async_update(**BERLIN, time_zone="Europe/Berlin")
    result = await open_form(wattwise, simulated)
    assert result["step_id"] == "simulated_roof"
    late = await open_form(wattwise, simulated)
    result = await submit(wattwise, result, **{CONF_NAME: " "})
    assert result["errors"] == {CONF_NAME: "name_needed"}
    result = await submit(wattwise, result, **{CONF_NAME: "Panels"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await wattwise.async_block_till_done()
    for result in (
        await open_form(wattwise, simulated),
        await submit(wattwise, late, **{CONF_NAME: "Others"}),
    ):
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "household_simulated"
    await last(wattwise, freezer, 30)
    return simulated


async def simulate(hass: HomeAssistant, meter: str, **data: Any) -> dict[str, Any]:
    """Let a meter show something."""
    device = device_of(hass, f"sensor.{meter}_power")
    answer = await call(hass, "simulate", **{ATTR_DEVICE_ID: device} | data)
    assert isinstance(answer, dict)
    return answer


def watts(hass: HomeAssistant, entity_id: str) -> float:
    """Return a power that is shown."""
    return float(shown(hass, entity_id))


async def test_what_it_gives_is_not_drawn(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, roof: MockConfigEntry
) -> None:
    """The grid meter measures what is left; the home's use is what it was."""
    assert watts(wattwise, "sensor.panels_power") > 1_000
    assert watts(wattwise, "sensor.pretender_power") < 0
    assert 100 < watts(wattwise, "sensor.try_out_power_consumption") < 3_000
    await simulate(wattwise, "panels", condition="production_drop")
    await last(wattwise, freezer, 10)
    assert watts(wattwise, "sensor.panels_power") == 0
    assert watts(wattwise, "sensor.pretender_power") > 100
    # A meter that tells nothing does not keep its roof from working.
    await simulate(wattwise, "panels", condition="value_stuck")
    await last(wattwise, freezer, 10)
    assert watts(wattwise, "sensor.pretender_power") < 0
    await simulate(wattwise, "pretender", condition="overload")
    await last(wattwise, freezer, 10)
    assert watts(wattwise, "sensor.pretender_power") > 9_200


@pytest.mark.parametrize(
    ("meter", "question", "error"),
    [
        ("panels", {"condition": "low_warning"}, "condition_of_another_meter"),
        ("panels", {"condition": "zone_red"}, "condition_of_another_meter"),
        ("pretender", {"condition": "production_drop"}, "condition_of_another_meter"),
        (
            "pretender",
            {"condition": "low_warning", "past_days": 9, "since_days": 2},
            "condition_not_of_the_past",
        ),
        (
            "panels",
            {"condition": "production_drop", "past_days": 9, "since_days": 9},
            "condition_not_of_the_past",
        ),
        (
            "panels",
            {"condition": "production_drop", "since_days": 2},
            "condition_not_of_the_past",
        ),
    ],
)
async def test_what_it_cannot_show(
    wattwise: HomeAssistant,
    roof: MockConfigEntry,
    meter: str,
    question: dict[str, Any],
    error: str,
) -> None:
    """What is no business of a meter, or did not happen in the past, is refused."""
    with pytest.raises(ServiceValidationError) as raised:
        await simulate(wattwise, meter, **question)
    assert raised.value.translation_key == error


async def test_a_production_that_drops(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, roof: MockConfigEntry
) -> None:
    """Given a past in which it failed days ago, the roof's alert comes."""
    assert shown(wattwise, DROP) == STATE_UNKNOWN
    await simulate(
        wattwise,
        "panels",
        condition="production_drop",
        duration={"hours": 2},
        past_days=40,
        since_days=4,
    )
    days = await days_of(roof)
    # What the home used is neither less for its roof nor for its roof's fault.
    assert len(days) == 39
    assert all(5 < used < 15 for _, _, used in days)
    assert all(2 < given < 50 for given, _, _ in days[:-5])
    assert any(drawn < 0 for _, drawn, _ in days[:-5])
    assert all(given < 0.01 for given, _, _ in days[-3:])
    # The forecast reads the new past, and anomalies are learned after it.
    await pass_time(wattwise, freezer, 65)
    await pass_time(wattwise, freezer, 125)
    assert shown(wattwise, STAGE) == "ready"
    assert shown(wattwise, DROP) == STATE_ON
    found = wattwise.states.get(DROP)
    assert found
    assert found.attributes["reason"] == "inverter_off"


async def days_of(entry: MockConfigEntry) -> list[tuple[float, float, float]]:
    """Return what was given, drawn and used on each whole day of the past [kWh]."""
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    energies = {}
    for meter in entry.runtime_data.meters.values():
        for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
            energies[meter.name, channel] = await meter.history.buckets(
                meter.profile.meter_id,
                channel,
                now_ms - 70 * 86_400_000,
                now_ms,
                Period.DAY,
            )
    drawn, fed_in = (
        {day.start_ms: day.energy_wh / 1000 for day in energies["Pretender", channel]}
        for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
    )
    days = []
    for day in energies["Panels", Channel.ENERGY_EXPORT]:
        if day.covered_ms == 86_400_000:
            net = drawn.get(day.start_ms, 0.0) - fed_in.get(day.start_ms, 0.0)
            given = day.energy_wh / 1000
            days.append((given, net, given + net))
    return days
