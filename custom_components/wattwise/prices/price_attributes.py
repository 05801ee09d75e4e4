"""Coming prices as other integrations tell them: lists in an entity's attributes.

There is no standard. These shapes are understood, wherever one of the attributes below
holds a list of them (times as text or as a time, with a zone or by the home's clock):

* Nord Pool (custom-components/nordpool, sensor.py): `raw_today`, `raw_tomorrow`:
  {start, end, value}
* Energi Data Service (MTrab/energidataservice, sensor.py): `raw_today`, `raw_tomorrow`,
  `forecast`: {hour, price}
* EPEX Spot (mampfes/ha_epex_spot, sensor.py): `data`: {start_time, end_time,
  price_per_kwh}, in older versions price_ct_per_kwh or price_eur_per_mwh
* ENTSO-e (JaccoR/hass-entso-e, sensor.py): `prices`, `prices_today`, `prices_tomorrow`:
  {time, price}
* Frank Energie (bajansen/home-assistant-frank_energie, sensor.py): `prices`:
  {from, till, price}
* Octopus Energy (BottlecapDave/HomeAssistant-OctopusEnergy, docs of its day rates):
  `rates`: {start, end, value_inc_vat}
* Amber Electric (Home Assistant, components/amberelectric/sensor.py): `forecasts`:
  {start_time, end_time, per_kwh}

and what looks like them: 15, 30 or 60 minutes, in any order, with gaps.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate, pairwise
import math
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..analytics.load_windows import TimedValue
from ..forecasts.resolutions import HOUR

# What is known for sure comes first: a forecast of prices only adds to it.
_ATTRIBUTES: Final = (
    "raw_today",
    "raw_tomorrow",
    "prices_today",
    "prices_tomorrow",
    "today_prices",
    "tomorrow_prices",
    "prices",
    "rates",
    "all_rates",
    "data",
    "forecasts",
    "forecast",
)
_STARTS: Final = (
    "start",
    "start_time",
    "starts_at",
    "startsAt",
    "from",
    "valid_from",
    "time",
    "hour",
    "timestamp",
    "datetime",
)
_ENDS: Final = ("end", "end_time", "ends_at", "till", "valid_to")
# By what a value is multiplied whose name tells its unit; None is the entity's unit.
_VALUES: Final[dict[str, float | None]] = {
    "value_inc_vat": 1.0,
    "per_kwh": 1.0,
    "price_per_kwh": 1.0,
    "price_ct_per_kwh": 0.01,
    "price_eur_per_mwh": 0.001,
    "value": None,
    "price": None,
    "total": None,
}
_MOST_ROWS: Final = 2_000


def prices_in_attributes(
    attributes: Mapping[str, Any], factor: float
) -> list[TimedValue]:
    """Return the prices [currency per kWh] that an entity's attributes tell.

    `factor` is what its unit is multiplied by. In order of time; empty if there are none.
    """
    return merged_prices(
        prices_in_rows(attributes.get(name), factor) for name in _ATTRIBUTES
    )


def merged_prices(lists: Iterable[list[TimedValue]]) -> list[TimedValue]:
    """Return prices of several lists in order; what is told first counts."""
    found: dict[float, TimedValue] = {}
    for prices in lists:
        known = sorted(found.values(), key=lambda price: price.start)
        starts = [price.start for price in known]
        # Until when the prices up to each one last.
        ends = list(accumulate((price.end for price in known), max))
        for price in prices:
            begun = bisect_left(starts, price.end)
            if not begun or ends[begun - 1] <= price.start:
                found[price.start] = price
    return sorted(found.values(), key=lambda price: price.start)


def prices_in_rows(rows: object, factor: float) -> list[TimedValue]:
    """Return the prices of a list of rows; what is no price is left out."""
    if not isinstance(rows, list | tuple):
        return []
    read = [_row(row, factor) for row in rows[:_MOST_ROWS]]
    begun = {start: (end, value) for start, end, value in filter(None, read)}
    starts = sorted(begun)
    # Rows that do not say when they end last until the next one, and not longer than
    # most of them: the rest is a gap.
    step = min((b - a for a, b in pairwise(starts)), default=HOUR)
    return [
        TimedValue(start, begun[start][0] or start + step, begun[start][1])
        for start in starts
    ]


def _row(row: object, factor: float) -> tuple[float, float | None, float] | None:
    if not isinstance(row, Mapping):
        return None
    start = next(filter(None, (_time(row.get(key)) for key in _STARTS)), None)
    name = next((name for name in _VALUES if name in row), None)
    if start is None or name is None:
        return None
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value):
        return None
    end = next(filter(None, (_time(row.get(key)) for key in _ENDS)), None)
    if end is not None and end <= start:
        return None
    own = _VALUES[name]
    return start, end, value * (factor if own is None else own)


def _time(value: object) -> float | None:
    if isinstance(value, str):
        value = dt_util.parse_datetime(value)
    if not isinstance(value, datetime):
        return None
    return dt_util.as_utc(value).timestamp()
