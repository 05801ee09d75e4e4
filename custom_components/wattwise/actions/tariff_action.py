"""The action that says what the home's own past would have cost under other tariffs."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import probatio

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util

from ..alerts.demand.demand_settings import DEMAND_MINUTES
from ..analytics.tariffs.grid_slot import GridSlot, PriceSteps
from ..analytics.tariffs.rate_texts import RateError
from ..analytics.tariffs.rates import Days
from ..analytics.tariffs.tariff_comparison import Compared, Offer, compare, coverage
from ..const import CONF_COUNTRY, CONF_PRICE, CONF_RATES, DOMAIN
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from ..prices.grid_energy import GridPast, async_grid_past
from ..prices.present_tariff import (
    CONF_CAPACITY,
    CONF_FEED_IN,
    CONF_STANDING,
    CONF_STANDING_CHARGE_PER,
    PER_DAY,
    PER_MONTH,
    async_present_steps,
    async_time_of_use,
    charges_of,
    present_charges,
)
from .local_time import local_iso
from .unavailable import history_needed

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_TARIFFS: Final = "tariffs"
ATTR_NAME: Final = "name"
ATTR_HOURS: Final = "hours"
ATTR_DAYS: Final = "days"
ATTR_MONTHS: Final = "months"
ATTR_DEMAND_PERIOD: Final = "demand_period"
ATTR_START: Final = "start"
ATTR_END: Final = "end"

_LAST_YEAR: Final = timedelta(days=365)
_LEAST_PERIOD: Final = timedelta(days=7)
_LONGEST_PERIOD: Final = timedelta(days=1100)
_LEAST_COVERED: Final = 0.5
# A price that is known for less of the time says little of the rest.
_LEAST_PRICED: Final = 0.95

_AMOUNT: Final = probatio.All(
    probatio.Coerce(float), probatio.Range(min=0.0, max=1_000_000.0)
)
# Some of the hours that exchanges sell are paid for.
_PRICE: Final = probatio.All(
    probatio.Coerce(float), probatio.Range(min=-1_000_000.0, max=1_000_000.0)
)
_RATE: Final = probatio.Schema(
    {
        probatio.Required(CONF_PRICE): _PRICE,
        probatio.Optional(ATTR_HOURS): cv.string,
        probatio.Optional(ATTR_DAYS): probatio.In([*Days]),
        probatio.Optional(ATTR_MONTHS): probatio.All(
            cv.ensure_list, [probatio.All(probatio.Coerce(int), probatio.Range(1, 12))]
        ),
    }
)
_TARIFF: Final = probatio.Schema(
    {
        probatio.Required(ATTR_NAME): cv.string,
        probatio.Required(CONF_PRICE): _PRICE,
        probatio.Optional(CONF_RATES, default=list): probatio.All(
            cv.ensure_list, [_RATE]
        ),
        probatio.Optional(CONF_STANDING): _AMOUNT,
        probatio.Optional(CONF_STANDING_CHARGE_PER): probatio.In([PER_DAY, PER_MONTH]),
        probatio.Optional(CONF_CAPACITY): _AMOUNT,
        probatio.Optional(ATTR_DEMAND_PERIOD): probatio.All(
            probatio.Coerce(int), probatio.In(DEMAND_MINUTES)
        ),
        probatio.Optional(CONF_FEED_IN): _PRICE,
    }
)
SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_TARIFFS): probatio.All(
            cv.ensure_list, [_TARIFF], probatio.Length(min=1, max=20)
        ),
        probatio.Optional(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
    }
)


async def async_compare_tariffs(call: ServiceCall) -> ServiceResponse:
    """Return the bills of the home's own past under other tariffs, and under its own."""
    entry = _household(call)
    start, end = _period(call.data)
    with history_needed():
        past = await async_grid_past(
            entry.runtime_data, int(start * 1000), int(end * 1000)
        )
    if past.slots and ATTR_START not in call.data:
        # A history that is shorter than a year is what there is to compare.
        start = max(start, float(past.slots[0].start))
    _check_known(past.slots, start, end)
    present = await _async_present(call.hass, entry, past, start, end)
    offers = [
        await _async_offer(call.hass, entry, data, start, end)
        for data in call.data[ATTR_TARIFFS]
    ]
    if present:
        offers.insert(0, present)
    zone = dt_util.get_default_time_zone()
    found = await call.hass.async_add_executor_job(
        partial(compare, past.slots, offers, start, end, zone)
    )
    usual = found[0] if present else None
    first = found[0].bill
    return {
        "start": local_iso(round(start * 1000)),
        "end": local_iso(round(end * 1000)),
        "coverage": round(coverage(past.slots, start, end) * 100, 1),
        "imported": round(first.imported, 3),
        "exported": round(first.exported, 3),
        "currency": entry.runtime_data.currency,
        "present": _told(usual, usual) if usual else None,
        "tariffs": [
            _told(one, usual)
            for one in sorted(found, key=lambda one: one.per_year)
            if one is not usual
        ],
    }


def _told(one: Compared, usual: Compared | None) -> dict[str, Any]:
    """Return a bill as templates read it; more than the present one costs is above 0."""
    difference = None if usual is None else round(one.per_year - usual.per_year, 2)
    return {
        "name": one.offer.name,
        "energy": round(one.bill.energy, 2),
        "standing_charge": round(one.bill.standing, 2),
        "capacity_charge": round(one.bill.capacity, 2),
        "feed_in": round(one.bill.feed_in, 2),
        "total": round(one.bill.total, 2),
        "per_year": round(one.per_year, 2),
        "difference_per_year": difference,
    }


def _household(call: ServiceCall) -> WattWiseConfigEntry:
    entry: WattWiseConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    if not entry.runtime_data.has_role(MeterRole.GRID):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="comparison_needs_grid",
            translation_placeholders={"household": entry.title},
        )
    return entry


def _period(data: dict[str, Any]) -> tuple[float, float]:
    """Return the time to compare [s since the epoch]: none of it is still to come."""
    now = dt_util.utcnow()
    end = min(_moment(data.get(ATTR_END)) or now, now)
    start = _moment(data.get(ATTR_START)) or end - _LAST_YEAR
    if not _LEAST_PERIOD <= end - start <= _LONGEST_PERIOD:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="comparison_period"
        )
    return start.timestamp(), end.timestamp()


def _moment(given: datetime | None) -> datetime | None:
    return dt_util.as_utc(given) if given else None


def _check_known(slots: list[GridSlot], start: float, end: float) -> None:
    """Refuse to guess what was hardly measured."""
    known = coverage(slots, start, end) if end > start else 0.0
    if end - start < _LEAST_PERIOD.total_seconds() or known < _LEAST_COVERED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="comparison_too_little_known",
            translation_placeholders={
                "days": f"{known * (end - start) / 86_400:.0f}",
                "percent": f"{known * 100:.0f}",
            },
        )


async def _async_present(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    past: GridPast,
    start: float,
    end: float,
) -> Offer | None:
    """Return the tariff the household has; None if its prices of then are not known."""
    steps: PriceSteps | None = await async_present_steps(hass, entry, start, end)
    if steps is None:
        steps = past.prices
        known = end - max(start, steps[0][0]) if steps else 0.0
        if known < _LEAST_PRICED * (end - start):
            return None
    return Offer(entry.title, steps, present_charges(entry))


async def _async_offer(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    data: dict[str, Any],
    start: float,
    end: float,
) -> Offer:
    try:
        prices = await async_time_of_use(
            hass, entry.data.get(CONF_COUNTRY), data, start, end
        )
    except RateError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="tariff_rate_unreadable",
            translation_placeholders={
                "tariff": data[ATTR_NAME],
                "hours": err.text,
            },
        ) from err
    minutes = data.get(ATTR_DEMAND_PERIOD) or present_charges(entry).demand_minutes
    steps = await hass.async_add_executor_job(prices.steps, start, end)
    return Offer(data[ATTR_NAME], steps, charges_of(data, minutes))
