"""Whether a meter's counters and its power tell of the same energy."""

from collections.abc import Mapping
from enum import StrEnum
from statistics import median
from typing import Any, Final

from ...metering.quantity import Channel

_MS_PER_HOUR: Final = 3_600_000
# Judged once either tells of this much, in an hour or more. [Wh]
_LEAST_WH: Final = 1_000.0
_LEAST_MS: Final = _MS_PER_HOUR
# A counter that shows whole kWh, or that is told once an hour, moves in steps.
_STEPS: Final = 3
_STEPS_KEPT: Final = 15
# What tells of less than a tenth of the other stands still; with half of it moves.
_STANDS: Final = 0.1
_MOVES: Final = 0.5
_MOVES_WH: Final = 100.0


class Disagreement(StrEnum):
    """Which of the two stands still."""

    COUNTER_STANDS = "counter_stands"
    POWER_STANDS = "power_stands"


class EnergyAgreement:
    """Compares the energy that flowed by the power with what the counters counted.

    Import is counted by power above zero; export by power below it.
    """

    def __init__(self, hold_ms: int) -> None:
        """Compare from the first power on, which stands for `hold_ms` at the most."""
        self._hold_ms = hold_ms
        self._power: tuple[int, float] | None = None
        self._begun_ms: int | None = None
        self._flowed = {Channel.ENERGY_IMPORT: 0.0, Channel.ENERGY_EXPORT: 0.0}
        self._counted = dict(self._flowed)
        self._shown: dict[Channel, float] = {}
        self._steps: dict[Channel, list[float]] = {}
        self.disagreement: Disagreement | None = None

    def update(self, time_ms: int, watts: float) -> None:
        """Note a power [W], positive in the direction of import."""
        before, self._power = self._power, (time_ms, watts)
        if before is None:
            self._begin(time_ms)
            return
        before_ms, before_w = before
        flowed_wh = before_w * (time_ms - before_ms) / _MS_PER_HOUR
        if flowed_wh > 0:
            self._flowed[Channel.ENERGY_IMPORT] += flowed_wh
        else:
            self._flowed[Channel.ENERGY_EXPORT] -= flowed_wh

    def interrupt(self) -> None:
        """Compare anew: of a time without power the counters know more."""
        self._power = self._begun_ms = None
        self._shown.clear()

    def note_counter(self, channel: Channel, time_ms: int, shown_wh: float) -> None:
        """Note what a counter shows [Wh]."""
        if self._power and time_ms - self._power[0] > self._hold_ms:
            self.interrupt()
        before_wh, self._shown[channel] = self._shown.get(channel), shown_wh
        if before_wh is None:
            return
        step_wh = shown_wh - before_wh
        if step_wh < 0:
            # A counter that began anew tells nothing of the time before.
            self._begin(time_ms)
            return
        if step_wh > 0:
            self._counted[channel] += step_wh
            steps = self._steps.setdefault(channel, [])
            steps.append(step_wh)
            del steps[:-_STEPS_KEPT]
        if self._begun_ms is not None:
            self._judge(time_ms, self._begun_ms)

    def _begin(self, time_ms: int) -> None:
        """Compare anew from now on."""
        self._begun_ms = time_ms
        for channel in self._flowed:
            self._flowed[channel] = self._counted[channel] = 0.0

    def _judge(self, time_ms: int, begun_ms: int) -> None:
        if self.disagreement and any(map(self._agree, self._flowed)):
            self.disagreement = None
        if time_ms - begun_ms < _LEAST_MS:
            return
        for channel, steps in self._steps.items():
            if len(steps) < _STEPS:
                continue
            flowed, counted = self._flowed[channel], self._counted[channel]
            if max(flowed, counted) < max(_LEAST_WH, _STEPS * median(steps)):
                continue
            if counted < _STANDS * flowed:
                self.disagreement = Disagreement.COUNTER_STANDS
            elif self._power_stands(counted):
                self.disagreement = Disagreement.POWER_STANDS
            else:
                self.disagreement = None
            self._begin(time_ms)
            return

    def _power_stands(self, counted_wh: float) -> bool:
        """Whether the power tells of next to nothing, while a counter counted that.

        Where both counters move, phases differ in direction: their sum may be nothing.
        """
        return (
            sum(self._flowed.values()) < _STANDS * counted_wh
            and min(self._counted.values()) < _STANDS * counted_wh
        )

    def _agree(self, channel: Channel) -> bool:
        flowed, counted = self._flowed[channel], self._counted[channel]
        low, high = min(flowed, counted), max(flowed, counted)
        return high >= _MOVES_WH and low >= _MOVES * high

    def state(self) -> dict[str, Any]:
        """Return what a restart shall not forget, for `restore`."""
        return {
            "disagreement": self.disagreement,
            "steps": {str(channel): list(s) for channel, s in self._steps.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state; what is none is left out.

        What the counters showed is no part of it: they counted on while no power was told.
        """
        disagreement, steps = state.get("disagreement"), state.get("steps")
        if disagreement in list(Disagreement):
            self.disagreement = Disagreement(disagreement)
        for channel in self._flowed:
            kept = steps.get(channel) if isinstance(steps, Mapping) else None
            known = [
                float(step)
                for step in (kept if isinstance(kept, list) else ())
                if isinstance(step, int | float) and step > 0
            ]
            if known:
                since = self._steps.get(channel, [])
                self._steps[channel] = [*known, *since][-_STEPS_KEPT:]
