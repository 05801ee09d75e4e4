"""What electricity will cost: by the tariff's own rules, or as a price entity knows ahead.

Most integrations tell coming prices in attributes of the entity. Some tell them by an
action only; those of Home Assistant itself are asked: Nord Pool, Tibber, EnergyZero,
easyEnergy and Amber Electric (components/*/services.py).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from ..analytics.load_windows import TimedValue
from ..const import (
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    LOGGER,
    TARIFF_ENTITY,
)
from ..entity_reference import referenced_entity
from ..household import WattWiseConfigEntry
from .present_tariff import async_present_steps
from .price_attributes import merged_prices, prices_in_attributes, prices_in_rows
from .price_units import price_factor

_PER_MWH: Final = 0.001
_ANSWERED_WITHIN_S: Final = 20.0
# Day rates of Octopus Energy are events of their own, beside the sensor of the price.
_OCTOPUS: Final = "octopus_energy"
_OCTOPUS_RATES: Final = ("_current_day_rates", "_next_day_rates")

type _Ask = Callable[
    [HomeAssistant, er.RegistryEntry, float], Awaitable[list[TimedValue]]
]


class PricesUnavailableError(Exception):
    """An integration that knows coming prices does not tell them at the moment."""


async def async_coming_prices(
    hass: HomeAssistant, entry: WattWiseConfigEntry, start: float, end: float
) -> list[TimedValue]:
    """Return the prices [currency per kWh] known between two times [s], in order.

    Those of the household's own rules are known for all of it; without a price there
    are none. Raises PricesUnavailableError.
    """
    if steps := await async_present_steps(hass, entry, start, end):
        moments = [max(start, moment) for moment, _ in steps]
        return [
            TimedValue(begin, until, price)
            for (begin, until), (_, price) in zip(
                pairwise([*moments, end]), steps, strict=True
            )
        ]
    if entry.options.get(CONF_TARIFF) != TARIFF_ENTITY:
        return []
    entity_id = referenced_entity(hass, entry.options[CONF_PRICE_ENTITY])
    state = hass.states.get(entity_id) if entity_id else None
    if entity_id is None or state is None:
        return []
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    factor = price_factor(unit, entry.runtime_data.currency)
    if factor is None:
        return []
    found = prices_in_attributes(state.attributes, factor)
    registered = er.async_get(hass).async_get(entity_id)
    if not found and registered and (ask := _ASKED.get(registered.platform)):
        try:
            found = await ask(hass, registered, factor)
        except Exception as err:
            # Whatever goes wrong in somebody else's integration.
            LOGGER.debug("No coming prices from %s: %r", registered.platform, err)
            raise PricesUnavailableError(repr(err)) from err
    return [price for price in found if price.start < end and price.end > start]


async def _async_nordpool(
    hass: HomeAssistant, entity: er.RegistryEntry, factor: float
) -> list[TimedValue]:
    """Ask Nord Pool: rows of each area, per MWh where the sensor's unit is per kWh."""

    async def async_of(day: date) -> list[TimedValue]:
        answer = await _async_call(
            hass,
            "nordpool",
            "get_prices_for_date",
            config_entry=entity.config_entry_id,
            date=day.isoformat(),
        )
        # The sensors of an area have ids that begin with its name.
        areas = [area for area in answer if entity.unique_id.startswith(f"{area}-")]
        return merged_prices(
            prices_in_rows(answer[area], factor * _PER_MWH)
            for area in areas or list(answer)[:1]
        )

    return await _async_of_days(async_of)


async def _async_tibber(
    hass: HomeAssistant, entity: er.RegistryEntry, factor: float
) -> list[TimedValue]:
    """Ask Tibber: rows of each home by its name."""
    midnight = dt_util.start_of_local_day()
    answer = await _async_call(
        hass,
        "tibber",
        "get_prices",
        start=midnight.isoformat(),
        end=dt_util.start_of_local_day(_days()[-1] + timedelta(days=1)).isoformat(),
    )
    homes = answer.get("prices") or {}
    device = dr.async_get(hass).async_get(entity.device_id or "")
    name = device.name if device else None
    rows = homes.get(name) if name in homes else next(iter(homes.values()), None)
    return prices_in_rows(rows, factor)


async def _async_by_day(
    hass: HomeAssistant, entity: er.RegistryEntry, factor: float
) -> list[TimedValue]:
    """Ask EnergyZero or easyEnergy, as their sensors show it: with taxes."""
    action = {
        "energyzero": "get_energy_prices",
        "easyenergy": "get_energy_usage_prices",
    }[entity.platform]

    async def async_of(day: date) -> list[TimedValue]:
        answer = await _async_call(
            hass,
            entity.platform,
            action,
            config_entry=entity.config_entry_id,
            incl_vat=True,
            start=day.isoformat(),
            end=day.isoformat(),
        )
        return prices_in_rows(answer.get("prices"), factor)

    return await _async_of_days(async_of)


async def _async_amber(
    hass: HomeAssistant, entity: er.RegistryEntry, factor: float
) -> list[TimedValue]:
    """Ask Amber Electric."""
    answer = await _async_call(
        hass,
        "amberelectric",
        "get_forecasts",
        config_entry_id=entity.config_entry_id,
        channel_type="general",
    )
    return prices_in_rows(answer.get("forecasts"), factor)


async def _async_octopus(
    hass: HomeAssistant, entity: er.RegistryEntry, factor: float
) -> list[TimedValue]:
    """Look at the events that bear the rates of the same meter."""
    registry = er.async_get(hass)
    beside = er.async_entries_for_device(registry, entity.device_id or "")
    found = []
    for other in beside:
        if other.platform == _OCTOPUS and other.unique_id.endswith(_OCTOPUS_RATES):
            state = hass.states.get(other.entity_id)
            found.append(
                prices_in_attributes(state.attributes, factor) if state else []
            )
    return merged_prices(found)


_ASKED: Final[dict[str, _Ask]] = {
    "amberelectric": _async_amber,
    "easyenergy": _async_by_day,
    "energyzero": _async_by_day,
    "nordpool": _async_nordpool,
    _OCTOPUS: _async_octopus,
    "tibber": _async_tibber,
}


async def _async_of_days(
    ask: Callable[[date], Awaitable[list[TimedValue]]],
) -> list[TimedValue]:
    """Return the prices of today, and of tomorrow if they can be had."""
    today, tomorrow = _days()
    found = [await ask(today)]
    try:
        found.append(await ask(tomorrow))
    except Exception as err:  # noqa: BLE001  (they come in the afternoon, somehow)
        LOGGER.debug("No prices of tomorrow: %r", err)
    return merged_prices(found)


def _days() -> tuple[date, date]:
    today = dt_util.now().date()
    return today, today + timedelta(days=1)


async def _async_call(
    hass: HomeAssistant, domain: str, action: str, **data: Any
) -> dict[str, Any]:
    """Return what an action of another integration answers; raises whatever it does."""
    if not hass.services.has_service(domain, action):
        return {}
    async with asyncio.timeout(_ANSWERED_WITHIN_S):
        answer: ServiceResponse = await hass.services.async_call(
            domain, action, data, blocking=True, return_response=True
        )
    return answer if isinstance(answer, dict) else {}
