"""What is expected of a home, from what was answered."""

from collections.abc import Sequence
from math import exp

from .climate import Climate
from .expected_use import ExpectedUse, HouseholdGroup
from .group_kinds import agrees
from .home_features import components, feature_values
from .household_profile import AirConditioning, HouseholdProfile
from .model_file import shipped_model
from .reference_model import LEVELS, ReferenceModel

# Of what a home uses, more than this is never said to follow the weather.
_MOST_WEATHER = 0.9


def expect(
    profile: HouseholdProfile, climate: Climate | None, *, by_heat: bool = False
) -> ExpectedUse:
    """Return what homes with these answers use in a year in that climate.

    kWh are those of the survey's country: only ratios of them are worth anything
    elsewhere. Questions may be skipped, and the climate unknown: the range is then wider.
    Any answers do; those far outside the survey count as its extremes. An electric dryer
    and a car are not in the survey, and have no effect here. `by_heat`, no home that
    heats without electricity comes to a group called electric: in the survey some do,
    because they use as much.

    The first call reads a file: blocking.
    """
    return expect_by(shipped_model(), profile, climate, by_heat=by_heat)


def expect_by(
    model: ReferenceModel,
    profile: HouseholdProfile,
    climate: Climate | None,
    *,
    by_heat: bool = False,
) -> ExpectedUse:
    """Return what a model expects of a home."""
    values = feature_values(model.features, components(profile, climate, model.places))
    standard = model.standardised(values)
    fit = model.fit(tuple(i for i, value in enumerate(standard) if value is not None))
    known = [value for value in standard if value is not None]
    ln_kwh = model.ln_kwh.mean + _dot(fit.ln_kwh, known)
    position = model.position(fit, known)
    group = _group(model, position, profile, by_heat=by_heat)
    quantiles = tuple(
        (level, exp(ln_kwh + residual * fit.spread))
        for level, residual in zip(LEVELS, model.residuals[group], strict=True)
    )
    median = dict(quantiles)[0.5]
    heating = model.heating_share.mean + _dot(fit.heating_share, known)
    cooling = model.cooling_share.mean + _dot(fit.cooling_share, known)
    if climate is not None and not climate.heating_year:
        heating = 0.0
    if profile.air_conditioning is AirConditioning.NONE or (
        climate is not None and not climate.cooling_year
    ):
        cooling = 0.0
    heating, cooling = _shares(heating, cooling)
    return ExpectedUse(
        HouseholdGroup(group),
        median,
        quantiles,
        heating * median,
        cooling * median,
    )


def _group(
    model: ReferenceModel,
    position: Sequence[float],
    profile: HouseholdProfile,
    *,
    by_heat: bool,
) -> str:
    """Return the group whose middle is nearest, of those that the answers do not deny."""
    return min(
        (
            name
            for name in model.centers
            if agrees(HouseholdGroup(name), profile, by_heat=by_heat)
        ),
        key=lambda name: sum(
            (here - there) ** 2
            for here, there in zip(position, model.centers[name], strict=True)
        ),
    )


def _shares(heating: float, cooling: float) -> tuple[float, float]:
    heating, cooling = max(heating, 0.0), max(cooling, 0.0)
    scale = min(1.0, _MOST_WEATHER / max(heating + cooling, _MOST_WEATHER))
    return heating * scale, cooling * scale


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))
