"""Quarter and half hours as a household has them: forecast by the hour, and divided."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import ClassVar, Final, override

import numpy as np

from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    ExpectedSlot,
    Outlook,
)
from custom_components.wattwise.analytics.forecasting.local_days import (
    HOUR,
    DayRows,
    Floats,
    LocalClock,
)
from custom_components.wattwise.analytics.forecasting.past import Past, Weather
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.within_the_hour import (
    SHARES_DAYS,
    HourShares,
)

from .contestants import FORECASTER, Contestant, contestant
from .errors import EvaluationError

_HOURS: Final = 24
_NOTHING: Final = Expected(0.0, {})


class DividedHours(Contestant):
    """The forecaster's hours, each divided as such hours of the last weeks were."""

    name: ClassVar[str] = "divided"

    def __init__(self) -> None:
        """Begin without a record."""
        super().__init__()
        self._hourly = contestant(FORECASTER)

    @override
    def learn(self, past: Past) -> int:
        return self._hourly.learn(_by_hours(past))

    @override
    def predict(self, past: Past, lead: int) -> Prediction | None:
        said = self._hourly.predict(_by_hours(past), lead)
        return said and self.divided(said, past, lead)

    def divided(self, said: Prediction, past: Past, lead: int) -> Prediction:
        """Return the hours of a day in the slots of the past."""
        # Rows are days of 24 hours whatever the zone: they stand here as days of UTC.
        clock = LocalClock(UTC, HOUR * _HOURS // past.slots)
        last = past.since(max(past.days - SHARES_DAYS, 0))
        rows = DayRows(date.fromordinal(last.first_day), last.measured)
        free = [
            date.fromordinal(last.first_day + int(index))
            for index in np.flatnonzero(last.calendar.free)
        ]
        day = date.fromordinal(past.first_day + past.days + lead)
        divided = HourShares(clock, rows, free).divide(
            _outlook(said, clock.midnight(day)), clock.step
        )
        energies = [slot.energy for slot in divided.slots]
        return Prediction(
            np.array([[one.quantiles[float(q)] for one in energies] for q in LEVELS]),
            np.array([one.mean for one in energies]),
        )


class EvenHours(DividedHours):
    """The same hours, divided evenly with their bands: what needs no intelligence."""

    name: ClassVar[str] = "divided_evenly"

    @override
    def divided(self, said: Prediction, past: Past, lead: int) -> Prediction:
        parts = past.slots // _HOURS
        return Prediction(
            np.repeat(said.quantiles, parts, axis=1) / parts,
            np.repeat(said.mean, parts) / parts,
        )


DIVIDED: Final = {kind.name: kind for kind in (DividedHours, EvenHours)}


def _by_hours(past: Past) -> Past:
    """Return the same days hour by hour; an hour with a gap is one."""
    parts, rest = divmod(past.slots, _HOURS)
    if parts < 2 or rest:
        raise EvaluationError(f"{', '.join(DIVIDED)}: use --step 15 or --step 30")

    def by_parts(rows: Floats) -> Floats:
        return rows.reshape(len(rows), _HOURS, parts)

    weather = past.weather and Weather(
        by_parts(past.weather.temperature).mean(axis=2),
        by_parts(past.weather.cloud).mean(axis=2),
    )
    return replace(past, measured=by_parts(past.measured).sum(axis=2), weather=weather)


def _outlook(said: Prediction, midnight: datetime) -> Outlook:
    """Return a day's hours as they are told of a household."""
    start = int(midnight.timestamp())
    slots = tuple(
        ExpectedSlot(
            start + hour * HOUR,
            Expected(
                float(said.mean[hour]),
                {
                    float(level): float(value)
                    for level, value in zip(
                        LEVELS, said.quantiles[:, hour], strict=True
                    )
                },
            ),
        )
        for hour in range(_HOURS)
    )
    return Outlook(
        midnight, HOUR, slots, (), _NOTHING, _NOTHING, _NOTHING, {}, 0, start
    )
