"""Finds what is unusual in the hours of a home, by thresholds from its own past."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from typing import Any, Final

import numpy as np

from ..forecasting.local_days import HOUR, SECONDS_OF_A_DAY, Floats
from .anomaly import AnomalyKind
from .anomaly_end import until_its_end
from .away_use import away_ceiling, away_ratios
from .base_load import is_usual, without_rise
from .episodes import Judged, anomalies_of
from .findings import Findings, Learning
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries, Stretches
from .judgement import called_normal, judge, scores_of, thresholds_by_day
from .scales import SCALES
from .what_ran import as_what_ran

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
_OF_BASE_LOAD: Final = np.array(
    [*(scale.kind is AnomalyKind.STANDBY_RISING for scale in SCALES), False]
)
_OF_MUCH: Final = np.array(
    [
        scale.kind
        in {AnomalyKind.UNUSUAL_HOUR, AnomalyKind.UNUSUAL_DAY, AnomalyKind.LEFT_ON}
        for scale in SCALES
    ]
)
_VERSION: Final = 3


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
        self._risen: float | None = None

    @property
    def risen(self) -> float | None:
        """Since when the base load is higher than before [s since the epoch], if it is."""
        return self._risen

    def learn(
        self,
        hours: Mapping[float, float],
        *,
        normal: Sequence[tuple[float, float]] = (),
        away: Sequence[tuple[float, float]] = (),
        risen: float | None = None,
    ) -> None:
        """Learn from all past hours [start, s since the epoch -> kWh].

        `normal` and `away` are stretches [begin, end) in seconds since the epoch, `risen`
        since when the base load was known to be higher before. Takes up to seconds: call
        it in an executor, once a night.
        """
        self._forget()
        series = HourSeries.of(hours, self._zone)
        if series is None:
            return
        end = series.begin + HOUR * len(series)
        series = series.since(end - _LEARNED_DAYS * SECONDS_OF_A_DAY)
        self._days_known = _days_known(series)
        nobody = series.within(away)
        if risen is not None and is_usual(risen, end, normal):
            risen = None
        self._learn(series, nobody, normal, risen)
        now_risen = self._base_load_risen(series, nobody, normal)
        if now_risen != risen:
            self._learn(series, nobody, normal, now_risen)

    def _learn(
        self, series: HourSeries, nobody: Flags, normal: Stretches, risen: float | None
    ) -> None:
        """Learn what is usual, apart from a base load that is higher since a time."""
        self._risen = risen
        end = series.begin + HOUR * len(series)
        raised = _raised(series, risen)
        scores = _scores(series, nobody, raised)
        # Nor is it to be usual that it is so much higher.
        ordinary = scores.copy()
        ordinary[np.ix_(_OF_BASE_LOAD[:-1], raised)] = np.nan
        newest = range(max(0, series.days - _TOLD_DAYS - 1), series.days + 1)
        by_day = thresholds_by_day(series, ordinary, newest, nobody)
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
        nobody = series.within(away)
        judged = self._judged(series, now, nobody, normal, self._risen)
        if judged is None:
            return Findings((), None)
        if self._risen is None:
            # What else is unusual is not to wait for the night in which it is learned.
            risen = self._base_load_risen(series, nobody, normal)
            if risen is not None:
                judged = self._judged(series, now, nobody, normal, risen) or judged
        known = _as_hours(series)
        ended = (until_its_end(one, known) for one in anomalies_of(judged))
        return Findings(tuple(as_what_ran(one, series, nobody) for one in ended), None)

    def _judged(
        self,
        series: HourSeries,
        now: float,
        nobody: Flags,
        normal: Stretches,
        risen: float | None,
    ) -> Judged | None:
        """Judge the last eight days before `now`; None if nothing is known of them.

        Apart from a base load that is higher since `risen`.
        """
        told = series.starts >= now - _TOLD_DAYS * SECONDS_OF_A_DAY
        if not told.any():
            return None
        raised = _raised(series, risen)
        scores = _scores(series, nobody, raised, int(series.place.day[told][0]))
        allowed = np.maximum(self._allowed, called_normal(series, scores, normal))
        limits = np.maximum(self._limits_of(series), allowed[:, series.place.slot])
        judged = judge(series, scores, limits, nobody, self._ceiling)
        judged.ratios[:, ~told] = np.nan
        # Away use that people called normal is nothing to tell them again.
        calm = series.within(normal)
        ratios = away_ratios(series, calm, self._ceiling)
        if (~np.isnan(ratios)).any():
            judged.ratios[-1, judged.ratios[-1] <= np.nanmax(ratios)] = np.nan
        first = int(raised.argmax()) if raised.any() else None
        return replace(judged, risen=first)

    def _base_load_risen(
        self, series: HourSeries, nobody: Flags, normal: Stretches
    ) -> float | None:
        """Return since when the base load is higher, if it still is when hours end."""
        end = series.begin + HOUR * len(series)
        judged = self._judged(series, end, nobody, normal, self._risen)
        if judged is None or self._days_known < DAYS_NEEDED:
            return None
        day_before = end - SECONDS_OF_A_DAY
        reach = max(scale.reach for scale in SCALES)
        if self._risen is not None and nobody[-reach:].any():
            # While a home is empty, its base load is not judged.
            return self._risen
        known = _as_hours(series)
        for found in reversed(anomalies_of(judged.only(_OF_BASE_LOAD))):
            one = until_its_end(found, known)
            if one.kind is AnomalyKind.STANDBY_RISING and one.end > day_before:
                return one.start
        return None

    def state(self) -> dict[str, Any]:
        """Return what was learned, for JSON."""
        return {
            "version": _VERSION,
            "days_known": self._days_known,
            "ceiling": self._ceiling,
            "risen": self._risen,
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
            risen = None if state.get("risen") is None else float(state["risen"])
        except (KeyError, TypeError, AttributeError) as err:
            msg = f"this is not what a detector learned: {err!r}"
            raise ValueError(msg) from err
        shapes = {row.shape for row in limits.values()} | {(len(SCALES),)}
        if len(shapes) > 1 or allowed.shape != self._allowed.shape:
            raise ValueError("what was learned is of other scales")
        self._remembered, self._limits, self._allowed = hours, limits, allowed
        self._ceiling, self._days_known, self._risen = ceiling, known, risen

    def _limits_of(self, series: HourSeries) -> Floats:
        """Thresholds of each hour (scales, hours): those with which its day began."""
        days = sorted(self._limits)
        ordinals = np.array([day.toordinal() for day in days])
        asked = series.place.day + series.first.toordinal()
        at = np.maximum(np.searchsorted(ordinals, asked, side="right") - 1, 0)
        return np.stack([self._limits[day] for day in days], axis=1)[:, at]


def _raised(series: HourSeries, risen: float | None) -> Flags:
    """Say in which hours the base load is higher than before."""
    return np.asarray(series.starts >= (np.inf if risen is None else risen))


def _scores(series: HourSeries, nobody: Flags, raised: Flags, first: int = 0) -> Floats:
    """How unusual each hour is, apart from a base load that is known to be higher."""
    scores = scores_of(series, nobody, first, raised)
    if raised.any():
        eased = scores_of(without_rise(series, raised), nobody, first)
        scores[_OF_MUCH] = eased[_OF_MUCH]
    return scores


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
