"""All that is noticed in the live readings of one meter."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from ..metering.profile import MeterProfile, MeterRole
from ..metering.quantity import Channel
from ..metering.reading import Reading
from .feed import Feed
from .frequency import FrequencyWatch
from .overload import OverloadWatch
from .phases import PhasesWatch
from .voltage import VoltageLimits, VoltageState, VoltageWatch

VOLTAGES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)

# What a meter tells of before that is past: an alert is about now.
_LATE_MS: Final = 600_000
_AHEAD_MS: Final = 60_000


class Problem(StrEnum):
    """What can be wrong at a meter."""

    VOLTAGE = "voltage_problem"
    """A phase is too high, too low, or swings."""
    NEUTRAL_LOST = "neutral_lost"
    UNBALANCED = "phases_unbalanced"
    FREQUENCY = "frequency_problem"
    OVERLOAD = "overload"


class MeterWatch:
    """Hands each reading to what watches its channel.

    What was said before a restart can be given back until the first reading comes.
    """

    def __init__(self, profile: MeterProfile, limits: VoltageLimits) -> None:
        """Watch a meter from its next reading on."""
        self._profile = profile
        self._limits = limits
        self._states: dict[Channel, VoltageState] = {}
        self._before: set[Problem] = set()
        self._voltages: dict[Channel, VoltageWatch] = {}
        self._phases: PhasesWatch | None = None
        self._frequency: FrequencyWatch | None = None
        self._overload: OverloadWatch | None = None
        self._feeds: dict[Channel, Feed] = {}

    def take(self, readings: Iterable[Reading], now_ms: int) -> None:
        """Look at readings in the order in which they came; old ones are left out."""
        earliest, latest = now_ms - _LATE_MS, now_ms + _AHEAD_MS
        for reading in readings:
            if not earliest <= reading.time_ms <= latest:
                continue
            feed = self._feeds.get(reading.channel)
            if feed is None:
                feed = self._feeds[reading.channel] = self._feed(reading.channel)
            feed.take(reading.time_ms, reading.value)

    def voltage_state(self, channel: Channel) -> VoltageState | None:
        """Return what is to be said of a phase; None before its first reading."""
        watch = self._voltages.get(channel)
        return watch.state if watch else self._states.get(channel)

    def has(self, problem: Problem) -> bool | None:
        """Return whether a problem is there; None while nothing tells of it."""
        match problem:
            case Problem.VOLTAGE if self._voltages:
                states = (watch.state for watch in self._voltages.values())
                return any(state is not VoltageState.NORMAL for state in states)
            case Problem.NEUTRAL_LOST if self._phases:
                return self._phases.neutral_lost
            case Problem.UNBALANCED if self._phases:
                return self._phases.unbalanced
            case Problem.FREQUENCY if self._frequency:
                return self._frequency.out_of_band
            case Problem.OVERLOAD if self._overload:
                return self._overload.overloaded
        return True if problem in self._before else None

    def restore_voltage(self, channel: Channel, state: VoltageState) -> None:
        """Go on from what was said of a phase before a restart."""
        if channel not in self._voltages:
            self._states[channel] = state

    def restore(self, problem: Problem) -> None:
        """Go on from a problem that was there before a restart."""
        self._before.add(problem)

    def set_limits(self, limits: VoltageLimits) -> None:
        """Hold the next voltages against other limits."""
        self._limits = limits
        for watch in self._voltages.values():
            watch.set_limits(limits)

    @property
    def _contracted_w(self) -> float | None:
        """Return what the grid supplies at the most [W], where this meter shows it."""
        of_the_grid = self._profile.role is MeterRole.GRID
        return self._profile.contracted_power_w if of_the_grid else None

    def _feed(self, channel: Channel) -> Feed:
        """Return what takes the readings of a channel from now on."""
        profile, before = self._profile, self._before
        feed = Feed(profile.hold_ms)
        if channel in VOLTAGES:
            self._watch_voltage(channel, feed)
        elif channel is Channel.FREQUENCY:
            off = Problem.FREQUENCY in before
            self._frequency = FrequencyWatch(out_of_band=off)
            feed.add(self._frequency)
        elif channel is Channel.POWER and self._contracted_w is not None:
            self._overload = OverloadWatch(
                self._contracted_w, overloaded=Problem.OVERLOAD in before
            )
            feed.add(self._overload)
        return feed

    def _watch_voltage(self, channel: Channel, feed: Feed) -> None:
        """Watch a phase by itself and, where there are others, among them."""
        profile = self._profile
        state = self._states.get(channel, VoltageState.NORMAL)
        watch = VoltageWatch(profile.nominal_voltage_v, self._limits, state)
        feed.add(watch)
        self._voltages[channel] = watch
        if len(self._voltages) == 1:
            return
        if self._phases is None:
            self._phases = PhasesWatch(
                profile.nominal_voltage_v,
                profile.hold_ms,
                neutral_lost=Problem.NEUTRAL_LOST in self._before,
                unbalanced=Problem.UNBALANCED in self._before,
            )
            # The first phase was alone until now.
            first = next(iter(self._voltages))
            self._feeds[first].add(self._phases.phase(first))
        feed.add(self._phases.phase(channel))
