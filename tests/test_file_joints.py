"""Where the counter of a file meets what the meter told, nothing is invented."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import math
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.history.files import meter_file
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device, write_csv

HOUR = timedelta(hours=1)


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter that has a counter."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    Path(wattwise.config.path("wattwise")).mkdir()
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.COUNTER)
    )


@pytest.fixture
def now() -> datetime:
    """Return the last full hour."""
    return dt_util.utcnow().replace(minute=0, second=0, microsecond=0)


def counted(start: datetime, hours: int, first_kwh: float) -> list[tuple[Any, float]]:
    """Return what a counter shows each hour of a heater of at most 2.4 kW [kWh]."""
    shown, rows = first_kwh, []
    for number in range(hours):
        rows.append((start + number * HOUR, round(shown, 3)))
        shown += 0.1 + 2.3 * max(0.0, math.sin(number * math.pi / 12)) ** 4
    return rows


async def tell(
    hass: HomeAssistant, entry: MockConfigEntry, rows: Sequence[tuple[Any, float]]
) -> None:
    """Let the meter tell what its counter shows."""
    meter = only_meter(entry)
    readings = [
        Reading(Channel.ENERGY_IMPORT, int(at.timestamp() * 1000), kwh * 1000)
        for at, kwh in rows
    ]
    await meter.history.append(meter.profile, readings)
    await meter.history.refresh_rollups()
    await hass.async_block_till_done()


async def load(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    rows: Sequence[tuple[Any, float]],
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Load a file of a counter."""
    lines = [[at.isoformat(), kwh] for at, kwh in rows]
    path = Path(hass.config.path("wattwise"), "counter.csv")
    write_csv(path, [["time", "kWh"], *lines])
    return await call(
        hass,
        "import_history",
        device_id=meter_device(hass, entry),
        file="wattwise/counter.csv",
        channel="energy_import",
        time_column="time",
        value_column="kWh",
        unit="kWh",
        kind="counter",
        dry_run=dry_run,
    )


async def energy(entry: MockConfigEntry, start: datetime, end: datetime) -> float:
    """Return the energy of the full hours of a time [kWh]."""
    meter = only_meter(entry)
    await meter.history.refresh_rollups()
    buckets = await meter.history.buckets(
        meter.profile.meter_id,
        Channel.ENERGY_IMPORT,
        int(start.timestamp() * 1000),
        int(end.timestamp() * 1000),
        Period.HOUR,
    )
    return sum(bucket.energy_wh for bucket in buckets) / 1000


def risen(rows: Sequence[tuple[Any, float]]) -> float:
    """Return what a counter counted [kWh]."""
    return rows[-1][1] - rows[0][1]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("batch_rows", [1_000, 40])
async def test_another_counter_before(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    newest_first: bool,
    batch_rows: int,
) -> None:
    """What two counters are apart is said before, not counted, and stays a gap."""
    monkeypatch.setattr(meter_file, "BATCH_ROWS", batch_rows)
    own = counted(now - 20 * 24 * HOUR, 400, 9_200.0)
    await tell(wattwise, home, own)
    file = counted(now - 36 * 24 * HOUR, 168, 1_000.0)
    # A row that fell, as counters do; what rises after it is no power of the meter.
    file[40] = (file[40][0], 0.5)
    rows = file[::-1] if newest_first else file
    preview = await load(wattwise, home, rows, dry_run=True)
    (joint,) = preview["expected"]["joints"]
    assert joint == {
        "start": dt_util.as_local(file[-1][0]).isoformat(),
        "end": dt_util.as_local(own[0][0]).isoformat(),
        "energy_kwh": pytest.approx(own[0][1] - file[-1][1]),
        "counted": False,
    }
    loaded = await load(wattwise, home, rows)
    assert loaded["accepted"] == preview["expected"]["accepted"] == 167
    assert await energy(home, file[0][0], file[-1][0]) == pytest.approx(risen(file))
    assert await energy(home, file[-1][0], own[0][0]) == 0
    assert await energy(home, own[0][0], now) == pytest.approx(risen(own))


async def test_another_counter_after(
    wattwise: HomeAssistant, home: MockConfigEntry, now: datetime
) -> None:
    """A file that follows a meter that ended is not joined to it either."""
    own = counted(now - 40 * 24 * HOUR, 200, 1_000.0)
    await tell(wattwise, home, own)
    file = counted(now - 10 * 24 * HOUR, 168, 9_200.0)
    preview = await load(wattwise, home, file, dry_run=True)
    assert [j["counted"] for j in preview["expected"]["joints"]] == [False]
    await load(wattwise, home, file)
    assert await energy(home, own[0][0], now) == pytest.approx(risen(own) + risen(file))


async def test_the_same_counter_goes_on(
    wattwise: HomeAssistant, home: MockConfigEntry, now: datetime
) -> None:
    """What the meter's own counter rose in a gap is energy, and much of it is said."""
    rows = counted(now - 40 * 24 * HOUR, 900, 1_000.0)
    file, own = rows[:200], rows[500:]
    await tell(wattwise, home, own)
    preview = await load(wattwise, home, file, dry_run=True)
    (joint,) = preview["expected"]["joints"]
    assert joint["counted"]
    assert joint["energy_kwh"] == pytest.approx(own[0][1] - file[-1][1])
    await load(wattwise, home, file)
    assert await energy(home, rows[0][0], now) == pytest.approx(risen(rows))


async def test_what_the_meter_told_stays(
    wattwise: HomeAssistant, home: MockConfigEntry, now: datetime
) -> None:
    """A file within a gap of the meter divides what that counted, and takes nothing."""
    rows = counted(now - 40 * 24 * HOUR, 900, 1_000.0)
    own = [*rows[:200], *rows[500:]]
    await tell(wattwise, home, own)
    before = await energy(home, rows[0][0], now)
    await load(wattwise, home, [(at, rows[200][1]) for at, _ in rows[300:499]])
    assert await energy(home, rows[0][0], now) == pytest.approx(before)


async def test_rare_much_use_within_a_file(
    wattwise: HomeAssistant, home: MockConfigEntry, now: datetime
) -> None:
    """Between rows of a file a day of far more than others is what it is."""
    start = now - 50 * 24 * HOUR
    shown = [100 + 0.5 * day + (30 if day > 30 else 0) for day in range(45)]
    file = [(start + day * 24 * HOUR, kwh) for day, kwh in enumerate(shown)]
    preview = await load(wattwise, home, file, dry_run=True)
    assert preview["expected"]["joints"] == []
    await load(wattwise, home, file)
    assert await energy(home, start, now) == pytest.approx(risen(file))


async def test_taken_back_with_its_gap(
    wattwise: HomeAssistant, home: MockConfigEntry, now: datetime
) -> None:
    """A file of another counter leaves; what the meter told is as it was."""
    own = counted(now - 20 * 24 * HOUR, 400, 9_200.0)
    await tell(wattwise, home, own)
    file = counted(now - 36 * 24 * HOUR, 168, 1_000.0)
    loaded = await load(wattwise, home, file)
    assert await energy(home, file[0][0], now) == pytest.approx(
        risen(own) + risen(file)
    )
    device = {"device_id": meter_device(wattwise, home)}
    told = await call(wattwise, "get_imports", **device)
    assert [item["channel"] for item in told["imports"]] == ["energy_import"]
    await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
    assert await energy(home, file[0][0], now) == pytest.approx(risen(own))
