"""What readings of each kind do to the energy register."""

from pathlib import Path
import time

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import SLOT_MS, Period
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .readings import BY_AMOUNT, BY_POWER, METER, STEP_MS, counter, now_ms, power


async def test_power_is_integrated_only_while_it_is_known(history: History) -> None:
    """Two hours of silence after 1 kW are no two kilowatt hours."""
    start = now_ms() - 4 * 3_600_000
    await history.append(
        BY_POWER, [power(start, 1_000), power(start + 7_200_000, 1_000)]
    )
    latest = await history.latest("meter")
    held_hours = BY_POWER.hold_ms / 3_600_000
    register = latest[Channel.ENERGY_IMPORT].register_wh
    assert register == pytest.approx(1_000 * held_hours)


async def test_negative_power_is_export_and_production_is_export(
    history: History,
) -> None:
    """The sign says where energy flows; a production meter only produces."""
    start = now_ms() - 3_600_000
    flows = [power(start, 3_600), power(start + 60_000, -1_800)]
    flows.append(power(start + 120_000, 0))
    await history.append(BY_POWER, flows)
    latest = await history.latest("meter")
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(60)
    assert latest[Channel.ENERGY_EXPORT].register_wh == pytest.approx(30)
    roof = MeterProfile("roof", role=MeterRole.PRODUCTION, energy_kind=EnergyKind.POWER)
    await history.append(roof, flows[:2])
    latest = await history.latest("roof")
    assert latest[Channel.ENERGY_EXPORT].register_wh == pytest.approx(60)
    assert Channel.ENERGY_IMPORT not in latest


async def test_register_shows_the_counter_and_survives_its_troubles(
    history: History, tmp_path: Path
) -> None:
    """Zero, dip, swap, duplicate, late and future: the register only ever rises."""
    at = now_ms() - 3_600_000
    shown = [215_200.0, 215_210.0, 0.0, 215_220.0, 215_120.0, 215_230.0]
    swapped = [40.0, 50.0, 60.0]
    last_register = 0.0
    for value in shown + swapped:
        await history.append(METER, [counter(at, value)])
        register = (await history.latest("meter"))[Channel.ENERGY_IMPORT].register_wh
        assert register is not None
        assert register >= last_register
        last_register = register
        at += STEP_MS
    # 30 Wh before the swap; the new meter counted 40 Wh since, then 20 Wh.
    assert last_register == pytest.approx(215_200 + 30 + 60)
    receipt = await history.append(METER, [counter(at - STEP_MS, 60.0)])
    assert receipt.duplicate == 1
    receipt = await history.append(METER, [counter(at - STEP_MS, 61.0)])
    assert receipt.refused[0].reason is Refusal.CONFLICTING_VALUE
    receipt = await history.append(METER, [counter(now_ms() + 10_000_000, 70.0)])
    assert receipt.refused[0].reason is Refusal.FUTURE_TIME
    reasons = {item.reason: item.count for item in await history.refused("meter")}
    assert reasons[Refusal.COUNTER_FELL] == 2


async def test_held_readings_survive_a_restart(tmp_path: Path) -> None:
    """A restart between the readings that confirm a swap changes nothing."""
    path = tmp_path / "wattwise.db"
    at = now_ms() - 3_600_000
    for value in (100_000.0, 100_010.0, 5.0, 15.0, 25.0):
        history = History(path, "UTC")
        await history.open()
        receipt = await history.append(METER, [counter(at, value)])
        latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
        await history.close()
        at += STEP_MS
    assert (receipt.accepted, receipt.held) == (1, 0)
    assert latest.register_wh == pytest.approx(100_010 + 25)


async def test_amounts_within_what_a_counter_covered_are_refused(
    history: History,
) -> None:
    """An import over a period the counter already told does not count twice."""
    start = now_ms() - 4 * 3_600_000
    await history.append(METER, [counter(start, 0), counter(start + 7_200_000, 2_000)])
    receipt = await history.append(
        BY_AMOUNT, [counter(start + 3_600_000, 800)], live=False
    )
    assert receipt.refused[0].reason is Refusal.ALREADY_COVERED


async def test_imported_history_does_not_move_the_register(history: History) -> None:
    """What the register shows is booked as flowing now by the Energy dashboard."""
    start = now_ms() - 40 * 3_600_000
    half_hours = [counter(start + i * 1_800_000, 250.0) for i in range(48)]
    imported = MeterProfile(
        "meter", energy_kind=EnergyKind.INTERVAL, interval_s=1_800.0
    )
    receipt = await history.append(imported, half_hours, live=False)
    assert receipt.accepted == 48
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh is None
    await history.append(METER, [counter(now_ms(), 7_000_000.0)])
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh == 7_000_000.0
    days = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start - 2 * 86_400_000, now_ms(), Period.DAY
    )
    assert sum(day.energy_wh for day in days) == pytest.approx(48 * 250.0)


async def test_impossible_amount_is_refused(history: History) -> None:
    """1,000 kWh in ten seconds do not fit through a house connection."""
    receipt = await history.append(BY_AMOUNT, [counter(now_ms(), 1_000_000.0)])
    assert receipt.refused[0].reason is Refusal.MORE_THAN_POSSIBLE


async def test_energy_of_a_meter_that_tells_power_is_derived_not_taken(
    history: History,
) -> None:
    """Counting both would count twice."""
    receipt = await history.append(BY_POWER, [counter(now_ms(), 5.0)])
    assert receipt.unused == {Channel.ENERGY_IMPORT}
    assert receipt.refused == []
    assert await history.latest("meter") == {}


async def test_a_counters_past_behind_a_live_reading(history: History) -> None:
    """Two months of a counter, imported after the meter has begun to report.

    Each row divides the segment up to the live reading; the shares must be right,
    and be moved once, not for every row.
    """
    rows = 17_000
    last = now_ms()
    await history.append(METER, [counter(last, 1_000_000.0)])
    past = [
        counter(last - back * SLOT_MS, 1_000_000.0 - back * 20)
        for back in range(rows, 0, -1)
    ]
    began = time.monotonic()
    for start in range(0, rows, 5_000):
        receipt = await history.append(METER, past[start : start + 5_000], live=False)
        assert not receipt.refused
    # Moving the segment for each row took minutes; this takes well under a second.
    assert time.monotonic() - began < 20
    slots = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, last - 5_000 * SLOT_MS, last, 300
    )
    assert len(slots) == 5_000
    assert {round(slot.energy_wh, 6) for slot in slots} == {20.0}
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh == 1_000_000.0
