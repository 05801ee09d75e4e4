"""The action that says when an appliance runs cheapest, or mostly from the roof."""

from datetime import datetime, timedelta
from typing import Any, Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util

from ..analytics.load_windows import Aim, Load, Window, best_windows
from ..const import DOMAIN
from ..household import WattWiseConfigEntry
from ..household_windows import Supply, async_supply
from ..metering.profile import MeterRole
from .local_time import local_iso

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_DURATION: Final = "duration"
ATTR_POWER: Final = "power"
ATTR_ENERGY: Final = "energy"
ATTR_EARLIEST: Final = "earliest"
ATTR_LATEST: Final = "latest"
ATTR_AIM: Final = "aim"
ATTR_COUNT: Final = "count"

USUAL_POWER_KW: Final = 1.0
# As far as forecasts reach.
_AHEAD: Final = timedelta(hours=48)
_SHORTEST: Final = timedelta(minutes=1)

_AMOUNT: Final = probatio.All(
    probatio.Coerce(float), probatio.Range(min=0.001, max=1000.0)
)

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_DURATION): probatio.All(
            cv.positive_time_period, probatio.Range(min=_SHORTEST, max=_AHEAD)
        ),
        probatio.Optional(ATTR_POWER): _AMOUNT,
        probatio.Optional(ATTR_ENERGY): _AMOUNT,
        probatio.Optional(ATTR_EARLIEST): cv.datetime,
        probatio.Optional(ATTR_LATEST): cv.datetime,
        probatio.Optional(ATTR_AIM, default="cheapest"): probatio.In(
            ["cheapest", "greenest"]
        ),
        probatio.Optional(ATTR_COUNT, default=1): probatio.All(
            probatio.Coerce(int), probatio.Range(1, 10)
        ),
    }
)


async def async_find_window(call: ServiceCall) -> ServiceResponse:
    """Return the best times for an appliance."""
    entry: WattWiseConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    aim: Aim = call.data[ATTR_AIM]
    if aim == "greenest" and not entry.runtime_data.has_role(MeterRole.PRODUCTION):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="window_needs_roof",
            translation_placeholders={"household": entry.title},
        )
    if ATTR_POWER in call.data and ATTR_ENERGY in call.data:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="window_power_or_energy"
        )
    now = dt_util.utcnow()
    earliest = max(_moment(call.data.get(ATTR_EARLIEST)) or now, now)
    latest = min(_moment(call.data.get(ATTR_LATEST)) or now + _AHEAD, now + _AHEAD)
    load = _load(call.data)
    begin, end = earliest.timestamp(), latest.timestamp()
    if end - begin < load.duration:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="window_too_long"
        )
    currency = entry.runtime_data.currency
    supply = await async_supply(call.hass, entry, begin, end)
    candidates = supply.windows(load, begin, end)
    best = best_windows(candidates, aim, call.data[ATTR_COUNT])
    if not best:
        raise _too_little_known(entry, supply, aim)
    return _answer(currency, supply, load, candidates[0], best)


def _too_little_known(
    entry: WattWiseConfigEntry, supply: Supply, aim: Aim
) -> HomeAssistantError:
    """Return what is raised for want of prices, or of a forecast."""
    known = supply.prices_until if aim == "cheapest" else supply.surplus_until
    if known is not None:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="window_not_known_long_enough",
            translation_placeholders={"until": _time(known) or ""},
        )
    if aim == "cheapest" and supply.prices_failed:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="window_prices_not_asked",
            translation_placeholders={"household": entry.title},
        )
    if aim == "cheapest":
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="window_needs_prices",
            translation_placeholders={"household": entry.title},
        )
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="forecast_not_known",
        translation_placeholders={"household": entry.title},
    )


def _load(data: dict[str, Any]) -> Load:
    duration = data[ATTR_DURATION].total_seconds()
    power = data.get(ATTR_POWER, USUAL_POWER_KW)
    if ATTR_ENERGY in data:
        power = data[ATTR_ENERGY] * 3600 / duration
    return Load(duration, power)


def _answer(
    currency: str,
    supply: Supply,
    load: Load,
    at_once: Window,
    best: list[Window],
) -> dict[str, Any]:
    """Return the windows as templates read them, the best one twice."""
    told = [_told(window, at_once) for window in best]
    return {
        **told[0],
        "energy": round(load.energy, 3),
        "currency": currency,
        "prices_known_until": _time(supply.prices_until),
        "surplus_known_until": _time(supply.surplus_until),
        "windows": told,
    }


def _told(window: Window, at_once: Window) -> dict[str, Any]:
    saves = None
    if window.cost is not None and at_once.cost is not None:
        saves = round(at_once.cost - window.cost, 4)
    return {
        "start": _time(window.start),
        "end": _time(window.end),
        "cost": None if window.cost is None else round(window.cost, 4),
        "saves": saves,
        "own_share": (
            None if window.own_share is None else round(window.own_share * 100, 1)
        ),
    }


def _time(moment: float | None) -> str | None:
    return None if moment is None else local_iso(round(moment) * 1000)


def _moment(given: datetime | None) -> datetime | None:
    return dt_util.as_utc(given) if given else None
