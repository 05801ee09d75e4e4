"""A forecast as clients read it: actions, the websocket and HTTP tell the same."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

import probatio

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import Expected, Outlook
from ..const import CONF_PRICE, CONF_TARIFF, TARIFF_FLAT
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from .found_outlook import measured_today
from .resolutions import HOUR

ENERGY: Final = "energy"
POWER: Final = "power"

USUAL_QUANTILES: Final = (0.1, 0.5, 0.9)
LEAST_QUANTILE: Final = 0.005
GREATEST_QUANTILE: Final = 0.995
# Each is looked up for each slot.
MOST_QUANTILES: Final = 20
QUANTILES_SCHEMA: Final = probatio.All(
    cv.ensure_list,
    probatio.Length(max=MOST_QUANTILES),
    [
        probatio.All(
            probatio.Coerce(float), probatio.Range(LEAST_QUANTILE, GREATEST_QUANTILE)
        )
    ],
)


class _Teller(Protocol):
    def __call__(self, expected: Expected, by: float = ...) -> dict[str, float]: ...


def forecast_answer(
    entries: Sequence[WattWiseConfigEntry],
    series: str,
    outlook: Outlook,
    quantiles: list[float],
    quantity: str = ENERGY,
) -> dict[str, Any]:
    """Return the outlook of households together as a client reads it.

    Costs are in the household's currency, of one alone: several may have different ones.
    `over` are today's slots until now, as they were forecast at midnight and `measured`.
    """
    price = _price(entries[0]) if len(entries) == 1 else None
    told = _teller(quantiles, price)
    factor = _factor(outlook, quantity)
    return {
        "made": dt_util.as_local(outlook.made).isoformat(),
        "unit": "kWh" if quantity == ENERGY else "W",
        # A sum of many hours is an energy, also where each hour is a power.
        "unit_of_sums": "kWh",
        "resolution": outlook.step,
        "days_known": outlook.days_known,
        "models": {name: round(share, 3) for name, share in outlook.weights.items()},
        "today": told(outlook.today),
        "rest_of_today": told(outlook.rest_of_today),
        "tomorrow": told(outlook.tomorrow),
        "forecast": [
            {
                "start": _local(slot.start),
                "end": _local(slot.start + outlook.step),
                **told(slot.energy, factor),
            }
            for slot in outlook.slots
        ],
        "over": _hours_that_are_over(
            outlook,
            # Only of whole hours is kept what was measured.
            _measured_today(entries, series) if outlook.step == HOUR else {},
            partial(_teller(quantiles), by=factor),
            factor,
        ),
    }


def _hours_that_are_over(
    outlook: Outlook,
    measured: Mapping[int, float],
    told: Callable[[Expected], dict[str, float]],
    factor: float,
) -> list[dict[str, Any]]:
    """Return what was expected at midnight of today's slots until now, and came."""
    over = []
    for slot in outlook.two_days:
        if outlook.slots and slot.start >= outlook.slots[0].start:
            break
        energy = measured.get(slot.start)
        over.append(
            {
                "start": _local(slot.start),
                "end": _local(slot.start + outlook.step),
                **told(slot.energy),
                "measured": None if energy is None else round(energy * factor, 4),
            }
        )
    return over


def _measured_today(
    entries: Sequence[WattWiseConfigEntry], series: str
) -> dict[int, float]:
    """Return the energy [kWh] of today's hours of which all households know theirs."""
    homes = [measured_today(entry.runtime_data, series) for entry in entries]
    return {
        start: sum(hours[start] for hours in homes)
        for start in set.intersection(*(set(hours) for hours in homes))
    }


def _factor(outlook: Outlook, quantity: str) -> float:
    """Return by what the energy of a slot [kWh] is multiplied."""
    return 1.0 if quantity == ENERGY else 1000.0 * 3600 / outlook.step


def _teller(quantiles: list[float], price: float | None = None) -> _Teller:
    """Return what tells an energy, a power by a factor, with its quantiles and cost."""

    def told(expected: Expected, by: float = 1.0) -> dict[str, float]:
        values = {"mean": round(expected.mean * by, 4)}
        for level in quantiles:
            values[f"p{level * 100:g}"] = round(expected.at(level) * by, 4)
        if price is not None:
            values["cost"] = round(expected.mean * price, 4)
        return values

    return told


def _price(entry: WattWiseConfigEntry) -> float | None:
    """Return what each kWh costs that is used, if it is the same at any time."""
    flat = entry.options.get(CONF_TARIFF) == TARIFF_FLAT
    # What the roof gives costs nothing, and how much of it will be used is not known.
    pays_for_all = not entry.runtime_data.has_role(MeterRole.PRODUCTION)
    if flat and pays_for_all:
        return float(entry.options[CONF_PRICE])
    return None


def _local(moment: int) -> str:
    """Return a time [s since the epoch] by the home's clock, with its offset."""
    return dt_util.as_local(dt_util.utc_from_timestamp(moment)).isoformat()
