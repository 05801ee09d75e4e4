"""The forecast as Home Assistant's statistics hold it: the power of each UTC hour."""

from collections.abc import Iterable

from ..analytics.forecasting.expectation import ExpectedSlot, Outlook
from ..history.recorder_statistics import Band
from .resolutions import HOUR

_LOW, _MIDDLE, _HIGH = 0.1, 0.5, 0.9


def hours_ahead(outlook: Outlook) -> dict[int, Band]:
    """Return the median and the band [W] of the hours to come, by their start [s].

    Of the hours that had not begun when the forecast was made, by UTC.
    """
    return _hours(outlook.slots, outlook.step)


def hours_since_midnight(outlook: Outlook) -> dict[int, Band]:
    """Return the same of today and tomorrow, as they were forecast at midnight."""
    return _hours(outlook.two_days, outlook.step)


def _hours(slots: Iterable[ExpectedSlot], step: int) -> dict[int, Band]:
    """Bring slots to the hours of UTC.

    In a few time zones slots begin at half past or a quarter past of UTC: an hour is then
    the mean of two. Hours of which a part is not forecast are left out.
    """
    sums: dict[int, list[float]] = {}
    for slot in slots:
        energy = slot.energy
        values = [energy.at(level) for level in (_MIDDLE, _LOW, _HIGH)]
        watts = [value * 3.6e6 / step for value in values]
        end = slot.start + step
        for hour in range(slot.start // HOUR * HOUR, end, HOUR):
            seconds = min(end, hour + HOUR) - max(slot.start, hour)
            found = sums.setdefault(hour, [0.0] * 4)
            found[0] += seconds
            for index, power in enumerate(watts, 1):
                found[index] += power * seconds / HOUR
    return {
        hour: Band(*(round(power, 1) for power in powers))
        for hour, (seconds, *powers) in sums.items()
        if seconds == HOUR
    }
