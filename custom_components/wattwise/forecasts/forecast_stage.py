"""How far a household's forecasts have come: from waiting to learned."""

from typing import Final

from ..analytics.forecasting.expectation import Outlook

WAITING: Final = "waiting"
"""Nothing was measured yet."""
BORROWED: Final = "borrowed"
"""Only what other homes do is known."""
LEARNING: Final = "learning"
LEARNED: Final = "learned"

# The method that knows what homes do, and little of this one.
OTHER_HOMES: Final = "group_profile"
# Days of a home's own readings from which its forecasts are as good as they get.
_LEARNED_DAYS: Final = 28


def forecast_stage(outlook: Outlook | None) -> str:
    """Return how far the forecasts of a home have come."""
    if outlook is None:
        return WAITING
    if OTHER_HOMES in outlook.weights:
        return BORROWED
    return LEARNING if outlook.days_known < _LEARNED_DAYS else LEARNED
