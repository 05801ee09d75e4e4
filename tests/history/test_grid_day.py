"""What three meters of one connection drew and fed in, as its utility counts it."""

from datetime import UTC, datetime
import random

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.history.questions.grid_day import netted_day
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

PHASES = [MeterProfile(name) for name in ("L1", "L2", "L3")]
IDS = [phase.meter_id for phase in PHASES]

slots = st.lists(
    st.builds(
        lambda slot, energy: Bucket(
            slot * SLOT_MS, (slot + 1) * SLOT_MS, energy_wh=energy
        ),
        st.integers(0, 20),
        st.floats(0, 5_000),
    ),
    max_size=40,
)


def at(clock: str, day: int = 1) -> int:
    """Return a local time in June [ms]."""
    time = datetime.fromisoformat(f"2026-06-{day:02} {clock}:00+02:00")
    return int(time.timestamp() * 1000)


async def count(
    history: History, phase: MeterProfile, time_ms: int, drawn: float, fed: float
) -> None:
    """Store what the counters of a phase show [Wh]."""
    await history.append(
        phase,
        [
            Reading(Channel.ENERGY_IMPORT, time_ms, drawn),
            Reading(Channel.ENERGY_EXPORT, time_ms, fed),
        ],
    )


@given(slots, slots)
def test_netted_day(imported: list[Bucket], exported: list[Bucket]) -> None:
    """Netting adds nothing and keeps the difference of import and export."""
    day = netted_day(0, imported, exported, [])
    drawn = sum(slot.energy_wh for slot in imported)
    fed = sum(slot.energy_wh for slot in exported)
    assert 0.0 <= day.energy.imported <= drawn + 1e-6
    assert 0.0 <= day.energy.exported <= fed + 1e-6
    assert day.energy.imported - day.energy.exported == pytest.approx(
        drawn - fed, abs=1e-6
    )
    assert day.cost is None


async def test_phases_are_netted_in_their_time(
    history: History, freezer: FrozenDateTimeFactory
) -> None:
    """A phase's export is set off against what others draw at that time, not later."""
    freezer.move_to(datetime.fromtimestamp(at("12:00") / 1000, UTC))
    price = [Reading(Channel.PRICE, at("09:00"), 0.3)]
    price.append(Reading(Channel.PRICE, at("10:30"), 0.1))
    await history.append(MeterProfile("price"), price)
    for phase in PHASES:
        await count(history, phase, at("10:00"), 5_000.0, 1_000.0)
    # While one phase is fed 400 Wh the two others draw 500 Wh.
    await count(history, PHASES[0], at("10:05"), 5_000.0, 1_400.0)
    await count(history, PHASES[1], at("10:05"), 5_300.0, 1_000.0)
    await count(history, PHASES[2], at("10:05"), 5_200.0, 1_000.0)
    # Later all that flows is fed in, and later still all is drawn.
    await count(history, PHASES[1], at("11:00"), 5_300.0, 1_000.0)
    await count(history, PHASES[0], at("11:00"), 5_000.0, 1_400.0)
    await count(history, PHASES[2], at("11:00"), 5_200.0, 1_000.0)
    await count(history, PHASES[0], at("11:05"), 5_000.0, 2_000.0)
    await count(history, PHASES[0], at("11:30"), 5_000.0, 2_000.0)
    await count(history, PHASES[0], at("11:35"), 5_700.0, 2_000.0)

    day = await history.netted_grid_today(IDS, "price")
    assert day
    assert day.day_start_ms == at("00:00")
    assert day.energy.imported == pytest.approx(100.0 + 700.0)
    assert day.energy.exported == pytest.approx(600.0)
    assert day.cost == pytest.approx(0.1 * 0.3 + 0.7 * 0.1)
    assert (await history.netted_grid_today(IDS, None)).cost is None
    assert (await history.netted_grid_today(IDS, "unknown")).cost is None

    freezer.move_to(datetime.fromtimestamp(at("00:10", day=2) / 1000, UTC))
    await count(history, PHASES[1], at("00:05", day=2), 5_300.0, 1_000.0)
    day = await history.netted_grid_today(IDS, "price")
    assert day
    assert day.day_start_ms == at("00:00", day=2)
    assert (day.energy.imported, day.energy.exported) == (0.0, 0.0)
    assert day.cost == 0.0


async def test_a_phase_that_told_no_energy_is_missed(history: History) -> None:
    """Two of three phases are not the connection."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    for phase in PHASES[:2]:
        await count(history, phase, now_ms, 5_000.0, 0.0)
    assert await history.netted_grid_today(IDS, None) is None
    assert await history.netted_grid_today(IDS[:2], None)


async def test_late_readings_are_netted_too(
    history: History, freezer: FrozenDateTimeFactory
) -> None:
    """The order of arrival does not matter."""
    freezer.move_to(datetime.fromtimestamp(at("12:00") / 1000, UTC))
    readings = [
        (phase, at("11:00") + minute * 60_000, 7.0 * minute * number, 5.0 * minute)
        for number, phase in enumerate(PHASES)
        for minute in range(0, 30, 5)
    ]
    for phase in PHASES:
        await count(history, phase, at("10:55"), 0.0, 0.0)
    random.Random(1).shuffle(readings)
    for reading in readings:
        await count(history, *reading)
    day = await history.netted_grid_today(IDS, None)
    assert day
    # 0 + 7 + 14 Wh a minute drawn, 5 Wh a minute fed in on each phase.
    assert day.energy.imported == pytest.approx(25 * (21 - 15))
    assert day.energy.exported == pytest.approx(0.0)
