"""The methods of others: as they describe them, with thresholds learned like our own."""

from collections.abc import Iterable
from typing import Any, Final, override

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import (
    HOURS_OF_A_DAY,
    HourSeries,
)
from custom_components.wattwise.analytics.anomalies.reference import usual
from custom_components.wattwise.analytics.forecasting.local_days import Floats

from .contestant import Contestant

_EIGHT_WEEKS: Final = 56
# The median absolute deviation of a normal distribution, turned into its sigma.
_SIGMAS: Final = 1.4826
_LEAST_SIGMA: Final = 0.01
# Days after which a forest is grown anew, and before the first one.
_GROWN_EVERY: Final = 28


class RobustZ(Contestant):
    """Distance from the median of the same hour in eight weeks, in robust sigmas."""

    name = "seasonal robust z"

    @override
    def _score(
        self, series: HourSeries, first: int, known: int | None = None
    ) -> Floats:
        rows = series.rows(series.energy)
        middle = usual(rows, (0.5,), first, 0, _EIGHT_WEEKS)[0]
        spread = np.full_like(middle, np.nan)
        for index in range(len(middle)):
            before = rows[max(0, first + index - _EIGHT_WEEKS) : first + index]
            if len(before):
                off = np.abs(before - middle[index])
                known_at = ~np.isnan(off).all(axis=0)
                spread[index, known_at] = np.nanmedian(off[:, known_at], axis=0)
        sigma = np.maximum(spread * _SIGMAS, _LEAST_SIGMA)
        return _from_days(series, first, middle, sigma)


class ThreeSigma(Contestant):
    """Residual to the mean of the same hour in four weeks, in its standard deviations.

    The rule that other energy managers use, though with a threshold from the past.
    """

    name = "3-sigma residual"

    @override
    def _score(
        self, series: HourSeries, first: int, known: int | None = None
    ) -> Floats:
        rows = series.rows(series.energy)
        days = len(rows) - first
        mean = np.full((days, HOURS_OF_A_DAY), np.nan)
        sigma = np.full((days, HOURS_OF_A_DAY), np.nan)
        for index in range(days):
            before = rows[max(0, first + index - _GROWN_EVERY) : first + index]
            there = (~np.isnan(before)).sum(axis=0) >= 7
            mean[index, there] = np.nanmean(before[:, there], axis=0)
            off = before - mean[index]
            if there.any():
                sigma[index] = max(float(np.nanstd(off)), _LEAST_SIGMA)
        return _from_days(series, first, mean, sigma)


class ThreeSigmaAsIs(ThreeSigma):
    """The same with the threshold that gave it its name, however often it alarms."""

    name = "3 sigma, fixed"

    @override
    def _by_day(self, days: Iterable[int]) -> dict[int, Floats]:
        return {day: np.array([3.0]) for day in days}


class Forest(Contestant):
    """scikit-learn's isolation forest on the hour, its past and its place in the week."""

    name = "isolation forest"

    @override
    def _score(
        self, series: HourSeries, first: int, known: int | None = None
    ) -> Floats:
        # Takes a second to import, and forecasts are evaluated without it.
        from sklearn.ensemble import (  # type: ignore[import-untyped]  # noqa: PLC0415
            IsolationForest,
        )

        if known is None:
            self._forests: dict[int, Any] = {}
        rows = _features(series)
        whole = ~np.isnan(rows).any(axis=1)
        scores = np.full((1, len(series)), np.nan)
        day = series.place.day
        start = _GROWN_EVERY if known is None else first
        for grown in range(start, series.days, _GROWN_EVERY):
            asked = (day >= grown) & (day < grown + _GROWN_EVERY) & whole
            if not asked.any():
                continue
            if known is None:
                past = rows[(day < grown) & whole]
                if not len(past):
                    continue
                forest = IsolationForest(n_estimators=100, random_state=0)
                self._forests[grown] = forest.fit(past)
            else:
                grown_at = (known + grown - first) // _GROWN_EVERY * _GROWN_EVERY
                forest = self._forests.get(grown_at)
                if forest is None:
                    continue
            scores[0, asked] = -forest.score_samples(rows[asked])
        return scores


def _from_days(series: HourSeries, first: int, middle: Floats, sigma: Floats) -> Floats:
    """Return how many sigmas each hour is above, and how many below: (2, hours)."""
    scores = np.full((2, len(series)), np.nan)
    asked = series.place.day >= first
    at = series.place.day[asked] - first, series.place.slot[asked]
    off = (series.energy[asked] - middle[at]) / sigma[at]
    scores[:, asked] = off, -off
    return scores


def _features(series: HourSeries) -> Floats:
    """Energy, its last hour and day, means of 8 and 24 hours, and the time (hours, 8)."""
    energy = series.energy
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(energy))])
    columns = [energy, _later(energy, 1), _later(energy, HOURS_OF_A_DAY)]
    for width in (8, HOURS_OF_A_DAY):
        mean = np.full(len(energy), np.nan)
        mean[width - 1 :] = (sums[width:] - sums[:-width]) / width
        columns.append(mean)
    angle = 2 * np.pi * series.place.slot / HOURS_OF_A_DAY
    weekday = (series.first.weekday() + series.place.day) % 7
    columns += [np.sin(angle), np.cos(angle), (weekday >= 5).astype(np.float64)]
    return np.stack(columns, axis=1)


def _later(energy: Floats, hours: int) -> Floats:
    shifted = np.full(len(energy), np.nan)
    shifted[hours:] = energy[:-hours]
    return shifted
