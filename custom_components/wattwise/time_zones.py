"""Time zones by their names, as people enter them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN


async def async_zone(hass: HomeAssistant, name: str | None) -> ZoneInfo:
    """Return a time zone, by default the home's. Raises ServiceValidationError."""
    name = name or hass.config.time_zone
    try:
        return await hass.async_add_executor_job(ZoneInfo, name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_time_zone",
            translation_placeholders={"time_zone": name},
        ) from err
