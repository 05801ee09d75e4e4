"""The forecast of a home that is a few days old, or a few hours."""

from typing import override

from .forecaster import Forecast, Forecaster
from .local_days import Floats
from .models.group_profile import GroupProfile
from .past import Past


class FirstDays(Forecaster):
    """Forecasts by the typical day of other homes, as high as this home has been.

    Of itself it knows what was measured today, `so_far` (slots), NaN for what was not.
    Keeps no record: what others do is not what this home is judged by.
    """

    def __init__(self, so_far: Floats) -> None:
        """Begin with what is known of today."""
        self._group = GroupProfile()
        super().__init__([self._group])
        self._so_far = so_far

    @override
    def forecast(
        self, past: Past, lead: int, judged_by: Past | None = None
    ) -> Forecast:
        """Forecast the day `lead` days after the past, be there none at all."""
        # A past that is judged by another one has today among its days.
        so_far = self._so_far if judged_by is None else None
        prediction = self._group.predict(past, lead, so_far)
        return Forecast(prediction, {self._group.name: 1.0})
