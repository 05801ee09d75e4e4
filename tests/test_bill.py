"""The bill of the month as the home sees it: what it cost, and what it will."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.analytics.load_windows import TimedValue
from custom_components.wattwise.const import (
    CONF_CHARGES,
    CONF_NETS_PHASES,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_RATES,
    CONF_TARIFF,
    DOMAIN,
    TARIFF_ENTITY,
    TARIFF_FLAT,
    TARIFF_TIME_OF_USE,
)
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.household import Household
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.prices import bill_forecast, days_ahead
from custom_components.wattwise.prices.coming_prices import (
    PricesUnavailableError,
    async_coming_prices,
)
from custom_components.wattwise.prices.days_ahead import DaysAhead
from custom_components.wattwise.prices.grid_energy import GridPast
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import async_update_entity

from .homes import async_add_household, only_meter, push_meter
from .test_forecast import NOW as FORECAST_NOW, home_of as forecast_home
from .test_meters import pass_time
from .test_window_action import asked_price, energyzero

ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 11, 12, tzinfo=ZONE)
# Of the past of a home: this month, and what is needed to expect anything.
DAYS = 14
FLAT: dict[str, Any] = {
    CONF_TARIFF: TARIFF_FLAT,
    CONF_PRICE: 0.3,
    CONF_CHARGES: {
        "standing_charge": 15.0,
        "standing_charge_per": "month",
        "feed_in_price": 0.1,
    },
}


def shown(hass: HomeAssistant, key: str, platform: str = "sensor") -> State:
    """Return the state of an entity of the household."""
    entity_id = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"household-Home_{key}"
    )
    assert entity_id, key
    state = hass.states.get(entity_id)
    assert state, key
    return state


def counted(
    channel: Channel,
    watts: float,
    start: datetime,
    end: datetime,
    first_wh: float = 1_000_000.0,
) -> list[Reading]:
    """Return a counter of an even power that was read every half hour."""
    first, last = int(start.timestamp()), int(end.timestamp())
    return [
        Reading(channel, at * 1000, first_wh + watts * (at - first) / 3600)
        for at in range(first, last + 1, 1800)
    ]


async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    now: datetime = NOON,
    days: int = DAYS,
    *,
    fed_in: float = 0.0,
    **options: Any,
) -> MockConfigEntry:
    """Return a home that draws 500 W for so many days, a look after its start."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    entry = await async_add_household(hass, push_meter(interval=1800), options=options)
    meter = only_meter(entry)
    local = (now - timedelta(days=days)).replace(hour=0)
    await meter.history.append(
        meter.profile, counted(Channel.ENERGY_IMPORT, 500.0, local, now)
    )
    if fed_in:
        await meter.history.append(
            meter.profile, counted(Channel.ENERGY_EXPORT, fed_in, local, now)
        )
    await meter.coordinator.async_refresh()
    await pass_time(hass, freezer, 200)
    # Entities of the home are written every five seconds at the most.
    await pass_time(hass, freezer, 6)
    return entry


async def test_bill_of_a_flat_price(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Energy, the days of the standing charge, and what is paid for feeding in."""
    entry = await home(wattwise, freezer, fed_in=100.0, **FLAT)
    energy = 10.5 * 12.0
    month = shown(wattwise, "cost_this_month")
    fed_in = energy / 5 * 0.1
    assert float(month.state) == pytest.approx(
        energy * 0.3 + 15 * 11 / 30 - fed_in, rel=0.01
    )
    assert month.attributes["standing_charge"] == pytest.approx(15 * 11 / 30)
    assert month.attributes["feed_in"] == pytest.approx(fed_in, rel=0.01)
    assert month.attributes["last_reset"] == "2026-05-31T22:00:00+00:00"
    assert month.attributes["unit_of_measurement"] == "EUR"
    expected = shown(wattwise, "expected_bill")
    assert float(expected.state) == pytest.approx(
        30 * (12 * 0.3 - 2.4 * 0.1) + 15, rel=0.01
    )
    low, high = expected.attributes["low"], expected.attributes["high"]
    assert float(month.state) < low < float(expected.state) < high
    assert expected.attributes["days_left"] == 20
    assert expected.attributes["days_missing"] == 0
    energy_expected = shown(wattwise, "expected_grid_energy")
    assert float(energy_expected.state) == pytest.approx(360, rel=0.01)
    # It goes on by the minute, without another look at the bill.
    before = float(shown(wattwise, "cost_this_month").state)
    meter = only_meter(entry)
    later = NOON + timedelta(minutes=4)
    counter = 1_000_000 + (DAYS + 0.5) * 12_000 + 500.0
    reading = Reading(Channel.ENERGY_IMPORT, int(later.timestamp() * 1000), counter)
    freezer.move_to(later)
    await meter.history.append(meter.profile, [reading])
    await meter.coordinator.async_refresh()
    await pass_time(wattwise, freezer, 6)
    now = float(shown(wattwise, "cost_this_month").state)
    assert now == pytest.approx(before + 0.5 * 0.3, abs=0.002)


@pytest.mark.parametrize("roof", [False, True])
async def test_forecast_of_today_and_tomorrow(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, roof: bool
) -> None:
    """What is forecast counts at the prices of its hours; not of a home with a roof."""
    night = {"price": 0.1, "hours": "00:00-12:00"}
    price = {CONF_TARIFF: TARIFF_TIME_OF_USE, CONF_PRICE: 0.4, CONF_RATES: [night]}
    entry = await forecast_home(wattwise, freezer, 12, roof=roof, **price)
    ahead = await DaysAhead(wattwise, entry).async_expect(FORECAST_NOW.timestamp())
    if roof:
        assert (ahead.energy, ahead.cost) == ({}, {})
        return
    today, tomorrow = date(2026, 6, 17), date(2026, 6, 18)
    # 300 W, and 2 kW more at dinner.
    assert ahead.energy == pytest.approx({today: 6.3, tomorrow: 9.3}, rel=0.1)
    assert ahead.cost == pytest.approx(
        {today: 5.6 * 0.4 + 0.6 * 0.1, tomorrow: 3.6 * 0.1 + 5.6 * 0.4}, rel=0.12
    )
    later = FORECAST_NOW.timestamp() + 86_400
    assert (await DaysAhead(wattwise, entry).async_expect(later)).energy == {}


async def test_no_price(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without a price there is the energy of the month, and nothing about money."""
    await home(wattwise, freezer)
    assert float(shown(wattwise, "expected_grid_energy").state) == pytest.approx(
        360, rel=0.01
    )
    registry = er.async_get(wattwise)
    for key in ("cost_this_month", "expected_bill"):
        assert not registry.async_get_entity_id(
            "sensor", DOMAIN, f"household-Home_{key}"
        )
    assert not registry.async_get_entity_id(
        "number", DOMAIN, "household-Home_monthly_budget"
    )


async def test_nothing_is_known_yet(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A young home knows what it paid, and not yet what it will."""
    await home(wattwise, freezer, days=4, **FLAT)
    assert float(shown(wattwise, "cost_this_month").state) == pytest.approx(
        4.5 * 3.6 + 15 * 11 / 30, rel=0.02
    )
    expected = shown(wattwise, "expected_bill")
    assert expected.state == STATE_UNKNOWN
    assert expected.attributes["days_known"] == 4
    assert expected.attributes["low"] is None


async def test_prices_by_the_clock_are_those_to_come(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Days of before the tariff are judged by what they would cost now."""
    await home(
        wattwise,
        freezer,
        **{
            CONF_TARIFF: TARIFF_TIME_OF_USE,
            CONF_PRICE: 0.4,
            CONF_RATES: [{"price": 0.1, "hours": "00:00-12:00"}],
        },
    )
    assert float(shown(wattwise, "expected_bill").state) == pytest.approx(
        30 * 12 * 0.25, rel=0.01
    )
    assert float(shown(wattwise, "cost_this_month").state) == pytest.approx(
        10 * 3.0 + 0.6, rel=0.01
    )


async def test_price_entity_that_has_just_been_chosen(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What days of before cost is not known, and so not what those to come will."""
    price = {CONF_TARIFF: TARIFF_ENTITY, CONF_PRICE_ENTITY: "sensor.price"}
    unit = {"unit_of_measurement": "EUR/kWh"}
    wattwise.states.async_set("sensor.price", "0.2", unit)
    await home(wattwise, freezer, **price)
    assert shown(wattwise, "expected_bill").state == STATE_UNKNOWN
    assert float(shown(wattwise, "cost_this_month").state) == pytest.approx(
        10.5 * 12 * 0.2, rel=0.01
    )
    assert shown(wattwise, "expected_grid_energy").state != STATE_UNKNOWN


async def test_new_month_and_restart(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """At midnight the sums begin anew; a restart brings them back at once."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=ZONE)
    entry = await home(wattwise, freezer, late, 30, **FLAT)
    assert float(shown(wattwise, "cost_this_month").state) > 100
    await pass_time(wattwise, freezer, 1_800)
    await pass_time(wattwise, freezer, 6)
    month = shown(wattwise, "cost_this_month")
    assert month.attributes["last_reset"] == "2026-06-30T22:00:00+00:00"
    assert float(month.state) == pytest.approx(15 / 31, abs=0.2)
    assert entry.runtime_data.bill
    assert entry.runtime_data.bill.data.month == date(2026, 7, 1)
    assert float(shown(wattwise, "expected_grid_energy").state) == pytest.approx(
        372, rel=0.02
    )
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert float(shown(wattwise, "cost_this_month").state) == pytest.approx(
        15 / 31, abs=0.2
    )
    # Not from the first half hour of July alone: the weeks before are read at once.
    assert entry.runtime_data.bill
    assert entry.runtime_data.bill.data.days_known >= 29
    assert float(shown(wattwise, "expected_grid_energy").state) == pytest.approx(
        372, rel=0.02
    )


async def test_peak_of_last_month_counts_in_the_first_days_of_the_next(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is expected of capacity rests on whole months, also on their first days."""
    now = datetime(2026, 6, 2, 12, tzinfo=ZONE)
    charges = {CONF_CHARGES: {"capacity_price": 10.0}}
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    entry = await async_add_household(
        wattwise, push_meter(interval=1800), options=FLAT | charges
    )
    meter = only_meter(entry)
    oven = datetime(2026, 5, 20, 18, tzinfo=ZONE).timestamp() * 1000
    start = datetime(2026, 5, 10, tzinfo=ZONE)
    readings = [
        # An hour of 8 kW in May; the rest is half a kilowatt.
        replace(
            reading,
            value=reading.value
            + 7_500.0 * min(max((reading.time_ms - oven) / 3_600_000, 0.0), 1.0),
        )
        for reading in counted(Channel.ENERGY_IMPORT, 500.0, start, now)
    ]
    await meter.history.append(meter.profile, readings)
    await meter.coordinator.async_refresh()
    await pass_time(wattwise, freezer, 200)
    await pass_time(wattwise, freezer, 6)
    energy = float(shown(wattwise, "expected_bill").state) - 8.0 * 10
    assert energy == pytest.approx(30 * 12 * 0.3, rel=0.1)
    month = shown(wattwise, "cost_this_month")
    assert month.attributes["capacity_charge"] == pytest.approx(
        0.5 * 10 * 2 / 30, rel=0.02
    )


async def test_the_cost_of_a_month_does_not_drop_at_midnight(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Until the new day is looked at, what the old one came to is shown."""
    late = datetime(2026, 6, 16, 23, 30, tzinfo=ZONE)
    entry = await home(wattwise, freezer, late, **FLAT)
    meter = only_meter(entry)
    counter = 1_000_000 + (DAYS + 23.5 / 24) * 12_000

    async def read(moment: datetime, more: float) -> float:
        freezer.move_to(moment)
        at_ms = int(moment.timestamp() * 1000)
        reading = Reading(Channel.ENERGY_IMPORT, at_ms, counter + more)
        await meter.history.append(meter.profile, [reading])
        await meter.coordinator.async_refresh()
        entity_id = shown(wattwise, "cost_this_month").entity_id
        await async_update_entity(wattwise, entity_id)
        return float(wattwise.states.get(entity_id).state)

    before = await read(datetime(2026, 6, 16, 23, 59, tzinfo=ZONE), 4_000)
    after = await read(datetime(2026, 6, 17, 0, 0, 4, tzinfo=ZONE), 4_005)
    assert entry.runtime_data.day_start == datetime(2026, 6, 17, tzinfo=ZONE)
    assert after == before
    await pass_time(wattwise, freezer, 6)
    await pass_time(wattwise, freezer, 6)
    looked = float(shown(wattwise, "cost_this_month").state)
    assert looked == pytest.approx(before + 0.5, abs=0.1), "a day more of the charge"


async def test_what_an_undone_import_brought_is_forgotten(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A file that was wrong leaves nothing behind in what is expected."""
    entry = await home(wattwise, freezer, days=40, **FLAT)
    assert shown(wattwise, "expected_grid_energy").attributes["days_known"] == 40
    bill = entry.runtime_data.bill
    assert bill
    left = datetime(2026, 6, 8, tzinfo=ZONE).timestamp()
    grid_past = bill_forecast.async_grid_past

    async def without(household: Household, start_ms: int, end_ms: int) -> GridPast:
        past = await grid_past(household, start_ms, end_ms)
        slots = [slot for slot in past.slots if slot.start >= left]
        return GridPast(slots, past.prices)

    with pytest.MonkeyPatch.context() as patch:
        # As the history answers when readings were taken back.
        patch.setattr(bill_forecast, "async_grid_past", without)
        bill.async_past_grew()
        await pass_time(wattwise, freezer, 3_700)
        await pass_time(wattwise, freezer, 6)
    expected = shown(wattwise, "expected_grid_energy")
    assert expected.attributes["days_known"] == 3
    assert expected.state == STATE_UNKNOWN


async def test_what_comes_while_the_past_is_read_is_read_too(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One look waits for the other, and the past that grew meanwhile is read again."""
    entry = await home(wattwise, freezer, **FLAT)
    bill = entry.runtime_data.bill
    assert bill
    reads = list[float]()
    grid_past = bill_forecast.async_grid_past

    async def read(household: Household, start_ms: int, end_ms: int) -> GridPast:
        if not reads:
            bill.async_past_grew()
        reads.append(start_ms)
        return await grid_past(household, start_ms, end_ms)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bill_forecast, "async_grid_past", read)
        bill.async_past_grew()
        await asyncio.gather(bill.async_refresh(), bill.async_refresh())
        await bill.async_refresh()
    assert bill.last_update_success
    past = reads.count(min(reads))
    # Twice the whole past, and this month three times; one look after the other.
    assert past == 2
    assert reads[: len(reads) // 2] == sorted(reads[: len(reads) // 2])


async def test_a_look_that_failed_is_made_again_soon(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The history was busy for a moment: the bill is back a minute later."""
    entry = await home(wattwise, freezer, **FLAT)
    with pytest.MonkeyPatch.context() as patch:

        async def busy(*_: Any) -> None:
            raise HistoryError("busy")

        patch.setattr(entry.runtime_data.history, "ask", busy)
        await pass_time(wattwise, freezer, 3_700)
        await pass_time(wattwise, freezer, 6)
        assert shown(wattwise, "cost_this_month").state == STATE_UNAVAILABLE
    await pass_time(wattwise, freezer, 61)
    await pass_time(wattwise, freezer, 6)
    assert shown(wattwise, "cost_this_month").state != STATE_UNAVAILABLE


async def test_others_are_asked_for_prices_once_an_hour(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """However often the bill is looked at; one that failed is asked at the next look."""
    options = asked_price(wattwise, "energyzero", "get_energy_prices", energyzero)
    entry = await forecast_home(wattwise, freezer, 12, **options)
    asked: list[float] = []

    async def prices(
        hass: HomeAssistant, entry: MockConfigEntry, start: float, end: float
    ) -> list[TimedValue]:
        asked.append(start)
        if len(asked) == 1:
            raise PricesUnavailableError
        return await async_coming_prices(hass, entry, start, end)

    ahead = DaysAhead(wattwise, entry)
    now, today = FORECAST_NOW.timestamp() // 3600 * 3600, date(2026, 6, 17)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days_ahead, "async_coming_prices", prices)
        assert (await ahead.async_expect(now)).cost == {}
        for at in (now + 60, now + 180, now + 3_599):
            assert today in (await ahead.async_expect(at)).cost
        assert asked == [now, now + 60]
        await ahead.async_expect(now + 3_600)
        assert asked[-1] == now + 3_600


async def test_phases_that_are_netted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What one phase feeds and another draws at the same time is not paid for."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOON)
    legs = [push_meter(name, name, interval=1800) for name in ("one", "two")]
    entry = await async_add_household(
        wattwise, *legs, options={**FLAT, CONF_NETS_PHASES: True}
    )
    start = (NOON - timedelta(days=12)).replace(hour=0)
    for meter, channel, watts in zip(
        entry.runtime_data.meters.values(),
        (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT),
        (900.0, 400.0),
        strict=True,
    ):
        await meter.history.append(meter.profile, counted(channel, watts, start, NOON))
        await meter.coordinator.async_refresh()
    await wattwise.config_entries.async_reload(entry.entry_id)
    await pass_time(wattwise, freezer, 200)
    await pass_time(wattwise, freezer, 6)
    month = shown(wattwise, "cost_this_month")
    assert month.attributes["energy"] == pytest.approx(10.5 * 12 * 0.3, rel=0.01)
    assert month.attributes["feed_in"] == 0
    assert float(shown(wattwise, "expected_grid_energy").state) == pytest.approx(
        360, rel=0.01
    )


async def test_meter_that_was_silent_for_days(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a counter counted while nobody heard of it is not expected once more."""
    entry = await home(wattwise, freezer, **FLAT)
    meter = only_meter(entry)
    later = NOON + timedelta(days=4)
    counter = 1_000_000 + (DAYS + 0.5 + 4) * 12_000
    for moment, total in (
        (later, counter),
        (later + timedelta(hours=1), counter + 500),
    ):
        freezer.move_to(moment)
        reading = Reading(Channel.ENERGY_IMPORT, int(moment.timestamp() * 1000), total)
        await meter.history.append(meter.profile, [reading])
    await pass_time(wattwise, freezer, 300)
    await pass_time(wattwise, freezer, 6)
    expected = shown(wattwise, "expected_grid_energy")
    assert float(expected.state) == pytest.approx(360, rel=0.02)


async def test_file_of_the_past(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A past that is loaded counts from the next look on."""
    entry = await home(wattwise, freezer, days=3, **FLAT)
    assert shown(wattwise, "expected_bill").state == STATE_UNKNOWN
    meter = only_meter(entry)
    start = datetime(2026, 4, 1, tzinfo=ZONE)
    until = (NOON - timedelta(days=3)).replace(hour=0)
    first_wh = 1_000_000.0 - 500.0 * (until - start).total_seconds() / 3600
    past = counted(Channel.ENERGY_IMPORT, 500.0, start, until, first_wh)[:-1]
    await meter.history.append(meter.profile, past, live=False)
    await pass_time(wattwise, freezer, 4_000)
    await pass_time(wattwise, freezer, 6)
    expected = shown(wattwise, "expected_bill")
    assert float(expected.state) == pytest.approx(360 * 0.3 + 15, rel=0.1)
    assert expected.attributes["days_known"] > 60
