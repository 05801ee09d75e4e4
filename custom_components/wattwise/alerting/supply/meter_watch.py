"""All that is noticed in the live readings of one meter."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ...metering.reading import Reading
from ..feed import Feed
from .frequency import FrequencyWatch
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
        self._feeds: dict[Channel, Feed] = {}
        self._first_ms: int | None = None
        self._told_ms = 0
        self._heard_ms: dict[Channel, int] = {}

    def take(self, readings: Iterable[Reading], now_ms: int) -> None:
        """Look at readings in the order in which they came; old ones are left out."""
        earliest, latest = now_ms - _LATE_MS, now_ms + _AHEAD_MS
        for reading in readings:
            if not earliest <= reading.time_ms <= latest:
                continue
            feed = self._feeds.get(reading.channel)
            if feed is None:
                feed = self._feeds[reading.channel] = self._feed(reading.channel)
            if self._first_ms is None:
                self._first_ms = now_ms
            self._told_ms = self._heard_ms[reading.channel] = now_ms
            feed.take(reading.time_ms, reading.value)

    def voltage_state(self, channel: Channel) -> VoltageState | None:
        """Return what is to be said of a phase; None before its first reading."""
        watch = self._voltages.get(channel)
        return watch.state if watch else self._states.get(channel)

    def has(self, problem: Problem) -> bool | None:
        """Return whether a problem is there; None while nothing tells of it."""
        match problem:
            case Problem.VOLTAGE if self._voltages or self._states:
                return self.lasts(problem)
            case Problem.NEUTRAL_LOST if self._phases:
                return self._phases.neutral_lost if self._phases.current >= 2 else None
            case Problem.UNBALANCED if self._phases:
                return self._phases.unbalanced if self._phases.current >= 3 else None
            case Problem.FREQUENCY if self._frequency and self._frequency.knows_nominal:
                return self._frequency.out_of_band
        return True if problem in self._before else None

    def lasts(self, problem: Problem) -> bool:
        """Whether a problem goes on when the meter is heard again, after a restart too.

        It is as it was last known while nothing tells of it.
        """
        match problem:
            case Problem.VOLTAGE:
                states = self.voltage_states().values()
                return any(state is not VoltageState.NORMAL for state in states)
            case Problem.NEUTRAL_LOST if self._phases:
                return self._phases.neutral_lost
            case Problem.UNBALANCED if self._phases:
                return self._phases.unbalanced
            case Problem.FREQUENCY if self._frequency:
                return self._frequency.out_of_band
        return problem in self._before

    def voltage_states(self) -> Mapping[Channel, VoltageState]:
        """Return what was last said of each phase, save those the meter left out since."""
        heard = {channel: watch.state for channel, watch in self._voltages.items()}
        return {
            channel: state
            for channel, state in (self._states | heard).items()
            if self._is_told(channel)
        }

    def restore_voltage(self, channel: Channel, state: VoltageState) -> None:
        """Go on from what was said of a phase before a restart."""
        self._states[channel] = state

    def restore(self, problem: Problem) -> None:
        """Go on from a problem that was there before a restart.

        That of the voltage follows from what was said of the phases.
        """
        self._before.add(problem)

    def set_limits(self, limits: VoltageLimits) -> None:
        """Hold the next voltages against other limits."""
        self._limits = limits
        for watch in self._voltages.values():
            watch.set_limits(limits)

    def _is_told(self, channel: Channel) -> bool:
        """Whether a phase was heard of as lately as others, or a restart was lately."""
        heard_ms = self._heard_ms.get(channel, self._first_ms)
        return heard_ms is None or self._told_ms - heard_ms <= self._profile.hold_ms

    def _feed(self, channel: Channel) -> Feed:
        """Return what takes the readings of a channel from now on."""
        feed = Feed(self._profile.hold_ms)
        if channel in VOLTAGES:
            self._watch_voltage(channel, feed)
        elif channel is Channel.FREQUENCY:
            off = Problem.FREQUENCY in self._before
            self._frequency = FrequencyWatch(out_of_band=off)
            feed.add(self._frequency)
        return feed

    def _watch_voltage(self, channel: Channel, feed: Feed) -> None:
        """Watch a phase by itself, and among the others."""
        profile = self._profile
        state = self._states.get(channel, VoltageState.NORMAL)
        watch = VoltageWatch(profile.nominal_voltage_v, self._limits, state)
        feed.add(watch)
        self._voltages[channel] = watch
        if self._phases is None:
            self._phases = PhasesWatch(
                profile.nominal_voltage_v,
                profile.hold_ms,
                neutral_lost=Problem.NEUTRAL_LOST in self._before,
                unbalanced=Problem.UNBALANCED in self._before,
            )
        feed.add(self._phases.phase(channel))
