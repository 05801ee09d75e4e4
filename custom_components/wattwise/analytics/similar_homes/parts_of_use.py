"""What a home uses for heat and cold, and for all the rest, before any level is known."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from .climate import MONTHS, Climate
from .expectation import expect
from .expected_use import ExpectedUse
from .household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HouseholdProfile,
)
from .typical_homes import SURVEY_COUNTRY, kinds_of_homes
from .weather_use import cooling_kwh, heating_kwh

# The middle of the survey's climates: what people of its regions do beside heating and
# cooling says nothing of other countries.
_MIDDLE: Final = Climate((2_050 / MONTHS,) * MONTHS, (950 / MONTHS,) * MONTHS)
_LIKE: Final = {
    Dwelling.APARTMENT_2_4: Dwelling.APARTMENT_5PLUS,
    Dwelling.MOBILE_HOME: Dwelling.DETACHED,
}
"""Kinds of homes that statistics of countries do not tell apart."""
_ELECTRIC: Final = frozenset({Heating.ELECTRIC, Heating.HEAT_PUMP})
_ANSWERED: Final = (
    "dwelling",
    "floor_area_m2",
    "heating",
    "electric_heaters",
    "air_conditioning",
)
"""What heat and cold follow from."""


@dataclass(frozen=True, slots=True)
class PartsOfUse:
    """A home as the survey sees it, and what of its use is brought to a country how."""

    survey: ExpectedUse
    """Its group, and how far homes like it differ."""
    rest: ExpectedUse
    """In the survey's kWh: to be brought to the level of the country."""
    heating_kwh: float
    """Electricity for heat beside `rest`."""
    cooling_kwh: float

    @property
    def weather_kwh(self) -> float:
        """What follows the weather beside `rest`."""
        return self.heating_kwh + self.cooling_kwh

    @property
    def mean_by_median(self) -> float:
        """The mean of homes like it through their median."""
        return _mean(self.survey) / self.survey.median_kwh


def parts_of_use(
    country: str | None, profile: HouseholdProfile, climate: Climate
) -> PartsOfUse:
    """Return the parts of the use of a home in a country; questions may be skipped.

    In the survey's country heat and cold are in `rest`. Elsewhere they are physics; of
    what is skipped, they are those of the middle one of the country's homes with such
    answers: a few that heat with electricity do not make a home heat a little.
    """
    if country == SURVEY_COUNTRY:
        survey = expect(profile, climate)
        return PartsOfUse(survey, survey, 0.0, 0.0)
    without = replace(
        profile,
        heating=Heating.GAS,
        electric_heaters=False,
        air_conditioning=AirConditioning.NONE,
    )
    kinds = _alike(country, profile)
    return PartsOfUse(
        expect(profile, _MIDDLE, by_heat=True),
        expect(without, _MIDDLE),
        _middle({kind: heating_kwh(kind, climate) for kind in kinds}, kinds),
        _middle({kind: cooling_kwh(kind, climate) for kind in kinds}, kinds),
    )


def _middle(
    kwh: dict[HouseholdProfile, float], shares: dict[HouseholdProfile, float]
) -> float:
    """Return what half of the homes do not exceed."""
    left = sum(shares.values()) / 2
    ordered = sorted(kwh, key=kwh.__getitem__)
    for kind in ordered:
        left -= shares[kind]
        if left <= 0:
            return kwh[kind]
    return kwh[ordered[-1]]


def _alike(
    country: str | None, profile: HouseholdProfile
) -> dict[HouseholdProfile, float]:
    """Return the country's homes with such answers, and their shares."""
    every = kinds_of_homes(country)
    like = [
        (share, kind)
        for share, kind in every
        if _is_like(profile, kind) and _heats_like(profile, kind)
    ]
    answers = {
        question: answer
        for question in _ANSWERED
        if (answer := getattr(profile, question)) is not None
    }
    found: dict[HouseholdProfile, float] = {}
    for share, kind in like or every:
        answered = replace(kind, hot_water=None, occupants=None, **answers)
        found[answered] = found.get(answered, 0.0) + share
    return found


def _is_like(profile: HouseholdProfile, kind: HouseholdProfile) -> bool:
    dwelling = profile.dwelling
    return dwelling is None or _LIKE.get(dwelling, dwelling) is kind.dwelling


def _heats_like(profile: HouseholdProfile, kind: HouseholdProfile) -> bool:
    heating = profile.heating
    if heating is None or heating is kind.heating:
        return True
    return not {heating, kind.heating} & _ELECTRIC


def _mean(use: ExpectedUse) -> float:
    """Return the mean of homes from their quantiles; beyond the outer ones, as these."""
    first, last = use.quantiles_kwh[0], use.quantiles_kwh[-1]
    ends = first[0] * first[1] + (1 - last[0]) * last[1]
    return ends + sum(
        (right - left) * (low + high) / 2
        for (left, low), (right, high) in pairwise(use.quantiles_kwh)
    )
