"""Public holidays of a household's country."""

from collections.abc import Collection
from datetime import date

from homeassistant.core import HomeAssistant


async def async_public_holidays(
    hass: HomeAssistant, country: str | None, years: Collection[int]
) -> frozenset[date]:
    """Return the public holidays of a country in some years; none of one unknown."""
    if not country:
        return frozenset()
    # Importing it takes a second on small machines, and is not safe in two threads.
    return await hass.async_add_import_executor_job(_holidays, country, years)


def _holidays(country: str, years: Collection[int]) -> frozenset[date]:
    try:
        from holidays import country_holidays  # noqa: PLC0415  (see above)

        return frozenset(country_holidays(country, years=years))
    except ImportError, NotImplementedError:
        # A forecast without holidays is better than none.
        return frozenset()
