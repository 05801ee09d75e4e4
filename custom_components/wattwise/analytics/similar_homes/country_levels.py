"""How much homes of a country use beside those of the survey that was learnt from."""

from dataclasses import dataclass
from typing import Final

from .typical_homes import survey_use_of_country, use_of_country

BY_USER: Final = "user"


@dataclass(frozen=True, slots=True)
class Level:
    """How an expectation in the survey's kWh is brought to a country's level."""

    factor: float
    """Multiply `ExpectedUse` by this."""
    average_kwh: float
    """What the average home of the country uses in a year [kWh]."""
    source: str
    """Who published the average; `BY_USER` when the household gave it."""


def level_factor(
    country: str | None,
    average_use_kwh: float | None,
    skipped: frozenset[str] = frozenset(),
) -> Level | None:
    """Return the level of a country (ISO 3166 alpha-2), or of the household's own figure.

    The average home of the country, divided by what homes like those of the country
    use in the survey: so a country of small homes without electric heating is not taken
    for a thrifty one. `skipped` are the fields of `HouseholdProfile` that are not
    answered: nobody is taken for a home of the survey's country because of them. Takes
    milliseconds at the first call of a country.

    None where no average is known: a comparison is relative only then.
    """
    published = use_of_country(country)
    if average_use_kwh:
        average, source = average_use_kwh, BY_USER
    elif published:
        average, source = published.kwh, published.source
    else:
        return None
    factor = average / survey_use_of_country(country, skipped)
    return Level(factor, average, source)
