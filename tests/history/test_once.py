"""Energy counts once, however many ways it is told."""

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .readings import BY_AMOUNT, BY_POWER, METER, counter, now_ms, power

HOUR_MS = 3_600_000
HOURLY = MeterProfile("meter", energy_kind=EnergyKind.INTERVAL, interval_s=3_600)
QUARTERS = MeterProfile("meter", energy_kind=EnergyKind.INTERVAL, interval_s=900)


async def total(history: History) -> float:
    """Return all energy that was imported [Wh]."""
    buckets = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, now_ms() - 30 * HOUR_MS, now_ms(), 300
    )
    return sum(bucket.energy_wh for bucket in buckets)


def start_ms() -> int:
    """Return a full hour some hours ago."""
    return now_ms() // HOUR_MS * HOUR_MS - 20 * HOUR_MS


@pytest.mark.parametrize("kind", list(EnergyKind))
async def test_import_over_what_the_meter_told_live(
    history: History, kind: EnergyKind
) -> None:
    """The portal's file up to yesterday, while WattWise has run for hours."""
    live = MeterProfile("meter", energy_kind=kind, interval_s=60)
    start = start_ms()
    minutes = range(10 * 60 + 1)
    if kind is EnergyKind.POWER:
        readings = [power(start + 60_000 * i, 1_000) for i in minutes]
    elif kind is EnergyKind.INTERVAL:
        readings = [counter(start + 60_000 * i, 1_000 / 60) for i in minutes[1:]]
    else:
        readings = [counter(start + 60_000 * i, 1_000 / 60 * i) for i in minutes]
    await history.append(live, readings)
    assert await total(history) == pytest.approx(10_000)
    hours = [counter(start + HOUR_MS * i, 1_000) for i in range(-4, 11)]
    receipt = await history.append(HOURLY, hours, live=False)
    # The hours before the meter reported are new; the others are known.
    # At the moment of the counter's first reading there can be no other one.
    new = 4 if kind is EnergyKind.COUNTER else 5
    assert receipt.accepted == new
    assert {item.reason for item in receipt.refused} <= {
        Refusal.ALREADY_COVERED,
        Refusal.CONFLICTING_VALUE,
    }
    assert await total(history) == pytest.approx(10_000 + new * 1_000)


async def test_import_of_the_same_days_at_two_resolutions(history: History) -> None:
    """First the hourly file, then the one by quarters, and the other way round."""
    start = start_ms()
    hours = [counter(start + HOUR_MS * i, 1_000) for i in range(1, 11)]
    quarters = [counter(start + HOUR_MS * i // 4, 250) for i in range(1, 41)]
    await history.append(HOURLY, hours, live=False)
    await history.append(QUARTERS, quarters, live=False)
    assert await total(history) == pytest.approx(10_000)
    await history.delete_meters(["meter"])
    await history.append(QUARTERS, quarters, live=False)
    await history.append(HOURLY, hours, live=False)
    assert await total(history) == pytest.approx(10_000)


async def test_meter_that_tells_power_for_a_while(history: History) -> None:
    """Counter, then power, then counter again: the counter contains it all."""
    start = start_ms()
    await history.append(METER, [counter(start, 100_000)])
    powers = [power(start + 60_000 * i, 1_000) for i in range(10 * 60 + 1)]
    await history.append(BY_POWER, powers)
    # The entity of the counter was reported before the last power reading.
    late = start + 10 * HOUR_MS - 30_000
    await history.append(METER, [counter(late, 110_000)])
    await history.append(METER, [counter(late + HOUR_MS, 111_000)])
    await history.append(METER, [counter(late + 2 * HOUR_MS, 112_000)])
    assert await total(history) == pytest.approx(11_000, abs=1_000)
    register = (await history.latest("meter"))[Channel.ENERGY_IMPORT].register_wh
    assert register == pytest.approx(111_000, abs=1_000)


async def test_power_imported_into_the_past_of_a_counter(history: History) -> None:
    """What the counter told is not derived again."""
    start = start_ms()
    shown = [counter(start + HOUR_MS * i, 1_000 * i) for i in range(11)]
    await history.append(METER, shown)
    powers = [power(start + 60_000 * i, 1_000) for i in range(10 * 60)]
    await history.append(BY_POWER, powers, live=False)
    assert await total(history) == pytest.approx(10_000)


async def test_late_power_after_the_meter_became_a_counter(history: History) -> None:
    """Dividing an old segment keeps the energy that was derived from it."""
    start = start_ms()
    powers = [power(start + 120_000 * i, 1_000) for i in range(301)]
    await history.append(BY_POWER, powers)
    between = [power(start + 120_000 * i + 60_000, 1_000) for i in range(300)]
    await history.append(METER, between, live=False)
    assert await total(history) == pytest.approx(10_000)


async def test_amount_after_an_outage(history: History) -> None:
    """A meter that adds up while nobody listens: all of it counts, over the gap."""
    start = start_ms()
    amounts = [counter(start, 10), counter(start + 4 * HOUR_MS, 3_000)]
    receipt = await history.append(BY_AMOUNT, amounts)
    assert receipt.accepted == 2
    buckets = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start, start + 4 * HOUR_MS, 3_600
    )
    assert [round(bucket.energy_wh) for bucket in buckets] == [750] * 4


async def test_clock_that_was_ahead(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the clock is right again the meter goes on at once."""
    ahead = now_ms() + 24 * HOUR_MS
    monkeypatch.setattr(
        "custom_components.wattwise.history.history._now_ms", lambda: ahead
    )
    await history.append(METER, [counter(ahead, 5_000), power(ahead, 777)])
    monkeypatch.undo()
    start = now_ms() - HOUR_MS
    for number in range(20):
        at = start + 10_000 * number
        receipt = await history.append(
            METER, [counter(at, 5_000 + number), power(at, 5)]
        )
        assert receipt.refused == []
    latest = await history.latest("meter")
    assert latest[Channel.POWER].value == 5
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(5_019)


async def test_held_readings_that_were_overtaken(history: History) -> None:
    """What was held before an import does not come back into the past."""
    start = start_ms()
    await history.append(METER, [counter(start, 50_000)])
    await history.append(METER, [counter(start + 60_000, 100)])
    await history.append(METER, [counter(start + 120_000, 110)])
    await history.append(HOURLY, [counter(start + 10 * HOUR_MS, 500)], live=False)
    for number in range(1, 4):
        at = start + 10 * HOUR_MS + number * 60_000
        receipt = await history.append(METER, [counter(at, 120.0 + 10 * number)])
        assert receipt.accepted == 1
    reasons = {item.reason: item.count for item in await history.refused("meter")}
    assert reasons == {Refusal.OUT_OF_SEQUENCE: 2}
    assert await total(history) == pytest.approx(500 + 20)


async def test_refused_rows_of_a_file_are_not_the_meters(history: History) -> None:
    """What is refused of an import is told to who imports; the meter is not to blame."""
    impossible = [power(now_ms() - 60_000, 1e9)]
    receipt = await history.append(METER, impossible, live=False)
    assert len(receipt.refused) == 1
    assert await history.refused("meter") == []
    await history.append(METER, impossible)
    assert len(await history.refused("meter")) == 1


async def test_clock_of_the_meter_set_back_an_hour(history: History) -> None:
    """An hour told twice with other values counts once, and no energy is lost."""
    now = now_ms()
    start, shown = now - 4 * HOUR_MS, 50_000.0
    for number in range(3 * 360):
        shown += 3.0
        # After two hours its clock shows the second of them again.
        at = start + number * 10_000 - (HOUR_MS if number >= 720 else 0)
        await history.append(METER, [counter(at, shown), power(at, 1_080.0 + number)])
    # From here on it tells what is new again.
    after = start + 2 * HOUR_MS + 10_000
    await history.append(METER, [counter(after, shown + 3.0)])
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh == pytest.approx(shown + 3.0)
    buckets = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start - HOUR_MS, now, 300
    )
    assert sum(bucket.energy_wh for bucket in buckets) == pytest.approx(3 * 1_080)
    levels = await history.buckets("meter", Channel.POWER, start, now, 300)
    assert sum(bucket.count for bucket in levels) == 720
    assert all(bucket.covered_ms <= 300_000 for bucket in levels)
