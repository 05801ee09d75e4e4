"""What a simulated grid meter measures, as a function of time and condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
import math
import random
from typing import Final

from ...metering.quantity import Channel

_PHASES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)


class Condition(StrEnum):
    """What a simulated meter can be made to measure."""

    NORMAL = "normal"
    LOW_WARNING = "low_warning"
    LOW_CRITICAL = "low_critical"
    HIGH_WARNING = "high_warning"
    HIGH_CRITICAL = "high_critical"
    FLUCTUATING = "fluctuating"
    NEUTRAL_LOST = "neutral_lost"
    PHASES_UNBALANCED = "phases_unbalanced"
    FREQUENCY_PROBLEM = "frequency_problem"
    OVERLOAD = "overload"
    LEFT_ON = "left_on"
    """Something large stays switched on."""
    STANDBY_RAISED = "standby_raised"
    """Something small stays switched on."""
    NOTHING_USED = "nothing_used"
    """All is switched off, as behind a breaker that tripped."""
    VALUE_STUCK = "value_stuck"
    """The meter repeats what it measured when this began."""
    SILENT = "silent"
    """The meter tells nothing."""


# How far each phase is from nominal [share].
_LEVELS: Final[dict[Condition, tuple[float, float, float]]] = {
    Condition.LOW_WARNING: (-0.088, -0.088, -0.088),
    Condition.LOW_CRITICAL: (-0.13, -0.13, -0.13),
    Condition.HIGH_WARNING: (0.088, 0.088, 0.088),
    Condition.HIGH_CRITICAL: (0.13, 0.13, 0.13),
    Condition.NEUTRAL_LOST: (0.14, -0.17, 0.06),
    Condition.PHASES_UNBALANCED: (0.04, -0.04, 0.0),
}
_USUAL: Final = (0.004, 0.0, -0.003)
# A swing each 10 seconds, of more than lamps bear.
_SWING: Final = 0.025
_SWING_S: Final = 10
# Grids of less than this have 60 Hz.
_NOMINAL_OF_50_HZ: Final = 150.0
_OVERLOAD_FACTOR: Final = 1.4
# What stays switched on [W]: a heater, and a few things in stand-by.
_LEFT_ON: Final = {Condition.LEFT_ON: 2_000.0, Condition.STANDBY_RAISED: 250.0}
_SECONDS_OF_A_DAY: Final = 86_400
# Samples that a mean is made of are this far apart [s].
_SAMPLE_S: Final = 30


@dataclass(frozen=True, slots=True)
class SimulatedSupply:
    """A home on one phase or several, whose breaker is for `contracted_w`."""

    nominal_v: float
    phases: int
    contracted_w: float

    def measure(
        self, time_s: float, condition: Condition
    ) -> Iterator[tuple[Channel, float]]:
        """Yield what a meter shows at a time [s since the epoch], in base units."""
        if condition is Condition.SILENT:
            return
        noise = random.Random(int(time_s * 1000))  # noqa: S311  (no secret)
        off = _LEVELS.get(condition, _USUAL)
        swing = 0.0
        if condition is Condition.FLUCTUATING:
            swing = _SWING if int(time_s) // _SWING_S % 2 else -_SWING
        slow = 0.004 * math.sin(time_s / 500)
        for channel, share in zip(_PHASES[: self.phases], off, strict=False):
            share_now = share + slow + swing + noise.gauss(0, 0.0005)
            yield channel, round(self.nominal_v * (1 + share_now), 1)
        nominal_hz = 50.0 if self.nominal_v > _NOMINAL_OF_50_HZ else 60.0
        fallen = 0.985 if condition is Condition.FREQUENCY_PROBLEM else 1.0
        yield Channel.FREQUENCY, round(nominal_hz * fallen + noise.gauss(0, 0.01), 2)
        yield Channel.POWER, round(self._power(time_s, condition, noise), 1)

    def _power(
        self, time_s: float, condition: Condition, noise: random.Random
    ) -> float:
        if condition is Condition.OVERLOAD:
            return self.contracted_w * (_OVERLOAD_FACTOR + noise.gauss(0, 0.01))
        if condition is Condition.NOTHING_USED:
            return 0.0
        return _usual_power(time_s) + _LEFT_ON.get(condition, 0.0) + noise.gauss(0, 5)


def mean_power(start_s: int, seconds: int) -> float:
    """Return what a simulated home usually draws [W] on average of some time."""
    samples = [_usual_power(at) for at in range(start_s, start_s + seconds, _SAMPLE_S)]
    return sum(samples) / len(samples)


def _usual_power(time_s: float) -> float:
    """Return what a home draws [W] that sleeps at night.

    It has a fridge and now and then a kettle; on some days there is more to do.
    """
    day, second = divmod(time_s, _SECONDS_OF_A_DAY)
    busy = 0.8 + 0.4 * (int(day) * 7 % 10) / 9
    awake = busy * (0.5 - 0.5 * math.cos(2 * math.pi * second / _SECONDS_OF_A_DAY))
    fridge = 90.0 if time_s % 2_700 < 900 else 0.0
    kettle = 1_900.0 if time_s % 5_400 < 180 else 0.0
    return 120.0 + 500.0 * awake + fridge + kettle * awake
