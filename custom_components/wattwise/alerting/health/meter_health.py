"""Whether a meter itself does well: its values, its counters, its clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ...metering.profile import EnergyKind, MeterProfile, MeterRole
from ...metering.quantity import Channel
from ...metering.reading import Reading, RefusedReading
from ..feed import Feed
from ..supply.meter_watch import VOLTAGES
from .clock_drift import ClockWatch
from .counter_falls import CounterFalls
from .energy_agreement import Disagreement, EnergyAgreement
from .refused import RefusedWatch
from .stuck import StuckWatch

type Counter = tuple[Channel, int, float]
"""An energy channel, the time of its newest reading, and what the counter shows [Wh]."""

_AGREEMENT: Final = "agreement"
_TOLD_BY: Final = {
    True: {
        Channel.ENERGY_IMPORT: Channel.ENERGY_EXPORT,
        Channel.ENERGY_EXPORT: Channel.ENERGY_IMPORT,
    },
    False: {
        Channel.ENERGY_IMPORT: Channel.ENERGY_IMPORT,
        Channel.ENERGY_EXPORT: Channel.ENERGY_EXPORT,
    },
}


class MeterHealth:
    """Hands what a meter tells to what watches the meter itself.

    The power of an appliance may stand still for weeks, in stand-by; that of a home does
    not, and neither does a voltage.
    """

    def __init__(self, profile: MeterProfile) -> None:
        """Watch a meter from its next readings on."""
        self.clock = ClockWatch()
        self.falls = CounterFalls()
        self.refused = RefusedWatch()
        self.agreement = EnergyAgreement(profile.hold_ms)
        self._ways = _TOLD_BY[profile.produces]
        self._values = {
            channel: StuckWatch()
            for channel in VOLTAGES
            + ((Channel.POWER,) if profile.role is MeterRole.GRID else ())
        }
        self._feeds = {
            channel: Feed(profile.hold_ms, [watch])
            for channel, watch in self._values.items()
        }
        self._counts = profile.energy_kind is EnergyKind.COUNTER
        if self._counts:
            feed = self._feeds.setdefault(Channel.POWER, Feed(profile.hold_ms))
            feed.add(self.agreement)
        self._newest_ms = 0

    def take(
        self,
        now_ms: int,
        momentary: Iterable[Reading],
        counters: Iterable[Counter],
        refused: Sequence[RefusedReading],
    ) -> None:
        """Look at what came from the meter now."""
        newest_ms = self._newest_ms
        for reading in momentary:
            newest_ms = max(newest_ms, reading.time_ms)
            feed = self._feeds.get(reading.channel)
            if feed is not None:
                feed.take(reading.time_ms, reading.value)
        for channel, time_ms, shown_wh in counters:
            newest_ms = max(newest_ms, time_ms)
            if self._counts:
                self.falls.note(channel, now_ms, shown_wh)
                self.agreement.note_counter(self._ways[channel], time_ms, shown_wh)
        for item in refused:
            # Refused for their times: the clock is what is wrong.
            newest_ms = max(newest_ms, item.time_ms or 0)
        if newest_ms > self._newest_ms:
            # What comes late says nothing about the clock.
            self._newest_ms = min(newest_ms, now_ms)
            self.clock.note(now_ms, newest_ms)
        self.refused.note(now_ms, len(refused))

    @property
    def stuck_channel(self) -> Channel | None:
        """The channel whose value stands still, if one does."""
        for channel, watch in self._values.items():
            if watch.stuck:
                return channel
        return None

    @property
    def disagreement(self) -> Disagreement | None:
        """Whether the power or the counters stand still, while the others move."""
        return self.agreement.disagreement

    def stands_since_ms(self, channel: Channel) -> int:
        """Return since when a channel's value has been the same [ms since the epoch]."""
        return self._values[channel].since_ms

    def stuck_state(self) -> dict[str, Any]:
        """Return what is known of what stands still, for `restore_stuck`."""
        values = {str(c): watch.state() for c, watch in self._values.items()}
        return {**values, _AGREEMENT: self.agreement.state()}

    def restore_stuck(self, state: Mapping[str, Any]) -> None:
        """Go on from what was known before a restart."""
        for channel, watch in self._values.items():
            if isinstance(kept := state.get(channel), Mapping):
                watch.restore(kept)
        if self._counts and isinstance(kept := state.get(_AGREEMENT), Mapping):
            self.agreement.restore(kept)
