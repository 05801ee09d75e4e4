"""What becomes of the segment of a reading when those before it are taken back."""

from dataclasses import dataclass
from typing import Final

from ...metering.counter import CounterPoint, follows, restart_energy
from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ..booking.coverage import Coverage
from ..readings.raw_readings import RawReading

_MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Joint:
    """A reading that loses those before it.

    `before` is what comes before it then, `gone` the last one that is taken back.
    `noted` is the reading as it was before the file, if it was there already.
    """

    before: RawReading | None
    gone: RawReading
    reading: RawReading
    noted: RawReading | None

    @property
    def gap_ms(self) -> int:
        """The time from the reading before it."""
        return self.reading.time_ms - self.before.time_ms if self.before else 0


def level_joined(joint: Joint, profile: MeterProfile) -> RawReading:
    """Return a momentary value with the time for which the value before it was held."""
    before, reading, noted = joint.before, joint.reading, joint.noted
    if before is None:
        return reading._replace(span_ms=0, energy_wh=None)
    if noted and 0 < noted.span_ms <= joint.gap_ms:
        span_ms, known_wh, known_value = noted.span_ms, noted.energy_wh, before.value
    else:
        span_ms = min(joint.gap_ms, max(reading.span_ms, profile.hold_ms))
        known_wh, known_value = reading.energy_wh, joint.gone.value
    if known_wh is None or before.value is None:
        return reading._replace(span_ms=span_ms, energy_wh=None)
    product = known_wh * (known_value or 0.0)
    sign = -1 if product < 0 or (product == 0 and profile.produces) else 1
    return reading._replace(
        span_ms=span_ms, energy_wh=sign * before.value * span_ms / _MS_PER_HOUR
    )


def counter_joined(
    joint: Joint, channel: Channel, profile: MeterProfile, coverage: Coverage
) -> RawReading:
    """Return a counter's reading with what was counted since the one before it."""
    before, reading, noted = joint.before, joint.reading, joint.noted
    if before is None or before.value is None or reading.value is None:
        return reading._replace(span_ms=0, energy_wh=0.0)
    if coverage.is_derived(before.time_ms, reading.time_ms):
        # What was derived from power meanwhile is in the counter too.
        return reading._replace(span_ms=0, energy_wh=0.0)
    if noted and noted.span_ms == joint.gap_ms:
        return noted
    last = CounterPoint(before.time_ms, before.value)
    point = CounterPoint(reading.time_ms, reading.value)
    max_power_w = profile.max_power_w(channel)
    if follows(last, point, max_power_w):
        energy_wh = point.value - last.value
    else:
        energy_wh = restart_energy(last, point, max_power_w)
    return reading._replace(span_ms=joint.gap_ms, energy_wh=energy_wh)


def amount_joined(joint: Joint, channel: Channel, profile: MeterProfile) -> RawReading:
    """Return an amount with the time in which it flowed; see Booking."""
    reading, noted, gap_ms = joint.reading, joint.noted, joint.gap_ms
    if noted:
        span_ms = min(noted.span_ms, gap_ms) if joint.before else noted.span_ms
    elif reading.span_ms < reading.time_ms - joint.gone.time_ms:
        span_ms = reading.span_ms
    else:
        span_ms = int(profile.interval_s * 1000)
        possible_wh = profile.max_power_w(channel) * span_ms / _MS_PER_HOUR
        if joint.before and (
            gap_ms <= profile.hold_ms or (reading.energy_wh or 0.0) > possible_wh
        ):
            span_ms = gap_ms
    return reading._replace(span_ms=span_ms)
