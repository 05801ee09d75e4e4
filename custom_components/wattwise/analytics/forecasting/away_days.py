"""Days on which nobody is at home: left out of habits, and forecast by themselves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .forecaster import Forecast
from .local_days import Floats
from .prediction import LEVELS, Prediction
from .weighted_quantiles import weighted_quantiles

# Under which name such forecasts are shown.
NAME: Final = "away_days"
# Away days from which they speak for themselves, and how many of the latest do.
_LEAST_DAYS: Final = 3
_MOST_DAYS: Final = 20
# The share of a day that must be known for it to count.
_KNOWN_SHARE: Final = 0.75
# Days at home whose quietest hours tell the base load, and how many hours those are.
_LATELY: Final = 28
_QUIET_HOURS: Final = 5
# How much the level of one absence, or of the base load when a home is empty, may be
# off: factors, and what each counts.
_COUNTS: Final = np.array([0.25, 0.5, 0.25])
_OWN_HEIGHTS: Final = np.array([0.9, 1.0, 1.12])
_BASE_HEIGHTS: Final = np.array([0.7, 1.0, 1.4])


class AwayDays:
    """The days of one series that a home was, or is expected to be, without people.

    `measured` (days, slots) is energy [kWh] of all whole days, `away` (days and those
    ahead) says on which of them nobody was at home.
    """

    def __init__(self, measured: Floats, away: NDArray[np.bool_]) -> None:
        """Tell days apart."""
        self._measured = measured
        self._away = away

    @property
    def at_home(self) -> Floats:
        """`measured` as if nothing had been measured while nobody was at home.

        Whoever learns habits from it fills the days like any other gap: with what is
        usual on such days.
        """
        rows = self._measured.copy()
        rows[self._away[: len(rows)]] = np.nan
        return rows

    @property
    def begins_today(self) -> bool:
        """Whether yesterday somebody was at home, and today nobody is."""
        days = len(self._measured)
        yesterday = bool(self._away[days - 1]) if days else False
        return bool(self._away[days]) and not yesterday

    def forecast(self, lead: int) -> Forecast | None:
        """Forecast the day `lead` days after the last whole one, if nobody is at home.

        From the home's own such days, or else from its base load; None if neither is
        known, or somebody is at home.
        """
        if not self._away[len(self._measured) + lead]:
            return None
        prediction = self._as_when_away() or self._base_load()
        return Forecast(prediction, {NAME: 1.0}) if prediction else None

    def _as_when_away(self) -> Prediction | None:
        days = len(self._measured)
        away = self._away[:days]
        known = (~np.isnan(self._measured)).mean(axis=1) >= _KNOWN_SHARE
        there = np.flatnonzero(away & known)
        # Of the first and the last day of an absence somebody was there for a part.
        padded = np.concatenate([[False], self._away[: days + 1]])
        inner = there[(padded[there] & padded[there + 2])]
        chosen = inner if len(inner) >= _LEAST_DAYS else there
        if len(chosen) < _LEAST_DAYS:
            return None
        rows = self._measured[chosen[-_MOST_DAYS:]]
        near = np.concatenate([np.roll(rows, shift, axis=1) for shift in (-1, 0, 1)])
        return self._spread(near, _OWN_HEIGHTS)

    def _base_load(self) -> Prediction | None:
        """Forecast what the home uses in the quietest hours of its days, all day."""
        rows = self.at_home
        known = (~np.isnan(rows)).mean(axis=1) >= _KNOWN_SHARE
        rows = rows[known][-_LATELY:]
        if not len(rows):
            return None
        slots = rows.shape[1]
        usual = np.nanmedian(np.where(np.isnan(rows).all(axis=0), 0.0, rows), axis=0)
        width = _QUIET_HOURS * slots // 24
        around = np.concatenate([usual, usual[: width - 1]])
        begin = int(np.convolve(around, np.ones(width), "valid").argmin())
        quiet = rows[:, (begin + np.arange(width)) % slots].reshape(-1, 1)
        return self._spread(np.repeat(quiet, slots, axis=1), _BASE_HEIGHTS)

    def _spread(self, rows: Floats, heights: Floats) -> Prediction:
        """Make quantiles of each column of rows (n, slots), at several heights."""
        values = (heights[:, None, None] * rows).reshape(-1, rows.shape[1])
        counts = np.repeat(_COUNTS, len(rows))[:, None] * ~np.isnan(values)
        # A slot nobody ever measured is nothing, for want of anything better.
        counts[0, ~counts.any(axis=0)] = 1.0
        values = np.nan_to_num(values)
        mean = (counts * values).sum(axis=0) / counts.sum(axis=0)
        return Prediction.in_order(
            weighted_quantiles(values, counts, LEVELS),
            mean,
            positive=not bool((self._measured < 0).any()),
        )
