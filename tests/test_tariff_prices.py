"""Prices by the clock in the history and ahead, and what a kWh cost of late."""

from datetime import datetime, timedelta
import threading
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.analytics.tariffs.grid_slot import PriceSteps
from custom_components.wattwise.analytics.tariffs.rates import TimeOfUse
from custom_components.wattwise.const import (
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_RATES,
    CONF_TARIFF,
    TARIFF_ENTITY,
    TARIFF_FLAT,
    TARIFF_TIME_OF_USE,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.prices import mean_price
from custom_components.wattwise.prices.coming_prices import async_coming_prices
from custom_components.wattwise.prices.mean_price import async_mean_price
from custom_components.wattwise.prices.present_tariff import async_time_of_use
from homeassistant.core import HomeAssistant

from .homes import async_add_household, only_meter, push_meter
from .test_actions import call
from .test_meters import pass_time, report

ZONE = ZoneInfo("Europe/Berlin")
NIGHTS: dict[str, Any] = {
    CONF_TARIFF: TARIFF_TIME_OF_USE,
    CONF_PRICE: 0.4,
    CONF_RATES: [{"price": 0.2, "hours": "22:00-06:00"}],
}


async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    now: datetime,
    **options: Any,
) -> MockConfigEntry:
    """Return a household with a grid meter and a tariff."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    return await async_add_household(hass, push_meter(interval=1800), options=options)


async def noted(entry: MockConfigEntry, since: datetime) -> list[tuple[str, float]]:
    """Return the prices in the history as the clock showed them."""
    start, end = (int(m.timestamp() * 1000) for m in (since, since + timedelta(30)))
    history = entry.runtime_data.history
    await history.flush()
    return [
        (f"{datetime.fromtimestamp(reading.time_ms / 1000, ZONE):%d %H:%M}", value)
        async for page in history.raw(
            entry.runtime_data.price_id, Channel.PRICE, start, end
        )
        for reading in page
        if (value := reading.value) is not None
    ]


async def use(entry: MockConfigEntry, *uses: tuple[datetime, float]) -> None:
    """Let the grid meter have counted [Wh], by the time at which it was read."""
    meter = only_meter(entry)
    total, readings = 0.0, []
    for moment, energy in uses:
        total += energy
        time_ms = int(moment.timestamp() * 1000)
        readings.append(Reading(Channel.ENERGY_IMPORT, time_ms, total))
    await meter.history.append(meter.profile, readings)


def even(start: datetime, hours: int, energy: float) -> list[tuple[datetime, float]]:
    """Return an even use by the half hour, of so many Wh an hour."""
    begin = start.timestamp()
    return [
        (datetime.fromtimestamp(begin + at * 1800, ZONE), energy / 2 if at else 0.0)
        for at in range(hours * 2 + 1)
    ]


async def test_changes_are_noted_when_they_happen(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The price of each moment is in the history; of the past as of the future."""
    start = datetime(2026, 6, 16, 20, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    for _ in range(13):
        await pass_time(wattwise, freezer, 3_600)
    assert await noted(entry, start) == [
        ("16 20:00", 0.4),
        ("16 22:00", 0.2),
        ("17 06:00", 0.4),
    ]
    before = await noted(entry, start - timedelta(days=3))
    assert before[:2] == [("13 22:00", 0.2), ("14 06:00", 0.4)]
    await use(entry, *even(start - timedelta(hours=12), 24, 1_000.0))
    await only_meter(entry).coordinator.async_refresh()
    # Today: six hours by night and the rest of eight until eight.
    data = only_meter(entry).coordinator.data
    assert data.cost_today == pytest.approx(6 * 0.2 + 2 * 0.4, rel=0.02)


async def test_restart_across_changes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What Home Assistant was not there for is noted at the times it happened."""
    start = datetime(2026, 6, 16, 20, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    await wattwise.config_entries.async_unload(entry.entry_id)
    freezer.move_to(start + timedelta(hours=39))
    await wattwise.config_entries.async_setup(entry.entry_id)
    assert await noted(entry, start) == [
        ("16 20:00", 0.4),
        ("16 22:00", 0.2),
        ("17 06:00", 0.4),
        ("17 22:00", 0.2),
        ("18 06:00", 0.4),
        ("18 11:00", 0.4),
    ]


async def test_another_tariff_counts_from_now_on(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """New rates do not change what the day cost before them."""
    start = datetime(2026, 6, 16, 20, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    await pass_time(wattwise, freezer, 1_800)
    rates = [{"price": 0.1, "hours": "20:00-21:00"}]
    wattwise.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_RATES: rates}
    )
    await wattwise.async_block_till_done()
    await pass_time(wattwise, freezer, 1_800)
    assert await noted(entry, start) == [
        ("16 20:00", 0.4),
        ("16 20:30", 0.1),
        ("16 21:00", 0.4),
    ]
    freezer.tick(60)
    wattwise.config_entries.async_update_entry(
        entry, options={CONF_TARIFF: TARIFF_FLAT, CONF_PRICE: 0.5}
    )
    await wattwise.async_block_till_done()
    await pass_time(wattwise, freezer, 24 * 3_600)
    assert (await noted(entry, start))[3:] == [("16 21:01", 0.5)]


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=ZONE), 9),
        (datetime(2026, 10, 24, 20, tzinfo=ZONE), 11),
    ],
)
async def test_nights_when_clocks_are_moved(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    night: datetime,
    hours: int,
) -> None:
    """The cheap night ends at six by the clock, be it seven or nine hours long."""
    entry = await home(wattwise, freezer, night, **NIGHTS)
    for _ in range(13):
        await pass_time(wattwise, freezer, 3_600)
    (_, first), (begin, cheap), (end, dear) = await noted(entry, night)
    assert (first, cheap, dear) == (0.4, 0.2, 0.4)
    assert (begin[3:], end[3:]) == ("22:00", "06:00")
    coming = await async_coming_prices(
        wattwise, entry, night.timestamp(), night.timestamp() + 12 * 3600
    )
    assert [price.value for price in coming] == [0.4, 0.2, 0.4]
    assert coming[1].end - coming[1].start == (hours - 2) * 3600


async def test_the_cheapest_time_is_the_night(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Prices by the clock are known as far ahead as anybody asks."""
    start = datetime(2026, 6, 16, 20, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    answer = await call(
        wattwise,
        "find_window",
        config_entry_id=entry.entry_id,
        duration={"hours": 2},
        power=1,
    )
    assert answer["start"] == "2026-06-16T22:00:00+02:00"
    assert answer["cost"] == pytest.approx(0.4)
    assert answer["saves"] == pytest.approx(0.4)
    assert answer["prices_known_until"] == "2026-06-18T20:00:00+02:00"


async def test_holidays_of_the_years_that_are_asked_for(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Ascension Day of 2021 was no working day, though it is long ago."""
    await home(wattwise, freezer, datetime(2026, 6, 16, tzinfo=ZONE))
    working = {"price": 0.5, "hours": "00:00-24:00", "days": "working_days"}
    for year, day in ((2021, 13), (2031, 22)):
        start = datetime(year, 5, day - 1, tzinfo=ZONE).timestamp()
        end = start + 3 * 86_400
        tariff = {CONF_PRICE: 0.2, CONF_RATES: [working]}
        prices = await async_time_of_use(wattwise, "DE", tariff, start, end)
        assert [price for _, price in prices.steps(start, end)] == [0.5, 0.2, 0.5]


async def test_prices_are_computed_beside_the_event_loop(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of years take too long for it: in forms, looks and comparisons."""
    start = datetime(2026, 6, 16, 12, 0, tzinfo=ZONE)
    threads: list[tuple[int, float]] = []
    steps, weigh = TimeOfUse.steps, mean_price.priced

    def noted_steps(self: TimeOfUse, since: float, until: float) -> PriceSteps:
        threads.append((threading.get_ident(), until - since))
        return steps(self, since, until)

    def noted_walk(*args: Any) -> Any:
        threads.append((threading.get_ident(), 30 * 86_400))
        return weigh(*args)

    monkeypatch.setattr(TimeOfUse, "steps", noted_steps)
    monkeypatch.setattr(mean_price, "priced", noted_walk)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    await use(entry, *even(start - timedelta(days=10), 240, 1_000.0))
    assert await async_mean_price(wattwise, entry)
    await call(
        wattwise,
        "compare_tariffs",
        config_entry_id=entry.entry_id,
        tariffs=[{"name": "Night", "price": 0.4, "rates": NIGHTS[CONF_RATES]}],
        start=(start - timedelta(days=9)).isoformat(),
    )
    long_ones = {thread for thread, length in threads if length > 8 * 86_400}
    assert len(threads) > 3
    assert long_ones
    assert threading.get_ident() not in long_ones


async def test_mean_price_is_kept_for_the_day(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A month is read once a day, and once more when the past has grown."""
    start = datetime(2026, 6, 16, 12, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    await use(entry, *even(start - timedelta(hours=12), 6, 3_000.0))
    first = await async_mean_price(wattwise, entry)
    assert first == pytest.approx(0.2)
    meter = only_meter(entry)
    at_ms = int(start.timestamp() * 1000)
    more = Reading(Channel.ENERGY_IMPORT, at_ms, 6 * 3_000.0 + 18_000.0)
    await meter.history.append(meter.profile, [more])
    assert await async_mean_price(wattwise, entry) == first
    entry.runtime_data.async_past_grew()
    grown = await async_mean_price(wattwise, entry)
    assert grown == pytest.approx(0.3)
    freezer.tick(86_400)
    assert await async_mean_price(wattwise, entry) is not None
    assert len(entry.runtime_data.mean_prices) == 1


async def test_mean_price(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is weighted by use; without use, by time; without a tariff there is none."""
    start = datetime(2026, 6, 16, 12, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **NIGHTS)
    assert await async_mean_price(wattwise, entry) == pytest.approx(
        0.4 - 0.2 * 8 / 24, abs=0.003
    )
    day = start - timedelta(hours=12)
    await use(
        entry, *even(day, 6, 3_000.0), *even(day + timedelta(hours=6), 6, 1_000.0)
    )
    assert await async_mean_price(wattwise, entry) == pytest.approx(
        (18 * 0.2 + 6 * 0.4) / 24, rel=0.02
    )
    assert await async_mean_price(wattwise, entry, days=1) == pytest.approx(
        (18 * 0.2 + 6 * 0.4) / 24, rel=0.02
    )


@pytest.mark.parametrize(
    ("options", "price"),
    [
        ({}, None),
        ({CONF_TARIFF: TARIFF_FLAT, CONF_PRICE: 0.31}, 0.31),
        ({CONF_TARIFF: TARIFF_ENTITY, CONF_PRICE_ENTITY: "sensor.price"}, 0.25),
        ({CONF_TARIFF: TARIFF_ENTITY, CONF_PRICE_ENTITY: "sensor.none"}, None),
    ],
)
async def test_mean_price_of_other_tariffs(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    options: dict[str, Any],
    price: float | None,
) -> None:
    """What the household knows of its price is used, and nothing is made up."""
    wattwise.states.async_set("sensor.price", "25", {"unit_of_measurement": "ct/kWh"})
    start = datetime(2026, 6, 16, 12, 0, tzinfo=ZONE)
    entry = await home(wattwise, freezer, start, **options)
    assert await async_mean_price(wattwise, entry) == price
    await report(wattwise, entry, energy_import=0)
    await pass_time(wattwise, freezer, 1_800)
    await report(wattwise, entry, energy_import=5_000)
    assert await async_mean_price(wattwise, entry) == (
        None if price is None else pytest.approx(price)
    )
