"""A past for simulated meters is only made up where it shows what was asked for."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .meter_flows import begin, submit
from .test_meters import pass_time
from .test_simulated_meter import last, simulated
from .test_simulated_roof import BERLIN, open_form, simulate
from .translated_flows import translated_flows

__all__ = ["simulated", "translated_flows"]

PAST = {"condition": "normal", "past_days": 3}


async def hours_of(entry: MockConfigEntry, name: str) -> dict[int, float]:
    """Return the mean power [W] of the hours that a meter knows, by when they began."""
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    (meter,) = (m for m in entry.runtime_data.meters.values() if m.name == name)
    hours = await meter.history.buckets(
        meter.profile.meter_id,
        Channel.POWER,
        now_ms - 10 * 86_400_000,
        now_ms,
        Period.HOUR,
    )
    return {hour.start_ms: hour.mean or 0.0 for hour in hours if hour.count}


async def add_roof(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Add a roof to the simulated home, where the sun shines at noon."""
    await hass.config.async_update(**BERLIN, time_zone="Europe/Berlin")
    opened = await open_form(hass, entry)
    result = await submit(hass, opened, **{CONF_NAME: "Panels"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_what_is_known_shows_nothing_else(
    wattwise: HomeAssistant, simulated: MockConfigEntry
) -> None:
    """Days that are known already do not come to show a condition, and that is said."""
    await simulate(wattwise, "pretender", **PAST)
    before = await hours_of(simulated, "Pretender")
    raised_since = {"condition": "standby_raised", "past_days": 5, "since_days": 2}
    with pytest.raises(ServiceValidationError) as error:
        await simulate(wattwise, "pretender", **raised_since)
    assert error.value.translation_key == "past_is_known"
    assert await hours_of(simulated, "Pretender") == before
    # More of a past in which all was well can be had at any time.
    await simulate(wattwise, "pretender", **{**PAST, "past_days": 5})
    assert len(await hours_of(simulated, "Pretender")) == len(before) + 48


async def test_a_meter_that_has_measured_for_long(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """What a meter measured by itself is known as well."""
    await pass_time(wattwise, freezer, 5 * 3_600)
    with pytest.raises(ServiceValidationError) as error:
        await simulate(
            wattwise, "pretender", condition="nothing_used", past_days=3, since_days=1
        )
    assert error.value.translation_key == "past_is_known"


async def test_a_roof_that_was_added_after_the_past(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """It is not given one beside which the home used far too much; anew, both are."""
    await simulate(wattwise, "pretender", **PAST)
    await add_roof(wattwise, simulated)
    await last(wattwise, freezer, 30)
    before = await hours_of(simulated, "Panels")
    for meter in ("pretender", "panels"):
        with pytest.raises(ServiceValidationError) as error:
            await simulate(wattwise, meter, **PAST)
        assert error.value.translation_key == "pasts_differ"
    assert await hours_of(simulated, "Panels") == before
    # What the sentence advises helps.
    for subentry_id in list(simulated.subentries):
        wattwise.config_entries.async_remove_subentry(simulated, subentry_id)
    await wattwise.async_block_till_done()
    opened = await begin(wattwise, simulated, "simulated")
    await submit(wattwise, opened, **{CONF_NAME: "Pretender"})
    await last(wattwise, freezer, 30)
    await add_roof(wattwise, simulated)
    await last(wattwise, freezer, 30)
    await simulate(wattwise, "panels", **PAST)
    drawn = await hours_of(simulated, "Pretender")
    given = await hours_of(simulated, "Panels")
    assert len(given) >= 72
    used = [drawn[hour] + given[hour] for hour in given]
    assert max(given.values()) > 2_000
    assert 5_000 < sum(used) / len(used) * 24 < 15_000


async def test_hours_without_the_roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """In the hours that the grid meter measured alone, no roof gives anything."""
    alone = max(await hours_of(simulated, "Pretender"))
    await pass_time(wattwise, freezer, 2 * 3_600)
    await add_roof(wattwise, simulated)
    await last(wattwise, freezer, 30)
    (together,) = await hours_of(simulated, "Panels")
    assert together - alone == 2 * 3_600_000
    await simulate(wattwise, "panels", **PAST)
    given = await hours_of(simulated, "Panels")
    assert sorted(given)[-2:] == [alone - 3_600_000, together]
