"""What is noticed about a meter itself, from what comes of it."""

from collections.abc import Sequence
import json
import random

import pytest

from custom_components.wattwise.alerting.health.energy_agreement import Disagreement
from custom_components.wattwise.alerting.health.meter_health import MeterHealth
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import (
    Reading,
    Refusal,
    RefusedReading,
)

BEGIN_MS = 1_781_000_000_000


def run(
    health: MeterHealth,
    begin_s: int,
    seconds: int,
    *,
    volts: float | None = None,
    power: float | None = None,
    counted_w: float = 500.0,
    channel: Channel = Channel.ENERGY_IMPORT,
    ahead_s: float = 0.0,
    refused: Sequence[RefusedReading] = (),
) -> None:
    """Let a meter report each 10 seconds, usually a home of about 500 W."""
    for second in range(begin_s, begin_s + seconds, 10):
        chance = random.Random(second)
        now_ms = BEGIN_MS + second * 1000
        told_ms = now_ms + int(ahead_s * 1000)
        told = [
            Reading(
                Channel.VOLTAGE_L1,
                told_ms,
                round(231 + chance.gauss(0, 1), 1) if volts is None else volts,
            ),
            Reading(
                Channel.POWER,
                told_ms,
                round(500 + chance.gauss(0, 50)) if power is None else power,
            ),
        ]
        shown_wh = 1e6 + second * counted_w / 3600
        health.take(now_ms, told, [(channel, told_ms, shown_wh)], refused)


def test_a_day_as_usual() -> None:
    """Nothing is wrong with a good meter."""
    health = MeterHealth(MeterProfile("m"))
    run(health, 0, 86_400)
    now_ms = BEGIN_MS + 86_400_000
    assert health.stuck_channel is None
    assert health.disagreement is None
    assert not health.falls.fell(now_ms)
    assert not health.refused.look(now_ms)
    assert health.clock.judged
    assert not health.clock.wrong


@pytest.mark.parametrize(
    ("role", "stuck"),
    [(MeterRole.GRID, Channel.POWER), (MeterRole.APPLIANCE, None)],
)
def test_power_that_stands(role: MeterRole, stuck: Channel | None) -> None:
    """A home's power moves; what a device draws in stand-by may not."""
    health = MeterHealth(MeterProfile("m", role))
    run(health, 0, 3600)
    run(health, 3600, 13 * 3600, power=500)
    assert health.stuck_channel is stuck


def test_a_voltage_that_stands_over_a_restart() -> None:
    """What was learned and how long it stood is kept."""
    health = MeterHealth(MeterProfile("m"))
    run(health, 0, 3600)
    run(health, 3600, 11 * 3600, volts=230.4)
    assert health.stuck_channel is None
    other = MeterHealth(MeterProfile("m"))
    other.restore_stuck(health.stuck_state())
    run(other, 12 * 3600 + 60, 2 * 3600, volts=230.4)
    assert other.stuck_channel is Channel.VOLTAGE_L1
    since_ms = BEGIN_MS + 3600 * 1000
    assert other.stands_since_ms(Channel.VOLTAGE_L1) == since_ms


@pytest.mark.parametrize(
    ("role", "channel"),
    [
        (MeterRole.GRID, Channel.ENERGY_IMPORT),
        (MeterRole.PRODUCTION, Channel.ENERGY_EXPORT),
    ],
)
def test_a_counter_that_stands(role: MeterRole, channel: Channel) -> None:
    """Also of a roof, whose power is positive while it produces."""
    health = MeterHealth(MeterProfile("m", role))
    run(health, 0, 4 * 3600, channel=channel)
    assert health.disagreement is None
    for second in range(4 * 3600, 10 * 3600, 10):
        now_ms = BEGIN_MS + second * 1000
        shown = (channel, now_ms, 1e6 + 2000.0)
        power = Reading(Channel.POWER, now_ms, 500.0 + second % 7)
        health.take(now_ms, [power], [shown], ())
    assert health.disagreement is Disagreement.COUNTER_STANDS
    other = MeterHealth(MeterProfile("m", role))
    other.restore_stuck(json.loads(json.dumps(health.stuck_state())))
    assert other.disagreement is Disagreement.COUNTER_STANDS
    # What counts nothing any more contradicts nothing.
    uncounted = MeterHealth(MeterProfile("m", role, EnergyKind.INTERVAL))
    uncounted.restore_stuck(health.stuck_state())
    assert uncounted.disagreement is None


def test_two_counters_that_begin_anew_at_once() -> None:
    """A meter of two ways that restarts fell once, and so it does the next time."""
    health = MeterHealth(MeterProfile("m"))
    for second, bought_wh, sold_wh in (
        (0, 5_000_000.0, 1_000_000.0),
        (10, 10.0, 10.0),
        (7200, 2_000.0, 9_000.0),
        (7210, 10.0, 9_000.0),
        (7220, 10.0, 0.0),
    ):
        now_ms = BEGIN_MS + second * 1000
        shown = [
            (Channel.ENERGY_IMPORT, now_ms, bought_wh),
            (Channel.ENERGY_EXPORT, now_ms, sold_wh),
        ]
        health.take(now_ms, [], shown, ())
        if second == 10:
            assert health.falls.fell_by_wh == 4_999_990
    assert health.falls.count(BEGIN_MS + 7_220_000) == 2
    assert not health.falls.repeated(BEGIN_MS + 7_220_000)
    assert health.falls.fell_by_wh == 9_000


def test_what_counts_no_counter_has_none() -> None:
    """Energy made of power cannot contradict it, and does not begin anew."""
    health = MeterHealth(MeterProfile("m", energy_kind=EnergyKind.INTERVAL))
    run(health, 0, 4 * 3600)
    run(health, 0, 4 * 3600, power=9000)
    assert health.disagreement is None
    assert health.falls.count(BEGIN_MS + 4 * 3_600_000) == 0


def test_a_clock_behind() -> None:
    """The times of readings tell, and those of readings refused for their times."""
    health = MeterHealth(MeterProfile("m"))
    run(health, 0, 1200, ahead_s=-300)
    assert health.clock.wrong
    ahead = MeterHealth(MeterProfile("m"))
    for second in range(0, 1200, 10):
        now_ms = BEGIN_MS + second * 1000
        item = RefusedReading(
            0, Channel.POWER, Refusal.FUTURE_TIME, 5.0, now_ms + 3_600_000
        )
        ahead.take(now_ms, [], [], [item])
    assert ahead.clock.wrong
    assert ahead.clock.ahead_s == pytest.approx(3600)


def test_a_backlog_is_no_clock() -> None:
    """A meter that was offline tells of its past within minutes."""
    health = MeterHealth(MeterProfile("m"))
    for number in range(700):
        now_ms = BEGIN_MS + number * 1000
        told_ms = BEGIN_MS - 86_400_000 + number * 120_000
        health.take(now_ms, [Reading(Channel.POWER, told_ms, 5.0)], [], ())
    assert not health.clock.wrong


def test_refused_readings_are_counted() -> None:
    """Two with each report are more than any meter may have."""
    health = MeterHealth(MeterProfile("m"))
    item = RefusedReading(0, Channel.POWER, Refusal.OUT_OF_RANGE, 1e9)
    run(health, 0, 600, refused=[item, item])
    assert health.refused.look(BEGIN_MS + 600_000)
