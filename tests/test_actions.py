"""The actions, called as automations call them."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any
from zoneinfo import ZoneInfo

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter

LONDON_HOME = Path(__file__).parent / "data/lcl_MAC000002_2013_halfhourly_kwh_utc.csv"


def meter_device(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the device of the household's only meter."""
    return dr.async_get_device_id_by_identifier(
        hass,
        (DOMAIN, only_meter(entry).profile.meter_id),
        config_entry_id=entry.entry_id,
    )


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


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


def write_csv(path: Path, rows: list[list[Any]], delimiter: str = ",") -> None:
    """Write a file as a portal would offer it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


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
    assert preview["preview"][0]["value"] == pytest.approx(float(rows[0]["kwh"]) * 1000)
    assert "accepted" not in preview
    assert only_meter(home).coordinator.latest == {}

    result = await call(wattwise, "import_history", **request)
    assert result["accepted"] == len(rows)
    assert result["refused"] == 0
    again = await call(wattwise, "import_history", **request)
    assert again["duplicate"] == len(rows)

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
    # 00:00 BST is 23:00 UTC; amounts are known at the end of their half hour.
    assert result["first"] == "2013-10-26T23:30:00+00:00"
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
    assert result["refused_rows"] == [
        {"line": 3, "reason": "invalid_time"},
        {"line": 5, "reason": "not_a_number"},
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
    assert error.value.translation_key == "file_not_utf8"


async def test_history_at_one_second(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """Resolutions from a second on; a period that ends before it begins is refused."""
    meter = only_meter(home)
    start = dt_util.utcnow().replace(microsecond=0) - timedelta(minutes=5)
    start_ms = int(start.timestamp() * 1000)
    readings = [
        Reading(Channel.POWER, start_ms + 2_000 * i, 100.0 * i) for i in range(5)
    ]
    await meter.history.append(meter.profile, readings)
    device_id = meter_device(wattwise, home)
    history = await call(
        wattwise,
        "get_history",
        device_id=device_id,
        start=start,
        end=start + timedelta(seconds=8),
        resolution=1,
    )
    values = history["channels"]["power"]["values"]
    assert [v["mean"] for v in values] == [0, 0, 100, 100, 200, 200, 300, 300]
    for change, key in (
        ({"end": start - timedelta(days=1)}, "invalid_period"),
        ({"start": "2013-01-01 00:00:00"}, "too_many_points"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(
                wattwise,
                "get_history",
                **{"device_id": device_id, "start": start, "resolution": 1} | change,
            )
        assert error.value.translation_key == key
    for resolution in (0, 3_601, "fortnight"):
        with pytest.raises(probatio.Invalid):
            await call(
                wattwise,
                "get_history",
                device_id=device_id,
                start=start,
                resolution=resolution,
            )
