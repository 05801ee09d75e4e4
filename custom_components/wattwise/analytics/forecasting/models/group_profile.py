"""What homes use on such a day, until this one is known."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final, Self, override

import numpy as np

from ..local_days import Floats
from ..model import Model
from ..past import Past
from ..prediction import LEVELS, Prediction
from ..pretrained.arrays import Arrays, part, pretrained_arrays
from ..weighted_quantiles import weighted_quantiles

# Days after which the shape of the day is half the home's own.
_OWN_SHAPE_DAYS: Final = 4.0
# How far a person is off who says what a home uses [natural log].
_TOLD_SPREAD: Final = 0.35
# Five points of a normal distribution and what they count (Gauss and Hermite).
_POINTS: Final = np.array([-2.857, -1.3556, 0.0, 1.3556, 2.857])
_COUNTS: Final = np.array([0.01126, 0.22208, 0.53333, 0.22208, 0.01126])
# What each of the LEVELS stands for.
_SHARES: Final = np.array([0.175, 0.2, 0.25, 0.2, 0.175])


@dataclass(frozen=True, slots=True)
class GroupDays:
    """The usual days of a group of homes, in units of each home's mean hour.

    `mean` (classes, 24) and `quantiles` (classes, LEVELS, 24); `daily` is the usual
    energy of a day [kWh]. Homes differ from it by `home_spread`, and a home's days from
    each other by `day_spread` [standard deviations of the natural logarithm].
    """

    mean: Floats
    quantiles: Floats
    daily: float
    home_spread: float
    day_spread: float

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Take what `arrays` gave."""
        single = (float(arrays[k]) for k in ("daily", "home_spread", "day_spread"))
        return cls(arrays["mean"], arrays["quantiles"], *single)

    def arrays(self) -> Arrays:
        """Return everything as arrays."""
        return {key: np.asarray(getattr(self, key)) for key in self.__slots__}


class GroupProfile(Model):
    """The typical day of other homes, as high as this home seems to be.

    For consumption only, and for the first days only: its shape is other people's, which
    has to be said wherever it is shown.
    """

    name = "group_profile"
    minimum_days = 0
    # Other models speak of the home; this one of homes.
    own_data: ClassVar[bool] = False

    def __init__(self, daily: float | None = None) -> None:
        """Expect so many kWh a day, if somebody knows; ValueError unless positive."""
        if daily is not None and not (np.isfinite(daily) and daily > 0):
            msg = f"a home that uses {daily} kWh a day"
            raise ValueError(msg)
        self._told = daily

    @override
    def predict(
        self, past: Past, lead: int, so_far: Floats | None = None
    ) -> Prediction:
        """Forecast a day; `so_far` (slots) was measured today, NaN for what was not."""
        group = _group()
        hour = past.slots // 24
        mean = np.repeat(group.mean, hour, axis=1)
        measured = past.measured
        if so_far is not None:
            measured = np.vstack([measured, so_far])
        classes = past.calendar.day_class
        usual, spread = self._level(group, measured, mean[classes[: len(measured)]])
        day_class = classes[past.days + lead]
        expected = self._expected(past, mean[day_class] * usual)
        shape = np.repeat(group.quantiles[day_class], hour, axis=1)
        relative = shape / mean[day_class]
        # How high the home is, is uncertain too.
        heights = np.exp(_POINTS * spread)
        heights /= heights @ _COUNTS
        values = (heights[:, None, None] * relative).reshape(-1, past.slots)
        counts = np.repeat(np.outer(_COUNTS, _SHARES).reshape(-1, 1), past.slots, 1)
        return Prediction.in_order(
            weighted_quantiles(values, counts, LEVELS) * expected,
            expected,
            positive=past.never_negative,
        )

    def _level(
        self, group: GroupDays, measured: Floats, mean: Floats
    ) -> tuple[float, float]:
        """Return the home's mean slot [kWh], and how uncertain it is.

        What was expected beforehand and what was measured count by their certainty.
        """
        told = self._told is not None
        before = 1 / (_TOLD_SPREAD if told else group.home_spread) ** 2
        prior = (self._told or group.daily) / mean.shape[1]
        known = ~np.isnan(measured)
        expected = float(mean[known].sum())
        if not expected:
            return prior, before**-0.5
        days = known.sum() / mean.shape[1]
        after = days / group.day_spread**2
        seen = float(measured[known].sum()) / expected
        usual = (before * prior + after * seen) / (before + after)
        return usual, float((before + after) ** -0.5)

    @staticmethod
    def _expected(past: Past, expected: Floats) -> Floats:
        """Bend the group's day toward the home's own days."""
        known = (~np.isnan(past.measured)).sum(axis=0)
        own = np.where(known > 0, np.nansum(past.measured, axis=0), 0.0)
        share = known / (known + _OWN_SHAPE_DAYS)
        own = own / np.maximum(known, 1)
        return np.asarray(share * own + (1 - share) * expected, dtype=np.float64)


@cache
def _group() -> GroupDays:
    return GroupDays.from_arrays(part(pretrained_arrays(), "group"))
