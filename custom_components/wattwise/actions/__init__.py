"""The actions WattWise offers to automations and scripts."""

from typing import Final

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from ..const import DOMAIN
from . import (
    export_action,
    gap_action,
    history_action,
    import_action,
    resend_action,
    statistics_actions,
)

ACTION_IMPORT_HISTORY: Final = "import_history"
ACTION_EXPORT_HISTORY: Final = "export_history"
ACTION_GET_HISTORY: Final = "get_history"
ACTION_GET_GAPS: Final = "get_gaps"
ACTION_RESEND: Final = "resend_to_influxdb"
ACTION_BACK_FILL: Final = "back_fill"
ACTION_CLEAR_IMPORTED: Final = "clear_imported_statistics"


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
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_EXPORT_HISTORY,
        export_action.async_export_history,
        schema=export_action.SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_GET_HISTORY,
        history_action.async_get_history,
        schema=history_action.SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_GET_GAPS,
        gap_action.async_get_gaps,
        schema=gap_action.SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_RESEND,
        resend_action.async_resend,
        schema=resend_action.SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_BACK_FILL,
        statistics_actions.async_load_back_fill,
        schema=statistics_actions.BACK_FILL_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_CLEAR_IMPORTED,
        statistics_actions.async_clear_imported,
        schema=statistics_actions.CLEAR_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
