"""What a simulated grid meter measures, as a function of time and condition."""

from collections.abc import Iterator
from dataclasses import dataclass
import math
import random
from typing import Final

from ...metering.quantity import Channel
from .condition import Condition

_PHASES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)

# How far each phase is from nominal [share].
_LEVELS: Final[dict[Condition, tuple[float, float, float]]] = {
    Condition.LOW_WARNING: (-0.088, -0.088, -0.088),
    Condition.LOW_CRITICAL: (-0.13, -0.13, -0.13),
    Condition.HIGH_WARNING: (0.088, 0.088, 0.088),
    Condition.HIGH_CRITICAL: (0.13, 0.13, 0.13),
    Condition.INTERRUPTION: (-1.0, -1.0, -1.0),
    Condition.NEUTRAL_LOST: (0.14, -0.17, 0.06),
    Condition.PHASES_UNBALANCED: (0.04, -0.04, 0.0),
}
_USUAL: Final = (0.004, 0.0, -0.003)
# A swing each 10 seconds, of more than lamps bear.
_SWING: Final = 0.025
_SWING_S: Final = 10
# How far the voltage falls and rises for a moment. An alert is for what lasts for ten
# seconds, or comes several times in five minutes.
_MOMENTS: Final = {Condition.DIPS: -0.35, Condition.SWELLS: 0.15}
_MOMENT_S: Final = 5
_MOMENT_EVERY_S: Final = 300
# Grids of less than this have 60 Hz.
_NOMINAL_OF_50_HZ: Final = 150.0
_OVERLOAD_FACTOR: Final = 1.4
# What stays switched on [W]: a heater, and a few things in stand-by.
_LEFT_ON: Final = {Condition.LEFT_ON: 2_000.0, Condition.STANDBY_RAISED: 250.0}
_NOTHING_FLOWS: Final = frozenset({Condition.NOTHING_USED, Condition.INTERRUPTION})
_SECONDS_OF_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class SimulatedSupply:
    """A home on one phase or several, whose breaker is for `contracted_w`."""

    nominal_v: float
    phases: int
    contracted_w: float

    def measure(
        self, time_s: float, condition: Condition, power_w: float
    ) -> Iterator[tuple[Channel, float]]:
        """Yield what a meter shows at a time [s since the epoch], in base units.

        `power_w` flows at that time, into the home.
        """
        if condition is Condition.SILENT:
            return
        noise = random.Random(int(time_s * 1000))  # noqa: S311  (no secret)
        off = _LEVELS.get(condition, _USUAL)
        swing = 0.0
        if condition is Condition.FLUCTUATING:
            swing = _SWING if int(time_s) // _SWING_S % 2 else -_SWING
        elif int(time_s) % _MOMENT_EVERY_S < _MOMENT_S:
            swing = _MOMENTS.get(condition, 0.0)
        slow = 0.004 * math.sin(time_s / 500)
        for channel, share in zip(_PHASES[: self.phases], off, strict=False):
            share_now = share + slow + swing + noise.gauss(0, 0.0005)
            yield channel, max(0.0, round(self.nominal_v * (1 + share_now), 1))
        yield Channel.FREQUENCY, self._frequency(condition, noise)
        flows = condition not in _NOTHING_FLOWS
        yield Channel.POWER, round(power_w + flows * noise.gauss(0, 5), 1)

    def _frequency(self, condition: Condition, noise: random.Random) -> float:
        if condition is Condition.INTERRUPTION:
            return 0.0
        nominal_hz = 50.0 if self.nominal_v > _NOMINAL_OF_50_HZ else 60.0
        fallen = 0.985 if condition is Condition.FREQUENCY_PROBLEM else 1.0
        return round(nominal_hz * fallen + noise.gauss(0, 0.01), 2)

    def power(self, time_s: float, condition: Condition) -> float:
        """Return what the home uses [W]; with a roof it draws less from the grid.

        It sleeps at night, has a fridge and now and then a kettle; on some days there is
        more to do.
        """
        if condition is Condition.OVERLOAD:
            return self.contracted_w * _OVERLOAD_FACTOR
        if condition in _NOTHING_FLOWS:
            return 0.0
        day, second = divmod(time_s, _SECONDS_OF_A_DAY)
        busy = 0.8 + 0.4 * (int(day) * 7 % 10) / 9
        awake = busy * (0.5 - 0.5 * math.cos(2 * math.pi * second / _SECONDS_OF_A_DAY))
        fridge = 90.0 if time_s % 2_700 < 900 else 0.0
        kettle = 1_900.0 if time_s % 5_400 < 180 else 0.0
        usual = 120.0 + 500.0 * awake + fridge + kettle * awake
        return usual + _LEFT_ON.get(condition, 0.0)
