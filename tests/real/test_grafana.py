"""The dashboards for Grafana, asked of a real InfluxDB that the export has filled."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import math
from pathlib import Path
import random
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import pytest_socket

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx import sender
from custom_components.wattwise.history.influx.settings import InfluxSettings
from custom_components.wattwise.history.outbox.parcel import take
from custom_components.wattwise.history.outbox.targets import set_target
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    Period,
)
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from wattwise_dev.influxdb.influx_server import InfluxServer
from wattwise_dev.influxdb.server_program import ServerFailedError

from ..influx_servers import DATABASE, prepared_server, settings_of
from .grafana_dashboard import Dashboard, Question

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

ZONE: Final = ZoneInfo("Europe/Berlin")
BEGAN: Final = datetime(2025, 10, 22, 13, 7, tzinfo=ZONE)
# The day of 25 hours is behind, and a month has just begun.
LONG_DAY: Final = datetime(2025, 10, 26, tzinfo=ZONE)
NOW: Final = datetime(2025, 11, 3, 17, 32, tzinfo=ZONE)
SILENT: Final = (
    datetime(2025, 10, 29, 2, tzinfo=ZONE),
    datetime(2025, 10, 29, 9, 31, tzinfo=ZONE),
)
STEP_S: Final = 300
GRID: Final = MeterProfile("1", MeterRole.GRID, interval_s=STEP_S)
SOLAR: Final = MeterProfile("2", MeterRole.PRODUCTION, interval_s=STEP_S)
# Its energy is computed from its power.
HEATER: Final = MeterProfile("3", MeterRole.APPLIANCE, EnergyKind.POWER, STEP_S)
METERS: Final = {GRID: "grid", SOLAR: "solar", HEATER: "water_heater"}
VOLTAGES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)
HOME: Final = "home-electricity"
QUALITY: Final = "meter-and-data-quality"


@dataclass(frozen=True)
class Filled:
    """A server, and what the history itself says of the same readings."""

    server: InfluxServer
    buckets: dict[tuple[str, Channel, Period | int], list[Bucket]]

    def ask(self, question: str) -> list[dict[str, Any]]:
        """Ask the server."""
        return self.server.run(question, DATABASE)

    def energy(
        self, meter: MeterProfile, channel: Channel, start_ms: int, end_ms: int
    ) -> float:
        """Return the energy [Wh] of a time, of the history's five minutes."""
        slots = self.buckets[meter.meter_id, channel, STEP_S]
        return sum(s.energy_wh for s in slots if start_ms <= s.start_ms <= end_ms)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Return a server with twelve days of a home in it."""
    # This is set up before the first test's own fixtures.
    pytest_socket.enable_socket()
    server = prepared_server(tmp_path_factory.mktemp("influxdb"))
    try:
        file = tmp_path_factory.mktemp("history") / "wattwise.db"
        yield Filled(server, asyncio.run(_fill(file, settings_of(server))))
    finally:
        server.kill()


async def _fill(
    file: Path, settings: InfluxSettings
) -> dict[tuple[str, Channel, Period | int], list[Bucket]]:
    """Book the readings, export all of them, and return what the history knows."""
    history = History(file, ZONE.key)
    await history.open()
    for meter, name in METERS.items():
        await history.add_meter(meter.meter_id, name)
    names = {meter.meter_id: name for meter, name in METERS.items()}
    await history.run(
        partial(set_target, household="home", server=settings.place, meters=names)
    )
    told = _readings()
    for meter in METERS:
        receipt = await history.append(meter, told[meter])
        assert receipt.accepted == len(told[meter])
    await _export(history, settings)
    start_ms, end_ms = (round(t.timestamp() * 1000) for t in (BEGAN, NOW))
    # The first day, hour and five minutes are not whole.
    start_ms -= 24 * HOUR_MS
    buckets: dict[tuple[str, Channel, Period | int], list[Bucket]] = {}
    for meter in METERS:
        for channel in await history.latest(meter.meter_id):
            for width in (Period.DAY, Period.HOUR, STEP_S):
                buckets[meter.meter_id, channel, width] = await history.buckets(
                    meter.meter_id, channel, start_ms, end_ms, width
                )
    await history.close()
    return buckets


async def _export(history: History, settings: InfluxSettings) -> None:
    in_thread = partial(asyncio.get_running_loop().run_in_executor, None)
    one = sender.InfluxSender(history, "home", settings, in_thread, lambda _: None)
    exporting = asyncio.create_task(one.run(lambda _: None))
    while True:
        parcel = await history.ask(
            partial(take, household="home", limit=1, now_ms=sender._now_ms())
        )
        if parcel is not None and parcel.is_empty:
            break
        await asyncio.sleep(0.1)
    exporting.cancel()
    with suppress(asyncio.CancelledError):
        await exporting
    assert one.state.error is None


def _readings() -> dict[MeterProfile, list[Reading]]:
    """Return what the meters tell: grid, roof and boiler, silent for one morning."""
    rng = random.Random(5)
    told = defaultdict[MeterProfile, list[Reading]](list)
    shown = {"import": 8e6, "export": 2e6, "solar": 5e6}
    at = BEGAN.timestamp()
    while at < NOW.timestamp():
        local = datetime.fromtimestamp(at, ZONE)
        hour = local.hour + local.minute / 60
        solar = max(0.0, 5_000 * math.sin((hour - 7) / 10 * math.pi))
        heater = 2_000.0 if 3 <= hour < 5 or rng.random() < 0.05 else 0.0
        grid = 300 + 500 * rng.random() + heater - solar
        hours = STEP_S / 3600
        shown["import"] += max(0.0, grid) * hours
        shown["export"] += max(0.0, -grid) * hours
        shown["solar"] += solar * hours
        time_ms = round(at * 1000)
        if not SILENT[0].timestamp() <= at < SILENT[1].timestamp():
            told[GRID] += [
                Reading(Channel.POWER, time_ms, grid),
                Reading(Channel.ENERGY_IMPORT, time_ms, shown["import"]),
                Reading(Channel.ENERGY_EXPORT, time_ms, shown["export"]),
                # Late in the evening the second phase is too high.
                *(
                    Reading(
                        channel,
                        time_ms,
                        rng.gauss(254.0 if number and hour > 22 else 231.0, 0.8),
                    )
                    for number, channel in zip((0, 1, 0), VOLTAGES, strict=True)
                ),
            ]
            told[SOLAR] += [
                Reading(Channel.POWER, time_ms, solar),
                Reading(Channel.ENERGY_EXPORT, time_ms, shown["solar"]),
            ]
            told[HEATER].append(Reading(Channel.POWER, time_ms, heater))
        at += STEP_S
    return told


def questions(
    filled: Filled, name: str, panel: str = "", interval: str | None = None
) -> list[Question]:
    """Return what a dashboard asks, or one of its panels."""
    dashboard = Dashboard(name, NOW, filled.ask)
    asked = [q for q in dashboard.questions(interval) if q.panel.startswith(panel)]
    assert asked
    return asked


def values(filled: Filled, question: Question) -> dict[int, float]:
    """Return the values of the one series that answers, by time [ms]."""
    (series,) = filled.ask(question.text)
    return {row[0]: row[1] for row in series["values"] if row[1] is not None}


@pytest.mark.parametrize("name", [HOME, QUALITY])
@pytest.mark.parametrize("interval", [None, "1h", "12h"])
def test_every_question_is_answered(
    filled: Filled, name: str, interval: str | None
) -> None:
    """None is refused, none finds nothing."""
    for question in questions(filled, name, interval=interval):
        answer = filled.ask(question.text)
        assert answer, question
        for series in answer:
            numbers = [v for row in series["values"] for v in row[1:] if v is not None]
            assert numbers, question


def test_what_is_offered(filled: Filled) -> None:
    """The roof is found by itself; phases are those of the grid meter."""
    chosen = Dashboard(HOME, NOW, filled.ask).values
    assert chosen == {
        "meter": ["grid", "solar", "water_heater"],
        "grid": ["grid"],
        "production": ["solar"],
        "phase": ["voltage_l1", "voltage_l2", "voltage_l3"],
    }


@pytest.mark.parametrize(
    ("panel", "period"),
    [
        ("Energy per hour", Period.HOUR),
        ("Energy per day", Period.DAY),
        ("Energy per month", Period.DAY),
    ],
)
def test_energy_is_what_the_history_says(
    filled: Filled, panel: str, period: Period
) -> None:
    """Each hour and each day, that of 25 hours too; what is derived adds up."""
    asked = {q.name: q for q in questions(filled, HOME, panel)}
    found = {name: values(filled, question) for name, question in asked.items()}
    start_ms = asked["Produced"].start_ms
    expected = {
        name: {
            bucket.start_ms: pytest.approx(bucket.energy_wh, rel=1e-9, abs=1e-6)
            for bucket in filled.buckets[meter.meter_id, channel, period]
            if bucket.start_ms >= start_ms
        }
        for name, meter, channel in (
            ("From the grid", GRID, Channel.ENERGY_IMPORT),
            ("Fed into the grid", GRID, Channel.ENERGY_EXPORT),
            ("Produced", SOLAR, Channel.ENERGY_EXPORT),
        )
    }
    for name, energy in expected.items():
        assert found[name] == energy
    assert len(found["Produced"]) >= 13
    if period is Period.DAY:
        assert LONG_DAY.timestamp() * 1000 in found["Produced"]
    for at, own in found["Produced and used here"].items():
        kept = found["Produced"][at] - found["Fed into the grid"][at]
        assert own == pytest.approx(kept)
        used = found["From the grid"][at] + kept
        assert found["Used at home"][at] == pytest.approx(used)
    assert found["Used at home"].keys() == found["Produced"].keys()


@pytest.mark.parametrize(
    ("panel", "start"),
    [
        ("Today", NOW.replace(hour=0, minute=0)),
        ("This month", datetime(2025, 11, 1, tzinfo=ZONE)),
    ],
)
def test_energy_since_a_border(filled: Filled, panel: str, start: datetime) -> None:
    """From local midnight on, not from that of UTC."""
    asked = {q.name: q for q in questions(filled, HOME, panel)}
    start_ms, end_ms = (round(t.timestamp() * 1000) for t in (start, NOW))
    span = (start_ms, end_ms)
    taken = filled.energy(GRID, Channel.ENERGY_IMPORT, *span)
    fed_in = filled.energy(GRID, Channel.ENERGY_EXPORT, *span)
    made = filled.energy(SOLAR, Channel.ENERGY_EXPORT, *span)
    expected = {
        "From the grid": taken,
        "Fed into the grid": fed_in,
        "Produced": made,
        "Produced and used here": made - fed_in,
        "Used at home": taken + made - fed_in,
    }
    for name, question in asked.items():
        assert question.start_ms == start_ms
        assert list(values(filled, question).values()) == [
            pytest.approx(expected[name])
        ]
    assert asked.keys() == expected.keys()


def test_power(filled: Filled) -> None:
    """Now: the last reading. Before: the means of five minutes, and gaps as gaps."""
    slots = {
        name: filled.buckets[meter.meter_id, Channel.POWER, STEP_S]
        for meter, name in METERS.items()
    }
    (now,) = questions(filled, HOME, "Power now")
    latest = {s["tags"]["meter"]: s["values"][0][1] for s in filled.ask(now.text)}
    assert latest == {name: known[-1].last for name, known in slots.items()}

    question = questions(filled, HOME, "Power")[-1]
    assert question.panel == "Power"
    for series in filled.ask(question.text):
        found = {row[0]: row[1] for row in series["values"]}
        known = {
            s.start_ms: pytest.approx(s.mean)
            for s in slots[series["tags"]["meter"]]
            if s.mean is not None
        }
        assert {at: value for at, value in found.items() if value is not None} == known
        silent_ms = round((SILENT[0] + timedelta(hours=3)).timestamp() * 1000)
        assert found[silent_ms // SLOT_MS * SLOT_MS] is None


def test_voltage(filled: Filled) -> None:
    """The band is that of the readings; EN 50160 is judged by means, by phase."""
    per_hour = questions(filled, HOME, "Voltage: ", "1h")
    assert [q.panel[-2:] for q in per_hour] == ["l1", "l2", "l3"]
    for question, channel in zip(per_hour, VOLTAGES, strict=True):
        (series,) = filled.ask(question.text)
        assert series["columns"] == ["time", "min", "mean", "max"]
        found = {row[0]: (row[1], row[3]) for row in series["values"] if row[1]}
        hours = filled.buckets[GRID.meter_id, channel, Period.HOUR]
        assert found == {b.start_ms: (b.min, b.max) for b in hours if b.count}

    (most,) = questions(filled, HOME, "95 % of ten-minute means")
    borders = {s["tags"]["channel"]: s["values"][0][1:] for s in filled.ask(most.text)}
    for channel in VOLTAGES:
        means = defaultdict[int, list[float]](list)
        for slot in filled.buckets[GRID.meter_id, channel, STEP_S]:
            if most.start_ms <= slot.start_ms and slot.mean is not None:
                means[slot.start_ms // (2 * SLOT_MS)].append(slot.mean)
        ordered = sorted(sum(m) / len(m) for m in means.values())
        # The nearest rank.
        expected = [
            ordered[math.floor(len(ordered) * share + 0.5) - 1]
            for share in (0.025, 0.975)
        ]
        assert borders[channel] == pytest.approx(expected)
    assert borders[Channel.VOLTAGE_L1][1] < 253 < borders[Channel.VOLTAGE_L2][1]


def test_coverage(filled: Filled) -> None:
    """A day of 25 hours that is covered is covered to 100 %; gaps are missing."""
    (days,) = questions(filled, QUALITY, "Coverage by day")
    (series, *_) = filled.ask(days.text)
    assert series["tags"] == {"meter": "grid", "channel": "power"}
    found = {row[0]: row[1] for row in series["values"]}
    for bucket in filled.buckets[GRID.meter_id, Channel.POWER, Period.DAY]:
        if days.start_ms <= bucket.start_ms and bucket.end_ms <= days.end_ms:
            share = bucket.covered_ms / (bucket.end_ms - bucket.start_ms)
            assert found[bucket.start_ms] == pytest.approx(share)
    silent_ms = round(SILENT[0].replace(hour=0).timestamp() * 1000)
    assert 0.5 < found[silent_ms] < 0.8

    (hours,) = questions(filled, QUALITY, "Coverage by hour")
    (series, *_) = filled.ask(hours.text)
    covered = {
        b.start_ms: b.covered_ms / HOUR_MS
        for b in filled.buckets[GRID.meter_id, Channel.POWER, Period.HOUR]
    }
    for at, share in series["values"]:
        if days.start_ms <= at < days.end_ms - HOUR_MS:
            assert share == pytest.approx(covered.get(at, 0.0))


def test_a_covered_day_of_25_hours(filled: Filled) -> None:
    """Seen a week later, its coverage is whole."""
    then = datetime(2025, 10, 28, 12, tzinfo=ZONE)
    dashboard = Dashboard(QUALITY, then, filled.ask)
    (days,) = (q for q in dashboard.questions() if q.panel == "Coverage by day")
    (series, *_) = filled.ask(days.text)
    found = {row[0]: row[1] for row in series["values"]}
    assert found[round(LONG_DAY.timestamp() * 1000)] == pytest.approx(1.0)


def test_data_quality(filled: Filled) -> None:
    """When meters were heard, how often they report, how far voltages spread."""
    known = {
        name: filled.buckets[meter.meter_id, Channel.POWER, STEP_S]
        for meter, name in METERS.items()
    }
    (last,) = questions(filled, QUALITY, "Last reading")
    for series in filled.ask(last.text):
        (at, span_s), *_ = series["values"]
        assert known[series["tags"]["meter"]][-1].start_ms == at // SLOT_MS * SLOT_MS
        assert span_s == STEP_S

    (counts,) = questions(filled, QUALITY, "Readings in five minutes")
    for series in filled.ask(counts.text):
        slots = known[series["tags"]["meter"]]
        assert {row[0]: row[1] for row in series["values"] if row[1] is not None} == {
            s.start_ms: s.count for s in slots if s.start_ms >= counts.start_ms
        }

    (spread,) = questions(filled, QUALITY, "Voltage spread", "1h")
    for series in filled.ask(spread.text):
        channel = Channel(series["tags"]["channel"])
        expected = {
            b.start_ms: pytest.approx(b.max - b.min)
            for b in filled.buckets[GRID.meter_id, channel, Period.HOUR]
            if b.max is not None and b.min is not None
        }
        for at, value in series["values"][1:]:
            if value is not None:
                assert value == expected[at]


@pytest.mark.parametrize(
    ("zone", "works"),
    [("UTC", True), ("Europe/Berlin", True), ("Etc/UTC", True), ("utc", False)],
)
def test_time_zones(filled: Filled, zone: str, works: bool) -> None:
    """docs/grafana.md says how to set up Grafana for those that InfluxDB refuses."""
    (question, *_) = questions(filled, HOME, "Energy per day")
    text = question.text.replace(ZONE.key, zone)
    assert zone in text
    if works:
        assert filled.ask(text)
    else:
        with pytest.raises(ServerFailedError, match="time zone"):
            filled.ask(text)
