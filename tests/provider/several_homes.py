"""An installation with three homes: one known well, one new with a roof, one away."""

from collections.abc import Callable
from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..homes import async_add_household, push_meter
from ..test_forecast import DAYS, NOW, ZONE, counter, produced_w, used_w
from ..test_meters import pass_time

AWAY = "input_boolean.holiday"


def base_w(_moment: datetime) -> float:
    """Return the power of a home in which nobody is."""
    return 150.0


async def three_homes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> dict[str, MockConfigEntry]:
    """Return them by their names, a lesson after their start."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    hass.states.async_set(AWAY, "on")
    entries = {
        "Known": await async_add_household(
            hass, push_meter("known", interval=1800), name="Known"
        ),
        "New": await async_add_household(
            hass,
            push_meter("new", interval=1800),
            push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800),
            name="New",
        ),
        "away": await async_add_household(
            hass,
            push_meter("away", interval=1800),
            name="away",
            options={"away": AWAY},
        ),
    }
    await _measured(entries["Known"], Channel.ENERGY_IMPORT, used_w, DAYS)
    await _measured(entries["New"], Channel.ENERGY_IMPORT, used_w, 6)
    await _measured(entries["New"], Channel.ENERGY_EXPORT, produced_w, 6, "Roof")
    await _measured(entries["New"], Channel.ENERGY_EXPORT, lambda _: 0.0, 6)
    await _measured(entries["away"], Channel.ENERGY_IMPORT, base_w, DAYS)
    await pass_time(hass, freezer, 360)
    await hass.async_block_till_done(wait_background_tasks=True)
    for name, watts in (("Known", 512.34), ("New", -900.0)):
        await tell_power(entries[name], watts)
    await tell_power(entries["New"], 1500.26, "Roof")
    await hass.async_block_till_done()
    return entries


async def _measured(
    entry: MockConfigEntry,
    channel: Channel,
    power: Callable[[datetime], float],
    days: int,
    meter: str = "Grid",
) -> None:
    found = next(m for m in entry.runtime_data.meters.values() if m.name == meter)
    await found.history.append(found.profile, counter(channel, power, days))


async def tell_power(entry: MockConfigEntry, watts: float, meter: str = "Grid") -> None:
    """Let a meter tell its power right now."""
    found = next(m for m in entry.runtime_data.meters.values() if m.name == meter)
    moment = dt_util.utcnow() - timedelta(seconds=1)
    reading = Reading(Channel.POWER, int(moment.timestamp() * 1000), watts)
    await found.history.append(found.profile, [reading])
