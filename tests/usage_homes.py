"""Homes with weeks of past use, for tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from .homes import async_add_household, push_meter
from .test_meters import pass_time, report

ZONE = ZoneInfo("Europe/Berlin")
# A Wednesday, at noon of the home's clock.
NOON = datetime(2026, 6, 17, 12, 0, tzinfo=ZONE)

type Watts = Callable[[datetime], float | None]


def usual(time: datetime) -> float:
    """Return 200 to 400 W by day, half of it by night, another each quarter hour."""
    # All of them come equally often, each day in another order.
    step = int(time.timestamp()) // 900 * 7919 % 101
    watts = 200.0 + 2.0 * step
    return watts if 6 <= time.astimezone(ZONE).hour < 22 else watts / 2


async def tell_the_past(
    meter: Meter,
    watts: Watts,
    now: datetime,
    days: int,
    *,
    every: timedelta = timedelta(minutes=5),
    channel: Channel = Channel.POWER,
) -> None:
    """Store what a meter told until now."""
    begin = now.astimezone(UTC) - timedelta(days=days)
    count = int((now - begin) / every)
    readings = [
        Reading(channel, int(time.timestamp() * 1000), value)
        for time in (begin + every * step for step in range(count))
        if (value := watts(time)) is not None
    ]
    for at in range(0, len(readings), 5_000):
        await meter.history.append(meter.profile, readings[at : at + 5_000], live=False)


async def home_with_past(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    watts: Watts = usual,
    *,
    now: datetime = NOON,
    days: int = 18,
    meter: ConfigSubentry | None = None,
) -> MockConfigEntry:
    """Return a home whose meter has a past, and which has looked at it."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    entry = await async_add_household(hass, meter or push_meter(interval=60))
    (only,) = entry.runtime_data.meters.values()
    await tell_the_past(only, watts, now, days)
    await use(hass, freezer, entry, 4, 300.0)
    return entry


async def use(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    minutes: int,
    watts: float,
    name: str | None = None,
) -> None:
    """Let a meter tell the same power, for so long: each minute, or every three."""
    step = 1 if minutes % 3 else 3
    for _ in range(0, minutes, step):
        await report(hass, entry, name, power=watts)
        await pass_time(hass, freezer, step * 60)
