"""Steps of any length hold what the history holds, no more and no less."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
import json
from pathlib import Path
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.files.export_file import write_export
from custom_components.wattwise.history.files.layout import DecimalMark, Layout
from custom_components.wattwise.history.files.meter_file import MeterFile
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    Period,
)
from custom_components.wattwise.history.questions.blocking_store import (
    AbandonedError,
    BlockingStore,
)
from custom_components.wattwise.history.questions.export import (
    RAW,
    Export,
    Resolution,
)
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .readings import BY_AMOUNT, BY_POWER, METER, counter, power

# Days on which clocks are changed, forward and back.
CLOCK_CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2025-10-26"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2025-11-02"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("Australia/Lord_Howe", "2026-04-05"),
]
STEPS = [60, 300, 420, 900, 1_000, 3_600, 5_400, 7_200, 86_400, 100_000]
ENERGY = Channel.ENERGY_IMPORT
DAY_MS = 24 * HOUR_MS


def local_ms(day: str, zone: str) -> int:
    """Return when a local day begins [ms]."""
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    return round(start.timestamp() * 1000)


def random_readings(
    rng: random.Random, profile: MeterProfile, start_ms: int
) -> list[Reading]:
    """Return about two days of readings at odd times, with gaps."""
    readings, at, shown = [], start_ms - 3_000_000, 1_000_000.0
    step_ms = rng.choice([7_000, 61_000, 900_000, 3_600_000])
    while at < start_ms + 2 * DAY_MS + HOUR_MS:
        at += round(step_ms * rng.uniform(0.5, 1.5))
        if rng.random() < 0.002:
            at += rng.randrange(5 * HOUR_MS)
        amount = rng.uniform(0, 3) * step_ms / 3_600
        shown += amount
        match profile.energy_kind:
            case EnergyKind.POWER:
                readings.append(power(at, rng.uniform(-2_000, 9_000)))
            case EnergyKind.COUNTER:
                readings.append(counter(at, shown))
            case EnergyKind.INTERVAL:
                readings.append(counter(at, amount))
    return readings


@pytest.fixture(params=CLOCK_CHANGES, ids=":".join)
async def changed_day(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncGenerator[tuple[History, str, int]]:
    """Return a history in a zone, and when a day begins in which its clock changes."""
    zone, day = request.param
    history = History(tmp_path / "wattwise.db", zone)
    await history.open()
    yield history, zone, local_ms(day, zone)
    await history.close()


async def rows_of(history: History, export: Export) -> list[tuple[int, float | None]]:
    """Return the rows of an export with one column of interest."""
    asking = BlockingStore(history, "meter")
    rows = await asyncio.to_thread(lambda: list(export.rows(asking)))
    return [(time_ms, values[0]) for time_ms, values in rows]


async def energy_in(history: History, start_ms: int, end_ms: int) -> float:
    """Return the energy of a period [kWh], from the roll-ups."""
    slots = await history.buckets("meter", ENERGY, start_ms, end_ms, 300)
    return sum(slot.energy_wh for slot in slots) / 1000


@pytest.mark.parametrize("profile", [METER, BY_AMOUNT, BY_POWER])
async def test_energy_of_any_step_adds_up(
    changed_day: tuple[History, str, int], profile: MeterProfile
) -> None:
    """Whatever the step, the sum is that of the history; no row is outside."""
    history, zone, start_ms = changed_day
    rng = random.Random(f"{zone}{start_ms}{profile.energy_kind}")
    readings = random_readings(rng, profile, start_ms)
    receipt = await history.append(replace(profile, interval_s=60), readings)
    assert receipt.accepted > len(readings) * 0.9
    await history.refresh_rollups()
    end_ms = start_ms + 2 * DAY_MS
    whole = await energy_in(history, start_ms, end_ms)
    assert whole > 1
    for step_s in STEPS:
        export = Export([ENERGY], start_ms, end_ms, step_s, ZoneInfo(zone))
        rows = await rows_of(history, export)
        assert sum(value or 0 for _, value in rows) == pytest.approx(whole, rel=1e-9)
        times = [time_ms for time_ms, _ in rows]
        assert times == sorted(set(times))
        assert all((t - start_ms) % (step_s * 1000) == 0 for t in times)
        assert all(start_ms <= t < end_ms for t in times)


async def test_a_step_that_cuts_slots_is_exact(history: History) -> None:
    """Where readings are kept, minutes get what flowed in them, not an even share."""
    start_ms = 1_760_000_100_000 // SLOT_MS * SLOT_MS
    # 6 kW for a minute, then nothing for four.
    watts = [6_000, 0, 0, 0, 0] * 12
    readings = [power(start_ms + 60_000 * n, w) for n, w in enumerate([*watts, 0])]
    await history.append(BY_POWER, readings)
    export = Export([ENERGY], start_ms, start_ms + HOUR_MS, 60, ZoneInfo("UTC"))
    rows = await rows_of(history, export)
    assert [value for _, value in rows][:6] == pytest.approx([0.1, 0, 0, 0, 0, 0.1])
    # A start between two slots: half of the first minute.
    export = replace(export, start_ms=start_ms + 30_000)
    rows = await rows_of(history, export)
    assert rows[0][0] == start_ms + 30_000
    assert rows[0][1] == pytest.approx(0.05)
    assert sum(value or 0 for _, value in rows) == pytest.approx(1.2 - 0.05)


async def test_means_are_weighted_by_time(history: History) -> None:
    """A voltage that stood for longer counts for more; extremes are kept."""
    start_ms = 1_760_000_100_000 // SLOT_MS * SLOT_MS
    steps = [(0, 230.0), (60, 240.0), (90, 220.0), (180, 220.0)]
    readings = [Reading(Channel.VOLTAGE_L1, start_ms + s * 1000, v) for s, v in steps]
    await history.append(METER, readings)
    export = Export(
        [Channel.VOLTAGE_L1], start_ms, start_ms + HOUR_MS, 180, ZoneInfo("UTC")
    )
    assert export.columns == ("voltage_l1_V", "voltage_l1_V_min", "voltage_l1_V_max")
    asking = BlockingStore(history, "meter")
    rows = await asyncio.to_thread(lambda: list(export.rows(asking)))
    mean = (230 * 60 + 240 * 30 + 220 * 90) / 180
    assert rows[0] == (start_ms, pytest.approx((mean, 220, 240)))


@pytest.mark.parametrize("mark", DecimalMark)
@pytest.mark.parametrize("resolution", [900, 420, Period.HOUR, Period.DAY])
async def test_an_export_imported_again_is_the_same_history(
    changed_day: tuple[History, str, int],
    tmp_path: Path,
    resolution: Resolution,
    mark: DecimalMark,
) -> None:
    """Written, read and booked anew, each hour or day has the same energy."""
    history, zone, start_ms = changed_day
    rng = random.Random(7)
    amounts = [
        counter(start_ms + 900_000 * (n + 1), rng.uniform(0, 900)) for n in range(250)
    ]
    await history.append(replace(BY_AMOUNT, interval_s=900), amounts, live=False)
    # The beginning of a local day again.
    days = await history.buckets(
        "meter", ENERGY, start_ms, start_ms + 3 * DAY_MS, Period.DAY
    )
    end_ms = days[1].end_ms
    export = Export([ENERGY], start_ms, end_ms, resolution, ZoneInfo(zone))
    path = tmp_path / "export.csv"
    asking = BlockingStore(history, "meter")

    def write() -> int:
        rows = export.rows(asking)
        return write_export(path, export.columns, rows, export.time_zone, mark=mark)

    assert await asyncio.to_thread(write) > 0

    layout = Layout(
        ENERGY, "time", "energy_import_kWh", "kWh", ZoneInfo(zone), is_amount=True
    )
    file = MeterFile(path, layout)
    for batch in file.batches():
        profile = replace(BY_AMOUNT, meter_id="copy", interval_s=batch.interval_s)
        receipt = await history.append(profile, batch.readings, live=False)
        assert receipt.accepted == len(batch.readings)
    compared = Period.DAY if resolution is Period.DAY else Period.HOUR
    pairs = [
        await history.buckets(meter, ENERGY, start_ms, end_ms, compared)
        for meter in ("meter", "copy")
    ]
    if resolution == 420:
        # The step that was cut short at the end is read as one of the usual length.
        after = await history.buckets("copy", ENERGY, end_ms, end_ms + HOUR_MS, 300)
        sums = [sum(bucket.energy_wh for bucket in found) for found in pairs]
        sums[1] += sum(bucket.energy_wh for bucket in after)
        assert sums[0] == pytest.approx(sums[1], rel=1e-6)
        return
    first, second = (
        {bucket.start_ms: round(bucket.energy_wh, 3) for bucket in found}
        for found in pairs
    )
    assert first == second


async def test_raw_readings(history: History, tmp_path: Path) -> None:
    """What a counter showed and what flowed, beside other channels at their times."""
    start_ms = 1_760_000_400_000
    readings = [counter(start_ms + 60_000 * n, 5_000_000 + 10 * n) for n in range(3)]
    readings += [power(start_ms + 60_000, 600.0), power(start_ms + 90_500, 601.5)]
    await history.append(METER, readings)
    export = Export(
        [ENERGY, Channel.POWER], start_ms, start_ms + HOUR_MS, RAW, ZoneInfo("UTC")
    )
    path = tmp_path / "raw.json"
    asking = BlockingStore(history, "meter")
    rows = export.rows(asking)
    count = await asyncio.to_thread(
        write_export, path, export.columns, rows, export.time_zone
    )
    written = json.loads(path.read_text())
    assert count == len(written) == 4
    assert written[1] == {
        "time": "2025-10-09T09:01:00+00:00",
        "energy_import_kWh": 0.01,
        "energy_import_counter_kWh": 5_000.01,
        "power_W": 600.0,
    }
    assert written[2]["time"] == "2025-10-09T09:01:30.500+00:00"
    assert written[2]["energy_import_counter_kWh"] is None

    # The counter can be loaded again as what it is.
    layout = Layout(ENERGY, "time", "energy_import_counter_kWh", "kWh", ZoneInfo("UTC"))
    found = [r for batch in MeterFile(path, layout).batches() for r in batch.readings]
    assert [(r.time_ms, r.value) for r in found] == [
        (r.time_ms, pytest.approx(r.value)) for r in readings[:3]
    ]


async def test_an_abandoned_export_ends(history: History, tmp_path: Path) -> None:
    """The thread stops at its next question, and leaves nothing behind."""
    start_ms = 1_760_000_400_000
    await history.append(METER, [counter(start_ms + n * HOUR_MS, n) for n in range(9)])
    export = Export([ENERGY], start_ms, start_ms + 30 * DAY_MS, 3_600, ZoneInfo("UTC"))
    asking = BlockingStore(history, "meter")
    rows = export.rows(asking)
    await asyncio.to_thread(next, rows)
    asking.abandon()
    path = tmp_path / "export.csv"
    with pytest.raises(AbandonedError):
        await asyncio.to_thread(
            write_export, path, export.columns, rows, export.time_zone
        )
    assert not list(tmp_path.glob("*export.csv*"))


def test_nothing_is_overwritten_by_accident(tmp_path: Path) -> None:
    """A file that appears meanwhile is left alone, unless that was asked for."""
    path = tmp_path / "export.csv"

    def rows(count: int) -> list[tuple[int, list[float | None]]]:
        return [(1_760_000_400_000 + n * 1000, [n / 8, None]) for n in range(count)]

    zone = ZoneInfo("Europe/Berlin")
    assert write_export(path, ["a", "b"], iter(rows(2)), zone) == 2
    assert path.read_text().splitlines() == [
        "time,a,b",
        "2025-10-09T11:00:00+02:00,0,",
        "2025-10-09T11:00:01+02:00,0.125,",
    ]
    with pytest.raises(FileExistsError):
        write_export(path, ["a", "b"], iter(rows(1)), zone)
    comma = DecimalMark.COMMA
    write_export(path, ["a"], iter([(0, [0.00001])]), zone, mark=comma, overwrite=True)
    assert path.read_text() == "time;a\n1970-01-01T01:00:00+01:00;0,00001\n"
    assert list(tmp_path.iterdir()) == [path]
