"""Judges the readings of a made-up three-phase meter, and takes the time of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
import math
import random
from statistics import fmean
import time
from typing import Final

from custom_components.wattwise.alerting.demand.demand import DemandMeter
from custom_components.wattwise.alerting.demand.demand_peak import DemandPeakWatch
from custom_components.wattwise.alerting.feed import Feed
from custom_components.wattwise.alerting.health.meter_health import Counter, MeterHealth
from custom_components.wattwise.alerting.health.rhythm import Rhythm
from custom_components.wattwise.alerting.health.silence import SilenceWatch
from custom_components.wattwise.alerting.supply.meter_watch import MeterWatch
from custom_components.wattwise.alerting.supply.overload import OverloadWatch
from custom_components.wattwise.alerting.supply.voltage import VoltageLimits
from custom_components.wattwise.metering.demand_periods import DemandPeriods
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from ..report import percentile

_BEGIN_MS: Final = 1_781_000_000_000
_INTERVAL_S: Final = 10
_METER: Final = "meter"
_CONTRACTED_W: Final = 17_000.0
_LIMIT_W: Final = 5_000.0
_VOLTAGES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)
_CURRENTS: Final = (Channel.CURRENT_L1, Channel.CURRENT_L2, Channel.CURRENT_L3)


@dataclass(frozen=True, slots=True)
class Report:
    """What the meter tells at once."""

    time_ms: int
    readings: list[Reading]
    counters: list[Counter]

    @property
    def power_w(self) -> float:
        """The power it tells, which is the last of its readings."""
        return self.readings[-1].value


@dataclass(frozen=True, slots=True)
class Cost:
    """What one part takes for a report [us]."""

    mean: float
    p99: float


@dataclass(frozen=True, slots=True)
class AlertCosts:
    """The costs of a report in all, in parts, and of handing it to nobody."""

    reports: int
    values: int
    """How many values a report has."""
    every_rule: Cost
    parts: dict[str, Cost]
    empty_feed: Cost


class Rules:
    """All that looks at a report."""

    def __init__(self) -> None:
        """Watch a meter from now on, as a household does."""
        profile = MeterProfile(_METER, contracted_power_w=_CONTRACTED_W)
        self._grid = MeterWatch(profile, VoltageLimits())
        self._overload = Feed(profile.hold_ms, [OverloadWatch(_CONTRACTED_W)])
        self._demand = DemandMeter(
            DemandPeriods(15, UTC), [_METER], profile.hold_ms, nets=False
        )
        self._peak = DemandPeakWatch()
        self._health = MeterHealth(profile)
        self._rhythm = Rhythm(profile.interval_s)
        self._silence = SilenceWatch(self._rhythm, _BEGIN_MS)

    def judge_supply(self, report: Report) -> None:
        """Look at voltages, phases and frequency."""
        self._grid.take(report.readings, report.time_ms)

    def judge_overload(self, report: Report) -> None:
        """Look at what is drawn."""
        self._overload.take(report.time_ms, report.power_w)

    def judge_demand(self, report: Report) -> None:
        """Add up the running period, and look at what is expected."""
        self._demand.note(_METER, report.time_ms, report.power_w)
        if demand := self._demand.look(report.time_ms):
            self._peak.look(demand, _LIMIT_W)

    def judge_health(self, report: Report) -> None:
        """Look at the meter itself."""
        time_ms = report.time_ms
        self._health.take(time_ms, report.readings, report.counters, ())
        self._rhythm.note(time_ms)
        self._silence.look(time_ms, time_ms)

    def judge(self, report: Report) -> None:
        """Look at all of it."""
        self.judge_supply(report)
        self.judge_overload(report)
        self.judge_demand(report)
        self.judge_health(report)


def measure(reports: int) -> AlertCosts:
    """Judge so many reports, once as a whole and once in parts."""
    whole, parts, feed = Rules(), Rules(), Feed(300_000)

    def hand_on(report: Report) -> None:
        for reading in report.readings:
            feed.take(reading.time_ms, reading.value)

    told = list(_reports(reports))
    judges: dict[str, Callable[[Report], None]] = {
        "voltage, phases, frequency": parts.judge_supply,
        "overload": parts.judge_overload,
        "demand": parts.judge_demand,
        "health of the meter": parts.judge_health,
    }
    return AlertCosts(
        reports,
        len(told[0].readings) + len(told[0].counters),
        _cost(whole.judge, told),
        {name: _cost(judge, told) for name, judge in judges.items()},
        _cost(hand_on, told),
    )


def _cost(judge: Callable[[Report], None], told: list[Report]) -> Cost:
    """Return what it takes to judge each report: time of a processor."""
    took = []
    for report in told:
        begun = time.thread_time_ns()
        judge(report)
        took.append((time.thread_time_ns() - begun) / 1000)
    return Cost(fmean(took), percentile(took, 99))


def _reports(count: int) -> Iterator[Report]:
    """Yield what a three-phase home's meter tells; the same each time."""
    chance = random.Random(1)  # noqa: S311  (no secret)
    imported_wh, exported_wh = 5_000_000.0, 1_000_000.0
    for number in range(count):
        second = number * _INTERVAL_S
        time_ms = _BEGIN_MS + second * 1000
        values: dict[Channel, float] = {}
        for voltage, current in zip(_VOLTAGES, _CURRENTS, strict=True):
            slow = 3 * math.sin(second / 5000)
            values[voltage] = round(231 + slow + chance.gauss(0, 0.7), 1)
            values[current] = round(abs(chance.gauss(3, 1)), 2)
        values[Channel.CURRENT_N] = round(abs(chance.gauss(1, 0.5)), 2)
        values[Channel.FREQUENCY] = round(50 + chance.gauss(0, 0.02), 2)
        values[Channel.POWER_FACTOR] = round(0.95 + chance.gauss(0, 0.01), 2)
        # A home with a roof.
        power = 600 + 900 * math.sin(second / 6000) + chance.gauss(0, 80)
        values[Channel.POWER] = float(round(power))
        imported_wh += max(0.0, power) * _INTERVAL_S / 3600
        exported_wh += max(0.0, -power) * _INTERVAL_S / 3600
        yield Report(
            time_ms,
            [Reading(channel, time_ms, value) for channel, value in values.items()],
            [
                (Channel.ENERGY_IMPORT, time_ms, float(round(imported_wh))),
                (Channel.ENERGY_EXPORT, time_ms, float(round(exported_wh))),
            ],
        )
