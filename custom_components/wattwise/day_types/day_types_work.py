"""What is worked out of a home's hours: for an executor, since it needs numpy."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from ..analytics.day_types.day_type import DatedOutlook, DayTypesOutlook
from ..analytics.forecasting.covariates import Covariates
from ..const import LOGGER

if TYPE_CHECKING:
    from ..analytics.day_types.learned_types import LearnedTypes


def kept_types(kept: Mapping[str, Any] | None) -> LearnedTypes | None:
    """Return the day types that were kept, if they can be read."""
    from ..analytics.day_types.learned_types import (  # noqa: PLC0415  (numpy)
        LearnedTypes,
    )

    if kept is None:
        return None
    try:
        return LearnedTypes.from_dict(kept)
    except ValueError as err:
        LOGGER.warning("The day types of before cannot be read: %s", err)
        return None


def learned_types(
    hours: Mapping[int, float],
    zone: tzinfo,
    now: datetime,
    known: Covariates,
    before: LearnedTypes | None,
) -> LearnedTypes | None:
    """Tell the days of a home apart; None while too few are known."""
    from ..analytics.day_types.home_days import home_days  # noqa: PLC0415  (numpy)
    from ..analytics.day_types.learned_types import learn  # noqa: PLC0415  (numpy)

    days = home_days(hours, zone, now, known)
    return learn(days, before) if days else None


def look_out(
    types: LearnedTypes | None,
    hours: Mapping[int, float],
    zone: tzinfo,
    now: datetime,
    known: Covariates,
) -> DatedOutlook:
    """Say which types today and tomorrow are expected to be."""
    from ..analytics.day_types.expected_type import outlook  # noqa: PLC0415  (numpy)
    from ..analytics.day_types.home_days import home_days  # noqa: PLC0415  (numpy)

    days = home_days(hours, zone, now, known)
    found = outlook(types, days) if days else DayTypesOutlook(0)
    return DatedOutlook(now.astimezone(zone).date(), found)
