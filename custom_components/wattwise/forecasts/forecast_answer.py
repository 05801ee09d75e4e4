"""A forecast as clients read it: actions, the websocket and HTTP tell the same."""

from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import Expected, Outlook
from ..const import CONF_PRICE, CONF_TARIFF, TARIFF_FLAT
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from .forecast_series import CONSUMPTION

ENERGY: Final = "energy"
POWER: Final = "power"

USUAL_QUANTILES: Final = (0.1, 0.5, 0.9)
LEAST_QUANTILE: Final = 0.005
GREATEST_QUANTILE: Final = 0.995


def forecast_answer(
    entry: WattWiseConfigEntry,
    series: str,
    outlook: Outlook,
    quantiles: list[float],
    quantity: str = ENERGY,
) -> dict[str, Any]:
    """Return an outlook as a client reads it; costs in the household's currency."""
    price = _price(entry, series)
    factor = 1.0 if quantity == ENERGY else 1000.0 * 3600 / outlook.step

    def told(expected: Expected, by: float = 1.0) -> dict[str, float]:
        values = {"mean": round(expected.mean * by, 4)}
        for level in quantiles:
            values[f"p{level * 100:g}"] = round(expected.at(level) * by, 4)
        if price is not None:
            values["cost"] = round(expected.mean * price, 4)
        return values

    return {
        "made": dt_util.as_local(outlook.made).isoformat(),
        "unit": "kWh" if quantity == ENERGY else "W",
        "resolution": outlook.step,
        "days_known": outlook.days_known,
        "models": {name: round(share, 3) for name, share in outlook.weights.items()},
        # A sum of many hours is an energy, also where each hour is a power.
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
    }


def _price(entry: WattWiseConfigEntry, series: str) -> float | None:
    """Return what each kWh of a series costs, if it is the same at any time."""
    flat = entry.options.get(CONF_TARIFF) == TARIFF_FLAT
    # What the roof gives costs nothing, and how much of it will be used is not known.
    pays_for_all = not entry.runtime_data.has_role(MeterRole.PRODUCTION)
    if series == CONSUMPTION and flat and pays_for_all:
        return float(entry.options[CONF_PRICE])
    return None


def _local(moment: int) -> str:
    """Return a time [s since the epoch] by the home's clock, with its offset."""
    return dt_util.as_local(dt_util.utc_from_timestamp(moment)).isoformat()
