"""What probably lies behind an anomaly, by evidence from the rest of the home."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from statistics import median
from typing import Final

from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind

type Hours = Mapping[int, float]

_HOUR: Final = 3600
_DAY: Final = 86_400
# What is usual is what the four weeks before had at the same time of day.
USUAL_DAYS: Final = 28
_LEAST_DAYS: Final = 5
# An appliance explains an anomaly if it has this share of what was too much.
_EXPLAINS: Final = 0.5
# Of a meter and one behind it, the inner one if it has so much of the other's share.
_INNER: Final = 0.8
# A day is cold or hot if it is so far from usual, and homes are heated or cooled then.
_FAR_C: Final = 4.0
_HEATED_BELOW_C: Final = 15.0
_COOLED_ABOVE_C: Final = 21.0
_LEAST_WEATHER: Final = 24
_COUNTED_UP: Final = frozenset(
    {
        AnomalyKind.UNUSUAL_HOUR,
        AnomalyKind.UNUSUAL_DAY,
        AnomalyKind.LEFT_ON,
        AnomalyKind.STANDBY_RISING,
        AnomalyKind.AWAY_USE,
    }
)


class Reason(StrEnum):
    """What probably lies behind an anomaly."""

    APPLIANCE = "appliance"
    """One appliance used about as much more as the home did."""
    CHARGING = "charging"
    """A car was charged."""
    HEATING = "heating"
    """It was much colder than in the weeks before."""
    COOLING = "cooling"
    """It was much hotter than in the weeks before."""
    HOLIDAY = "holiday"
    """It was a public holiday."""
    NOBODY_HOME = "nobody_home"
    """Nobody is there, as far as anybody can tell."""
    INVERTER_OFF = "inverter_off"
    """A roof gives nothing though the sun shines."""
    SNOW = "snow"
    """It froze: snow may lie on the roof."""
    SHADE_OR_FAULT = "shade_or_fault"
    """A roof gives something, but less than under such a sky."""
    SUPPLY = "supply"
    """Nothing is used at all: the supply, the main switch or the meter."""
    METER = "meter"
    """The meter repeats itself."""
    UNKNOWN = "unknown"
    """Nothing that is known explains it."""


_BY_KIND: Final = {
    AnomalyKind.OUTAGE: Reason.SUPPLY,
    AnomalyKind.STUCK: Reason.METER,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A probable reason; `appliance` is the name of the meter that shows it."""

    reason: Reason
    appliance: str | None = None


@dataclass(frozen=True, slots=True)
class SubMeter:
    """A meter of an appliance: its own hours [start, s since the epoch -> kWh].

    `parent` is the key of the meter that measures it too.
    """

    key: str
    name: str
    parent: str | None
    hours: Hours
    charges_cars: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the energy of the home."""

    meters: tuple[SubMeter, ...] = ()
    temperature: Hours = field(default_factory=dict)
    """By the hour [degrees Celsius]."""
    free: frozenset[date] = frozenset()
    """Public holidays."""
    away: tuple[tuple[float, float], ...] = ()
    """When nobody was at home [begin, end), in seconds since the epoch."""


def probable_cause(anomaly: Anomaly, evidence: Evidence, zone: tzinfo) -> Cause:
    """Return what explains an anomaly of consumption best, by the surest evidence first."""
    if anomaly.kind in _BY_KIND:
        return Cause(_BY_KIND[anomaly.kind])
    if anomaly.kind not in _COUNTED_UP or anomaly.excess < 0:
        empty = anomaly.kind is AnomalyKind.LOW_USE or _is_away(anomaly, evidence.away)
        return Cause(Reason.NOBODY_HOME if empty else Reason.UNKNOWN)
    if meter := _appliance(anomaly, evidence.meters):
        charged = Reason.CHARGING if meter.charges_cars else Reason.APPLIANCE
        return Cause(charged, meter.name)
    reason = _weather(anomaly, evidence.temperature)
    if reason is None and _days(anomaly, zone) & evidence.free:
        reason = Reason.HOLIDAY
    return Cause(reason or Reason.UNKNOWN)


def _appliance(anomaly: Anomaly, meters: Iterable[SubMeter]) -> SubMeter | None:
    """Return the appliance that used about as much more as the whole home."""
    more = {
        meter.key: (found, meter)
        for meter in meters
        if (found := _more_than_usual(anomaly, meter.hours)) is not None
        and found >= _EXPLAINS * anomaly.excess
        and found > 0
    }
    if not more:
        return None
    energy, best = max(more.values(), key=lambda one: one[0])
    while inner := [
        one
        for one in more.values()
        if one[1].parent == best.key and one[0] >= _INNER * energy
    ]:
        more.pop(best.key)
        energy, best = max(inner, key=lambda one: one[0])
    return best


def _more_than_usual(anomaly: Anomaly, hours: Hours) -> float | None:
    """Return how much more than usual was used [kWh]; None if too little is known."""
    more, known = 0.0, False
    first = int(anomaly.start)
    for start in range(first, int(anomaly.end), _HOUR):
        usual = _usual(hours, start, first)
        if usual is not None and start in hours:
            more += hours[start] - usual
            known = True
    return more if known else None


def _usual(hours: Hours, start: int, before: int) -> float | None:
    """Return the median of an hour's time of day in the days before a time.

    It counts days of 24 hours: after the clock changed, it is an hour off for a while,
    which a median of four weeks bears.
    """
    back = -(-(start - before + 1) // _DAY)
    known = [
        hours[at]
        for day in range(back, back + USUAL_DAYS)
        if (at := start - day * _DAY) in hours
    ]
    return median(known) if len(known) >= _LEAST_DAYS else None


def _weather(anomaly: Anomaly, temperature: Hours) -> Reason | None:
    first, last = int(anomaly.start), int(anomaly.end)
    # A single hour is as cold as its day.
    begin = min(first, last - _DAY)
    lately = [found for at, found in temperature.items() if begin <= at < last]
    before = [
        found
        for at, found in temperature.items()
        if begin - USUAL_DAYS // 2 * _DAY <= at < begin
    ]
    if not lately or len(before) < _LEAST_WEATHER:
        return None
    mean, usual = sum(lately) / len(lately), median(before)
    if mean <= usual - _FAR_C and mean < _HEATED_BELOW_C:
        return Reason.HEATING
    if mean >= usual + _FAR_C and mean > _COOLED_ABOVE_C:
        return Reason.COOLING
    return None


def _is_away(anomaly: Anomaly, away: Iterable[tuple[float, float]]) -> bool:
    covered = sum(
        max(0.0, min(end, anomaly.end) - max(begin, anomaly.start))
        for begin, end in away
    )
    return covered > (anomaly.end - anomaly.start) / 2


def _days(anomaly: Anomaly, zone: tzinfo) -> set[date]:
    """Return the local days that an anomaly lies in."""
    return {
        datetime.fromtimestamp(at, UTC).astimezone(zone).date()
        for at in range(int(anomaly.start), int(anomaly.end), _HOUR)
    }
