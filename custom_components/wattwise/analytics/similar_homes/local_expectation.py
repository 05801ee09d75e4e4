"""What homes with the same answers use in a country, and what each answer does there."""

from collections.abc import Iterator
from dataclasses import replace
from math import hypot
from typing import Any, Final

from .climate import Climate
from .country_levels import WEATHER_OFF, Level, level_factor
from .expected_use import Effect, ExpectedUse
from .home_features import CLIMATE
from .household_profile import Heating, HouseholdProfile
from .parts_of_use import parts_of_use
from .typical_homes import climate_of_country, kinds_of_homes

_QUESTIONS: Final = (
    "dwelling",
    "floor_area_m2",
    "occupants",
    "heating",
    "hot_water",
    "air_conditioning",
    "electric_heaters",
    "rooms",
    "televisions",
)
"""Those that `parts_of_use` looks at."""
# An average of homes, where nobody published one: good for ratios only.
_ANY_AVERAGE_KWH: Final = 3_300.0


def level_for_ratios(country: str | None, skipped: frozenset[str]) -> Level:
    """Return a level where none is known; kWh by it are worth nothing, ratios are."""
    level = level_factor(country, _ANY_AVERAGE_KWH, skipped)
    assert level is not None  # there is an average
    return level


def expect_here(
    country: str | None, level: Level, profile: HouseholdProfile, climate: Climate
) -> ExpectedUse:
    """Return what homes with these answers use in a year at the level of a country."""
    parts = parts_of_use(country, profile, climate)
    heating = level.factor * parts.rest.heating_kwh + level.weather * parts.heating_kwh
    cooling = level.factor * parts.rest.cooling_kwh + level.weather * parts.cooling_kwh
    median = level.factor * parts.rest.median_kwh + level.weather * parts.weather_kwh
    scale = median / parts.survey.median_kwh
    return ExpectedUse(
        parts.survey.group,
        median,
        tuple((at, kwh * scale) for at, kwh in parts.survey.quantiles_kwh),
        heating,
        cooling,
        hypot(level.off, WEATHER_OFF * level.weather * parts.weather_kwh / median),
    )


def effects_here(
    country: str | None, level: Level, profile: HouseholdProfile, climate: Climate
) -> tuple[Effect, ...]:
    """Return how much each answer moves the expectation from where it would be without.

    Without means with what is usual: the answers that the country's homes would give, or
    none where nobody counted them; for the climate, that of where most people live.
    """
    answered = [name for name in _QUESTIONS if getattr(profile, name) is not None]
    if profile.heating in {Heating.ELECTRIC, Heating.HEAT_PUMP}:
        # There, heaters beside it are heat that it need not give.
        answered = [name for name in answered if name != "electric_heaters"]
    kwh = expect_here(country, level, profile, climate).median_kwh

    def usual(question: str) -> float:
        return sum(
            share
            * expect_here(
                country, level, replace(profile, **{question: answer}), climate
            ).median_kwh
            for answer, share in _usual_answers(country, question)
        )

    there = climate_of_country(country)
    effects = [Effect(name, kwh / usual(name)) for name in answered]
    anywhere = expect_here(country, level, profile, there).median_kwh
    return (*effects, Effect(CLIMATE, kwh / anywhere))


def _usual_answers(country: str | None, question: str) -> Iterator[tuple[Any, float]]:
    """Yield what homes of a country answer, with the shares of those who do."""
    shares: dict[Any, float] = {}
    for share, kind in kinds_of_homes(country):
        answer = getattr(kind, question)
        shares[answer] = shares.get(answer, 0.0) + share
    yield from shares.items()
