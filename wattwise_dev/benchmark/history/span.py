"""The times that all who are asked are asked about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from .meters import METERS, TIME_ZONE
from .plan import DAY_MS, Plan

# Which of the meters is asked about.
ASKED: Final = 1

# The questions, by name.
YEAR, RAW, TOTALS, VOLTAGE = "year", "raw", "totals", "voltage"
ASKED_METER: Final = METERS[ASKED]


@dataclass(frozen=True, slots=True)
class Span:
    """When what is asked for begins and ends [ms]."""

    year_ms: int
    raw_ms: int
    voltage_ms: int
    month_ms: int
    today_ms: int
    recorder_ms: int
    """What the recorder is told as states begins there."""
    end_ms: int


def span_of(plan: Plan, end: datetime) -> Span:
    """Return the times to ask about of what was measured until `end`."""
    end_ms = round(end.timestamp() * 1000)
    midnight = end.astimezone(ZoneInfo(TIME_ZONE)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return Span(
        year_ms=end_ms - (plan.coarse_days + plan.fine_days) * DAY_MS,
        raw_ms=end_ms - plan.raw_days * DAY_MS,
        voltage_ms=end_ms - plan.voltage_days * DAY_MS,
        month_ms=round(midnight.replace(day=1).timestamp() * 1000),
        today_ms=round(midnight.timestamp() * 1000),
        recorder_ms=end_ms - plan.recorder_days * DAY_MS,
        end_ms=end_ms,
    )
