"""The actions WattWise offers to automations and scripts."""

from typing import Final

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from . import history_action, import_action
from .const import DOMAIN

ACTION_IMPORT_HISTORY: Final = "import_history"
ACTION_GET_HISTORY: Final = "get_history"


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions, for all households at once."""
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_IMPORT_HISTORY,
        import_action.async_import_history,
        schema=import_action.SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_GET_HISTORY,
        history_action.async_get_history,
        schema=history_action.SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
