"""Exporting the history, called as automations call it."""

import csv
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device

HOURS = 60


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household whose meter knows two and a half days."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    entry = await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL, interval=3_600)
    )
    meter = only_meter(entry)
    # The night in which the clock goes forward is among them.
    start_ms = int(datetime.fromisoformat("2026-03-28T00:00+01:00").timestamp() * 1000)
    readings = [
        Reading(Channel.ENERGY_IMPORT, start_ms + 3_600_000 * (n + 1), 100.0 + n)
        for n in range(HOURS)
    ]
    readings += [
        Reading(Channel.VOLTAGE_L1, start_ms + 3_600_000 * n, 230.0) for n in range(3)
    ]
    receipt = await meter.history.append(meter.profile, readings, live=False)
    assert receipt.accepted == len(readings)
    await meter.coordinator.async_refresh()
    return entry


async def export(
    hass: HomeAssistant, entry: MockConfigEntry, **data: Any
) -> dict[str, Any]:
    """Export the days that the meter knows."""
    request = {
        "device_id": meter_device(hass, entry),
        "start": "2026-03-28 00:00:00",
        "end": "2026-03-31 00:00:00",
    }
    return await call(hass, "export_history", **request | data)


async def test_answer(wattwise: HomeAssistant, home: MockConfigEntry) -> None:
    """Days of the home's clock, all that the meter measures, side by side."""
    result = await export(wattwise, home, resolution="day")
    assert result["meter"] == "Grid"
    assert result["columns"] == [
        "time",
        "energy_import_kWh",
        "voltage_l1_V",
        "voltage_l1_V_min",
        "voltage_l1_V_max",
    ]
    rows = result["rows"]
    assert [row[0] for row in rows] == [
        "2026-03-28T00:00:00+01:00",
        "2026-03-29T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
    ]
    watt_hours = [sum(range(100, 124)), sum(range(124, 147)), sum(range(147, 160))]
    assert [row[1] for row in rows] == [wh / 1000 for wh in watt_hours]
    assert rows[0][2:] == [230.0, 230.0, 230.0]
    assert rows[1][2:] == [None, None, None]


async def test_other_clocks_and_steps(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """Times, days and the period itself are those of the zone that is asked for."""
    result = await export(
        wattwise,
        home,
        channels="energy_import",
        resolution=30 * 3_600,
        time_zone="UTC",
    )
    assert [row[0] for row in result["rows"]] == [
        "2026-03-28T00:00:00+00:00",
        "2026-03-29T06:00:00+00:00",
    ]
    # The first hour of the home's day is before the period.
    kwh = sum(range(101, 160)) / 1000
    assert sum(row[1] for row in result["rows"]) == pytest.approx(kwh)


async def test_files(wattwise: HomeAssistant, home: MockConfigEntry) -> None:
    """CSV for spreadsheets, JSON for programs; the folder is made."""
    folder = Path(wattwise.config.path("wattwise"))
    told = await export(
        wattwise,
        home,
        channels="energy_import",
        file="wattwise/2026/march.csv",
        decimal_mark="comma",
    )
    assert told == {"meter": "Grid", "file": "wattwise/2026/march.csv", "rows": HOURS}
    with (folder / "2026/march.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert rows[0] == {
        "time": "2026-03-28T00:00:00+01:00",
        "energy_import_kWh": "0,1",
    }
    await export(wattwise, home, file="wattwise/march.json", resolution="raw")
    written = json.loads((folder / "march.json").read_text())
    assert len(written) == HOURS + 3 - 2
    assert written[1] == {
        "time": "2026-03-28T01:00:00+01:00",
        "energy_import_kWh": 0.1,
        "energy_import_counter_kWh": None,
        "voltage_l1_V": 230.0,
    }

    with pytest.raises(ServiceValidationError) as error:
        await export(wattwise, home, file="wattwise/march.json")
    assert error.value.translation_key == "file_exists"
    await export(
        wattwise, home, file="wattwise/march.json", overwrite=True, resolution="day"
    )
    assert len(json.loads((folder / "march.json").read_text())) == 3
    assert sorted(path.name for path in folder.iterdir()) == ["2026", "march.json"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"file": "wattwise/march.xlsx"}, "export_format_unknown"),
        ({"file": "www/march.csv"}, "file_not_writable"),
        ({"file": "wattwise/../secrets.csv"}, "file_not_writable"),
        ({"file": "wattwise/.hidden.csv"}, "file_not_writable"),
        ({"end": "2026-03-27 00:00:00"}, "invalid_period"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"device_id": "nobody"}, "meter_not_found"),
    ],
)
async def test_export_says_what_is_wrong(
    wattwise: HomeAssistant, home: MockConfigEntry, change: dict[str, Any], key: str
) -> None:
    """Every mistake in the call has its own message."""
    with pytest.raises(ServiceValidationError) as error:
        await export(wattwise, home, **change)
    assert error.value.translation_key == key


async def test_answers_are_short(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """What is too long for an answer goes to a file; without either it is refused."""
    with pytest.raises(ServiceValidationError) as error:
        await export(wattwise, home, resolution=10)
    assert error.value.translation_key == "too_many_rows"
    told = await export(wattwise, home, resolution=10, file="wattwise/long.csv")
    assert told["rows"] == HOURS * 360
    with pytest.raises(ServiceValidationError) as error:
        await wattwise.services.async_call(
            DOMAIN,
            "export_history",
            {
                "device_id": meter_device(wattwise, home),
                "start": dt_util.utcnow() - timedelta(days=1),
            },
            blocking=True,
        )
    assert error.value.translation_key == "export_needs_file"
    for resolution in (0, -5, "fortnight"):
        with pytest.raises(probatio.Invalid):
            await export(wattwise, home, resolution=resolution)


async def test_a_place_that_cannot_be_written(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """A file where the folder should be is told, not hidden."""
    Path(wattwise.config.path("wattwise")).mkdir()
    Path(wattwise.config.path("wattwise/2026")).write_text("in the way")
    with pytest.raises(HomeAssistantError) as error:
        await export(wattwise, home, file="wattwise/2026/march.csv")
    assert error.value.translation_key == "export_failed"
