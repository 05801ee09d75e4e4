"""Looking for anomalies in hours: work for an executor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from ..analytics.anomalies.anomaly import Anomaly
from ..analytics.forecasting.covariates import Covariates
from ..const import LOGGER
from ..forecasts.forecast_series import SeriesKind
from ..forecasts.series_clock import series_clock

if TYPE_CHECKING:
    from ..analytics.anomalies.detector import AnomalyDetector
    from ..analytics.anomalies.findings import Learning
    from ..analytics.anomalies.production_drop import ProductionDrop

type Hours = Mapping[int, float]
type Spans = Sequence[tuple[float, float]]

_HOUR: Final = 3600
_LOOKED_AT_S: Final = 40 * 86_400


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: anomalies of consumption, the newest last, and of the roof.

    `known_until` and `roof_known_until` are the ends of the newest hours that are known
    [s since the epoch]. Nothing is said of what a home does not measure.
    """

    anomalies: tuple[Anomaly, ...] = ()
    learning: Learning | None = None
    known_until: float | None = None
    roof: ProductionDrop | None = None
    roof_known_until: float | None = None


def new_detector(zone: tzinfo, kept: Mapping[str, Any] | None) -> AnomalyDetector:
    """Return a detector that goes on from what was kept, if that can be read."""
    from ..analytics.anomalies.detector import (  # noqa: PLC0415  (numpy)
        AnomalyDetector,
    )

    detector = AnomalyDetector(zone)
    if kept is not None:
        try:
            detector.restore(kept)
        except ValueError as err:
            LOGGER.warning("What was learned to be usual cannot be read: %s", err)
            return AnomalyDetector(zone)
    return detector


def learned(
    zone: tzinfo,
    hours: Hours,
    now: datetime,
    normal: Spans,
    away: Spans,
    risen: float | None,
) -> tuple[AnomalyDetector, dict[str, Any]]:
    """Return a detector that learned from all hours, and what it learned.

    `risen` is since when the one before it knew the base load to be higher.
    """
    detector = new_detector(zone, None)
    over = now.timestamp() - _HOUR
    past = {float(start): kwh for start, kwh in hours.items() if start <= over}
    detector.learn(past, normal=normal, away=away, risen=risen)
    return detector, detector.state()


def look(
    detector: AnomalyDetector,
    consumption: Hours,
    now: datetime,
    normal: Spans,
    away: Spans,
) -> Look:
    """Look at the newest hours of a home's consumption."""
    at = now.timestamp()
    newest = {
        float(start): kwh
        for start, kwh in consumption.items()
        if at - _LOOKED_AT_S <= start <= at - _HOUR
    }
    found = detector.look(newest, at, away=away, normal=normal)
    return Look(found.anomalies, found.learning, max(newest, default=-_HOUR) + _HOUR)


def look_at_roof(
    production: Hours, now: datetime, zone: tzinfo, known: Covariates
) -> tuple[ProductionDrop, float]:
    """Judge a roof; return until when its hours are known, too [s since the epoch]."""
    from ..analytics.anomalies.production_drop import (  # noqa: PLC0415  (numpy)
        production_drop,
    )

    over = now.timestamp() - _HOUR
    hours = {float(start): kwh for start, kwh in production.items() if start <= over}
    found = production_drop(
        hours,
        series_clock(SeriesKind.PRODUCTION, zone),
        temperature=known.temperature,
        cloud=known.cloud,
    )
    return found, max(hours, default=-_HOUR) + _HOUR
