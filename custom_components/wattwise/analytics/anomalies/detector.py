"""Finds what is unusual in the hours of a home, by thresholds from its own past."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import Any, Final

import numpy as np

from ..forecasting.local_days import HOUR, SECONDS_OF_A_DAY, Floats
from .anomaly_end import until_its_end
from .away_use import away_ceiling, away_ratios
from .episodes import anomalies_of
from .findings import Findings, Learning
from .hour_series import HOURS_OF_A_DAY, HourSeries
from .judgement import called_normal, judge, scores_of, thresholds_by_day
from .scales import SCALES

__all__ = ["DAYS_NEEDED", "AnomalyDetector", "Findings", "Learning"]

# Days of which enough is known before anything is said.
DAYS_NEEDED: Final = 28
_KNOWN_HOURS: Final = 12
# Days of the past from which it is learned: a year of thresholds, and what is usual on
# the first of its days.
_LEARNED_DAYS: Final = 430
# Days that are said something of, and days that have to be known for that.
_TOLD_DAYS: Final = 8
_REMEMBERED_DAYS: Final = 75
_VERSION: Final = 2


class AnomalyDetector:
    """Judges the consumption of one home, or of anything metered by the hour.

    What is said of an hour depends on nothing after it: the days before say what is
    usual, and thresholds are those with which its day began.
    """

    def __init__(self, timezone: tzinfo) -> None:
        """Know nothing yet of a home that lives by the clock of `timezone`."""
        self._zone = timezone
        self._forget()

    def _forget(self) -> None:
        self._remembered: dict[float, float] = {}
        self._limits: dict[date, Floats] = {}
        self._allowed = np.full((len(SCALES), HOURS_OF_A_DAY), -np.inf)
        self._ceiling: float | None = None
        self._days_known = 0

    def learn(
        self,
        hours: Mapping[float, float],
        *,
        normal: Sequence[tuple[float, float]] = (),
        away: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Learn from all past hours [start, s since the epoch -> kWh].

        `normal` and `away` are stretches [begin, end) in seconds since the epoch. Takes
        up to seconds: call it in an executor, once a night.
        """
        self._forget()
        series = HourSeries.of(hours, self._zone)
        if series is None:
            return
        end = series.begin + HOUR * len(series)
        series = series.since(end - _LEARNED_DAYS * SECONDS_OF_A_DAY)
        self._days_known = _days_known(series)
        nobody = series.within(away)
        scores = scores_of(series, nobody)
        newest = range(max(0, series.days - _TOLD_DAYS - 1), series.days + 1)
        by_day = thresholds_by_day(series, scores, newest)
        self._limits = {
            series.first + timedelta(days=day): limits for day, limits in by_day.items()
        }
        self._allowed = called_normal(series, scores, normal)
        self._ceiling = away_ceiling(series, nobody)
        lately = series.since(end - _REMEMBERED_DAYS * SECONDS_OF_A_DAY)
        self._remembered = _as_hours(lately)

    def look(
        self,
        hours: Mapping[float, float],
        now: float,
        *,
        away: Sequence[tuple[float, float]] = (),
        normal: Sequence[tuple[float, float]] = (),
    ) -> Findings:
        """Say what was unusual in the last eight days before `now`.

        `hours` are the newest 40 days; hours that end after `now` are not looked at. What
        began earlier and goes on has its beginning within these days.
        """
        series = HourSeries.of({**self._remembered, **hours}, self._zone)
        if series is not None:
            series = series.since(now - _REMEMBERED_DAYS * SECONDS_OF_A_DAY).until(now)
        if series is None or not len(series):
            return Findings((), Learning(self._days_known, DAYS_NEEDED))
        days = max(self._days_known, _days_known(series))
        if days < DAYS_NEEDED or not self._limits:
            return Findings((), Learning(min(days, DAYS_NEEDED), DAYS_NEEDED))
        told = series.starts >= now - _TOLD_DAYS * SECONDS_OF_A_DAY
        if not told.any():
            return Findings((), None)
        nobody = series.within(away)
        scores = scores_of(series, nobody, int(series.place.day[told][0]))
        allowed = np.maximum(self._allowed, called_normal(series, scores, normal))
        limits = np.maximum(self._limits_of(series), allowed[:, series.place.slot])
        judged = judge(series, scores, limits, nobody, self._ceiling)
        judged.ratios[:, ~told] = np.nan
        # Away use that people called normal is nothing to tell them again.
        calm = series.within(normal)
        ratios = away_ratios(series, calm, self._ceiling)
        if (~np.isnan(ratios)).any():
            judged.ratios[-1, judged.ratios[-1] <= np.nanmax(ratios)] = np.nan
        known = _as_hours(series)
        ended = (until_its_end(one, known) for one in anomalies_of(judged))
        return Findings(tuple(ended), None)

    def state(self) -> dict[str, Any]:
        """Return what was learned, for JSON."""
        return {
            "version": _VERSION,
            "days_known": self._days_known,
            "ceiling": self._ceiling,
            "hours": [list(pair) for pair in self._remembered.items()],
            "limits": {
                day.isoformat(): _finite(limits) for day, limits in self._limits.items()
            },
            "allowed": [_finite(row) for row in self._allowed],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` returned; ValueError if it is not of this kind."""
        try:
            if state["version"] != _VERSION:
                msg = f"version {state['version']} of what was learned is not known"
                raise ValueError(msg)
            ceiling = None if state["ceiling"] is None else float(state["ceiling"])
            hours = {float(start): float(kwh) for start, kwh in state["hours"]}
            limits = {
                date.fromisoformat(day): _infinite(row, np.inf)
                for day, row in state["limits"].items()
            }
            allowed = np.array([_infinite(row, -np.inf) for row in state["allowed"]])
            known = int(state["days_known"])
        except (KeyError, TypeError, AttributeError) as err:
            msg = f"this is not what a detector learned: {err!r}"
            raise ValueError(msg) from err
        shapes = {row.shape for row in limits.values()} | {(len(SCALES),)}
        if len(shapes) > 1 or allowed.shape != self._allowed.shape:
            raise ValueError("what was learned is of other scales")
        self._remembered, self._limits, self._allowed = hours, limits, allowed
        self._ceiling, self._days_known = ceiling, known

    def _limits_of(self, series: HourSeries) -> Floats:
        """Thresholds of each hour (scales, hours): those with which its day began."""
        days = sorted(self._limits)
        ordinals = np.array([day.toordinal() for day in days])
        asked = series.place.day + series.first.toordinal()
        at = np.maximum(np.searchsorted(ordinals, asked, side="right") - 1, 0)
        return np.stack([self._limits[day] for day in days], axis=1)[:, at]


def _days_known(series: HourSeries) -> int:
    """Count the days of which at least half is known."""
    known = np.bincount(series.place.day[~np.isnan(series.energy)])
    return int((known >= _KNOWN_HOURS).sum())


def _as_hours(series: HourSeries) -> dict[float, float]:
    known = ~np.isnan(series.energy)
    pairs = zip(series.starts[known], series.energy[known], strict=True)
    return {float(start): round(float(kwh), 5) for start, kwh in pairs}


def _finite(values: Floats) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _infinite(values: Sequence[float | None], missing: float) -> Floats:
    return np.array([missing if value is None else float(value) for value in values])
