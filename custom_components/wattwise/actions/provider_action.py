"""The action that returns the overview of all homes, for administrators."""

from typing import Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse

from ..provider.overview import async_overview

SCHEMA: Final = probatio.Schema({})


async def async_get_provider_overview(call: ServiceCall) -> ServiceResponse:
    """Return what all homes use, will use, and what is wrong in them."""
    overview = async_overview(call.hass)
    await overview.async_look_at_shapes()
    return await overview.async_told()
