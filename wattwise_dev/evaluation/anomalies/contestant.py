"""Who looks for anomalies: our detector, and the methods it has to be better than."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Final, override

import numpy as np

from custom_components.wattwise.analytics.anomalies.detector import DAYS_NEEDED
from custom_components.wattwise.analytics.anomalies.episodes import (
    by_sign,
    episodes_of,
    flagged_runs,
)
from custom_components.wattwise.analytics.anomalies.hour_series import (
    Flags,
    HourSeries,
)
from custom_components.wattwise.analytics.anomalies.judgement import (
    judge,
    scores_of,
    thresholds_by_day,
)
from custom_components.wattwise.analytics.anomalies.scales import daily_peaks
from custom_components.wattwise.analytics.anomalies.thresholds import thresholds
from custom_components.wattwise.analytics.forecasting.local_days import Floats

# Days before a day without which nothing can be said of it.
_LOOKED_BACK: Final = 75
# Alarms of a month that the past of the methods of others would have had: more than with
# our own, such that in the end they raise about as many.
_A_MONTH: Final = 1.15


class Contestant(ABC):
    """Flags hours of one home. What it says of an hour depends on nothing after it."""

    name: str

    def __init__(self, series: HourSeries) -> None:
        """Learn day by day from the home as it was."""
        self._series = series
        self._scores = self._score(series, 0)
        self._limits = self._by_day(range(DAYS_NEEDED, series.days))

    @property
    def flags(self) -> Flags:
        """Which hours it flags, and by which signs: (signs, hours)."""
        limits = np.full(self._scores.shape, np.inf)
        for day, found in self._limits.items():
            limits[:, self._series.place.day == day] = found[:, None]
        return self._signs(_above(self._scores, limits))

    def alarms_since(self, day: int) -> int:
        """Count its alarms from a day of the home on: one for what hangs together."""
        return _runs(self.flags.any(axis=0) & (self._series.place.day >= day))

    def told_since(self, day: int) -> int:
        """Count them with each sign on its own, as people would be told."""
        since = self._series.place.day >= day
        return sum(_runs(flags & since) for flags in self.flags)

    def flags_of(self, changed: HourSeries, begin: int) -> Flags:
        """Which hours it flags from hour `begin` on, if from then all had been changed.

        By what it had learned when that day began: (signs, hours).
        """
        day = int(changed.place.day[begin])
        first = int(np.searchsorted(changed.place.day, max(0, day - _LOOKED_BACK)))
        part = HourSeries(
            changed.zone, int(changed.starts[first]), changed.energy[first:]
        )
        number = int(part.place.day[begin - first])
        scores = self._score(part, number, day)[:, begin - first :]
        return self._signs(_above(scores, self._limits[day][:, None]))

    def _signs(self, above: Flags) -> Flags:
        """Part what is flagged by what it tells (signs, hours): here each row is a sign."""
        return above

    @abstractmethod
    def _score(
        self, series: HourSeries, first: int, known: int | None = None
    ) -> Floats:
        """How unusual hours are (ways of looking, hours), from day `first` on.

        `known` is which day of the home that is, if `series` is a part of it.
        """

    def _by_day(self, days: Iterable[int]) -> dict[int, Floats]:
        """Set the threshold that each day begins with, by the code of our own."""
        either = self._scores.max(axis=0, keepdims=True)
        peaks = daily_peaks(self._series, either)
        one, none = np.ones(1), np.zeros(1)
        return {day: thresholds(peaks[:, :day], one, none, _A_MONTH) for day in days}


class WattWise(Contestant):
    """What the integration does."""

    name = "wattwise"

    @override
    def told_since(self, day: int) -> int:
        """Count what people would have been told: one alarm for each episode."""
        series = self._series
        limits = np.full(self._scores.shape, np.inf)
        for one, found in self._limits.items():
            if one >= day:
                limits[:, series.place.day == one] = found[:, None]
        nobody = np.zeros(len(series), dtype=bool)
        return len(episodes_of(judge(series, self._scores, limits, nobody, None)))

    @override
    def _score(
        self, series: HourSeries, first: int, known: int | None = None
    ) -> Floats:
        return scores_of(series, np.zeros(len(series), dtype=bool), first)

    @override
    def _by_day(self, days: Iterable[int]) -> dict[int, Floats]:
        nobody = np.zeros(len(self._series), dtype=bool)
        return thresholds_by_day(self._series, self._scores, days, nobody)

    @override
    def _signs(self, above: Flags) -> Flags:
        """Part them as people are told of them: more, less, and faults of the meter."""
        return by_sign(above)


def _runs(flags: Flags) -> int:
    return sum(1 for _ in flagged_runs(flags))


def _above(scores: Floats, limits: Floats) -> Flags:
    with np.errstate(invalid="ignore"):
        return np.asarray(scores > limits)
