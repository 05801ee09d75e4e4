"""The climate in which the people of a country live."""

from collections import defaultdict

from custom_components.wattwise.analytics.similar_homes.climate import climate_of_months

from .sources import Temperatures, Towns


def degree_days_by_country(
    temperatures: Temperatures, towns: Towns
) -> dict[str, tuple[float, float]]:
    """Return heating and cooling degree days [K d a year], by the people of its towns."""
    months = temperatures.at(towns.latitude, towns.longitude).T
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for country, people, means in zip(towns.country, towns.people, months, strict=True):
        climate = climate_of_months(means.tolist())
        total = sums[country]
        total[0] += people * climate.heating_year
        total[1] += people * climate.cooling_year
        total[2] += people
    return {
        country: (heating / people, cooling / people)
        for country, (heating, cooling, people) in sums.items()
        if people
    }
