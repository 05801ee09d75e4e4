"""Coming prices in the shapes in which integrations tell them."""

from datetime import datetime, timedelta
import random
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.load_windows import TimedValue
from custom_components.wattwise.prices.price_attributes import (
    merged_prices,
    prices_in_attributes,
)
from homeassistant.util import dt as dt_util

ZONE = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 17, tzinfo=ZONE)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _zone() -> Any:
    """Live in Berlin."""
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(ZONE)
    yield
    dt_util.set_default_time_zone(before)


def at(hours: float) -> str:
    """Return a time of the day as text."""
    return (MIDNIGHT + hours * HOUR).isoformat()


SHAPES = {
    "Nord Pool": (
        {
            "raw_today": [
                {"start": MIDNIGHT, "end": MIDNIGHT + HOUR, "value": 12.5},
                {"start": MIDNIGHT + HOUR, "end": MIDNIGHT + 2 * HOUR, "value": None},
            ],
            "raw_tomorrow": [
                {
                    "start": MIDNIGHT + 24 * HOUR,
                    "end": MIDNIGHT + 25 * HOUR,
                    "value": -3.0,
                }
            ],
            "today": [12.5, 13.0],
            "tomorrow_valid": True,
        },
        0.01,
        [(0, 1, 0.125), (24, 25, -0.03)],
    ),
    "Energi Data Service": (
        {
            "raw_today": [
                {"hour": MIDNIGHT, "price": 2.0},
                {"hour": MIDNIGHT + HOUR, "price": 1.5},
            ],
            "raw_tomorrow": None,
            "forecast": [
                {"hour": MIDNIGHT + HOUR, "price": 9.9},
                {"hour": MIDNIGHT + 2 * HOUR, "price": 1.0},
            ],
        },
        1.0,
        [(0, 1, 2.0), (1, 2, 1.5), (2, 3, 1.0)],
    ),
    "EPEX Spot": (
        {
            "data": [
                {
                    "start_time": "2026-06-16T22:00:00+00:00",
                    "end_time": "2026-06-16T22:15:00+00:00",
                    "price_per_kwh": 0.2963,
                }
            ]
        },
        1.0,
        [(0, 0.25, 0.2963)],
    ),
    "EPEX Spot, older": (
        {
            "data": [
                {
                    "start_time": at(0),
                    "end_time": at(1),
                    "price_eur_per_mwh": 296.3,
                    "price_ct_per_kwh": 29.63,
                }
            ]
        },
        0.001,
        [(0, 1, 0.2963)],
    ),
    "ENTSO-e": (
        {
            "prices_today": [{"time": "2026-06-17 00:00:00+02:00", "price": 0.1}],
            "prices_tomorrow": [],
            "prices": [
                {"time": "2026-06-17 00:00:00+02:00", "price": 0.1},
                {"time": "2026-06-17 01:00:00+02:00", "price": 0.2},
            ],
        },
        1.0,
        [(0, 1, 0.1), (1, 2, 0.2)],
    ),
    "Frank Energie": (
        {"prices": [{"from": at(0), "till": at(1), "price": 0.25}]},
        1.0,
        [(0, 1, 0.25)],
    ),
    "Octopus Energy": (
        {
            "rates": [
                {"start": at(0.5), "end": at(1), "value_inc_vat": 0.31},
                {"start": at(0), "end": at(0.5), "value_inc_vat": 0.29},
            ]
        },
        1.0,
        [(0, 0.5, 0.29), (0.5, 1, 0.31)],
    ),
    "Amber Electric": (
        {
            "forecasts": [
                {
                    "duration": 30,
                    "date": "2026-06-17",
                    "per_kwh": 0.24,
                    "spot_per_kwh": 0.1,
                    "start_time": at(0),
                    "end_time": at(0.5),
                }
            ]
        },
        1.0,
        [(0, 0.5, 0.24)],
    ),
    "quarters by the home's clock, with a gap": (
        {
            "prices": [
                {"start": "2026-06-17T00:00:00", "price": 1},
                {"start": "2026-06-17T00:15:00", "price": 2},
                {"start": "2026-06-17T01:00:00", "price": 3},
            ]
        },
        1.0,
        [(0, 0.25, 1), (0.25, 0.5, 2), (1, 1.25, 3)],
    ),
}


@pytest.mark.parametrize(
    ("attributes", "factor", "expected"), SHAPES.values(), ids=SHAPES
)
def test_known_shapes_are_read(
    attributes: dict[str, Any], factor: float, expected: list[tuple[float, ...]]
) -> None:
    """Each is brought to times and currency per kWh."""
    found = [
        (
            (price.start - MIDNIGHT.timestamp()) / 3600,
            (price.end - MIDNIGHT.timestamp()) / 3600,
            pytest.approx(price.value),
        )
        for price in prices_in_attributes(attributes, factor)
    ]
    assert found == expected


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"prices": "0.1, 0.2"},
        {"prices": [0.1, 0.2]},
        {"prices": [{"price": 0.1}, {"start": at(0)}, None, []]},
        {"data": [{"start": "soon", "price": 1}, {"start": at(0), "price": "cheap"}]},
        {"data": [{"start": at(1), "end": at(0), "price": 1}]},
        {
            "data": [
                {"start": at(1), "price": float("nan")},
                {"start": 5, "price": True},
            ]
        },
        {"data": {"start": at(1), "price": 1}},
    ],
)
def test_what_is_no_price_is_left_out(attributes: dict[str, Any]) -> None:
    """Whatever stands in attributes, nothing breaks and nothing is made up."""
    assert prices_in_attributes(attributes, 1.0) == []


def test_what_is_told_first_counts() -> None:
    """A later list only fills in, however its prices lie across those that are known."""
    chance = random.Random(7)
    for _ in range(300):
        lists = []
        for _list in range(chance.randint(1, 4)):
            starts = chance.sample(range(40), chance.randint(0, 8))
            lists.append(
                [
                    TimedValue(start, start + chance.choice([1, 2, 7]), chance.random())
                    for start in sorted(starts)
                ]
            )
        known: list[TimedValue] = []
        for prices in lists:
            known += [
                price
                for price in prices
                if not any(k.start < price.end and price.start < k.end for k in known)
            ]
        assert merged_prices(lists) == sorted(known, key=lambda price: price.start)


def test_long_lists_are_merged_at_once() -> None:
    """The event loop does not wait for prices of every five minutes of weeks."""
    lists = [
        [
            TimedValue(300.0 * n, 300.0 * (n + 1), 0.3)
            for n in range(first, first + 2000)
        ]
        for first in (0, 1000, 3000)
    ]
    begin = perf_counter()
    found = merged_prices(lists)
    assert perf_counter() - begin < 0.05
    assert len(found) == 5000
