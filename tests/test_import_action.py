"""Importing files, called as automations call it."""

import csv
from datetime import UTC, datetime, timedelta
import gzip
from pathlib import Path
import shutil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.wattwise.metering.profile import EnergyKind
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device, write_csv

MESSY_HOME = Path(__file__).parent / "data/lcl_MAC000008_2013-10_halfhourly_kwh_utc.csv"
LONDON_HOME = Path(__file__).parent / "data/lcl_MAC000002_2013_halfhourly_kwh_utc.csv"


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter."""
    await wattwise.config.async_set_time_zone("Europe/London")
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL)
    )


@pytest.fixture
def folder(wattwise: HomeAssistant, home: MockConfigEntry) -> Path:
    """Return the folder into which people put their files."""
    folder = Path(wattwise.config.path("wattwise"))
    folder.mkdir()
    return folder


async def test_year_of_a_real_household(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """A London home of 2013: every half hour arrives, in its local day."""
    shutil.copy(LONDON_HOME, folder / "home.csv")
    with LONDON_HOME.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    request = {
        "device_id": meter_device(wattwise, home),
        "file": "wattwise/home.csv",
        "channel": "energy_import",
        "time_column": "time",
        "value_column": "kwh",
        "unit": "kWh",
        "time_zone": "UTC",
    }
    preview = await call(wattwise, "import_history", dry_run=True, **request)
    assert preview["rows"] == len(rows)
    assert preview["interval"] == 1_800
    first = preview["preview"][0]
    assert first["value"] == pytest.approx(float(rows[0]["kwh"]) * 1000)
    assert first["unit"] == "Wh"
    assert datetime.fromisoformat(first["time"]) == datetime.fromisoformat(
        rows[0]["time"] + "+00:00"
    )
    assert preview["expected"] == {
        "rows": len(rows),
        "accepted": len(rows),
        "duplicate": 0,
        "doubled": 0,
        "held": 0,
        "compared_with_history": True,
        "joints": [],
    }
    assert "accepted" not in preview
    assert only_meter(home).coordinator.latest == {}

    result = await call(wattwise, "import_history", **request)
    assert result["accepted"] == len(rows)
    assert result["refused"] == 0
    preview = await call(wattwise, "import_history", dry_run=True, **request)
    assert preview["expected"]["duplicate"] == len(rows)
    again = await call(wattwise, "import_history", **request)
    assert again["duplicate"] == len(rows)
    assert again["import_id"] is None

    # An independent sum of local days, also those of 23 and 25 hours.
    london = ZoneInfo("Europe/London")
    days: dict[str, float] = {}
    for row in rows:
        start = datetime.fromisoformat(row["time"] + "+00:00").astimezone(london)
        days[start.date().isoformat()] = days.get(start.date().isoformat(), 0.0) + (
            float(row["kwh"])
        )
    history = await call(
        wattwise,
        "get_history",
        device_id=request["device_id"],
        start="2013-01-01 00:00:00",
        end="2014-01-01 00:00:00",
        resolution="day",
    )
    values = history["channels"]["energy_import"]["values"]
    got = {
        datetime.fromisoformat(v["start"]).astimezone(london).date().isoformat(): v
        for v in values
    }
    assert {day: round(v["energy"], 5) for day, v in got.items()} == {
        day: round(kwh, 5) for day, kwh in days.items() if day in got
    }
    assert len(got) == 365
    short, long = got["2013-03-31"], got["2013-10-27"]
    for day, hours in ((short, 23), (long, 25)):
        length = datetime.fromisoformat(day["end"]) - datetime.fromisoformat(
            day["start"]
        )
        assert length == timedelta(hours=hours)
        assert day["covered"] == 1.0
    months = await call(
        wattwise,
        "get_history",
        device_id=request["device_id"],
        start="2013-01-01 00:00:00",
        end="2014-01-01 00:00:00",
        resolution="month",
        channels="energy_import",
    )
    monthly = [v["energy"] for v in months["channels"]["energy_import"]["values"]]
    assert len(monthly) == 12
    assert sum(monthly) == pytest.approx(sum(days.values()), abs=1e-3)


async def test_local_times_with_decimal_commas(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """A semicolon file in local time over the hour that the clock shows twice."""
    rows: list[list[Any]] = [["Datum", "Verbrauch"]]
    local = datetime.fromisoformat("2013-10-27 00:00")
    stamps = [local + timedelta(minutes=30 * i) for i in range(4)]
    stamps += [local + timedelta(minutes=60 + 30 * i) for i in range(4)]
    rows += [[f"{stamp:%d.%m.%Y %H:%M}", "0,25"] for stamp in stamps]
    write_csv(folder / "portal.csv", rows, ";")
    result = await call(
        wattwise,
        "import_history",
        device_id=meter_device(wattwise, home),
        file="wattwise/portal.csv",
        channel="energy_import",
        time_column="Datum",
        value_column="Verbrauch",
        unit="kWh",
        time_format="%d.%m.%Y %H:%M",
    )
    assert result["accepted"] == 8
    # From when the first half hour begins until the last one ends, by the home's clock.
    assert result["first"] == "2013-10-27T00:00:00+01:00"
    assert result["last"] == "2013-10-27T03:00:00+00:00"


async def test_counters_stamped_in_the_skipped_hour_are_refused(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """Rows that cannot be are named by line and reason; gaps are gaps."""
    write_csv(
        folder / "counter.csv",
        [
            ["time", "value"],
            ["2013-03-31 00:30", "100.0"],
            ["2013-03-31 01:30", "100.5"],
            ["2013-03-31 02:00", ""],
            ["2013-03-31 02:30", "oops"],
            ["2013-03-31 03:00", "101.0"],
            ["2013-03-31 03:30", "100.2"],
        ],
    )
    result = await call(
        wattwise,
        "import_history",
        device_id=meter_device(wattwise, home),
        file="wattwise/counter.csv",
        channel="energy_import",
        time_column="time",
        value_column="value",
        unit="kWh",
        kind="counter",
    )
    assert result["accepted"] == 2
    assert result["held"] == 1
    assert result["refused_by_reason"] == [
        {
            "reason": "invalid_time",
            "meaning": "there is no time that can be understood, or one that the clock"
            " skipped",
            "count": 1,
            "lines": [3],
        },
        {
            "reason": "not_a_number",
            "meaning": "the value is no number",
            "count": 1,
            "lines": [5],
        },
    ]


async def test_power_from_a_file_becomes_energy(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """Mean power stamped at the end of its quarter of an hour."""
    rows: list[list[Any]] = [["t", "kw"]]
    rows += [[1_700_000_100 + 900 * i, 2.0] for i in range(9)]
    write_csv(folder / "power.csv", rows, "\t")
    device_id = meter_device(wattwise, home)
    await call(
        wattwise,
        "import_history",
        device_id=device_id,
        file="wattwise/power.csv",
        channel="power",
        time_column="t",
        value_column="kw",
        unit="kW",
        kind="power",
        stamp="end",
    )
    history = await call(
        wattwise,
        "get_history",
        device_id=device_id,
        start=dt_util.utc_from_timestamp(1_699_999_200),
        end=dt_util.utc_from_timestamp(1_700_006_400),
        resolution=900,
    )
    energy = history["channels"]["energy_import"]["values"]
    assert [v["energy"] for v in energy] == [0.5] * 8
    power = history["channels"]["power"]["values"]
    assert [v["mean"] for v in power][:8] == [2_000.0] * 8


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"file": "wattwise/missing.csv"}, "file_not_found"),
        ({"file": "secrets.yaml"}, "file_not_allowed"),
        ({"file": "wattwise/../../secrets.yaml"}, "file_not_allowed"),
        ({"file": "/etc/passwd"}, "file_not_allowed"),
        ({"time_column": "when"}, "unknown_column"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"time_zone": "../../etc"}, "unknown_time_zone"),
        ({"unit": "°C"}, "unknown_unit"),
        ({"device_id": "nobody"}, "meter_not_found"),
    ],
)
async def test_import_says_what_is_wrong(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    folder: Path,
    change: dict[str, Any],
    key: str,
) -> None:
    """Every mistake in the call has its own message."""
    write_csv(folder / "file.csv", [["time", "value"], ["2013-01-01", "1"]])
    request = {
        "device_id": meter_device(wattwise, home),
        "file": "wattwise/file.csv",
        "channel": "energy_import",
        "time_column": "time",
        "value_column": "value",
        "unit": "kWh",
    }
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "import_history", **request | change)
    assert error.value.translation_key == key


async def test_file_that_is_no_text(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """A spreadsheet renamed to CSV is an error, not a crash."""
    (folder / "sheet.csv").write_bytes(b"PK\x03\x04\xff\xfe\x00" * 50)
    with pytest.raises(ServiceValidationError) as error:
        await call(
            wattwise,
            "import_history",
            device_id=meter_device(wattwise, home),
            file="wattwise/sheet.csv",
            channel="energy_import",
            time_column="time",
            value_column="value",
            unit="kWh",
        )
    assert error.value.translation_key == "file_is_spreadsheet"


async def test_dates_and_numbers_that_have_to_be_told(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """What can be read two ways is not guessed, but taken as it is told."""
    rows: list[list[Any]] = [["date", "hour", "Wh"]]
    rows += [[f"0{day}/02/2026", f"{day}:00", f"{day},250"] for day in range(1, 5)]
    write_csv(folder / "days.csv", rows, ";")
    request = {
        "device_id": meter_device(wattwise, home),
        "file": "wattwise/days.csv",
        "channel": "energy_import",
        "time_column": "date",
        "clock_column": "hour",
        "value_column": "Wh",
        "unit": "Wh",
        "dry_run": True,
    }
    for told, key in (
        ({}, "file_numbers_ambiguous"),
        ({"decimal_mark": "comma"}, "file_dates_ambiguous"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(wattwise, "import_history", **request, **told)
        assert error.value.translation_key == key
    result = await call(
        wattwise,
        "import_history",
        **request,
        decimal_mark="point",
        date_order="day_first",
    )
    # Commas stand between thousands then.
    assert [row["value"] for row in result["preview"]] == [1250, 2250, 3250, 4250]
    assert result["interval"] == 90_000
    assert result["last"] == "2026-02-05T04:00:00+00:00"


@pytest.mark.parametrize("name", ["home.csv.gz", "home.json"])
async def test_other_formats(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path, name: str
) -> None:
    """The same fields are enough for a packed file and for JSON."""
    if name.endswith("gz"):
        content = gzip.compress(b"time,kWh\n2026-02-01 00:00,1\n2026-02-01 01:00,2\n")
    else:
        content = b'{"data": [{"time": 1769904000, "kWh": 1}, {"time": 1769907600, "kWh": 2}]}'
    (folder / name).write_bytes(content)
    result = await call(
        wattwise,
        "import_history",
        device_id=meter_device(wattwise, home),
        file=f"wattwise/{name}",
        channel="energy_import",
        time_column="time",
        value_column="kWh",
        unit="kWh",
    )
    assert (result["accepted"], result["refused"]) == (2, 0)
    assert result["last"] == "2026-02-01T02:00:00+00:00"


async def test_messy_home(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """A real home with missing half hours: nothing is filled, and nothing lost."""
    shutil.copy(MESSY_HOME, folder / "messy.csv")
    with MESSY_HOME.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {row["time"]: float(row["kwh"]) for row in rows if row["kwh"]}
    assert 0 < len(known) < len(rows)
    request = {
        "device_id": meter_device(wattwise, home),
        "file": "wattwise/messy.csv",
        "channel": "energy_import",
        "time_column": "time",
        "value_column": "kwh",
        "unit": "kWh",
        "time_zone": "UTC",
    }
    result = await call(wattwise, "import_history", **request)
    assert (result["accepted"], result["refused"]) == (len(known), 0)
    history = await call(
        wattwise,
        "get_history",
        device_id=request["device_id"],
        start="2013-09-01 00:00:00",
        end="2013-12-01 00:00:00",
        resolution=1800,
    )
    values = history["channels"]["energy_import"]["values"]
    got = {
        f"{datetime.fromisoformat(value['start']).astimezone(UTC):%Y-%m-%d %H:%M}": (
            value["energy"]
        )
        for value in values
        if value["covered"]
    }
    assert got == pytest.approx(known, abs=1e-6)
    assert {value["covered"] for value in values} <= {0.0, 1.0}


async def test_the_energy_dashboard_is_told(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    folder: Path,
) -> None:
    """After an import the answer names the statistic that holds its energy."""
    write_csv(
        folder / "day.csv",
        [["time", "kWh"], *([f"2026-02-01 {hour:02}:00", 1] for hour in range(24))],
    )
    result = await call(
        wattwise,
        "import_history",
        device_id=meter_device(wattwise, home),
        file="wattwise/day.csv",
        channel="energy_import",
        time_column="time",
        value_column="kWh",
        unit="kWh",
    )
    assert result["accepted"] == 24
    assert result["statistics"] == ["Grid: energy imported, from files"]
    await async_wait_recording_done(wattwise)
    sums = await get_instance(wattwise).async_add_executor_job(
        statistics_during_period,
        wattwise,
        dt_util.utc_from_timestamp(1_769_900_400),
        None,
        None,
        "day",
        {"energy": "kWh"},
        {"change"},
    )
    (days,) = sums.values()
    assert sum(day["change"] or 0 for day in days) == pytest.approx(24)
