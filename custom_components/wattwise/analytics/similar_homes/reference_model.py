"""What was learned from the survey, and what follows for a home of which parts are known.

The model keeps no home, but means and second moments of the survey's features. From them
the regression on any subset of features is exact: each subset of answers has its own
coefficients and its own spread, so that a skipped question widens the range by as much as
it would have told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Final

from .home_features import CLIMATE, Place, questions_of
from .symmetric_system import SymmetricSystem

LEVELS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)

_SIZE: Final = frozenset({"dwelling", "floor_area_m2", "occupants"})
_ELECTRICITY: Final = frozenset({"heating", "electric_heaters", "hot_water"})
BASE_QUESTIONS: Final = _SIZE | _ELECTRICITY | {"air_conditioning", CLIMATE}
"""Groups follow from these alone."""
AXES: Final = (_SIZE, _ELECTRICITY, BASE_QUESTIONS)
"""What makes homes alike: the effects of such questions, added up."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that is regressed on the features."""

    mean: float
    moments: tuple[float, ...]
    """(features): mean of the product with each standardised feature."""


@dataclass(frozen=True, slots=True)
class SubsetFit:
    """The regressions on the features that are known."""

    features: tuple[int, ...]
    ln_kwh: tuple[float, ...]
    """A coefficient for each of `features`, as are the next two."""
    heating_share: tuple[float, ...]
    cooling_share: tuple[float, ...]
    axes: tuple[tuple[float, ...], ...]
    """What each axis is expected to be, by the same features."""
    spread: float
    """How much wider residuals are than with all of `BASE_QUESTIONS` answered."""


@dataclass(frozen=True)
class ReferenceModel:
    """Numbers learned from the survey. Features are standardised by `means`, `scales`."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    penalties: tuple[float, ...]
    """Of the ridge regression, as a share of the weight of all homes."""
    moments: tuple[tuple[float, ...], ...]
    """Lower triangle of the features' correlations."""
    ln_kwh: Target
    variance: float
    """Of ln kWh."""
    heating_share: Target
    cooling_share: Target
    places: tuple[Place, ...]
    sum_weight: float
    """How much the last of `AXES` counts beside the others where homes are grouped."""
    centers: Mapping[str, tuple[float, ...]]
    """The middle of each group, as a `position`."""
    residuals: Mapping[str, tuple[float, ...]]
    """Of each group: quantiles of ln kWh about the regression, at `LEVELS`."""
    _fits: dict[tuple[int, ...], SubsetFit] = field(
        default_factory=dict, compare=False, repr=False
    )

    def standardised(self, values: Sequence[float | None]) -> list[float | None]:
        """Return features in units of their spread in the survey."""
        return [
            None if value is None else (value - mean) / scale
            for value, mean, scale in zip(values, self.means, self.scales, strict=True)
        ]

    def fit(self, known: tuple[int, ...]) -> SubsetFit:
        """Return the regressions on these features, remembered for the next time."""
        fit = self._fits.get(known)
        if fit is None:
            fit = self._fits[known] = self._fitted(known)
        return fit

    def position(self, fit: SubsetFit, known: Sequence[float]) -> tuple[float, ...]:
        """Return where a home stands among others, by its standardised features."""
        *axes, total = (
            sum(weight * value for weight, value in zip(axis, known, strict=True))
            for axis in fit.axes
        )
        return (*axes, self.sum_weight * total)

    @cached_property
    def questions(self) -> tuple[frozenset[str], ...]:
        """Of each feature."""
        return tuple(questions_of(name) for name in self.features)

    @cached_property
    def _base(self) -> tuple[int, ...]:
        return tuple(
            index
            for index, questions in enumerate(self.questions)
            if questions <= BASE_QUESTIONS
        )

    @cached_property
    def _base_coefficients(self) -> Mapping[int, float]:
        solved = self._system(self._base).solve(_of(self.ln_kwh, self._base))
        return dict(zip(self._base, solved, strict=True))

    @cached_property
    def _base_residual(self) -> float:
        return self._residual(self._base, list(self._base_coefficients.values()))

    def _fitted(self, known: tuple[int, ...]) -> SubsetFit:
        system = self._system(known)
        ln_kwh = system.solve(_of(self.ln_kwh, known))
        return SubsetFit(
            known,
            tuple(ln_kwh),
            tuple(system.solve(_of(self.heating_share, known))),
            tuple(system.solve(_of(self.cooling_share, known))),
            tuple(self._axis(members, known, system) for members in AXES),
            sqrt(self._residual(known, ln_kwh) / self._base_residual),
        )

    def _axis(
        self, members: frozenset[str], known: tuple[int, ...], system: SymmetricSystem
    ) -> tuple[float, ...]:
        """Return how an axis follows from what is known.

        What belongs to it and is known counts as it is; what is not known, as what is
        expected of it from what is known.
        """
        weights = {
            index: coefficient * self.share(index, members)
            for index, coefficient in self._base_coefficients.items()
        }
        missing = {
            index: weight
            for index, weight in weights.items()
            if weight and index not in known
        }
        guessed = [0.0] * len(known)
        if missing:
            moments = [
                sum(
                    weight * self._moment(index, other)
                    for other, weight in missing.items()
                )
                for index in known
            ]
            guessed = system.solve(moments)
        return tuple(
            weights.get(index, 0.0) + guess
            for index, guess in zip(known, guessed, strict=True)
        )

    def share(self, feature: int, questions: frozenset[str]) -> float:
        """Return how much of a feature is due to these questions [0..1]."""
        own = self.questions[feature]
        return len(own & questions) / len(own)

    def _residual(self, known: Sequence[int], coefficients: Sequence[float]) -> float:
        """Return the variance of ln kWh that a regression leaves."""
        explained = 2 * sum(
            coefficient * self.ln_kwh.moments[index]
            for index, coefficient in zip(known, coefficients, strict=True)
        )
        fitted = sum(
            first * second * self._moment(row, column)
            for row, first in zip(known, coefficients, strict=True)
            for column, second in zip(known, coefficients, strict=True)
        )
        return self.variance - explained + fitted

    def _moment(self, first: int, second: int) -> float:
        return self.moments[max(first, second)][min(first, second)]

    def _system(self, known: Sequence[int]) -> SymmetricSystem:
        return SymmetricSystem(
            [
                [
                    self.moments[row][column]
                    + (self.penalties[row] if row == column else 0)
                    for column in known[: number + 1]
                ]
                for number, row in enumerate(known)
            ]
        )


def _of(target: Target, known: Sequence[int]) -> list[float]:
    return [target.moments[index] for index in known]
